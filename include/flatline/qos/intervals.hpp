#pragma once
// Confidence intervals for measures that come in time batches, pooled over all monitored pairs
// (pairs share a monitor, so they are no independent sample; long enough time batches nearly are).
// Every interval is two-sided; 95 % unless a level is passed. Use 20 batches or more.

#include <cstdint>
#include <optional>
#include <span>

namespace flatline::qos {

/// A measure and its interval. What the data cannot tell is empty: never a bare zero.
struct Estimate {
  std::optional<double> mean;
  std::optional<double> lo;
  std::optional<double> hi;
};

/// A closed interval.
struct Bounds {
  double lo = 0;
  double hi = 0;
};

/// Default coverage of every interval.
inline constexpr double kLevel = 0.95;

/// Exact interval for the rate of a Poisson process that had `n` events in `exposure` (Garwood
/// 1936, Biometrika 28): [chi2(a/2; 2n) / 2, chi2(1 - a/2; 2n + 2) / 2] / exposure; lo = 0 for n =
/// 0. Conservative. REQUIRES: n >= 0, exposure > 0, 0 < level < 1.
Bounds garwood(std::int64_t n, double exposure, double level = kLevel);

/// Exact interval for a probability of which `k` out of `n` independent trials came true (Clopper
/// and Pearson 1934, Biometrika 26). REQUIRES: 0 <= k <= n, n > 0, 0 < level < 1.
Bounds clopper_pearson(std::int64_t k, std::int64_t n, double level = kLevel);

/// The x with Pr(t <= x) = p for Student's t. REQUIRES: 0 < p < 1, degrees_of_freedom > 0.
double student_t_quantile(double p, double degrees_of_freedom);

/// Events per unit of exposure, for events that may come in clusters.
///
/// mean = sum(events) / sum(exposure). The index of dispersion over the batches with exposure U_b
/// is
///   ID = sum((N_b - mean U_b)^2 / (mean U_b)) / (B - 1),
/// enlarged by (t / z)^2 (quantiles of Student's t with B - 1 degrees of freedom and of the normal
/// law), because ID itself is estimated. With ID_eff = max(1, that), the bounds are Garwood's for
/// n / ID_eff events, each worth ID_eff: plain Garwood where the counts are Poisson, a normal
/// interval with the batch variance for many events.
///
/// Coverage with 20 batches, 95 % asked (measured in intervals_test.cpp): Poisson counts 96 % or
/// more at every mean; geometric clusters (mean size 2 to 20) 92 % or more from 8 expected clusters
/// on, 91 % at 6, 85 % at 3, where one or two clusters cannot tell how large clusters are (and 5 %
/// of the runs see none at all).
///
/// No event: mean and lo empty, hi = Garwood's bound (3.688879 / exposure), which takes mistakes to
/// come singly. Events, but one batch with exposure: the mean alone. No exposure: all empty.
/// REQUIRES: equal sizes, events >= 0, exposure finite and >= 0, 0 < level < 1.
Estimate rate_of_events(std::span<const std::int64_t> events, std::span<const double> exposure,
                        double level = kLevel);

/// Where a ratio must lie: [0, 1] for a probability, [0, inf) for a mean duration.
struct Range {
  std::optional<double> lo;
  std::optional<double> hi;
};

/// sum(numerator) / sum(denominator) with the interval of the ratio estimator over batches:
///   var = sum((y_i - r x_i)^2) * B / ((B - 1) (sum x)^2),   r -+ t(B - 1) sqrt(var),
/// B counting the batches that carry data (x or y not zero). For means per event with many events:
/// mistake duration, detection time. The interval is clipped to `range`.
///
/// sum(x) = 0: everything empty. One batch carries data: the mean alone. If all batches agree to
/// the last digits, their variance says nothing about a batch that would differ: such a batch could
/// have probability up to q = 1 - (a/2)^(1/B), a = 1 - level, and a ratio anywhere in `range`. The
/// interval is then r moved by q of the way to each end of the range; an end that is not given
/// leaves that bound empty.
/// REQUIRES: equal sizes, all finite, denominators >= 0, 0 < level < 1.
Estimate ratio(std::span<const double> numerator, std::span<const double> denominator,
               const Range& range = {}, double level = kLevel);

/// The share sum(part) / sum(whole) of time spent in a state that comes in rare episodes:
/// 1 - query accuracy. Few episodes make a share far from normal, so the interval is that of
/// rate_of_events without the floor at one (episodes of random length are clusters of nanoseconds);
/// of part and rest, the smaller is the one counted. Coverage as there: 93 % from 8 episodes on.
///
/// Nothing of one kind seen: the mean is exactly 0 or 1, and the far bound is that of `ratio` with
/// range [0, 1]: 20 batches without a suspicion give a query accuracy of at least 0.8316. That is
/// wide, but nothing was seen of how long a mistake lasts, so only its presence in a batch can be
/// bounded; the useful bound is then that of the mistake rate.
/// One batch carries data: the mean alone. No time at all: everything empty.
/// REQUIRES: equal sizes, 0 <= part_i <= whole_i, finite, 0 < level < 1.
Estimate share(std::span<const double> part, std::span<const double> whole, double level = kLevel);

/// 1 / rate with the bounds swapped: mean mistake recurrence from a mistake rate. No event gives lo
/// alone. A bound of zero gives an empty bound.
Estimate reciprocal(const Estimate& rate);

/// 1 - share with the bounds swapped: query accuracy from the share of time suspected.
Estimate complement(const Estimate& share);

}  // namespace flatline::qos
