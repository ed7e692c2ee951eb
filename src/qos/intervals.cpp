#include "flatline/qos/intervals.hpp"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "flatline/base/check.hpp"

namespace flatline::qos {
namespace {

using Policy = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::denorm_error<boost::math::policies::ignore_error>>;
using ChiSquared = boost::math::chi_squared_distribution<double, Policy>;
using StudentT = boost::math::students_t_distribution<double, Policy>;
using Normal = boost::math::normal_distribution<double, Policy>;
using Beta = boost::math::beta_distribution<double, Policy>;

void check_level(double level) {
  FLATLINE_CHECK(level > 0 && level < 1, "a confidence level lies between 0 and 1");
}

/// The quantile of a gamma law of this shape and scale 1, whose standard normal counterpart is `z`:
/// Cornish and Fisher's expansion to the third term. From 10^9 on it is right to 10^-14, and the
/// incomplete gamma function takes ever longer there.
double gamma_quantile_of_large(double shape, double z) {
  return shape + z * std::sqrt(shape) + (z * z - 1) / 3;
}
constexpr double kLargeShape = 1e9;

/// Garwood's bounds for a number of events that need not be whole.
Bounds garwood_count(double n, double level) {
  const double tail = (1 - level) / 2;
  // Below this the lower quantile is zero in double precision.
  constexpr double kFewest = 1e-3;
  Bounds bounds;
  if (n > kLargeShape) {
    const double z = boost::math::quantile(Normal(), 1 - tail);
    return {gamma_quantile_of_large(n, -z), gamma_quantile_of_large(n + 1, z)};
  }
  if (n > kFewest) bounds.lo = boost::math::quantile(ChiSquared(2 * n), tail) / 2;
  bounds.hi = boost::math::quantile(boost::math::complement(ChiSquared(2 * n + 2), tail)) / 2;
  return bounds;
}

/// What the uncertainty of a variance from `batches` batches adds to it.
double variance_inflation(std::size_t batches, double level) {
  const double p = (1 + level) / 2;
  const double t = student_t_quantile(p, static_cast<double>(batches - 1));
  const double z = boost::math::quantile(Normal(), p);
  return (t / z) * (t / z);
}

/// Largest probability of a batch unlike the others that leaves B equal batches a probability of
/// a/2.
double unseen_batch_probability(std::size_t batches, double level) {
  return -std::expm1(std::log((1 - level) / 2) / static_cast<double>(batches));
}

/// Batches with exposure, their totals, and the variance to mean ratio of the amounts in them.
struct Dispersion {
  std::size_t batches = 0;
  double total = 0;     // of every batch
  double exposure = 0;  // of every batch
  double index = 0;     // only with two batches and a total above zero
};

template <typename Amount>
Dispersion dispersion_of(std::span<const Amount> amounts, std::span<const double> exposure) {
  Dispersion d;
  for (std::size_t b = 0; b < amounts.size(); ++b) {
    d.total += static_cast<double>(amounts[b]);
    d.exposure += exposure[b];
    if (exposure[b] > 0) ++d.batches;
  }
  if (d.batches < 2 || d.total <= 0) return d;
  const double rate = d.total / d.exposure;
  double sum = 0;
  for (std::size_t b = 0; b < amounts.size(); ++b) {
    if (exposure[b] <= 0) continue;
    const double expected = rate * exposure[b];
    const double deviation = static_cast<double>(amounts[b]) - expected;
    sum += deviation * deviation / expected;
  }
  d.index = sum / static_cast<double>(d.batches - 1);
  return d;
}

/// Bounds of total / exposure when the amounts come in lumps of about `lump`.
Bounds lumped_bounds(const Dispersion& d, double lump, double level) {
  const Bounds count = garwood_count(d.total / lump, level);
  return {count.lo * lump / d.exposure, count.hi * lump / d.exposure};
}

/// The interval when every batch gave the same ratio (see `ratio`).
Estimate without_spread(double mean, std::size_t batches, const Range& range, double level) {
  const double q = unseen_batch_probability(batches, level);
  Estimate estimate{mean, {}, {}};
  if (range.lo) estimate.lo = mean + q * (*range.lo - mean);
  if (range.hi) estimate.hi = mean + q * (*range.hi - mean);
  return estimate;
}

}  // namespace

Bounds garwood(std::int64_t n, double exposure, double level) {
  check_level(level);
  FLATLINE_CHECK(n >= 0 && exposure > 0, "a count is not negative and its exposure is positive");
  const Bounds count = garwood_count(static_cast<double>(n), level);
  return {count.lo / exposure, count.hi / exposure};
}

Bounds clopper_pearson(std::int64_t k, std::int64_t n, double level) {
  check_level(level);
  FLATLINE_CHECK(k >= 0 && k <= n && n > 0, "successes are between none and all of the trials");
  const double tail = (1 - level) / 2;
  const double hits = static_cast<double>(k);
  const double misses = static_cast<double>(n - k);
  Bounds bounds{0, 1};
  if (k > 0) bounds.lo = boost::math::quantile(Beta(hits, misses + 1), tail);
  if (k < n) {
    bounds.hi = boost::math::quantile(boost::math::complement(Beta(hits + 1, misses), tail));
  }
  return bounds;
}

double student_t_quantile(double p, double degrees_of_freedom) {
  FLATLINE_CHECK(p > 0 && p < 1, "a quantile is of a probability between 0 and 1");
  FLATLINE_CHECK(degrees_of_freedom > 0, "degrees of freedom are positive");
  return boost::math::quantile(StudentT(degrees_of_freedom), p);
}

Estimate rate_of_events(std::span<const std::int64_t> events, std::span<const double> exposure,
                        double level) {
  check_level(level);
  FLATLINE_CHECK(events.size() == exposure.size(), "every batch has a count and an exposure");
  for (const std::int64_t n : events) FLATLINE_CHECK(n >= 0, "a count is not negative");
  for (const double u : exposure) {
    FLATLINE_CHECK(u >= 0 && std::isfinite(u), "an exposure is finite and not negative");
  }
  const Dispersion d = dispersion_of(events, exposure);
  Estimate estimate;
  if (d.exposure <= 0) return estimate;
  if (d.total <= 0) {
    estimate.hi = garwood(0, d.exposure, level).hi;
    return estimate;
  }
  estimate.mean = d.total / d.exposure;
  if (d.batches < 2) return estimate;
  const double index = std::max(1.0, d.index * variance_inflation(d.batches, level));
  const Bounds bounds = lumped_bounds(d, index, level);
  estimate.lo = bounds.lo;
  estimate.hi = bounds.hi;
  return estimate;
}

Estimate ratio(std::span<const double> numerator, std::span<const double> denominator,
               const Range& range, double level) {
  check_level(level);
  FLATLINE_CHECK(numerator.size() == denominator.size(), "every batch has both sums");
  std::size_t batches = 0;
  double y = 0;
  double x = 0;
  for (std::size_t b = 0; b < numerator.size(); ++b) {
    FLATLINE_CHECK(std::isfinite(numerator[b]), "a numerator is finite");
    FLATLINE_CHECK(denominator[b] >= 0 && std::isfinite(denominator[b]),
                   "a denominator is finite and not negative");
    y += numerator[b];
    x += denominator[b];
    if (numerator[b] != 0 || denominator[b] != 0) ++batches;
  }
  if (x <= 0) return {};
  const double r = y / x;
  if (batches < 2) return {r, {}, {}};

  double squares = 0;
  bool spread = false;
  const double rounding =
      16 * static_cast<double>(batches) * std::numeric_limits<double>::epsilon();
  for (std::size_t b = 0; b < numerator.size(); ++b) {
    const double residual = numerator[b] - r * denominator[b];
    squares += residual * residual;
    const double scale = std::abs(numerator[b]) + std::abs(r * denominator[b]);
    if (std::abs(residual) > rounding * scale) spread = true;
  }
  if (!spread) return without_spread(r, batches, range, level);

  const double count = static_cast<double>(batches);
  const double deviation = std::sqrt(squares * count / (count - 1)) / x;
  const double half = student_t_quantile((1 + level) / 2, count - 1) * deviation;
  Estimate estimate{r, r - half, r + half};
  if (range.lo) estimate.lo = std::max(*estimate.lo, *range.lo);
  if (range.hi) estimate.hi = std::min(*estimate.hi, *range.hi);
  return estimate;
}

Estimate share(std::span<const double> part, std::span<const double> whole, double level) {
  check_level(level);
  FLATLINE_CHECK(part.size() == whole.size(), "every batch has a part and a whole");
  std::vector<double> rest(part.size());
  for (std::size_t b = 0; b < part.size(); ++b) {
    FLATLINE_CHECK(part[b] >= 0 && part[b] <= whole[b] && std::isfinite(whole[b]),
                   "a part lies between nothing and the whole, which is finite");
    rest[b] = whole[b] - part[b];
  }
  const Dispersion of_part = dispersion_of(part, whole);
  if (of_part.exposure <= 0) return {};
  const Dispersion of_rest = dispersion_of(std::span<const double>(rest), whole);
  const bool flip = of_rest.total < of_part.total;
  const Dispersion& d = flip ? of_rest : of_part;

  Estimate estimate{d.total / d.exposure, {}, {}};
  if (d.batches >= 2) {
    if (d.total <= 0) {
      estimate = without_spread(0, d.batches, {0.0, 1.0}, level);
    } else if (const double lump = d.index * variance_inflation(d.batches, level); lump > 0) {
      const Bounds bounds = lumped_bounds(d, lump, level);
      estimate.lo = bounds.lo;
      estimate.hi = std::min(1.0, bounds.hi);
    } else {
      estimate = without_spread(*estimate.mean, d.batches, {0.0, 1.0}, level);
    }
  }
  return flip ? complement(estimate) : estimate;
}

Estimate reciprocal(const Estimate& rate) {
  const auto inverse = [](const std::optional<double>& value) -> std::optional<double> {
    if (!value || *value == 0) return std::nullopt;
    return 1 / *value;
  };
  return {inverse(rate.mean), inverse(rate.hi), inverse(rate.lo)};
}

Estimate complement(const Estimate& share) {
  const auto rest = [](const std::optional<double>& value) -> std::optional<double> {
    if (!value) return std::nullopt;
    return 1 - *value;
  };
  return {rest(share.mean), rest(share.hi), rest(share.lo)};
}

}  // namespace flatline::qos
