#include "random/exact_quantile.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>

#include "flatline/base/check.hpp"

namespace flatline::random {
namespace {

namespace bm = boost::math;
using Exact = boost::multiprecision::cpp_bin_float_50;
// What overflows is refused by the caller, what underflows rounds to 0: neither may throw.
using Policy = bm::policies::policy<bm::policies::overflow_error<bm::policies::ignore_error>,
                                    bm::policies::underflow_error<bm::policies::ignore_error>,
                                    bm::policies::promote_double<false>>;

constexpr int kKeptBits = 36;
// Bounds of the error of the double formulas, more than ten times what was measured
// (docs/adr/0002): relative to the value, and for the cut normal, which may cancel, to the sum of
// its terms.
constexpr double kFormulaError = 2e-13;
constexpr double kNormalError = 1e-14;

// The value that a normal variable passes (upper) or stays below with probability p.
template <typename Real>
Real normal_quantile(const Real& p, bool upper) {
  using std::sqrt;
  const Real z = sqrt(Real(2)) * bm::erfc_inv(Real(2 * p), Policy());
  return upper ? z : Real(-z);
}

template <typename Real>
Real cut_normal(const Real& mean, const Real& deviation, const Real& p, bool upper) {
  using std::sqrt;
  const Real below_zero = bm::erfc(Real(mean / (deviation * sqrt(Real(2)))), Policy()) / 2;
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
  const auto scale = static_cast<Real>(law.value.ns);
  const Real hazard = upper ? Real(-log(p)) : Real(-log1p(Real(-p)));
  switch (law.family) {
    case Family::exponential:
      return scale * hazard;
    case Family::normal:
      return cut_normal(scale, static_cast<Real>(law.second.ns), p, upper);
    case Family::lognormal:
      return scale * exp(Real(Real(law.shape) * normal_quantile(p, upper)));
    case Family::weibull:
      return scale * pow(hazard, Real(Real(1) / Real(law.shape)));
    case Family::pareto:
      return scale * exp(Real(hazard / Real(law.shape)));
    case Family::gamma:
      return scale * (upper ? bm::gamma_q_inv(Real(law.shape), p, Policy())
                            : bm::gamma_p_inv(Real(law.shape), p, Policy()));
    default:
      FLATLINE_CHECK(false, "a closed-form law");
      return Real(0);
  }
}

// Whether the quantile lies at `value` or above it, decided in 50 digits.
bool reaches(const Distribution& law, const Exact& value, double p, bool upper) {
  if (law.family != Family::gamma) return quantile<Exact>(law, Exact(p), upper) >= value;
  // One incomplete gamma function costs a sixth of inverting it.
  const Exact x = value / law.value.ns;
  return upper ? bm::gamma_q(Exact(law.shape), x, Policy()) >= p
               : bm::gamma_p(Exact(law.shape), x, Policy()) <= p;
}

double error_bound(const Distribution& law, double value) {
  if (law.family != Family::normal) return kFormulaError * value;
  return kNormalError *
         (static_cast<double>(law.value.ns) + static_cast<double>(law.second.ns) + std::abs(value));
}

}  // namespace

std::optional<std::int64_t> rounded_quantile(const Distribution& law, double p, bool upper) {
  const double value = quantile<double>(law, p, upper);
  if (!(value < std::ldexp(1.0, 62))) return std::nullopt;
  const int exponent = value >= 1 ? std::ilogb(value) : 0;
  const int drop = std::max(0, exponent + 1 - kKeptBits);
  const double scaled = std::max(0.0, std::ldexp(value, -drop));
  const double below = std::floor(scaled);
  const double from_tie = scaled - below - 0.5;
  const double error = std::ldexp(error_bound(law, value), -drop);
  if (error >=
      0.5) {  // not even the two neighbours are certain: a cut normal much wider than its quantile
    const Exact exact = ldexp(quantile<Exact>(law, Exact(p), upper), -drop);
    return static_cast<std::int64_t>(floor(Exact(exact + 0.5))) << drop;
  }
  bool up = from_tie >= 0;
  if (std::abs(from_tie) <= error) {
    up = reaches(law, Exact(ldexp(Exact(below + 0.5), drop)), p, upper);
  }
  return (static_cast<std::int64_t>(below) + (up ? 1 : 0)) << drop;
}

}  // namespace flatline::random
