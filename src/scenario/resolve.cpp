// A Scenario back to JSON, every default written out.

#include <algorithm>

#include "flatline/base/text.hpp"
#include "flatline/scenario/scenario.hpp"
#include "scenario/keys.hpp"
#include "scenario/write.hpp"

namespace flatline::scenario {
namespace {

using random::Distribution;
using random::Family;

Node one(std::string_view name, Node value) {
  Node node = object_node();
  add(node, name, std::move(value));
  return node;
}

Node law_node(const Distribution& law);

Node family_node(const Distribution& law) {
  Node inner = object_node();
  switch (law.family) {
    case Family::exponential:
      return add(inner, "mean", duration_node(law.value));
    case Family::normal:
      add(inner, "mean", duration_node(law.value));
      return add(inner, "deviation", duration_node(law.second));
    case Family::lognormal:
      add(inner, "median", duration_node(law.value));
      return add(inner, "sigma", number_node(law.shape));
    case Family::gamma:
    case Family::weibull:
    case Family::pareto:
      add(inner, "shape", number_node(law.shape));
      return add(inner, "scale", duration_node(law.value));
    case Family::empirical:
      return text_node(law.file);
    case Family::mixture: {
      Node list = list_node();
      for (const auto& component : law.mixture) {
        Node entry = object_node();
        add(entry, "weight", number_node(component.weight));
        add(list, "", add(entry, "of", law_node(component.of)));
      }
      return list;
    }
    case Family::uniform:
    case Family::constant:
      break;
  }
  return list_node({duration_node(law.value), duration_node(law.second)});
}

Node law_node(const Distribution& law) {
  if (law.family == Family::constant) return duration_node(law.value + law.plus);
  Node node = one(random::name_of(law.family), family_node(law));
  if (law.plus.ns != 0) add(node, "plus", duration_node(law.plus));
  return node;
}

Node loss_node(const world::Loss& loss) {
  if (!loss.bursts) return number_node(loss.probability);
  Node law = object_node();
  add(law, "good_mean", duration_node(loss.bursts->good_mean));
  add(law, "bad_mean", duration_node(loss.bursts->bad_mean));
  add(law, "loss_good", number_node(loss.bursts->loss_good));
  add(law, "loss_bad", number_node(loss.bursts->loss_bad));
  return one("gilbert_elliott", std::move(law));
}

/// Names for a list of nodes: a group's name wherever all its members stand in order.
Node nodes_node(const world::Cluster& cluster, const std::vector<NodeId>& nodes) {
  std::vector<Node> names;
  for (std::size_t i = 0; i < nodes.size();) {
    std::string name = cluster.name(nodes[i]);
    const std::string group = name.substr(0, name.find('/'));
    const bool is_first = name == group + "/0";
    const auto members = is_first ? cluster.find(group) : std::vector<NodeId>{};
    const bool whole =
        is_first && nodes.size() - i >= members.size() &&
        std::equal(members.begin(), members.end(), nodes.begin() + static_cast<std::ptrdiff_t>(i));
    names.push_back(text_node(whole ? group : name));
    i += whole ? members.size() : 1;
  }
  return names.size() == 1 ? names.front() : list_node(std::move(names));
}

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

void add_link(Node& node, const world::LinkRule& rule) {
  if (rule.delay) add(node, "delay", law_node(*rule.delay));
  if (rule.loss) add(node, "loss", loss_node(*rule.loss));
  if (rule.duplicate) add(node, "duplicate", number_node(*rule.duplicate));
  if (rule.order) add(node, "order", text_node(*rule.order == world::Order::any ? "any" : "fifo"));
}

Node links_node(const world::Model& world) {
  Node list = list_node();
  for (const auto& rule : world.links) {
    Node entry = object_node();
    add(entry, "from", nodes_node(world.cluster, rule.from));
    add(entry, "to", nodes_node(world.cluster, rule.to));
    add(entry, "both_ways", boolean_node(rule.both_ways));
    add_link(entry, rule);
    add(list, "", std::move(entry));
  }
  return list;
}

Node push_node(const world::Cluster& cluster, const protocol::PushSettings& push) {
  Node node = object_node();
  add(node, "from", nodes_node(cluster, push.from));
  add(node, "to", nodes_node(cluster, push.to));
  add(node, "interval", duration_node(push.interval));
  if (push.jitter_of != protocol::JitterOf::none) {
    Node jitter = object_node();
    add(jitter, "ratio", number_node(push.jitter_ratio));
    const bool is_grid = push.jitter_of == protocol::JitterOf::grid;
    add(node, "jitter", add(jitter, "of", text_node(is_grid ? "grid" : "interval")));
  }
  const bool is_spread = push.phase == protocol::Phase::spread;
  add(node, "phase", text_node(is_spread ? "spread" : "synchronised"));
  return add(node, "bytes", count_node(push.bytes));
}

const char* word_of(world::OnWake on_wake) {
  return on_wake == world::OnWake::send ? "send" : "skip";
}

void add_crashes(Node& list, const world::Cluster& cluster, const world::Faults& faults) {
  for (const auto& crash : faults.scheduled_crashes) {
    Node node = object_node();
    add(node, "node", text_node(cluster.name(crash.node)));
    add(node, "at", duration_node(crash.at));
    if (crash.recover_after) add(node, "recover_after", duration_node(*crash.recover_after));
    add(list, "", one("crash", std::move(node)));
  }
  for (const auto& crashes : faults.random_crashes) {
    Node node = object_node();
    add(node, "nodes", written_node(inside_stream(crashes.target.stream)));
    add(node, "mean_time_between", duration_node(crashes.mean_time_between));
    add(list, "", one("crash", add(node, "down", law_node(crashes.down))));
  }
}

void add_stalls(Node& list, const world::Cluster& cluster, const world::Faults& faults) {
  for (const auto& stall : faults.scheduled_stalls) {
    Node node = object_node();
    add(node, "nodes", nodes_node(cluster, stall.nodes));
    add(node, "at", duration_node(stall.at));
    add(node, "length", duration_node(stall.length));
    add(list, "", one("stall", add(node, "on_wake", text_node(word_of(stall.on_wake)))));
  }
  for (const auto& stalls : faults.random_stalls) {
    Node node = object_node();
    add(node, "nodes", written_node(inside_stream(stalls.target.stream)));
    add(node, "mean_time_between", duration_node(stalls.mean_time_between));
    add(node, "length", law_node(stalls.length));
    add(list, "", one("stall", add(node, "on_wake", text_node(word_of(stalls.on_wake)))));
  }
}

void add_partitions(Node& list, const world::Cluster& cluster, const world::Faults& faults) {
  const auto words = words_of(*find_key("partition", "direction"));
  for (const auto& partition : faults.scheduled_partitions) {
    Node node = object_node();
    add(node, "a", nodes_node(cluster, partition.sides.a));
    add(node, "b", nodes_node(cluster, partition.sides.b));
    add(node, "at", duration_node(partition.at));
    add(node, "length", duration_node(partition.length));
    const auto& word = words[static_cast<std::size_t>(partition.sides.direction)];
    add(list, "", one("partition", add(node, "direction", text_node(word))));
  }
  for (const auto& partitions : faults.random_partitions) {
    const std::string_view sides = inside_stream(partitions.stream);
    const auto bar = sides.find('|');
    Node node = object_node();
    add(node, "a", written_node(sides.substr(0, bar)));
    add(node, "b", written_node(sides.substr(bar + 1)));
    add(node, "mean_time_between", duration_node(partitions.mean_time_between));
    add(node, "length", law_node(partitions.length));
    const auto& word = words[static_cast<std::size_t>(partitions.sides.direction)];
    add(list, "", one("partition", add(node, "direction", text_node(word))));
  }
}

Node value_node(const detect::Value& value) {
  if (const auto* d = std::get_if<Duration>(&value)) return duration_node(*d);
  if (const auto* number = std::get_if<double>(&value)) return number_node(*number);
  if (const auto* count = std::get_if<std::int64_t>(&value)) return count_node(*count);
  return text_node(std::get<std::string>(value));
}

Node detectors_node(const std::vector<DetectorEntry>& detectors) {
  Node list = list_node();
  for (const DetectorEntry& entry : detectors) {
    Node parameters = object_node();
    for (std::size_t i = 0; i < entry.setting.size(); ++i) {
      if (entry.setting[i])
        add(parameters, entry.info->parameters[i].name, value_node(*entry.setting[i]));
    }
    Node node = one(entry.info->name, std::move(parameters));
    add(node, "label", text_node(entry.label));
    if (entry.dead_after) add(node, "dead_after", duration_node(*entry.dead_after));
    if (entry.check_every) add(node, "check_every", duration_node(*entry.check_every));
    add(list, "", std::move(node));
  }
  return list;
}

Node sweep_node(const Sweep& sweep) {
  Node node = object_node();
  for (const Axis& axis : sweep.axes) {
    Node values = list_node();
    for (const std::string& value : axis.values) add(values, "", setting_node(value));
    add(node, axis.name, std::move(values));
  }
  if (!sweep.where.empty()) add(node, "where", text_node(sweep.where));
  return node;
}

}  // namespace

std::string resolved_json(const Scenario& scenario) {
  Node root = object_node();
  add(root, "name", text_node(scenario.name));
  add(root, "why", text_node(scenario.why));
  add(root, "expect", text_node(scenario.expect));
  add(root, "seed", count_node(static_cast<std::int64_t>(scenario.seed)));
  add(root, "duration", duration_node(scenario.duration));
  add(root, "warm_up", scenario.warm_up ? duration_node(*scenario.warm_up) : text_node("auto"));
  add(root, "replications", count_node(scenario.replications));
  Node nodes = object_node();
  for (const auto& group : scenario.world.cluster.groups()) {
    add(nodes, group.name, one("count", count_node(group.count)));
  }
  add(root, "nodes", std::move(nodes));
  Node link = object_node();
  add_link(link, scenario.world.default_link);
  add(root, "link", std::move(link));
  add(root, "links", links_node(scenario.world));
  add(root, "watch", one("push", push_node(scenario.world.cluster, scenario.push)));
  Node faults = list_node();
  add_crashes(faults, scenario.world.cluster, scenario.world.faults);
  add_stalls(faults, scenario.world.cluster, scenario.world.faults);
  add_partitions(faults, scenario.world.cluster, scenario.world.faults);
  add(root, "faults", std::move(faults));
  add(root, "detectors", detectors_node(scenario.detectors));
  add(root, "sweep", sweep_node(scenario.sweep));
  return pretty(root);
}

}  // namespace flatline::scenario
