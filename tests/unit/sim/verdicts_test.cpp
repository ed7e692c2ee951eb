// What counts as what, in worlds worked out by hand: beats leave at 0, 10, 20 ... ms and take 1 ms.

#include "support/catch.hpp"
#include "support/tiny_pair.hpp"

namespace flatline::sim {
namespace {

using namespace test;
using Instants = std::vector<double>;

/// No message gets through from `at` for `length`.
void cut(scenario::Scenario& scenario, double at, double length,
         world::Direction direction = world::Direction::both) {
  scenario.world.faults.scheduled_partitions.push_back(
      {{{sender_of(scenario)}, {monitor_of(scenario)}, direction}, ms(at), ms(length)});
}

}  // namespace

TEST_CASE("a beat that arrives exactly at the deadline is in time, one nanosecond less is not") {
  const auto scenario = tiny_pair(ms(1000));
  const auto tally = run(scenario, {timeout("10ms"), timeout("9999999ns")}, ms(100));
  CHECK(counts(tally, 0).mistakes == 0);
  CHECK(counts(tally, 0).suspected_ns == 0);
  // Every beat of the second: 1 ns of suspicion each.
  CHECK(counts(tally, 1).mistakes == 100);
  CHECK(counts(tally, 1).suspected_ns == 100);
  CHECK(counts(tally, 1).ended_ns == counts(tally, 1).ended);
}

TEST_CASE(
    "a partition makes a mistake that lasts until the next beat, and the partition is to blame") {
  auto scenario = tiny_pair(ms(1000));
  cut(scenario, 95, 30);  // loses the beats of 100, 110, 120
  const std::vector<JudgedSetting> settings{timeout("25ms")};
  CHECK(instants(scenario, settings, ms(100), "lost") == Instants{100, 110, 120});
  CHECK(instants(scenario, settings, ms(100), "suspect") == Instants{116});
  CHECK(instants(scenario, settings, ms(100), "trust") == Instants{131});
  const auto tally = run(scenario, settings, ms(100));
  CHECK(counts(tally, 0).mistakes == 1);
  CHECK(counts(tally, 0).ended_ns == 15'000'000);
  CHECK(counts(tally, 0).suspected_ns == 15'000'000);
  CHECK(tally.rows[0].causes[static_cast<std::size_t>(qos::Cause::partition)] == 1);
  CHECK(measured(tally, 0, scenario, "query_accuracy").mean.value() == Approx(1 - 0.015));
}

TEST_CASE("what is in flight when a partition begins arrives") {
  auto scenario = tiny_pair(ms(200));
  scenario.world.default_link.delay = random::Distribution::constant(ms(8));
  cut(scenario, 101, 8);  // the beat of 100 is on its way, that of 110 leaves after
  CHECK(instants(scenario, {timeout("1s")}, ms(100), "lost").empty());
  CHECK(counts(run(scenario, {timeout("10ms")}, ms(100)), 0).mistakes == 0);
}

TEST_CASE("a one-way partition cuts its own direction only") {
  for (const auto direction : {world::Direction::a_to_b, world::Direction::b_to_a}) {
    auto scenario = tiny_pair(ms(1000));
    cut(scenario, 95, 30, direction);
    const std::int64_t expected = direction == world::Direction::a_to_b ? 1 : 0;
    CHECK(counts(run(scenario, {timeout("25ms")}, ms(100)), 0).mistakes == expected);
  }
}

TEST_CASE("a node that crashes at an instant sends and receives nothing at that instant") {
  auto scenario = tiny_pair(ms(300));
  scenario.world.faults.scheduled_crashes.push_back({sender_of(scenario), ms(100), std::nullopt});
  CHECK(instants(scenario, {timeout("25ms")}, ms(100), "send").back() == 90);
  const Counts sender = counts(run(scenario, {timeout("25ms")}, ms(100)), 0);
  CHECK(sender.detected == 1);
  CHECK(sender.detection_ns == 16'000'000);  // 91 + 25 - 100
  // The monitor goes down as the beat of 90 arrives: the half millisecond before it is a mistake
  // that does not end.
  auto other = tiny_pair(ms(300));
  other.world.faults.scheduled_crashes.push_back({monitor_of(other), ms(91), std::nullopt});
  const Counts monitor = counts(run(other, {timeout("9500us")}, ms(100)), 0);
  CHECK(monitor.mistakes == 10);  // before the arrivals of 1, 11 ... 91
  CHECK(monitor.ended == 9);
}

TEST_CASE("a suspicion during a crash is its detection, not a mistake") {
  auto scenario = tiny_pair(ms(400));
  scenario.world.faults.scheduled_crashes.push_back({sender_of(scenario), ms(105), ms(100)});
  const auto tally = run(scenario, {timeout("25ms"), timeout("150ms")}, ms(100));
  CHECK(counts(tally, 0).mistakes == 0);
  CHECK(counts(tally, 0).detected == 1);
  CHECK(counts(tally, 0).detection_ns == 21'000'000);  // 101 + 25 - 105
  // It stands when the node is back, until the first beat: time suspected, but no mistake.
  CHECK(counts(tally, 0).suspected_ns == 1'000'000);
  CHECK(both_up_ns(tally) == 300'000'000);
  // The longer timeout did not notice.
  CHECK(counts(tally, 1).missed == 1);
  CHECK(counts(tally, 1).detected == 0);
}

TEST_CASE("a crash that is not detected before the end is censored") {
  auto scenario = tiny_pair(ms(400));
  scenario.world.faults.scheduled_crashes.push_back({sender_of(scenario), ms(385), std::nullopt});
  const auto tally = run(scenario, {timeout("25ms"), timeout("12ms")}, ms(100));
  CHECK(counts(tally, 0).censored == 1);
  CHECK(counts(tally, 1).detected == 1);
  CHECK(counts(tally, 1).detection_ns == 8'000'000);  // 381 + 12 - 385
}

TEST_CASE("a crash whose monitor goes down before it notices is censored") {
  auto scenario = tiny_pair(ms(400));
  scenario.world.faults.scheduled_crashes.push_back({sender_of(scenario), ms(105), ms(200)});
  scenario.world.faults.scheduled_crashes.push_back({monitor_of(scenario), ms(120), ms(10)});
  CHECK(counts(run(scenario, {timeout("25ms")}, ms(100)), 0).censored == 1);
}

TEST_CASE("a mistake cut short by a crash or the end counts, but its duration does not") {
  auto crash = tiny_pair(ms(1000));
  cut(crash, 95, 500);
  crash.world.faults.scheduled_crashes.push_back({sender_of(crash), ms(150), ms(500)});
  auto end = tiny_pair(ms(150));
  cut(end, 95, 500);
  for (const auto& scenario : {crash, end}) {
    const Counts row = counts(run(scenario, {timeout("25ms")}, ms(100)), 0);
    CHECK(row.mistakes == 1);
    CHECK(row.ended == 0);
    CHECK(row.suspected_ns >= 34'000'000);  // 116 to 150
    CHECK(row.suspected_ns <= 35'000'000);  // and 1 ms after the node is back
  }
}

TEST_CASE("time with the monitor down is left out, and it knows nothing until a beat comes") {
  auto scenario = tiny_pair(ms(1000));
  scenario.world.faults.scheduled_crashes.push_back({monitor_of(scenario), ms(105), ms(100)});
  const std::vector<JudgedSetting> settings{timeout("25ms"), judged("nfd_s", {{"shift", "5ms"}})};
  const auto tally = run(scenario, settings, ms(100));
  CHECK(both_up_ns(tally) == 900'000'000);
  CHECK(counts(tally, 0).mistakes == 0);
  CHECK(counts(tally, 0).unknown_ns == 6'000'000);  // back at 205, the beat of 210 arrives at 211
  CHECK(counts(tally, 0).suspected_ns == 0);
  // NFD starts with suspicion, as published; that is no mistake either.
  CHECK(counts(tally, 1).unknown_ns == 0);
  CHECK(counts(tally, 1).suspected_ns == 6'000'000);
  CHECK(counts(tally, 1).mistakes == 0);
  CHECK(measured(tally, 0, scenario, "query_accuracy").mean.value() == 1);
}

TEST_CASE(
    "a detector whose first beat already puts it past its deadline is unknown until that beat") {
  auto scenario = tiny_pair(ms(100));
  // Threshold 1e-9 lies six deviations below the estimate: always in the past.
  const auto setting = judged(
      "phi_normal",
      {{"threshold", "0.000000001"}, {"first_beat_estimate", "1ms"}, {"min_deviation", "5ms"}});
  const auto tally = run(scenario, {setting}, {});
  CHECK(counts(tally, 0).unknown_ns == 1'000'000);
  CHECK(counts(tally, 0).suspected_ns == 99'000'000);
  CHECK(counts(tally, 0).mistakes == 0);
}

TEST_CASE("dead comes dead_after later, never before suspected, and any beat revives") {
  auto scenario = tiny_pair(ms(1000));
  cut(scenario, 95, 30);   // silence from 91 to 131
  cut(scenario, 295, 60);  // silence from 291 to 361
  JudgedSetting setting = timeout("25ms");
  setting.dead_after = ms(20);
  CHECK(instants(scenario, {setting}, ms(100), "suspect", 0) == Instants{116, 316});
  CHECK(instants(scenario, {setting}, ms(100), "suspect", 1) == Instants{336});
  CHECK(instants(scenario, {setting}, ms(100), "trust", 1) == Instants{361});
}

TEST_CASE(
    "checks round a deadline up to the next point of a grid, and a beat in between prevents it") {
  auto scenario = tiny_pair(ms(2000));
  cut(scenario, 95, 60);
  JudgedSetting polled = timeout("25ms");
  polled.check_every = ms(30);
  const auto suspect = instants(scenario, {polled}, ms(100), "suspect");
  REQUIRE(suspect.size() == 1);
  CHECK(suspect[0] >= 116);
  CHECK(suspect[0] < 146);
  // The same phase everywhere: a second mistake lies a whole number of checks later.
  cut(scenario, 995, 60);
  const auto two = instants(scenario, {polled}, ms(100), "suspect");
  REQUIRE(two.size() == 2);
  const double checks = (two[1] - two[0]) / 30;
  CHECK(checks == Approx(std::round(checks)).margin(1e-9));
  // The grid places dead by the unrounded deadline: dead = first check from 91 + 25 + 30 on, one
  // check later.
  polled.dead_after = ms(30);
  CHECK(instants(scenario, {polled}, ms(100), "suspect", 1)[0] ==
        Approx(suspect[0] + 30).margin(1e-9));
}

TEST_CASE("only silence longer than a check interval is sure to be seen") {
  auto scenario = tiny_pair(s(10));
  for (int i = 0; i < 90; ++i)
    cut(scenario, 95 + 107 * i, 20);  // suspected for 1 ms, ever elsewhere on the grid
  JudgedSetting polled = timeout("29ms");
  polled.check_every = ms(8.37);  // shares no rhythm with the beats
  const auto tally = run(scenario, {timeout("29ms"), polled}, ms(100));
  CHECK(counts(tally, 0).mistakes == 90);
  CHECK(counts(tally, 1).mistakes > 0);
  CHECK(counts(tally, 1).mistakes < 30);  // one in eight is expected
}

TEST_CASE("a larger timeout or threshold never suspects more often or longer on the same seed") {
  auto scenario = push_world(2, ms(100), exponential(ms(60)), .1, s(600));
  std::vector<JudgedSetting> settings;
  const char* timeouts[] = {"120ms", "200ms", "300ms", "450ms"};
  const char* thresholds[] = {"0.5", "1", "2", "4"};
  for (const char* value : timeouts) settings.push_back(timeout(value));
  for (const char* value : timeouts) settings.push_back(judged("nfd_s", {{"shift", value}}));
  for (const char* value : timeouts)
    settings.push_back(judged("nfd_e", {{"safety_margin", value}, {"window", "20"}}));
  for (const char* value : thresholds)
    settings.push_back(judged("phi_normal", {{"threshold", value}, {"window", "20"}}));
  for (const char* value : thresholds) {
    settings.push_back(judged("phi_exponential", {{"threshold", value}, {"window", "20"}}));
  }
  const auto tally = run(scenario, settings, s(10));
  for (std::size_t i = 0; i < settings.size(); ++i) {
    if (i % 4 == 0) continue;
    CAPTURE(i);
    CHECK(counts(tally, i).suspected_ns <= counts(tally, i - 1).suspected_ns);
    CHECK(measured(tally, i, scenario, "detection_time_mean_s").mean.value() >=
          measured(tally, i - 1, scenario, "detection_time_mean_s").mean.value());
    CHECK(tally.rows[i].detection_max_ns >= tally.rows[i - 1].detection_max_ns);
  }
}

}  // namespace flatline::sim
