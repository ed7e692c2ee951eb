#pragma once
// The parts of a results folder: the finished rows of one world each.

#include "flatline/qos/tally.hpp"
#include "flatline/results/store.hpp"
#include "flatline/sweep/plan.hpp"

namespace flatline::sweep {

/// Whether the part of world `w` is there and whole.
bool has_part(const results::ResultsFolder& folder, std::size_t w);

/// Measures the rows of world `w` and keeps them. REQUIRES: `world` is number `w`, or was made from
/// it.
Result<std::monostate> store_part(const results::ResultsFolder& folder, const Plan& plan,
                                  const World& world, std::size_t w, const qos::Tally& tally);

}  // namespace flatline::sweep
