// cdf, survival and quantile of laws against formulas and against the compiled samplers.

#include <cmath>
#include <limits>

#include "law_traces.hpp"
#include "support/catch.hpp"

namespace flatline::fit {
namespace {

using namespace traces;

// Relative difference of doubles, 0 if both are 0.
double off(double value, double truth) {
  return value == truth ? 0 : std::abs(value / truth - 1);
}

std::vector<Distribution> closed_forms() {
  return {law(Family::uniform, k5ms, 0, milliseconds(1), milliseconds(15)),
          law(Family::exponential, k10ms, 0, k5ms),
          law(Family::normal, milliseconds(50), 0, {}, k5ms),
          law(Family::normal, k5ms, 0, milliseconds(2), k10ms),
          law(Family::lognormal, k10ms, 0.7, k5ms),
          law(Family::gamma, k10ms, 0.3, {}),
          law(Family::gamma, milliseconds(1), 40, {}),
          law(Family::weibull, k10ms, 0.7, k5ms),
          law(Family::pareto, k10ms, 3, k5ms)};
}

}  // namespace

TEST_CASE("Survival keeps ten digits at probabilities of 1e-12 and below") {
  // e^-28 = 6.9e-13. A hazard of 28 carries a rounding of 28 * 1.1e-16: 1e-10 leaves much room.
  const double ms = 1e6;
  CHECK(off(survival(law(Family::exponential, k10ms, 0, k5ms), 285 * ms), std::exp(-28.0)) < 1e-10);
  const auto weibull = law(Family::weibull, k10ms, 2, k5ms);
  CHECK(off(survival(weibull, 65 * ms), std::exp(-36.0)) < 1e-10);
  const auto pareto = law(Family::pareto, k10ms, 3, k5ms);
  CHECK(off(survival(pareto, (10e4 + 5) * ms), 1e-12) < 1e-10);
  // Gamma of shape 3: e^-x (1 + x + x^2 / 2), here at x = 40: 3.6e-15.
  const auto gamma = law(Family::gamma, k10ms, 3, {});
  CHECK(off(survival(gamma, 400 * ms), std::exp(-40.0) * 841) < 1e-10);
  // Q(7) = 1.279812543885835e-12 (Abramowitz and Stegun 26.2.12, 30 digits by continued fraction).
  CHECK(off(survival(law(Family::lognormal, k10ms, 1, {}), 10 * ms * std::exp(7.0)),
            1.279812543885835e-12) < 1e-10);
  CHECK(off(survival(law(Family::normal, milliseconds(50), 0, {}, k5ms), 85 * ms),
            1.279812543885835e-12) < 1e-10);
  // Mean 0: the cut takes one half, the rest weighs twice.
  CHECK(off(survival(law(Family::normal, {}, 0, {}, k10ms), 70 * ms), 2 * 1.279812543885835e-12) <
        1e-10);
}

TEST_CASE("The distribution function and survival add up, and quantiles invert them") {
  for (const Distribution& d : closed_forms()) {
    INFO(label(d));
    CHECK(cdf(d, static_cast<double>(d.plus.ns) - 1) == 0);
    CHECK(survival(d, static_cast<double>(d.plus.ns) - 1) == 1);
    for (const double p : {1e-6, 0.01, 0.3, 0.5, 0.8, 0.999, 1 - 1e-9}) {
      const double x = quantile(d, p);
      // Rounding of x itself, 1e-16, times the steepness of the law in x (up to shape 40), and of p
      // at the upper end: 1e-16 / 1e-9.
      CHECK(off(cdf(d, x), p) < 1e-8);
      CHECK(off(survival(d, x), 1 - p) < 1e-6);
      CHECK(cdf(d, x) + survival(d, x) == Approx(1).epsilon(1e-14));
    }
  }
}

TEST_CASE("Distribution functions agree with every fifth knot of the compiled samplers") {
  using Table = random::Sampler::Table;
  for (const Distribution& d : closed_forms()) {
    if (d.family == Family::uniform) continue;  // It has no knots.
    INFO(label(d));
    const random::Sampler sampler = compiled(d);
    const Table& table = sampler.table();
    for (std::size_t j = 0; j < Table::kKnots; j += 5) {
      const int octave = Table::kOctaves - 1 - static_cast<int>(j >> Table::kSubBits);
      const double p = std::ldexp(1 + static_cast<double>(j % 64) / 64, -(octave + 2));
      const auto low = static_cast<double>(table.knots[j]);
      const auto high = static_cast<double>(table.knots[Table::kKnots + j]);
      // A knot is the exact quantile rounded to 1 ns (2^-36 of it if that is more): p lies between
      // the values half a step to either side. 1e-10 relative for the functions, and an absolute
      // 1e-15 below, where the cut normal cancels.
      const double step_low = 0.5 + std::ldexp(low, -36);
      const double step_high = 0.5 + std::ldexp(high, -36);
      REQUIRE(cdf(d, low - step_low) <= p * (1 + 1e-10) + 1e-15);
      REQUIRE(cdf(d, low + step_low) >= p * (1 - 1e-10) - 1e-15);
      REQUIRE(survival(d, high - step_high) >= p * (1 - 1e-10));
      REQUIRE(survival(d, high + step_high) <= p * (1 + 1e-10));
    }
  }
}

TEST_CASE("A constant and an empirical law are steps, plus included") {
  const Distribution constant = Distribution::constant(k10ms);
  CHECK(cdf(constant, 9'999'999) == 0);
  CHECK(cdf(constant, 10'000'000) == 1);
  CHECK(quantile(constant, 0.3) == 10'000'000);
  Distribution recorded;
  recorded.family = Family::empirical;
  recorded.values = {40, 10, 20, 20};
  recorded.plus = nanoseconds(5);
  CHECK(cdf(recorded, 14.9) == 0);
  CHECK(cdf(recorded, 15) == 0.25);
  CHECK(survival(recorded, 25) == 0.25);
  CHECK(quantile(recorded, 0.25) == 15);
  CHECK(quantile(recorded, 0.2500001) == 25);
  CHECK(quantile(recorded, 0.75) == 25);
  CHECK(quantile(recorded, 0.7500001) == 45);
  CHECK(quantile(law(Family::normal, k10ms, 0, {}, {}), 0.9) == 10'000'000);  // No deviation.
}

TEST_CASE("A mixture weighs its components and shifts them all by its plus") {
  Distribution mixture;
  mixture.family = Family::mixture;
  mixture.plus = milliseconds(1);
  mixture.mixture = {{3, law(Family::exponential, k10ms, 0, k5ms)},
                     {1, Distribution::constant(milliseconds(100))}};
  CHECK(cdf(mixture, 16e6) == Approx(0.75 * -std::expm1(-1)).epsilon(1e-14));
  CHECK(survival(mixture, 101e6 + 1) == Approx(0.75 * std::exp(-9.5)).epsilon(1e-6));
  // Between 0.75 (1 - e^-9.5) and a quarter more the quantile stands on the constant.
  CHECK(quantile(mixture, 0.9) == Approx(101e6).epsilon(1e-12));
  const double far = quantile(mixture, 1 - 1e-9);
  CHECK(off(survival(mixture, far), 1e-9) < 1e-6);  // 1 - 1e-9 is itself rounded: 1e-7.
}

TEST_CASE("A tail may be asked for two decades beyond the data") {
  CHECK(farthest_tail(1000) == Approx(1e-5));
}

}  // namespace flatline::fit
