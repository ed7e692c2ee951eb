#pragma once
// Laws of the lengths of stalls from the lateness of the first beat after each.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "flatline/fit/law.hpp"

namespace flatline::fit {

/// What was seen of stalls, in seconds.
struct SeenStalls {
  std::vector<double> late_s;  ///< Ascending, each above the threshold.
  double exposure_s = 0;       ///< Time in which a stall could begin.
  double interval_s = 0;
  double threshold_s = 0;
};

/// A family fitted together with the rate.
struct StallLaw {
  LawFit fit;
  Parameter mean_time_between;
};

/// The best family by BIC: exponential, lognormal, weibull, gamma, or pareto. Pareto's scale is
/// held at the threshold: below it nothing is seen, and above it a smaller scale is a smaller rate.
/// Empty if none can be fitted. REQUIRES: some stalls.
std::optional<StallLaw> best_stall_law(const SeenStalls& seen);

}  // namespace flatline::fit
