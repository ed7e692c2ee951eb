#include "sweep/planner.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "flatline/base/check.hpp"
#include "flatline/base/text.hpp"

namespace flatline::sweep {
namespace {

using scenario::DetectorEntry;
using scenario::Scenario;

constexpr std::size_t kMostProblems = 20;
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kLacks = std::numeric_limits<std::size_t>::max();

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

// "/detectors/3/guard/pause" -> "guard/pause".
std::string below_detector(const std::string& place) {
  const std::size_t index = place.find('/', 1);
  const std::size_t slash = index == std::string::npos ? index : place.find('/', index + 1);
  return slash == std::string::npos ? std::string() : place.substr(slash + 1);
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

// The combination with this number.
std::vector<std::size_t> choice_of(const std::vector<std::size_t>& sizes, std::uint64_t number) {
  std::vector<std::size_t> choice(sizes.size(), 0);
  for (std::size_t i = sizes.size(); i-- > 0; number /= sizes[i]) choice[i] = number % sizes[i];
  return choice;
}

double pairs_of(const Scenario& scenario) {
  const std::set<NodeId> monitors(scenario.push.to.begin(), scenario.push.to.end());
  double pairs = 0;
  for (const NodeId sender : scenario.push.from) {
    pairs += static_cast<double>(monitors.size()) - (monitors.contains(sender) ? 1 : 0);
  }
  return pairs;
}

// Heartbeats of all pairs in a second, all replications taken together.
double beats_per_second(const Scenario& scenario) {
  return pairs_of(scenario) / scenario.push.interval.seconds() * scenario.replications;
}

// What decides a cell's rows, for the plan's hash.
std::string identity_of(const Cell& cell) {
  std::string text = std::to_string(cell.detector);
  for (const auto& value : cell.judged.setting) {
    text += "," + (value ? detect::format_value(*value) : "");
  }
  for (const auto& extra : {cell.judged.dead_after, cell.judged.check_every}) {
    text += "," + (extra ? format_duration(*extra) : "");
  }
  if (cell.judged.wall_clock) text += ",wall";
  if (const auto& guard = cell.judged.guard) {
    text += ",guard " + format_duration(guard->pause) + " " + format_duration(guard->hold);
  }
  return text + "\n";
}

// Files are read once: worlds are made again later, when a file may have changed.
template <typename Value>
void remember(std::function<Result<Value>(const std::string&)>& read) {
  if (!read) return;
  using Known = std::map<std::string, Value>;
  read = [known = std::make_shared<Known>(),
          from = read](const std::string& path) -> Result<Value> {
    const auto found = known->find(path);
    if (found != known->end()) return found->second;
    auto value = from(path);
    if (value.ok()) known->emplace(path, value.value());
    return value;
  };
}

// Writes one value of an axis into what an entry has besides its detector; gives back whether the
// place is there.
bool write_beside(DetectorEntry& entry, const std::string& place, const std::string& text,
                  Problems& problems) {
  const std::string key = below_detector(place);
  if (key == "clock") {
    entry.wall_clock = text == "wall";
    return true;
  }
  const bool is_guard = key == "guard/pause" || key == "guard/hold";
  if (!is_guard && key != "dead_after" && key != "check_every") return false;
  const auto duration = parse_duration(text);
  if (!duration.ok()) {
    problems.push_back(duration.problems().front());
  } else if (key == "dead_after") {
    entry.dead_after = duration.value();
  } else if (key == "check_every") {
    entry.check_every = duration.value();
  } else {
    // The reader sees to it that a guard has a pause: in the file or by an axis.
    entry.holds_as_paused = key == "guard/pause" && (!entry.guard || entry.holds_as_paused);
    if (!entry.guard) entry.guard = detect::PauseGuard{};
    if (key == "guard/pause") entry.guard->pause = duration.value();
    if (key == "guard/hold" || entry.holds_as_paused) entry.guard->hold = duration.value();
  }
  return true;
}

// Writes one value of an axis into a detector.
void write(DetectorEntry& entry, std::size_t detector, const std::vector<std::string>& places,
           const std::string& text, Problems& problems) {
  for (const std::string& place : places) {
    if (detector_of(place) != detector) continue;
    if (write_beside(entry, place, text, problems)) continue;
    const std::string key = leaf_of(place);
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

}  // namespace

Planner::Planner(const scenario::Document& document, Scenario base, std::string base_folder,
                 const scenario::ReadOptions& options)
    : document_(document),
      base_(std::move(base)),
      base_folder_(std::move(base_folder)),
      options_(options) {
  options_.sweep = false;
  remember(options_.read_durations);
  remember(options_.read_matrix);
}

Result<Plan> Planner::plan(bool use_axes, std::size_t cells_at_once) {
  Plan plan;
  plan.base = base_;
  plan.resolved = scenario::resolved_json(base_);
  plan.how = shared_from_this();
  cells_at_once_ = cells_at_once;
  Problems problems;
  if (use_axes) place_axes(problems);
  if (!problems.empty()) return problems;
  for (const PlacedAxis& axis : axes_) {
    if (!axis.of_detectors) plan.world_axes.push_back(axis.axis.name);
  }
  plan.durations.assign(plan.world_axes.size(), true);
  hash_.update("at once " + std::to_string(cells_at_once) + "\n");
  for_each_combination(world_sizes(), [&](const Choice& choice) {
    if (problems.size() <= kMostProblems) add_world(plan, choice, problems);
    ++combination_;
  });
  if (!problems.empty()) return problems;
  if (plan.cells == 0) {
    return Problem{
        document_.file(), 0, "/sweep/where", "no combination of the axes is left", {}, {}};
  }
  settle_warm_up(plan);
  plan.worlds_sha256 = hash_.hex();
  return plan;
}

World Planner::world(const Plan& plan, const WorldOutline& outline) const {
  const Choice choice = choice_of(world_sizes(), outline.combination);
  auto read_again = read(choice);
  FLATLINE_CHECK(read_again.ok(), "a world that was planned can be made");
  World world = std::move(read_again).value();
  world.warm_up = world.scenario.warm_up.value_or(plan.automatic_warm_up);
  world.first_cell = outline.first_cell;
  world.cells.reserve(outline.cells);
  Problems problems;
  for_each_cell(world, choice, outline.skipped_cells, outline.skipped_cells + outline.cells,
                problems, [&](Cell cell) { world.cells.push_back(std::move(cell)); });
  FLATLINE_CHECK(problems.empty() && world.cells.size() == outline.cells,
                 "a world has the cells that were planned");
  return world;
}

void Planner::place_axes(Problems& problems) {
  std::vector<std::string> names;
  for (const scenario::Axis& axis : base_.sweep.axes) {
    names.push_back(axis.name);
    auto places = document_.places(axis.name);
    if (!places.ok()) {
      problems.insert(problems.end(), places.problems().begin(), places.problems().end());
      continue;
    }
    PlacedAxis placed{axis, places.value(), false};
    placed.of_detectors =
        std::all_of(placed.places.begin(), placed.places.end(),
                    [](const std::string& p) { return detector_of(p).has_value(); });
    axes_.push_back(std::move(placed));
  }
  if (base_.sweep.where.empty()) return;
  auto condition = scenario::Condition::parse(base_.sweep.where, names);
  if (condition.ok()) {
    where_ = std::move(condition).value();
    has_where_ = true;
  } else {
    problems.insert(problems.end(), condition.problems().begin(), condition.problems().end());
  }
}

Planner::Choice Planner::world_sizes() const {
  Choice sizes;
  for (const PlacedAxis& axis : axes_)
    sizes.push_back(axis.of_detectors ? 1 : axis.axis.values.size());
  return sizes;
}

void Planner::add_world(Plan& plan, const Choice& choice, Problems& problems) {
  const auto made = read(choice);
  if (!made.ok()) {
    problems.insert(problems.end(), made.problems().begin(), made.problems().end());
    return;
  }
  const World& world = made.value();
  const std::size_t before = plan.worlds.size();
  std::size_t cells = 0;
  std::string identity;
  for_each_cell(world, choice, 0, kAll, problems, [&](const Cell& cell) {
    if (cells % cells_at_once_ == 0) {
      WorldOutline& outline = plan.worlds.emplace_back();
      outline.combination = combination_;
      outline.skipped_cells = cells;
      outline.first_cell = plan.cells + cells;
      outline.coupled = sim::needs_events(world.scenario);
      outline.heartbeats =
          beats_per_second(world.scenario) *
          (world.scenario.duration + world.scenario.warm_up.value_or(Duration{})).seconds();
      automatic_.push_back(world.scenario.warm_up ? 0.0 : beats_per_second(world.scenario));
    }
    ++cells;
    ++plan.worlds.back().cells;
    plan.worlds.back().rows += cell.judged.dead_after ? std::size_t{2} : std::size_t{1};
    hash_.update(identity_of(cell));
  });
  if (plan.worlds.size() == before) return;
  plan.cells += cells;
  for (std::size_t w = before; w < plan.worlds.size(); ++w) plan.rows += plan.worlds[w].rows;
  for (std::size_t i = 0; i < world.values.size(); ++i) {
    if (!parse_duration(world.values[i]).ok()) plan.durations[i] = false;
    identity += world.values[i] + ",";
  }
  hash_.update(
      identity +
      (world.scenario.warm_up ? format_duration(*world.scenario.warm_up) : std::string("auto")) +
      "\n");
  plan.automatic_warm_up = std::max(
      plan.automatic_warm_up,
      sim::automatic_warm_up(scenario::longest_window(base_), world.scenario.push.interval));
}

Result<World> Planner::read(const Choice& choice) const {
  scenario::Document document = document_;
  World world;
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    if (axes_[i].of_detectors) continue;
    const std::string& value = axes_[i].axis.values[choice[i]];
    world.values.push_back(value);
    for (const std::string& place : axes_[i].places) {
      auto next = document.with(place, value, "axis " + axes_[i].axis.name);
      if (!next.ok()) return next.problems();
      document = std::move(next).value();
    }
  }
  auto scenario = scenario::read_scenario(document, base_folder_, options_);
  if (!scenario.ok()) return scenario.problems();
  world.scenario = std::move(scenario).value();
  return world;
}

bool Planner::holds(const Choice& world_choice, const Choice& choice,
                    const std::vector<bool>& affects) const {
  if (!has_where_) return true;
  std::vector<double> values;
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    std::size_t pick = kLacks;
    if (!axes_[i].of_detectors) pick = world_choice[i];
    if (affects[i]) pick = choice[i];
    values.push_back(pick == kLacks ? std::nan("") : as_number(axes_[i].axis.values[pick]));
  }
  return where_.holds(values);
}

void Planner::for_each_cell(const World& world, const Choice& world_choice, std::size_t first,
                            std::size_t last, Problems& problems, const UseCell& use) const {
  std::size_t number = 0;
  for (std::size_t d = 0; d < world.scenario.detectors.size(); ++d) {
    std::vector<std::size_t> sizes;
    std::vector<bool> affects;
    for (const PlacedAxis& axis : axes_) {
      const bool writes_here =
          axis.of_detectors && std::any_of(axis.places.begin(), axis.places.end(),
                                           [&](const auto& p) { return detector_of(p) == d; });
      affects.push_back(writes_here);
      sizes.push_back(writes_here ? axis.axis.values.size() : 1);
    }
    for_each_combination(sizes, [&](const Choice& choice) {
      if (number >= last || !holds(world_choice, choice, affects)) return;
      if (number++ < first) return;
      DetectorEntry entry = world.scenario.detectors[d];
      for (std::size_t i = 0; i < axes_.size(); ++i) {
        if (affects[i]) write(entry, d, axes_[i].places, axes_[i].axis.values[choice[i]], problems);
      }
      use({d,
           {entry.info, entry.setting, entry.dead_after, entry.check_every, entry.wall_clock,
            entry.guard}});
    });
  }
}

// A warm-up that is found automatically is the same for all worlds, so that their clocks agree.
void Planner::settle_warm_up(Plan& plan) {
  hash_.update("auto is " + format_duration(plan.automatic_warm_up) + "\n");
  for (std::size_t w = 0; w < plan.worlds.size(); ++w) {
    plan.worlds[w].heartbeats += automatic_[w] * plan.automatic_warm_up.seconds();
  }
  automatic_ = {};
}

}  // namespace flatline::sweep
