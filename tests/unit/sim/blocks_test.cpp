// What must not change a digit: other nodes, other detectors, the order and size of the parts.

#include <algorithm>

#include "support/catch.hpp"
#include "support/random_worlds.hpp"
#include "support/tiny_pair.hpp"

namespace flatline::sim {
namespace {

using namespace test;

/// Seven senders, two monitors of which one beats too, with faults of every kind.
scenario::Scenario busy_world() {
  auto scenario = push_world(7, ms(100), exponential(ms(70)), .1, s(120));
  scenario.world.cluster = world::Cluster({{"worker", 7}, {"monitor", 2}});
  scenario.push.from = scenario.world.cluster.find("worker");
  scenario.push.from.push_back(scenario.world.cluster.find("monitor/0").front());
  scenario.push.to = scenario.world.cluster.find("monitor");
  scenario.replications = 3;
  const auto workers = scenario.world.cluster.find("worker");
  const auto monitors = scenario.world.cluster.find("monitor");
  world::Faults& faults = scenario.world.faults;
  faults.random_crashes.push_back({{workers, "crash/worker#0"}, s(20), exponential(s(2))});
  faults.random_crashes.push_back({{monitors, "crash/monitor#0"}, s(40), exponential(s(1))});
  faults.random_stalls.push_back(
      {{workers, "stall/worker#0"}, s(5), exponential(ms(400)), world::OnWake::skip});
  faults.random_stalls.push_back(
      {{monitors, "stall/monitor#0"}, s(9), exponential(ms(300)), world::OnWake::send});
  faults.random_partitions.push_back({{workers, monitors, world::Direction::both},
                                      "partition/worker|monitor#0",
                                      s(15),
                                      exponential(ms(500))});
  scenario.world.default_link.duplicate = .1;
  return scenario;
}

qos::Tally run_in_blocks(const scenario::Scenario& scenario,
                         const std::vector<JudgedSetting>& settings, std::size_t size,
                         bool backwards) {
  const PreparedWorld world(scenario, s(5));
  std::vector<Block> blocks;
  for (std::uint32_t r = 0; r < scenario.replications; ++r) {
    for (std::size_t first = 0; first < scenario.push.from.size(); first += size) {
      blocks.push_back({r, first, std::min(first + size, scenario.push.from.size())});
    }
  }
  if (backwards) std::reverse(blocks.begin(), blocks.end());
  qos::Tally total(rows_of(settings).size(), world.batches().size(), scenario.world.cluster.size());
  for (const Block& block : blocks) total.merge(run_events(world, settings, block, nullptr));
  return total;
}

}  // namespace

TEST_CASE("senders in blocks of any size, merged in any order, give the same measures") {
  const auto scenario = busy_world();
  const auto settings = every_detector(scenario.push.interval);
  const auto whole = run_in_blocks(scenario, settings, 100, false);
  for (const std::size_t size : {1u, 2u, 3u, 5u}) {
    for (const bool backwards : {false, true}) {
      const auto parts = run_in_blocks(scenario, settings, size, backwards);
      for (std::size_t row = 0; row < whole.rows.size(); ++row) {
        CAPTURE(size, backwards, row);
        CHECK(numbers(parts, row, scenario) == numbers(whole, row, scenario));
      }
    }
  }
}

TEST_CASE("an isolated group of nodes changes no row") {
  const auto scenario = busy_world();
  auto larger = scenario;
  // Before the others in the file and by name: every dense index moves.
  larger.world.cluster = world::Cluster({{"aside", 5}, {"worker", 7}, {"monitor", 2}});
  const auto moved = [&](std::vector<NodeId>& nodes) {
    for (NodeId& node : nodes) node.value += 5;
  };
  moved(larger.push.from);
  moved(larger.push.to);
  world::Faults& faults = larger.world.faults;
  for (auto& process : faults.random_crashes) moved(process.target.nodes);
  for (auto& process : faults.random_stalls) moved(process.target.nodes);
  for (auto& process : faults.random_partitions) {
    moved(process.sides.a);
    moved(process.sides.b);
  }
  const auto settings = every_detector(scenario.push.interval);
  const auto before = run(scenario, settings, s(5));
  const auto after = run(larger, settings, s(5));
  for (std::size_t row = 0; row < before.rows.size(); ++row) {
    CAPTURE(row);
    CHECK(numbers(before, row, scenario) == numbers(after, row, larger));
  }
}

TEST_CASE("a further detector changes no other row") {
  const auto scenario = busy_world();
  const auto settings = every_detector(scenario.push.interval);
  const auto together = run(scenario, settings, s(5));
  std::size_t row = 0;
  for (const JudgedSetting& setting : settings) {
    const auto alone = run(scenario, {setting}, s(5));
    for (std::size_t own = 0; own < alone.rows.size(); ++own, ++row) {
      CAPTURE(row);
      CHECK(numbers(alone, own, scenario) == numbers(together, row, scenario));
    }
  }
}

TEST_CASE("replications differ, seeds differ, and the same seed gives the same measures") {
  auto scenario = busy_world();
  scenario.replications = 1;
  const PreparedWorld world(scenario, s(5));
  const std::vector<JudgedSetting> settings{timeout("250ms")};
  const auto once = [&](std::uint32_t replication) {
    auto two = scenario;
    two.replications = 2;
    const PreparedWorld both(two, s(5));
    return numbers(run_events(both, settings, {replication, 0, 8}, nullptr), 0, two);
  };
  CHECK(once(0) != once(1));
  CHECK(once(0) == once(0));
  auto other = scenario;
  other.seed += 1;
  CHECK(numbers(run(scenario, settings, s(5)), 0, scenario) !=
        numbers(run(other, settings, s(5)), 0, other));
}

TEST_CASE("a run that is told to stop stops") {
  const auto scenario = busy_world();
  const PreparedWorld world(scenario, s(5));
  const std::atomic<bool> stop{true};
  const auto tally = run_events(world, {timeout("250ms")}, {0, 0, 8}, &stop);
  const auto whole = run_events(world, {timeout("250ms")}, {0, 0, 8}, nullptr);
  CHECK(tally.messages < whole.messages);
}

TEST_CASE("constant delays without loss give a uniform detection time, and its quantiles exactly") {
  // T_D is uniform on (T + d - eta, T + d): 16 to 26 ms. A bin is 1/64 of an octave: edges are
  // exact, and a uniform law is linear in between, but for the two bins that hold its ends.
  const auto scenario = tiny_pair(s(10));
  const auto tally = run(scenario, {timeout("25ms")}, ms(100));
  const auto at = [&](const char* name) { return measured(tally, 0, scenario, name).mean.value(); };
  CHECK(at("detection_time_mean_s") == Approx(.021).epsilon(1e-12));
  CHECK(at("detection_time_p50_s") == Approx(.021).epsilon(1e-9));
  CHECK(at("detection_time_p90_s") == Approx(.025).epsilon(1e-9));
  CHECK(at("detection_time_p99_s") == Approx(.0259).epsilon(.01));
  CHECK(at("detection_time_max_s") == Approx(.026).epsilon(1e-15));
  CHECK(at("already_suspected") == 0);
}

}  // namespace flatline::sim
