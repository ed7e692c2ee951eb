#pragma once
// Exact mistakes under correlated loss: a two-state Markov chain (Gilbert 1960, Elliott 1963) that
// takes one step per heartbeat. Independent loss of the same mean is no substitute: it can be 18
// times too optimistic. Seconds throughout.

#include "flatline/oracle/delay_law.hpp"
#include "flatline/oracle/simple_timeout.hpp"

namespace flatline::oracle {

/// The loss chain, one step per heartbeat slot. REQUIRES: all in [0, 1], good_to_bad + bad_to_good
/// > 0.
struct GilbertElliott {
  double good_to_bad = 0;  ///< Probability of a step from good to bad.
  double bad_to_good = 1;  ///< Probability of a step from bad to good.
  double loss_good = 0;    ///< Loss probability in the good state.
  double loss_bad = 1;     ///< Loss probability in the bad state.

  [[nodiscard]] double bad_share() const { return good_to_bad / (good_to_bad + bad_to_good); }
  [[nodiscard]] double mean_loss() const {
    return (1 - bad_share()) * loss_good + bad_share() * loss_bad;
  }
};

/// The chain of slots `eta` apart when the states live in continuous time, with exponential
/// sojourns of the given means. So eta can be varied in the same world. REQUIRES: means > 0, eta >
/// 0.
GilbertElliott slot_chain(double mean_good, double mean_bad, double eta, double loss_good,
                          double loss_bad);

/// Simple timeout, constant delay. With pi the stationary row, P the chain, D_l = diag(loss), A = P
/// D_l, k = floor(T / eta), v = pi (1 - D_l) A^k: rate = v 1 / eta and
///   E(T_M) = (k + 1) eta - T + eta v A (1 - A)^-1 1 / (v 1).
/// An arrival exactly at the deadline is in time. REQUIRES: eta > 0, timeout > 0, some heartbeat
/// arrives.
MistakeQos simple_timeout_gilbert_elliott(const GilbertElliott& chain, double eta, double timeout);

/// NFD-S with delays independent of the chain: u(x) = pi M_0 P M_1 ... P M_k 1, where M_j(x) is
/// diagonal with 1 - (1 - loss_s) Pr(D <= delta + x - j eta); p_s likewise, after a heartbeat that
/// came in time. REQUIRES: eta > 0, delta >= 0.
MistakeQos nfd_s_gilbert_elliott(const DelayLaw& law, const GilbertElliott& chain, double eta,
                                 double delta);

}  // namespace flatline::oracle
