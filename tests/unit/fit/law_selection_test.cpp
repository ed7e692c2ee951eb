// Which family the criterion picks, and what the fit says of laws that are right or wrong.

#include <cmath>
#include <string>
#include <vector>

#include "law_traces.hpp"
#include "support/catch.hpp"

namespace flatline::fit {
namespace {

using namespace traces;

struct Choice {
  Distribution law;
  std::vector<Family> contain;  // Families that have the planted law as a case.
};

std::vector<Choice> choices() {
  return {{law(Family::uniform, k5ms, 0, {}, milliseconds(15)), {}},
          {law(Family::exponential, k10ms, 0, k5ms), {Family::gamma, Family::weibull}},
          {law(Family::normal, milliseconds(50), 0, {}, k5ms), {}},
          {law(Family::lognormal, k10ms, 0.8, k5ms), {}},
          {law(Family::gamma, k10ms, 2.5, k5ms), {}},
          {law(Family::weibull, k10ms, 0.7, k5ms), {}},
          {law(Family::pareto, k10ms, 2.5, k5ms), {}}};
}

bool accepts(const LawFit& fit, const Choice& choice) {
  if (fit.law.family == choice.law.family) return true;
  const auto& others = choice.contain;
  const bool contains = std::find(others.begin(), others.end(), fit.law.family) != others.end();
  return contains && std::abs(fit.law.shape - 1) < 0.1;
}

void check_sound(const LawFit& fit) {
  INFO(label(fit.law));
  CHECK(random::compile(fit.law).ok());
  CHECK(std::isfinite(fit.log_likelihood));
  CHECK(std::isfinite(fit.bic));
  CHECK((fit.goodness.p_value >= 0 && fit.goodness.p_value <= 1));
  CHECK((fit.goodness.distance >= 0 && fit.goodness.distance <= 1));
  CHECK((fit.goodness.tail_octaves >= 0 && std::isfinite(fit.goodness.tail_octaves)));
  for (const Parameter& p : fit.parameters) {
    INFO(p.name << " " << p.lo << " " << p.value << " " << p.hi);
    CHECK((std::isfinite(p.lo) && std::isfinite(p.hi)));
    CHECK((p.lo <= p.value && p.value <= p.hi));
    CHECK((p.lo >= 0));
  }
}

}  // namespace

// At n = 5000 these laws differ by tens in the logarithm of the likelihood; only the exponential
// can lose, to a law of one parameter more that gains over ln(5000) / 2 = 4.3 by chance: about one
// trace in 300. Two of 40 may fail.
TEST_CASE("Of 40 traces of 5000 values the criterion names the planted family in 38 or more") {
  for (const Choice& choice : choices()) {
    const random::Sampler sampler = compiled(choice.law);
    int right = 0;
    for (int t = 0; t < 40; ++t) {
      const auto fits = fit_laws(
          draw(sampler, "selection/" + label(choice.law), static_cast<std::uint64_t>(t), 5000));
      REQUIRE(fits.size() >= 2);
      for (std::size_t i = 1; i < fits.size(); ++i) REQUIRE(fits[i - 1].bic <= fits[i].bic);
      right += accepts(fits.front(), choice) ? 1 : 0;
      if (t == 0) {
        for (const LawFit& fit : fits) check_sound(fit);
      }
    }
    INFO(label(choice.law));
    CHECK(right >= 38);
  }
}

TEST_CASE("All equal values give one constant") {
  const std::vector<std::int64_t> values(20, 7'000'000);
  const auto fits = fit_laws(values);
  REQUIRE(fits.size() == 1);
  CHECK(fits.front().law.family == Family::constant);
  CHECK(fits.front().law.value == milliseconds(7));
  REQUIRE(fits.front().parameters.size() == 1);
  CHECK(fits.front().parameters.front().value == Approx(0.007));
  CHECK(fits.front().goodness.distance == 0);
  CHECK(fits.front().goodness.p_value == 1);
  CHECK(fit_laws(std::vector<std::int64_t>(20, 0)).front().law.value.ns == 0);
}

TEST_CASE("Extreme values give finite fits that compile") {
  std::vector<std::vector<std::int64_t>> all;
  const auto repeat = [&](std::vector<std::int64_t> some, std::size_t n) {
    std::vector<std::int64_t> values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(some[i % some.size()]);
    std::sort(values.begin(), values.end());
    all.push_back(values);
  };
  repeat({1'000'000, 2'000'000}, 20);
  repeat({0, 1}, 20);
  repeat({0, 3'600'000'000'000}, 500);
  repeat({1, 3'600'000'000'000, 4'000'000'000'000}, 500);
  repeat({0, 0, 0, 1, 2, 3}, 2000);
  repeat({1'000'000, 2'000'000, 3'000'000}, 100'000);
  std::vector<std::int64_t> outlier(1000, 5'000'000);
  outlier.back() = kLongestTime.ns;
  all.push_back(outlier);
  std::vector<std::int64_t> spread;  // 1 ns to 2.5 hours, even in the logarithm.
  for (int i = 0; i < 300; ++i) spread.push_back(std::llround(std::exp(0.1 * i)));
  all.push_back(spread);
  std::vector<std::int64_t> line;
  for (int i = 0; i < 20; ++i) line.push_back(i);
  all.push_back(line);
  for (const Distribution& d :
       {law(Family::lognormal, k10ms, 2.5, {}), law(Family::gamma, nanoseconds(3), 0.2, {}),
        law(Family::pareto, nanoseconds(50), 1.5, {})}) {
    all.push_back(draw(compiled(d), "extreme", 0, 20));
    all.push_back(draw(compiled(d), "extreme", 1, 3000));
    all.push_back(draw(compiled(d), "extreme", 2, 3000, 1'000'000));
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const bool with_plus : {false, true}) {
      INFO("values " << i << " with plus " << with_plus);
      LawOptions options;
      options.with_plus = with_plus;
      const auto fits = fit_laws(all[i], options);
      CHECK(!fits.empty());
      for (const LawFit& fit : fits) check_sound(fit);
    }
  }
}

TEST_CASE("Fits of rounded values find what was rounded, and the tick is no parameter") {
  // Rounding to 1 ms adds a variance of 1/12 ms^2 to 25 ms^2: a fit that ignored it would be within
  // the interval too; a bias of half a tick in the mean, 0.5 of 50 ms, would be 4 intervals off.
  const auto values = draw(compiled(law(Family::normal, milliseconds(50), 0, {}, k5ms)), "tick", 0,
                           5000, 1'000'000);
  LawOptions options;
  options.families = {Family::normal};
  const LawFit fit = fit_laws(values, options).front();
  CHECK(fit.parameters[0].lo < 0.050);
  CHECK(fit.parameters[0].hi > 0.050);
  CHECK(fit.parameters[0].hi - fit.parameters[0].lo ==
        Approx(4 * 0.005 / std::sqrt(5000)).epsilon(0.05));
  CHECK(fit.goodness.p_value > 0.01);
  CHECK(fit.goodness.distance < 1.63 / std::sqrt(5000));  // 99 % point of Kolmogorov's D.
}

}  // namespace flatline::fit
