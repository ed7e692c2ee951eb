// How far a table is from its law: between the knots, and in its first two moments, over the whole range of shapes.
// A cell of p (1 + 1/64) is a chord of the quantile function q, so it errs by at most |p^2 q''| / (8 64^2); for
// well-behaved laws p^2 q'' is of the size of q, for steep ones (gamma 0.1: q ~ p^10) many times that.

#include <algorithm>
#include <cmath>

#include "unit/random/reference.hpp"

using namespace flatline;
using namespace flatline::random;
using namespace flatline::random::reference;

namespace {

// Bounds, relative: between the knots to the value (normal: plus the deviation); of the moments to the moment.
// Each is at most 1.5 times what was measured. 0: the law has no such moment, or keeps it beyond 2^-56.
struct Stated {
  Distribution law;
  double between, mean, second;
};

std::vector<Stated> stated() {
  const Duration s = seconds(1), ms = milliseconds(1);
  return {{exponential(s), 3e-5, 8e-6, 1.4e-5},
          {lognormal(s, 0.01), 2e-7, 1e-8, 1e-8},
          {lognormal(s, 0.6), 2e-5, 4.5e-6, 1e-5},
          {lognormal(s, 1.3), 7e-5, 1.7e-5, 2e-5},
          {lognormal(5 * ms, 3.0), 3e-4, 3e-5, 6e-3},  // 2^-56 cuts the second moment
          {normal(s, s), 2e-5, 2e-6, 5e-6},
          {normal({}, s), 2e-5, 4e-6, 8e-6},
          {normal(100 * s, s), 2e-7, 1e-11, 1e-9},
          {gamma(s, 0.1), 2.5e-3, 3e-5, 2e-5},
          {gamma(s, 0.5), 1e-4, 1.5e-5, 1.7e-5},
          {gamma(s, 3.3), 1.4e-5, 3e-6, 6e-6},
          {gamma(s, 50), 3e-6, 2e-7, 6e-7},
          {gamma(s, 2000), 4e-7, 5e-9, 1.5e-8},
          {weibull(s, 0.25), 7.5e-4, 3e-5, 2.3e-5},
          {weibull(s, 0.5), 1.5e-4, 2e-5, 2e-5},
          {weibull(s, 1.7), 1.3e-5, 3e-6, 6e-6},
          {weibull(s, 50), 1e-6, 1.2e-7, 2.3e-7},
          {pareto(ms, 1.5), 5e-5, 1.2e-5, 0},
          {pareto(s, 2.5), 2.5e-5, 6e-6, 5e-4},  // likewise
          {pareto(s, 3.5), 1.7e-5, 4e-6, 9e-6},
          {pareto(s, 200), 2.3e-7, 5e-8, 1e-7}};
}

}  // namespace

// Half a nanosecond for each knot, one for rounding down, 2^-36 for the knots' last bit, 1e-12 for the reference.
TEST_CASE("mid-cell samples keep the stated distance to the quantile over the whole range") {
  for (const Stated& row : stated()) {
    INFO(name(row.law));
    const Sampler sampler = compiled(row.law);
    const double deviation = row.law.family == Family::normal ? static_cast<double>(row.law.second.ns) : 0;
    double worst = 0;
    for (const bool upper : {false, true}) {
      for (std::size_t j = 0; j + 1 < Table::kKnots; ++j) {
        const double p = (knot_probability(j) + knot_probability(j + 1)) / 2;
        const auto w = static_cast<std::uint64_t>(std::ldexp(p, 64));
        const auto sample = static_cast<double>(sampler(upper ? ~w : w));
        const double exact = quantile(row.law, p, upper), size = std::max(exact, deviation);
        const double rounding = 1.5 + size * (std::ldexp(1.0, -36) + 1e-12);
        worst = std::max(worst, (std::abs(sample - exact) - rounding) / size);
      }
    }
    CHECK(worst <= row.between);
    CHECK(worst >= row.between / 3);  // stated, not padded
  }
}

TEST_CASE("the first two moments of a table keep the stated distance to those of the law") {
  for (const Stated& row : stated()) {
    INFO(name(row.law));
    const Sampler sampler = compiled(row.law);
    double mean = 0, second = 0;
    for (std::size_t half = 0; half < 2; ++half) {
      const std::int64_t* k = sampler.table().knots.data() + half * Table::kKnots;
      const double beyond = knot_probability(0), outermost = static_cast<double>(k[0]);
      mean += beyond * outermost;
      second += beyond * outermost * outermost;
      for (std::size_t j = 0; j + 1 < Table::kKnots; ++j) {
        const double width = knot_probability(j + 1) - knot_probability(j);
        const double a = static_cast<double>(k[j]), b = static_cast<double>(k[j + 1]);
        mean += width * (a + b) / 2;
        second += width * (a * a + a * b + b * b) / 3;
      }
    }
    const Moments exact = moments(row.law);
    CHECK(std::abs(mean / exact.mean - 1) <= row.mean);
    if (row.second > 0) CHECK(std::abs(second / exact.second - 1) <= row.second);
    // What the sampler says of itself: the table's mean, less the half nanosecond lost by rounding down.
    CHECK(sampler.mean_seconds() * 1e9 == Approx(mean).epsilon(1e-12).margin(0.51));
  }
}
