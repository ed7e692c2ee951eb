#pragma once
// What every channel of a run is judged by: settings grouped into families, and the rows read off
// them.

#include <cstdint>
#include <memory>
#include <vector>

#include "flatline/base/draws.hpp"
#include "flatline/detect/detector.hpp"
#include "flatline/qos/tally.hpp"
#include "flatline/sim/run.hpp"

namespace flatline::sim {

/// One row: which deadline it reads, and how much later it acts.
struct Lane {
  std::size_t member = 0;       ///< Place in the deadlines of all families, one after the other.
  Duration extra{};             ///< dead_after for the state `dead`.
  Duration check_every{};       ///< 0: the verdict changes at the deadline itself.
  bool starts_suspect = false;  ///< Output before the first beat.
};

/// Rows of one family whose deadlines lie a constant apart: all are known from the first, and while
/// all trust, nothing has to be done row by row.
struct Curve {
  std::vector<std::uint32_t> rows;  ///< By ascending shift.
  std::vector<std::int64_t> shift;  ///< Of each deadline against the first.
  std::size_t lead = 0;             ///< The first row's place in its family.
  Duration lead_extra{};
};

class Panel {
 public:
  Panel(const std::vector<JudgedSetting>& settings, Duration interval);

  [[nodiscard]] const std::vector<Lane>& lanes() const { return lanes_; }
  [[nodiscard]] std::size_t members() const { return members_; }
  /// Settings per family, in the order of make_families().
  [[nodiscard]] const std::vector<std::size_t>& family_sizes() const { return family_sizes_; }
  /// Rows of each family, ascending.
  [[nodiscard]] const std::vector<std::vector<std::uint32_t>>& family_rows() const {
    return family_rows_;
  }
  [[nodiscard]] const std::vector<Curve>& curves() const { return curves_; }
  /// The curve of each family, or UINT32_MAX.
  [[nodiscard]] const std::vector<std::uint32_t>& family_curves() const { return family_curves_; }
  /// Rows that belong to no curve.
  [[nodiscard]] const std::vector<std::uint32_t>& loose_rows() const { return loose_rows_; }
  /// A tally for these rows.
  [[nodiscard]] qos::Tally make_tally(std::size_t batches, std::size_t nodes) const;
  /// One fresh family per group of settings that share an estimator.
  [[nodiscard]] std::vector<std::unique_ptr<detect::Family>> make_families() const;

 private:
  struct Group {
    const detect::DetectorInfo* info = nullptr;
    std::vector<detect::Setting> settings;
  };
  void find_curves(const std::vector<JudgedSetting>& settings);

  Duration interval_;
  std::vector<Group> groups_;
  std::vector<std::vector<std::uint32_t>> family_rows_;
  std::vector<Curve> curves_;
  std::vector<std::uint32_t> family_curves_, loose_rows_;
  std::vector<Lane> lanes_;
  std::vector<std::size_t> family_sizes_;
  std::size_t members_ = 0;
};

}  // namespace flatline::sim
