// Guards, clocks, gray failures and what a mistake is blamed on, worked out by hand; beats leave at
// 0, 10, 20 ... ms and take 1 ms.

#include "support/catch.hpp"
#include "support/tiny_pair.hpp"

namespace flatline::sim {
namespace {

using namespace test;
using Instants = std::vector<double>;

const auto kWarmUp = ms(100);

JudgedSetting guarded(const std::string& time, double pause, double hold) {
  JudgedSetting out = timeout(time);
  out.guard = detect::PauseGuard{ms(pause), ms(hold)};
  return out;
}

scenario::Scenario monitor_stalled(double at, double length) {
  auto scenario = tiny_pair(ms(400));
  scenario.world.faults.scheduled_stalls.push_back(
      {{monitor_of(scenario)}, ms(at), ms(length), world::OnWake::send});
  return scenario;
}

std::int64_t blamed(const qos::Tally& tally, qos::Cause cause, std::size_t row = 0) {
  return tally.rows[row].causes[static_cast<std::size_t>(cause)];
}

world::Strikes once(double at, double length) {
  world::Strikes out;
  out.at = ms(at);
  out.length = random::Distribution::constant(ms(length));
  return out;
}

}  // namespace

TEST_CASE("a monitor whose timers run first suspects on waking and trusts in the same instant") {
  auto scenario = monitor_stalled(95, 50);
  scenario.push.timers_first = true;
  CHECK(instants(scenario, {timeout("25ms")}, kWarmUp, "suspect") == Instants{145});
  CHECK(instants(scenario, {timeout("25ms")}, kWarmUp, "trust").back() == 145);
  const auto tally = run(scenario, {timeout("25ms")}, kWarmUp);
  CHECK(counts(tally, 0).mistakes == 1);
  CHECK(counts(tally, 0).suspected_ns == 0);
  CHECK(blamed(tally, qos::Cause::monitor_stall) == 1);
}

TEST_CASE("a guard holds what is due after a pause that is too long, and only that") {
  auto scenario = monitor_stalled(95, 50);
  scenario.world.faults.scheduled_crashes.push_back({sender_of(scenario), ms(99), std::nullopt});
  // The last beat comes at 91: due at 116, while the monitor sleeps; it wakes at 145.
  const auto suspects_at = [&](const JudgedSetting& setting) {
    return instants(scenario, {setting}, kWarmUp, "suspect");
  };
  CHECK(suspects_at(timeout("25ms")) == Instants{145});
  CHECK(suspects_at(guarded("25ms", 49, 40)) == Instants{185});
  CHECK(suspects_at(guarded("25ms", 50, 40)) == Instants{145});   // not longer than the pause
  CHECK(suspects_at(guarded("150ms", 49, 40)) == Instants{241});  // due after the hold
  // A pause within the hold renews it.
  scenario.world.faults.scheduled_stalls.push_back(
      {{monitor_of(scenario)}, ms(170), ms(50), world::OnWake::send});
  CHECK(suspects_at(guarded("25ms", 49, 40)) == Instants{260});
}

TEST_CASE("with checks the pause is from look to look, and the hold ends at a look") {
  auto scenario = monitor_stalled(95, 50);
  scenario.world.faults.scheduled_crashes.push_back({sender_of(scenario), ms(99), std::nullopt});
  for (const double pause : {49., 58., 61.}) {
    JudgedSetting setting = guarded("25ms", pause, 40);
    setting.check_every = ms(10);
    const Instants found = instants(scenario, {setting}, kWarmUp, "suspect");
    REQUIRE(found.size() == 1);
    // The last look before the stall was up to 10 ms before 95: the looks are 50 to 60 ms apart.
    if (pause < 50) CHECK((found[0] > 185 && found[0] <= 195));
    if (pause > 60) CHECK(found[0] == 145);
  }
}

TEST_CASE("cassandra brings its guard along where the monitor looks now and then") {
  auto scenario = monitor_stalled(95, 50);
  scenario.push.timers_first = true;
  const auto mistakes = [&](const char* pause, std::optional<Duration> check) {
    JudgedSetting setting = judged(
        "cassandra",
        {{"phi_convict_threshold", "1"}, {"fd_initial_value", "10ms"}, {"max_local_pause", pause}});
    setting.check_every = check;
    return counts(run(scenario, {setting}, kWarmUp), 0).mistakes;
  };
  // 2.3 mean gaps of 10 ms: due while the monitor sleeps.
  CHECK(mistakes("1s", ms(1)) == 1);
  CHECK(mistakes("20ms", ms(1)) == 0);
  CHECK(mistakes("20ms", std::nullopt) == 1);
}

TEST_CASE("a monitor's clock that drifts by rho makes a timeout T wrong by rho T") {
  auto scenario = tiny_pair(s(2));
  scenario.world.faults.scheduled_crashes.push_back({sender_of(scenario), ms(505), std::nullopt});
  for (const double ppm : {100'000., -100'000., 30.}) {
    world::ClockRule rule;
    rule.nodes = {monitor_of(scenario)};
    rule.drift_ppm = ppm;
    scenario.world.clocks = {rule};
    const Instants found = instants(scenario, {timeout("1s")}, kWarmUp, "suspect");
    REQUIRE(found.size() == 1);
    // The last beat comes at 501 ms. To the nanosecond: deadlines are whole ones on either clock.
    CHECK(found[0] == Approx(501 + 1000 / (1 + ppm * 1e-6)).margin(2e-6));
  }
}

TEST_CASE("a sender's clock that drifts stretches its intervals") {
  auto scenario = tiny_pair(s(10));
  world::ClockRule rule;
  rule.nodes = {sender_of(scenario)};
  rule.drift_ppm = -100'000;
  scenario.world.clocks = {rule};
  const auto tally = run(scenario, {timeout("10500us"), timeout("11500us")}, kWarmUp);
  std::int64_t heartbeats = 0;
  for (const auto& batch : tally.common) heartbeats += batch.heartbeats;
  CHECK(std::abs(heartbeats - 900) <= 1);  // one every 11.11 ms
  CHECK(counts(tally, 0).mistakes >= 899);
  CHECK(counts(tally, 1).mistakes == 0);
}

TEST_CASE("coarse timers send late and never early") {
  auto scenario = tiny_pair(ms(400));
  world::ClockRule rule;
  rule.nodes = {sender_of(scenario)};
  rule.granularity = ms(16);
  scenario.world.clocks = {rule};
  Instants sends;
  for (const double at : instants(scenario, {timeout("1h")}, kWarmUp, "send")) {
    if (at >= 90 && at <= 150) sends.push_back(at);
  }
  // Due at 90, 100 ... 150; the beats due at 100 and 110 are both due by 112: the last one goes.
  CHECK(sends == Instants{96, 112, 128, 144});
}

TEST_CASE("a step forwards makes a wall-clock timeout suspect, a step back blinds it") {
  auto scenario = tiny_pair(ms(400));
  scenario.world.faults.clock_steps.push_back(
      {{{monitor_of(scenario)}, "clock_step/monitor#0"}, once(95, 0), ms(100)});
  JudgedSetting wall = timeout("25ms");
  wall.wall_clock = true;
  const std::vector<JudgedSetting> settings{wall, timeout("25ms")};
  CHECK(instants(scenario, settings, kWarmUp, "suspect", 0) == Instants{95});
  CHECK(instants(scenario, settings, kWarmUp, "suspect", 1).empty());
  const auto tally = run(scenario, settings, kWarmUp);
  CHECK(blamed(tally, qos::Cause::clock) == 1);
  CHECK(counts(tally, 0).suspected_ns == ms(6).ns);  // up to the next beat
  scenario.world.faults.clock_steps.back().by = -ms(100);
  scenario.world.faults.scheduled_crashes.push_back({sender_of(scenario), ms(93), std::nullopt});
  CHECK(instants(scenario, settings, kWarmUp, "suspect", 0) == Instants{216});
  CHECK(instants(scenario, settings, kWarmUp, "suspect", 1) == Instants{116});
}

TEST_CASE("a gray failure is detected only if somebody happens to suspect at its end") {
  auto scenario = tiny_pair(ms(400));
  world::Faults& faults = scenario.world.faults;
  faults.gray_failures.push_back({{{sender_of(scenario)}, "gray_failure/worker#0"}, once(95, 100)});
  const auto missed = run(scenario, {timeout("25ms")}, kWarmUp);
  const auto sum = [](const qos::Tally& tally, auto member) {
    std::int64_t all = 0;
    for (const auto& batch : tally.rows[0].batches) all += static_cast<std::int64_t>(batch.*member);
    return all;
  };
  CHECK(sum(missed, &qos::RowBatch::gray_missed) == 1);
  CHECK(sum(missed, &qos::RowBatch::gray_detected) == 0);
  CHECK(both_up_ns(missed) == ms(300).ns);
  // A cut from 150 on: the last beat comes at 141, it is suspected at 166, 71 ms after the failure;
  // no mistake, for the service is dead.
  faults.scheduled_partitions.push_back(
      {{{sender_of(scenario)}, {monitor_of(scenario)}, world::Direction::both}, ms(150), ms(60)});
  const auto found = run(scenario, {timeout("25ms")}, kWarmUp);
  CHECK(sum(found, &qos::RowBatch::gray_detected) == 1);
  CHECK(sum(found, &qos::RowBatch::gray_detection_ns) == ms(71).ns);
  CHECK(counts(found, 0).mistakes == 0);
}

TEST_CASE(
    "a stall of the whole host is told from a stall of the sender, and several causes from one") {
  auto scenario = tiny_pair(ms(400));
  world::Faults& faults = scenario.world.faults;
  faults.scheduled_stalls.push_back({{sender_of(scenario)}, ms(95), ms(60), world::OnWake::send});
  CHECK(blamed(run(scenario, {timeout("25ms")}, kWarmUp), qos::Cause::sender_stall) == 1);
  faults.scheduled_stalls.back().whole_host = true;
  CHECK(blamed(run(scenario, {timeout("25ms")}, kWarmUp), qos::Cause::host_stall) == 1);
  // The beat of 90 is cut as well: due 25 ms after the one of 80.
  faults.scheduled_partitions.push_back(
      {{{sender_of(scenario)}, {monitor_of(scenario)}, world::Direction::both}, ms(85), ms(8)});
  CHECK(blamed(run(scenario, {timeout("25ms")}, kWarmUp), qos::Cause::combination) == 1);
}

TEST_CASE("an overloaded sender falls behind and is blamed for it") {
  auto scenario = tiny_pair(ms(400));
  // From 95 on each beat is later by 2 ms per ms: that of 100 leaves 10 ms late, and is due at 116.
  scenario.world.faults.overloads.push_back(
      {{{sender_of(scenario)}, "overload/worker#0"}, once(95, 30), 2, 0.5});
  const auto tally = run(scenario, {timeout("15ms")}, kWarmUp);
  CHECK(counts(tally, 0).mistakes > 0);
  CHECK(blamed(tally, qos::Cause::overload) == counts(tally, 0).mistakes);
}

TEST_CASE("pairs and lives of a monitor draw election timeouts of their own") {
  auto scenario = push_world(8, ms(100), random::Distribution::constant(ms(1)), 0, s(30));
  scenario.push.phase = protocol::Phase::synchronised;
  for (const NodeId node : scenario.push.from)
    scenario.world.faults.scheduled_crashes.push_back({node, ms(10'050), std::nullopt});
  const JudgedSetting setting =
      judged("election_timer", {{"election_timeout", "1s"}, {"heartbeat_interval", "10ms"}});
  Instants found = instants(scenario, {setting}, s(1), "suspect");
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  // Eight draws of 100 ticks: the same one twice is likely once, all the same is not.
  CHECK(found.size() >= 5);
}

}  // namespace flatline::sim
