#pragma once
// A scenario, typed, validated and immutable: what is simulated, watched, judged and swept.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flatline/base/result.hpp"
#include "flatline/base/time.hpp"
#include "flatline/detect/registry.hpp"
#include "flatline/protocol/push.hpp"
#include "flatline/scenario/document.hpp"
#include "flatline/world/model.hpp"

namespace flatline::scenario {

/// One entry of "detectors".
struct DetectorEntry {
  const detect::DetectorInfo* info = nullptr;
  std::string
      label;  ///< As given, else the detector's name, made unique by "#2" ... in file order.
  detect::Setting setting;              ///< Complete: defaults filled in.
  std::optional<Duration> dead_after;   ///< > 0. Adds a row for the state "dead".
  std::optional<Duration> check_every;  ///< > 0. The monitor looks only this often.
  bool wall_clock = false;              ///< It reads the monitor's wall clock, which may be set.
  std::optional<detect::PauseGuard> guard = {};
  bool holds_as_paused = false;  ///< The file gives the guard's pause alone: its hold is the same.
};

/// One sweep axis: its name as written and the values to take, each as --set would write it.
struct Axis {
  std::string name;
  std::vector<std::string> values;
};

/// The "sweep" block, expanded.
struct Sweep {
  std::vector<Axis> axes;  ///< In file order.
  std::string where;       ///< Empty: every combination.
};

/// Where Model::zones comes from, as it is written.
struct ZoneSource {
  std::string round_trips;  ///< The file.
  std::string unit;         ///< "ns", "us", "ms" or "s".
  std::vector<std::string>
      names;  ///< Of each zone, as written; empty: a zone for each node of `of`.
  std::vector<std::string> of;
};

/// Rows of numbers.
using Matrix = std::vector<std::vector<double>>;

struct Scenario {
  std::string name;
  std::string why;
  std::string expect;
  std::uint64_t seed = 1;
  Duration duration{};              ///< Measured time per replication, > 0.
  std::optional<Duration> warm_up;  ///< Empty: auto.
  std::uint32_t replications = 1;
  world::Model world;
  std::optional<ZoneSource> zones;  ///< If and only if the world has zones.
  protocol::PushSettings push;
  std::vector<DetectorEntry> detectors;
  Sweep sweep;
};

/// What read_scenario needs from rooms that it may not see, and what it may leave out.
struct ReadOptions {
  /// Reads the recorded durations (ns) of an empirical law from a file; without it such a law is a
  /// problem.
  std::function<Result<std::vector<std::int64_t>>(const std::string& path)> read_durations;
  /// Reads a square matrix of finite numbers, none negative, from a file; without it zones are a
  /// problem.
  std::function<Result<Matrix>(const std::string& path)> read_matrix;
  /// Whether to read and check the sweep block. Off for the document of one cell, which only then
  /// is fast enough to be read once per cell; Scenario::sweep stays empty.
  bool sweep = true;
  /// Entries of "faults" that are read as ever but never strike. Unlike entries that are cut out of
  /// the list they leave the random streams of the others where they are.
  std::vector<std::size_t> idle_faults;
};

/// Reads a whole document: every problem at once, each with file, line, pointer, what was found,
/// what was expected and the nearest valid name. `base_folder` is where relative file names
/// (empirical laws) start.
Result<Scenario> read_scenario(const Document& document, const std::string& base_folder,
                               const ReadOptions& options = {});

/// The scenario with every default written out, as strict JSON that read_scenario gives back
/// unchanged.
std::string resolved_json(const Scenario& scenario);

/// The JSON Schema (draft 2020-12) of scenario files.
std::string schema_json();

/// Names that stand for parts of a scenario file: no detector can have one of them.
std::vector<std::string> shape_names();

/// Expands an axis as the command line writes it: "NAME=a,b,c", "NAME=from:to:step",
/// "NAME=log:from:to:points" or "NAME=linear:from:to:points". The values are not checked against
/// any parameter; see with_axis.
Result<Axis> parse_axis(std::string_view text);

/// A copy of the document whose sweep block has the axis `text` (as parse_axis takes it), in place
/// of one of the same name; read_scenario then checks it like any other. Problems name `source`
/// ("--axis").
Result<Document> with_axis(const Document& document, std::string_view text,
                           const std::string& source);

/// The longest window (in samples) that any detector of the scenario uses, sweep included; at
/// least 1.
std::int64_t longest_window(const Scenario& scenario);

/// A "where" condition: comparisons of axes, numbers and durations, + - * /, parentheses,
/// and/or/not.
class Condition {
 public:
  /// `names` are the axis names that may occur (they may contain dots and start with a digit).
  static Result<Condition> parse(std::string_view text, const std::vector<std::string>& names);
  Condition();  ///< Always true.
  /// Whether it holds. values[i] belongs to names[i]: a number, or nanoseconds for durations; NaN
  /// for an axis that the row lacks: a comparison that names such an axis is true.
  [[nodiscard]] bool holds(const std::vector<double>& values) const;

  struct Expression;

 private:
  std::shared_ptr<const Expression> root_;
};

}  // namespace flatline::scenario
