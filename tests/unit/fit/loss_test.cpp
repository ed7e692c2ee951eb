// Loss laws against planted ones. Seeds are fixed. An interval that covers with 95 % does so in
// 180 to 198 of 200 traces (90 % to 99 %) but for a chance of 2e-3 below and 3e-3 above (binomial).
// A test whose p values are uniform puts 2 to 20 of 200 below 0.05 (1 % to 10 %) but for chances of
// 4e-4 and 1e-3.

#include "flatline/fit/loss.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "fit/loss_chain.hpp"
#include "flatline/random/stream.hpp"
#include "flatline/world/link.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::fit;

namespace {

constexpr Duration kInterval = milliseconds(100);

random::Sampler exponential(Duration mean) {
  random::Distribution law;
  law.family = random::Family::exponential;
  law.value = mean;
  return random::compile(law).value();
}

/// Fates of beats on a link of the world, from its own state and draws.
std::vector<Fate> simulated(const world::GilbertElliott& law, std::int64_t beats,
                            std::uint64_t seed) {
  const random::StreamFactory streams(seed, 0);
  world::BurstState state({law, exponential(law.good_mean), exponential(law.bad_mean)},
                          streams.stream("bursts"), {0});
  const random::Stream draws = streams.stream("loss");
  std::vector<Fate> fates;
  for (std::int64_t i = 0; i < beats; ++i) {
    const double p = state.bad_at({i * kInterval.ns}) ? law.loss_bad : law.loss_good;
    const bool lost =
        p >= 1 || draws.bits(static_cast<std::uint64_t>(i)) < random::threshold_for(p);
    fates.push_back({i, lost});
  }
  return fates;
}

std::vector<Fate> independent(double p, std::int64_t beats, std::uint64_t seed) {
  return simulated({seconds(1), seconds(1), p, p}, beats, seed);
}

bool within(const Parameter& parameter, double truth) {
  return parameter.lo <= truth && truth <= parameter.hi;
}

bool fair(int covered) {
  return covered >= 180 && covered <= 198;
}
bool uniform(int rejected) {
  return rejected >= 2 && rejected <= 20;
}

struct Counts {
  int covered[4] = {};
  int bursts = 0, probability = 0, burst_rejected = 0, gap_rejected = 0;
};

Counts tally(const world::GilbertElliott& law, std::int64_t beats) {
  Counts counts;
  const double good = law.good_mean.seconds();
  const double bad = law.bad_mean.seconds();
  const double truth[] = {good, bad, law.loss_good, law.loss_bad};
  const double loss = (good * law.loss_good + bad * law.loss_bad) / (good + bad);
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const LossFit fit = fit_loss(simulated(law, beats, seed), kInterval);
    REQUIRE(fit.bursts.has_value());
    for (std::size_t i = 0; i < 4; ++i) {
      if (within(fit.bursts->parameters[i], truth[i])) ++counts.covered[i];
    }
    if (fit.choose_bursts) ++counts.bursts;
    if (within(fit.probability, loss)) ++counts.probability;
    if (fit.burst_p_value < 0.05) ++counts.burst_rejected;
    if (fit.gap_p_value < 0.05) ++counts.gap_rejected;
  }
  return counts;
}

void check_bursts(const world::GilbertElliott& law, std::int64_t beats) {
  const Counts counts = tally(law, beats);
  CHECK(counts.bursts == 200);
  const std::string names[] = {"good_mean", "bad_mean", "loss_good", "loss_bad"};
  for (std::size_t i = 0; i < 4; ++i) {
    INFO(names[i] << " covered " << counts.covered[i]);
    CHECK(fair(counts.covered[i]));
  }
  INFO("rejected " << counts.burst_rejected << " and " << counts.gap_rejected);
  CHECK(uniform(counts.burst_rejected));
  CHECK(uniform(counts.gap_rejected));
}

/// The likelihood as it is written down: one heartbeat after the other.
double plain_likelihood(const std::vector<Fate>& fates, const BurstParameters& law) {
  double bad = law.bad_s / (law.good_s + law.bad_s);
  double sum = 0;
  for (std::size_t i = 0; i < fates.size(); ++i) {
    if (i > 0) {
      const double span = static_cast<double>(fates[i].slot - fates[i - 1].slot) * 0.1;
      const double settled = law.bad_s / (law.good_s + law.bad_s);
      bad = settled + (bad - settled) * std::exp(-(1 / law.good_s + 1 / law.bad_s) * span);
    }
    const double if_bad = fates[i].lost ? law.loss_bad : 1 - law.loss_bad;
    const double if_good = fates[i].lost ? law.loss_good : 1 - law.loss_good;
    const double p = bad * if_bad + (1 - bad) * if_good;
    sum += std::log(p);
    bad = bad * if_bad / p;
  }
  return sum;
}

}  // namespace

TEST_CASE("intervals of a planted Gilbert-Elliott law cover, and its runs are not rejected") {
  check_bursts({seconds(60), seconds(2), 0.001, 0.8}, 40'000);
}

TEST_CASE("intervals of a planted simple Gilbert law cover, edges included") {
  check_bursts({seconds(60), seconds(2), 0, 1}, 40'000);
}

TEST_CASE("intervals cover where bad sojourns last three intervals or one loss is at its edge",
          "[long]") {
  check_bursts({seconds(60), milliseconds(300), 0.001, 0.8}, 40'000);
  check_bursts({seconds(60), seconds(2), 0, 0.5}, 40'000);
  check_bursts({seconds(30), seconds(1), 0.001, 1}, 40'000);
}

TEST_CASE(
    "independent loss is told from bursts, its interval covers and its runs are as expected") {
  int chosen = 0, covered = 0, burst_rejected = 0, gap_rejected = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const LossFit fit = fit_loss(independent(0.01, 40'000, seed), kInterval);
    if (fit.choose_bursts) ++chosen;
    if (within(fit.probability, 0.01)) ++covered;
    if (fit.burst_p_value < 0.05) ++burst_rejected;
    if (fit.gap_p_value < 0.05) ++gap_rejected;
  }
  INFO("chosen " << chosen << " covered " << covered << " rejected " << burst_rejected << " and "
                 << gap_rejected);
  CHECK(chosen <= 4);  // twice the likelihood gains ln 40000 = 10.6 by chance in 0.1 % to 1 %
  CHECK(fair(covered));
  CHECK(uniform(gap_rejected));
  CHECK(burst_rejected <= 20);  // four runs of two or more: too coarse for a lower bound
}

TEST_CASE("the likelihood is that of the plain recursion, gaps between slots included") {
  std::vector<Fate> fates = simulated({seconds(6), seconds(2), 0.01, 0.7}, 3000, 7);
  for (std::size_t i = 1000; i < fates.size(); ++i) fates[i].slot += i < 2000 ? 3 : 17;
  const LossRecord record(fates, kInterval);
  for (const BurstParameters& law :
       {BurstParameters{6, 2, 0.01, 0.7}, BurstParameters{0.3, 20, 0.2, 0.9},
        BurstParameters{0.01, 0.001, 0, 0.99}, BurstParameters{500, 40, 1e-6, 0.5}}) {
    // 3000 logarithms add up to an error of some 1e-13 of their sum.
    CHECK(record.log_likelihood(law) == Approx(plain_likelihood(fates, law)).epsilon(1e-11));
  }
  CHECK(record.log_likelihood({6, 2, 0, 0}) == -std::numeric_limits<double>::infinity());
}

TEST_CASE("a state that loses half of a million heartbeats overflows nothing") {
  const std::vector<Fate> fates = independent(0.5, 200'000, 3);
  const LossRecord record(fates, kInterval);
  const BurstParameters law{1, 1, 0.5, 0.5};
  CHECK(record.log_likelihood(law) == Approx(200'000 * std::log(0.5)).epsilon(1e-12));
}

TEST_CASE("ten million heartbeats with few losses are fitted, and the law is found") {
  std::vector<Fate> fates(10'000'000);
  for (std::size_t i = 0; i < fates.size(); ++i) fates[i].slot = static_cast<std::int64_t>(i);
  // 100 bursts, 20 losses on average, their lengths the quantiles of an exponential law.
  for (std::size_t b = 0; b < 100; ++b) {
    const double rank = (static_cast<double>((b * 13) % 100) + 0.5) / 100;
    const auto length = static_cast<std::size_t>(std::ceil(-20 * std::log(rank)));
    for (std::size_t i = 0; i < length; ++i) fates[50'000 + b * 100'000 + i].lost = true;
  }
  const LossFit fit = fit_loss(fates, kInterval);
  REQUIRE(fit.choose_bursts);
  CHECK(fit.bursts->law.loss_good == 0);
  CHECK(fit.bursts->law.loss_bad == 1);
  // A burst of n losses spans n intervals of an exponential sojourn: mean 1 / ln(n / (n - 1)).
  const double n = static_cast<double>(fit.lost) / 100;
  CHECK(fit.bursts->law.bad_mean.seconds() == Approx(0.1 / std::log(n / (n - 1))).epsilon(0.01));
  // Of bad sojourns with a mean of 20 intervals one in forty is too short to be seen.
  CHECK(fit.bursts->law.good_mean.seconds() == Approx(9750).epsilon(0.01));
}

TEST_CASE("short bursts mixed with outages of a thousand are rejected as Gilbert-Elliott") {
  // 520 bursts of one or two losses and 20 outages of 1000: no exponential sojourn is that even.
  std::vector<Fate> fates;
  const random::Stream draws = random::StreamFactory(11, 0).stream("outages");
  for (std::uint64_t b = 0; b < 540; ++b) {
    const auto gap = static_cast<std::int64_t>(500 + draws.bits(b) % 2000);
    const std::int64_t length = b % 27 == 13 ? 1000 : 1 + static_cast<std::int64_t>(b % 2);
    for (std::int64_t i = 0; i < gap + length; ++i) {
      fates.push_back({static_cast<std::int64_t>(fates.size()), i >= gap});
    }
  }
  const LossFit fit = fit_loss(fates, kInterval);
  CHECK(fit.choose_bursts);
  CHECK(fit.burst_p_value < 1e-3);
}

TEST_CASE("tables of runs add up, and the expected ones are those of the closed form") {
  const LossFit fit = fit_loss(simulated({seconds(60), seconds(2), 0, 1}, 40'000, 5), kInterval);
  REQUIRE(fit.bursts.has_value());
  for (const RunLengths* table : {&fit.burst_lengths, &fit.gap_lengths}) {
    const auto runs =
        std::accumulate(table->observed.begin(), table->observed.end(), std::int64_t{0});
    const auto total = [](const std::vector<double>& v) {
      return std::accumulate(v.begin(), v.end(), 0.0);
    };
    CHECK(total(table->bernoulli) == Approx(static_cast<double>(runs)).epsilon(1e-9));
    CHECK(total(table->gilbert) == Approx(static_cast<double>(runs)).epsilon(1e-9));
    CHECK(std::vector<std::int64_t>(table->length.begin(), table->length.begin() + 7) ==
          std::vector<std::int64_t>{1, 2, 3, 4, 5, 7, 11});
  }
  const double p = fit.probability.value;
  const auto bursts = static_cast<double>(std::accumulate(
      fit.burst_lengths.observed.begin(), fit.burst_lengths.observed.end(), std::int64_t{0}));
  CHECK(fit.burst_lengths.bernoulli[0] == Approx(bursts * (1 - p)));
  CHECK(fit.burst_lengths.bernoulli[4] == Approx(bursts * std::pow(p, 4) * (1 - p * p)));
}

TEST_CASE("too few losses, none and nothing but losses give a probability and no bursts") {
  std::vector<Fate> fates;
  for (std::int64_t i = 0; i < 100; ++i) fates.push_back({i, i % 12 == 3});
  const LossFit few = fit_loss(fates, kInterval);
  CHECK(few.lost == 9);
  CHECK_FALSE(few.bursts.has_value());
  CHECK_FALSE(few.choose_bursts);
  for (Fate& fate : fates) fate.lost = false;
  const LossFit none = fit_loss(fates, kInterval);
  CHECK(none.probability.value == 0);
  CHECK(none.probability.hi == Approx(1 - std::pow(0.025, 0.01)));  // Clopper and Pearson's
  CHECK_FALSE(none.bursts.has_value());
  for (Fate& fate : fates) fate.lost = true;
  const LossFit all = fit_loss(fates, kInterval);
  CHECK(all.probability.value == 1);
  CHECK_FALSE(all.bursts.has_value());
}
