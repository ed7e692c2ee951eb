#include "flatline/fit/law.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fit/cells.hpp"
#include "fit/law_climb.hpp"
#include "fit/law_goodness.hpp"
#include "fit/law_interval.hpp"
#include "fit/law_model.hpp"
#include "fit/law_uniform.hpp"
#include "flatline/base/check.hpp"

namespace flatline::fit {
namespace {

using Eigen::Index;
using Eigen::VectorXd;
using random::Distribution;
using random::Family;

constexpr double kSecond = 1e-9;  // Of a nanosecond.
constexpr Family kAll[] = {Family::uniform, Family::exponential, Family::normal, Family::lognormal,
                           Family::gamma,   Family::weibull,     Family::pareto};

struct Names {
  const char* a;
  const char* b;  // Empty: there is none.
};

Names names_of(Family family) {
  switch (family) {
    case Family::uniform:
      return {"lower", "upper"};
    case Family::exponential:
      return {"mean", ""};
    case Family::normal:
      return {"mean", "deviation"};
    case Family::lognormal:
      return {"median", "sigma"};
    default:
      return {"scale", "shape"};
  }
}

// Whole nanoseconds, where random::compile accepts the law (its limits are those of the header).
std::optional<Distribution> as_scenario(const PlacedLaw& law, std::int64_t least) {
  const auto longest = static_cast<double>(kLongestTime.ns);
  const Family family = law.real.family;
  const bool two_durations = family == Family::uniform || family == Family::normal;
  if (!(law.real.a + law.plus < longest) || !(law.real.b < longest)) return std::nullopt;
  Distribution out;
  out.family = family;
  out.value = {std::llround(law.real.a)};
  // A law that begins above the least recorded value would call it impossible.
  out.plus = {std::clamp<std::int64_t>(std::llround(law.plus), 0, least)};
  if (two_durations) {
    out.second = {std::llround(law.real.b)};
    if (family == Family::normal ? out.second.ns < 1 : out.second <= out.value) return std::nullopt;
    if (family == Family::uniform) return out;
  } else {
    out.shape = law.real.b;
    if (out.value.ns < 1) return std::nullopt;
  }
  // The sampler's tables end at probability 2^-56.
  const double farthest = LawFunctions(out).quantile(std::ldexp(1.0, -56), true);
  if (!(farthest < longest * (1 - 1e-9))) return std::nullopt;
  return out;
}

Parameter parameter(const char* name, bool is_duration, double value, double lo, double hi) {
  const double unit = is_duration ? kSecond : 1;
  return {name, is_duration, value * unit, std::min(lo, value) * unit, std::max(hi, value) * unit};
}

/// The ends of one number of the law over the profiles of some coordinates.
class Spread {
 public:
  Spread(const LawModel& model, const Top& top) : model_(model), top_(top) {}

  void along(Index i, double loss) {
    for (const bool up : {false, true}) {
      ends_.push_back(model_.law(profile_end(model_, top_, i, up, loss)));
    }
  }
  template <typename Get>
  Parameter get(const char* name, bool is_duration, const Get& number, double value) const {
    double lo = value;
    double hi = value;
    for (const PlacedLaw& end : ends_) {
      lo = std::min(lo, number(end));
      hi = std::max(hi, number(end));
    }
    return parameter(name, is_duration, value, lo, hi);
  }

 private:
  const LawModel& model_;
  const Top& top_;
  std::vector<PlacedLaw> ends_;
};

double number_a(const PlacedLaw& law) {
  return law.real.a;
}
double number_b(const PlacedLaw& law) {
  return law.real.b;
}
double number_plus(const PlacedLaw& law) {
  return law.plus;
}

// Whether the density vanishes at the least value, and so smoothly that all parameters are regular.
// Else that value is known far better than to 1 / sqrt(n).
bool begins_smoothly(const RealLaw& law) {
  const bool powered = law.family == Family::gamma || law.family == Family::weibull;
  return law.family == Family::lognormal || (powered && law.b >= 2);
}

double loss_of_plus(const RealLaw& law) {
  const bool powered = law.family == Family::gamma || law.family == Family::weibull;
  const bool has_pole = powered && law.b < kPoleShape;
  return begins_smoothly(law) || has_pole ? kRegularLoss : kEndLoss;
}

// Pareto's first coordinate is the end of its range, whose scale the third one sets.
std::vector<Parameter> pareto_parameters(const LawModel& model, const Top& top,
                                         const Distribution& law, bool with_plus) {
  Spread scale(model, top);
  if (!top.fixed[2]) scale.along(2, kRegularLoss);
  const bool no_plus = top.at[2] >= model.largest()[2];
  Spread range = scale;
  if (no_plus) range.along(0, kEndLoss);
  Spread shape(model, top);
  shape.along(1, kRegularLoss);
  const auto ns = [](Duration d) { return static_cast<double>(d.ns); };
  std::vector<Parameter> out{range.get("scale", true, number_a, ns(law.value)),
                             shape.get("shape", false, number_b, law.shape)};
  if (with_plus) out.push_back(scale.get("plus", true, number_plus, ns(law.plus)));
  return out;
}

std::vector<Parameter> parameters_of(const LawModel& model, const Top& top, const Distribution& law,
                                     bool with_plus) {
  if (law.family == Family::pareto) return pareto_parameters(model, top, law, with_plus);
  const Names names = names_of(law.family);
  const auto ns = [](Duration d) { return static_cast<double>(d.ns); };
  std::vector<Parameter> out;
  Spread a(model, top);
  a.along(0, kRegularLoss);
  out.push_back(a.get(names.a, true, number_a, ns(law.value)));
  if (law.family != Family::exponential) {
    const bool is_duration = law.family == Family::normal;
    Spread b(model, top);
    b.along(1, kRegularLoss);
    out.push_back(b.get(names.b, is_duration, number_b, is_duration ? ns(law.second) : law.shape));
  }
  if (!with_plus || !model.has_plus()) return out;
  Spread plus(model, top);
  const Index last = model.dimensions() - 1;
  if (!top.fixed[static_cast<std::size_t>(last)]) {
    plus.along(last, loss_of_plus(model.law(top.at).real));
  }
  out.push_back(plus.get("plus", true, number_plus, ns(law.plus)));
  return out;
}

// What Pearson's test pays for: parameters known to 1 / sqrt(n). An end known to 1 / n fits no
// cell, and neither does a parameter at its bound.
int regular_count(const LawModel& model, const Top& top, const Distribution& law) {
  int count = 0;
  const bool abrupt = model.has_plus() && !begins_smoothly(model.law(top.at).real);
  const Index end = law.family == Family::pareto ? 0 : model.dimensions() - 1;
  for (Index i = 0; i < model.dimensions(); ++i) {
    const bool held = top.fixed[static_cast<std::size_t>(i)] || top.at[i] >= model.largest()[i] ||
                      top.at[i] <= model.least()[i];
    if (!held && !(i == end && abrupt)) ++count;
  }
  return count;
}

void finish(LawFit& fit, double likelihood, int regular, double tick,
            std::span<const std::int64_t> sorted_ns) {
  const auto fitted = static_cast<double>(fit.parameters.size());
  fit.log_likelihood = likelihood;
  fit.bic = fitted * std::log(static_cast<double>(sorted_ns.size())) - 2 * likelihood;
  fit.goodness = goodness_of_ticks(fit.law, sorted_ns, regular, tick);
}

std::optional<LawFit> fit_uniform_law(const Cells& cells, std::span<const std::int64_t> sorted_ns) {
  const auto uniform = fit_uniform(cells);
  if (!uniform) return std::nullopt;
  const auto law = as_scenario(uniform->law, sorted_ns.front());
  if (!law) return std::nullopt;
  LawFit fit;
  fit.law = *law;
  const Names names = names_of(Family::uniform);
  fit.parameters = {parameter(names.a, true, static_cast<double>(law->value.ns), uniform->lower_lo,
                              uniform->lower_hi),
                    parameter(names.b, true, static_cast<double>(law->second.ns), uniform->upper_lo,
                              uniform->upper_hi)};
  finish(fit, log_likelihood(uniform->law, cells), 0, cells.tick, sorted_ns);
  return fit;
}

std::optional<LawFit> fit_family(Family family, const Cells& cells,
                                 std::span<const std::int64_t> sorted_ns, bool with_plus) {
  if (family == Family::uniform) return fit_uniform_law(cells, sorted_ns);
  const LawModel rough(family, cells);
  const Cells smooth_cells = for_smooth_beginning(cells);
  const LawModel smooth(family, smooth_cells);
  std::vector<bool> fixed(static_cast<std::size_t>(rough.dimensions()), false);
  // Values of 0 leave no room below them.
  const bool room = with_plus && sorted_ns.front() > 0;
  if (rough.has_plus()) fixed.back() = !room;
  Top top = climb(rough, rough.starts(room), fixed);
  if (!std::isfinite(top.slope.value)) return std::nullopt;
  const bool is_smooth = room && begins_smoothly(rough.law(top.at).real);
  if (is_smooth) top = climb(smooth, {top.at}, fixed);
  const LawModel& model = is_smooth ? smooth : rough;
  const PlacedLaw placed = model.law(top.at);
  const auto law = as_scenario(placed, sorted_ns.front());
  if (!law) return std::nullopt;
  LawFit fit;
  fit.law = *law;
  fit.parameters = parameters_of(model, top, *law, with_plus);
  // One likelihood for all families, whatever cells served the fit.
  finish(fit, log_likelihood(placed, cells), regular_count(model, top, *law), cells.tick,
         sorted_ns);
  return fit;
}

LawFit constant_fit(std::span<const std::int64_t> sorted_ns) {
  const std::int64_t value = sorted_ns[sorted_ns.size() / 2];
  LawFit fit;
  fit.law = Distribution::constant({value});
  const auto ns = static_cast<double>(value);
  fit.parameters = {parameter("value", true, ns, static_cast<double>(sorted_ns.front()),
                              static_cast<double>(sorted_ns.back()))};
  finish(fit, 0, 0, 1, sorted_ns);
  return fit;
}

}  // namespace

std::vector<LawFit> fit_laws(std::span<const std::int64_t> sorted_ns, const LawOptions& options) {
  FLATLINE_CHECK(sorted_ns.size() >= kLeastValues, "enough values");
  FLATLINE_CHECK(std::is_sorted(sorted_ns.begin(), sorted_ns.end()), "ascending values");
  FLATLINE_CHECK(sorted_ns.front() >= 0 && sorted_ns.back() <= kLongestTime.ns, "times in range");
  if (sorted_ns.front() == sorted_ns.back()) return {constant_fit(sorted_ns)};
  const Cells cells = cells_of(sorted_ns);
  std::vector<Family> families = options.families;
  if (families.empty()) families.assign(std::begin(kAll), std::end(kAll));
  std::vector<LawFit> fits;
  for (const Family family : families) {
    FLATLINE_CHECK(std::find(std::begin(kAll), std::end(kAll), family) != std::end(kAll),
                   "a family that can be fitted");
    if (auto fit = fit_family(family, cells, sorted_ns, options.with_plus)) {
      fits.push_back(*std::move(fit));
    }
  }
  std::stable_sort(fits.begin(), fits.end(),
                   [](const LawFit& x, const LawFit& y) { return x.bic < y.bic; });
  if (fits.empty() && options.families.empty()) fits.push_back(constant_fit(sorted_ns));
  return fits;
}

}  // namespace flatline::fit
