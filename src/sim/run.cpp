#include "flatline/sim/run.hpp"

#include <algorithm>

#include "sim/event_engine.hpp"

namespace flatline::sim {
namespace {

class TimelineRecorder final : public EventListener {
 public:
  TimelineRecorder(std::size_t limit, NodeId any_monitor) : limit_(limit), monitor_(any_monitor) {}

  void message(const char* event, NodeId from, NodeId to, SimInstant at) override {
    add({at, from, to, 0, event});
  }
  void node(const char* event, NodeId node, SimInstant at) override {
    add({at, node, monitor_, 0, event});
  }
  void verdict(NodeId monitored, NodeId monitor, std::size_t row, bool suspect,
               SimInstant at) override {
    add({at, monitored, monitor, row, suspect ? "suspect" : "trust"});
  }

  void partitions(const PreparedWorld& world, const Block& block, SimInstant end) {
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
          add({std::max(cut->start, SimInstant{0}), sender, monitor, 0, "partition"});
          if (cut->end < end) add({cut->end, sender, monitor, 0, "heal"});
        }
      }
    }
  }

  // Verdicts are found lazily, after the fact: the order of time is restored here.
  std::vector<TimelineEntry> take() {
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const TimelineEntry& a, const TimelineEntry& b) { return a.at < b.at; });
    if (entries_.size() > limit_) entries_.resize(limit_);
    return std::move(entries_);
  }

 private:
  void add(const TimelineEntry& entry) {
    if (entry.at.ns >= 0) entries_.push_back(entry);
  }

  std::size_t limit_;
  NodeId monitor_;
  std::vector<TimelineEntry> entries_;
};

// Senders that run together. They see nothing of each other, and few of them stay in the nearest
// cache: a hundred take twice as long per heartbeat as four (bench/README.md). More only where each
// part repeats the faults of many monitors.
std::size_t part_size(const scenario::Scenario& scenario) {
  return std::clamp<std::size_t>(scenario.push.to.size(), 4, 8);
}

}  // namespace

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
  qos::Tally tally(stage.panel.lanes().size(), world.batches().size(),
                   world.scenario().world.cluster.size());
  const std::size_t size = part_size(world.scenario());
  Block part = block;
  for (part.first = block.first; part.first < block.last; part.first = part.last) {
    part.last = std::min(block.last, part.first + size);
    EventEngine engine(stage, part, {world.scenario().duration.ns}, tally, nullptr);
    if (!engine.run(stop) || (stop != nullptr && stop->load(std::memory_order_relaxed))) break;
  }
  return tally;
}

std::vector<TimelineEntry> record_timeline(const PreparedWorld& world,
                                           const std::vector<JudgedSetting>& settings,
                                           const Block& block, Duration length, std::size_t limit) {
  const scenario::Scenario& scenario = world.scenario();
  TimelineRecorder recorder(limit, scenario.push.to.front());
  const Duration end = std::min(length, scenario.duration);
  Stage stage(world, settings, block.replication);
  qos::Tally tally(stage.panel.lanes().size(), world.batches().size(),
                   scenario.world.cluster.size());
  EventEngine engine(stage, block, {end.ns}, tally, &recorder);
  engine.run(nullptr);
  recorder.partitions(world, block, {end.ns});
  return recorder.take();
}

}  // namespace flatline::sim
