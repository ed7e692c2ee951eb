// A Scenario back to JSON, every default written out.

#include "scenario/resolve.hpp"

#include "flatline/base/text.hpp"
#include "flatline/scenario/scenario.hpp"
#include "scenario/keys.hpp"
#include "scenario/write.hpp"

namespace flatline::scenario {
namespace {

Node loss_node(const world::Loss& loss) {
  if (!loss.bursts) return number_node(loss.probability);
  const world::GilbertElliott& bursts = *loss.bursts;
  Node law = object_node();
  if (bursts.laws) {
    add(law, "good", law_node(bursts.laws->good));
    add(law, "bad", law_node(bursts.laws->bad));
  } else {
    add(law, "good_mean", duration_node(bursts.good_mean));
    add(law, "bad_mean", duration_node(bursts.bad_mean));
  }
  add(law, "loss_good", number_node(bursts.loss_good));
  add(law, "loss_bad", number_node(bursts.loss_bad));
  if (!bursts.shared.empty()) add(law, "shared", text_node(bursts.shared));
  return one(bursts.laws ? "alternating" : "gilbert_elliott", std::move(law));
}

Node queue_node(const world::Queue& queue) {
  Node node = object_node();
  add(node, "bytes_per_second", count_node(queue.bytes_per_second));
  add(node, "buffer_bytes", count_node(queue.buffer_bytes));
  add(node, "load", number_node(queue.load));
  add(node, "packet_bytes", count_node(queue.packet_bytes));
  if (!queue.shared.empty()) add(node, "shared", text_node(queue.shared));
  return node;
}

Node tcp_node(const world::Tcp& tcp) {
  Node node = object_node();
  add(node, "first_timeout", duration_node(tcp.first_timeout));
  add(node, "longest_timeout", duration_node(tcp.longest_timeout));
  return add(node, "retries", count_node(tcp.retries));
}

void add_link(Node& node, const world::LinkRule& rule) {
  if (rule.delay) add(node, "delay", law_node(*rule.delay));
  if (rule.loss) add(node, "loss", loss_node(*rule.loss));
  if (rule.duplicate) add(node, "duplicate", number_node(*rule.duplicate));
  if (rule.order) add(node, "order", text_node(*rule.order == world::Order::any ? "any" : "fifo"));
  if (rule.correlation_time) add(node, "correlation_time", duration_node(*rule.correlation_time));
  if (rule.queue) add(node, "queue", queue_node(*rule.queue));
  if (rule.transport) {
    const bool is_udp = *rule.transport == world::Transport::udp;
    add(node, "transport", text_node(is_udp ? "udp" : "tcp"));
  }
  if (rule.tcp) add(node, "tcp", tcp_node(*rule.tcp));
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

/// "rack/0", "rack/1" ... are written as they were shared out, others as lists.
Node places_node(const world::Cluster& cluster) {
  Node node = object_node();
  const auto& places = cluster.places();
  for (std::size_t i = 0; i < places.size();) {
    const std::string name = places[i].name.substr(0, places[i].name.find('/'));
    if (name == places[i].name) {
      add(node, name, nodes_node(cluster, places[i++].nodes));
      continue;
    }
    const auto size = static_cast<std::int64_t>(places[i].nodes.size());
    std::vector<NodeId> all;
    for (; i < places.size() && places[i].name.starts_with(name + "/"); ++i) {
      all.insert(all.end(), places[i].nodes.begin(), places[i].nodes.end());
    }
    Node shares = object_node();
    add(shares, "of", nodes_node(cluster, all));
    add(node, name, add(shares, "size", count_node(size)));
  }
  return node;
}

Node zones_node(const ZoneSource& source, const world::Zones& zones) {
  Node node = object_node();
  add(node, "round_trips", text_node(source.round_trips));
  add(node, "unit", text_node(source.unit));
  const bool is_named = !source.names.empty();
  Node names = list_node();
  for (const std::string& name : is_named ? source.names : source.of) {
    add(names, "", text_node(name));
  }
  add(node, is_named ? "names" : "of", std::move(names));
  if (zones.jitter) add(node, "jitter", law_node(*zones.jitter));
  return node;
}

Node clocks_node(const world::Model& world) {
  Node list = list_node();
  for (const auto& rule : world.clocks) {
    Node entry = object_node();
    add(entry, "nodes", nodes_node(world.cluster, rule.nodes));
    if (rule.drift_ppm) add(entry, "drift_ppm", number_node(*rule.drift_ppm));
    if (rule.drift_spread_ppm) add(entry, "drift_spread_ppm", number_node(*rule.drift_spread_ppm));
    if (rule.wander_ppm) add(entry, "wander_ppm", number_node(*rule.wander_ppm));
    if (rule.granularity) add(entry, "granularity", duration_node(*rule.granularity));
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
  add(node, "bytes", count_node(push.bytes));
  return add(node, "on_monitor_wake", text_node(push.timers_first ? "timers" : "drain"));
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
    add(node, "clock", text_node(entry.wall_clock ? "wall" : "monotonic"));
    if (entry.guard) {
      Node guard = object_node();
      add(guard, "pause", duration_node(entry.guard->pause));
      add(node, "guard", add(guard, "hold", duration_node(entry.guard->hold)));
    }
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
  add(root, "places", places_node(scenario.world.cluster));
  if (scenario.zones) add(root, "zones", zones_node(*scenario.zones, *scenario.world.zones));
  add(root, "clocks", clocks_node(scenario.world));
  Node link = object_node();
  add_link(link, scenario.world.default_link);
  add(root, "link", std::move(link));
  add(root, "links", links_node(scenario.world));
  add(root, "watch", one("push", push_node(scenario.world.cluster, scenario.push)));
  add(root, "faults", faults_node(scenario.world));
  add(root, "detectors", detectors_node(scenario.detectors));
  add(root, "sweep", sweep_node(scenario.sweep));
  return pretty(root);
}

}  // namespace flatline::scenario
