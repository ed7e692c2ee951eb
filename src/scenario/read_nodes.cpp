// Groups of nodes, places, and what a name means.

#include <algorithm>
#include <cctype>
#include <set>

#include "flatline/base/text.hpp"
#include "scenario/reader.hpp"

namespace flatline::scenario {
namespace {

constexpr std::int64_t kMostNodes = 1'000'000;

const char* const kNameExpected = "a letter, then letters, digits, _ or -";

std::string before_slash(std::string_view name) {
  return std::string(name.substr(0, name.find('/')));
}

std::vector<std::string> known_names(const Nodes& nodes) {
  std::vector<std::string> names;
  for (const auto& group : nodes.cluster.groups()) names.push_back(group.name);
  names.insert(names.end(), nodes.places.begin(), nodes.places.end());
  return names;
}

/// Whether the part before the slash is the name of a group or a place.
bool is_known(const Nodes& nodes, std::string_view name) {
  const auto names = known_names(nodes);
  return std::find(names.begin(), names.end(), before_slash(name)) != names.end();
}

bool is_place(const Nodes& nodes, std::string_view name) {
  return std::find(nodes.places.begin(), nodes.places.end(), before_slash(name)) !=
         nodes.places.end();
}

/// The places that a name means: the one, or all of its kind.
std::vector<world::Place> matching(const Nodes& nodes, std::string_view name) {
  std::vector<world::Place> found;
  for (const auto& place : nodes.cluster.places()) {
    if (place.name == name || before_slash(place.name) == name) found.push_back(place);
  }
  return found;
}

void report_unknown(Context& context, const Spot& spot, const Nodes& nodes) {
  const std::string& name = spot.node->text;
  const std::string first = before_slash(name);
  std::size_t members = matching(nodes, first).size();
  const bool is_one_place = members == 1 && matching(nodes, first).front().name == first;
  for (const auto& group : nodes.cluster.groups()) {
    if (group.name == first) members = group.count;
  }
  if (members > 0) {
    const std::string last = first + "/" + std::to_string(members - 1);
    context.add(spot, "there is no node " + in_quotes(name),
                is_one_place   ? in_quotes(first)
                : members == 1 ? in_quotes(last)
                               : in_quotes(first + "/0") + " to " + in_quotes(last));
    return;
  }
  const auto names = known_names(nodes);
  if (names.empty()) return;
  std::string nearest = nearest_name(first, names);
  if (!nearest.empty()) nearest += name.substr(first.size());
  context.add(spot, "unknown node or group " + in_quotes(name), "one of " + list_of(names),
              nearest);
}

/// The names that stand at a spot, alone or in a list; empty after a problem.
std::vector<Spot> names_at(Context& context, const Spot& spot) {
  if (spot.node->kind != Kind::list) return {spot};
  std::vector<Spot> names;
  if (!is_list(context, spot, 1)) return names;
  for (std::size_t i = 0; i < spot.node->members.size(); ++i) names.push_back(spot.at(i));
  return names;
}

bool is_text(Context& context, const Spot& name) {
  if (name.node->kind == Kind::text) return true;
  context.add(name, describe(*name.node) + " is not the name of a node",
              "a name such as \"worker/0\"");
  return false;
}

void report_name(Context& context, const Member& member, const std::string& pointer,
                 std::string message, std::string expected) {
  Problem problem = context.placed(member.value, member.line, pointer);
  problem.message = std::move(message);
  problem.expected = std::move(expected);
  context.add(std::move(problem));
}

void read_group(Context& context, const Member& member, std::string_view parent,
                std::vector<world::NodeGroup>& groups, bool& complete) {
  const Spot spot{&member.value, child(parent, member.name)};
  if (!is_name(member.name)) {
    report_name(context, member, spot.pointer,
                in_quotes(member.name) + " is not a name for a group", kNameExpected);
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

/// Places, one after the other. They are made of nodes and groups, not of other places.
class PlaceReader {
 public:
  PlaceReader(Context& context, const Nodes& nodes) : context_(context), nodes_(nodes) {}

  void read(const Spot& block) {
    for (const Member& member : block.node->members) names_.push_back(member.name);
    for (const Member& member : block.node->members) {
      const Spot spot{&member.value, child(block.pointer, member.name)};
      if (!is_name(member.name)) {
        report_name(context_, member, spot.pointer,
                    in_quotes(member.name) + " is not a name for a place", kNameExpected);
        good_ = false;
      } else if (is_known(nodes_, member.name)) {
        report_name(context_, member, spot.pointer,
                    in_quotes(member.name) + " is the name of a group already",
                    "a name of its own");
        good_ = false;
      }
      if (spot.node->kind == Kind::object) {
        read_shares(member.name, spot);
      } else if (auto members = members_at(spot)) {
        places_.push_back({member.name, *std::move(members)});
      }
    }
  }

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] std::vector<world::Place> take() { return std::move(places_); }

 private:
  std::optional<std::vector<NodeId>> members_at(const Spot& spot) {
    const auto inner = spot.node->kind == Kind::list ? spot.node->members.size() : 1;
    for (std::size_t i = 0; i < inner; ++i) {
      const Spot name = spot.node->kind == Kind::list ? spot.at(i) : spot;
      if (name.node->kind != Kind::text) continue;
      const std::string first = before_slash(name.node->text);
      if (std::find(names_.begin(), names_.end(), first) == names_.end()) continue;
      if (is_known(nodes_, first)) continue;
      context_.add(name, in_quotes(name.node->text) + " is a place, and no place lies in another",
                   "nodes or groups");
      good_ = false;
      return std::nullopt;
    }
    auto found = nodes_.at(context_, spot);
    if (!found) good_ = false;
    return found;
  }

  void read_shares(const std::string& name, const Spot& spot) {
    Fields fields(context_, spot, "place");
    const Spot of = fields.get("of");
    const auto members = of ? members_at(of) : std::nullopt;
    const auto size = fields.count("size");
    if (!members || !size || !fields.all_known()) {
      good_ = false;
      return;
    }
    const auto step = static_cast<std::size_t>(*size);
    for (std::size_t i = 0; i < members->size(); i += step) {
      const auto end = std::min(i + step, members->size());
      places_.push_back({name + "/" + std::to_string(i / step),
                         {members->begin() + static_cast<std::ptrdiff_t>(i),
                          members->begin() + static_cast<std::ptrdiff_t>(end)}});
    }
  }

  Context& context_;
  const Nodes& nodes_;
  std::vector<std::string> names_;
  std::vector<world::Place> places_;
  bool good_ = true;
};

void read_places(Context& context, Fields& scenario, Nodes& nodes) {
  const Spot spot = scenario.get("places");
  if (!spot) return;
  if (spot.node->kind != Kind::object) {
    context.add(spot, describe(*spot.node) + " is not an object",
                "places and their nodes, such as {\"eu\": [\"worker/0\", \"worker/1\"]}");
    nodes.complete = false;
    return;
  }
  PlaceReader reader(context, nodes);
  reader.read(spot);
  nodes.places = reader.names();
  nodes.complete = nodes.complete && reader.good();
  nodes.cluster = world::Cluster(nodes.cluster.groups(), reader.take());
}

}  // namespace

bool is_name(std::string_view name) {
  if (name.empty() || std::isalpha(static_cast<unsigned char>(name.front())) == 0) return false;
  return std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; });
}

std::optional<std::vector<NodeId>> Nodes::at(Context& context, const Spot& spot) const {
  std::vector<NodeId> found;
  std::vector<bool> seen(cluster.size());
  const auto names = names_at(context, spot);
  bool is_good = complete && !names.empty();
  for (const Spot& name : names) {
    if (!is_text(context, name)) {
      is_good = false;
      continue;
    }
    const auto members = cluster.find(name.node->text);
    if (members.empty()) {
      // Where a group's size could not be read, only the groups' names are known.
      if (complete || !is_known(*this, name.node->text)) report_unknown(context, name, *this);
      is_good = false;
    }
    for (const NodeId node : members) {
      if (!seen[node.value]) found.push_back(node);
      seen[node.value] = true;
    }
  }
  return is_good ? std::optional(std::move(found)) : std::nullopt;
}

std::optional<std::vector<world::Place>> Nodes::places_at(Context& context, const Spot& spot,
                                                          bool groups) const {
  std::vector<world::Place> found;
  std::set<std::string> seen;
  const auto names = names_at(context, spot);
  bool is_good = complete && !names.empty();
  for (const Spot& name : names) {
    if (!is_text(context, name)) {
      is_good = false;
      continue;
    }
    const std::string& text = name.node->text;
    auto named = matching(*this, text);
    if (named.empty() && groups) named.push_back({text, cluster.find(text)});
    if (named.empty() && is_known(*this, text) && !is_place(*this, text)) {
      context.add(
          name, in_quotes(text) + " is not a place",
          places.empty() ? "a place, and \"places\" names none" : "one of " + list_of(places));
      is_good = false;
    } else if (named.empty() || named.front().nodes.empty()) {
      if (complete || !is_known(*this, text)) report_unknown(context, name, *this);
      is_good = false;
    }
    for (auto& place : named) {
      if (seen.insert(place.name).second) found.push_back(std::move(place));
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
  read_places(context, scenario, nodes);
  return nodes;
}

}  // namespace flatline::scenario
