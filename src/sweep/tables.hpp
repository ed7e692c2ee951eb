#pragma once
// From tallies to the files of a results folder: one part per world, put together in plan order.

#include <optional>
#include <string>
#include <vector>

#include "flatline/qos/tally.hpp"
#include "flatline/results/store.hpp"
#include "flatline/sweep/execute.hpp"
#include "flatline/sweep/plan.hpp"

namespace flatline::sweep {

/// The finished rows of one world: CSV without header lines.
struct Part {
  std::string cells;
  std::string detection;
};

Part make_part(const Plan& plan, const World& world, const qos::Tally& tally);

/// The part of world `w` as a folder keeps it; nothing if it is not there or damaged.
std::optional<Part> read_part(const results::ResultsFolder& folder, std::size_t w);
Result<std::monostate> store_part(const results::ResultsFolder& folder, std::size_t w,
                                  const Part& part);

/// All tables from the parts of all worlds, in plan order; records the timeline.
Tables assemble(const Plan& plan, const std::vector<Part>& parts);

}  // namespace flatline::sweep
