#pragma once
// The parts of the key table, in the order in which keys() has them.

#include <span>
#include <vector>

#include "scenario/keys.hpp"

namespace flatline::scenario {

/// The whole file, nodes, zones, clocks, links and who watches whom.
std::span<const Key> world_keys();
/// Faults and their timing.
std::vector<Key> fault_keys();
/// Detectors, axes and laws of durations.
std::span<const Key> other_keys();

}  // namespace flatline::scenario
