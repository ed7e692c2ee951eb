#pragma once
// The rows of cells.csv: what each is (plan) and what was measured (tally).

#include <string>
#include <vector>

#include "flatline/qos/tally.hpp"
#include "flatline/results/table.hpp"
#include "flatline/sweep/plan.hpp"

namespace flatline::sweep {

/// Every column of cells.csv: parameter_columns, then each measure with its bounds.
std::vector<std::string> cell_columns(const Plan& plan);

/// The rows of one world, in the order of sim::rows_of.
results::Table cells_table(const Plan& plan, const World& world, const qos::Tally& tally);

}  // namespace flatline::sweep
