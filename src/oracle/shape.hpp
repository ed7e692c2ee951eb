#pragma once
// Pieces that several closed forms share. Private to the oracle.

#include <cmath>
#include <cstdint>

namespace flatline::oracle {

/// floor(x), a rounding error below a whole number counting as that number.
inline std::int64_t floor_with_ties(double x) {
  return static_cast<std::int64_t>(std::floor(x + 1e-12 * std::fmax(1.0, std::fabs(x))));
}

/// ceil(x), a rounding error above a whole number counting as that number.
inline std::int64_t ceil_with_ties(double x) {
  return -floor_with_ties(-x);
}

/// E((c - U)^+) for U uniform on (0, eta): the part of c that is left after a crash at a random
/// phase.
inline double left_after_phase(double c, double eta) {
  if (c <= 0) return 0;
  return c < eta ? c * c / (2 * eta) : c - eta / 2;
}

}  // namespace flatline::oracle
