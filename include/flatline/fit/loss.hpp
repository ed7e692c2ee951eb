#pragma once
// Loss of heartbeats: independent (Bernoulli) or in bursts (Gilbert-Elliott in time), by
// likelihood.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "flatline/base/time.hpp"
#include "flatline/fit/law.hpp"
#include "flatline/world/model.hpp"

namespace flatline::fit {

/// What became of each heartbeat that was sent, in the order of sending.
struct Fate {
  std::int64_t slot = 0;  ///< Its place on the sender's grid; ascending. The state of the link
                          ///< moves on by one interval per place, sent or not.
  bool lost = false;
};

/// Lengths of runs: how many runs had each length, and how many the two laws expect.
struct RunLengths {
  std::vector<std::int64_t> length;    ///< Ascending: lower ends of cells; the last is open.
  std::vector<std::int64_t> observed;  ///< Runs in each cell.
  std::vector<double> bernoulli;       ///< Expected under independent loss.
  std::vector<double> gilbert;  ///< Expected under the Gilbert-Elliott law; empty without one.
};

struct LossFit {
  std::int64_t sent = 0;
  std::int64_t lost = 0;
  Parameter probability;  ///< "loss"; exact (Clopper and Pearson 1934) for independent loss,
                          ///< which is too narrow if losses come in bursts.
  double bernoulli_likelihood = 0;  ///< Log.

  /// Gilbert-Elliott, where there are enough losses to tell (10) and its likelihood is finite.
  struct Bursts {
    world::GilbertElliott law;
    std::vector<Parameter> parameters;  ///< good_mean, bad_mean, loss_good, loss_bad.
    double likelihood = 0;              ///< Log.
  };
  std::optional<Bursts> bursts;
  bool choose_bursts = false;  ///< By BIC.

  RunLengths burst_lengths;  ///< Runs of lost heartbeats.
  RunLengths gap_lengths;    ///< Runs of delivered heartbeats between losses.
  double burst_p_value = 1;  ///< Pearson's test of the chosen law on these cells; 1 if there are
  double gap_p_value = 1;    ///< too few runs to test.
};

/// The loss law of a record. The two-state chain lives in time: over k places of the grid its
/// transition matrix is exp(k interval Q). Likelihood by the forward recursion of the hidden chain,
/// its maximum by EM (Baum and Welch) and then Newton on log and logit scales; intervals from the
/// curvature there. loss_good is fixed at 0 and loss_bad at 1 where the likelihood is best at the
/// edge (interval one-sided). REQUIRES: at least one fate, interval > 0.
LossFit fit_loss(std::span<const Fate> fates, Duration interval);

}  // namespace flatline::fit
