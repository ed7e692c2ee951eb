// The JSON Schema of scenario files, from the key table and the detector registry.

#include <algorithm>

#include "flatline/base/text.hpp"
#include "flatline/detect/registry.hpp"
#include "flatline/scenario/scenario.hpp"
#include "scenario/keys.hpp"
#include "scenario/write.hpp"

namespace flatline::scenario {
namespace {

const char* const kGroupName = "^[A-Za-z][A-Za-z0-9_-]*$";

std::string duration_pattern() {
  const std::string number = "([0-9]+([.][0-9]*)?|[.][0-9]+)";
  std::string out = "^";
  for (const char* unit : {"d", "h", "m", "s", "ms", "us", "ns"}) out += "(" + number + unit + ")?";
  return out + "$";
}

Node typed(std::string_view type) {
  Node node = object_node();
  return add(node, "type", text_node(type));
}

Node reference(std::string_view shape) {
  Node node = object_node();
  return add(node, "$ref", text_node("#/$defs/" + std::string(shape)));
}

Node any_of(std::vector<Node> kinds) {
  Node node = object_node();
  return add(node, "anyOf", list_node(std::move(kinds)));
}

Node list_of_kind(Node item, std::int64_t least) {
  Node node = typed("array");
  add(node, "items", std::move(item));
  if (least > 0) add(node, "minItems", count_node(least));
  return node;
}

void add_limits(Node& node, double min, bool above_min, double max, bool is_count) {
  const auto limit = [&](double value) {
    return is_count ? count_node(static_cast<std::int64_t>(value)) : number_node(value);
  };
  add(node, above_min ? "exclusiveMinimum" : "minimum", limit(min));
  if (max > 0) add(node, "maximum", limit(max));
}

Node words_node(const std::vector<std::string>& words) {
  Node node = object_node();
  std::vector<Node> items;
  for (const std::string& word : words) items.push_back(text_node(word));
  return add(node, "enum", list_node(std::move(items)));
}

Node ratio_node() {
  Node node = typed("number");
  add_limits(node, 0, false, 1, false);
  return node;
}

Node groups_node() {
  Node name = object_node();
  add(name, "pattern", text_node(kGroupName));
  Node count = typed("integer");
  const Key& key = *find_key("node_group", "count");
  add_limits(count, key.min, false, key.max, true);
  Node node = typed("object");
  add(node, "propertyNames", std::move(name));
  add(node, "additionalProperties", any_of({std::move(count), reference("node_group")}));
  return add(node, "minProperties", count_node(1));
}

Node names_schema() {
  return any_of({typed("string"), list_of_kind(typed("string"), 1)});
}

Node places_schema() {
  Node name = object_node();
  add(name, "pattern", text_node(kGroupName));
  Node node = typed("object");
  add(node, "propertyNames", std::move(name));
  return add(node, "additionalProperties",
             any_of({typed("string"), list_of_kind(typed("string"), 1), reference("place")}));
}

Node text_or(std::string_view word) {
  Node constant = object_node();
  add(constant, "const", text_node(word));
  return any_of({reference("duration"), std::move(constant)});
}

Node value_schema(const Key& key) {
  switch (key.takes) {
    case Takes::text:
    case Takes::node:
      return typed("string");
    case Takes::boolean:
      return typed("boolean");
    case Takes::duration:
      return reference("duration");
    case Takes::duration_or_auto:
      return text_or("auto");
    case Takes::ratio:
      return ratio_node();
    case Takes::number:
    case Takes::count: {
      const bool is_count = key.takes == Takes::count;
      Node node = typed(is_count ? "integer" : "number");
      add_limits(node, key.min, key.above_min, key.max, is_count);
      return node;
    }
    case Takes::word:
      return words_node(words_of(key));
    case Takes::nodes:
      return names_schema();
    case Takes::law:
      return any_of({reference("duration"), reference("law")});
    case Takes::loss:
      return any_of({ratio_node(), reference("loss")});
    case Takes::scalar:
      return any_of({typed("number"), reference("duration")});
    case Takes::object:
      return reference(key.shape);
    case Takes::list:
      return list_of_kind(reference(key.shape), key.required || key.shape == "component" ? 1 : 0);
    case Takes::laws: {
      Node node = list_of_kind(reference("duration"), 2);
      return add(node, "maxItems", count_node(2));
    }
    case Takes::groups:
      return groups_node();
    case Takes::places:
      return places_schema();
    case Takes::axes:
      break;
  }
  return reference("sweep");
}

Node key_schema(const Key& key) {
  Node node = value_schema(key);
  std::string help(key.help);
  if (key.takes == Takes::duration && key.above_min) help += " Above 0s.";
  add(node, "description", text_node(help));
  if (!key.preset.empty()) add(node, "default", setting_node(key.preset));
  return node;
}

Node parameter_schema(const detect::ParameterInfo& parameter) {
  Node node;
  std::string help = parameter.help;
  switch (parameter.type) {
    case detect::ParameterType::duration: {
      node = reference("duration");
      const auto text = [](double limit) {
        return format_duration(Duration{static_cast<std::int64_t>(limit * 1e9 + 0.5)});
      };
      if (parameter.min_exclusive) help += " Above " + text(parameter.min) + ".";
      if (parameter.max > 0) help += " At most " + text(parameter.max) + ".";
      break;
    }
    case detect::ParameterType::number:
    case detect::ParameterType::count: {
      const bool is_count = parameter.type == detect::ParameterType::count;
      node = typed(is_count ? "integer" : "number");
      add_limits(node, parameter.min, parameter.min_exclusive, parameter.max, is_count);
      break;
    }
    case detect::ParameterType::choice:
      node = words_node(parameter.choices);
      break;
  }
  add(node, "description", text_node(help));
  if (!parameter.default_value) return node;
  const std::string value = detect::format_value(*parameter.default_value);
  const bool is_number = parameter.type == detect::ParameterType::number ||
                         parameter.type == detect::ParameterType::count;
  add(node, "default", is_number ? setting_node(value) : text_node(value));
  return node;
}

/// "required" and "additionalProperties" of an object.
void close_object(Node& node, Node properties, const std::vector<std::string>& required) {
  add(node, "properties", std::move(properties));
  std::vector<Node> names;
  for (const std::string& name : required) names.push_back(text_node(name));
  if (!names.empty()) add(node, "required", list_node(std::move(names)));
  add(node, "additionalProperties", boolean_node(false));
}

Node detector_schema(const detect::DetectorInfo& info) {
  Node node = typed("object");
  add(node, "description", text_node(info.summary + " Source: " + info.source));
  Node properties = object_node();
  std::vector<std::string> required;
  for (const auto& parameter : info.parameters) {
    add(properties, parameter.name, parameter_schema(parameter));
    if (!parameter.default_value && !parameter.optional) required.push_back(parameter.name);
  }
  close_object(node, std::move(properties), required);
  return node;
}

/// "exactly one of these keys".
Node one_of(const std::vector<std::string>& names) {
  std::vector<Node> kinds;
  for (const std::string& name : names) {
    Node kind = object_node();
    add(kind, "required", list_node({text_node(name)}));
    kinds.push_back(std::move(kind));
  }
  Node node = object_node();
  return add(node, "oneOf", list_node(std::move(kinds)));
}

std::vector<std::vector<std::string>> choices_of(std::string_view shape) {
  const std::vector<std::string> times{"at", "mean_time_between", "time_between"};
  const std::vector<std::string> struck{"node", "nodes", "places"};
  if (shape == "clock_step") return {struck, times, {"forward", "back"}};
  if (find_key(shape, "places") != nullptr && shape != "scenario") return {struck, times};
  if (shape == "partition" || shape == "route_change") return {times};
  if (shape == "loss") return {key_names("loss")};
  if (shape == "zones") return {{"names", "of"}};
  if (shape == "axis") return {{"step", "points"}};
  if (shape == "fault") return {key_names("fault")};
  if (shape == "law") {
    auto names = key_names("law");
    std::erase(names, "plus");
    return {names};
  }
  if (shape == "detector") {
    std::vector<std::string> names;
    for (const auto& info : detect::detectors()) names.push_back(info.name);
    return {names};
  }
  return {};
}

Node shape_schema(std::string_view shape) {
  Node node = typed("object");
  Node properties = object_node();
  std::vector<std::string> required;
  for (const Key& key : keys()) {
    if (key.owner != shape) continue;
    add(properties, key.name, key_schema(key));
    if (key.required) required.emplace_back(key.name);
  }
  if (shape == "detector") {
    for (const auto& info : detect::detectors()) add(properties, info.name, reference(info.name));
  }
  if (shape == "sweep") {
    add(node, "properties", std::move(properties));
    Node values = list_of_kind(object_node(), 1);
    return add(node, "additionalProperties", any_of({std::move(values), reference("axis")}));
  }
  close_object(node, std::move(properties), required);
  std::vector<Node> choices;
  for (const auto& names : choices_of(shape)) choices.push_back(one_of(names));
  if (!choices.empty()) add(node, "allOf", list_node(std::move(choices)));
  return node;
}

Node duration_schema() {
  Node node = typed("string");
  add(node, "description",
      text_node("A duration with its unit: ns us ms s m h d, larger units first, such as 250ms, "
                "1.5s or 1m30s."));
  add(node, "minLength", count_node(2));
  return add(node, "pattern", text_node(duration_pattern()));
}

}  // namespace

std::string schema_json() {
  Node root = object_node();
  add(root, "$schema", text_node("https://json-schema.org/draft/2020-12/schema"));
  add(root, "title", text_node("flatline scenario"));
  add(root, "description",
      text_node("What flatline simulates, watches, judges and sweeps. Comments are allowed in "
                "scenario files."));
  for (Member& member : shape_schema("scenario").members) root.members.push_back(std::move(member));
  Node definitions = object_node();
  add(definitions, "duration", duration_schema());
  std::vector<std::string> done{"scenario"};
  for (const Key& key : keys()) {
    const std::string shape(key.owner);
    if (std::find(done.begin(), done.end(), shape) != done.end()) continue;
    done.push_back(shape);
    add(definitions, shape, shape_schema(shape));
  }
  for (const auto& info : detect::detectors()) add(definitions, info.name, detector_schema(info));
  add(root, "$defs", std::move(definitions));
  return pretty(root);
}

}  // namespace flatline::scenario
