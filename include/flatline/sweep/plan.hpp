#pragma once
// The plan of a sweep: which worlds are simulated, and which detector settings each of them meets.
// Cells that differ only in detector parameters share one world; an axis over anything else makes
// worlds.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flatline/base/result.hpp"
#include "flatline/results/table.hpp"
#include "flatline/scenario/scenario.hpp"
#include "flatline/sim/run.hpp"

namespace flatline::sweep {

/// One detector setting of one world: a cell.
struct Cell {
  std::size_t detector = 0;  ///< Place in the scenario's list.
  sim::JudgedSetting judged;
};

/// One combination of the axes that change the world.
struct World {
  std::vector<std::string> values;  ///< One per world axis, as written.
  scenario::Scenario scenario;      ///< As that combination reads; its sweep is empty.
  Duration warm_up{};               ///< The same for all worlds unless the scenario sweeps it.
  std::vector<Cell> cells;
  std::size_t first_cell = 0;  ///< The number of its first cell in the whole plan.
};

struct Plan {
  scenario::Scenario base;              ///< The scenario as given, sweep included.
  std::string resolved;                 ///< Its resolved JSON: what a results folder keeps.
  std::vector<std::string> world_axes;  ///< Names of the axes that change the world.
  std::vector<World> worlds;
  std::size_t cells = 0;

  /// Identifies everything that decides the rows, the seed included; resuming needs the same.
  [[nodiscard]] std::string sha256(const std::string& version) const;
};

/// Plans a run or a sweep. `document` is what `base` was read from. With `use_axes` off the sweep
/// block is ignored: one world, one cell per detector. Fails if a combination of axis values is no
/// valid scenario, or if `where` leaves nothing.
Result<Plan> make_plan(const scenario::Document& document, const scenario::Scenario& base,
                       const std::string& base_folder, const scenario::ReadOptions& options,
                       bool use_axes);

/// Heartbeats to be simulated, warm-up included.
double planned_heartbeats(const Plan& plan);

/// Heartbeats times the cells that judge each: what the time a run takes is proportional to.
double planned_judgements(const Plan& plan);
double planned_judgements(const World& world);

/// The columns of cells.csv that say what a row is (cell, kind, label, state, parameters), in
/// order.
std::vector<std::string> parameter_columns(const Plan& plan);

/// These columns of one world's rows, in the order of sim::rows_of.
std::vector<std::vector<results::Cell>> parameter_rows(const Plan& plan, const World& world);

}  // namespace flatline::sweep
