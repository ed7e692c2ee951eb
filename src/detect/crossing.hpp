#pragma once
// The first of many steps at which something becomes true, and clocks that go in whole steps.

#include <algorithm>
#include <cstdint>
#include <limits>

#include "flatline/base/time.hpp"

namespace flatline::detect {

/// The first step of low .. high at which `is_true` holds, `high` if it holds at none before. Two
/// questions if the guess is right; a few more, doubling the stride, if it is near.
/// REQUIRES: low <= high; once true, is_true stays true.
template <typename Predicate>
std::int64_t first_true(std::int64_t low, std::int64_t high, std::int64_t guess,
                        const Predicate& is_true) {
  // Invariant: false before `below` (or at it, unless it is low - 1), true at `above`.
  std::int64_t below = low - 1;
  std::int64_t above = high;
  std::int64_t at = std::clamp(guess, low, high);
  std::int64_t stride = 1;
  if (at == high || is_true(at)) {
    above = at;
    while (above > low) {
      at = std::max(low, above - stride);
      if (!is_true(at)) {
        below = at;
        break;
      }
      above = at;
      stride *= 2;
    }
    if (above == low) return low;
  } else {
    below = at;
    for (;;) {
      if (high - below <= stride) break;
      at = below + stride;
      if (is_true(at)) {
        above = at;
        break;
      }
      below = at;
      stride *= 2;
    }
  }
  while (above - below > 1) {
    const std::int64_t middle = below + (above - below) / 2;
    (is_true(middle) ? above : below) = middle;
  }
  return above;
}

/// The nearest step to a computed one, held within low .. high; low for NaN.
inline std::int64_t nearest_step(double step, std::int64_t low, std::int64_t high) {
  if (!(step > static_cast<double>(low))) return low;
  if (step >= static_cast<double>(high)) return high;
  return static_cast<std::int64_t>(step);
}

/// The quotient rounded down, whatever the sign. REQUIRES: b > 0.
constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

inline constexpr std::int64_t kNsPerMs = 1'000'000;

/// The whole milliseconds that a clock shows.
constexpr std::int64_t whole_milliseconds(LocalInstant t) {
  return floor_div(t.ns, kNsPerMs);
}

/// A span in whole milliseconds, the rest cut off.
constexpr std::int64_t whole_milliseconds(Duration d) {
  return d.ns / kNsPerMs;
}

/// The instant at which a clock first shows `ms`; never() beyond what an instant can hold.
constexpr LocalInstant at_millisecond(std::int64_t ms) {
  if (ms >= LocalInstant::never().ns / kNsPerMs) return LocalInstant::never();
  return {ms * kNsPerMs};
}

/// Seconds past the deadline, for detectors that have no level: they suspect at 0.
inline double seconds_past(LocalInstant deadline, LocalInstant now) {
  constexpr double kForEver = std::numeric_limits<double>::infinity();
  if (deadline == LocalInstant::never()) return -kForEver;
  if (deadline == LocalInstant::before_all()) return kForEver;
  return (now - deadline).seconds();
}

}  // namespace flatline::detect
