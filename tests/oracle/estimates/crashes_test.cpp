// Crash experiments against crashes, and intervals against what they promise.

#include "flatline/oracle/simple_timeout.hpp"
#include "support/batch_error.hpp"
#include "support/catch.hpp"
#include "support/random_worlds.hpp"
#include "support/worlds.hpp"

namespace flatline {
namespace {

using test::ms;
using test::s;

std::vector<sim::JudgedSetting> without_memory() {
  return {test::judged("fixed_timeout", {{"timeout", "1500ms"}}),
          test::judged("fixed_timeout", {{"timeout", "2700ms"}, {"restart_on", "newest"}}),
          test::judged("nfd_s", {{"shift", "1200ms"}})};
}

// Two independent means of one quantity: within 4 standard errors of their difference (alpha about
// 1e-3 each, from 20 batches), and within 1 %.
void check_crashes_agree(const scenario::Scenario& scenario,
                         const std::vector<sim::JudgedSetting>& settings, double least) {
  const qos::Tally tally = test::run(scenario, settings, s(60));
  for (std::size_t row = 0; row < settings.size(); ++row) {
    CAPTURE(row);
    const test::RowErrors errors = test::errors_of(tally, row);
    double crashes = 0;
    for (const qos::RowBatch& batch : tally.rows[row].batches)
      crashes += static_cast<double>(batch.crashes_detected);
    REQUIRE(crashes >= least);
    CHECK(test::measured(tally, row, scenario, "missed").mean.value() <= 0.01 * crashes);
    const auto seen = test::measured(tally, row, scenario, "crash_detection_time_mean_s");
    CHECK(seen.mean.value() == Approx(errors.crash_detection.value).epsilon(1e-12));
    INFO("crashes " << errors.crash_detection.value << " +- " << errors.crash_detection.error
                    << ", experiments " << errors.detection.value << " +- "
                    << errors.detection.error);
    const double difference = std::abs(errors.crash_detection.value - errors.detection.value);
    CHECK(difference <= 4 * std::hypot(errors.crash_detection.error, errors.detection.error));
    CHECK(difference <= 0.01 * errors.detection.value);
    // Many more experiments than crashes: they are far sharper.
    CHECK(errors.detection.error < 0.5 * errors.crash_detection.error);
  }
}

}  // namespace

TEST_CASE("random crashes take as long to detect as the crash experiments say") {
  scenario::Scenario scenario =
      test::push_world(10, s(1), test::exponential(ms(400)), .1, s(600'000));
  scenario.world.faults.random_crashes.push_back(
      {{scenario.world.cluster.find("worker"), "crash/worker#0"},
       s(300),
       random::Distribution::constant(s(60))});
  // Crashes without memory strike the window while it fills as often as its share of time: an
  // estimator must agree too.
  auto settings = without_memory();
  settings.push_back(test::judged("phi_exponential", {{"threshold", "1.2"}, {"window", "20"}}));
  check_crashes_agree(scenario, settings, 1.5e4);
}

TEST_CASE("scheduled crashes take as long to detect as the crash experiments say") {
  scenario::Scenario scenario =
      test::push_world(20, s(1), test::exponential(ms(400)), .1, s(200'000));
  test::Dice dice(7);
  for (const NodeId node : scenario.push.from) {
    for (Duration at = s(1); at < scenario.duration - s(400); at += dice.tenths(s(100), 20, 30)) {
      scenario.world.faults.scheduled_crashes.push_back({node, at, s(60)});
    }
  }
  check_crashes_agree(scenario, without_memory(), 1.5e4);
}

// 36 mistakes a run are expected, 200 runs: a true coverage of 95 % gives 181 to 198 with
// probability 0.997. The interval of a rate is conservative for few events, so above 99 % is
// allowed for it.
TEST_CASE(
    "the 95 % intervals of rate and mean detection time cover the closed form in 90 to 99 % of "
    "runs") {
  const auto exact =
      oracle::simple_timeout(oracle::DelayLaw::constant(.1), .1, 1, 2.5, oracle::Restart::newest);
  const double rate = 3600 / exact.mistakes.mistake_recurrence;
  const double detection = exact.detection_time.value();
  int rate_covered = 0, detection_covered = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    scenario::Scenario scenario =
        test::push_world(1, s(1), random::Distribution::constant(ms(100)), .1, s(4000));
    scenario.seed = seed;
    const auto tally =
        test::run(scenario, {test::judged("fixed_timeout", {{"timeout", "2500ms"}})}, s(10));
    const auto covers = [&](std::string_view name, double value) {
      const auto estimate = test::measured(tally, 0, scenario, name);
      return *estimate.lo <= value && value <= *estimate.hi;
    };
    rate_covered += covers("mistake_rate_per_hour", rate);
    detection_covered += covers("detection_time_mean_s", detection);
  }
  CAPTURE(rate_covered, detection_covered);
  CHECK(rate_covered >= 180);
  CHECK(rate_covered <= 199);
  CHECK(detection_covered >= 180);
  CHECK(detection_covered <= 198);
}

}  // namespace flatline
