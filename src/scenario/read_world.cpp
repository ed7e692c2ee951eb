// Nodes, links and who watches whom.

#include <algorithm>
#include <cctype>

#include "flatline/base/text.hpp"
#include "scenario/reader.hpp"

namespace flatline::scenario {
namespace {

constexpr std::int64_t kMostNodes = 1'000'000;

bool is_group_name(std::string_view name) {
  if (name.empty() || std::isalpha(static_cast<unsigned char>(name.front())) == 0) return false;
  return std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; });
}

std::vector<std::string> group_names(const world::Cluster& cluster) {
  std::vector<std::string> names;
  for (const auto& group : cluster.groups()) names.push_back(group.name);
  return names;
}

/// Whether the part before the slash is the name of a group.
bool is_group(const world::Cluster& cluster, const std::string& name) {
  const auto names = group_names(cluster);
  return std::find(names.begin(), names.end(), name.substr(0, name.find('/'))) != names.end();
}

void report_unknown(Context& context, const Spot& spot, const world::Cluster& cluster) {
  const std::string& name = spot.node->text;
  const std::string group_name = name.substr(0, name.find('/'));
  for (const auto& group : cluster.groups()) {
    if (group.name != group_name) continue;
    const std::string last = group.name + "/" + std::to_string(group.count - 1);
    context.add(spot, "there is no node " + in_quotes(name),
                group.count == 1 ? in_quotes(last)
                                 : in_quotes(group.name + "/0") + " to " + in_quotes(last));
    return;
  }
  const auto names = group_names(cluster);
  if (names.empty()) return;
  std::string nearest = nearest_name(group_name, names);
  if (!nearest.empty()) nearest += name.substr(group_name.size());
  context.add(spot, "unknown node or group " + in_quotes(name), "one of " + list_of(names),
              nearest);
}

std::optional<world::Loss> loss_at(Context& context, const Spot& spot) {
  world::Loss loss;
  if (spot.node->kind != Kind::object) {
    const auto probability = number_at(context, spot);
    if (!probability) return std::nullopt;
    if (*probability < 0 || *probability > 1) {
      context.add(spot, describe(*spot.node) + " is not a probability", "a number from 0 to 1");
      return std::nullopt;
    }
    loss.probability = *probability;
    return loss;
  }
  Fields fields(context, spot, "loss");
  const Spot inner = fields.get("gilbert_elliott");
  if (!inner) return std::nullopt;
  Fields bursts(context, inner, "gilbert_elliott");
  if (!bursts.valid()) return std::nullopt;
  world::GilbertElliott law;
  law.good_mean = bursts.duration("good_mean").value_or(seconds(1));
  law.bad_mean = bursts.duration("bad_mean").value_or(seconds(1));
  law.loss_good = bursts.number("loss_good").value_or(law.loss_good);
  law.loss_bad = bursts.number("loss_bad").value_or(law.loss_bad);
  loss.bursts = law;
  return loss;
}

/// The keys that link and an entry of links share.
void read_link(Context& context, Fields& fields, world::LinkRule& rule) {
  if (const Spot spot = fields.get("delay")) rule.delay = law_at(context, spot);
  if (const Spot spot = fields.get("loss")) rule.loss = loss_at(context, spot);
  if (const auto duplicate = fields.number("duplicate")) rule.duplicate = *duplicate;
  if (const auto word = fields.word("order")) {
    rule.order = *word == 0 ? world::Order::any : world::Order::fifo;
  }
}

void read_group(Context& context, const Member& member, std::string_view parent,
                std::vector<world::NodeGroup>& groups, bool& complete) {
  const Spot spot{&member.value, child(parent, member.name)};
  if (!is_group_name(member.name)) {
    Problem problem = context.placed(member.value, member.line, spot.pointer);
    problem.message = in_quotes(member.name) + " is not a name for a group";
    problem.expected = "a letter, then letters, digits, _ or -";
    context.add(std::move(problem));
    complete = false;
  }
  std::optional<std::int64_t> count;
  if (member.value.kind == Kind::object) {
    Fields fields(context, spot, "node_group");
    count = fields.count("count");
  } else {
    count = count_at(context, spot, 1, kMostNodes);
  }
  if (!count) complete = false;
  groups.push_back({member.name, static_cast<std::uint32_t>(count.value_or(1))});
}

void read_push(Context& context, const Spot& spot, const Nodes& nodes,
               protocol::PushSettings& push) {
  Fields fields(context, spot, "push");
  const Spot from = fields.get("from");
  const Spot to = fields.get("to");
  const auto senders = from ? nodes.at(context, from) : std::nullopt;
  const auto monitors = to ? nodes.at(context, to) : std::nullopt;
  if (senders && monitors) {
    push.from = *senders;
    push.to = *monitors;
    if (push.from.size() == 1 && push.from == push.to) {
      context.add(to, "nobody is watched: a node does not watch itself", "at least one other node");
    }
  }
  if (const auto interval = fields.duration("interval")) push.interval = *interval;
  if (const auto word = fields.word("phase")) {
    push.phase = *word == 0 ? protocol::Phase::spread : protocol::Phase::synchronised;
  }
  if (const auto bytes = fields.count("bytes")) push.bytes = *bytes;
  const Spot jitter = fields.get("jitter");
  if (!jitter) return;
  Fields inner(context, jitter, "jitter");
  const auto ratio = inner.number("ratio");
  const bool is_grid = inner.word("of").value_or(0) == 0;
  push.jitter_of = is_grid ? protocol::JitterOf::grid : protocol::JitterOf::interval;
  push.jitter_ratio = ratio.value_or(0);
  if (push.jitter_ratio >= (is_grid ? 0.5 : 1.0)) {
    const Spot place = inner.get("ratio");
    context.add(place, describe(*place.node) + " is too large",
                is_grid ? "a number below 0.5, so that heartbeats keep their order"
                        : "a number below 1, so that time moves on");
  }
}

}  // namespace

std::optional<std::vector<NodeId>> Nodes::at(Context& context, const Spot& spot) const {
  std::vector<Spot> names;
  if (spot.node->kind == Kind::list) {
    if (!is_list(context, spot, 1)) return std::nullopt;
    for (std::size_t i = 0; i < spot.node->members.size(); ++i) names.push_back(spot.at(i));
  } else {
    names.push_back(spot);
  }
  std::vector<NodeId> found;
  std::vector<bool> seen(cluster.size());
  bool is_good = complete;
  for (const Spot& name : names) {
    if (name.node->kind != Kind::text) {
      context.add(name, describe(*name.node) + " is not the name of a node",
                  "a name such as \"worker/0\"");
      is_good = false;
      continue;
    }
    const auto members = cluster.find(name.node->text);
    if (members.empty()) {
      // Where a group's size could not be read, only the groups' names are known.
      if (complete || !is_group(cluster, name.node->text)) report_unknown(context, name, cluster);
      is_good = false;
    }
    for (const NodeId node : members) {
      if (!seen[node.value]) found.push_back(node);
      seen[node.value] = true;
    }
  }
  return is_good ? std::optional(std::move(found)) : std::nullopt;
}

std::string Nodes::written(const Spot& spot) {
  if (spot.node->kind != Kind::list) return spot.node->text;
  std::string out;
  for (const Member& member : spot.node->members) {
    out += (out.empty() ? "" : ",") + member.value.text;
  }
  return out;
}

Nodes read_nodes(Context& context, Fields& scenario) {
  Nodes nodes;
  const Spot spot = scenario.get("nodes");
  if (!spot) return nodes;
  if (spot.node->kind != Kind::object) {
    context.add(spot, describe(*spot.node) + " is not an object",
                "groups and their sizes, such as {\"worker\": 3, \"monitor\": 1}");
    return nodes;
  }
  if (spot.node->members.empty()) {
    context.add(spot, "there are no nodes", "at least one group");
    return nodes;
  }
  nodes.complete = true;
  std::vector<world::NodeGroup> groups;
  for (const Member& member : spot.node->members) {
    read_group(context, member, spot.pointer, groups, nodes.complete);
  }
  std::int64_t total = 0;
  for (const auto& group : groups) total += group.count;
  if (total > kMostNodes) {
    context.add(spot, "there are " + std::to_string(total) + " nodes", "at most 1000000 in all");
    nodes.complete = false;
    for (auto& group : groups) group.count = 1;
  }
  nodes.cluster = world::Cluster(std::move(groups));
  return nodes;
}

void read_links(Context& context, Fields& scenario, const Nodes& nodes, world::Model& model) {
  model.default_link.delay = random::Distribution::constant(world::kDefaultDelay);
  model.default_link.loss = world::Loss{};
  model.default_link.duplicate = 0;
  model.default_link.order = world::Order::any;
  if (const Spot spot = scenario.get("link")) {
    Fields fields(context, spot, "link");
    read_link(context, fields, model.default_link);
  }
  const Spot list = scenario.get("links");
  if (!list || !is_list(context, list, 0)) return;
  for (std::size_t i = 0; i < list.node->members.size(); ++i) {
    Fields fields(context, list.at(i), "link_rule");
    world::LinkRule rule;
    const Spot from = fields.get("from");
    const Spot to = fields.get("to");
    if (from) rule.from = nodes.at(context, from).value_or(std::vector<NodeId>{});
    if (to) rule.to = nodes.at(context, to).value_or(std::vector<NodeId>{});
    rule.both_ways = fields.boolean("both_ways").value_or(false);
    read_link(context, fields, rule);
    model.links.push_back(std::move(rule));
  }
}

void read_watch(Context& context, Fields& scenario, const Nodes& nodes,
                protocol::PushSettings& push) {
  const Spot spot = scenario.get("watch");
  if (!spot) return;
  Fields fields(context, spot, "watch");
  if (const Spot inner = fields.get("push")) read_push(context, inner, nodes, push);
}

}  // namespace flatline::scenario
