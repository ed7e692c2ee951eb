#include "fit/law_climb.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flatline::fit {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kClimbSteps = 200;
constexpr double kEnough = 1e-7;    // Gain of the log-likelihood that is not worth a step.
constexpr double kLongestStep = 2;  // Coordinates are logarithms or in units of the deviation.
constexpr double kLeastFraction = 1e-9;
constexpr double kRidge = 1e-10;
constexpr int kProfileSteps = 25;
constexpr double kProfileError = 0.005;  // Of the root of the loss, relative.

// Whether the coordinate may move: not held, and not pressed against a bound.
std::vector<Index> free_of(const LawModel& model, const VectorXd& at, const VectorXd& gradient,
                           const std::vector<bool>& fixed) {
  std::vector<Index> free;
  for (Index i = 0; i < at.size(); ++i) {
    const bool pressed = (at[i] <= model.least()[i] && gradient[i] < 0) ||
                         (at[i] >= model.largest()[i] && gradient[i] > 0);
    if (!fixed[static_cast<std::size_t>(i)] && !pressed) free.push_back(i);
  }
  return free;
}

VectorXd newton_step(const MatrixXd& curvature, const VectorXd& gradient,
                     const std::vector<Index>& free) {
  const auto d = static_cast<Index>(free.size());
  MatrixXd part(d, d);
  VectorXd pull(d);
  for (Index i = 0; i < d; ++i) {
    const Index from = free[static_cast<std::size_t>(i)];
    pull[i] = gradient[from];
    for (Index j = 0; j < d; ++j) part(i, j) = curvature(from, free[static_cast<std::size_t>(j)]);
    part(i, i) = part(i, i) * (1 + kRidge) + kRidge;
  }
  const VectorXd solved = part.ldlt().solve(pull);
  VectorXd step = VectorXd::Zero(gradient.size());
  for (Index i = 0; i < d; ++i) {
    step[free[static_cast<std::size_t>(i)]] = std::clamp(solved[i], -kLongestStep, kLongestStep);
  }
  return step;
}

// What the change of the gradient over a step tells of the curvature.
void learn(MatrixXd& curvature, const VectorXd& step, const VectorXd& gradient_lost) {
  const VectorXd expected = curvature * step;
  const double told = step.dot(gradient_lost);
  const double assumed = step.dot(expected);
  if (!(told > 1e-3 * assumed) || !(assumed > 0)) return;
  curvature +=
      gradient_lost * gradient_lost.transpose() / told - expected * expected.transpose() / assumed;
}

Top climb_from(const LawModel& model, const VectorXd& start, const std::vector<bool>& fixed,
               const MatrixXd* curvature = nullptr) {
  Top top{start, model.slope(start), {}, fixed};
  top.curvature = curvature != nullptr ? *curvature : top.slope.information;
  double fraction = 1;
  for (int k = 0; k < kClimbSteps && fraction > kLeastFraction; ++k) {
    const auto free = free_of(model, top.at, top.slope.gradient, fixed);
    if (free.empty()) break;
    const VectorXd step = fraction * newton_step(top.curvature, top.slope.gradient, free);
    const VectorXd next = (top.at + step).cwiseMax(model.least()).cwiseMin(model.largest());
    const double gain = top.slope.gradient.dot(next - top.at) / 2;
    if (!(gain > kEnough * fraction)) break;
    Slope slope = model.slope(next);
    if (slope.value > top.slope.value) {
      learn(top.curvature, next - top.at, top.slope.gradient - slope.gradient);
      top.at = next;
      top.slope = std::move(slope);
      fraction = std::min(1.0, 4 * fraction);
    } else {
      fraction /= 4;
    }
  }
  return top;
}

}  // namespace

Top climb(const LawModel& model, const std::vector<VectorXd>& starts,
          const std::vector<bool>& fixed) {
  Top best;
  best.slope.value = -std::numeric_limits<double>::infinity();
  for (const VectorXd& start : starts) {
    Top top = climb_from(model, start, fixed);
    if (top.slope.value > best.slope.value) best = std::move(top);
  }
  return best;
}

VectorXd profile_end(const LawModel& model, const Top& top, Index i, bool up, double loss) {
  const double bound = up ? model.largest()[i] : model.least()[i];
  const double sign = up ? 1 : -1;
  std::vector<bool> fixed = top.fixed;
  fixed[static_cast<std::size_t>(i)] = true;
  auto free = free_of(model, top.at, VectorXd::Zero(top.at.size()), fixed);
  // First guess: the quadratic of the information, the rest moving along with coordinate i.
  VectorXd along = VectorXd::Zero(top.at.size());
  along[i] = 1;
  if (!free.empty()) along += newton_step(top.curvature, -top.curvature.col(i), free);
  const double curvature = along.dot(top.curvature * along);
  const double root = std::sqrt(loss);
  double move = std::clamp(root / std::sqrt(std::max(curvature, 1e-12)), 1e-12, 3.0);
  double inside = 0, outside = std::numeric_limits<double>::infinity();
  const double whole = std::max(0.0, sign * (bound - top.at[i]));
  Top here = top;
  double reached = 0;
  for (int k = 0; k < kProfileSteps; ++k) {
    move = std::min(move, whole);
    VectorXd start = here.at + along * (sign * (move - reached));
    start = start.cwiseMax(model.least()).cwiseMin(model.largest());
    start[i] = std::clamp(top.at[i] + sign * move, model.least()[i], model.largest()[i]);
    here = climb_from(model, start, fixed, &top.curvature);
    reached = move;
    const double fallen = std::sqrt(std::max(0.0, 2 * (top.slope.value - here.slope.value)));
    if (std::abs(fallen - root) < kProfileError * root) break;
    (fallen < root ? inside : outside) = move;
    if (fallen < root && move >= whole) break;
    if (outside - inside < 1e-9 * std::max(1.0, whole)) break;
    // The root of the loss is nearly proportional to the move.
    move = fallen > 0 ? std::min(move * root / fallen, 4 * move) : 4 * move;
    if (!(move > inside && move < outside)) {
      move = std::isinf(outside) ? 2 * inside : 0.5 * (inside + outside);
    }
  }
  return here.at;
}

}  // namespace flatline::fit
