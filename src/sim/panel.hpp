#pragma once
// What every channel of a run is judged by: settings grouped into families, the rows read off them,
// and the lines that the rows' deadlines lie on.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

#include "flatline/detect/detector.hpp"
#include "flatline/qos/tally.hpp"
#include "flatline/sim/run.hpp"
#include "flatline/world/clock.hpp"

namespace flatline::sim {

/// One row.
struct Lane {
  std::size_t family = 0, member = 0;  ///< The setting that it reads.
  bool starts_suspect = false;         ///< Output before the first beat.
  Duration check_every{};              ///< 0: a verdict changes at the deadline itself.
  world::Face clock = world::Face::monotonic;
  std::optional<detect::PauseGuard> guard = {};
};

/// Rows whose deadlines lie on one line, in ascending order whatever the line: the first that
/// trusts tells that all after it do. A row by itself is a curve too.
struct Curve {
  std::size_t line = 0;    ///< Among the lines of all families, one after the other.
  bool sloped = false;     ///< Else all factors are 0.
  bool shared = false;     ///< Rows enough to book together what they have in common.
  Duration check_every{};  ///< 0: the verdict changes at the deadline itself. Else it has one row.
  bool guarded = false;    ///< It has a guard, and one row.
  world::Face clock = world::Face::monotonic;  ///< That its deadlines are on.
  std::vector<std::uint32_t> rows;
  std::vector<std::int64_t> shift;   ///< ns; dead_after included.
  std::vector<std::int64_t> factor;  ///< 2^-32.
};

class Panel {
 public:
  /// `sample_every`: rows of a shared curve with a slope book every so manyth crash experiment one
  /// by one.
  Panel(const std::vector<JudgedSetting>& settings, Duration interval, std::int64_t sample_every);

  [[nodiscard]] const std::vector<Lane>& lanes() const { return lanes_; }
  /// Number of lines of all families.
  [[nodiscard]] std::size_t lines() const { return first_line_.back(); }
  /// The first line of each family, in the order of make_families(), and lines().
  [[nodiscard]] const std::vector<std::size_t>& first_line() const { return first_line_; }
  [[nodiscard]] const std::vector<Curve>& curves() const { return curves_; }
  [[nodiscard]] std::int64_t sample_every() const { return sample_every_; }
  /// A tally for these rows.
  [[nodiscard]] qos::Tally make_tally(std::size_t batches, std::size_t nodes) const;
  /// One fresh family per group of settings that share an estimator; those that draw at random take
  /// `draws`, which outlives them (null: the same sequence always).
  [[nodiscard]] std::vector<std::unique_ptr<detect::Family>> make_families(
      const Draws* draws) const;
  /// The clock that each family is told times of.
  [[nodiscard]] const std::vector<world::Face>& family_clocks() const { return family_clocks_; }

 private:
  // Settings that share an estimator and its clock.
  struct Group {
    const detect::DetectorInfo* info = nullptr;
    world::Face clock = world::Face::monotonic;
    std::vector<detect::Setting> settings;
    [[nodiscard]] bool takes(const JudgedSetting& judged) const;
  };
  // One row, where it lies.
  struct Placed {
    std::uint32_t row = 0;
    detect::Place place;  // the line among all
    bool sloped = false;
    Duration extra{};
  };
  void place_rows(const std::vector<JudgedSetting>& settings);
  using CurveKey = std::tuple<std::size_t, std::int64_t, std::uint32_t>;
  void add_to_curve(const Placed& placed, std::map<CurveKey, std::size_t>& known);
  void sort_rows(Curve& curve) const;

  std::int64_t sample_every_;
  Duration interval_;
  std::vector<Group> groups_;
  std::vector<world::Face> family_clocks_;
  std::vector<std::unique_ptr<detect::Family>> fresh_;  // nothing observed
  std::vector<Lane> lanes_;
  std::vector<std::size_t> first_line_;
  std::vector<Curve> curves_;
};

}  // namespace flatline::sim
