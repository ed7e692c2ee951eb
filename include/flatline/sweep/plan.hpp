#pragma once
// The plan of a sweep: which worlds are simulated, and which detector settings each of them meets.
// Cells that differ only in detector parameters share one world; an axis over anything else makes
// worlds.

#include <cstdint>
#include <memory>
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

/// One combination of the axes that change the world, or a part of its cells if it has very many.
struct World {
  std::vector<std::string> values;  ///< One per world axis, as written.
  scenario::Scenario scenario;      ///< As that combination reads; its sweep is empty.
  Duration warm_up{};               ///< The same for all worlds unless the scenario sweeps it.
  std::vector<Cell> cells;
  std::size_t first_cell = 0;  ///< The number of its first cell in the whole plan.
};

/// What a plan keeps of a world, so that a million worlds have room: World is made of it when it
/// is needed.
struct WorldOutline {
  std::uint64_t combination = 0;  ///< Of the world axes; the last axis is the fastest.
  std::size_t skipped_cells = 0;  ///< Cells of the same combination in worlds before this one.
  std::size_t first_cell = 0;
  std::size_t cells = 0;
  std::size_t rows = 0;   ///< A cell with dead_after has two.
  bool coupled = false;   ///< Only the event engine takes it (sim::needs_events).
  double heartbeats = 0;  ///< To be simulated, warm-up included.
};

/// Cells of one world at most: rows take memory while they are judged (docs/PERFORMANCE.md). A
/// combination with more is simulated more than once, for so many cells at a time.
inline constexpr std::size_t kMostCellsAtOnce = 1024;

class Planner;

struct Plan {
  scenario::Scenario base;              ///< The scenario as given, sweep included.
  std::string resolved;                 ///< Its resolved JSON: what a results folder keeps.
  std::vector<std::string> world_axes;  ///< Names of the axes that change the world.
  std::vector<bool> durations;          ///< Whether all values of that axis are durations.
  std::vector<WorldOutline> worlds;
  std::size_t cells = 0;
  std::size_t rows = 0;
  Duration automatic_warm_up{};        ///< Where the scenario says none.
  std::string worlds_sha256;           ///< Of all worlds and cells.
  std::shared_ptr<const Planner> how;  ///< Makes the worlds.

  /// World number `w`. REQUIRES: w < worlds.size(). May be called from several threads.
  [[nodiscard]] World world(std::size_t w) const;

  /// Identifies everything that decides the rows, the seed included; resuming needs the same.
  [[nodiscard]] std::string sha256(const std::string& version) const;
};

/// Plans a run or a sweep. `document` is what `base` was read from. With `use_axes` off the sweep
/// block is ignored: one world, one cell per detector. Fails if a combination of axis values is no
/// valid scenario, or if `where` leaves nothing. No world has more than `cells_at_once` cells.
Result<Plan> make_plan(const scenario::Document& document, const scenario::Scenario& base,
                       const std::string& base_folder, const scenario::ReadOptions& options,
                       bool use_axes, std::size_t cells_at_once = kMostCellsAtOnce);

/// Heartbeats to be simulated, warm-up included.
double planned_heartbeats(const Plan& plan);

/// Heartbeats times the cells that judge each: what the time a run takes is proportional to.
double planned_judgements(const Plan& plan);
double planned_judgements(const WorldOutline& world);

/// The columns of cells.csv that say what a row is (cell, kind, label, state, parameters), in
/// order.
std::vector<std::string> parameter_columns(const Plan& plan);

/// These columns of one world's rows, in the order of sim::rows_of.
std::vector<std::vector<results::Cell>> parameter_rows(const Plan& plan, const World& world);

}  // namespace flatline::sweep
