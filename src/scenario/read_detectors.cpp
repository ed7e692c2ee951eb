// The list of detectors: kinds, labels and parameters.

#include <algorithm>
#include <map>

#include "flatline/base/text.hpp"
#include "scenario/reader.hpp"

namespace flatline::scenario {
namespace {

constexpr std::size_t kLongestLabel = 64;

std::vector<std::string> detector_names() {
  std::vector<std::string> names;
  for (const auto& info : detect::detectors()) names.push_back(info.name);
  return names;
}

std::string expectation(const detect::ParameterInfo& parameter) {
  switch (parameter.type) {
    case detect::ParameterType::duration:
      return "a duration with a unit, such as \"3s\"";
    case detect::ParameterType::number:
      return "a number without quotes";
    case detect::ParameterType::count:
      return "a whole number without quotes";
    case detect::ParameterType::choice:
      break;
  }
  return list_of(parameter.choices);
}

std::optional<detect::Value> value_at(Context& context, const Spot& spot,
                                      const detect::ParameterInfo& parameter) {
  const bool wants_text = parameter.type == detect::ParameterType::duration ||
                          parameter.type == detect::ParameterType::choice;
  const Node& node = *spot.node;
  if (parameter.type == detect::ParameterType::duration && node.is_number()) {
    context.add(spot, describe(node) + " has no unit", expectation(parameter));
    return std::nullopt;
  }
  if (wants_text ? node.kind != Kind::text : !node.is_number()) {
    context.add(spot, describe(node) + " is of the wrong kind for " + parameter.name,
                expectation(parameter));
    return std::nullopt;
  }
  auto value = detect::parse_value(parameter, node.text);
  if (value) return std::move(value).value();
  context.add(spot, value.problems().front());
  return std::nullopt;
}

detect::Setting setting_at(Context& context, const Spot& spot, const detect::DetectorInfo& info) {
  Fields fields(context, spot, info.name);
  detect::Setting setting;
  for (const auto& parameter : info.parameters) {
    auto value = parameter.default_value;
    if (const Spot place = fields.get(parameter.name)) {
      value = value_at(context, place, parameter);
    } else if (!value && !parameter.optional && fields.valid()) {
      fields.missing(parameter.name, expectation(parameter));
    }
    setting.push_back(std::move(value));
  }
  return setting;
}

// Whether the detector can be made. Values that are wrong by themselves have been reported.
void check_together(Context& context, const Spot& spot, const DetectorEntry& entry,
                    Duration interval) {
  const detect::DetectorInfo& info = *entry.info;
  if (info.needs_interval && interval.ns == 0) return;
  for (std::size_t i = 0; i < info.parameters.size(); ++i) {
    if (!entry.setting[i] && !info.parameters[i].optional) return;
  }
  if (auto problem = detect::check_setting(info, entry.setting, {interval, nullptr}))
    context.add(spot, *problem);
}

void read_guard(Context& context, const Spot& spot, DetectorEntry& entry) {
  Fields fields(context, spot, "guard");
  const auto pause = fields.duration("pause");
  const auto hold = fields.duration("hold");
  if (!pause) return;
  entry.holds_as_paused = !fields.has("hold");
  entry.guard = detect::PauseGuard{*pause, hold.value_or(*pause)};
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kLongestLabel) return false;
  if (label.front() == ' ' || label.back() == ' ' || label.front() == '/') return false;
  return std::none_of(label.begin(), label.end(), [](unsigned char c) {
    return c < ' ' || c == 0x7f || c == '"' || c == ',' || c == '=';
  });
}

const detect::DetectorInfo* named_kind(Context& context, const Fields& fields) {
  const Spot& spot = fields.spot();
  std::vector<std::string> named;
  for (const auto& info : detect::detectors()) {
    if (spot.node->find(info.name) != nullptr) named.push_back(info.name);
  }
  if (named.size() == 1) return detect::find_detector(named.front());
  if (named.empty()) {
    // A misspelt detector has been reported as an unknown key.
    if (fields.all_known()) {
      context.add(spot, "the entry names no detector", "one of " + list_of(detector_names()));
    }
  } else {
    context.add(spot, "one entry names several detectors: " + list_of(named), "an entry for each");
  }
  return nullptr;
}

void check_labels(Context& context, const Spot& list) {
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < list.node->members.size(); ++i) {
    const Spot entry = list.at(i);
    const Node* label = entry.node->find("label");
    if (label == nullptr || label->kind != Kind::text) continue;
    const Spot spot{label, child(entry.pointer, "label")};
    if (!is_label(label->text)) {
      context.add(spot, describe(*label) + " is not a label",
                  "1 to 64 bytes without quotes, commas and =, no space or / at its start");
    }
    const auto [found, is_new] = first.emplace(label->text, i);
    if (is_new) continue;
    context.add(spot,
                "the label " + in_quotes(label->text) + " is taken by detector " +
                    std::to_string(found->second),
                "a label of its own");
  }
}

}  // namespace

const detect::DetectorInfo* kind_of(const Node& entry) {
  for (const Member& member : entry.members) {
    if (const auto* info = detect::find_detector(member.name)) return info;
  }
  return nullptr;
}

std::vector<std::string> labels_of(const Node& detectors) {
  std::vector<std::string> labels(detectors.members.size());
  std::map<std::string, int> taken;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Node* label = detectors.members[i].value.find("label");
    if (label == nullptr || label->kind != Kind::text) continue;
    labels[i] = label->text;
    taken[labels[i]] = 1;
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Node& entry = detectors.members[i].value;
    const auto* info = kind_of(entry);
    if (entry.find("label") != nullptr || info == nullptr) continue;
    std::string name = info->name;
    for (int n = 2; taken.count(name) > 0; ++n) name = info->name + "#" + std::to_string(n);
    taken[name] = 1;
    labels[i] = name;
  }
  return labels;
}

void read_detectors(Context& context, Fields& scenario, Duration interval,
                    std::vector<DetectorEntry>& detectors) {
  const Spot list = scenario.get("detectors");
  if (!list || !is_list(context, list, 1)) return;
  check_labels(context, list);
  const auto labels = labels_of(*list.node);
  for (std::size_t i = 0; i < list.node->members.size(); ++i) {
    const Spot spot = list.at(i);
    Fields fields(context, spot, "detector");
    if (!fields.valid()) continue;
    fields.text("label");
    DetectorEntry entry;
    entry.dead_after = fields.duration("dead_after");
    entry.check_every = fields.duration("check_every");
    entry.wall_clock = fields.word("clock").value_or(0) == 1;
    if (const Spot guard = fields.get("guard")) read_guard(context, guard, entry);
    entry.label = labels[i];
    entry.info = named_kind(context, fields);
    if (entry.info == nullptr) continue;
    const Spot place = fields.get(entry.info->name);
    entry.setting = setting_at(context, place, *entry.info);
    check_together(context, place, entry, interval);
    detectors.push_back(std::move(entry));
  }
}

}  // namespace flatline::scenario
