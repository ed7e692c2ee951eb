#include "sim/stage.hpp"

#include "flatline/base/draws.hpp"

namespace flatline::sim {

Stage::Stage(const PreparedWorld& prepared, const std::vector<JudgedSetting>& settings,
             std::uint32_t replication_number)
    : world(&prepared),
      replication(replication_number),
      streams(prepared.scenario().seed, replication_number),
      truth(prepared.scenario().world, streams, prepared.warm_up(),
            {prepared.scenario().duration.ns}),
      panel(settings, prepared.scenario().push.interval, sample_every(prepared.scenario())),
      run_scratch(panel),
      places(prepared.scenario().world.cluster.size(), kAbsent) {}

std::int64_t Stage::sample_every(const scenario::Scenario& scenario) {
  constexpr std::int64_t kLeastSamples = 8192, kLargest = 256;
  const auto pairs = static_cast<std::int64_t>(scenario.push.from.size() * scenario.push.to.size());
  const auto heartbeats = static_cast<qos::Wide>(scenario.duration.ns / scenario.push.interval.ns) *
                          pairs * scenario.replications;
  std::int64_t every = 1;
  while (every < kLargest && heartbeats / (2 * every) >= kLeastSamples) every *= 2;
  return every;
}

// Where each lane's grid of checks lies on a monitor, by name.
std::vector<Duration> Stage::check_phases(const std::string& monitor) const {
  const std::uint64_t bits = streams.stream("check/" + monitor).bits(0);
  std::vector<Duration> phases;
  for (const Lane& lane : panel.lanes()) {
    const auto every = static_cast<std::uint64_t>(lane.check_every.ns);
    phases.push_back({every == 0 ? 0 : static_cast<std::int64_t>(uniform_below(bits, every))});
  }
  return phases;
}

std::unique_ptr<Account> Stage::open_account(NodeId monitored, NodeId monitor,
                                             world::TimelineView& stalls, qos::Tally& tally,
                                             VerdictListener* listener) {
  const scenario::Scenario& scenario = world->scenario();
  const std::string name = scenario.world.cluster.name(monitor);
  Watchtower tower{check_phases(name),
                   &stalls,
                   [this, monitor] { return truth.stalls(monitor); },
                   {scenario.duration.ns},
                   truth.clock(monitor),
                   scenario.push.timers_first,
                   &streams,
                   scenario.world.cluster.name(monitored) + "/" + name};
  ChannelPlace place{monitored,
                     monitor,
                     truth.clock(monitored).perfect(),
                     replication,
                     truth.begin(),
                     {world::TimelineView(truth.overloads(monitored)),
                      world::TimelineView(truth.overloads(monitor))}};
  return std::make_unique<Account>(panel, std::move(tower), std::move(place), world->batches(),
                                   tally, listener, run_scratch);
}

world::Link Stage::open_link(NodeId from, NodeId to) {
  const world::Cluster& cluster = world->scenario().world.cluster;
  world::LinkLaw law = world->links().law(from, to);
  std::shared_ptr<world::Bottleneck> queue;
  if (!law.queue.shared.empty()) {
    std::shared_ptr<world::Bottleneck>& shared = queues[law.queue.shared];
    if (!shared) shared = world::shared_queue(law, streams, truth.begin());
    queue = shared;
  }
  return {std::move(law),
          streams,
          "link/" + cluster.name(from) + "/" + cluster.name(to),
          {truth.partitions(from, to), truth.route_shifts(from, to), truth.backlogs(from, to)},
          truth.begin(),
          std::move(queue)};
}

}  // namespace flatline::sim
