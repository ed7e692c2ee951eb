#include "fit/law_uniform.hpp"

#include <algorithm>
#include <cmath>

#include "fit/law_interval.hpp"

namespace flatline::fit {
namespace {

// The likelihood is w1 ln d + w2 ln e - w ln(d + e + between): d from the lower end to the first
// bound, e from the last bound that matters to the upper end, w the whole weight.
struct Ends {
  double lower_weight, upper_weight, total, between;

  [[nodiscard]] double likelihood(double d, double e) const {
    return lower_weight * std::log(d) + upper_weight * std::log(e) -
           total * std::log(d + e + between);
  }
  // The best d for an e, and the best e for a d.
  [[nodiscard]] double d_for(double e) const {
    return lower_weight * (e + between) / (total - lower_weight);
  }
  [[nodiscard]] double e_for(double d) const {
    return upper_weight * (d + between) / (total - upper_weight);
  }
};

// Where `fallen`, which grows away from `best`, passes kEndLoss; in logarithms.
template <typename Fallen>
double end_of(double best, double factor, const Fallen& fallen) {
  double inside = best;
  double outside = best * factor;
  for (int k = 0; k < 200 && fallen(outside) < kEndLoss; ++k) {
    inside = outside;
    outside *= factor;
  }
  for (int k = 0; k < 50; ++k) {
    const double middle = std::sqrt(inside * outside);
    (fallen(middle) < kEndLoss ? inside : outside) = middle;
  }
  return outside;
}

}  // namespace

std::optional<UniformFit> fit_uniform(const Cells& cells) {
  const std::vector<double>& b = cells.bounds;
  // Values tied at the top fill a cell; untied ones leave the weight of a spacing beyond the last.
  const bool tied = cells.weights.back() <= 0;
  const std::size_t last = tied ? b.size() - 2 : b.size() - 1;
  if (b.size() < 3) return std::nullopt;
  const Ends ends{cells.weights.front(), cells.weights[last + 1], cells.total, b[last] - b[0]};
  double d =
      ends.between * ends.lower_weight / (ends.total - ends.lower_weight - ends.upper_weight);
  if (!(d > 0) || !std::isfinite(d)) return std::nullopt;
  d = std::min(d, b[0]);
  const double e = ends.e_for(d);
  const double top = ends.likelihood(d, e);
  const auto lower_fallen = [&](double x) { return 2 * (top - ends.likelihood(x, ends.e_for(x))); };
  const auto upper_fallen = [&](double x) {
    return 2 * (top - ends.likelihood(std::min(ends.d_for(x), b[0]), x));
  };
  UniformFit fit;
  fit.law = {{random::Family::uniform, b[0] - d, b[last] + e}, 0};
  fit.lower_lo = std::max(0.0, b[0] - end_of(d, 1.5, lower_fallen));
  fit.lower_hi = b[0] - end_of(d, 1 / 1.5, lower_fallen);
  fit.upper_lo = b[last] + end_of(e, 1 / 1.5, upper_fallen);
  fit.upper_hi = b[last] + end_of(e, 1.5, upper_fallen);
  return fit;
}

}  // namespace flatline::fit
