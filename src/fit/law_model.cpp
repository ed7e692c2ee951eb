#include "fit/law_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace flatline::fit {
namespace {

using random::Family;

// Below, a probability is a rounding error: its logarithm stays finite and pulls at nothing.
constexpr double kLeastProbability = 1e-300;
// Step of the derivative with respect to ln shape of gamma. Its error has expectation 0 in the
// score.
constexpr double kGammaStep = 1e-5;

// A bound seen by a law: its tails, and how the lower one moves with the coordinates.
struct Edge {
  Tails tails;
  std::array<double, 3> moves{};
};

double density_of_normal(double z) {
  return std::exp(-0.5 * z * z) * 0.398942280401432678;
}

double probability_between(const Tails& from, const Tails& to) {
  const double p = to.lower < 0.5 ? to.lower - from.lower : from.upper - to.upper;
  return std::max(p, kLeastProbability);
}

Edge edge_of_normal(const RealLaw& law, double unit, double x) {
  Edge edge{tails_of(law, x), {}};
  const double z = (x - law.a) / law.b;
  const double kept = 0.5 * std::erfc(-law.a / law.b / std::sqrt(2.0));
  const double cut = density_of_normal(law.a / law.b) / kept;
  const double here = density_of_normal(z) / kept;
  edge.moves[0] = -(here - edge.tails.upper * cut) / law.b * unit;
  edge.moves[1] = -(z * here + edge.tails.upper * cut * law.a / law.b);
  return edge;
}

// x lies `beyond` above the least value, which is `least` (so that nothing cancels near it).
Edge edge_of_pareto(const RealLaw& law, double beyond, double to_first, double ratio) {
  if (beyond <= 0) return {};
  const double y = law.a + beyond;
  const double hazard = law.b * std::log1p(beyond / law.a);
  Edge edge{{-std::expm1(-hazard), std::exp(-hazard)}, {}};
  const double by_least = -law.b / y;
  const double by_scale = -law.b * beyond / (law.a * y);
  edge.moves[0] = -edge.tails.upper * to_first * (by_least + ratio * by_scale);
  edge.moves[1] = edge.tails.upper * hazard;
  edge.moves[2] = edge.tails.upper * law.a * by_scale;
  return edge;
}

// y f(y) and the derivative of the lower tail with respect to ln b.
struct ScaleAndShape {
  Tails tails;
  double scale = 0;
  double shape = 0;
};

ScaleAndShape scaled(const RealLaw& law, double y) {
  switch (law.family) {
    case Family::exponential: {
      const Tails tails = tails_of(law, y);
      return {tails, tails.upper * y / law.a, 0};
    }
    case Family::weibull: {
      const double log_ratio = std::log(y / law.a);
      const double hazard = std::exp(law.b * log_ratio);
      const Tails tails{-std::expm1(-hazard), std::exp(-hazard)};
      const double flow = tails.upper > 0 ? law.b * hazard * tails.upper : 0;
      return {tails, flow, flow * log_ratio};
    }
    case Family::lognormal: {
      const double z = std::log(y / law.a) / law.b;
      const double density = density_of_normal(z);
      return {tails_of(law, y), density / law.b, -z * density};
    }
    default: {
      const double x = y / law.a;
      const double flow = std::exp(law.b * std::log(x) - x - std::lgamma(law.b));
      const Tails here = tails_of(law, y);
      const double grown = law.b * std::exp(kGammaStep);
      const Tails there = tails_of({law.family, law.a, grown}, y);
      const double change = x < law.b ? there.lower - here.lower : here.upper - there.upper;
      return {here, flow, change / kGammaStep};
    }
  }
}

}  // namespace

LawModel::LawModel(Family family, const Cells& cells) : family_(family), cells_(cells) {
  const std::vector<double>& b = cells.bounds;
  middles_.push_back(b.front());
  for (std::size_t j = 1; j < b.size(); ++j) middles_.push_back(0.5 * (b[j - 1] + b[j]));
  middles_.push_back(b.back());
  double sum = 0;
  double squares = 0;
  for (std::size_t j = 0; j < middles_.size(); ++j) sum += cells.weights[j] * middles_[j];
  const double mean = sum / cells.total;
  for (std::size_t j = 0; j < middles_.size(); ++j) {
    squares += cells.weights[j] * (middles_[j] - mean) * (middles_[j] - mean);
  }
  unit_ = std::max(0.5, std::sqrt(squares / cells.total));
  set_bounds();
}

void LawModel::set_bounds() {
  constexpr double kLeastLogScale = -1.0;  // e^-1 ns: what rounds to 0 is refused later
  constexpr double kLargestLogScale = 50;  // ns; beyond every time
  constexpr double kLeastLogGap = -14;     // e^v: a millionth of a nanosecond
  constexpr double kLogShape = 9;          // e^9 = 8103, below gamma's largest shape
  constexpr double kLeastLogShape = -4;
  constexpr double kLeastLogRatio = -25;
  const double first = std::log(cells_.bounds.front());
  const bool shaped = family_ != Family::exponential && family_ != Family::normal;
  least_.resize(shaped ? 3 : 2);
  largest_.resize(least_.size());
  if (family_ == Family::normal) {
    least_ << 0, kLeastLogScale;
    largest_ << 1e9, kLargestLogScale;
  } else if (family_ == Family::exponential) {
    least_ << kLeastLogScale, kLeastLogGap;
    largest_ << kLargestLogScale, first;
  } else if (family_ == Family::pareto) {
    least_ << kLeastLogGap, kLeastLogShape, kLeastLogRatio;
    largest_ << first - 1e-6, kLogShape, 0;
  } else {
    least_ << kLeastLogScale, kLeastLogShape, kLeastLogGap;
    largest_ << kLargestLogScale, kLogShape, first;
  }
}

PlacedLaw LawModel::law(const Eigen::VectorXd& at) const {
  const double first = cells_.bounds.front();
  const Eigen::Index last = dimensions() - 1;
  const auto plus = [&] {  // Exactly 0 at the bound.
    return at[last] >= largest_[last] ? 0 : std::max(0.0, first - std::exp(at[last]));
  };
  switch (family_) {
    case Family::normal:
      return {{family_, at[0] * unit_, std::exp(at[1])}, 0};
    case Family::exponential:
      return {{family_, std::exp(at[0]), 0}, plus()};
    case Family::pareto: {
      const double least = first - std::exp(at[0]);
      const double scale = least * std::exp(at[2]);
      return {{family_, scale, std::exp(at[1])}, least - scale};
    }
    default:
      return {{family_, std::exp(at[0]), std::exp(at[1])}, plus()};
  }
}

Slope LawModel::slope(const Eigen::VectorXd& at) const {
  const RealLaw real = law(at).real;
  const auto d = static_cast<std::size_t>(dimensions());
  const double first = cells_.bounds.front();
  const double to_first = family_ == Family::normal ? 0
                          : family_ == Family::pareto
                              ? std::exp(at[0])
                              : std::exp(at[static_cast<Eigen::Index>(d) - 1]);
  const double ratio = family_ == Family::pareto ? std::exp(at[2]) : 0;
  const auto edge_at = [&](double x) {
    if (family_ == Family::normal) return edge_of_normal(real, unit_, x);
    const double beyond = (x - first) + to_first;
    if (family_ == Family::pareto) return edge_of_pareto(real, beyond, to_first, ratio);
    if (beyond <= 0) return Edge{};
    const ScaleAndShape s = scaled(real, beyond);
    Edge edge{s.tails, {-s.scale, s.shape, 0}};
    edge.moves[d - 1] = s.scale * (to_first / beyond);
    return edge;
  };
  Slope out;
  std::array<double, 3> gradient{};
  std::array<std::array<double, 3>, 3> information{};
  Edge before = cells_.floor > 0 ? edge_at(cells_.floor) : Edge{};
  for (std::size_t j = 0; j < cells_.weights.size(); ++j) {
    const Edge edge = j < cells_.bounds.size() ? edge_at(cells_.bounds[j]) : Edge{{1, 0}, {}};
    const double p = probability_between(before.tails, edge.tails);
    const double w = cells_.weights[j];
    out.value += w * std::log(p);
    std::array<double, 3> score{};
    if (p > kLeastProbability) {
      for (std::size_t i = 0; i < d; ++i) score[i] = (edge.moves[i] - before.moves[i]) / p;
    }
    for (std::size_t i = 0; i < d; ++i) {
      gradient[i] += w * score[i];
      for (std::size_t k = 0; k <= i; ++k) information[i][k] += w * score[i] * score[k];
    }
    before = edge;
  }
  const auto size = static_cast<Eigen::Index>(d);
  out.gradient.resize(size);
  out.information.resize(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    out.gradient[i] = gradient[static_cast<std::size_t>(i)];
    for (Eigen::Index k = 0; k <= i; ++k) {
      out.information(i, k) = out.information(k, i) =
          information[static_cast<std::size_t>(i)][static_cast<std::size_t>(k)];
    }
  }
  return out;
}

double log_likelihood(const PlacedLaw& law, const Cells& cells) {
  double sum = 0;
  Tails before = tails_of(law.real, cells.floor - law.plus);
  for (std::size_t j = 0; j < cells.weights.size(); ++j) {
    const Tails here =
        j < cells.bounds.size() ? tails_of(law.real, cells.bounds[j] - law.plus) : Tails{1, 0};
    sum += cells.weights[j] * std::log(probability_between(before, here));
    before = here;
  }
  return sum;
}

}  // namespace flatline::fit
