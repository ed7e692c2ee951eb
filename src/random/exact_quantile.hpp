#pragma once
// Exact quantiles of the closed-form laws: in double first, in 50 digits where the double is too
// near a tie to be rounded with certainty. So the integer knots are correctly rounded, and the same
// on every machine.

#include <cstdint>
#include <optional>

#include "flatline/random/distribution.hpp"

namespace flatline::random {

/// The quantile in whole nanoseconds (without `plus`) at tail probability `p` of the lower or the
/// upper half, correctly rounded; above 2^36 ns to 36 significant bits. Nothing if it is beyond
/// 2^62. REQUIRES: a closed-form law, 0 < p <= 1/2.
std::optional<std::int64_t> rounded_quantile(const Distribution& law, double p, bool upper);

}  // namespace flatline::random
