#include "fit/loss_runs.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "fit/chi_squared.hpp"

namespace flatline::fit {
namespace {

using Eigen::Matrix2d;
using Eigen::MatrixXd;
using Eigen::RowVector2d;
using Eigen::Vector2d;
using Eigen::VectorXd;

constexpr std::size_t kMostCells = 40;
constexpr double kLeastExpected = 5;
constexpr double kLeastFreedom = 0.5;

/// Runs as a Markov renewal process: the state at a run's first heartbeat decides the law of its
/// length and of the state at the next one's.
struct Renewal {
  Matrix2d stay_lost;       // State to state over one place, the heartbeat there lost.
  Matrix2d stay_delivered;  // The same, delivered.
  Matrix2d end_of_burst;    // From a burst's first state to the first state after it.
  Matrix2d end_of_gap;
  RowVector2d at_burst;  // Stationary law of the state at a burst's first heartbeat.
};

/// (I - P diag(keep))^-1 P diag(leave), rows adding up to 1. The differences are formed without
/// cancellation, as P is near the identity where sojourns are long.
Matrix2d run_end(const Matrix2d& step, const Vector2d& leave) {
  const Vector2d keep = Vector2d::Ones() - leave;
  Matrix2d rest;
  rest << step(0, 1) + step(0, 0) * leave(0), -step(0, 1) * keep(1),  //
      -step(1, 0) * keep(0), step(1, 0) + step(1, 1) * leave(1);
  Matrix2d end = (rest.inverse() * step * leave.asDiagonal()).cwiseMax(0);
  for (int from = 0; from < 2; ++from) {
    const double sum = end(from, 0) + end(from, 1);
    end(from, 0) /= sum;
    end(from, 1) /= sum;
  }
  return end;
}

Renewal renewal_of(const BurstParameters& law, double interval_s) {
  const Matrix2 p = transition(law, interval_s);
  Matrix2d step;
  step << p.m[0][0], p.m[0][1], p.m[1][0], p.m[1][1];
  const Vector2d lost(law.loss_good, law.loss_bad);
  const Vector2d delivered = Vector2d::Ones() - lost;
  Renewal r;
  r.stay_lost = step * lost.asDiagonal();
  r.stay_delivered = step * delivered.asDiagonal();
  r.end_of_burst = run_end(step, delivered);
  r.end_of_gap = run_end(step, lost);
  const Matrix2d cycle = r.end_of_burst * r.end_of_gap;
  const double to_bad = cycle(0, 1) / (cycle(0, 1) + cycle(1, 0));
  r.at_burst << 1 - to_bad, to_bad;
  return r;
}

Matrix2d power(Matrix2d base, std::int64_t exponent) {
  Matrix2d result = Matrix2d::Identity();
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result = result * base;
    base = base * base;
  }
  return result;
}

/// From a burst's first state to the next one's, the run between (of losses or of deliveries) in a
/// cell: one matrix for each cell. They add up to a stochastic matrix.
std::vector<Matrix2d> cell_kernels(const Renewal& r, bool lost,
                                   std::span<const std::int64_t> cells) {
  std::vector<Matrix2d> kernels;
  const Matrix2d& stay = lost ? r.stay_lost : r.stay_delivered;
  Matrix2d at_least = power(stay, cells.front() - 1);
  for (std::size_t c = 0; c < cells.size(); ++c) {
    Matrix2d beyond = Matrix2d::Zero();
    if (c + 1 < cells.size()) beyond = at_least * power(stay, cells[c + 1] - cells[c]);
    const Matrix2d within = (at_least - beyond) * (lost ? r.end_of_burst : r.end_of_gap);
    kernels.push_back(lost ? within * r.end_of_gap : r.end_of_burst * within);
    at_least = beyond;
  }
  return kernels;
}

VectorXd shares_of(const Renewal& r, const std::vector<Matrix2d>& kernels) {
  VectorXd shares(static_cast<Eigen::Index>(kernels.size()));
  for (Eigen::Index c = 0; c < shares.size(); ++c) {
    shares[c] = r.at_burst * kernels[static_cast<std::size_t>(c)] * Vector2d::Ones();
  }
  return shares;
}

/// Covariance of the counts of one cycle, those with all later cycles included.
MatrixXd covariance_of(const Renewal& r, const std::vector<Matrix2d>& kernels,
                       const VectorXd& shares) {
  const Matrix2d cycle = r.end_of_burst * r.end_of_gap;
  const Matrix2d settled = Vector2d::Ones() * r.at_burst;
  const Matrix2d memory = (Matrix2d::Identity() - cycle + settled).inverse() - settled;
  const Eigen::Index n = shares.size();
  MatrixXd after(2, n);
  MatrixXd before(2, n);
  for (Eigen::Index c = 0; c < n; ++c) {
    const Matrix2d& kernel = kernels[static_cast<std::size_t>(c)];
    const RowVector2d state = r.at_burst * kernel * memory;
    after(0, c) = state(0);
    after(1, c) = state(1);
    before.col(c) = kernel * Vector2d::Ones();
  }
  const MatrixXd lagged = after.transpose() * before;
  MatrixXd covariance = shares.asDiagonal();
  return covariance - shares * shares.transpose() + lagged + lagged.transpose();
}

VectorXd shares_at(const FittedLoss& fitted, std::span<const double> at, double interval_s,
                   bool lost, std::span<const std::int64_t> cells) {
  const Renewal r = renewal_of(fitted.law(at), interval_s);
  return shares_of(r, cell_kernels(r, lost, cells));
}

/// What the fitted expectations owe to the record: gradient * covariance * gradient'.
MatrixXd fitted_part(const FittedLoss& fitted, double interval_s, bool lost,
                     std::span<const std::int64_t> cells) {
  constexpr double kStep = 1e-4;
  const auto n = static_cast<Eigen::Index>(fitted.at.size());
  MatrixXd gradient(static_cast<Eigen::Index>(cells.size()), n);
  for (Eigen::Index i = 0; i < n; ++i) {
    std::vector<double> up = fitted.at;
    std::vector<double> down = fitted.at;
    up[static_cast<std::size_t>(i)] += kStep;
    down[static_cast<std::size_t>(i)] -= kStep;
    gradient.col(i) = (shares_at(fitted, up, interval_s, lost, cells) -
                       shares_at(fitted, down, interval_s, lost, cells)) /
                      (2 * kStep);
  }
  const Eigen::Map<const MatrixXd> covariance(fitted.covariance.data(), n, n);
  return gradient * covariance * gradient.transpose();
}

/// Cells and counts merged from short to long until each expects enough runs.
struct Merged {
  std::vector<std::int64_t> cells;
  std::vector<double> observed;
};

Merged merge(std::span<const std::int64_t> cells, std::span<const std::int64_t> observed,
             const std::vector<double>& shares, double runs) {
  Merged merged;
  double expected = kLeastExpected;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    double rest = 0;
    for (std::size_t d = c; d < cells.size(); ++d) rest += shares[d] * runs;
    if (merged.cells.empty() || (expected >= kLeastExpected && rest >= kLeastExpected)) {
      merged.cells.push_back(cells[c]);
      merged.observed.push_back(0);
      expected = 0;
    }
    expected += shares[c] * runs;
    merged.observed.back() += static_cast<double>(observed[c]);
  }
  return merged;
}

}  // namespace

std::vector<std::int64_t> run_cells(std::span<const std::int64_t> runs, bool lost,
                                    std::span<const BurstParameters> laws, double interval_s) {
  std::int64_t longest = 0;
  for (const std::int64_t run : runs) longest = std::max(longest, run);
  const auto awaited = [&](std::int64_t length) {
    return std::any_of(laws.begin(), laws.end(), [&](const BurstParameters& law) {
      const std::int64_t ends[] = {1, length};
      return run_shares(law, interval_s, lost, ends)[1] * static_cast<double>(runs.size()) >= 1;
    });
  };
  std::vector<std::int64_t> cells{1};
  std::int64_t width = 1;
  while (cells.size() < kMostCells) {
    const std::int64_t next = cells.back() + width;
    if (next > longest && !awaited(next)) break;
    cells.push_back(next);
    if (cells.size() >= 5) width *= 2;
  }
  return cells;
}

std::vector<std::int64_t> count_runs(std::span<const std::int64_t> runs,
                                     std::span<const std::int64_t> cells) {
  std::vector<std::int64_t> counts(cells.size(), 0);
  for (const std::int64_t run : runs) {
    const auto above = std::upper_bound(cells.begin(), cells.end(), run);
    ++counts[static_cast<std::size_t>(above - cells.begin()) - 1];
  }
  return counts;
}

std::vector<double> run_shares(const BurstParameters& law, double interval_s, bool lost,
                               std::span<const std::int64_t> cells) {
  const Renewal r = renewal_of(law, interval_s);
  const VectorXd shares = shares_of(r, cell_kernels(r, lost, cells));
  return {shares.data(), shares.data() + shares.size()};
}

double run_p_value(const FittedLoss& fitted, double interval_s, bool lost,
                   std::span<const std::int64_t> cells, std::span<const std::int64_t> observed) {
  const auto runs =
      static_cast<double>(std::accumulate(observed.begin(), observed.end(), std::int64_t{0}));
  const BurstParameters law = fitted.law(fitted.at);
  const Merged merged = merge(cells, observed, run_shares(law, interval_s, lost, cells), runs);
  if (merged.cells.size() < 2) return 1;
  const Renewal r = renewal_of(law, interval_s);
  const std::vector<Matrix2d> kernels = cell_kernels(r, lost, merged.cells);
  const VectorXd shares = shares_of(r, kernels);
  MatrixXd spread = covariance_of(r, kernels, shares);
  if (!fitted.covariance.empty()) {
    spread -= runs * fitted_part(fitted, interval_s, lost, merged.cells);
  }
  const Eigen::Map<const VectorXd> counts(merged.observed.data(), shares.size());
  const double x2 = ((counts - runs * shares).array().square() / (runs * shares.array())).sum();
  const VectorXd root = shares.cwiseSqrt().cwiseInverse();
  const MatrixXd weights = root.asDiagonal() * spread * root.asDiagonal();
  const double mean = weights.trace();
  const double half_variance = (weights * weights).trace();
  if (!(mean >= kLeastFreedom) || !std::isfinite(x2)) return 1;
  return chi_squared_tail(x2 * mean / half_variance, mean * mean / half_variance);
}

}  // namespace flatline::fit
