#pragma once
// Deadlines that lie on a line. After any observation most detectors' deadlines are
//     base + shift + factor * slope,
// where base and slope come from the estimator and shift and factor from the setting: a timeout or
// a margin only shifts, a threshold of phi multiplies the deviation or the mean. So one line says
// when any number of settings will suspect.

#include <cstddef>
#include <cstdint>

#include "flatline/base/time.hpp"

namespace flatline::detect {

/// The part of a line that moves with a setting's factor.
struct Slope {
  __int128 per_factor = 0;     ///< 2^-16 ns for each factor of 1; >= 0.
  std::uint32_t fraction = 0;  ///< Of the base, 2^-16 ns, below 2^16.
};

/// Where the deadlines of some settings lie after an observation.
struct Line {
  LocalInstant base{};  ///< never() or before_all(): so are all deadlines, whatever the setting.
  Slope slope;
};

/// Where a setting lies on its line.
struct Place {
  std::size_t line = 0;
  Duration shift{};
  std::int64_t factor = 0;  ///< 2^-32.
};

/// A line after each of many observations.
struct LineRun {
  LocalInstant* base = nullptr;
  Slope* slope = nullptr;  ///< Null if no line of the family has a slope.
};

/// The first whole nanosecond at or after the point of `place` on the line, cut to what an instant
/// can hold: beyond it lies never().
constexpr LocalInstant deadline_on(LocalInstant base, const Slope& slope, Duration shift,
                                   std::int64_t factor) {
  if (base == LocalInstant::never() || base == LocalInstant::before_all()) return base;
  constexpr int kBits = 48;
  constexpr std::int64_t kUsual = std::int64_t{1} << 60;
  constexpr std::int64_t kUsualFactor = std::int64_t{1} << 46;
  if (slope.per_factor >= 0 && slope.per_factor < kUsual && factor < kUsualFactor &&
      factor > -kUsualFactor && base.ns < kUsual && base.ns > -kUsual && shift.ns < kUsual)
      [[likely]] {
    // The same, where one multiplication of 64 bits does and nothing is cut: below 2^62 in all.
    const __int128 product = (std::int64_t{slope.fraction} << 32) +
                             __int128{static_cast<std::int64_t>(slope.per_factor)} * factor;
    return {base.ns + shift.ns +
            static_cast<std::int64_t>((product + ((__int128{1} << kBits) - 1)) >> kBits)};
  }
  const __int128 product = (__int128{slope.fraction} << 32) + slope.per_factor * factor;
  const __int128 up = (product + ((__int128{1} << kBits) - 1)) >> kBits;
  const __int128 sum = __int128{base.ns} + shift.ns + up;
  if (sum >= LocalInstant::never().ns) return LocalInstant::never();
  if (sum <= LocalInstant::before_all().ns) return LocalInstant::before_all();
  return {static_cast<std::int64_t>(sum)};
}

/// The same without a slope.
constexpr LocalInstant deadline_on(LocalInstant base, Duration shift) {
  if (base == LocalInstant::never() || base == LocalInstant::before_all()) return base;
  std::int64_t sum = 0;
  if (__builtin_add_overflow(base.ns, shift.ns, &sum)) return LocalInstant::never();
  return {sum};
}

constexpr LocalInstant deadline_on(const Line& line, const Place& place) {
  return deadline_on(line.base, line.slope, place.shift, place.factor);
}

}  // namespace flatline::detect
