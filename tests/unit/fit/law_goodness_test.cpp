// Goodness of fit: fair to the truth, hard on what is wrong.

#include <cmath>
#include <string>
#include <vector>

#include "law_traces.hpp"
#include "support/catch.hpp"

namespace flatline::fit {
namespace {

using namespace traces;

LawOptions only(Family family) {
  LawOptions options;
  options.families = {family};
  return options;
}

std::vector<std::int64_t> joined(std::vector<std::int64_t> a, const std::vector<std::int64_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end());
  return a;
}

// Exact D, value by value.
double slow_distance(const Distribution& d, const std::vector<std::int64_t>& values) {
  double largest = 0;
  const auto n = static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto x = static_cast<double>(values[i]);
    largest = std::max({largest, std::abs(cdf(d, x + 0.5) - static_cast<double>(i + 1) / n),
                        std::abs(cdf(d, x - 0.5) - static_cast<double>(i) / n)});
  }
  return largest;
}

}  // namespace

// 5 % of 200 is 10 with a standard deviation of 3.1. Fitting to other cells than Pearson's makes
// the true level a little larger than 5 % (Chernoff and Lehmann 1954), so 2 ... 20 it is: 1 % ...
// 10 %.
TEST_CASE("A fitted law that is true is rejected at 5 % in 1 % to 10 % of 200 traces") {
  for (const Distribution& d :
       {law(Family::uniform, k5ms, 0, {}, milliseconds(15)),
        law(Family::exponential, k10ms, 0, k5ms),
        law(Family::normal, milliseconds(50), 0, {}, k5ms),
        law(Family::lognormal, k10ms, 0.8, k5ms), law(Family::gamma, k10ms, 1.5, k5ms),
        law(Family::weibull, k10ms, 0.8, k5ms), law(Family::pareto, k10ms, 3, k5ms)}) {
    INFO(label(d));
    const random::Sampler sampler = compiled(d);
    int rejected = 0;
    int low = 0;
    for (int t = 0; t < 200; ++t) {
      const auto fits =
          fit_laws(draw(sampler, "goodness/" + label(d), static_cast<std::uint64_t>(t), 2000),
                   only(d.family));
      REQUIRE(fits.size() == 1);
      rejected += fits.front().goodness.p_value < 0.05 ? 1 : 0;
      low += fits.front().goodness.p_value < 0.5 ? 1 : 0;
    }
    CHECK(rejected >= 2);
    CHECK(rejected <= 20);
    CHECK(std::abs(low - 100) <= 25);  // 3.5 standard deviations of 7.1.
  }
}

TEST_CASE("Wrong laws are rejected") {
  const random::Sampler body = compiled(law(Family::exponential, k10ms, 0, k5ms));
  SECTION("lognormal values under an exponential law") {
    const auto values = draw(compiled(law(Family::lognormal, k10ms, 0.8, k5ms)), "wrong", 0, 2000);
    const LawFit fit = fit_laws(values, only(Family::exponential)).front();
    CHECK(fit.goodness.p_value < 1e-6);
    CHECK(fit.goodness.distance > 2 / std::sqrt(2000));  // Kolmogorov: 0.07 % by chance.
  }
  SECTION("a second mode of 10 % far away under any family") {
    const auto far =
        draw(compiled(law(Family::normal, milliseconds(300), 0, {}, k10ms)), "far", 0, 300);
    for (const LawFit& fit : fit_laws(joined(draw(body, "body", 0, 2700), far))) {
      INFO(label(fit.law));
      CHECK(fit.goodness.p_value < 1e-6);
    }
  }
  SECTION("a tail of 0.5 % from elsewhere under the law of the rest") {
    // 50 of 10000 values beyond 200 ms, where the exponential law expects e^-20 of them.
    const auto tail = draw(
        compiled(law(Family::uniform, milliseconds(200), 0, {}, milliseconds(400))), "tail", 0, 50);
    const LawFit fit =
        fit_laws(joined(draw(body, "body", 1, 9950), tail), only(Family::exponential)).front();
    CHECK(fit.goodness.p_value < 1e-6);
    CHECK(fit.goodness.tail_octaves > 1);
  }
}

TEST_CASE("The distance is the largest over all values, found without visiting them") {
  for (const Distribution& d :
       {law(Family::exponential, k10ms, 0, k5ms), law(Family::lognormal, k10ms, 0.8, k5ms),
        law(Family::uniform, k5ms, 0, {}, milliseconds(50))}) {
    const auto values = draw(compiled(law(Family::weibull, k10ms, 1.2, k5ms)), "distance", 0, 3001);
    // The same numbers in another order of sums: 1e-12.
    CHECK(goodness_of(d, values, 0).distance == Approx(slow_distance(d, values)).margin(1e-12));
  }
}

TEST_CASE("A law of twice the length is one octave off, and its own recording is not off at all") {
  const auto values = draw(compiled(law(Family::exponential, k10ms, 0, {})), "octaves", 0, 4000);
  Distribution recorded;
  recorded.family = Family::empirical;
  recorded.values = values;
  // The quantile of a step function and that of the values may be one value apart.
  CHECK(goodness_of(recorded, values, 0).tail_octaves < 0.05);
  CHECK(goodness_of(recorded, values, 0).p_value > 0.999);
  for (auto& v : recorded.values) v *= 2;
  CHECK(goodness_of(recorded, values, 0).tail_octaves == Approx(1).margin(0.05));
}

}  // namespace flatline::fit
