#pragma once
// Ids are distinct types: a node is not a sequence number.

#include <compare>
#include <cstdint>

namespace flatline {

/// A node's place in the cluster's list, 0-based. Nodes are listed in the order of the scenario's
/// groups.
struct NodeId {
  std::uint32_t value = 0;
  constexpr auto operator<=>(const NodeId&) const = default;
};

/// A heartbeat's sequence number, per sender and incarnation, from 0.
struct SeqNo {
  std::int64_t value = 0;
  constexpr auto operator<=>(const SeqNo&) const = default;
};

/// How often a node has restarted: 0 at the start, one more at each recovery.
struct Incarnation {
  std::uint32_t value = 0;
  constexpr auto operator<=>(const Incarnation&) const = default;
};

}  // namespace flatline
