#pragma once
// The rows of cells.csv: what each is (plan) and what was measured (tally).

#include <string>
#include <vector>

#include "flatline/qos/tally.hpp"
#include "flatline/results/store.hpp"
#include "flatline/results/table.hpp"
#include "flatline/sim/run.hpp"
#include "flatline/sweep/plan.hpp"

namespace flatline::sweep {

/// Every column of cells.csv: parameter_columns, then each measure with its bounds.
std::vector<std::string> cell_columns(const Plan& plan);

/// The rows of one world, in the order of sim::rows_of.
results::Table cells_table(const Plan& plan, const World& world, const qos::Tally& tally);

/// What timeline.csv shows: one setting per detector of the file (a hundred thresholds show
/// nothing) over some intervals.
struct Timeline {
  std::vector<sim::JudgedSetting> settings;
  std::vector<std::size_t> detectors;  ///< Of each setting, its place in the scenario's list.
  Duration length{};
  std::size_t entries = 0;  ///< At most.
};
Timeline timeline_of(const World& world);

/// What happened as timeline.csv has it; `entries` were recorded as timeline_of asks.
std::string timeline_csv(const World& world, const std::vector<sim::TimelineEntry>& entries);

/// The files of a plan with one world that was judged elsewhere (a replayed trace). REQUIRES:
/// the arguments outlive the result.
results::FinishedFiles files_of(const Plan& plan, const World& world, const qos::Tally& tally,
                                const std::vector<sim::TimelineEntry>& timeline);

/// The files of a plan all of whose worlds `folder` holds (execute), put together in plan order,
/// one world in memory at a time. REQUIRES: the arguments outlive the result.
results::FinishedFiles stored_files(const Plan& plan, const results::ResultsFolder& folder);

}  // namespace flatline::sweep
