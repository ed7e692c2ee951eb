#pragma once
// cells.csv as numbers: which columns are parameters, which are measures, and what each row says.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flatline/base/result.hpp"
#include "flatline/results/table.hpp"
#include "units.hpp"

namespace flatline::report {

/// The measures of cells.csv, in their order there.
enum class Measure : std::size_t {
  detection_mean,
  detection_p50,
  detection_p90,
  detection_p99,
  detection_p999,
  detection_max,
  already_suspected,
  mistakes,
  mistake_rate,
  mistakes_per_heartbeat,
  mistake_recurrence,
  mistake_duration,
  query_accuracy,
  good_period,
  missed,
  censored,
  crash_detection_mean,
  heartbeats,
  delivered_ratio,
  messages,
  messages_busiest,
  bytes,
  link_share,
};

inline constexpr std::array<std::string_view, 23> kMeasureColumns{{
    "detection_time_mean_s",
    "detection_time_p50_s",
    "detection_time_p90_s",
    "detection_time_p99_s",
    "detection_time_p999_s",
    "detection_time_max_s",
    "already_suspected",
    "mistakes",
    "mistake_rate_per_hour",
    "mistakes_per_heartbeat",
    "mistake_recurrence_mean_s",
    "mistake_duration_mean_s",
    "query_accuracy",
    "good_period_mean_s",
    "missed",
    "censored",
    "crash_detection_time_mean_s",
    "heartbeats",
    "delivered_ratio",
    "messages_per_s",
    "messages_per_s_busiest",
    "bytes_per_s",
    "link_share",
}};

/// A column between `state` and the first measure.
struct Parameter {
  std::string column;         ///< As in the file: "3x.timeout_s".
  std::string label;          ///< Detector that has it; empty for an axis of the world.
  std::string name;           ///< Without label and unit: "timeout".
  bool is_time = false;       ///< In seconds.
  bool varies = false;        ///< More than one value among the rows that have it.
  bool is_condition = false;  ///< An axis of the world that nobody sets: loss, delay, faults.
};

struct Row {
  std::int64_t cell = 0;
  std::string kind;
  std::string label;
  std::string state;
  std::vector<std::string> parameters;  ///< One per Parameter; empty where the row has none.
  std::array<Estimate, kMeasureColumns.size()> measures{};

  [[nodiscard]] const Estimate& of(Measure m) const {
    return measures[static_cast<std::size_t>(m)];
  }
  /// Mistakes seen; NaN if the results do not say.
  [[nodiscard]] double mistakes() const { return of(Measure::mistakes).mean; }
};

struct Rows {
  std::vector<Parameter> parameters;
  std::vector<Row> rows;
  std::vector<std::string> labels;  ///< In order of appearance.
  std::vector<std::string> states;  ///< In order of appearance.
};

/// Reads the table of cells.csv. Unknown columns after the first measure are ignored. Fails on a
/// missing leading column (cell, kind, label, state, detection_time_mean_s), a row of wrong length,
/// a cell number or measure that is not a number.
Result<Rows> read_rows(const results::Table& table);

/// "3 s" for a time, the text itself otherwise.
std::string parameter_value(const Parameter& parameter, const std::string& text);

/// The same with at most four digits: a logarithmic sweep makes values such as 1.037209482 s.
std::string short_parameter_value(const Parameter& parameter, const std::string& text);

/// What sets this row apart from the others: "interval 1 s, timeout 3 s". Only parameters that
/// vary, with four digits; may be empty.
std::string setting_text(const Rows& rows, const Row& row);

/// As setting_text, without the conditions of the world (see condition_text).
std::string knob_text(const Rows& rows, const Row& row);

/// Every parameter of the row, with all digits.
std::string full_setting_text(const Rows& rows, const Row& row);

/// The row's values of those conditions that vary: "loss 0.01"; empty if none does. Settings
/// compare fairly only under the same condition.
std::string condition_text(const Rows& rows, const Row& row);

}  // namespace flatline::report
