#include "flatline/detect/phi.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "flatline/base/check.hpp"

namespace flatline::detect {
namespace {

constexpr double kLn10 = 2.302585092994045684;
constexpr double kLogSqrtTwoPi = 0.918938533204672742;
constexpr double kInverseSqrtTwoPi = 0.398942280401432678;
// ln 2 in two parts: the first has trailing zeros, so a small multiple of it is exact.
constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;
// Where the series for the centre hands over to the continued fraction for the tail: there both are
// good to a few units in the last place.
constexpr double kTailFrom = 2.0;
// Below this z the level is less than the smallest double.
constexpr double kLowestZ = -39.0;

/// ln((1 + s) / (1 - s)) by its series; |s| <= 1/3.
double log_ratio(double s) {
  const double square = s * s;
  double sum = 0;
  for (int k = 39; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
  return 2 * s * sum;
}

/// ln x for a positive finite x.
double plain_log(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < 0.7071067811865476) {
    mantissa *= 2;
    --exponent;
  }
  return exponent * kLn2High + (exponent * kLn2Low + log_ratio((mantissa - 1) / (mantissa + 1)));
}

/// e^x for -800 <= x <= 0.
double plain_exp(double x) {
  const double multiple = std::floor(x / (kLn2High + kLn2Low) + 0.5);
  const double rest = (x - multiple * kLn2High) - multiple * kLn2Low;
  double sum = 1;
  for (int k = 18; k >= 1; --k) sum = 1 + sum * rest / k;
  return std::ldexp(sum, static_cast<int>(multiple));
}

double density(double z) {
  return kInverseSqrtTwoPi * plain_exp(-z * z / 2);
}

/// density(z) / P(Z > z) for z >= kTailFrom: z + 1/(z + 2/(z + 3/(z + ...))), from the bottom up.
double tail_hazard(double z) {
  // The farther out, the fewer terms; 160 do at kTailFrom.
  const int terms = z < 6 ? 160 : 40;
  double fraction = z;
  for (int k = terms; k >= 1; --k) fraction = z + k / fraction;
  return fraction;
}

/// P(Z > z) for 0 <= z < kTailFrom: 1/2 - density (z + z^3/3 + z^5/15 + ...).
double centre_tail(double z) {
  double term = z;
  double sum = z;
  for (int k = 3; k < 121; k += 2) {
    term *= z * z / k;
    sum += term;
  }
  return 0.5 - density(z) * sum;
}

/// P(Z > z) for z >= 0.
double upper_tail(double z) {
  return z < kTailFrom ? centre_tail(z) : density(z) / tail_hazard(z);
}

/// density(z) / P(Z > z): the slope of normal_phi, times ln 10.
double hazard(double z) {
  if (z >= kTailFrom) return tail_hazard(z);
  return density(z) / (z >= 0 ? centre_tail(z) : 1 - upper_tail(-z));
}

}  // namespace

double normal_phi(double z) {
  if (z > 1e150) return std::numeric_limits<double>::infinity();
  if (z >= kTailFrom) return (z * z / 2 + kLogSqrtTwoPi + plain_log(tail_hazard(z))) / kLn10;
  if (z > 0) return -plain_log(centre_tail(z)) / kLn10;
  if (z < kLowestZ) return 0;
  // -ln(1 - p) without forming 1 - p, which would lose a small p.
  const double p = upper_tail(-z);
  return log_ratio(p / (2 - p)) / kLn10;
}

double normal_phi_inverse(double phi) {
  FLATLINE_CHECK(phi > 0 && phi <= std::numeric_limits<double>::max(),
                 "phi is positive and finite");
  // P(Z > z) <= exp(-z^2/2) bounds the root from above. sqrt is exactly rounded everywhere.
  double low = kLowestZ;
  double high = std::sqrt(phi) * std::sqrt(2 * kLn10) + 1;
  double z = phi > 1 ? high - 1 : 0;
  for (int i = 0; i < 200; ++i) {
    const double reached = normal_phi(z);
    (reached < phi ? low : high) = z;
    // Newton on ln phi, which is nearly straight where phi is tiny; bisection if it leaves the
    // bracket.
    double next = (low + high) / 2;
    if (reached > 0) {
      const double newton = z - plain_log(reached / phi) * reached * kLn10 / hazard(z);
      if (newton > low && newton < high) next = newton;
    }
    if (std::abs(next - z) <= 1e-15 * std::max(1.0, std::abs(z))) return next;
    z = next;
  }
  return z;
}

}  // namespace flatline::detect
