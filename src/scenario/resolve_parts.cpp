// Laws and names of nodes, back to JSON.

#include <algorithm>

#include "scenario/resolve.hpp"
#include "scenario/write.hpp"

namespace flatline::scenario {

using random::Distribution;
using random::Family;

Node one(std::string_view name, Node value) {
  Node node = object_node();
  add(node, name, std::move(value));
  return node;
}

namespace {

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

}  // namespace

Node law_node(const Distribution& law) {
  if (law.family == Family::constant) return duration_node(law.value + law.plus);
  Node node = one(random::name_of(law.family), family_node(law));
  if (law.plus.ns != 0) add(node, "plus", duration_node(law.plus));
  return node;
}

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

}  // namespace flatline::scenario
