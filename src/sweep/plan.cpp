#include "flatline/sweep/plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "flatline/base/text.hpp"
#include "flatline/results/sha256.hpp"

namespace flatline::sweep {
namespace {

using scenario::Axis;
using scenario::DetectorEntry;
using scenario::Scenario;

constexpr std::size_t kLacks = std::numeric_limits<std::size_t>::max();

// An axis with the places it writes to.
struct PlacedAxis {
  const Axis* axis = nullptr;
  std::vector<std::string> places;
  bool of_detectors = false;
};

// "/detectors/3/..." -> 3.
std::optional<std::size_t> detector_of(const std::string& place) {
  constexpr std::string_view kPrefix = "/detectors/";
  if (!place.starts_with(kPrefix)) return std::nullopt;
  const std::size_t end = place.find('/', kPrefix.size());
  const auto index =
      parse_count(std::string_view(place).substr(kPrefix.size(), end - kPrefix.size()));
  if (!index.ok()) return std::nullopt;
  return static_cast<std::size_t>(index.value());
}

std::string leaf_of(const std::string& place) {
  return place.substr(place.find_last_of('/') + 1);
}

// A value as `where` sees it: nanoseconds, a number, or NaN for a word.
double as_number(const std::string& text) {
  if (const auto duration = parse_duration(text); duration.ok()) {
    return static_cast<double>(duration.value().ns);
  }
  if (const auto number = parse_number(text); number.ok()) return number.value();
  return std::nan("");
}

// Calls use(choice) for every combination; choice[i] < sizes[i], the last index fastest.
template <typename Use>
void for_each_combination(const std::vector<std::size_t>& sizes, Use&& use) {
  std::vector<std::size_t> choice(sizes.size(), 0);
  for (;;) {
    use(choice);
    std::size_t i = sizes.size();
    while (i > 0 && ++choice[i - 1] == sizes[i - 1]) choice[--i] = 0;
    if (i == 0) return;
  }
}

class Planner {
 public:
  Planner(const scenario::Document& document, const Scenario& base, std::string base_folder,
          scenario::ReadOptions options)
      : document_(document),
        base_(base),
        base_folder_(std::move(base_folder)),
        options_(std::move(options)) {
    options_.sweep = false;
  }

  Result<Plan> plan(bool use_axes) {
    Plan plan;
    plan.base = base_;
    plan.resolved = scenario::resolved_json(base_);
    Problems problems;
    if (use_axes) place_axes(problems);
    if (!problems.empty()) return problems;
    for (const PlacedAxis& axis : axes_) {
      if (!axis.of_detectors) plan.world_axes.push_back(axis.axis->name);
    }
    add_worlds(plan, problems);
    if (!problems.empty()) return problems;
    if (plan.cells == 0) {
      return Problem{
          document_.file(), 0, "/sweep/where", "no combination of the axes is left", {}, {}};
    }
    set_warm_up(plan);
    return plan;
  }

 private:
  void place_axes(Problems& problems) {
    std::vector<std::string> names;
    for (const Axis& axis : base_.sweep.axes) {
      names.push_back(axis.name);
      auto places = document_.places(axis.name);
      if (!places.ok()) {
        problems.insert(problems.end(), places.problems().begin(), places.problems().end());
        continue;
      }
      PlacedAxis placed{&axis, places.value(), false};
      placed.of_detectors =
          std::all_of(placed.places.begin(), placed.places.end(),
                      [](const std::string& p) { return detector_of(p).has_value(); });
      axes_.push_back(std::move(placed));
    }
    if (!base_.sweep.where.empty()) {
      auto condition = scenario::Condition::parse(base_.sweep.where, names);
      if (condition.ok()) {
        where_ = std::move(condition).value();
      } else {
        problems.insert(problems.end(), condition.problems().begin(), condition.problems().end());
      }
    }
  }

  void add_worlds(Plan& plan, Problems& problems) {
    std::vector<std::size_t> sizes;
    for (const PlacedAxis& axis : axes_)
      sizes.push_back(axis.of_detectors ? 1 : axis.axis->values.size());
    for_each_combination(sizes, [&](const std::vector<std::size_t>& choice) {
      if (problems.size() > 20) return;
      add_world(plan, choice, problems);
    });
  }

  void add_world(Plan& plan, const std::vector<std::size_t>& choice, Problems& problems) {
    scenario::Document document = document_;
    World world;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      if (axes_[i].of_detectors) continue;
      const std::string& value = axes_[i].axis->values[choice[i]];
      world.values.push_back(value);
      for (const std::string& place : axes_[i].places) {
        auto next = document.with(place, value, "axis " + axes_[i].axis->name);
        if (!next.ok()) {
          problems.insert(problems.end(), next.problems().begin(), next.problems().end());
          return;
        }
        document = std::move(next).value();
      }
    }
    auto read = scenario::read_scenario(document, base_folder_, options_);
    if (!read.ok()) {
      problems.insert(problems.end(), read.problems().begin(), read.problems().end());
      return;
    }
    world.scenario = std::move(read).value();
    world.first_cell = plan.cells;
    for (std::size_t d = 0; d < world.scenario.detectors.size(); ++d) {
      add_cells(world, d, choice, problems);
    }
    if (world.cells.empty()) return;
    plan.cells += world.cells.size();
    plan.worlds.push_back(std::move(world));
  }

  // The cells of one detector: every combination of the axes that write to it, as far as `where`
  // holds.
  void add_cells(World& world, std::size_t detector, const std::vector<std::size_t>& world_choice,
                 Problems& problems) {
    std::vector<std::size_t> sizes;
    std::vector<bool> affects;
    for (const PlacedAxis& axis : axes_) {
      const bool writes_here =
          axis.of_detectors &&
          std::any_of(axis.places.begin(), axis.places.end(),
                      [&](const std::string& p) { return detector_of(p) == detector; });
      affects.push_back(writes_here);
      sizes.push_back(writes_here ? axis.axis->values.size() : 1);
    }
    for_each_combination(sizes, [&](const std::vector<std::size_t>& choice) {
      std::vector<double> values;
      for (std::size_t i = 0; i < axes_.size(); ++i) {
        std::size_t pick = kLacks;
        if (!axes_[i].of_detectors) pick = world_choice[i];
        if (affects[i]) pick = choice[i];
        values.push_back(pick == kLacks ? std::nan("") : as_number(axes_[i].axis->values[pick]));
      }
      if (!where_.holds(values)) return;
      DetectorEntry entry = world.scenario.detectors[detector];
      for (std::size_t i = 0; i < axes_.size(); ++i) {
        if (affects[i]) write(entry, detector, axes_[i], choice[i], problems);
      }
      world.cells.push_back(
          {detector, {entry.info, entry.setting, entry.dead_after, entry.check_every}});
    });
  }

  static void write(DetectorEntry& entry, std::size_t detector, const PlacedAxis& axis,
                    std::size_t pick, Problems& problems) {
    const std::string& text = axis.axis->values[pick];
    for (const std::string& place : axis.places) {
      if (detector_of(place) != detector) continue;
      const std::string key = leaf_of(place);
      if (key == "dead_after" || key == "check_every") {
        const auto duration = parse_duration(text);
        if (duration.ok()) {
          (key == "dead_after" ? entry.dead_after : entry.check_every) = duration.value();
        } else {
          problems.push_back(duration.problems().front());
        }
        continue;
      }
      for (std::size_t i = 0; i < entry.info->parameters.size(); ++i) {
        if (entry.info->parameters[i].name != key) continue;
        auto value = detect::parse_value(entry.info->parameters[i], text);
        if (value.ok()) {
          entry.setting[i] = std::move(value).value();
        } else {
          problems.push_back(value.problems().front());
        }
      }
    }
  }

  // A warm-up that is found automatically is the same for all worlds, so that their clocks agree.
  void set_warm_up(Plan& plan) const {
    const std::int64_t window = scenario::longest_window(base_);
    Duration automatic{};
    for (const World& world : plan.worlds) {
      automatic = std::max(automatic, sim::automatic_warm_up(window, world.scenario.push.interval));
    }
    for (World& world : plan.worlds) world.warm_up = world.scenario.warm_up.value_or(automatic);
  }

  const scenario::Document& document_;
  const Scenario& base_;
  std::string base_folder_;
  scenario::ReadOptions options_;
  std::vector<PlacedAxis> axes_;
  scenario::Condition where_;
};

double pairs_of(const Scenario& scenario) {
  const std::set<NodeId> monitors(scenario.push.to.begin(), scenario.push.to.end());
  double pairs = 0;
  for (const NodeId sender : scenario.push.from) {
    pairs += static_cast<double>(monitors.size()) - (monitors.contains(sender) ? 1 : 0);
  }
  return pairs;
}

double heartbeats_of(const World& world) {
  const Scenario& scenario = world.scenario;
  const double span = (scenario.duration + world.warm_up).seconds();
  return pairs_of(scenario) * span / scenario.push.interval.seconds() * scenario.replications;
}

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

std::string Plan::sha256(const std::string& version) const {
  std::string text = version + "\n" + resolved + "\n" + recorded_values(base.world);
  for (const World& world : worlds) {
    for (const std::string& value : world.values) text += value + ",";
    text += format_duration(world.warm_up) + "\n";
    for (const Cell& cell : world.cells) {
      text += std::to_string(cell.detector);
      for (const auto& value : cell.judged.setting) {
        text += "," + (value ? detect::format_value(*value) : "");
      }
      for (const auto& extra : {cell.judged.dead_after, cell.judged.check_every}) {
        text += "," + (extra ? format_duration(*extra) : "");
      }
      text += "\n";
    }
  }
  return results::sha256_hex(text);
}

Result<Plan> make_plan(const scenario::Document& document, const scenario::Scenario& base,
                       const std::string& base_folder, const scenario::ReadOptions& options,
                       bool use_axes) {
  return Planner(document, base, base_folder, options).plan(use_axes);
}

double planned_heartbeats(const Plan& plan) {
  double total = 0;
  for (const World& world : plan.worlds) total += heartbeats_of(world);
  return total;
}

double planned_judgements(const World& world) {
  return heartbeats_of(world) * static_cast<double>(world.cells.size());
}

double planned_judgements(const Plan& plan) {
  double total = 0;
  for (const World& world : plan.worlds) total += planned_judgements(world);
  return total;
}

std::vector<std::string> parameter_columns(const Plan& plan) {
  std::vector<std::string> columns{"cell", "kind", "label", "state"};
  for (std::size_t i = 0; i < plan.world_axes.size(); ++i) {
    bool durations = true;
    for (const World& world : plan.worlds) durations &= parse_duration(world.values[i]).ok();
    columns.push_back(plan.world_axes[i] + (durations ? "_s" : ""));
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
