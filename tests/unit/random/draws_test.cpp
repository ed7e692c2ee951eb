// Draws as a simulation makes them: a named stream through a table, against the law that was
// written. Seeds are fixed, so a test either always passes or never. Each statistic was allowed a
// chance of 1e-4 to fail for a correct generator, 4e-3 over all of them.

#include <algorithm>
#include <cmath>
#include <vector>

#include "flatline/random/stream.hpp"
#include "reference.hpp"

using namespace flatline;
using namespace flatline::random;
using namespace flatline::random::reference;

namespace {

constexpr int kDraws = 200'000;

std::vector<Distribution> laws() {
  return {exponential(milliseconds(20)),
          exponential(days(3)),
          normal(milliseconds(100), milliseconds(10)),
          normal(milliseconds(10), milliseconds(10)),
          normal({}, hours(1)),
          lognormal(milliseconds(20), 0.6),
          lognormal(seconds(1), 1.4),
          gamma(milliseconds(5), 0.5),
          gamma(milliseconds(50), 2),
          gamma(minutes(1), 30),
          weibull(milliseconds(50), 0.7),
          weibull(milliseconds(50), 1.5),
          pareto(milliseconds(10), 2.5),
          pareto(microseconds(10), 1.2)};
}

// How many of kDraws samples lie at or below each limit; the limits rise.
std::vector<double> counts_below(const Distribution& d, const std::vector<double>& limits) {
  const Sampler sampler = compiled(d);
  const Stream stream = StreamFactory(2024, 0).stream("test/" + name(d));
  std::vector<double> counts(limits.size() + 1, 0);
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const auto sample = static_cast<double>(sampler(stream.bits(i)));
    ++counts[static_cast<std::size_t>(std::lower_bound(limits.begin(), limits.end(), sample) -
                                      limits.begin())];
  }
  return counts;
}

}  // namespace

TEST_CASE("draws of every law fall evenly into 64 classes between exact quantiles") {
  // Chi-square with 63 degrees of freedom: above 113.5 with probability 1e-4.
  for (const Distribution& d : laws()) {
    std::vector<double> limits;
    for (int i = 1; i < 64; ++i)
      limits.push_back(i <= 32 ? quantile(d, i / 64.0, false) : quantile(d, 1 - i / 64.0, true));
    double chi_square = 0;
    const double expected = kDraws / 64.0;
    for (const double count : counts_below(d, limits))
      chi_square += (count - expected) * (count - expected) / expected;
    INFO(name(d));
    CHECK(chi_square < 113.5);
  }
}

TEST_CASE("draws of uniform and empirical laws take each of 64 values equally often") {
  std::vector<std::int64_t> values;
  for (std::int64_t v = 0; v < 64; ++v) values.push_back(v * v);  // far apart: nothing between them
  Distribution recorded;
  recorded.family = Family::empirical;
  recorded.values = values;
  for (const Distribution& d : {uniform(nanoseconds(0), nanoseconds(63)), recorded}) {
    const Sampler sampler = compiled(d);
    const Stream stream = StreamFactory(2025, 0).stream("test/" + name(d));
    std::vector<double> counts(64, 0);
    for (std::uint64_t i = 0; i < kDraws; ++i) {
      const std::int64_t sample = sampler(stream.bits(i));
      const auto place = d.family == Family::uniform
                             ? sample
                             : std::lower_bound(values.begin(), values.end(), sample) - values.begin();
      REQUIRE((place >= 0 && place < 64));
      REQUIRE((d.family == Family::uniform || values[static_cast<std::size_t>(place)] == sample));
      ++counts[static_cast<std::size_t>(place)];
    }
    double chi_square = 0;
    const double expected = kDraws / 64.0;
    for (const double count : counts) chi_square += (count - expected) * (count - expected) / expected;
    INFO(name(d));
    CHECK(chi_square < 113.5);  // as above
  }
}

TEST_CASE("the far tails come as often as the law says") {
  // Draws beyond the exact 1e-3 quantiles, at 4 deviations of a binomial count (probability 6e-5).
  const double allowed = 4 * std::sqrt(kDraws * 1e-3 * (1 - 1e-3));
  for (const Distribution& d : laws()) {
    const auto counts = counts_below(d, {quantile(d, 1e-3, false), quantile(d, 1e-3, true)});
    INFO(name(d));
    CHECK(std::abs(counts[0] - kDraws * 1e-3) < allowed);
    CHECK(std::abs(counts[2] - kDraws * 1e-3) < allowed);
  }
}

TEST_CASE("sample means lie within 4 standard errors of the exact mean") {
  for (const Distribution& d : laws()) {
    const Moments exact = moments(d);
    if (!std::isfinite(exact.second)) continue;  // no standard error
    const Sampler sampler = compiled(d);
    const Stream stream = StreamFactory(2026, 0).stream("test/" + name(d));
    double sum = 0;
    for (std::uint64_t i = 0; i < kDraws; ++i) sum += static_cast<double>(sampler(stream.bits(i)));
    const double deviation = std::sqrt(exact.second - exact.mean * exact.mean);
    INFO(name(d));
    CHECK(std::abs(sum / kDraws - exact.mean) < 4 * deviation / std::sqrt(kDraws));
  }
}

TEST_CASE("components of a mixture come as often as their weights say, and keep their own law") {
  // 0.97 : 0.03; the rare one is a pause of at least a second, so each sample shows where it came
  // from.
  Distribution d;
  d.family = Family::mixture;
  Distribution rare = exponential(seconds(1));
  rare.plus = seconds(1);
  d.mixture = {{0.97, uniform(milliseconds(1), milliseconds(2))}, {0.03, rare}};
  const Sampler sampler = compiled(d);
  const Stream stream = StreamFactory(2027, 0).stream("test/mixture");
  int count = 0;
  double usual_sum = 0, rare_sum = 0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const double sample = 1e-9 * static_cast<double>(sampler(stream.bits(i)));
    if (sample >= 1) {
      ++count;
      rare_sum += sample;
    } else {
      usual_sum += sample;
    }
  }
  // All three at 4 standard errors.
  CHECK(std::abs(count - 0.03 * kDraws) < 4 * std::sqrt(kDraws * 0.03 * 0.97));
  CHECK(std::abs(rare_sum / count - 2) < 4 / std::sqrt(count));
  CHECK(std::abs(usual_sum / (kDraws - count) - 0.0015) <
        4 * 0.001 / std::sqrt(12.0 * (kDraws - count)));
}

TEST_CASE("draws of two streams are uncorrelated, so are neighbouring draws of one") {
  // Correlation of n pairs has standard error 1 / sqrt(n): within 4.
  const StreamFactory factory(2028, 0);
  const Stream a = factory.stream("link/a/0/b/0/delay"), b = factory.stream("link/a/1/b/0/delay");
  const auto unit = [](std::uint64_t bits) {
    return std::ldexp(static_cast<double>(bits >> 11), -53) - 0.5;
  };
  double across = 0, along = 0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    across += 12 * unit(a.bits(i)) * unit(b.bits(i));
    along += 12 * unit(a.bits(i)) * unit(a.bits(i + 1));
  }
  CHECK(std::abs(across) < 4 * std::sqrt(kDraws));
  CHECK(std::abs(along) < 4 * std::sqrt(kDraws));
}
