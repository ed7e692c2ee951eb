// All faults of a world, brought to life per node and per pair.

#include <algorithm>

#include "flatline/world/clock.hpp"
#include "flatline/world/extra_delay.hpp"
#include "flatline/world/timeline.hpp"
#include "world/laws.hpp"
#include "world/process.hpp"

namespace flatline::world {
namespace {

using random::Distribution;

// A crash or stall at a set time, of one length. Forever, if it has none.
IntervalSource scheduled(Duration at, std::optional<Duration> length, const Repeat& repeat,
                         OnWake on_wake) {
  const SimInstant start{at.ns};
  if (!length || repeat.every.ns == 0) {
    const SimInstant end = length ? start + *length : SimInstant::never();
    return IntervalSource(std::vector<Interval>{{start, end, on_wake, 0, {}}});
  }
  return {Periodic{start, repeat}, compiled(Distribution::constant(*length)), {}, on_wake};
}

void append(std::vector<IntervalSource>& sources, std::vector<IntervalSource> more) {
  for (IntervalSource& source : more) sources.push_back(std::move(source));
}

// All faults of one kind that strike a node; processes[i] is that of faults[i].
template <typename Fault>
Timeline strikes_of(const std::vector<Fault>& faults, const std::vector<Process>& processes,
                    const Origin& origin, const Cluster& cluster, NodeId node) {
  std::vector<IntervalSource> sources;
  for (std::size_t i = 0; i < faults.size(); ++i)
    append(sources, sources_on(processes[i], origin, faults[i].target, cluster, node));
  return Timeline(std::move(sources));
}

}  // namespace

struct Truth::Laws {
  struct Crashes {
    Process process;
    std::optional<random::Sampler> slow_start;
  };
  struct RouteChanges {
    Process process;
    random::Sampler extra;
  };
  std::vector<Crashes> crashes;
  std::vector<Process> stalls, partitions, overloads, gray_failures, clock_steps;
  std::vector<RouteChanges> route_changes;

  explicit Laws(const Faults& faults) {
    for (const RandomCrashes& each : faults.random_crashes) {
      Crashes& law = crashes.emplace_back();
      law.process = random_process(each.mean_time_between, each.variation, each.down);
      if (each.slow_start) law.slow_start = compiled(*each.slow_start);
    }
    for (const RandomStalls& each : faults.random_stalls) {
      stalls.push_back(random_process(each.mean_time_between, each.variation, each.length));
      stalls.back().on_wake = each.on_wake;
    }
    for (const RandomPartitions& each : faults.random_partitions) {
      partitions.push_back(random_process(each.mean_time_between, each.variation, each.length));
    }
    for (const RouteChange& each : faults.route_changes) {
      route_changes.push_back(
          {process_of(each.strikes, each.strikes.length), compiled(each.extra)});
    }
    for (const Overload& each : faults.overloads) {
      overloads.push_back(process_of(each.strikes, each.strikes.length));
    }
    for (const GrayFailure& each : faults.gray_failures) {
      gray_failures.push_back(process_of(each.strikes, each.strikes.length));
    }
    for (const ClockStep& each : faults.clock_steps) {
      clock_steps.push_back(process_of(each.strikes, Distribution::constant(nanoseconds(1))));
    }
  }
};

Truth::Truth(const Model& model, const random::StreamFactory& streams, Duration warm_up,
             SimInstant end)
    : model_(&model),
      streams_(streams),
      begin_{-warm_up.ns},
      end_(end),
      laws_(std::make_unique<const Laws>(model.faults)) {}

Truth::~Truth() = default;

std::vector<IntervalSource> Truth::crash_sources(NodeId node, bool slow_starts) const {
  std::vector<IntervalSource> sources;
  for (const ScheduledCrash& crash : model_->faults.scheduled_crashes) {
    if (crash.node != node || (slow_starts && crash.slow_start.ns == 0)) continue;
    IntervalSource source = scheduled(crash.at, crash.recover_after, crash.repeat, OnWake::send);
    if (slow_starts) {
      source =
          std::move(source).followed_by(compiled(Distribution::constant(crash.slow_start)), {});
    }
    sources.push_back(std::move(source));
  }
  for (std::size_t i = 0; i < laws_->crashes.size(); ++i) {
    const auto& [process, slow_start] = laws_->crashes[i];
    if (slow_starts && !slow_start) continue;
    const FaultTarget& target = model_->faults.random_crashes[i].target;
    for (const std::string& stream : strikes_on(target, model_->cluster, node)) {
      IntervalSource source = source_of(process, {streams_, begin_}, stream);
      if (slow_starts) {
        const random::Stream lengths = streams_.stream(stream + "/slow_start");
        source = std::move(source).followed_by(*slow_start, lengths);
      }
      sources.push_back(std::move(source));
    }
  }
  return sources;
}

std::vector<IntervalSource> Truth::stall_sources(NodeId node, bool shared_only) const {
  std::vector<IntervalSource> sources;
  for (const ScheduledStall& stall : model_->faults.scheduled_stalls) {
    if (!contains(stall.nodes, node) || (shared_only && !stall.whole_host)) continue;
    sources.push_back(scheduled(stall.at, stall.length, stall.repeat, stall.on_wake));
  }
  for (std::size_t i = 0; i < laws_->stalls.size(); ++i) {
    FaultTarget target = model_->faults.random_stalls[i].target;
    if (shared_only) target.nodes.clear();
    append(sources,
           sources_on(laws_->stalls[i], {streams_, begin_}, target, model_->cluster, node));
  }
  return sources;
}

Timeline Truth::crashes(NodeId node) const {
  return Timeline(crash_sources(node, false));
}

Timeline Truth::stalls(NodeId node) const {
  std::vector<IntervalSource> sources = stall_sources(node, false);
  append(sources, crash_sources(node, true));
  return Timeline(std::move(sources));
}

Timeline Truth::host_stalls(NodeId node) const {
  return Timeline(stall_sources(node, true));
}

Timeline Truth::partitions(NodeId from, NodeId to) const {
  std::vector<IntervalSource> sources;
  for (const ScheduledPartition& partition : model_->faults.scheduled_partitions) {
    if (!cuts(partition.sides, from, to)) continue;
    sources.push_back(scheduled(partition.at, partition.length, partition.repeat, OnWake::send));
  }
  for (std::size_t i = 0; i < laws_->partitions.size(); ++i) {
    const RandomPartitions& process = model_->faults.random_partitions[i];
    if (!cuts(process.sides, from, to)) continue;
    // The cut is one process: every pair across it sees the same intervals.
    sources.push_back(source_of(laws_->partitions[i], {streams_, begin_}, process.stream));
  }
  return Timeline(std::move(sources));
}

Timeline Truth::gray_failures(NodeId node) const {
  return strikes_of(model_->faults.gray_failures, laws_->gray_failures, {streams_, begin_},
                    model_->cluster, node);
}

Timeline Truth::overloads(NodeId node) const {
  return strikes_of(model_->faults.overloads, laws_->overloads, {streams_, begin_}, model_->cluster,
                    node);
}

std::vector<RouteShift> Truth::route_shifts(NodeId from, NodeId to) const {
  std::vector<RouteShift> shifts;
  for (std::size_t i = 0; i < laws_->route_changes.size(); ++i) {
    const RouteChange& change = model_->faults.route_changes[i];
    if (!cuts(change.sides, from, to)) continue;
    shifts.emplace_back(
        source_of(laws_->route_changes[i].process, {streams_, begin_}, change.stream),
        laws_->route_changes[i].extra, streams_.stream(change.stream + "/extra"));
  }
  return shifts;
}

std::vector<Backlog> Truth::backlogs(NodeId from, NodeId to) const {
  std::vector<Backlog> backlogs;
  for (const NodeId node : {from, to}) {
    for (std::size_t i = 0; i < laws_->overloads.size(); ++i) {
      const Overload& overload = model_->faults.overloads[i];
      std::vector<IntervalSource> sources = sources_on(laws_->overloads[i], {streams_, begin_},
                                                       overload.target, model_->cluster, node);
      if (sources.empty()) continue;
      backlogs.emplace_back(Timeline(std::move(sources)), overload.growth, overload.drain);
    }
  }
  return backlogs;
}

Clock Truth::clock(NodeId node) const {
  std::vector<IntervalSource> steps;
  for (std::size_t i = 0; i < laws_->clock_steps.size(); ++i) {
    const ClockStep& step = model_->faults.clock_steps[i];
    auto sources =
        sources_on(laws_->clock_steps[i], {streams_, begin_}, step.target, model_->cluster, node);
    for (IntervalSource& source : sources) source.set_by(step.by);
    append(steps, std::move(sources));
  }
  return {clock_law(*model_, node),   streams_, model_->cluster.name(node),
          Timeline(std::move(steps)), begin_,   end_};
}

}  // namespace flatline::world
