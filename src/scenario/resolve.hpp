#pragma once
// Parts of the resolved scenario.

#include <string_view>
#include <vector>

#include "flatline/world/model.hpp"
#include "scenario/node.hpp"

namespace flatline::scenario {

/// An object with one member.
Node one(std::string_view name, Node value);

Node law_node(const random::Distribution& law);

/// Names for a list of nodes: a group's name wherever all its members stand in order.
Node nodes_node(const world::Cluster& cluster, const std::vector<NodeId>& nodes);

Node faults_node(const world::Model& world);

}  // namespace flatline::scenario
