// Knots are correctly rounded. A knot k is the rounded quantile of p exactly if the law's distribution function,
// in 50 digits, passes p between k - 1/2 and k + 1/2 units of its last kept place. The test inverts nothing, so it
// shares neither formula nor iteration with the code that makes the knots.

#include "unit/random/reference.hpp"

using namespace flatline;
using namespace flatline::random;
using namespace flatline::random::reference;

namespace {

// Across the range a scenario may ask for: tiny and huge shapes, scales from 1 ns to years, odd scales above 2^53 ns.
std::vector<Distribution> wide_laws() {
  const Duration odd_years{(std::int64_t{1} << 54) + 1}, more_odd_years{(std::int64_t{1} << 56) + 3};
  return {exponential(nanoseconds(1)), exponential(nanoseconds(37)), exponential(milliseconds(20)),
          exponential(seconds(9)), exponential(days(30)), exponential(odd_years),
          normal(milliseconds(10), milliseconds(10)), normal(milliseconds(100), milliseconds(1)),
          normal({}, hours(1)), normal({}, more_odd_years), normal(nanoseconds(1), days(1)),
          normal(seconds(8), seconds(1)), normal(microseconds(1), seconds(1)), normal(seconds(60), milliseconds(3)),
          lognormal(milliseconds(20), 0.6), lognormal(milliseconds(5), 3.0), lognormal(seconds(1), 1e-6),
          lognormal(minutes(10), 0.01), lognormal(nanoseconds(3), 1.0), lognormal(hours(1), 1.3),
          weibull(minutes(1), 0.5), weibull(milliseconds(3), 1.0), weibull(seconds(1), 50.0),
          weibull(nanoseconds(1), 0.1), weibull(days(2), 1.7),
          pareto(milliseconds(10), 2.5), pareto(nanoseconds(10), 1.0), pareto(seconds(100), 200.0),
          pareto(microseconds(1), 1.5), pareto(hours(20), 8.0)};
}

std::vector<Distribution> gamma_laws() {
  return {gamma(seconds(1), 0.1), gamma(milliseconds(20), 0.5), gamma(nanoseconds(5), 1.0), gamma(minutes(1), 3.3),
          gamma(milliseconds(1), 10.0), gamma(seconds(10), 50.0), gamma(hours(1), 0.01),
          gamma(microseconds(3), 2000.0)};
}

// One unit in the last of the 36 kept bits, for values just below (or from) 2^bits.
Exact unit_below(std::int64_t knot) {
  int drop = 0;
  while ((knot - 1) >> drop >= std::int64_t{1} << 36) ++drop;
  return ldexp(Exact(1), drop);
}
Exact unit_from(std::int64_t knot) {
  int drop = 0;
  while (knot >> drop >= std::int64_t{1} << 36) ++drop;
  return ldexp(Exact(1), drop);
}

bool correctly_rounded(const Distribution& d, std::int64_t knot, double p, bool upper) {
  if (knot < 0) return false;
  const Exact low = Exact(knot) - unit_below(knot) / 2, high = Exact(knot) + unit_from(knot) / 2, level(p);
  const bool low_enough =
      low <= 0 || (upper ? probability(d, low, true) >= level : probability(d, low, false) <= level);
  const bool high_enough = upper ? probability(d, high, true) <= level : probability(d, high, false) >= level;
  return low_enough && high_enough;
}

// Every knot of which `j % stride` is `phase`, and the first knot of every octave: all octaves, both tails.
void check_knots(const Distribution& d, std::size_t stride) {
  INFO(name(d));
  const Sampler sampler = compiled(d);
  const auto& knots = sampler.table().knots;
  REQUIRE(knots.size() == 2 * Table::kKnots);
  std::size_t wrong = 0, first_wrong = 0;
  for (std::size_t i = 0; i < knots.size(); ++i) {
    const bool upper = i >= Table::kKnots;
    const std::size_t j = i % Table::kKnots;
    if (j % 64 != 0 && j % stride != 0) continue;
    if (correctly_rounded(d, knots[i], knot_probability(j), upper)) continue;
    if (wrong++ == 0) first_wrong = i;
  }
  INFO("first wrong: knot " << first_wrong << " = " << knots[first_wrong]);
  CHECK(wrong == 0);
  CHECK(knots[Table::kKnots - 1] == knots.back());  // both halves end at the median
}

}  // namespace

TEST_CASE("every fifth knot of every law is the correctly rounded quantile") {
  for (const Distribution& d : wide_laws()) check_knots(d, 5);
}

TEST_CASE("gamma knots are correctly rounded for shapes from 0.01 to 2000") {
  for (const Distribution& d : gamma_laws()) check_knots(d, 29);
}

TEST_CASE("all knots of every law are correctly rounded", "[long]") {
  for (const Distribution& d : wide_laws()) check_knots(d, 1);
  for (const Distribution& d : gamma_laws()) check_knots(d, 1);
}

TEST_CASE("a knot above 2^36 ns has 36 significant bits, one below is a whole nanosecond") {
  const auto sampler = compiled(exponential(days(30)));
  const auto& knots = sampler.table().knots;
  for (const std::int64_t knot : knots) {
    int drop = 0;
    while (knot >> drop > std::int64_t{1} << 36) ++drop;
    REQUIRE(knot % (std::int64_t{1} << drop) == 0);
  }
}
