#pragma once
// The estimator of the phi detectors: exact sums over the last `window` gaps between arrivals.

#include <optional>
#include <span>

#include "detect/fixed_point.hpp"
#include "detect/reciprocal.hpp"
#include "detect/sample_ring.hpp"
#include "flatline/base/time.hpp"

namespace flatline::detect {

/// The exact sums of a number of gaps.
struct GapSums {
  std::int64_t sum = 0;  ///< Below 2^63: the gaps span the run, plus twice the first estimate.
  Wide squares = 0;      ///< At most sum^2.

  void replace(std::int64_t oldest, std::int64_t gap) {
    sum += gap - oldest;
    squares += Wide{gap - oldest} * (gap + oldest);
  }
};

/// The mean of n gaps, rounded down to 2^-16 ns. `by` divides by n.
struct GapMean {
  template <typename Divider>
  GapMean(const GapSums& sums, std::int64_t n, const Divider& by)
      : whole(static_cast<std::int64_t>(by.quotient(static_cast<std::uint64_t>(sums.sum)))),
        rest(sums.sum - whole * n),
        fraction(static_cast<std::uint32_t>(
            by.quotient(static_cast<std::uint64_t>(rest) << kTimeBits))) {}

  /// In 2^-16 ns.
  [[nodiscard]] Wide fixed() const { return (Wide{whole} << kTimeBits) + fraction; }

  std::int64_t whole;      ///< ns.
  std::int64_t rest;       ///< sum - whole * n, below n.
  std::uint32_t fraction;  ///< 2^-16 ns, below 2^16.
};

/// The sum of squared distances of n gaps from their mean, times n: the exact integer, rounded
/// once, unless the sum reaches 2^106 (a deviation of three days over a thousand gaps); then a few
/// roundings.
inline double scaled_spread(const GapSums& sums, std::int64_t n, const GapMean& mean) {
  // Sum of (x - c)^2 with c = floor(mean): exact, and small enough to be multiplied by n.
  const Wide about_centre = sums.squares - Wide{mean.whole} * (sums.sum + mean.rest);
  constexpr Wide kRoomForN = Wide{1} << 106;
  const Wide rest_square = Wide{mean.rest} * mean.rest;
  if (about_centre < kRoomForN) [[likely]] {
    return nearest_double(about_centre * n - rest_square);
  }
  return static_cast<double>(about_centre) * static_cast<double>(n) -
         static_cast<double>(rest_square);
}

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

  /// beat() for each of `at`, and emit(i, sums) after each: what many beats cost when nothing is
  /// looked up twice. REQUIRES: full().
  template <typename Emit>
  void slide(std::span<const LocalInstant> at, Emit emit) {
    GapSums sums = sums_;
    LocalInstant last = last_;
    gaps_.slide(at.size(), [&](std::size_t i, std::int64_t oldest) {
      const std::int64_t gap = (at[i] - last).ns;
      last = at[i];
      sums.replace(oldest, gap);
      emit(i, sums);
      return gap;
    });
    sums_ = sums;
    last_ = last;
  }

  void reset() {
    gaps_.clear();
    sums_ = {};
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

  [[nodiscard]] const GapSums& sums() const { return sums_; }

  /// REQUIRES: ready().
  [[nodiscard]] GapMean mean() const {
    if (gaps_.full()) return {sums_, gaps_.size(), by_window_};
    return {sums_, gaps_.size(), Division(gaps_.size())};
  }

  /// For slide(): the window's size as a divisor.
  [[nodiscard]] const Reciprocal& by_window() const { return by_window_; }

 private:
  void add(std::int64_t gap) { sums_.replace(gaps_.push(gap), gap); }

  SampleRing gaps_;
  Reciprocal by_window_;
  GapSums sums_;
  LocalInstant last_ = LocalInstant::never();
  std::optional<Duration> first_estimate_;
};

}  // namespace flatline::detect
