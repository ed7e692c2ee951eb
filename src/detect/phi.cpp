#include "flatline/detect/phi.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "flatline/base/plain_math.hpp"
#include "flatline/base/check.hpp"

namespace flatline::detect {
namespace {

constexpr double kLogSqrtTwoPi = 0.918938533204672742;
// From here on the logarithm of the tail is taken by parts, so that nothing underflows.
constexpr double kTailFrom = 2.0;
// Below this z the level is less than the smallest double.
constexpr double kLowestZ = -39.0;

// The logistic form's exponent: a y + b y^3.
constexpr double kA = 1.5976;
constexpr double kB = 0.070566;

/// density(z) / P(Z > z): the slope of normal_phi, times ln 10.
double hazard(double z) {
  if (z >= kTailFrom) return normal_tail_hazard(z);
  return normal_density(z) / (z >= 0 ? normal_tail(z) : 1 - normal_tail(-z));
}

/// ln(10^phi - 1) for a positive phi.
double log_ten_power_less_one(double phi) {
  const double u = phi * kLn10;
  if (u > 1) return u - log_of_rest(plain_exp(-u));
  // e^u - 1 by its series, which keeps a small u.
  double sum = 1;
  for (int k = 20; k >= 2; --k) sum = 1 + sum * u / k;
  return plain_log(u * sum);
}

}  // namespace

double normal_phi(double z) {
  if (z > 1e150) return std::numeric_limits<double>::infinity();
  if (z >= kTailFrom) return (z * z / 2 + kLogSqrtTwoPi + plain_log(normal_tail_hazard(z))) / kLn10;
  if (z > 0) return -plain_log(normal_tail(z)) / kLn10;
  if (z < kLowestZ) return 0;
  // -ln(1 - p) without forming 1 - p, which would lose a small p.
  return log_of_rest(normal_tail(-z)) / kLn10;
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

double logistic_phi(double z) {
  const double x = z * (kA + kB * (z * z));
  // log10(1 + e^x), with the exponential of a negative number only: nothing overflows.
  if (x > 0) return (x + log_one_plus(plain_exp(-x))) / kLn10;
  return log_one_plus(plain_exp(x)) / kLn10;
}

double logistic_phi_inverse(double phi) {
  FLATLINE_CHECK(phi > 0 && phi <= std::numeric_limits<double>::max() / 4,
                 "phi is positive and finite");
  // a y + b y^3 = x has one root, of the sign of x. |x| / a and the cube root of |x| / b both lie
  // beyond it; from there Newton's steps fall towards it and never pass it.
  const double x = log_ten_power_less_one(phi);
  const double size = std::abs(x);
  double y = size / kA;
  // Where the cube rules, a crude start above the root: at most doubled, then halved while above.
  while (kA * (y / 2) + kB * (y / 2) * (y / 2) * (y / 2) > size) y /= 2;
  for (int i = 0; i < 200; ++i) {
    const double next = y - (y * (kA + kB * (y * y)) - size) / (kA + 3 * kB * (y * y));
    if (!(next < y)) break;
    y = next;
  }
  return x < 0 ? -y : y;
}

}  // namespace flatline::detect
