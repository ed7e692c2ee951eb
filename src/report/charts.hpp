#pragma once
// The four charts of a report, drawn from rows and tables.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rows.hpp"
#include "svg.hpp"
#include "trade_off.hpp"

namespace flatline::report {

/// A chart and what a reader must know to read it.
struct Chart {
  std::string file;  ///< "latency_mistakes.svg"
  std::string heading;
  std::string caption;     ///< What is drawn, and what was left out.
  std::optional<Svg> svg;  ///< None if the results do not allow the chart; `caption` then says why.
};

/// What a series is called: the label, and the kind where it differs.
std::string series_name(const Rows& rows, const std::string& label);

/// Detection time against mistake rate, per detector.
Chart latency_chart(const Rows& rows, const std::vector<TradeGroup>& groups,
                    const std::string& state);

/// Two parameters of one detector that have the most values, and where every row of it lies.
struct HeatGrid {
  std::string label;
  std::size_t x_parameter = 0;  ///< Index in Rows::parameters.
  std::size_t y_parameter = 0;
  std::vector<double> x_values;  ///< Ascending.
  std::vector<double> y_values;
  std::vector<std::ptrdiff_t> row_at;  ///< y * x_values.size() + x -> index in Rows::rows, or -1.
  std::string slice;  ///< Values of other varying parameters: "loss 0.01"; may be empty.
};
std::optional<HeatGrid> heat_grid(const Rows& rows, const std::string& state);
Chart heat_chart(const Rows& rows, const std::string& state);

/// One distribution of the detection time.
struct Curve {
  std::int64_t cell = 0;
  std::string label;
  std::string state;
  std::string name;
  std::vector<double> seconds;
  std::vector<double> share;  ///< Share of crash instants detected within `seconds`.
};
/// Reads detection.csv. Fails on a missing column or a field that is not a whole number.
Result<std::vector<Curve>> read_curves(const results::Table& table, const Rows& rows);
/// The best trade-offs first, spread evenly; at most `most`. Indices in `curves`, ascending.
std::vector<std::size_t> chosen_curves(const std::vector<Curve>& curves, const Rows& rows,
                                       const std::vector<TradeGroup>& groups, std::size_t most);
Chart distribution_chart(const std::vector<Curve>& curves, const std::vector<std::size_t>& chosen);

/// Something that held from `from` to `to` (seconds).
struct Span {
  double from = 0;
  double to = 0;
  std::string what;   ///< crash, stall, partition, gray; or the state of a suspicion.
  std::string label;  ///< Detector of a suspicion.
};
/// What one monitor saw of one node.
struct Lane {
  std::string monitored;
  std::string monitor;
  std::vector<double> sends;
  std::vector<double> losses;
  std::vector<double> arrivals;
  std::vector<Span> truth;
  std::vector<Span> suspicions;
};
struct Timeline {
  std::vector<Lane> lanes;
  std::vector<std::string> labels;
  double end = 0;          ///< Last event, seconds.
  double window_from = 0;  ///< The part that the static chart shows.
  double window_to = 0;
  std::size_t hidden_lanes = 0;
  bool recorded = false;  ///< Of a trace, not of a simulated run.
};
/// Reads timeline.csv; keeps the first `most_lanes` pairs. Fails on a missing column, a time that
/// is no number, an event that is not known. `labels` are the detectors to show, also those that
/// never suspect, in this order; those that appear only in the table follow.
Result<Timeline> read_timeline(const results::Table& table, std::size_t most_lanes,
                               std::vector<std::string> labels = {});
Chart timeline_chart(const Timeline& timeline, const std::vector<std::string>& series);

}  // namespace flatline::report
