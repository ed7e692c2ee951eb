#include <algorithm>
#include <charconv>
#include <numeric>

#include "flatline/base/check.hpp"
#include "flatline/world/model.hpp"

namespace flatline::world {
namespace {

// Whether `place` is called `name`, or belongs to the family of that name: "rack/3" to "rack".
bool answers_to(const Place& place, std::string_view name) {
  const std::string_view own = place.name;
  if (own.substr(0, name.size()) != name) return false;
  return own.size() == name.size() || own[name.size()] == '/';
}

}  // namespace

Cluster::Cluster(std::vector<NodeGroup> groups, std::vector<Place> places)
    : groups_(std::move(groups)), places_(std::move(places)) {
  for (const NodeGroup& group : groups_) {
    first_.push_back(size_);
    size_ += group.count;
  }
  std::vector<std::size_t> by_name(groups_.size());
  std::iota(by_name.begin(), by_name.end(), std::size_t{0});
  std::sort(by_name.begin(), by_name.end(),
            [&](std::size_t a, std::size_t b) { return groups_[a].name < groups_[b].name; });
  first_rank_.resize(groups_.size());
  std::uint32_t rank = 0;
  for (const std::size_t group : by_name) {
    first_rank_[group] = rank;
    rank += groups_[group].count;
  }
}

std::string Cluster::name(NodeId node) const {
  FLATLINE_CHECK(node.value < size_, "the node is in the cluster");
  std::size_t group = groups_.size();
  while (first_[--group] > node.value) {
  }
  return groups_[group].name + "/" + std::to_string(node.value - first_[group]);
}

std::vector<NodeId> Cluster::find(std::string_view name) const {
  std::vector<NodeId> found;
  const std::size_t slash = name.find('/');
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    if (groups_[group].name != name.substr(0, slash)) continue;
    if (slash == std::string_view::npos) {
      for (std::uint32_t i = 0; i < groups_[group].count; ++i) found.push_back({first_[group] + i});
      return found;
    }
    const std::string_view digits = name.substr(slash + 1);
    std::uint32_t index = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    if (whole && index < groups_[group].count && digits == std::to_string(index)) {
      found.push_back({first_[group] + index});
      return found;
    }
  }
  std::vector<bool> named(size_, false);
  for (const Place& place : places_) {
    if (!answers_to(place, name)) continue;
    for (const NodeId node : place.nodes) {
      if (!named[node.value]) found.push_back(node);
      named[node.value] = true;
    }
  }
  return found;
}

std::uint32_t Cluster::rank(NodeId node) const {
  FLATLINE_CHECK(node.value < size_, "the node is in the cluster");
  std::size_t group = groups_.size();
  while (first_[--group] > node.value) {
  }
  return first_rank_[group] + (node.value - first_[group]);
}

}  // namespace flatline::world
