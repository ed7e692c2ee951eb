#include "random/exact_quantile.hpp"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>

#include "flatline/base/check.hpp"

namespace flatline::random {
namespace {

namespace bm = boost::math;
using Exact = boost::multiprecision::cpp_bin_float_50;
// Overflow gives infinity, which the caller refuses; it must not throw.
using Policy = bm::policies::policy<bm::policies::overflow_error<bm::policies::ignore_error>,
                                    bm::policies::underflow_error<bm::policies::ignore_error>,
                                    bm::policies::promote_double<false>>;

constexpr int kKeptBits = 36;
constexpr double kClosedFormError = 2e-13;  // relative; the double formulas are good to some 1e-14
constexpr double kGammaError = 1e-11;       // Boost's inverse incomplete gamma is iterative

template <typename Real>
Real normal_quantile(const Real& p, bool upper) {
  using std::sqrt;
  // erfc_inv is accurate in the tail: z = sqrt(2) erfc_inv(2p) leaves p above it.
  const Real z = sqrt(Real(2)) * bm::erfc_inv(2 * p, Policy());
  return upper ? z : Real(-z);
}

template <typename Real>
Real cut_normal(const Real& mean, const Real& deviation, const Real& p, bool upper) {
  using std::sqrt;
  const Real below_zero = bm::erfc(mean / (deviation * sqrt(Real(2))), Policy()) / 2;
  const Real kept = 1 - below_zero;
  if (upper) return mean + deviation * normal_quantile(Real(p * kept), true);
  const Real from_below = below_zero + p * kept;
  if (from_below <= Real(0.5)) return mean + deviation * normal_quantile(from_below, false);
  return mean + deviation * normal_quantile(Real((1 - p) * kept), true);
}

template <typename Real>
Real quantile(const Distribution& law, const Real& p, bool upper) {
  using std::exp;
  using std::log;
  using std::log1p;
  using std::pow;
  using boost::multiprecision::exp;
  using boost::multiprecision::log;
  using boost::multiprecision::log1p;
  using boost::multiprecision::pow;
  // At most 2^60 ns: below 2^53 a double holds it exactly, and above, knots keep 36 bits anyway.
  const Real scale(static_cast<double>(law.value.ns));
  const Real hazard = upper ? Real(-log(p)) : Real(-log1p(Real(-p)));
  switch (law.family) {
    case Family::exponential:
      return scale * hazard;
    case Family::normal:
      return cut_normal(scale, Real(static_cast<double>(law.second.ns)), p, upper);
    case Family::lognormal:
      return scale * exp(Real(law.shape) * normal_quantile(p, upper));
    case Family::weibull:
      return scale * pow(hazard, Real(1) / Real(law.shape));
    case Family::pareto:
      return scale * exp(hazard / Real(law.shape));
    case Family::gamma:
      return scale * (upper ? bm::gamma_q_inv(Real(law.shape), p, Policy())
                            : bm::gamma_p_inv(Real(law.shape), p, Policy()));
    default:
      FLATLINE_CHECK(false, "a closed-form law");
      return Real(0);
  }
}

}  // namespace

std::optional<std::int64_t> rounded_quantile(const Distribution& law, double p, bool upper) {
  const double value = quantile<double>(law, p, upper);
  if (!(value < std::ldexp(1.0, 62))) return std::nullopt;
  const int exponent = value >= 1 ? std::ilogb(value) : 0;
  const int drop = std::max(0, exponent + 1 - kKeptBits);
  const double scaled = std::ldexp(value, -drop);
  double error = law.family == Family::gamma ? kGammaError : kClosedFormError;
  error *= std::abs(scaled);
  // The cut normal may cancel: its error is that of its terms.
  if (law.family == Family::normal) {
    error += kClosedFormError * std::ldexp(static_cast<double>(law.value.ns), -drop);
  }
  const double from_tie = std::abs(scaled - std::floor(scaled) - 0.5);
  if (from_tie > error) {
    return static_cast<std::int64_t>(std::max(0.0, std::floor(scaled + 0.5))) << drop;
  }
  const Exact exact = quantile<Exact>(law, Exact(p), upper);
  const Exact nearest = floor(ldexp(exact, -drop) + Exact(0.5));
  return static_cast<std::int64_t>(nearest < 0 ? Exact(0) : nearest) << drop;
}

}  // namespace flatline::random
