// Where to begin: simple estimates of scale and shape for a grid of least values.

#include <algorithm>
#include <cmath>

#include "fit/law_model.hpp"

namespace flatline::fit {
namespace {

using Eigen::VectorXd;
using random::Family;

constexpr int kGrid = 12;
constexpr std::size_t kKept = 3;  // The one without `plus` is one of them.
constexpr double kEuler = 0.577215664901532861;
constexpr double kPi = 3.14159265358979323846;

struct Moments {
  double mean = 0;
  double mean_log = 0;
  double deviation_log = 0;
};

// Of the values' distances from the least value, which lies `to_first` below the first bound.
Moments moments_of(const Cells& cells, const std::vector<double>& middles, double to_first) {
  Moments m;
  double squares = 0;
  for (std::size_t j = 0; j < middles.size(); ++j) {
    const double y = j == 0 ? to_first / 2 : middles[j] - cells.bounds.front() + to_first;
    const double log_y = std::log(y);
    m.mean += cells.weights[j] * y;
    m.mean_log += cells.weights[j] * log_y;
    squares += cells.weights[j] * log_y * log_y;
  }
  m.mean /= cells.total;
  m.mean_log /= cells.total;
  m.deviation_log = std::sqrt(std::max(1e-12, squares / cells.total - m.mean_log * m.mean_log));
  return m;
}

// Thom's approximation of the likelihood's solution (within 1.5 %).
double shape_of_gamma(const Moments& m) {
  const double s = std::max(1e-9, std::log(m.mean) - m.mean_log);
  return (3 - s + std::sqrt((s - 3) * (s - 3) + 24 * s)) / (12 * s);
}

}  // namespace

VectorXd LawModel::start_at(double last) const {
  const Moments m = moments_of(cells_, middles_, std::exp(last));
  VectorXd at(dimensions());
  switch (family_) {
    case Family::exponential:
      at << std::log(m.mean), last;
      break;
    case Family::lognormal:
      at << m.mean_log, std::log(m.deviation_log), last;
      break;
    case Family::weibull: {
      const double shape = kPi / std::sqrt(6.0) / m.deviation_log;
      at << m.mean_log + kEuler / shape, std::log(shape), last;
      break;
    }
    default: {
      const double shape = shape_of_gamma(m);
      at << std::log(m.mean / shape), std::log(shape), last;
    }
  }
  return at;
}

VectorXd LawModel::start_pareto(double last) const {
  const double first = cells_.bounds.front();
  // The least of n lies about a mean distance / n above the least value.
  const double gap = std::min(0.5 * first, unit_ / cells_.total);
  const double scale = (first - gap) * std::exp(last);
  double hazard = 0;
  for (std::size_t j = 0; j < middles_.size(); ++j) {
    hazard += cells_.weights[j] * std::log1p((middles_[j] - first + gap) / scale);
  }
  VectorXd at(3);
  at << std::log(gap), std::log(cells_.total / hazard), last;
  return at;
}

VectorXd LawModel::start_normal() const {
  double mean = 0;
  for (std::size_t j = 0; j < middles_.size(); ++j) mean += cells_.weights[j] * middles_[j];
  VectorXd at(2);
  at << mean / cells_.total / unit_, std::log(unit_);
  return at;
}

std::vector<VectorXd> LawModel::starts(bool with_plus) const {
  if (family_ == Family::normal) return {start_normal()};
  const bool pareto = family_ == Family::pareto;
  const Eigen::Index last = dimensions() - 1;
  const double highest = largest_[last];
  std::vector<double> grid{highest};
  const double first = cells_.bounds.front();
  if (with_plus) {
    // From a tenth of the first distance between values (pareto: of a typical one) up to all.
    const double typical =
        pareto ? std::max(unit_, cells_.tick) * 0.01 / first : 0.1 * (cells_.bounds[1] - first);
    const double lowest = std::max(least_[last], std::log(typical));
    for (int i = 0; i < kGrid && lowest < highest; ++i) {
      grid.push_back(lowest + (highest - lowest) * i / kGrid);
    }
  }
  std::vector<std::pair<double, VectorXd>> ranked;
  for (const double g : grid) {
    VectorXd at = pareto ? start_pareto(g) : start_at(g);
    at = at.cwiseMax(least_).cwiseMin(largest_);
    const double value = log_likelihood(law(at), cells_);
    ranked.emplace_back(value, std::move(at));
  }
  std::vector<VectorXd> best{ranked.front().second};  // Without `plus` in any case.
  std::stable_sort(ranked.begin() + 1, ranked.end(),
                   [](const auto& x, const auto& y) { return x.first > y.first; });
  for (std::size_t i = 1; i < std::min(kKept, ranked.size()); ++i) {
    best.push_back(ranked[i].second);
  }
  return best;
}

}  // namespace flatline::fit
