#pragma once
// Time. A Duration is a whole number of nanoseconds. An instant belongs to a clock: SimInstant is
// true time, LocalInstant is what one node's (possibly drifting) clock shows. They do not mix:
// detectors and protocols see LocalInstant only, so none can read true time.
//
// Arithmetic is plain 64-bit. Inputs are bounded where they enter (kLongestTime, about 36 years),
// so that sums of two in-range values cannot overflow.

#include <compare>
#include <cstdint>
#include <limits>

namespace flatline {

/// A signed span of time in whole nanoseconds.
struct Duration {
  std::int64_t ns = 0;

  constexpr auto operator<=>(const Duration&) const = default;
  constexpr Duration operator-() const { return {-ns}; }
  constexpr Duration& operator+=(Duration d) {
    ns += d.ns;
    return *this;
  }
  constexpr Duration& operator-=(Duration d) {
    ns -= d.ns;
    return *this;
  }
  friend constexpr Duration operator+(Duration a, Duration b) { return {a.ns + b.ns}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return {a.ns - b.ns}; }
  friend constexpr Duration operator*(Duration a, std::int64_t k) { return {a.ns * k}; }
  friend constexpr Duration operator*(std::int64_t k, Duration a) { return {a.ns * k}; }
  friend constexpr Duration operator/(Duration a, std::int64_t k) { return {a.ns / k}; }
  /// Seconds as a double: for reports and estimates only, never on a path that decides a verdict.
  [[nodiscard]] constexpr double seconds() const { return static_cast<double>(ns) * 1e-9; }

  static constexpr Duration max() { return {std::numeric_limits<std::int64_t>::max()}; }
};

constexpr Duration nanoseconds(std::int64_t n) {
  return {n};
}
constexpr Duration microseconds(std::int64_t n) {
  return {n * 1'000};
}
constexpr Duration milliseconds(std::int64_t n) {
  return {n * 1'000'000};
}
constexpr Duration seconds(std::int64_t n) {
  return {n * 1'000'000'000};
}
constexpr Duration minutes(std::int64_t n) {
  return seconds(60 * n);
}
constexpr Duration hours(std::int64_t n) {
  return seconds(3600 * n);
}
constexpr Duration days(std::int64_t n) {
  return hours(24 * n);
}

/// The longest time any input may name: 2^60 ns, about 36.5 years. Keeps every sum of two inside 63
/// bits.
inline constexpr Duration kLongestTime{std::int64_t{1} << 60};

namespace detail {
/// A point on the clock that `Clock` names. Distinct clocks make distinct, unmixable types.
template <typename Clock>
struct Instant {
  std::int64_t ns = 0;

  constexpr auto operator<=>(const Instant&) const = default;
  constexpr Instant& operator+=(Duration d) {
    ns += d.ns;
    return *this;
  }
  friend constexpr Instant operator+(Instant t, Duration d) { return {t.ns + d.ns}; }
  friend constexpr Instant operator-(Instant t, Duration d) { return {t.ns - d.ns}; }
  friend constexpr Duration operator-(Instant a, Instant b) { return {a.ns - b.ns}; }

  /// Later than anything that happens: "never".
  static constexpr Instant never() { return {std::numeric_limits<std::int64_t>::max()}; }
  /// Earlier than anything that happens.
  static constexpr Instant before_all() { return {std::numeric_limits<std::int64_t>::min()}; }
};
struct TrueClock;
struct NodeClock;
}  // namespace detail

/// True time. Zero is the start of measurement; the warm-up lies before it.
using SimInstant = detail::Instant<detail::TrueClock>;
/// What one node's own clock shows.
using LocalInstant = detail::Instant<detail::NodeClock>;

}  // namespace flatline
