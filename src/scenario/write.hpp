#pragma once
// Making JSON: trees of Nodes, written out so that people can read them.

#include <string>
#include <string_view>
#include <vector>

#include "flatline/base/time.hpp"
#include "scenario/node.hpp"

namespace flatline::scenario {

Node text_node(std::string_view text);
Node duration_node(Duration d);
/// The shortest digits that read back as the same number.
Node number_node(double value);
Node count_node(std::int64_t value);
Node boolean_node(bool value);
Node list_node(std::vector<Node> items = {});
/// An object to be filled with add().
Node object_node();
/// Adds a member to an object, or an item (with an empty name) to a list; gives back the parent.
Node& add(Node& parent, std::string_view name, Node value);
/// The value as a setting writes it: JSON if it is JSON, else a text.
Node setting_node(std::string_view text);

/// Strict JSON over several lines; what fits on one line stays on it. Ends with a newline.
std::string pretty(const Node& node);

}  // namespace flatline::scenario
