// How often the 95 % intervals of fitted laws hold what was planted.

#include <map>
#include <string>
#include <vector>

#include "law_traces.hpp"
#include "support/catch.hpp"

namespace flatline::fit {
namespace {

using namespace traces;

struct Plant {
  Distribution law;
  bool with_plus = true;
};

double planted(const Distribution& d, const std::string& name) {
  if (name == "plus") return d.plus.seconds();
  if (name == "shape" || name == "sigma") return d.shape;
  if (name == "upper" || name == "deviation") return d.second.seconds();
  return d.value.seconds();
}

std::vector<Plant> ordinary() {
  return {{law(Family::uniform, k5ms, 0, {}, milliseconds(15))},
          {law(Family::exponential, k10ms, 0, k5ms)},
          {law(Family::exponential, k10ms, 0, {}), false},
          {law(Family::normal, milliseconds(50), 0, {}, k5ms)},
          {law(Family::lognormal, k10ms, 0.5, k5ms)},
          {law(Family::lognormal, k10ms, 1.2, k5ms)},
          {law(Family::lognormal, k10ms, 0.8, {}), false},
          {law(Family::gamma, k10ms, 1.5, k5ms)},
          {law(Family::gamma, k10ms, 2, {}), false},
          {law(Family::weibull, k10ms, 1.5, k5ms)},
          {law(Family::weibull, k10ms, 3, k5ms)},
          {law(Family::weibull, k10ms, 0.8, {}), false},
          {law(Family::pareto, k10ms, 2.5, k5ms)},
          {law(Family::pareto, k10ms, 3, {}), false}};
}

std::vector<Plant> more() {
  return {{law(Family::normal, k5ms, 0, {}, k5ms)},  // A sixth is cut off.
          {law(Family::gamma, k10ms, 0.5, k5ms)},   {law(Family::gamma, k10ms, 1, k5ms)},
          {law(Family::gamma, k10ms, 2.5, k5ms)},   {law(Family::gamma, k10ms, 4, k5ms)},
          {law(Family::weibull, k10ms, 0.6, k5ms)}, {law(Family::weibull, k10ms, 1, k5ms)},
          {law(Family::weibull, k10ms, 2.2, k5ms)}, {law(Family::pareto, k10ms, 5, k5ms)}};
}

// Traces of n values whose interval holds the planted number, for each parameter.
std::map<std::string, int> coverage(const Plant& plant, int traces, std::size_t n,
                                    std::int64_t tick) {
  const random::Sampler sampler = compiled(plant.law);
  LawOptions options;
  options.with_plus = plant.with_plus;
  options.families = {plant.law.family};
  std::map<std::string, int> held;
  for (int t = 0; t < traces; ++t) {
    const auto values =
        draw(sampler, "coverage/" + label(plant.law), static_cast<std::uint64_t>(t), n, tick);
    const auto fits = fit_laws(values, options);
    REQUIRE(fits.size() == 1);
    for (const Parameter& p : fits.front().parameters) {
      const double truth = planted(plant.law, p.name);
      held[p.name] += p.lo <= truth && truth <= p.hi ? 1 : 0;
    }
  }
  return held;
}

}  // namespace

// Of 200 intervals with a coverage of 95 %, 190 hold the planted value on average, with a standard
// deviation of 3.1. 180 ... 198 (90 % ... 99 %) leaves out 0.2 % of such counts. Coverage of 85 %
// fails with probability 97 %, intervals twice too long nearly always.
TEST_CASE("95 % intervals hold the planted parameters in 90 % to 99 % of 200 traces") {
  for (const Plant& plant : ordinary()) {
    for (const auto& [name, held] : coverage(plant, 200, 2000, 1)) {
      INFO(label(plant.law) << ": " << name);
      CHECK(held >= 180);
      CHECK(held <= 198);
    }
  }
}

// Intervals of the least value may be too long where it is within the rounding: only the lower
// bound is a promise.
TEST_CASE("95 % intervals hold the planted parameters of values rounded to milliseconds") {
  for (const Plant& plant : {Plant{law(Family::lognormal, k10ms, 0.5, k5ms)},
                             Plant{law(Family::exponential, k10ms, 0, k5ms)},
                             Plant{law(Family::weibull, k10ms, 1.5, k5ms)},
                             Plant{law(Family::normal, milliseconds(50), 0, {}, k5ms)}}) {
    for (const auto& [name, held] : coverage(plant, 200, 2000, 1'000'000)) {
      INFO(label(plant.law) << ": " << name);
      CHECK(held >= 180);
      CHECK((name == "plus" || held <= 198));
    }
  }
}

// 2000 traces: a standard deviation of 0.5 %. What asymptotics miss at n = 2000 (up to 2.5 % either
// way, most at shapes near 2 and below 1) comes on top: 91.5 % ... 98.5 %.
TEST_CASE("95 % intervals hold the planted parameters in 91.5 % to 98.5 % of 2000 traces",
          "[long]") {
  std::vector<Plant> all = ordinary();
  for (const Plant& plant : more()) all.push_back(plant);
  for (const Plant& plant : all) {
    for (const auto& [name, held] : coverage(plant, 2000, 2000, 1)) {
      INFO(label(plant.law) << ": " << name);
      CHECK(held >= 1830);
      CHECK(held <= 1970);
    }
  }
}

// An interval that begins at 0 cannot miss a planted 0 below: the coverage is 97.5 % or more.
TEST_CASE("The interval of plus holds 0 where nothing was added") {
  const random::Sampler sampler = compiled(law(Family::exponential, k10ms, 0, {}));
  LawOptions options;
  options.families = {Family::exponential};
  int held = 0;
  for (int t = 0; t < 200; ++t) {
    const auto fits =
        fit_laws(draw(sampler, "no plus", static_cast<std::uint64_t>(t), 2000), options);
    REQUIRE(fits.size() == 1);
    const Parameter& plus = fits.front().parameters.back();
    REQUIRE(plus.name == "plus");
    held += plus.lo == 0 ? 1 : 0;
    CHECK(plus.hi > 0);
  }
  CHECK(held >= 190);  // 4 standard deviations (2.2 of 200 at 97.5 %) below 195 is 186.
}

}  // namespace flatline::fit
