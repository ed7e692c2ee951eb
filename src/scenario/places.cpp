// What a setting's name addresses.

#include <algorithm>

#include "flatline/base/text.hpp"
#include "scenario/reader.hpp"

namespace flatline::scenario {
namespace {

const char* const kEntryKeys[] = {"dead_after", "check_every", "clock"};
const char* const kGuardKeys[] = {"pause", "hold"};
const char* const kLinkKeys[] = {"delay", "loss",      "duplicate",
                                 "order", "transport", "correlation_time"};

/// Where a pointer has led: to a key of the table, a detector's parameter, or an object of a shape.
struct Stand {
  Takes takes = Takes::object;
  std::string shape = "scenario";
  const detect::ParameterInfo* parameter = nullptr;
};

Stand stand_of(const Key& key) {
  Stand out{key.takes, std::string(key.shape), nullptr};
  if (key.takes == Takes::law) out.shape = "law";
  if (key.takes == Takes::loss) out.shape = "loss";
  if (key.takes == Takes::nodes) out.shape = "nodes";
  return out;
}

std::optional<Stand> step_object(const Stand& at, const std::string& segment) {
  if (const auto* info = detect::find_detector(at.shape)) {
    for (const auto& parameter : info->parameters) {
      if (parameter.name == segment) return Stand{Takes::text, "", &parameter};
    }
    return std::nullopt;
  }
  if (at.shape == "detector" && detect::find_detector(segment) != nullptr) {
    return Stand{Takes::object, segment, nullptr};
  }
  const Key* key = find_key(at.shape, segment);
  return key != nullptr ? std::optional(stand_of(*key)) : std::nullopt;
}

std::optional<Stand> step(const Stand& at, const std::string& segment) {
  switch (at.takes) {
    case Takes::object:
    case Takes::law:
    case Takes::loss:
      return step_object(at, segment);
    case Takes::list:
      return index_of(segment) ? std::optional(Stand{Takes::object, at.shape, nullptr})
                               : std::nullopt;
    case Takes::groups:
      return Stand{Takes::count, "node_group", nullptr};
    case Takes::count:
      // A group's size may be an object.
      if (at.shape == "node_group" && segment == "count") return Stand{Takes::count, "", nullptr};
      return std::nullopt;
    case Takes::places:
      return Stand{Takes::nodes, at.shape, nullptr};
    case Takes::nodes:
      // Nodes of a place may be shared out by an object.
      if (at.shape == "place" && !index_of(segment)) return step_object(at, segment);
      return index_of(segment) ? std::optional(Stand{Takes::text, "", nullptr}) : std::nullopt;
    case Takes::laws:
      return index_of(segment) ? std::optional(Stand{Takes::text, "", nullptr}) : std::nullopt;
    case Takes::axes:
      return at;
    default:
      return std::nullopt;
  }
}

bool is_container(const Key& key) {
  return key.takes == Takes::object || key.takes == Takes::list || key.takes == Takes::groups ||
         key.takes == Takes::places || key.takes == Takes::axes;
}

Problem nothing_found(std::string_view name, std::string message,
                      const std::vector<std::string>& known) {
  Problem problem;
  problem.message = std::move(message);
  problem.expected = "a short name, LABEL.PARAMETER or a JSON pointer";
  if (!name.empty()) problem.suggestion = nearest_name(name, known);
  return problem;
}

/// A search through one document.
class Finder {
 public:
  Finder(const Node& root, std::string_view name) : root_(root), name_(name) {
    const Node* list = root.find("detectors");
    if (list != nullptr && list->kind == Kind::list) {
      detectors_ = list;
      labels_ = labels_of(*list);
    }
  }

  Result<std::vector<std::string>> find() {
    if (!name_.empty() && name_.front() == '/') return find_pointer();
    find_in_detectors();
    if (found_.empty()) find_in_world();
    if (!found_.empty()) return found_;
    return nothing_found(name_, in_quotes(name_) + " names nothing in this scenario", known_);
  }

 private:
  Result<std::vector<std::string>> find_pointer() {
    const auto segments = split_pointer(name_);
    if (!segments) return nothing_found(name_, in_quotes(name_) + " is not a JSON pointer", {});
    std::optional<Stand> at = Stand{};
    const Node* node = &root_;
    for (const std::string& segment : *segments) {
      const auto next = step(*at, segment);
      if (!next) {
        const auto known = key_names(at->shape);
        Problem problem = nothing_found(
            segment, in_quotes(name_) + " leads nowhere: no " + in_quotes(segment), known);
        problem.expected = "a pointer to a key of the scenario";
        return problem;
      }
      if (node != nullptr && node->kind == Kind::list) {
        const auto index = index_of(segment);
        if (!index || *index >= node->members.size()) {
          Problem problem =
              nothing_found("", in_quotes(name_) + " leads nowhere: no entry " + segment, {});
          problem.expected = "an index below " + std::to_string(node->members.size());
          return problem;
        }
        node = &node->members[*index].value;
      } else if (node != nullptr) {
        node = node->find(segment);
      }
      at = next;
    }
    return std::vector<std::string>{std::string(name_)};
  }

  void offer(const std::string& name, std::string pointer) {
    if (name == name_) found_.push_back(std::move(pointer));
    known_.push_back(name);
  }

  void find_in_detectors() {
    if (detectors_ == nullptr) return;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      const Node& entry = detectors_->members[i].value;
      const auto* info = kind_of(entry);
      if (info == nullptr) continue;
      const std::string pointer = "/detectors/" + std::to_string(i);
      for (const auto& parameter : info->parameters) {
        const std::string place = child(child(pointer, info->name), parameter.name);
        offer(parameter.name, place);
        offer(labels_[i] + "." + parameter.name, place);
      }
      for (const char* key : kEntryKeys) {
        offer(key, child(pointer, key));
        offer(labels_[i] + "." + key, child(pointer, key));
      }
      for (const char* key : kGuardKeys) {
        const std::string place = child(child(pointer, "guard"), key);
        offer(key, place);
        offer(labels_[i] + "." + key, place);
      }
    }
  }

  void find_in_world() {
    walk(root_, "scenario", "");
    offer("jitter", "/watch/push/jitter/ratio");
    if (found_.empty()) offer("ratio", "/watch/push/jitter/ratio");
    for (const char* key : kLinkKeys) {
      if (found_.empty()) offer(key, child("/link", key));
    }
  }

  /// Every key of the shape that is there or has a default, and what lies below.
  void walk(const Node& node, std::string_view shape, const std::string& pointer) {
    if (node.kind != Kind::object) return;
    for (const Key& key : keys()) {
      if (key.owner != shape || key.name == "$schema" || key.name == "detectors" ||
          key.name == "sweep") {
        continue;
      }
      const Node* value = node.find(key.name);
      const std::string place = child(pointer, key.name);
      const bool is_link = shape == "link";
      // "jitter" is that of sending.
      const bool has_name = !is_container(key) && (shape != "zones" || key.name != "jitter");
      if (has_name && (value != nullptr || (!key.preset.empty() && !is_link))) {
        offer(std::string(key.name), place);
      }
      if (value != nullptr) descend(*value, key, place);
    }
  }

  void descend(const Node& value, const Key& key, const std::string& place) {
    const Stand stand = stand_of(key);
    switch (key.takes) {
      case Takes::object:
      case Takes::law:
      case Takes::loss:
        walk(value, stand.shape, place);
        break;
      case Takes::list:
        for (std::size_t i = 0; i < value.members.size(); ++i) {
          walk(value.members[i].value, stand.shape, child(place, i));
        }
        break;
      case Takes::groups:
        for (const Member& group : value.members) {
          const std::string at = child(place, group.name);
          offer(group.name, group.value.kind == Kind::object ? child(at, "count") : at);
        }
        break;
      case Takes::places:
        for (const Member& place_of : value.members) {
          walk(place_of.value, stand.shape, child(place, place_of.name));
        }
        break;
      default:
        break;
    }
  }

  const Node& root_;
  std::string_view name_;
  const Node* detectors_ = nullptr;
  std::vector<std::string> labels_;
  std::vector<std::string> found_;
  std::vector<std::string> known_;
};

}  // namespace

Result<std::vector<std::string>> Document::places(std::string_view name) const {
  return Finder(*root_, name).find();
}

bool takes_count(std::string_view pointer) {
  const auto segments = split_pointer(pointer);
  if (!segments) return false;
  std::optional<Stand> at = Stand{};
  for (const std::string& segment : *segments) {
    at = step(*at, segment);
    if (!at) return false;
  }
  if (at->parameter != nullptr) return at->parameter->type == detect::ParameterType::count;
  return at->takes == Takes::count;
}

}  // namespace flatline::scenario
