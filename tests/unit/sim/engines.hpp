#pragma once
// Small worlds in which everything goes wrong at once, and the comparison of the engines on them. A
// world that tells them apart is printed as a scenario file. Both engines judge heartbeats in runs
// where they can; a third run, on the event engine, judges them one by one.

#include <algorithm>
#include <string>
#include <vector>

#include "flatline/scenario/scenario.hpp"
#include "sim/event_engine.hpp"
#include "support/catch.hpp"
#include "support/random_worlds.hpp"

namespace flatline::sim {

using namespace test;

inline random::Distribution nasty_delay(Dice& dice, Duration interval) {
  switch (dice.below(5)) {
    case 0:
      return random::Distribution::constant({static_cast<std::int64_t>(dice.below(3))});
    case 1:  // a few nanoseconds apart: ties
      return law(random::Family::uniform, {0}, 0, {}, {static_cast<std::int64_t>(dice.below(5))});
    case 2:
      return law(random::Family::pareto, dice.tenths(interval, 1, 10), 2.1);
    case 3:
      return exponential(dice.tenths(interval, 100, 300));  // far above the interval
    default:
      return exponential(dice.tenths(interval, 1, 20));
  }
}

/// One to three senders, one to two monitors, senders that are monitored by each other; intervals
/// from a few nanoseconds up.
inline scenario::Scenario nasty_world(std::uint64_t seed) {
  Dice dice(seed * 7919);
  scenario::Scenario scenario = random_pair(seed);
  const auto senders = static_cast<std::uint32_t>(1 + dice.below(3));
  const auto monitors = static_cast<std::uint32_t>(1 + dice.below(2));
  const Duration interval = dice.one_in(4) ? Duration{static_cast<std::int64_t>(2 + dice.below(6))}
                                           : scenario.push.interval;
  // Above zero, and within the limits that a file must keep.
  const auto scaled = [&](Duration d) {
    return std::max(nanoseconds(1),
                    Duration{static_cast<std::int64_t>(static_cast<qos::Wide>(d.ns) * interval.ns /
                                                       scenario.push.interval.ns)});
  };
  world::Model& model = scenario.world;
  model.cluster = world::Cluster({{"worker", senders}, {"monitor", monitors}});
  world::LinkRule& link = model.default_link;
  link.delay = nasty_delay(dice, interval);
  link.loss->probability = dice.one_in(3) ? 0.9 : 0.1 * static_cast<double>(dice.below(4));
  if (link.loss->bursts) {
    link.loss->bursts->good_mean = scaled(link.loss->bursts->good_mean);
    link.loss->bursts->bad_mean = scaled(link.loss->bursts->bad_mean);
  }
  const auto workers = model.cluster.find("worker"), watchers = model.cluster.find("monitor");
  const auto renewed = [&](const std::string& stream) {
    return stream.starts_with("stall/worker") ? workers : watchers;
  };
  for (world::RandomStalls& stalls : model.faults.random_stalls) {
    stalls.target.nodes = renewed(stalls.target.stream);
    stalls.mean_time_between = scaled(stalls.mean_time_between);
    stalls.length = exponential(dice.tenths(interval * 2, 1, 40));
  }
  for (world::RandomPartitions& cut : model.faults.random_partitions) {
    cut.sides = {workers, watchers, static_cast<world::Direction>(dice.below(3))};
    cut.mean_time_between = scaled(cut.mean_time_between);
    cut.length = exponential(dice.tenths(interval, 5, 60));
  }
  const auto crashes = [&](const std::vector<NodeId>& nodes, const std::string& stream) {
    model.faults.random_crashes.push_back(
        {{nodes, stream}, interval * 15, exponential(dice.tenths(interval, 5, 60))});
  };
  if (dice.one_in(3)) crashes(workers, "crash/worker#0");
  if (dice.one_in(4)) crashes(watchers, "crash/monitor#0");
  scenario.push.from = workers;
  scenario.push.to = watchers;
  if (dice.one_in(4)) scenario.push.from.push_back(watchers.front());  // beats, too
  scenario.push.interval = interval;
  scenario.push.phase = dice.one_in(3) ? protocol::Phase::synchronised : protocol::Phase::spread;
  scenario.duration = interval * 40;
  scenario.replications = static_cast<std::uint32_t>(1 + dice.below(2));
  return scenario;
}

/// What the two tallies disagree about; empty if nothing.
inline std::string difference(const qos::Tally& a, const qos::Tally& b) {
  const auto same_times = [](const qos::DetectionHistogram& x, const qos::DetectionHistogram& y) {
    const auto p = x.cumulative(), q = y.cumulative();
    return std::equal(p.begin(), p.end(), q.begin(), q.end(), [](const auto& s, const auto& t) {
      return s.edge == t.edge && s.below == t.below;
    });
  };
  if (a.messages != b.messages || a.bytes != b.bytes) return "messages";
  if (a.node_messages != b.node_messages) return "messages of a node";
  for (std::size_t i = 0; i < a.common.size(); ++i) {
    const qos::CommonBatch &x = a.common[i], &y = b.common[i];
    const std::string batch = "batch " + std::to_string(i);
    if (x.both_up_ns != y.both_up_ns || x.span_ns != y.span_ns) return batch + ": spans";
    if (x.heartbeats != y.heartbeats || x.delivered != y.delivered) return batch + ": heartbeats";
  }
  for (std::size_t r = 0; r < a.rows.size(); ++r) {
    const std::string row = "row " + std::to_string(r) + ": ";
    for (std::size_t c = 0; c < qos::kCauses; ++c) {
      if (a.rows[r].causes[c] == b.rows[r].causes[c]) continue;
      return row + "cause " + std::to_string(c) + ": " + std::to_string(a.rows[r].causes[c]) +
             " and " + std::to_string(b.rows[r].causes[c]);
    }
    if (a.rows[r].detection_max_ns != b.rows[r].detection_max_ns ||
        a.rows[r].upwards_max_ns != b.rows[r].upwards_max_ns)
      return row + "longest detection";
    if (a.rows[r].upwards.size() != b.rows[r].upwards.size()) return row + "upwards";
    for (std::size_t i = 0; i < a.rows[r].upwards.size(); ++i) {
      const qos::CurveBatch &x = a.rows[r].upwards[i], &y = b.rows[r].upwards[i];
      if (x.span_ns != y.span_ns || x.detection_twice != y.detection_twice ||
          x.slope_sum != y.slope_sum || x.fraction_sum != y.fraction_sum ||
          x.sampled_ns != y.sampled_ns || !same_times(x.detection, y.detection))
        return row + "upwards in batch " + std::to_string(i);
    }
    for (std::size_t i = 0; i < a.common.size(); ++i) {
      const qos::RowBatch &x = a.rows[r].batches[i], &y = b.rows[r].batches[i];
      const std::string batch = row + "batch " + std::to_string(i) + ": ";
      if (x.mistakes != y.mistakes || x.ended != y.ended || x.ended_ns != y.ended_ns ||
          x.suspected_ns != y.suspected_ns || x.unknown_ns != y.unknown_ns)
        return batch + "mistakes";
      if (x.never_ns != y.never_ns || x.already_ns != y.already_ns ||
          x.detection_twice != y.detection_twice || !same_times(x.detection, y.detection))
        return batch + "detection";
      if (x.crashes_detected != y.crashes_detected ||
          x.crash_detection_ns != y.crash_detection_ns || x.missed != y.missed ||
          x.censored != y.censored)
        return batch + "crashes";
      if (x.gray_detected != y.gray_detected || x.gray_detection_ns != y.gray_detection_ns ||
          x.gray_missed != y.gray_missed)
        return batch + "gray failures";
    }
  }
  return "";
}

/// The world as a file that shows the same.
inline std::string as_file(scenario::Scenario scenario,
                           const std::vector<JudgedSetting>& settings) {
  for (const JudgedSetting& setting : settings) {
    scenario.detectors.push_back({setting.info, "d" + std::to_string(scenario.detectors.size()),
                                  setting.setting, setting.dead_after, setting.check_every,
                                  setting.wall_clock, setting.guard});
  }
  return scenario::resolved_json(scenario);
}

// Somebody who listens makes channels judge every heartbeat when it comes.
class Listener final : public EventListener {
 public:
  void verdict(NodeId, NodeId, std::size_t, bool, SimInstant) override {}
  void message(const char*, NodeId, NodeId, SimInstant) override {}
  void node(const char*, NodeId, SimInstant) override {}
};

inline qos::Tally one_by_one(const PreparedWorld& world, const std::vector<JudgedSetting>& settings,
                             const Block& block) {
  Stage stage(world, settings, block.replication);
  qos::Tally tally =
      stage.panel.make_tally(world.batches().size(), world.scenario().world.cluster.size());
  Listener listener;
  EventEngine engine(stage, block, {world.scenario().duration.ns}, tally, &listener);
  engine.run(nullptr);
  return tally;
}

inline void compare(const scenario::Scenario& scenario,
                    const std::vector<JudgedSetting>& settings) {
  const PreparedWorld world(scenario, scenario.push.interval * 10);
  for (std::uint32_t r = 0; r < scenario.replications; ++r) {
    const Block block{r, 0, scenario.push.from.size()};
    const qos::Tally plain = one_by_one(world, settings, block);
    const std::string event = difference(plain, run_events(world, settings, block, nullptr));
    const std::string stream = difference(plain, run_stream(world, settings, block, nullptr));
    CHECK(event.empty());
    CHECK(stream.empty());
    if (event.empty() && stream.empty()) continue;
    FAIL("world " << scenario.seed << ", replication " << r << ", event engine: " << event
                  << ", stream engine: " << stream << "\n"
                  << as_file(scenario, settings));
  }
}

}  // namespace flatline::sim
