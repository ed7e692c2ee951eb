#include "world/process.hpp"

#include <algorithm>
#include <cmath>

#include "world/laws.hpp"

namespace flatline::world {
namespace {

// The mean gap at the highest rate, which is `factor` times the mean rate.
Duration at_highest(Duration mean, double factor) {
  const double ns = static_cast<double>(mean.ns) / factor;
  return Duration{std::max<std::int64_t>(1, std::llround(ns))};
}

}  // namespace

Process random_process(Duration mean_time_between, const Variation& variation,
                       const random::Distribution& length) {
  Process process;
  process.length = compiled(length);
  if (variation.between) {
    process.gap = compiled(*variation.between);
  } else if (variation.diurnal) {
    process.diurnal = variation.diurnal;
    process.gap = exponential(at_highest(mean_time_between, 1 + variation.diurnal->amplitude));
  } else if (variation.bursty) {
    const Bursty& law = *variation.bursty;
    process.bursty = law;
    process.calm = exponential(law.calm_mean);
    process.busy = exponential(law.busy_mean);
    const double calm = law.calm_mean.seconds(), busy = law.busy_mean.seconds();
    const double highest = law.factor * (calm + busy) / (calm + law.factor * busy);
    process.gap = exponential(at_highest(mean_time_between, highest));
  } else {
    process.gap = exponential(mean_time_between);
  }
  return process;
}

Process scheduled_process(Duration at, const Repeat& repeat, const random::Distribution& length) {
  Process process;
  process.at = at;
  process.repeat = repeat;
  process.length = compiled(length);
  return process;
}

Process process_of(const Strikes& strikes, const random::Distribution& length) {
  return strikes.at ? scheduled_process(*strikes.at, strikes.repeat, length)
                    : random_process(strikes.mean_time_between, strikes.variation, length);
}

IntervalSource source_of(const Process& process, const Origin& origin, const std::string& stream) {
  const auto draws = [&](const char* purpose) { return origin.streams.stream(stream + purpose); };
  const random::Stream lengths = draws("/length");
  if (process.at) {
    return {Periodic{{process.at->ns}, process.repeat}, process.length, lengths, process.on_wake};
  }
  const Renewal renewal{origin.begin, process.gap, draws("/gap")};
  if (!process.diurnal && !process.bursty) {
    return {renewal.begin, renewal.gap, process.length, renewal.gaps, lengths, process.on_wake};
  }
  Varying varying{renewal,      draws("/thinning"), process.diurnal,   process.bursty,
                  process.calm, process.busy,       draws("/sojourns")};
  return {std::move(varying), process.length, lengths, process.on_wake};
}

std::vector<std::string> strikes_on(const FaultTarget& target, const Cluster& cluster,
                                    NodeId node) {
  std::vector<std::string> streams;
  if (contains(target.nodes, node)) streams.push_back(target.stream + "/" + cluster.name(node));
  for (const Place& place : target.places) {
    if (contains(place.nodes, node)) streams.push_back(target.stream + "/" + place.name);
  }
  return streams;
}

std::vector<IntervalSource> sources_on(const Process& process, const Origin& origin,
                                       const FaultTarget& target, const Cluster& cluster,
                                       NodeId node) {
  std::vector<IntervalSource> sources;
  for (const std::string& stream : strikes_on(target, cluster, node))
    sources.push_back(source_of(process, origin, stream));
  return sources;
}

bool contains(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

bool cuts(const PartitionSides& sides, NodeId from, NodeId to) {
  const bool a_to_b = contains(sides.a, from) && contains(sides.b, to);
  const bool b_to_a = contains(sides.b, from) && contains(sides.a, to);
  return (a_to_b && sides.direction != Direction::b_to_a) ||
         (b_to_a && sides.direction != Direction::a_to_b);
}

}  // namespace flatline::world
