#include "scenario/keys.hpp"

#include "flatline/detect/registry.hpp"
#include "scenario/key_tables.hpp"

namespace flatline::scenario {
std::span<const Key> keys() {
  static const std::vector<Key> all = [] {
    std::vector<Key> out(world_keys().begin(), world_keys().end());
    const auto faults = fault_keys();
    out.insert(out.end(), faults.begin(), faults.end());
    out.insert(out.end(), other_keys().begin(), other_keys().end());
    return out;
  }();
  return all;
}

const Key* find_key(std::string_view owner, std::string_view name) {
  for (const Key& key : keys()) {
    if (key.owner == owner && key.name == name) return &key;
  }
  return nullptr;
}

std::vector<std::string> key_names(std::string_view owner) {
  std::vector<std::string> names;
  if (const auto* info = detect::find_detector(owner)) {
    for (const auto& parameter : info->parameters) names.push_back(parameter.name);
    return names;
  }
  for (const Key& key : keys()) {
    if (key.owner == owner) names.emplace_back(key.name);
  }
  if (owner == "detector") {
    for (const auto& info : detect::detectors()) names.push_back(info.name);
  }
  return names;
}

std::vector<std::string> shape_names() {
  std::vector<std::string> names{"scenario", "loss", "law", "detector", "axis"};
  for (const Key& key : keys()) {
    for (const std::string_view name : {key.owner, key.shape}) names.emplace_back(name);
  }
  names.emplace_back("duration");
  return names;
}

std::vector<std::string> words_of(const Key& key) {
  std::vector<std::string> words(1);
  for (const char c : key.shape) {
    if (c == '|') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

}  // namespace flatline::scenario
