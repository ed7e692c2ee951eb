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
  double burst_p_value = 1;  ///< Pearson's test of the chosen law on these cells, corrected for
  double gap_p_value = 1;    ///< runs that depend on each other; 1 if there are too few to test.
};

/// The loss law of a record. The two-state chain lives in time: over k places of the grid its
/// transition matrix is exp(k interval Q). Likelihood by the forward recursion of the hidden chain,
/// its maximum on log and logit scales from several starts, Gilbert's closed form among them;
/// intervals from the curvature there. loss_good is held at 0 and loss_bad at 1 unless twice the
/// likelihood gains 2.71 by letting it go (5 % of the records of a law at the edge do); the
/// interval then reaches from the edge to where the profile likelihood has fallen by ln 20, and to
/// the far end if the law is not the chosen one. Intervals of a law that the record does not tell
/// are infinite. REQUIRES: at least one fate, interval > 0.
LossFit fit_loss(std::span<const Fate> fates, Duration interval);

}  // namespace flatline::fit
