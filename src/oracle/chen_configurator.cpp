#include "flatline/oracle/chen_configurator.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "flatline/base/check.hpp"

namespace flatline::oracle {
namespace {

/// No interval shorter than the bound over this is looked at.
constexpr int kMostBeats = 2000;
/// Points per piece; the function bends a few times in each at most.
constexpr int kPoints = 400;

/// The search that all three procedures share: f(eta) = eta / (scale * prod_{j=1}^{m} p(bound - j
/// eta)), m = ceil(bound / eta) - 1, with p falling from 1 at 0; largest eta up to `most` with f >=
/// `wanted`. In logarithms, for products of thousands of factors.
struct Search {
  double bound = 0;
  double log_scale = 0;
  double log_wanted = 0;
  std::function<double(double)> log_p;

  /// ln f - ln wanted with m factors.
  [[nodiscard]] double surplus(double eta, int m) const {
    double sum = std::log(eta) - log_scale - log_wanted;
    for (int j = 1; j <= m; ++j) sum -= log_p(std::max(0.0, bound - j * eta));
    return sum;
  }

  /// No f on the piece of m factors is above this: the longest interval with the smallest factors.
  [[nodiscard]] double best_surplus(double low, double high, int m) const {
    return surplus(low, m) + std::log(high / low);
  }
};

/// Halves [good, bad] until it is as narrow as doubles allow; the good end.
double edge(const Search& search, int m, double good, double bad) {
  for (int i = 0; i < 100; ++i) {
    const double middle = good + (bad - good) / 2;
    (search.surplus(middle, m) >= 0 ? good : bad) = middle;
  }
  return good;
}

/// The highest point of f between two neighbours of the best point of a grid, by thirds.
double summit(const Search& search, int m, double low, double high) {
  for (int i = 0; i < 100; ++i) {
    const double a = low + (high - low) / 3;
    const double b = high - (high - low) / 3;
    if (search.surplus(a, m) < search.surplus(b, m)) {
      low = a;
    } else {
      high = b;
    }
  }
  return low + (high - low) / 2;
}

/// The largest eta in [low, high] with f >= wanted, where all eta have m factors.
std::optional<double> largest_in_piece(const Search& search, int m, double low, double high) {
  if (search.best_surplus(low, high, m) < 0) return std::nullopt;
  // Denser towards the upper end, where the last factor falls from 1 within a few delays.
  const auto point = [&](int i) {
    const double t = static_cast<double>(i) / kPoints;
    return high - (high - low) * t * t * t;
  };
  if (search.surplus(high, m) >= 0) return high;
  int best = 0;
  double best_value = -std::numeric_limits<double>::infinity();
  for (int i = 1; i <= kPoints; ++i) {
    const double value = search.surplus(point(i), m);
    if (value >= 0) return edge(search, m, point(i), point(i - 1));
    if (value > best_value) {
      best_value = value;
      best = i;
    }
  }
  // f may still reach the mark between two points.
  const double top = summit(search, m, point(std::min(best + 1, kPoints)), point(best - 1));
  if (search.surplus(top, m) < 0) return std::nullopt;
  return edge(search, m, top, point(best - 1));
}

std::optional<ChenSetting> configure(const Search& search, double most, double detection_time) {
  if (!(most > 0)) return std::nullopt;
  // The pieces of equal m from the longest intervals down: eta from bound / (m + 1) to bound / m.
  const int first = std::max(
      0, static_cast<int>(std::min<double>(kMostBeats, std::ceil(search.bound / most))) - 1);
  for (int m = first; m < kMostBeats; ++m) {
    const double low = search.bound / (m + 1);
    const double high = std::min(most, m == 0 ? search.bound : search.bound / m);
    if (low > high) continue;
    if (const auto eta = largest_in_piece(search, m, low, high)) {
      return ChenSetting{*eta, detection_time - *eta};
    }
  }
  return std::nullopt;
}

void check(const QosRequirement& requirement, double loss) {
  FLATLINE_CHECK(requirement.detection_time > 0 && requirement.mistake_recurrence > 0 &&
                     requirement.mistake_duration > 0,
                 "a requirement is positive");
  FLATLINE_CHECK(loss >= 0 && loss < 1, "a loss probability lies in [0, 1)");
}

/// Procedures B and C: `bound` is what is left of the detection time after the mean delay.
std::optional<ChenSetting> by_moments(const QosRequirement& requirement, double bound,
                                      double variance, double loss) {
  check(requirement, loss);
  FLATLINE_CHECK(variance >= 0, "a variance is not negative");
  if (!(bound > 0)) return std::nullopt;
  const double gamma = (1 - loss) * bound * bound / (variance + bound * bound);
  Search search;
  search.bound = bound;
  search.log_wanted = std::log(requirement.mistake_recurrence);
  search.log_p = [variance, loss](double x) {
    if (x == 0) return 0.0;
    return std::log((variance + loss * x * x) / (variance + x * x));
  };
  return configure(search, std::min(gamma * requirement.mistake_duration, bound),
                   requirement.detection_time);
}

}  // namespace

std::optional<ChenSetting> configure_nfd_s(const QosRequirement& requirement, const DelayLaw& law,
                                           double loss) {
  check(requirement, loss);
  const double p = law.loss_with_cut_off(loss);
  const double bound = requirement.detection_time;
  const double q_0 = (1 - p) * law.below(bound);
  Search search;
  search.bound = bound;
  search.log_scale = std::log(q_0);
  search.log_wanted = std::log(requirement.mistake_recurrence);
  search.log_p = [&law, p](double x) { return std::log(p + (1 - p) * law.sf(x)); };
  return configure(search, std::min(q_0 * requirement.mistake_duration, bound), bound);
}

std::optional<ChenSetting> configure_nfd_s(const QosRequirement& requirement,
                                           const DelayMoments& delay, double loss) {
  FLATLINE_CHECK(delay.mean >= 0, "a mean delay is not negative");
  return by_moments(requirement, requirement.detection_time - delay.mean, delay.variance, loss);
}

std::optional<ChenSetting> configure_nfd_e(const QosRequirement& requirement, double variance,
                                           double loss) {
  return by_moments(requirement, requirement.detection_time, variance, loss);
}

}  // namespace flatline::oracle
