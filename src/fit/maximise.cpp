#include "fit/maximise.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "flatline/base/check.hpp"

namespace flatline::fit {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kSimplexSteps = 120;  // Times the number of variables.
constexpr double kSimplexSpread = 1e-6;
constexpr int kNewtonSteps = 60;
constexpr double kSmallStep = 1e-7;  // Of `steps`: Newton squares it once more.
constexpr double kDerivativeStep = 1e-3;

// The function with -infinity for everything that is not a number.
class Guarded {
 public:
  explicit Guarded(const Objective& function) : function_(function) {}
  double operator()(const VectorXd& x) const {
    const double value = function_({x.data(), static_cast<std::size_t>(x.size())});
    return std::isnan(value) ? -std::numeric_limits<double>::infinity() : value;
  }

 private:
  const Objective& function_;
};

struct Vertex {
  VectorXd at;
  double value = 0;
};

void replace_worst(const Guarded& f, std::vector<Vertex>& simplex) {
  Vertex& worst = simplex.back();
  VectorXd centre = VectorXd::Zero(worst.at.size());
  for (std::size_t i = 0; i + 1 < simplex.size(); ++i) centre += simplex[i].at;
  centre /= static_cast<double>(simplex.size() - 1);
  const auto along = [&](double by) {
    Vertex v{centre + by * (worst.at - centre), 0};
    v.value = f(v.at);
    return v;
  };
  const Vertex reflected = along(-1);
  if (reflected.value > simplex.front().value) {
    const Vertex expanded = along(-2);
    worst = expanded.value > reflected.value ? expanded : reflected;
    return;
  }
  if (reflected.value > simplex[simplex.size() - 2].value) {
    worst = reflected;
    return;
  }
  const Vertex contracted = along(reflected.value > worst.value ? -0.5 : 0.5);
  if (contracted.value > std::max(worst.value, reflected.value)) {
    worst = contracted;
    return;
  }
  for (std::size_t i = 1; i < simplex.size(); ++i) {
    simplex[i].at = 0.5 * (simplex[i].at + simplex.front().at);
    simplex[i].value = f(simplex[i].at);
  }
}

Vertex climb_simplex(const Guarded& f, const VectorXd& start, const VectorXd& steps) {
  std::vector<Vertex> simplex{{start, f(start)}};
  for (Index i = 0; i < start.size(); ++i) {
    VectorXd at = start;
    at[i] += steps[i];
    simplex.push_back({at, f(at)});
  }
  const auto better = [](const Vertex& a, const Vertex& b) { return a.value > b.value; };
  for (Index step = 0; step < kSimplexSteps * start.size(); ++step) {
    std::stable_sort(simplex.begin(), simplex.end(), better);
    if (simplex.front().value - simplex.back().value < kSimplexSpread) break;
    replace_worst(f, simplex);
  }
  return *std::min_element(simplex.begin(), simplex.end(), better);
}

struct Derivatives {
  VectorXd gradient;
  MatrixXd hessian;
  [[nodiscard]] bool finite() const { return gradient.allFinite() && hessian.allFinite(); }
};

Derivatives derivatives_at(const Guarded& f, const Vertex& v, const VectorXd& h) {
  const Index d = h.size();
  Derivatives out{VectorXd(d), MatrixXd(d, d)};
  const auto moved = [&](Index i, double by_i, Index j, double by_j) {
    VectorXd at = v.at;
    at[i] += by_i * h[i];
    at[j] += by_j * h[j];
    return f(at);
  };
  for (Index i = 0; i < d; ++i) {
    const double up = moved(i, 1, i, 0);
    const double down = moved(i, -1, i, 0);
    out.gradient[i] = (up - down) / (2 * h[i]);
    out.hessian(i, i) = (up - 2 * v.value + down) / (h[i] * h[i]);
    for (Index j = 0; j < i; ++j) {
      const double cross =
          moved(i, 1, j, 1) - moved(i, 1, j, -1) - moved(i, -1, j, 1) + moved(i, -1, j, -1);
      out.hessian(i, j) = out.hessian(j, i) = cross / (4 * h[i] * h[j]);
    }
  }
  return out;
}

// Newton's step, the curvature made negative where it is not (eigenvalues of the scaled Hessian).
VectorXd newton_step(const Derivatives& d, const VectorXd& steps) {
  const MatrixXd scaled = steps.asDiagonal() * (-d.hessian) * steps.asDiagonal();
  const Eigen::SelfAdjointEigenSolver<MatrixXd> eigen(scaled);
  const VectorXd slope = eigen.eigenvectors().transpose() * (steps.asDiagonal() * d.gradient);
  const double floor = 1e-12 * std::max(1e-300, eigen.eigenvalues().cwiseAbs().maxCoeff());
  const VectorXd along = slope.cwiseQuotient(eigen.eigenvalues().cwiseAbs().cwiseMax(floor));
  return steps.asDiagonal() * (eigen.eigenvectors() * along);
}

}  // namespace

std::vector<double> Maximum::covariance() const {
  const auto d = static_cast<Index>(at.size());
  const Eigen::Map<const MatrixXd> h(hessian.data(), d, d);
  const MatrixXd information = -h;
  const Eigen::LLT<MatrixXd> factor(information);
  if (!information.allFinite() || factor.info() != Eigen::Success) return {};
  const MatrixXd inverse = factor.solve(MatrixXd::Identity(d, d));
  return {inverse.data(), inverse.data() + inverse.size()};
}

Maximum maximise(const Objective& function, std::span<const double> start,
                 std::span<const double> steps) {
  FLATLINE_CHECK(!start.empty() && start.size() == steps.size(), "one step for each variable");
  const Guarded f(function);
  const auto d = static_cast<Index>(start.size());
  const VectorXd step = Eigen::Map<const VectorXd>(steps.data(), d);
  const VectorXd h = kDerivativeStep * step;
  Vertex best = climb_simplex(f, Eigen::Map<const VectorXd>(start.data(), d), step);
  FLATLINE_CHECK(std::isfinite(best.value), "a function that is finite at its start");
  Maximum result;
  Derivatives slope = derivatives_at(f, best, h);
  for (int i = 0; i < kNewtonSteps && slope.finite() && !result.converged; ++i) {
    const VectorXd move = newton_step(slope, step);
    double fraction = 1;
    Vertex next{best.at + move, 0};
    for (next.value = f(next.at); !(next.value >= best.value) && fraction > 1e-6;) {
      fraction /= 2;
      next.at = best.at + fraction * move;
      next.value = f(next.at);
    }
    result.converged = move.cwiseQuotient(step).cwiseAbs().maxCoeff() < kSmallStep;
    if (!(next.value >= best.value)) {  // At the rounding of the function itself.
      result.converged = move.cwiseQuotient(step).cwiseAbs().maxCoeff() < kDerivativeStep;
      break;
    }
    best = next;
    slope = derivatives_at(f, best, h);
  }
  result.at.assign(best.at.data(), best.at.data() + d);
  result.value = best.value;
  result.hessian.assign(slope.hessian.data(), slope.hessian.data() + d * d);
  return result;
}

}  // namespace flatline::fit
