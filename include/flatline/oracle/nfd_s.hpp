#pragma once
// Exact quality of service of NFD-S, the detector with synchronised clocks, for independent losses
// and delays: Chen, Toueg and Aguilera, "On the quality of service of failure detectors", IEEE
// Transactions on Computers 51(5), May 2002, 561-580. Seconds throughout.

#include <cstdint>

#include "flatline/oracle/delay_law.hpp"

namespace flatline::oracle {

/// What NFD-S delivers. Without mistakes (p_s = 0 because every heartbeat is in time)
/// mistake_recurrence is infinite and mistake_duration 0. If none ever is in time (q_0 = 0) it
/// suspects for ever: mistake_recurrence, mistake_duration and detection_time are infinite, 0 and
/// 0, and one_minus_query_accuracy is 1.
struct NfdSQos {
  std::int64_t k = 0;             ///< Later heartbeats that can still prevent a suspicion.
  double q_0 = 0;                 ///< Pr(the previous heartbeat came before the freshness point).
  double p_s = 0;                 ///< Pr(S-transition at a freshness point).
  double mistake_recurrence = 0;  ///< E(T_MR).
  double mistake_duration = 0;    ///< E(T_M).
  double one_minus_query_accuracy = 0;  ///< 1 - P_A.
  double detection_time = 0;  ///< E(T_D), crash uniform in time; T_D <= delta + eta always.
};

/// Heartbeat i is sent at i * eta and lost with probability `loss`; freshness point i lies `delta`
/// later. u(x) = prod_{j = 0..k} (p + (1 - p) Pr(D > delta + x - j eta)) is the probability of
/// suspicion x after a freshness point; p_s = q_0 u(0), E(T_MR) = eta / p_s, E(T_M) = int_0^eta u /
/// p_s. Relative accuracy 1e-9; products are taken in logarithms, so mistakes may be as rare as a
/// double can say. REQUIRES: 0 <= loss < 1, eta > 0, delta >= 0.
NfdSQos nfd_s(const DelayLaw& law, double loss, double eta, double delta);

}  // namespace flatline::oracle
