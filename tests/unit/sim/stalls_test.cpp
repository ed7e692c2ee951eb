// Stalls and messages that come twice or late; beats leave at 0, 10, 20 ... ms and take 1 ms.

#include "support/catch.hpp"
#include "support/tiny_pair.hpp"

namespace flatline::sim {
namespace {

using namespace test;
using Instants = std::vector<double>;

void stall(scenario::Scenario& scenario, NodeId node, double at, double length,
           world::OnWake on_wake = world::OnWake::send) {
  scenario.world.faults.scheduled_stalls.push_back({{node}, ms(at), ms(length), on_wake});
}

Instants sends_between(const scenario::Scenario& scenario, double from, double to) {
  Instants out;
  for (const double at : instants(scenario, {timeout("1h")}, ms(100), "send")) {
    if (at >= from && at <= to) out.push_back(at);
  }
  return out;
}

}  // namespace

TEST_CASE("a sender that wakes sends one overdue beat at once, or none, and keeps its grid") {
  auto at_once = tiny_pair(ms(400));
  stall(at_once, sender_of(at_once), 95, 32);
  CHECK(sends_between(at_once, 80, 150) == Instants{80, 90, 127, 130, 140, 150});
  auto skipping = tiny_pair(ms(400));
  stall(skipping, sender_of(skipping), 95, 32, world::OnWake::skip);
  CHECK(sends_between(skipping, 80, 150) == Instants{80, 90, 130, 140, 150});
}

TEST_CASE("a beat due at the very instant of waking is on time") {
  auto scenario = tiny_pair(ms(400));
  stall(scenario, sender_of(scenario), 95, 25, world::OnWake::skip);
  CHECK(sends_between(scenario, 80, 140) == Instants{80, 90, 120, 130, 140});
}

TEST_CASE("a stall without a due beat changes nothing") {
  auto scenario = tiny_pair(ms(400));
  stall(scenario, sender_of(scenario), 91, 8);
  CHECK(sends_between(scenario, 80, 120) == Instants{80, 90, 100, 110, 120});
}

TEST_CASE("beats missed in a stall do not move later ones on a jittered schedule") {
  for (const auto jitter : {protocol::JitterOf::grid, protocol::JitterOf::interval}) {
    auto scenario = tiny_pair(ms(900));
    scenario.push.jitter_of = jitter;
    scenario.push.jitter_ratio = 0.3;
    const Instants free = sends_between(scenario, 300, 900);
    stall(scenario, sender_of(scenario), 95, 120, world::OnWake::skip);
    CHECK(sends_between(scenario, 300, 900) == free);
    CHECK(sends_between(scenario, 95, 214).empty());
  }
}

TEST_CASE("a stalled monitor reads its queue before its timers: a beat that waits is no mistake") {
  auto scenario = tiny_pair(ms(400));
  stall(scenario, monitor_of(scenario), 95, 50);
  const auto tally = run(scenario, {timeout("25ms")}, ms(100));
  CHECK(counts(tally, 0).mistakes == 0);
  CHECK(counts(tally, 0).suspected_ns == 0);
}

TEST_CASE("a deadline that falls into a stall of the monitor is noticed when it wakes") {
  auto scenario = tiny_pair(ms(400));
  stall(scenario, monitor_of(scenario), 95, 50);
  scenario.world.faults.scheduled_crashes.push_back({sender_of(scenario), ms(99), std::nullopt});
  const std::vector<JudgedSetting> settings{timeout("25ms")};
  CHECK(instants(scenario, settings, ms(100), "suspect") == Instants{145});
  CHECK(counts(run(scenario, settings, ms(100)), 0).detection_ns == 46'000'000);
}

TEST_CASE("a mistake after a stall of the sender is blamed on it") {
  auto sender = tiny_pair(ms(400));
  stall(sender, sender_of(sender), 95, 60);
  const auto first = run(sender, {timeout("25ms")}, ms(100));
  CHECK(first.rows[0].causes[static_cast<std::size_t>(qos::Cause::sender_stall)] == 1);
}

TEST_CASE("a monitor that reads first is never to blame for a stall, one with timers first is") {
  auto scenario = tiny_pair(s(60));
  scenario.world.default_link.loss->probability = 0.3;
  scenario.world.faults.random_stalls.push_back({{{monitor_of(scenario)}, "stall/monitor#0"},
                                                 ms(200),
                                                 exponential(ms(15)),
                                                 world::OnWake::send});
  for (const bool timers_first : {false, true}) {
    scenario.push.timers_first = timers_first;
    const auto tally = run(scenario, {timeout("15ms")}, ms(100));
    const auto blamed = [&](qos::Cause cause) {
      return tally.rows[0].causes[static_cast<std::size_t>(cause)];
    };
    // Every mistake has one cause.
    std::int64_t sum = 0;
    for (const std::int64_t n : tally.rows[0].causes) sum += n;
    CHECK(sum == counts(tally, 0).mistakes);
    CHECK(blamed(qos::Cause::loss) > 100);
    // A stall outlasts what is left of 15 ms in about one of three of some 280 stalls; before some of
    // these a heartbeat was lost as well.
    CHECK((blamed(qos::Cause::monitor_stall) > 20) == timers_first);
    CHECK((blamed(qos::Cause::combination) > 0) == timers_first);
  }
}

TEST_CASE("lost beats and late beats are blamed as such") {
  auto lossy = tiny_pair(s(20));
  lossy.world.default_link.loss->probability = 0.3;
  const auto lost = run(lossy, {timeout("15ms")}, ms(100));
  CHECK(counts(lost, 0).mistakes > 100);
  CHECK(lost.rows[0].causes[static_cast<std::size_t>(qos::Cause::loss)] ==
        counts(lost, 0).mistakes);
  auto slow = tiny_pair(s(20));
  slow.world.default_link.delay = exponential(ms(3));
  const auto late = run(slow, {timeout("15ms")}, ms(100));
  CHECK(counts(late, 0).mistakes > 100);
  CHECK(late.rows[0].causes[static_cast<std::size_t>(qos::Cause::delay)] ==
        counts(late, 0).mistakes);
}

TEST_CASE("a second copy restarts a timer that any beat restarts, and no other") {
  auto scenario = push_world(1, ms(10), exponential(ms(20)), .2, s(60));
  const std::vector<JudgedSetting> settings{
      timeout("25ms"), judged("fixed_timeout", {{"timeout", "25ms"}, {"restart_on", "newest"}})};
  const auto single = run(scenario, settings, s(1));
  scenario.world.default_link.duplicate = 1;
  const auto twice = run(scenario, settings, s(1));
  CHECK(counts(twice, 0).mistakes < counts(single, 0).mistakes);
  // The first of two copies is the newest news; a copy may come before the original, never less
  // often.
  CHECK(counts(twice, 1).suspected_ns < counts(single, 1).suspected_ns);
  // Received messages double, sent ones do not.
  CHECK(twice.messages == single.messages);
  const std::size_t monitor = monitor_of(scenario).value;
  CHECK(static_cast<double>(twice.node_messages[monitor]) ==
        Approx(2.0 * static_cast<double>(single.node_messages[monitor])).epsilon(0.01));
}

}  // namespace flatline::sim
