#include "fit/law_functions.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "flatline/base/check.hpp"
#include "flatline/fit/law.hpp"

namespace flatline::fit {
namespace {

using random::Distribution;
using random::Family;

namespace bm = boost::math;
// What over- or underflows is 0 or infinity here, never an exception.
using Policy = bm::policies::policy<bm::policies::overflow_error<bm::policies::ignore_error>,
                                    bm::policies::underflow_error<bm::policies::ignore_error>,
                                    bm::policies::denorm_error<bm::policies::ignore_error>,
                                    bm::policies::evaluation_error<bm::policies::ignore_error>,
                                    bm::policies::promote_double<false>>;

constexpr double kRoot2 = 1.41421356237309504880;

Tails of_hazard(double hazard) {
  return {-std::expm1(-hazard), std::exp(-hazard)};
}

double normal_upper(double z) {
  return 0.5 * std::erfc(z / kRoot2);
}

Tails cut_normal(double mean, double deviation, double y) {
  const double kept = normal_upper(-mean / deviation);
  const double z = (y - mean) / deviation;
  const double upper = std::min(1.0, normal_upper(z) / kept);
  if (z > 0) return {1 - upper, upper};
  // Both terms are small far below the mean; near a cut that matters only 1e-16 is promised.
  const double lower = (normal_upper(-z) - normal_upper(mean / deviation)) / kept;
  return {std::max(0.0, lower), upper};
}

// Only the smaller tail is computed: it costs as much as all else together.
Tails gamma_tails(double shape, double x) {
  if (x < shape) {
    const double lower = bm::gamma_p(shape, x, Policy());
    return {lower, 1 - lower};
  }
  const double upper = std::isinf(x) ? 0 : bm::gamma_q(shape, x, Policy());
  return {1 - upper, upper};
}

double normal_quantile(double p, bool upper) {
  const double z = kRoot2 * bm::erfc_inv(2 * p, Policy());
  return upper ? z : -z;
}

double cut_normal_quantile(double mean, double deviation, double p, bool upper) {
  const double below_zero = normal_upper(mean / deviation);
  const double kept = normal_upper(-mean / deviation);
  if (upper) return mean + deviation * normal_quantile(p * kept, true);
  const double from_below = below_zero + p * kept;
  if (from_below <= 0.5) return mean + deviation * normal_quantile(from_below, false);
  return mean + deviation * normal_quantile((1 - p) * kept, true);
}

}  // namespace

Tails tails_of(const RealLaw& law, double y) {
  if (!(y > 0)) return {0, 1};
  switch (law.family) {
    case Family::uniform:
      if (y >= law.b) return {1, 0};
      if (y <= law.a) return {0, 1};
      return {(y - law.a) / (law.b - law.a), (law.b - y) / (law.b - law.a)};
    case Family::exponential:
      return of_hazard(y / law.a);
    case Family::weibull:
      return of_hazard(std::pow(y / law.a, law.b));
    case Family::pareto:
      return y <= law.a ? Tails{} : of_hazard(law.b * std::log1p((y - law.a) / law.a));
    case Family::lognormal: {
      const double z = std::log(y / law.a) / law.b;
      return {normal_upper(-z), normal_upper(z)};
    }
    case Family::normal:
      return cut_normal(law.a, law.b, y);
    case Family::gamma:
      return gamma_tails(law.b, y / law.a);
    default:
      FLATLINE_CHECK(false, "a closed-form law");
      return {};
  }
}

double quantile_of(const RealLaw& law, double p, bool upper) {
  const double hazard = upper ? -std::log(p) : -std::log1p(-p);
  switch (law.family) {
    case Family::uniform:
      return upper ? law.b - p * (law.b - law.a) : law.a + p * (law.b - law.a);
    case Family::exponential:
      return law.a * hazard;
    case Family::weibull:
      return law.a * std::pow(hazard, 1 / law.b);
    case Family::pareto:
      return law.a * std::exp(hazard / law.b);
    case Family::lognormal:
      return law.a * std::exp(law.b * normal_quantile(p, upper));
    case Family::normal:
      return std::max(0.0, cut_normal_quantile(law.a, law.b, p, upper));
    case Family::gamma:
      return law.a *
             (upper ? bm::gamma_q_inv(law.b, p, Policy()) : bm::gamma_p_inv(law.b, p, Policy()));
    default:
      FLATLINE_CHECK(false, "a closed-form law");
      return 0;
  }
}

LawFunctions::LawFunctions(const Distribution& law) : plus_(static_cast<double>(law.plus.ns)) {
  real_.family = law.family;
  real_.a = static_cast<double>(law.value.ns);
  switch (law.family) {
    case Family::constant:
      sorted_ = {law.value.ns};
      return;
    case Family::uniform:
    case Family::normal:
      real_.b = static_cast<double>(law.second.ns);
      // Without width it is one value.
      if (law.family == Family::normal ? law.second.ns == 0 : law.second <= law.value) {
        sorted_ = {law.value.ns};
      }
      return;
    case Family::empirical:
      FLATLINE_CHECK(!law.values.empty(), "an empirical law with values");
      sorted_ = law.values;
      std::sort(sorted_.begin(), sorted_.end());
      return;
    case Family::mixture: {
      FLATLINE_CHECK(!law.mixture.empty(), "a mixture with components");
      double total = 0;
      for (const auto& component : law.mixture) total += component.weight;
      for (const auto& component : law.mixture) {
        components_.push_back({component.weight / total, LawFunctions(component.of)});
      }
      return;
    }
    default:
      real_.b = law.shape;
  }
}

Tails LawFunctions::tails(double ns) const {
  const double y = ns - plus_;
  if (!components_.empty()) {
    Tails sum{0, 0};
    for (const Component& component : components_) {
      const Tails part = component.of.tails(y);
      sum.lower += component.weight * part.lower;
      sum.upper += component.weight * part.upper;
    }
    return sum;
  }
  if (sorted_.empty()) return tails_of(real_, y);
  const auto after = std::partition_point(
      sorted_.begin(), sorted_.end(), [y](std::int64_t v) { return static_cast<double>(v) <= y; });
  const auto n = static_cast<double>(sorted_.size());
  return {static_cast<double>(after - sorted_.begin()) / n,
          static_cast<double>(sorted_.end() - after) / n};
}

double LawFunctions::quantile(double p, bool upper) const {
  FLATLINE_CHECK(p > 0 && p < 1, "a probability between 0 and 1");
  if (!components_.empty()) return plus_ + mixture_quantile(p, upper);
  if (sorted_.empty()) return plus_ + quantile_of(real_, p, upper);
  const auto n = static_cast<double>(sorted_.size());
  // The least k with k / n >= p; rounding of p n must not step over a whole number.
  const double k = upper ? n - std::floor(p * n * (1 + 1e-15)) : std::ceil(p * n * (1 - 1e-15));
  return plus_ + static_cast<double>(sorted_[static_cast<std::size_t>(std::clamp(k, 1.0, n)) - 1]);
}

double LawFunctions::mixture_quantile(double p, bool upper) const {
  // Between the least and the largest quantile of the components.
  double below = components_.front().of.quantile(p, upper);
  double above = below;
  for (const Component& component : components_) {
    const double q = component.of.quantile(p, upper);
    below = std::min(below, q);
    above = std::max(above, q);
  }
  const auto reached = [&](double ns) {
    Tails sum{0, 0};
    for (const Component& component : components_) {
      const Tails part = component.of.tails(ns);
      sum.lower += component.weight * part.lower;
      sum.upper += component.weight * part.upper;
    }
    return upper ? sum.upper <= p : sum.lower >= p;
  };
  if (reached(below)) return below;
  for (;;) {
    const double middle = below + (above - below) / 2;
    if (!(middle > below && middle < above)) return above;
    (reached(middle) ? above : below) = middle;
  }
}

double cdf(const Distribution& law, double ns) {
  return LawFunctions(law).tails(ns).lower;
}

double survival(const Distribution& law, double ns) {
  return LawFunctions(law).tails(ns).upper;
}

double quantile(const Distribution& law, double p) {
  FLATLINE_CHECK(p > 0 && p < 1, "a probability between 0 and 1");
  // 1 - p is exact for p >= 1/2.
  return LawFunctions(law).quantile(p <= 0.5 ? p : 1 - p, p > 0.5);
}

double farthest_tail(std::int64_t n) {
  FLATLINE_CHECK(n > 0, "recorded values");
  return 0.01 / static_cast<double>(n);
}

}  // namespace flatline::fit
