#pragma once
// What one pause of the sender does to a simple timeout. Seconds throughout.

#include "flatline/oracle/delay_law.hpp"

namespace flatline::oracle {

/// What a sender does when it wakes.
enum class AfterPause {
  sends_at_once,  ///< The overdue heartbeat goes out at once.
  skips_to_grid,  ///< Missed heartbeats are dropped; the next one goes out on the fixed grid of
                  ///< eta.
};

/// Pr(one pause at a uniform phase makes a simple timeout suspect), constant delay, no loss:
///   sends_at_once: 1 / eta int_(T - eta)^T Pr(P > y) dy
///   skips_to_grid: 1 / eta int_((k - 1) eta)^(k eta) Pr(P > y) dy, k = floor(T / eta)
/// The second also gives Pr(an outage of length P of the link makes it suspect). REQUIRES: 0 < eta
/// <= timeout.
double false_suspicion_from_pause(const DelayLaw& pause, double eta, double timeout,
                                  AfterPause after);

}  // namespace flatline::oracle
