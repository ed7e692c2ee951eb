#pragma once
// How long the runs of lost and of delivered heartbeats are, against what a loss law expects.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "fit/loss_chain.hpp"

namespace flatline::fit {

/// A law fitted to a record: its free variables on their scales, their covariance, and what they
/// mean. Independent loss is the chain with two equal states.
struct FittedLoss {
  std::vector<double> at;
  std::vector<double> covariance;  ///< Row by row; empty if it is not known.
  std::function<BurstParameters(std::span<const double>)> law;
};

/// Lower ends of cells that hold every run: 1, 2, 3, 4, 5, 7, 11, 19 and so on, each twice as wide;
/// continued until none is longer and no law expects one run or more there.
std::vector<std::int64_t> run_cells(std::span<const std::int64_t> runs, bool lost,
                                    std::span<const BurstParameters> laws, double interval_s);

/// How many of the runs lie in each cell, the last being open.
std::vector<std::int64_t> count_runs(std::span<const std::int64_t> runs,
                                     std::span<const std::int64_t> cells);

/// The share of runs that the law expects in each cell.
std::vector<double> run_shares(const BurstParameters& law, double interval_s, bool lost,
                               std::span<const std::int64_t> cells);

/// Pearson's test of the counts, cells merged until 5 runs are expected in each. Runs of a hidden
/// chain depend on their neighbours, and the law was fitted to the record, not to the counts, so
/// X^2 is a sum of weighted squares rather than chi-square: the weights are the eigenvalues of the
/// counts' covariance less that of the fitted expectations (Pierce 1982, Ann. Statist. 10), and the
/// sum is matched to a scaled chi-square by its mean and variance (Rao and Scott 1984, Ann.
/// Statist. 12). 1 if there is one cell only, or if the fit leaves the counts next to no freedom.
double run_p_value(const FittedLoss& fitted, double interval_s, bool lost,
                   std::span<const std::int64_t> cells, std::span<const std::int64_t> observed);

}  // namespace flatline::fit
