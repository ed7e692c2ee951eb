#pragma once
// Exact quality of service of the simple timeout: a timer of length T that a heartbeat restarts,
// for independent losses and any independent delays. The formulas are derived from the definitions
// (metrics as in Chen, Toueg and Aguilera 2002, section 2). Seconds throughout.

#include <optional>

#include "flatline/oracle/delay_law.hpp"

namespace flatline::oracle {

/// Mistakes in a failure-free run. Without any: infinite recurrence, duration 0.
struct MistakeQos {
  double mistake_recurrence = 0;        ///< E(T_MR).
  double mistake_duration = 0;          ///< E(T_M).
  double one_minus_query_accuracy = 0;  ///< 1 - P_A.
};

/// Which arrivals restart the timer.
enum class Restart {
  any,     ///< Every arrival, even of an old heartbeat.
  newest,  ///< Only a heartbeat with a higher number than all before.
};

struct SimpleTimeoutQos {
  MistakeQos mistakes;
  /// E(T_D) for a crash uniform in time, messages in flight still delivered. Restart::newest and
  /// constant delays.
  std::optional<double> detection_time;
};

/// With F the law of the delay, f its density, p the loss and q = 1 - p:
///
///   any:     W_j(x) = F(x + T - j eta) - F(x - j eta)
///     rate    = q / eta int f(x) prod_{j != 0} (1 - q W_j(x)) dx
///     1 - P_A = 1 / eta int_0^eta prod_j (1 - q W_j(t - T)) dt
///   newest:
///     rate    = q / eta int f(x) prod_{j >= 1} (1 - q F(x + T - j eta)) dx
///     1 - P_A = 1 / eta int_0^eta sum_i q F(t - T - i eta) prod_{j > i} (1 - q F(t - j eta)) dt
///
/// E(T_MR) = 1 / rate, E(T_M) = (1 - P_A) / rate. For a constant delay and k = floor(T / eta) (an
/// arrival exactly at the deadline is in time; a rounding error of 1e-12 is forgiven):
///
///   E(T_MR) = eta / (q p^k),  E(T_M) = (k + 1 / q) eta - T.
///
/// Relative accuracy 1e-9, in logarithms as far as products go. Takes milliseconds, for
/// Restart::any under a heavy tail (lognormal, sigma 1) seconds. REQUIRES: 0 <= loss < 1, eta > 0,
/// timeout > 0.
SimpleTimeoutQos simple_timeout(const DelayLaw& law, double loss, double eta, double timeout,
                                Restart restart);

}  // namespace flatline::oracle
