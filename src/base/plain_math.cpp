#include "flatline/base/plain_math.hpp"

#include <cmath>

namespace flatline {
namespace {

constexpr double kInverseSqrtTwoPi = 0.398942280401432678;
// ln 2 in two parts: the first has trailing zeros, so a small multiple of it is exact.
constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;
// Below this e^x is less than the smallest double.
constexpr double kLeastExponent = -746;
// Where the series for the centre hands over to the continued fraction for the tail: farther out
// the series would lose digits in 1/2 - ..., nearer the fraction would need more terms.
constexpr double kTailFrom = 1.6;

/// ln((1 + s) / (1 - s)) by its series; |s| <= 1/3.
double log_ratio(double s) {
  const double square = s * s;
  double sum = 0;
  for (int k = 39; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
  return 2 * s * sum;
}

/// P(Z > z) for 0 <= z < kTailFrom: 1/2 - density (z + z^3/3 + z^5/15 + ...).
double centre_tail(double z) {
  double term = z;
  double sum = z;
  for (int k = 3; k < 121; k += 2) {
    term *= z * z / k;
    sum += term;
  }
  return 0.5 - normal_density(z) * sum;
}

}  // namespace

double plain_log(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < 0.7071067811865476) {
    mantissa *= 2;
    --exponent;
  }
  return exponent * kLn2High + (exponent * kLn2Low + log_ratio((mantissa - 1) / (mantissa + 1)));
}

double plain_exp(double x) {
  if (x < kLeastExponent) return 0;
  const double multiple = std::floor(x / (kLn2High + kLn2Low) + 0.5);
  const double rest = (x - multiple * kLn2High) - multiple * kLn2Low;
  double sum = 1;
  for (int k = 18; k >= 1; --k) sum = 1 + sum * rest / k;
  return std::ldexp(sum, static_cast<int>(multiple));
}

double log_of_rest(double p) {
  // Above a half 1 - p is exact.
  return p > 0.5 ? -plain_log(1 - p) : log_ratio(p / (2 - p));
}

double log_one_plus(double x) {
  return log_ratio(x / (2 + x));
}

double normal_density(double z) {
  return kInverseSqrtTwoPi * plain_exp(-z * z / 2);
}

double normal_tail(double z) {
  return z < kTailFrom ? centre_tail(z) : normal_density(z) / normal_tail_hazard(z);
}

/// By z + 1/(z + 2/(z + 3/(z + ...))), from the bottom up.
double normal_tail_hazard(double z) {
  // The farther out, the fewer terms; 160 do at kTailFrom.
  const int terms = z < 6 ? 160 : 40;
  double fraction = z;
  for (int k = terms; k >= 1; --k) fraction = z + k / fraction;
  return fraction;
}

}  // namespace flatline
