#include "flatline/sweep/plan.hpp"

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

// The resolved scenario names the files of recorded values; a plan depends on what is in them.
std::string recorded_values(const world::Model& world) {
  std::string text;
  if (world.default_link.delay) add_recorded(*world.default_link.delay, text);
  for (const world::LinkRule& rule : world.links) {
    if (rule.delay) add_recorded(*rule.delay, text);
  }
  for (const auto& process : world.faults.random_crashes) add_recorded(process.down, text);
  for (const auto& process : world.faults.random_stalls) add_recorded(process.length, text);
  for (const auto& process : world.faults.random_partitions) add_recorded(process.length, text);
  return text;
}

// Parameter columns of one detector: its label, and which columns it has.
std::vector<std::string> columns_of(const DetectorEntry& entry) {
  std::vector<std::string> columns;
  for (const detect::ParameterInfo& parameter : entry.info->parameters) {
    const bool duration = parameter.type == detect::ParameterType::duration;
    columns.push_back(entry.label + "." + parameter.name + (duration ? "_s" : ""));
  }
  columns.push_back(entry.label + ".dead_after_s");
  columns.push_back(entry.label + ".check_every_s");
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
    for (std::string& column : columns_of(entry)) columns.push_back(std::move(column));
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
        row.resize(row.size() + columns_of(plan.base.detectors[d]).size());
        continue;
      }
      for (const auto& value : cell.judged.setting) row.push_back(as_cell(value));
      row.push_back(as_cell(cell.judged.dead_after));
      row.push_back(as_cell(cell.judged.check_every));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace flatline::sweep
