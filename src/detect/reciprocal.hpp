#pragma once
// Division by a number that stays the same: a multiplication, exact.

#include <bit>
#include <cstdint>

#include "flatline/base/check.hpp"

namespace flatline::detect {

/// Divides by n with one multiplication (Granlund and Montgomery, Division by invariant integers
/// using multiplication, PLDI 1994, theorem 4.2). With s = ceil(log2 n) and
/// m = floor(2^(63+s) / n) + 1, m n = 2^(63+s) + e with 0 < e <= n <= 2^s, so
///     x m / 2^(63+s) = x / n + (x / 2^63) (e / 2^s) / n,
/// which for 0 <= x < 2^63 is above x / n by less than 1/n: never enough to reach the next whole
/// number. m fits 64 bits: if n > 1 is no power of two, 2^s < 2n - 1 keeps it below 2^64.
class Reciprocal {
 public:
  /// REQUIRES: 1 <= divisor <= 2^32.
  explicit constexpr Reciprocal(std::int64_t divisor)
      : shift_(64 - std::countl_zero(static_cast<std::uint64_t>(divisor - 1))) {
    FLATLINE_CHECK(divisor >= 1 && divisor <= std::int64_t{1} << 32, "the divisor is in range");
    factor_ = static_cast<std::uint64_t>(
        ((Unsigned{1} << (63 + shift_)) / static_cast<std::uint64_t>(divisor)) + 1);
  }

  /// x / divisor, rounded down. REQUIRES: x < 2^63.
  [[nodiscard]] constexpr std::uint64_t quotient(std::uint64_t x) const {
    // Doubled, so that the 63 falls on a whole word.
    return static_cast<std::uint64_t>((Unsigned{x << 1} * factor_) >> 64) >> shift_;
  }

 private:
  __extension__ using Unsigned = unsigned __int128;

  std::uint64_t factor_ = 0;
  int shift_;
};

/// The same by plain division, for a divisor that changes.
class Division {
 public:
  explicit constexpr Division(std::int64_t divisor)
      : divisor_(static_cast<std::uint64_t>(divisor)) {}
  [[nodiscard]] constexpr std::uint64_t quotient(std::uint64_t x) const { return x / divisor_; }

 private:
  std::uint64_t divisor_;
};

}  // namespace flatline::detect
