#include "fit/stalls_law.hpp"

#include <algorithm>
#include <array>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include "fit/chi_squared.hpp"
#include "fit/law_functions.hpp"
#include "fit/maximise.hpp"

namespace flatline::fit {
namespace {

using random::Family;

constexpr double kNormal95 = 1.959963984540054;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNs = 1e9;
constexpr std::size_t kMostCells = 40;
constexpr std::size_t kCellCount = 10;  // stalls in a cell of Pearson's test, at least

/// Lateness under a law of lengths: P - U with U uniform over an interval.
class LateLaw {
 public:
  LateLaw(const RealLaw& law, double interval_s) : law_(law), interval_s_(interval_s) {}

  /// Density at y of stalls that are seen, times the interval: Pr(y < P <= y + interval).
  [[nodiscard]] double window(double y_s) const {
    const Tails from = tails_of(law_, y_s * kNs);
    const Tails to = tails_of(law_, (y_s + interval_s_) * kNs);
    return from.upper < 0.5 ? from.upper - to.upper : to.lower - from.lower;
  }

  /// Probability that a stall makes a beat later than y: the mean of Pr(P > y + u) over u.
  [[nodiscard]] double later(double y_s) const {
    const auto upper = [&](double u) { return tails_of(law_, u * kNs).upper; };
    return boost::math::quadrature::gauss<double, 20>::integrate(upper, y_s, y_s + interval_s_) /
           interval_s_;
  }

 private:
  RealLaw law_;
  double interval_s_;
};

/// Free variables: ln rate, then ln of the law's parameters.
RealLaw law_at(Family family, std::span<const double> at, const SeenStalls& seen) {
  if (family == Family::pareto) return {family, seen.threshold_s * kNs, std::exp(at[1])};
  return {family, std::exp(at[1]) * kNs, at.size() > 2 ? std::exp(at[2]) : 0};
}

double likelihood(Family family, std::span<const double> at, const SeenStalls& seen) {
  for (const double x : at) {
    if (!(std::abs(x) < 25)) return -kInfinity;
  }
  if (family == Family::gamma && !(std::abs(at[2]) < 6)) return -kInfinity;
  // More than one stall in each interval is not what this likelihood is about.
  if (at[0] > -std::log(seen.interval_s)) return -kInfinity;
  const LateLaw law(law_at(family, at, seen), seen.interval_s);
  double sum = static_cast<double>(seen.late_s.size()) * (at[0] - std::log(seen.interval_s));
  for (const double y : seen.late_s) sum += std::log(law.window(y));
  return sum - std::exp(at[0]) * seen.exposure_s * law.later(seen.threshold_s);
}

/// Where to begin: by the moments of the lateness beyond the threshold.
std::vector<double> start_of(Family family, const SeenStalls& seen) {
  double excess = 0;
  double logs = 0;
  double squares = 0;
  for (const double y : seen.late_s) {
    const double length = std::log(y + seen.interval_s / 2);
    excess += y - seen.threshold_s;
    logs += length;
    squares += length * length;
  }
  const auto n = static_cast<double>(seen.late_s.size());
  const double mean = std::max(excess / n, 1e-3 * seen.threshold_s);
  const double deviation = std::sqrt(std::max(1e-2, squares / n - logs * logs / n / n));
  std::vector<double> at{0};
  switch (family) {
    case Family::lognormal:
      at.insert(at.end(), {logs / n, std::log(deviation)});
      break;
    case Family::pareto:
      at.push_back(-std::log(std::max(1e-2, logs / n - std::log(seen.threshold_s))));
      break;
    case Family::exponential:
      at.push_back(std::log(mean));
      break;
    default:
      at.insert(at.end(), {std::log(mean), 0});
      break;
  }
  const LateLaw law(law_at(family, at, seen), seen.interval_s);
  const double share = std::max(law.later(seen.threshold_s), 1e-3);
  at[0] = std::min(std::log(n / seen.exposure_s / share), -std::log(seen.interval_s) - 0.1);
  return at;
}

Parameter on_log_scale(std::string name, bool is_duration, double at, double error) {
  return {std::move(name), is_duration, std::exp(at), std::exp(at - kNormal95 * error),
          std::exp(at + kNormal95 * error)};
}

/// Pearson's test, Kolmogorov's distance and the tail of the lateness beyond the threshold.
Goodness goodness_of_lateness(const LateLaw& law, const SeenStalls& seen, int fitted) {
  const std::vector<double>& late = seen.late_s;
  const std::size_t n = late.size();
  const auto count = static_cast<double>(n);
  const double all = law.later(seen.threshold_s);
  const std::size_t cells = std::clamp(n / kCellCount, static_cast<std::size_t>(fitted) + 2,
                                       std::max(kMostCells, static_cast<std::size_t>(fitted) + 2));
  std::vector<double> counts(cells, 0);
  Goodness goodness;
  for (std::size_t i = 0; i < n; ++i) {
    const double below = std::clamp(1 - law.later(late[i]) / all, 0.0, 1.0);
    ++counts[std::min(cells - 1, static_cast<std::size_t>(below * static_cast<double>(cells)))];
    goodness.distance = std::max({goodness.distance, below - static_cast<double>(i) / count,
                                  static_cast<double>(i + 1) / count - below});
  }
  const double expected = count / static_cast<double>(cells);
  double x2 = 0;
  for (const double c : counts) x2 += (c - expected) * (c - expected) / expected;
  const double freedom = static_cast<double>(cells) - 1 - fitted;
  goodness.p_value = chi_squared_tail(x2, freedom);
  for (std::size_t i = n / 2; i + 10 < n; i += std::max<std::size_t>(1, (n - i) / 8)) {
    const double beyond = 1 - (static_cast<double>(i) + 0.5) / count;
    double lo = seen.threshold_s;
    double hi = 2 * late.back();
    while (law.later(hi) > beyond * all && hi < 1e9) hi *= 2;
    for (int step = 0; step < 50; ++step) {
      const double middle = (lo + hi) / 2;
      (law.later(middle) > beyond * all ? lo : hi) = middle;
    }
    goodness.tail_octaves = std::max(goodness.tail_octaves, std::abs(std::log2(hi / late[i])));
  }
  return goodness;
}

std::vector<Parameter> parameters_of(Family family, const Maximum& best,
                                     const std::vector<double>& covariance,
                                     const SeenStalls& seen) {
  const std::size_t n = best.at.size();
  const auto error = [&](std::size_t i) { return std::sqrt(covariance[i * n + i]); };
  const auto parameter = [&](const char* name, bool is_duration, std::size_t i) {
    return on_log_scale(name, is_duration, best.at[i], error(i));
  };
  switch (family) {
    case Family::exponential:
      return {parameter("mean", true, 1)};
    case Family::lognormal:
      return {parameter("median", true, 1), parameter("sigma", false, 2)};
    case Family::pareto:
      return {{"scale", true, seen.threshold_s, seen.threshold_s, seen.threshold_s},
              parameter("shape", false, 1)};
    default:
      return {parameter("scale", true, 1), parameter("shape", false, 2)};
  }
}

std::optional<StallLaw> fit_family(Family family, const SeenStalls& seen) {
  const Objective objective = [&](std::span<const double> at) {
    return likelihood(family, at, seen);
  };
  const std::vector<double> start = start_of(family, seen);
  if (!std::isfinite(objective(start))) return std::nullopt;
  const Maximum best = maximise(objective, start, std::vector<double>(start.size(), 0.3));
  const std::vector<double> covariance = best.covariance();
  // On a ridge (ever more stalls too short to be seen) the record names no law of this family.
  if (!best.converged || covariance.empty()) return std::nullopt;
  const RealLaw real = law_at(family, best.at, seen);
  StallLaw out;
  out.fit.law.family = family;
  out.fit.law.value = {std::max<std::int64_t>(1, std::llround(std::min(real.a, 1e18)))};
  out.fit.law.shape = real.b;
  if (!random::compile(out.fit.law).ok()) return std::nullopt;
  out.fit.parameters = parameters_of(family, best, covariance, seen);
  out.fit.log_likelihood = best.value;
  const auto free = static_cast<int>(best.at.size());
  out.fit.bic = -2 * best.value + free * std::log(static_cast<double>(seen.late_s.size()));
  out.fit.goodness = goodness_of_lateness(LateLaw(real, seen.interval_s), seen, free - 1);
  const double error = std::sqrt(covariance[0]);
  out.mean_time_between = on_log_scale("mean_time_between", true, -best.at[0], error);
  return out;
}

/// The quantile of the mean time between stalls over all families, each with the weight that
/// Akaike's criterion gives it (Buckland, Burnham, Augustin 1997, Biometrics 53): how many stalls
/// were too short to be seen depends on the family more than on its parameters, and Schwarz's
/// criterion would put all weight on the simplest one.
double averaged_bound(const std::vector<StallLaw>& laws, double p) {
  const auto merit = [](const StallLaw& law) {
    const bool one =
        law.fit.law.family == Family::exponential || law.fit.law.family == Family::pareto;
    return law.fit.log_likelihood - (one ? 1 : 2);
  };
  const auto below = [&](double x) {
    double sum = 0;
    double all = 0;
    for (const StallLaw& law : laws) {
      const Parameter& mean = law.mean_time_between;
      const double error = std::log(mean.hi / mean.value) / kNormal95;
      const double weight = std::exp(merit(law) - merit(laws.front()));
      sum += weight * std::erfc((std::log(mean.value) - x) / error / std::sqrt(2.0)) / 2;
      all += weight;
    }
    return sum / all;
  };
  double lo = kInfinity;
  double hi = -kInfinity;
  for (const StallLaw& law : laws) {
    lo = std::min(lo, std::log(law.mean_time_between.lo));
    hi = std::max(hi, std::log(law.mean_time_between.hi));
  }
  for (int step = 0; step < 60; ++step) {
    const double middle = (lo + hi) / 2;
    (below(middle) < p ? lo : hi) = middle;
  }
  return std::exp(hi);
}

}  // namespace

std::optional<StallLaw> best_stall_law(const SeenStalls& seen) {
  std::vector<StallLaw> laws;
  for (const Family family :
       {Family::exponential, Family::lognormal, Family::weibull, Family::gamma, Family::pareto}) {
    if (std::optional<StallLaw> law = fit_family(family, seen)) laws.push_back(*std::move(law));
  }
  if (laws.empty()) return std::nullopt;
  std::stable_sort(laws.begin(), laws.end(),
                   [](const StallLaw& a, const StallLaw& b) { return a.fit.bic < b.fit.bic; });
  StallLaw best = laws.front();
  best.mean_time_between.lo = averaged_bound(laws, 0.025);
  best.mean_time_between.hi = averaged_bound(laws, 0.975);
  return best;
}

}  // namespace flatline::fit
