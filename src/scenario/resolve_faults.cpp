// Faults, back to JSON.

#include "scenario/keys.hpp"
#include "scenario/resolve.hpp"
#include "scenario/write.hpp"

namespace flatline::scenario {
namespace {

/// The names that a stream carries: "worker/0,worker/1". They must stay as written, or the stream
/// would change.
Node written_node(std::string_view names) {
  std::vector<Node> list;
  while (true) {
    const auto comma = names.find(',');
    list.push_back(text_node(names.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    names.remove_prefix(comma + 1);
  }
  return list.size() == 1 ? list.front() : list_node(std::move(list));
}

/// What stands between "kind/" and "#n".
std::string_view inside_stream(std::string_view stream) {
  const auto slash = stream.find('/');
  return stream.substr(slash + 1, stream.rfind('#') - slash - 1);
}

/// The word of an enum whose values stand in the order of the key's words.
template <typename Value>
Node word_node(std::string_view owner, std::string_view name, Value value) {
  return text_node(words_of(*find_key(owner, name))[static_cast<std::size_t>(value)]);
}

void add_target(Node& node, const world::FaultTarget& target) {
  add(node, target.places.empty() ? "nodes" : "places", written_node(inside_stream(target.stream)));
}

void add_repeat(Node& node, const world::Repeat& repeat) {
  if (repeat.every.ns == 0) return;
  add(node, "every", duration_node(repeat.every));
  if (repeat.times > 0) add(node, "times", count_node(repeat.times));
}

void add_random(Node& node, Duration mean, const world::Variation& variation) {
  if (variation.between) {
    add(node, "time_between", law_node(*variation.between));
    return;
  }
  add(node, "mean_time_between", duration_node(mean));
  if (variation.diurnal) {
    Node rate = object_node();
    add(rate, "period", duration_node(variation.diurnal->period));
    add(rate, "peak", duration_node(variation.diurnal->peak));
    add(node, "diurnal", add(rate, "amplitude", number_node(variation.diurnal->amplitude)));
  }
  if (variation.bursty) {
    Node rate = object_node();
    add(rate, "calm_mean", duration_node(variation.bursty->calm_mean));
    add(rate, "busy_mean", duration_node(variation.bursty->busy_mean));
    add(node, "bursty", add(rate, "factor", number_node(variation.bursty->factor)));
  }
}

void add_strikes(Node& node, const world::Strikes& strikes, bool has_length) {
  if (strikes.at) {
    add(node, "at", duration_node(*strikes.at));
    add_repeat(node, strikes.repeat);
  } else {
    add_random(node, strikes.mean_time_between, strikes.variation);
  }
  if (has_length) add(node, "length", law_node(strikes.length));
}

void add_crashes(Node& list, const world::Cluster& cluster, const world::Faults& faults) {
  for (const auto& crash : faults.scheduled_crashes) {
    Node node = object_node();
    add(node, "node", text_node(cluster.name(crash.node)));
    add(node, "at", duration_node(crash.at));
    add_repeat(node, crash.repeat);
    if (crash.recover_after) add(node, "recover_after", duration_node(*crash.recover_after));
    if (crash.slow_start.ns > 0) add(node, "slow_start", duration_node(crash.slow_start));
    add(list, "", one("crash", std::move(node)));
  }
  for (const auto& crashes : faults.random_crashes) {
    Node node = object_node();
    add_target(node, crashes.target);
    add_random(node, crashes.mean_time_between, crashes.variation);
    add(node, "down", law_node(crashes.down));
    if (crashes.slow_start) add(node, "slow_start", law_node(*crashes.slow_start));
    add(list, "", one("crash", std::move(node)));
  }
}

/// A place of these nodes. A stall of a whole host strikes one.
std::string_view place_of(const world::Cluster& cluster, const std::vector<NodeId>& nodes) {
  for (const auto& place : cluster.places()) {
    if (place.nodes == nodes) return place.name;
  }
  return {};
}

void add_stalls(Node& list, const world::Cluster& cluster, const world::Faults& faults) {
  for (const auto& stall : faults.scheduled_stalls) {
    Node node = object_node();
    if (stall.whole_host) {
      add(node, "places", text_node(place_of(cluster, stall.nodes)));
    } else {
      add(node, "nodes", nodes_node(cluster, stall.nodes));
    }
    add(node, "at", duration_node(stall.at));
    add_repeat(node, stall.repeat);
    add(node, "length", duration_node(stall.length));
    add(list, "", one("stall", add(node, "on_wake", word_node("stall", "on_wake", stall.on_wake))));
  }
  for (const auto& stalls : faults.random_stalls) {
    Node node = object_node();
    add_target(node, stalls.target);
    add_random(node, stalls.mean_time_between, stalls.variation);
    add(node, "length", law_node(stalls.length));
    add(list, "",
        one("stall", add(node, "on_wake", word_node("stall", "on_wake", stalls.on_wake))));
  }
}

/// The two sides that a stream's name carries, with this mark between them.
void add_sides(Node& node, std::string_view stream, char mark, std::string_view first,
               std::string_view second) {
  const std::string_view sides = inside_stream(stream);
  const auto at = sides.find(mark);
  add(node, first, written_node(sides.substr(0, at)));
  add(node, second, written_node(sides.substr(at + 1)));
}

void add_partitions(Node& list, const world::Cluster& cluster, const world::Faults& faults) {
  for (const auto& partition : faults.scheduled_partitions) {
    Node node = object_node();
    add(node, "a", nodes_node(cluster, partition.sides.a));
    add(node, "b", nodes_node(cluster, partition.sides.b));
    add(node, "at", duration_node(partition.at));
    add_repeat(node, partition.repeat);
    add(node, "length", duration_node(partition.length));
    add(node, "direction", word_node("partition", "direction", partition.sides.direction));
    add(list, "", one("partition", std::move(node)));
  }
  for (const auto& partitions : faults.random_partitions) {
    Node node = object_node();
    add_sides(node, partitions.stream, '|', "a", "b");
    add_random(node, partitions.mean_time_between, partitions.variation);
    add(node, "length", law_node(partitions.length));
    add(node, "direction", word_node("partition", "direction", partitions.sides.direction));
    add(list, "", one("partition", std::move(node)));
  }
}

void add_others(Node& list, const world::Faults& faults) {
  for (const auto& change : faults.route_changes) {
    Node node = object_node();
    add_sides(node, change.stream, '>', "from", "to");
    add(node, "both_ways", boolean_node(change.sides.direction == world::Direction::both));
    add_strikes(node, change.strikes, true);
    add(list, "", one("route_change", add(node, "extra", law_node(change.extra))));
  }
  for (const auto& overload : faults.overloads) {
    Node node = object_node();
    add_target(node, overload.target);
    add_strikes(node, overload.strikes, true);
    add(node, "growth", number_node(overload.growth));
    add(list, "", one("overload", add(node, "drain", number_node(overload.drain))));
  }
  for (const auto& failure : faults.gray_failures) {
    Node node = object_node();
    add_target(node, failure.target);
    add_strikes(node, failure.strikes, true);
    add(list, "", one("gray_failure", std::move(node)));
  }
  for (const auto& step : faults.clock_steps) {
    Node node = object_node();
    add_target(node, step.target);
    add_strikes(node, step.strikes, false);
    const bool is_back = step.by.ns < 0;
    add(node, is_back ? "back" : "forward", duration_node(is_back ? -step.by : step.by));
    add(list, "", one("clock_step", std::move(node)));
  }
}

}  // namespace

Node faults_node(const world::Model& world) {
  Node list = list_node();
  add_crashes(list, world.cluster, world.faults);
  add_stalls(list, world.cluster, world.faults);
  add_partitions(list, world.cluster, world.faults);
  add_others(list, world.faults);
  return list;
}

}  // namespace flatline::scenario
