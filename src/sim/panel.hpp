#pragma once
// What every channel of a run is judged by: settings grouped into families, and the rows read off them.

#include <memory>
#include <vector>

#include "flatline/base/draws.hpp"
#include "flatline/detect/detector.hpp"
#include "flatline/sim/run.hpp"

namespace flatline::sim {

/// One row: which deadline it reads, and how much later it acts.
struct Lane {
  std::size_t member = 0;        ///< Place in the deadlines of all families, one after the other.
  Duration extra{};              ///< dead_after for the state `dead`.
  Duration check_every{};        ///< 0: the verdict changes at the deadline itself.
  bool starts_suspect = false;   ///< Output before the first beat.
};

class Panel {
 public:
  Panel(const std::vector<JudgedSetting>& settings, Duration interval);

  [[nodiscard]] const std::vector<Lane>& lanes() const { return lanes_; }
  [[nodiscard]] std::size_t members() const { return members_; }
  /// Settings per family, in the order of make_families().
  [[nodiscard]] const std::vector<std::size_t>& family_sizes() const { return family_sizes_; }
  /// One fresh family per group of settings that share an estimator.
  [[nodiscard]] std::vector<std::unique_ptr<detect::Family>> make_families() const;

 private:
  struct Group {
    const detect::DetectorInfo* info = nullptr;
    std::vector<detect::Setting> settings;
  };
  Duration interval_;
  std::vector<Group> groups_;
  std::vector<Lane> lanes_;
  std::vector<std::size_t> family_sizes_;
  std::size_t members_ = 0;
};

}  // namespace flatline::sim
