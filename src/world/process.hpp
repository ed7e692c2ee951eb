#pragma once
// One entry of the faults with its laws compiled, as a maker of sources.

#include <optional>
#include <string>
#include <vector>

#include "flatline/world/faults.hpp"
#include "flatline/world/timeline.hpp"

namespace flatline::world {

struct Process {
  std::optional<Duration> at;  // empty: at random
  Repeat repeat;
  std::optional<Diurnal> diurnal;
  std::optional<Bursty> bursty;
  random::Sampler gap;         // at the highest rate
  random::Sampler calm, busy;  // sojourns
  random::Sampler length;
  OnWake on_wake = OnWake::send;
};

/// At random.
Process random_process(Duration mean_time_between, const Variation& variation,
                       const random::Distribution& length);
/// At a set time.
Process scheduled_process(Duration at, const Repeat& repeat, const random::Distribution& length);
Process process_of(const Strikes& strikes, const random::Distribution& length);

/// The truth's streams and where its time starts.
struct Origin {
  const random::StreamFactory& streams;
  SimInstant begin;
};

/// The intervals of a process; its streams are "STREAM/gap", "STREAM/length" and so on.
IntervalSource source_of(const Process& process, const Origin& origin, const std::string& stream);

/// The names of the streams with which a target's process strikes a node: by itself, and with each
/// of its places.
std::vector<std::string> strikes_on(const FaultTarget& target, const Cluster& cluster, NodeId node);

/// One source for each of them.
std::vector<IntervalSource> sources_on(const Process& process, const Origin& origin,
                                       const FaultTarget& target, const Cluster& cluster,
                                       NodeId node);

bool contains(const std::vector<NodeId>& nodes, NodeId node);
bool cuts(const PartitionSides& sides, NodeId from, NodeId to);

}  // namespace flatline::world
