#include "flatline/oracle/delay_law.hpp"

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <cmath>

#include "flatline/base/check.hpp"

namespace flatline::oracle {
namespace {

using Policy = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::denorm_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>>;
using Lognormal = boost::math::lognormal_distribution<double, Policy>;
using Gamma = boost::math::gamma_distribution<double, Policy>;

// A tail of this probability changes no measure by a relative 1e-9.
constexpr double kNegligible = 1e-14;

/// How far two times may differ by rounding alone: grids such as 3 * 0.1 must meet 0.3.
double tie(double x) {
  return 1e-12 * std::max(1.0, std::abs(x));
}

}  // namespace

DelayLaw DelayLaw::constant(double value) {
  FLATLINE_CHECK(value >= 0, "a delay is not negative");
  return {Kind::constant, value, 0};
}

DelayLaw DelayLaw::exponential(double mean) {
  FLATLINE_CHECK(mean > 0, "an exponential delay has a positive mean");
  return {Kind::exponential, mean, 0};
}

DelayLaw DelayLaw::lognormal(double median, double sigma) {
  FLATLINE_CHECK(median > 0 && sigma > 0, "a lognormal delay has a positive median and sigma");
  return {Kind::lognormal, std::log(median), sigma};
}

DelayLaw DelayLaw::gamma(double shape, double scale) {
  FLATLINE_CHECK(shape > 0 && scale > 0, "a gamma delay has a positive shape and scale");
  return {Kind::gamma, shape, scale};
}

DelayLaw DelayLaw::uniform(double lo, double hi) {
  FLATLINE_CHECK(lo >= 0 && lo < hi, "a uniform delay has 0 <= lo < hi");
  return {Kind::uniform, lo, hi};
}

DelayLaw DelayLaw::shifted(double by) const {
  FLATLINE_CHECK(by >= 0 && !cut_off_, "a law is shifted forward, before it is cut off");
  DelayLaw law = *this;
  law.shift_ += by;
  return law;
}

DelayLaw DelayLaw::cut_off(double at) const {
  DelayLaw law = *this;
  law.cut_off_ = cut_off_ ? std::min(*cut_off_, at) : at;
  law.accepted_ = whole_cdf(*law.cut_off_);
  FLATLINE_CHECK(law.accepted_ > 0, "a cut-off accepts some messages");
  return law;
}

double DelayLaw::whole_sf(double x) const {
  const double y = x - shift_;
  switch (kind_) {
    case Kind::constant:
      return x < a_ + shift_ - tie(x) ? 1 : 0;
    case Kind::exponential:
      return y <= 0 ? 1 : std::exp(-y / a_);
    case Kind::lognormal:
      return y <= 0 ? 1 : boost::math::cdf(boost::math::complement(Lognormal(a_, b_), y));
    case Kind::gamma:
      return y <= 0 ? 1 : boost::math::cdf(boost::math::complement(Gamma(a_, b_), y));
    case Kind::uniform:
      return std::clamp((b_ - y) / (b_ - a_), 0.0, 1.0);
  }
  FLATLINE_CHECK(false, "a kind of law is known");
  return 0;
}

double DelayLaw::whole_cdf(double x) const {
  const double y = x - shift_;
  switch (kind_) {
    case Kind::constant:
      return 1 - whole_sf(x);
    case Kind::exponential:
      return y <= 0 ? 0 : -std::expm1(-y / a_);
    case Kind::lognormal:
      return y <= 0 ? 0 : boost::math::cdf(Lognormal(a_, b_), y);
    case Kind::gamma:
      return y <= 0 ? 0 : boost::math::cdf(Gamma(a_, b_), y);
    case Kind::uniform:
      return std::clamp((y - a_) / (b_ - a_), 0.0, 1.0);
  }
  FLATLINE_CHECK(false, "a kind of law is known");
  return 0;
}

double DelayLaw::cdf(double x) const {
  if (!cut_off_) return whole_cdf(x);
  return x >= *cut_off_ ? 1 : whole_cdf(x) / accepted_;
}

double DelayLaw::below(double x) const {
  return is_constant() ? (x > lower() + tie(x) ? 1 : 0) : cdf(x);
}

double DelayLaw::sf(double x) const {
  if (!cut_off_) return whole_sf(x);
  return x >= *cut_off_ ? 0 : (whole_sf(x) - whole_sf(*cut_off_)) / accepted_;
}

double DelayLaw::pdf(double x) const {
  FLATLINE_CHECK(!is_constant(), "a constant has no density");
  const double y = x - shift_;
  if (y <= 0 || (cut_off_ && x > *cut_off_)) return 0;
  double density = 0;
  if (kind_ == Kind::exponential) density = std::exp(-y / a_) / a_;
  if (kind_ == Kind::lognormal) density = boost::math::pdf(Lognormal(a_, b_), y);
  if (kind_ == Kind::gamma) density = boost::math::pdf(Gamma(a_, b_), y);
  if (kind_ == Kind::uniform) density = y < a_ || y > b_ ? 0 : 1 / (b_ - a_);
  return density / accepted_;
}

double DelayLaw::upper_quantile(double q) const {
  FLATLINE_CHECK(q > 0 && q < 1, "a quantile is of a probability between 0 and 1");
  const double tail = cut_off_ ? q * accepted_ + whole_sf(*cut_off_) : q;
  switch (kind_) {
    case Kind::constant:
      return a_ + shift_;
    case Kind::exponential:
      return shift_ - a_ * std::log(tail);
    case Kind::lognormal:
      return shift_ + boost::math::quantile(boost::math::complement(Lognormal(a_, b_), tail));
    case Kind::gamma:
      return shift_ + boost::math::quantile(boost::math::complement(Gamma(a_, b_), tail));
    case Kind::uniform:
      return shift_ + b_ - tail * (b_ - a_);
  }
  FLATLINE_CHECK(false, "a kind of law is known");
  return 0;
}

double DelayLaw::lower() const {
  const bool from_a = kind_ == Kind::constant || kind_ == Kind::uniform;
  return shift_ + (from_a ? a_ : 0);
}

double DelayLaw::upper() const {
  if (kind_ == Kind::constant) return lower();
  const double end = kind_ == Kind::uniform ? shift_ + b_ : upper_quantile(kNegligible);
  return cut_off_ ? std::min(end, *cut_off_) : end;
}

std::vector<double> DelayLaw::landmarks() const {
  if (kind_ == Kind::constant) return {lower()};
  if (kind_ == Kind::uniform) return {lower(), upper()};
  return {lower(), upper_quantile(0.9), upper_quantile(0.5), upper_quantile(1e-2), upper()};
}

}  // namespace flatline::oracle
