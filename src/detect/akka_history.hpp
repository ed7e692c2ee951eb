#pragma once
// The arithmetic of Akka's accrual detector, digit for digit: Hazelcast took it over.

#include <cmath>
#include <cstdint>
#include <limits>

#include "detect/sample_ring.hpp"

namespace flatline::detect {

/// The level of a silence of `silence_ms` as the product computes it: -0.0 well before the mean,
/// infinity about 21.6 deviations after it, NaN for a deviation that is NaN. `mean_ms` includes the
/// acceptable pause.
double akka_phi(std::int64_t silence_ms, double mean_ms, double deviation_ms);

/// The last gaps in whole milliseconds, with the sums that the product keeps: 64 bits, wrapping.
class AkkaHistory {
 public:
  explicit AkkaHistory(std::int64_t size) : gaps_(size) {}

  void add(std::int64_t gap_ms) {
    const std::int64_t oldest = gaps_.push(gap_ms);
    sum_ += static_cast<std::uint64_t>(gap_ms) - static_cast<std::uint64_t>(oldest);
    squares_ += square(gap_ms) - square(oldest);
  }

  /// Two gaps, a quarter below and above the estimate in whole milliseconds.
  void bootstrap(std::int64_t estimate_ms) {
    clear();
    const std::int64_t quarter = estimate_ms / 4;
    add(estimate_ms - quarter);
    add(estimate_ms + quarter);
  }

  void clear() {
    gaps_.clear();
    sum_ = 0;
    squares_ = 0;
  }

  [[nodiscard]] bool full() const { return gaps_.full(); }

  /// REQUIRES: not empty.
  [[nodiscard]] double mean() const {
    return static_cast<double>(static_cast<std::int64_t>(sum_)) / static_cast<double>(gaps_.size());
  }

  /// At least `least`; NaN if rounding made the variance negative. REQUIRES: not empty.
  [[nodiscard]] double deviation(double least) const {
    const double average = mean();
    const double variance = static_cast<double>(static_cast<std::int64_t>(squares_)) /
                                static_cast<double>(gaps_.size()) -
                            average * average;
    if (!(variance >= 0)) return std::numeric_limits<double>::quiet_NaN();
    const double computed = std::sqrt(variance);
    return computed > least ? computed : least;
  }

 private:
  static std::uint64_t square(std::int64_t gap) {
    return static_cast<std::uint64_t>(gap) * static_cast<std::uint64_t>(gap);
  }

  SampleRing gaps_;
  std::uint64_t sum_ = 0;
  std::uint64_t squares_ = 0;
};

/// A threshold, and where the level certainly is below or above it.
class AkkaThreshold {
 public:
  explicit AkkaThreshold(double threshold);

  /// Whether a silence of `silence_ms` is suspect: level < threshold does not hold.
  [[nodiscard]] bool reached(std::int64_t silence_ms, double mean_ms, double deviation_ms) const {
    const double y = (static_cast<double>(silence_ms) - mean_ms) / deviation_ms;
    if (y > surely_above_) return true;
    if (y < surely_below_) return false;
    return !(akka_phi(silence_ms, mean_ms, deviation_ms) < threshold_);
  }

  /// The first whole millisecond of silence that is suspect; kNeverMs if there is none before.
  [[nodiscard]] std::int64_t first_reached(double mean_ms, double deviation_ms) const;

  /// More milliseconds than any instant holds.
  static constexpr std::int64_t kNeverMs = std::int64_t{1} << 44;

 private:
  double threshold_;
  double crossing_y_;  ///< About where the level crosses the threshold, in deviations.
  double surely_below_ = -std::numeric_limits<double>::infinity();
  double surely_above_ = std::numeric_limits<double>::infinity();
};

}  // namespace flatline::detect
