#pragma once
// Fixed point for deadlines: times in 2^-16 ns, factors (z, threshold * ln 10) in 2^-32, products
// in 2^-48 ns held in 128 bits. See docs/adr/0003-integer-deadlines.md for the formats and the
// error bound.

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "flatline/base/time.hpp"
#include "flatline/detect/line.hpp"

namespace flatline::detect {

using Wide = __int128;

inline constexpr int kTimeBits = 16;
inline constexpr int kFactorBits = 32;

/// A span in 2^-16 ns.
constexpr Wide fixed_time(Duration d) {
  return Wide{d.ns} << kTimeBits;
}

/// A span given in nanoseconds, cut to 2^-16 ns. REQUIRES: 0 <= ns < 2^64.
inline Wide fixed_time(double ns) {
  const double scaled = ns * static_cast<double>(1 << kTimeBits);
  // The conversion to 64 bits is one instruction, that to 128 a call.
  if (scaled < 0x1p62) return static_cast<std::int64_t>(scaled);
  return static_cast<Wide>(scaled);
}

/// The nearest factor in 2^-32. REQUIRES: |factor| < 2^20.
inline std::int64_t fixed_factor(double factor) {
  return std::llround(factor * static_cast<double>(std::int64_t{1} << kFactorBits));
}

/// The nearest double, ties to even: what a cast gives, without its call. REQUIRES: 0 <= x < 2^126.
constexpr double nearest_double(Wide x) {
  const auto low = static_cast<std::uint64_t>(x);
  const auto high = static_cast<std::uint64_t>(x >> 64);
  if (high == 0 && low >> 63 == 0) return static_cast<double>(static_cast<std::int64_t>(low));
  // The topmost 63 bits, the last of them set also if any bit below is: the 53 that a double keeps
  // are rounded as all would be, and only once, for a power of two scales them exactly.
  const int cut = 65 - std::countl_zero(high);  // 1 to 63
  const std::uint64_t top = (high << (64 - cut)) | (low >> cut);
  const std::uint64_t below = low << (64 - cut);
  const auto head = static_cast<std::int64_t>(top | static_cast<std::uint64_t>(below != 0));
  constexpr int kExponentBias = 1023;
  constexpr int kFractionBits = 52;
  return static_cast<double>(head) *
         std::bit_cast<double>(static_cast<std::uint64_t>(kExponentBias + cut) << kFractionBits);
}

/// In nanoseconds, for levels: a double is enough to explain.
constexpr double to_nanoseconds(Wide fixed) {
  return static_cast<double>(fixed) / static_cast<double>(1 << kTimeBits);
}

/// The first whole nanosecond at or after `start` + `product` (2^-48 ns), cut to what an instant
/// can hold: beyond it lies never().
constexpr LocalInstant first_instant_after(LocalInstant start, Wide product) {
  return deadline_on(start, {product, 0}, {}, 1);
}

}  // namespace flatline::detect
