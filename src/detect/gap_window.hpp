#pragma once
// The estimator of the phi detectors: exact sums over the last `window` gaps between arrivals.

#include <optional>

#include "detect/fixed_point.hpp"
#include "detect/reciprocal.hpp"
#include "detect/sample_ring.hpp"
#include "flatline/base/time.hpp"

namespace flatline::detect {

/// Every arrival ends a gap, whatever its sequence number; a duplicate may end one of 0. With a
/// first estimate the first arrival brings two samples, a quarter below and above it, that leave
/// the window like any others.
class GapWindow {
 public:
  GapWindow(std::int64_t window, std::optional<Duration> first_estimate)
      : gaps_(window), by_window_(window), first_estimate_(first_estimate) {}

  void beat(LocalInstant now) {
    if (last_ != LocalInstant::never()) {
      add((now - last_).ns);
    } else if (first_estimate_) {
      add((*first_estimate_ - *first_estimate_ / 4).ns);
      add((*first_estimate_ + *first_estimate_ / 4).ns);
    }
    last_ = now;
  }

  void reset() {
    gaps_.clear();
    sum_ = 0;
    squares_ = 0;
    last_ = LocalInstant::never();
  }

  /// The last arrival; never() before the first.
  [[nodiscard]] LocalInstant last() const { return last_; }
  [[nodiscard]] std::int64_t count() const { return gaps_.size(); }
  [[nodiscard]] bool full() const { return gaps_.full(); }

  /// Whether there are samples enough to judge: two, or one if the window holds no more.
  [[nodiscard]] bool ready() const {
    return gaps_.size() >= std::min<std::int64_t>(2, gaps_.window());
  }

  /// The mean gap in 2^-16 ns, rounded down. REQUIRES: ready().
  [[nodiscard]] Wide mean() const {
    // Quotient and remainder in 64 bits: a 128-bit division would cost more than all the rest.
    const auto n = static_cast<std::uint64_t>(gaps_.size());
    const auto sum = static_cast<std::uint64_t>(sum_);
    const std::uint64_t whole = over_count(sum);
    return (Wide{static_cast<std::int64_t>(whole)} << kTimeBits) +
           static_cast<std::int64_t>(over_count((sum - whole * n) << kTimeBits));
  }

  /// The sum of squared distances from the mean, times count(): the exact integer, rounded once,
  /// unless the sum reaches 2^106 (a deviation of three days over a thousand gaps); then a few
  /// roundings. REQUIRES: ready().
  [[nodiscard]] double scaled_spread() const {
    const std::int64_t n = gaps_.size();
    const auto centre = static_cast<std::int64_t>(over_count(static_cast<std::uint64_t>(sum_)));
    const std::int64_t rest = sum_ - centre * n;
    // Sum of (x - c)^2 with c = floor(mean): exact, and small enough to be multiplied by n.
    const Wide about_centre = squares_ - Wide{centre} * (sum_ + rest);
    constexpr Wide kRoomForN = Wide{1} << 106;
    const Wide rest_square = Wide{rest} * rest;
    if (about_centre < kRoomForN) return nearest_double(about_centre * n - rest_square);
    return static_cast<double>(about_centre) * static_cast<double>(n) -
           static_cast<double>(rest_square);
  }

 private:
  void add(std::int64_t gap) {
    const std::int64_t oldest = gaps_.push(gap);
    sum_ += gap - oldest;
    squares_ += Wide{gap} * gap - Wide{oldest} * oldest;
  }

  /// x / count(), rounded down. REQUIRES: count() > 0, x < 2^63.
  [[nodiscard]] std::uint64_t over_count(std::uint64_t x) const {
    return gaps_.full() ? by_window_.quotient(x) : x / static_cast<std::uint64_t>(gaps_.size());
  }

  SampleRing gaps_;
  Reciprocal by_window_;
  std::int64_t sum_ = 0;  ///< Below 2^62: the gaps span the run, plus twice the first estimate.
  Wide squares_ = 0;      ///< At most sum_^2.
  LocalInstant last_ = LocalInstant::never();
  std::optional<Duration> first_estimate_;
};

}  // namespace flatline::detect
