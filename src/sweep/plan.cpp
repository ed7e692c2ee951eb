#include "flatline/sweep/plan.hpp"

#include <algorithm>

#include "flatline/base/check.hpp"
#include "flatline/base/text.hpp"
#include "flatline/results/sha256.hpp"
#include "sweep/planner.hpp"

namespace flatline::sweep {
namespace {

using scenario::DetectorEntry;

results::Cell as_cell(const std::optional<detect::Value>& value) {
  if (!value) return {};
  if (const auto* duration = std::get_if<Duration>(&*value)) return duration->seconds();
  if (const auto* number = std::get_if<double>(&*value)) return *number;
  if (const auto* count = std::get_if<std::int64_t>(&*value)) return *count;
  return std::get<std::string>(*value);
}

results::Cell as_cell(const std::optional<Duration>& duration) {
  if (!duration) return {};
  return duration->seconds();
}

results::Cell axis_cell(const std::string& text) {
  if (const auto duration = parse_duration(text); duration.ok()) return duration.value().seconds();
  if (const auto count = parse_count(text); count.ok()) return count.value();
  if (const auto number = parse_number(text); number.ok()) return number.value();
  return text;
}

void add_recorded(const random::Distribution& law, std::string& text) {
  for (const std::int64_t value : law.values) text += std::to_string(value) + ",";
  for (const auto& component : law.mixture) add_recorded(component.of, text);
}

void add_recorded(const std::optional<random::Distribution>& law, std::string& text) {
  if (law) add_recorded(*law, text);
}

void add_recorded(const world::LinkRule& rule, std::string& text) {
  add_recorded(rule.delay, text);
  if (!rule.loss || !rule.loss->bursts || !rule.loss->bursts->laws) return;
  add_recorded(rule.loss->bursts->laws->good, text);
  add_recorded(rule.loss->bursts->laws->bad, text);
}

void add_recorded(const world::Strikes& strikes, std::string& text) {
  add_recorded(strikes.variation.between, text);
  add_recorded(strikes.length, text);
}

void add_recorded(const world::Faults& faults, std::string& text) {
  for (const auto& process : faults.random_crashes) {
    add_recorded(process.down, text);
    add_recorded(process.variation.between, text);
    add_recorded(process.slow_start, text);
  }
  for (const auto& process : faults.random_stalls) {
    add_recorded(process.length, text);
    add_recorded(process.variation.between, text);
  }
  for (const auto& process : faults.random_partitions) {
    add_recorded(process.length, text);
    add_recorded(process.variation.between, text);
  }
  for (const auto& change : faults.route_changes) {
    add_recorded(change.strikes, text);
    add_recorded(change.extra, text);
  }
  for (const auto& overload : faults.overloads) add_recorded(overload.strikes, text);
  for (const auto& failure : faults.gray_failures) add_recorded(failure.strikes, text);
  for (const auto& step : faults.clock_steps) add_recorded(step.strikes, text);
}

// The resolved scenario names the files of recorded values; a plan depends on what is in them.
std::string recorded_values(const world::Model& world) {
  std::string text;
  add_recorded(world.default_link, text);
  for (const world::LinkRule& rule : world.links) add_recorded(rule, text);
  if (world.zones) {
    for (const Duration way : world.zones->one_way) text += std::to_string(way.ns) + ",";
    add_recorded(world.zones->jitter, text);
  }
  add_recorded(world.faults, text);
  return text;
}

// Whether an axis sets this of any detector.
bool is_swept(const Plan& plan, std::string_view key) {
  return std::any_of(plan.base.sweep.axes.begin(), plan.base.sweep.axes.end(),
                     [&](const scenario::Axis& axis) {
                       const auto mark = axis.name.find_last_of("./");
                       return axis.name.substr(mark == std::string::npos ? 0 : mark + 1) == key;
                     });
}

// Which columns there are only where they tell something.
bool shows_clock(const Plan& plan, const DetectorEntry& entry) {
  return entry.wall_clock || is_swept(plan, "clock");
}

bool shows_guard(const Plan& plan, const DetectorEntry& entry) {
  return entry.guard || is_swept(plan, "pause") || is_swept(plan, "hold");
}

// Parameter columns of one detector: its label, and which columns it has.
std::vector<std::string> columns_of(const Plan& plan, const DetectorEntry& entry) {
  std::vector<std::string> columns;
  for (const detect::ParameterInfo& parameter : entry.info->parameters) {
    const bool duration = parameter.type == detect::ParameterType::duration;
    columns.push_back(entry.label + "." + parameter.name + (duration ? "_s" : ""));
  }
  columns.push_back(entry.label + ".dead_after_s");
  columns.push_back(entry.label + ".check_every_s");
  if (shows_clock(plan, entry)) columns.push_back(entry.label + ".clock");
  if (shows_guard(plan, entry)) {
    columns.push_back(entry.label + ".pause_s");
    columns.push_back(entry.label + ".hold_s");
  }
  return columns;
}

}  // namespace

World Plan::world(std::size_t w) const {
  FLATLINE_CHECK(w < worlds.size(), "the world is one of the plan");
  return how->world(*this, worlds[w]);
}

std::string Plan::sha256(const std::string& version) const {
  std::string text = version + "\n" + resolved + "\n" + recorded_values(base.world);
  return results::sha256_hex(text + worlds_sha256 + "\n");
}

Result<Plan> make_plan(const scenario::Document& document, const scenario::Scenario& base,
                       const std::string& base_folder, const scenario::ReadOptions& options,
                       bool use_axes, std::size_t cells_at_once) {
  FLATLINE_CHECK(cells_at_once > 0, "a world has room for a cell");
  return std::make_shared<Planner>(document, base, base_folder, options)
      ->plan(use_axes, cells_at_once);
}

double planned_heartbeats(const Plan& plan) {
  double total = 0;
  for (const WorldOutline& world : plan.worlds) total += world.heartbeats;
  return total;
}

double planned_judgements(const WorldOutline& world) {
  return world.heartbeats * static_cast<double>(world.cells);
}

double planned_judgements(const Plan& plan) {
  double total = 0;
  for (const WorldOutline& world : plan.worlds) total += planned_judgements(world);
  return total;
}

std::vector<std::string> parameter_columns(const Plan& plan) {
  std::vector<std::string> columns{"cell", "kind", "label", "state"};
  for (std::size_t i = 0; i < plan.world_axes.size(); ++i) {
    columns.push_back(plan.world_axes[i] + (plan.durations[i] ? "_s" : ""));
  }
  for (const DetectorEntry& entry : plan.base.detectors) {
    for (std::string& column : columns_of(plan, entry)) columns.push_back(std::move(column));
  }
  return columns;
}

std::vector<std::vector<results::Cell>> parameter_rows(const Plan& plan, const World& world) {
  std::vector<sim::JudgedSetting> settings;
  for (const Cell& cell : world.cells) settings.push_back(cell.judged);
  std::vector<std::vector<results::Cell>> rows;
  for (const sim::JudgedRow& judged : sim::rows_of(settings)) {
    const Cell& cell = world.cells[judged.setting];
    const DetectorEntry& entry = plan.base.detectors[cell.detector];
    std::vector<results::Cell> row{static_cast<std::int64_t>(world.first_cell + judged.setting),
                                   entry.info->name, entry.label,
                                   std::string(judged.dead ? "dead" : "suspected")};
    for (const std::string& value : world.values) row.push_back(axis_cell(value));
    for (std::size_t d = 0; d < plan.base.detectors.size(); ++d) {
      if (d != cell.detector) {
        row.resize(row.size() + columns_of(plan, plan.base.detectors[d]).size());
        continue;
      }
      for (const auto& value : cell.judged.setting) row.push_back(as_cell(value));
      row.push_back(as_cell(cell.judged.dead_after));
      row.push_back(as_cell(cell.judged.check_every));
      if (shows_clock(plan, entry)) {
        row.emplace_back(std::string(cell.judged.wall_clock ? "wall" : "monotonic"));
      }
      if (shows_guard(plan, entry)) {
        const auto& guard = cell.judged.guard;
        row.push_back(as_cell(guard ? std::optional(guard->pause) : std::nullopt));
        row.push_back(as_cell(guard ? std::optional(guard->hold) : std::nullopt));
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace flatline::sweep
