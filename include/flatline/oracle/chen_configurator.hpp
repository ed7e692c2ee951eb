#pragma once
// Which interval and which freshness shift a required quality asks for: the configuration
// procedures of Chen, Toueg and Aguilera, "On the quality of service of failure detectors", IEEE
// Transactions on Computers 51(5), May 2002, 561-580. Seconds throughout.

#include <optional>

#include "flatline/oracle/delay_law.hpp"

namespace flatline::oracle {

/// What a user asks of a failure detector. REQUIRES of all functions here: all three > 0.
struct QosRequirement {
  double detection_time = 0;      ///< T_D^U: T_D at most.
  double mistake_recurrence = 0;  ///< T_MR^L: E(T_MR) at least.
  double mistake_duration = 0;    ///< T_M^U: E(T_M) at most.
};

/// What to set: the fewest heartbeats with which the procedure can promise the requirement.
struct ChenSetting {
  double interval = 0;  ///< eta.
  double shift = 0;     ///< delta of NFD-S, alpha of NFD-U and NFD-E: the bound on T_D less eta.
};

/// Procedure A: NFD-S where the law of delays is known. Empty: no interval of at least a
/// two-thousandth of the detection time will do. REQUIRES: 0 <= loss < 1.
std::optional<ChenSetting> configure_nfd_s(const QosRequirement& requirement, const DelayLaw& law,
                                           double loss);

/// Mean and variance of the delays, all that is known of them.
struct DelayMoments {
  double mean = 0;      ///< E(D), seconds.
  double variance = 0;  ///< V(D), square seconds.
};

/// Procedure B: NFD-S where only loss, mean and variance are known, by the one-sided inequality of
/// Chebyshev. Empty also if the detection time is not above the mean delay. REQUIRES: 0 <= loss <
/// 1, mean and variance >= 0.
std::optional<ChenSetting> configure_nfd_s(const QosRequirement& requirement,
                                           const DelayMoments& delay, double loss);

/// Procedure C: NFD-U and NFD-E where only loss and variance are known. The detection time is
/// relative: T_D <= detection_time + E(D). REQUIRES: 0 <= loss < 1, variance >= 0.
std::optional<ChenSetting> configure_nfd_e(const QosRequirement& requirement, double variance,
                                           double loss);

}  // namespace flatline::oracle
