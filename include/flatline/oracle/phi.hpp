#pragma once
// How often an accrual detector is really wrong when mean and deviation come from a window of
// samples. The threshold promises 10^-threshold (Hayashibara et al., SRDS 2004); a short window
// breaks the promise.

#include <cstdint>

namespace flatline::oracle {

/// How the window's standard deviation is normalised.
enum class Deviation {
  sample,      ///< Divided by n - 1.
  population,  ///< Divided by n, as Akka does.
};

/// Pr(the next inter-arrival time crosses the threshold) for independent normal inter-arrivals and
/// a window of n: Pr(t(n - 1) > z / sqrt(1 + 1 / n)), z the normal quantile of 10^-threshold; for
/// the population deviation z is first multiplied by sqrt((n - 1) / n). REQUIRES: threshold > 0 and
/// at most 300, n >= 2.
double phi_normal_false_positive(double threshold, std::int64_t n, Deviation deviation);

/// The same for independent exponential inter-arrivals and phi from the window's mean:
/// (1 + threshold ln 10 / n)^-n. REQUIRES: threshold > 0, n >= 1.
double phi_exponential_false_positive(double threshold, std::int64_t n);

}  // namespace flatline::oracle
