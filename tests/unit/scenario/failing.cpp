// What a world that fails is read as.

#include "failing.hpp"

#include "helpers.hpp"

using namespace flatline;
using namespace flatline::scenario;
using namespace flatline::scenario::test;

TEST_CASE("places are sets of nodes, named or shared out, and may be named wherever nodes are") {
  const Scenario scenario = scenario_of(kFailing);
  const auto& places = scenario.world.cluster.places();
  REQUIRE(places.size() == 4);
  CHECK(places[0].name == "eu");
  CHECK(places[0].nodes == std::vector<NodeId>{{0}, {1}, {6}});
  CHECK(places[1].nodes == std::vector<NodeId>{{8}});
  CHECK(places[2].name == "rack/0");
  CHECK(places[2].nodes == std::vector<NodeId>{{0}, {1}, {2}, {3}});
  CHECK(places[3].name == "rack/1");
  CHECK(places[3].nodes == std::vector<NodeId>{{4}, {5}});
  CHECK(scenario.world.links[0].from == std::vector<NodeId>{{4}, {5}});
  CHECK(scenario.world.links[1].to.size() == 6);
  CHECK(scenario.world.clocks[0].nodes == std::vector<NodeId>{{0}, {1}, {6}});
}

TEST_CASE("half of a round trip between zones is the way, in whole nanoseconds") {
  const Scenario scenario = scenario_of(kFailing);
  REQUIRE(scenario.world.zones.has_value());
  const auto& zones = *scenario.world.zones;
  CHECK(zones.count == 2);
  CHECK(zones.zone_of == std::vector<std::int32_t>{0, 0, -1, -1, -1, -1, 0, -1, 1});
  CHECK(zones.one_way == std::vector<Duration>{nanoseconds(250), microseconds(40),
                                               nanoseconds(40'500), nanoseconds(500)});
  CHECK(zones.jitter->second == milliseconds(2));
  CHECK(scenario.zones->names == std::vector<std::string>{"eu", "us"});

  const auto each =
      scenario_of(with_member(R"("zones": {"round_trips": "three.tsv", "of": "worker"})"));
  CHECK(each.world.zones->zone_of == std::vector<std::int32_t>{0, 1, 2, -1});
  CHECK(each.world.zones->one_way[3] == microseconds(1500));  // milliseconds unless said otherwise
  CHECK_FALSE(each.world.zones->jitter.has_value());
}

TEST_CASE("clocks say what they leave open") {
  const auto clocks = scenario_of(kFailing).world.clocks;
  REQUIRE(clocks.size() == 2);
  CHECK(clocks[0].drift_ppm == -20.0);
  CHECK(clocks[0].drift_spread_ppm == 10.0);
  CHECK(clocks[0].wander_ppm == 1.0);
  CHECK(clocks[0].granularity == Duration{15'600'000});
  CHECK_FALSE(clocks[1].drift_ppm.has_value());
  CHECK(clocks[1].granularity == Duration{0});
}

TEST_CASE("links have queues, transports, correlated delays and outages of any law") {
  const Scenario scenario = scenario_of(kFailing);
  const auto& link = scenario.world.default_link;
  CHECK(link.correlation_time == seconds(2));
  CHECK(link.queue->bytes_per_second == 125'000);
  CHECK(link.queue->buffer_bytes == 65'536);
  CHECK(link.queue->load == 0.6);
  CHECK(link.queue->packet_bytes == 1200);
  CHECK(link.queue->shared == "uplink");
  CHECK(link.transport == world::Transport::tcp);
  CHECK(link.tcp->first_timeout == milliseconds(300));
  CHECK(link.tcp->longest_timeout == seconds(60));
  CHECK(link.tcp->retries == 5);
  const auto& rule = scenario.world.links[0];
  CHECK(rule.transport == world::Transport::udp);
  CHECK(rule.queue->bytes_per_second == 0);
  CHECK(rule.correlation_time == Duration{0});
  CHECK_FALSE(rule.tcp.has_value());
  const auto& bursts = *rule.loss->bursts;
  CHECK(bursts.laws->good.family == random::Family::exponential);
  CHECK(bursts.laws->bad.value == minutes(1));
  CHECK(bursts.loss_good == 0.01);
  CHECK(bursts.loss_bad == 0.9);
  CHECK(bursts.shared == "up");
  CHECK(scenario.world.links[1].loss->bursts->shared == "down");
  CHECK(scenario.world.links[1].tcp->retries == 3);
  const auto plain = scenario_of(kSmall).world.default_link;
  CHECK(plain.transport == world::Transport::udp);
  CHECK(plain.correlation_time == Duration{0});
  CHECK_FALSE(plain.queue.has_value());
  CHECK_FALSE(plain.tcp.has_value());
  const auto tcp = scenario_of(with_member(R"("link": {"transport": "tcp"})")).world.default_link;
  CHECK(tcp.tcp->retries == 15);
}

TEST_CASE("scheduled faults repeat, and strike places as a whole") {
  const auto faults = scenario_of(kFailing).world.faults;
  REQUIRE(faults.scheduled_crashes.size() == 7);
  const auto& last = faults.scheduled_crashes[5];
  CHECK(last.node == NodeId{5});
  CHECK(last.at == minutes(10) + seconds(30));  // the second rack
  CHECK(faults.scheduled_crashes[3].at == minutes(10));
  CHECK(last.recover_after == minutes(1));
  CHECK(last.repeat.every == minutes(5));
  CHECK(last.repeat.times == 3);
  CHECK(last.slow_start == seconds(5));
  CHECK(faults.scheduled_crashes[6].repeat.every == Duration{0});
  REQUIRE(faults.scheduled_stalls.size() == 3);
  CHECK(faults.scheduled_stalls[1].nodes == std::vector<NodeId>{{4}, {5}});
  CHECK(faults.scheduled_stalls[1].whole_host);
  CHECK(faults.scheduled_stalls[2].nodes == std::vector<NodeId>{{8}});
  CHECK(faults.scheduled_stalls[1].on_wake == world::OnWake::burst);
  CHECK(faults.scheduled_stalls[1].repeat.every == minutes(1));
  CHECK(faults.scheduled_stalls[1].repeat.times == 0);
  CHECK(faults.scheduled_partitions.at(0).repeat.times == 2);
}

TEST_CASE("random faults have a law or a rate that varies") {
  const auto faults = scenario_of(kFailing).world.faults;
  const auto& crashes = faults.random_crashes.at(0);
  CHECK(crashes.target.stream == "crash/eu,us#0");
  CHECK(crashes.target.nodes.empty());
  REQUIRE(crashes.target.places.size() == 2);
  CHECK(crashes.target.places[1].name == "us");
  CHECK(crashes.variation.between->shape == 0.7);
  CHECK(crashes.slow_start->value == seconds(1));
  REQUIRE(faults.random_stalls.size() == 2);
  CHECK(faults.random_stalls[0].target.nodes.size() == 6);
  CHECK(faults.random_stalls[0].variation.diurnal->period == hours(12));
  CHECK(faults.random_stalls[0].variation.diurnal->peak == hours(3));
  CHECK(faults.random_stalls[0].variation.diurnal->amplitude == 0.5);
  CHECK(faults.random_stalls[1].target.places.size() == 2);
  CHECK(faults.random_stalls[1].target.stream == "stall/rack#1");
  CHECK(faults.random_partitions.at(0).variation.between->second == minutes(2));
}

TEST_CASE("routes change, nodes fall behind, services die and clocks are set") {
  const auto faults = scenario_of(kFailing).world.faults;
  REQUIRE(faults.route_changes.size() == 2);
  CHECK(faults.route_changes[0].stream == "route_change/worker>monitor/0,db#0");
  CHECK(faults.route_changes[1].stream == "route_change/worker>monitor/0,db#1");
  CHECK(faults.route_changes[0].sides.direction == world::Direction::both);
  CHECK(faults.route_changes[1].sides.direction == world::Direction::a_to_b);
  CHECK(faults.route_changes[0].sides.b == std::vector<NodeId>{{6}, {8}});
  CHECK(faults.route_changes[0].strikes.at == minutes(10));
  CHECK(faults.route_changes[0].strikes.length.value == seconds(10));
  CHECK(faults.route_changes[0].extra.value == milliseconds(20));
  CHECK_FALSE(faults.route_changes[1].strikes.at.has_value());
  CHECK(faults.route_changes[1].strikes.mean_time_between == minutes(10));
  const auto& overload = faults.overloads.at(0);
  CHECK(overload.target.stream == "overload/rack/1#0");
  CHECK(overload.target.places.at(0).nodes.size() == 2);
  CHECK(overload.growth == 2);
  CHECK(overload.drain == 0.25);
  CHECK(overload.strikes.variation.bursty->calm_mean == hours(1));
  CHECK(overload.strikes.variation.bursty->busy_mean == minutes(5));
  CHECK(overload.strikes.variation.bursty->factor == 20);
  CHECK(faults.gray_failures.at(0).target.stream == "gray_failure/db/0#0");
  CHECK(faults.gray_failures.at(0).strikes.repeat.every == seconds(11));
  CHECK(faults.clock_steps.at(0).by == -seconds(10));
  CHECK(faults.clock_steps.at(1).by == seconds(2));
  CHECK(faults.clock_steps.at(1).target.stream == "clock_step/worker#0");
}

TEST_CASE("a detector has a clock and a guard, whose hold is its pause unless said otherwise") {
  const Scenario scenario = scenario_of(kFailing);
  CHECK(scenario.push.timers_first);
  CHECK(scenario.detectors[0].wall_clock);
  CHECK(scenario.detectors[0].guard->pause == seconds(5));
  CHECK(scenario.detectors[0].guard->hold == seconds(30));
  CHECK_FALSE(scenario.detectors[0].holds_as_paused);
  CHECK_FALSE(scenario.detectors[1].wall_clock);
  CHECK(scenario.detectors[1].guard->hold == seconds(4));
  CHECK(scenario.detectors[1].holds_as_paused);
  const Scenario plain = scenario_of(kSmall);
  CHECK_FALSE(plain.push.timers_first);
  CHECK_FALSE(plain.detectors[0].wall_clock);
  CHECK_FALSE(plain.detectors[0].guard.has_value());
}
