#pragma once
// Laws of durations fitted to recorded ones: every family that a scenario can name, by likelihood,
// with 95 % intervals and goodness of fit.
//
// Likelihood. Recorded times are rounded, tie, and start at an unknown least value (`plus`), where
// the density of a three-parameter law has no bounded likelihood. So the likelihood is that of
// grouped data: the probabilities of the cells between chosen order statistics (spacings; Cheng and
// Amin 1983, Ranneby 1984), the same cells for all families: single values in both tails, cells of
// equal count between. It is bounded, efficient, and comparable between families.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "flatline/random/distribution.hpp"

namespace flatline::fit {

/// A fitted number and its 95 % interval. Durations are in seconds.
struct Parameter {
  std::string name;  ///< The scenario's key: median, sigma, shape, plus, mean_time_between ...
  bool is_duration = false;
  double value = 0;
  double lo = 0;
  double hi = 0;
};

/// How well a law describes what was recorded.
struct Goodness {
  double p_value = 0;   ///< Of Pearson's test on cells of equal probability with single cells far
                        ///< into the tail, fitted parameters taken off the degrees of freedom (ends
                        ///< of a law's range, known far better than cells, are not). 1 if too few
                        ///< cells are left to judge.
  double distance = 0;  ///< Largest difference of the distribution functions (Kolmogorov's D).
  /// Largest |log2(quantile of the law / of the data)| over the quantiles 50 % ... 1 - 10/n: how
  /// far a length is off, in octaves.
  double tail_octaves = 0;
};

/// One family fitted.
struct LawFit {
  random::Distribution law;           ///< As a scenario would write it.
  std::vector<Parameter> parameters;  ///< In the order of the scenario's keys, `plus` last.
  double log_likelihood = 0;          ///< Of the grouped data.
  double bic = 0;                     ///< Schwarz's criterion: least is best.
  Goodness goodness;
};

struct LawOptions {
  /// Whether a least value (`plus`) is fitted as well.
  bool with_plus = true;
  /// Families to try; empty: uniform, exponential, normal, lognormal, gamma, weibull, pareto.
  std::vector<random::Family> families;
};

/// Every family fitted, best (least BIC) first. A family that cannot be fitted to these values is
/// left out; all equal values give one constant. The law is one that random::compile accepts. If
/// none can be fitted and `families` is empty, the answer is the constant in the middle. Values are
/// taken as rounded to the nearest tick (a power of ten or common divisor that they show).
/// REQUIRES: `sorted_ns` ascending, not negative, at least kLeastValues.
std::vector<LawFit> fit_laws(std::span<const std::int64_t> sorted_ns,
                             const LawOptions& options = {});
inline constexpr std::size_t kLeastValues = 20;

/// Pr(duration <= ns) of a law, `plus` included; closed form, empirical laws as steps.
double cdf(const random::Distribution& law, double ns);
/// Pr(duration > ns), without cancellation in the upper tail.
double survival(const random::Distribution& law, double ns);
/// The least ns with cdf >= p; 0 < p < 1.
double quantile(const random::Distribution& law, double p);

/// How well `law` describes the values. `fitted` parameters are taken off the degrees of freedom.
/// REQUIRES: as fit_laws.
Goodness goodness_of(const random::Distribution& law, std::span<const std::int64_t> sorted_ns,
                     int fitted);

/// The largest probability of being exceeded that may be asked of n recorded values: two decades
/// beyond 1 / n, and no more (theory: a tail is not in the data).
double farthest_tail(std::int64_t n);

}  // namespace flatline::fit
