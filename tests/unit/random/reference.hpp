#pragma once
// The closed-form laws once more, over the whole range that a scenario may ask for: distribution functions in 50
// digits, quantiles and moments in double, each from its textbook formula and none from the code under test.

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>

#include "flatline/base/check.hpp"
#include "flatline/random/distribution.hpp"
#include "support/catch.hpp"

namespace flatline::random::reference {

using Exact = boost::multiprecision::cpp_bin_float_50;
using Table = Sampler::Table;

inline Distribution law(Family family, Duration value, Duration second, double shape) {
  Distribution out;
  out.family = family;
  out.value = value;
  out.second = second;
  out.shape = shape;
  return out;
}
inline Distribution exponential(Duration mean) { return law(Family::exponential, mean, {}, 0); }
inline Distribution normal(Duration mean, Duration deviation) { return law(Family::normal, mean, deviation, 0); }
inline Distribution lognormal(Duration median, double sigma) { return law(Family::lognormal, median, {}, sigma); }
inline Distribution gamma(Duration scale, double shape) { return law(Family::gamma, scale, {}, shape); }
inline Distribution weibull(Duration scale, double shape) { return law(Family::weibull, scale, {}, shape); }
inline Distribution pareto(Duration scale, double shape) { return law(Family::pareto, scale, {}, shape); }
inline Distribution uniform(Duration from, Duration to) { return law(Family::uniform, from, to, 0); }

inline std::string name(const Distribution& d) {
  return std::string(name_of(d.family)) + " " + std::to_string(d.value.ns) + " " + std::to_string(d.second.ns) + " " +
         std::to_string(d.shape);
}

inline Sampler compiled(const Distribution& d) {
  auto result = compile(d);
  FLATLINE_CHECK(result.ok(), "a law that compiles");
  return result.value();
}

/// P(X <= x), or P(X > x) if `upper`, of the law in real numbers, for x >= 0. Good to some 30 digits.
inline Exact probability(const Distribution& d, const Exact& x, bool upper) {
  const Exact scale(d.value.ns), shape(d.shape), root = sqrt(Exact(2));
  const auto tail = [&](const Exact& hazard) { return upper ? Exact(exp(-hazard)) : Exact(-expm1(-hazard)); };
  switch (d.family) {
    case Family::exponential:
      return tail(x / scale);
    case Family::weibull:
      return x == 0 ? tail(Exact(0)) : tail(pow(Exact(x / scale), shape));
    case Family::pareto:
      return x <= scale ? Exact(upper ? 1 : 0) : tail(shape * log(Exact(x / scale)));
    case Family::lognormal: {
      if (x == 0) return Exact(upper ? 1 : 0);
      const Exact z = log(Exact(x / scale)) / (shape * root);
      return boost::math::erfc(Exact(upper ? z : Exact(-z))) / 2;
    }
    case Family::normal: {
      const Exact spread = root * Exact(d.second.ns);
      const Exact kept = boost::math::erfc(Exact(-scale / spread)) / 2;
      const Exact above = boost::math::erfc(Exact((x - scale) / spread)) / 2 / kept;
      return upper ? above : Exact(1 - above);
    }
    default:
      return upper ? boost::math::gamma_q(shape, Exact(x / scale)) : boost::math::gamma_p(shape, Exact(x / scale));
  }
}

/// The quantile in ns, in double: at tail probability p of the lower or the upper half.
inline double quantile(const Distribution& d, double p, bool upper) {
  const double scale = static_cast<double>(d.value.ns), root = std::sqrt(2.0);
  const double hazard = upper ? -std::log(p) : -std::log1p(-p);
  const auto z_above = [&](double q) { return root * boost::math::erfc_inv(2 * q); };
  switch (d.family) {
    case Family::exponential:
      return scale * hazard;
    case Family::weibull:
      return scale * std::pow(hazard, 1 / d.shape);
    case Family::pareto:
      return scale * std::exp(hazard / d.shape);
    case Family::lognormal:
      return scale * std::exp(d.shape * (upper ? z_above(p) : -z_above(p)));
    case Family::normal: {
      const double deviation = static_cast<double>(d.second.ns);
      const double cut = std::erfc(scale / (deviation * root)) / 2, kept = std::erfc(-scale / (deviation * root)) / 2;
      const double below = upper ? 1 - p * kept : cut + p * kept;
      if (below < 0.5) return scale - deviation * z_above(below);
      return scale + deviation * z_above((upper ? p : 1 - p) * kept);
    }
    default:
      return scale * (upper ? boost::math::gamma_q_inv(d.shape, p) : boost::math::gamma_p_inv(d.shape, p));
  }
}

struct Moments {
  double mean, second;  ///< E(X) in ns and E(X^2) in ns^2; infinite where the law has none.
};

inline Moments moments(const Distribution& d) {
  const double s = static_cast<double>(d.value.ns), k = d.shape;
  const double none = std::numeric_limits<double>::infinity();
  switch (d.family) {
    case Family::exponential:
      return {s, 2 * s * s};
    case Family::weibull:
      return {s * std::tgamma(1 + 1 / k), s * s * std::tgamma(1 + 2 / k)};
    case Family::pareto:
      return {k > 1 ? s * k / (k - 1) : none, k > 2 ? s * s * k / (k - 2) : none};
    case Family::lognormal:
      return {s * std::exp(k * k / 2), s * s * std::exp(2 * k * k)};
    case Family::normal: {
      const double deviation = static_cast<double>(d.second.ns), a = s / deviation;
      const double kept = std::erfc(-a / std::sqrt(2.0)) / 2;
      const double ratio = std::exp(-a * a / 2) / std::sqrt(2 * std::acos(-1.0)) / kept;
      const double mean = s + deviation * ratio;
      return {mean, deviation * deviation * (1 - a * ratio - ratio * ratio) + mean * mean};
    }
    default:
      return {s * k, s * s * k * (k + 1)};
  }
}

/// Tail probability of knot j of either half, by the contract above class Sampler.
inline double knot_probability(std::size_t j) {
  const int octave = Table::kOctaves - 1 - static_cast<int>(j / 64);
  return std::ldexp(1 + static_cast<double>(j % 64) / 64, -(octave + 2));
}

}  // namespace flatline::random::reference
