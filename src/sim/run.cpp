#include "flatline/sim/run.hpp"

#include <algorithm>
#include <memory>

#include "sim/event_engine.hpp"
#include "sim/stream_engine.hpp"
#include "sim/timeline_recorder.hpp"

namespace flatline::sim {
namespace {

void add_partitions(TimelineRecorder& recorder, const PreparedWorld& world, const Block& block,
                    SimInstant end) {
  const scenario::Scenario& scenario = world.scenario();
  const random::StreamFactory streams(scenario.seed, block.replication);
  const world::Truth truth(scenario.world, streams, world.warm_up());
  for (std::size_t i = block.first; i < block.last; ++i) {
    for (const NodeId monitor : scenario.push.to) {
      const NodeId sender = scenario.push.from[i];
      if (sender == monitor) continue;
      world::Timeline cuts = truth.partitions(sender, monitor);
      while (const auto cut = cuts.next()) {
        if (cut->start >= end) break;
        recorder.add({std::max(cut->start, SimInstant{0}), sender, monitor, 0, "partition"});
        if (cut->end < end) recorder.add({cut->end, sender, monitor, 0, "heal"});
      }
    }
  }
}

// Senders that run together. They see nothing of each other, and few of them stay in the nearest
// cache: a hundred take twice as long per heartbeat as four (bench/README.md). More only where each
// part repeats the faults of many monitors, or where senders do see each other.
std::size_t part_size(const scenario::Scenario& scenario) {
  if (needs_events(scenario)) return scenario.push.from.size();
  return std::clamp<std::size_t>(scenario.push.to.size(), 4, 8);
}

}  // namespace

bool needs_events(const scenario::Scenario& scenario) {
  const auto shares = [](const world::LinkRule& rule) {
    return rule.queue && rule.queue->bytes_per_second > 0 && !rule.queue->shared.empty();
  };
  const world::Model& model = scenario.world;
  return shares(model.default_link) || std::any_of(model.links.begin(), model.links.end(), shares);
}

Duration automatic_warm_up(std::int64_t longest_window, Duration interval) {
  // At least three intervals, so that the first beats have arrived whatever the phase.
  const std::int64_t beats_twice = std::max<std::int64_t>(6, 3 * longest_window);
  const __int128 ns = static_cast<__int128>(beats_twice) * interval.ns / 2;
  return {ns > kLongestTime.ns ? kLongestTime.ns : static_cast<std::int64_t>(ns)};
}

PreparedWorld::PreparedWorld(const scenario::Scenario& scenario, Duration warm_up)
    : scenario_(&scenario),
      warm_up_(warm_up),
      links_(scenario.world),
      batches_(scenario.duration, scenario.replications) {}

qos::Tally run_events(const PreparedWorld& world, const std::vector<JudgedSetting>& settings,
                      const Block& block, const std::atomic<bool>* stop) {
  Stage stage(world, settings, block.replication);
  qos::Tally tally =
      stage.panel.make_tally(world.batches().size(), world.scenario().world.cluster.size());
  const std::size_t size = part_size(world.scenario());
  Block part = block;
  for (part.first = block.first; part.first < block.last; part.first = part.last) {
    part.last = std::min(block.last, part.first + size);
    EventEngine engine(stage, part, {world.scenario().duration.ns}, tally, nullptr);
    if (!engine.run(stop) || (stop != nullptr && stop->load(std::memory_order_relaxed))) break;
  }
  return tally;
}

namespace {

// So many pairs go through time together, batch by batch: the histograms of one batch stay in the
// cache, and those of all batches would not.
constexpr std::size_t kPairsTogether = 256;

// Runs the pairs to the end and drops them; false if `*stop` was set before.
bool run_pairs(std::vector<std::unique_ptr<StreamPair>>& pairs, const PreparedWorld& world,
               const std::atomic<bool>* stop) {
  const std::int64_t duration = world.batches().duration().ns;
  for (std::int64_t from = 0; from < duration; from = world.batches().end_of(from)) {
    for (const auto& pair : pairs) {
      if (!pair->run_until({world.batches().end_of(from)}, stop)) return false;
    }
  }
  for (const auto& pair : pairs) pair->finish();
  pairs.clear();
  return true;
}

}  // namespace

qos::Tally run_stream(const PreparedWorld& world, const std::vector<JudgedSetting>& settings,
                      const Block& block, const std::atomic<bool>* stop) {
  const scenario::Scenario& scenario = world.scenario();
  Stage stage(world, settings, block.replication);
  qos::Tally tally = stage.panel.make_tally(world.batches().size(), scenario.world.cluster.size());
  std::vector<std::unique_ptr<StreamPair>> pairs;
  for (std::size_t i = block.first; i < block.last; ++i) {
    for (const NodeId monitor : scenario.push.to) {
      if (monitor == scenario.push.from[i]) continue;
      pairs.push_back(std::make_unique<StreamPair>(stage, scenario.push.from[i], monitor,
                                                   SimInstant{scenario.duration.ns}, tally));
      if (pairs.size() == kPairsTogether && !run_pairs(pairs, world, stop)) return tally;
    }
  }
  run_pairs(pairs, world, stop);
  return tally;
}

std::vector<TimelineEntry> record_timeline(const PreparedWorld& world,
                                           const std::vector<JudgedSetting>& settings,
                                           const Block& block, Duration length, std::size_t limit) {
  const scenario::Scenario& scenario = world.scenario();
  TimelineRecorder recorder(limit, scenario.push.to.front());
  const Duration end = std::min(length, scenario.duration);
  Stage stage(world, settings, block.replication);
  qos::Tally tally = stage.panel.make_tally(world.batches().size(), scenario.world.cluster.size());
  EventEngine engine(stage, block, {end.ns}, tally, &recorder);
  engine.run(nullptr);
  add_partitions(recorder, world, block, {end.ns});
  return recorder.take();
}

}  // namespace flatline::sim
