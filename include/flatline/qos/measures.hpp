#pragma once
// From tallies to the measures of Chen, Toueg and Aguilera (IEEE ToC 51(5), 2002), with intervals.
// Floating point begins here: everything before is integers.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "flatline/base/time.hpp"
#include "flatline/qos/intervals.hpp"
#include "flatline/qos/tally.hpp"

namespace flatline::qos {

/// What a measure is: its column name, whether it is a whole count, and what it means.
struct MeasureInfo {
  std::string_view name;
  bool count = false;
  std::string_view meaning;
};

/// All measures, in the order of the columns.
std::span<const MeasureInfo> measures();

/// One point of a row's detection time distribution.
struct DetectionPoint {
  std::int64_t detection_time_ns = 0;
  Wide cumulative_ns = 0;  ///< Crash instants with a detection time of at most this.
  Wide total_ns = 0;       ///< All crash instants.
};

class DetectionTimes;

/// Measures the rows of one tally. What rows of a curve have in common is put together once.
class Measurer {
 public:
  /// REQUIRES: `tally` outlives this.
  explicit Measurer(const Tally& tally);
  ~Measurer();

  /// One row's measures, in the order of measures(). Counts have a mean and no interval. Nothing
  /// seen: the mean is empty and a bound is set where the data allow one. A detection time that
  /// never comes for more than the quantile's share of crashes is infinite.
  [[nodiscard]] std::vector<Estimate> measure(std::size_t row, Duration duration,
                                              std::uint32_t replications) const;

  /// The distribution of T_D over all batches, thinned to at most about 2 x `points` points. Exact
  /// at each for a row by itself; for rows that share experiments, exact where all of a row's
  /// experiments were shared, else within a bin (1/64 octave).
  [[nodiscard]] std::vector<DetectionPoint> distribution(std::size_t row, std::size_t points) const;

 private:
  const Tally* tally_;
  std::unique_ptr<DetectionTimes> times_;
};

/// The same for one row of a tally.
std::vector<Estimate> measure(const Tally& tally, std::size_t row, Duration duration,
                              std::uint32_t replications);
std::vector<DetectionPoint> detection_distribution(const Tally& tally, std::size_t row,
                                                   std::size_t points);

}  // namespace flatline::qos
