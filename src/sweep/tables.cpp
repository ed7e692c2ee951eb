#include "sweep/tables.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "flatline/base/text.hpp"
#include "flatline/qos/measures.hpp"
#include "flatline/sweep/rows.hpp"

namespace flatline::sweep {
namespace {

constexpr std::size_t kDetectionPoints = 100;  // parts of the share per row of detection.csv
constexpr std::size_t kTimelineSenders = 4;
constexpr std::int64_t kTimelineBeats = 90;  // intervals shown
constexpr std::size_t kTimelineEntries = 20'000;
constexpr std::size_t kTimelineSettings = 8;

constexpr const char* kDetectionHeader =
    "cell,label,state,detection_time_ns,cumulative_ns,total_ns";
constexpr const char* kTimelineHeader = "time_s,monitored,monitor,label,state,event";

// A tally's sums of nanoseconds over many pairs may pass 63 bits; as text they stay exact.
std::string wide_text(qos::Wide value) {
  if (value == 0) return "0";
  std::string digits;
  for (; value > 0; value /= 10)
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
  return digits;
}

std::string csv_field(const std::string& text) {
  results::Table table{{"x"}, {{text}}};
  const std::string csv = results::write_csv(table);
  return csv.substr(2, csv.size() - 3);
}

results::Cell optional_cell(const std::optional<double>& value) {
  if (!value) return {};
  return *value;
}

std::string without_header(const std::string& csv) {
  return csv.substr(csv.find('\n') + 1);
}

std::string part_id(std::size_t w) {
  return "world-" + std::to_string(w);
}

// Both texts of a part in one file: the length of the first, a line break, the first, the second.
std::string pack(const results::TablePiece& part) {
  return std::to_string(part.cells.size()) + "\n" + part.cells + part.detection;
}

std::optional<results::TablePiece> unpack(const std::string& bytes) {
  const std::size_t line = bytes.find('\n');
  if (line == std::string::npos) return std::nullopt;
  const auto length = parse_count(std::string_view(bytes).substr(0, line));
  if (!length.ok() || static_cast<std::size_t>(length.value()) > bytes.size() - line - 1)
    return std::nullopt;
  const auto size = static_cast<std::size_t>(length.value());
  return results::TablePiece{bytes.substr(line + 1, size), bytes.substr(line + 1 + size)};
}

// The first lines of both tables.
results::TablePiece headers(const Plan& plan) {
  return {results::write_csv({cell_columns(plan), {}}), std::string(kDetectionHeader) + "\n"};
}

}  // namespace

std::vector<std::string> cell_columns(const Plan& plan) {
  std::vector<std::string> columns = parameter_columns(plan);
  for (const qos::MeasureInfo& measure : qos::measures()) {
    columns.emplace_back(measure.name);
    if (measure.count) continue;
    columns.push_back(std::string(measure.name) + "_lo");
    columns.push_back(std::string(measure.name) + "_hi");
  }
  return columns;
}

namespace {

results::Table measured(const Plan& plan, const World& world, const qos::Measurer& measurer) {
  results::Table table{cell_columns(plan), parameter_rows(plan, world)};
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    std::vector<results::Cell>& row = table.rows[r];
    const auto estimates =
        measurer.measure(r, world.scenario.duration, world.scenario.replications);
    for (std::size_t m = 0; m < estimates.size(); ++m) {
      if (qos::measures()[m].count) {
        row.emplace_back(static_cast<std::int64_t>(estimates[m].mean.value_or(0)));
        continue;
      }
      row.push_back(optional_cell(estimates[m].mean));
      row.push_back(optional_cell(estimates[m].lo));
      row.push_back(optional_cell(estimates[m].hi));
    }
  }
  return table;
}

// detection.csv of these rows, without its header.
std::string detection_of(const results::Table& table, const qos::Measurer& measurer) {
  std::string detection;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const std::vector<results::Cell>& row = table.rows[r];
    const std::string key = results::cell_text(row[0]) + "," +
                            csv_field(std::get<std::string>(row[2])) + "," +
                            std::get<std::string>(row[3]) + ",";
    for (const qos::DetectionPoint& point : measurer.distribution(r, kDetectionPoints)) {
      detection += key + std::to_string(point.detection_time_ns) + "," +
                   wide_text(point.cumulative_ns) + "," + wide_text(point.total_ns) + "\n";
    }
  }
  return detection;
}

// The rows of one world in both tables.
results::TablePiece piece_of(const Plan& plan, const World& world, const qos::Tally& tally) {
  const qos::Measurer measurer(tally);
  const results::Table table = measured(plan, world, measurer);
  return {without_header(results::write_csv(table)), detection_of(table, measurer)};
}

}  // namespace

results::Table cells_table(const Plan& plan, const World& world, const qos::Tally& tally) {
  return measured(plan, world, qos::Measurer(tally));
}

Timeline timeline_of(const World& world) {
  const scenario::Scenario& scenario = world.scenario;
  Timeline timeline;
  timeline.entries = kTimelineEntries;
  std::set<std::size_t> shown;
  for (const Cell& cell : world.cells) {
    if (timeline.settings.size() == kTimelineSettings || !shown.insert(cell.detector).second) {
      continue;
    }
    timeline.settings.push_back(cell.judged);
    timeline.detectors.push_back(cell.detector);
  }
  timeline.length =
      std::min(scenario.duration / kTimelineBeats, scenario.push.interval) * kTimelineBeats;
  return timeline;
}

std::string timeline_csv(const World& world, const std::vector<sim::TimelineEntry>& entries) {
  std::string csv = std::string(kTimelineHeader) + "\n";
  const Timeline timeline = timeline_of(world);
  const scenario::Scenario& scenario = world.scenario;
  const auto rows = sim::rows_of(timeline.settings);
  const world::Cluster& cluster = scenario.world.cluster;
  for (const sim::TimelineEntry& entry : entries) {
    const bool verdict =
        std::string_view(entry.event) == "suspect" || std::string_view(entry.event) == "trust";
    csv += format_number(static_cast<double>(entry.at.ns) * 1e-9, 12) + "," +
           cluster.name(entry.monitored) + "," + cluster.name(entry.monitor) + ",";
    if (verdict) {
      const std::size_t detector = timeline.detectors[rows[entry.row].setting];
      csv += csv_field(scenario.detectors[detector].label) + "," +
             (rows[entry.row].dead ? "dead" : "suspected");
    } else {
      csv += ",";
    }
    csv += std::string(",") + entry.event + "\n";
  }
  return csv;
}

std::string simulated_timeline(const Plan& plan) {
  const World world = plan.world(0);
  const Timeline timeline = timeline_of(world);
  const sim::PreparedWorld prepared(world.scenario, world.warm_up);
  const sim::Block block{0, 0, std::min(kTimelineSenders, world.scenario.push.from.size())};
  return timeline_csv(world, sim::record_timeline(prepared, timeline.settings, block,
                                                  timeline.length, timeline.entries));
}

results::FinishedFiles files_of(const Plan& plan, const World& world, const qos::Tally& tally,
                                const std::vector<sim::TimelineEntry>& timeline) {
  results::FinishedFiles files;
  files.tables = [&plan, &world, &tally,
                  next = 0]() mutable -> Result<std::optional<results::TablePiece>> {
    ++next;
    if (next == 1) return std::optional(headers(plan));
    if (next == 2) return std::optional(piece_of(plan, world, tally));
    return std::optional<results::TablePiece>();
  };
  files.timeline = timeline_csv(world, timeline);
  files.scenario = plan.resolved;
  return files;
}

results::FinishedFiles stored_files(const Plan& plan, const results::ResultsFolder& folder) {
  results::FinishedFiles files;
  files.tables = [&plan, &folder, begun = false,
                  next = std::size_t{0}]() mutable -> Result<std::optional<results::TablePiece>> {
    if (!begun) {
      begun = true;
      return std::optional(headers(plan));
    }
    if (next == plan.worlds.size()) return std::optional<results::TablePiece>();
    const auto bytes = folder.read_part(part_id(next++));
    if (!bytes.ok()) return bytes.problems();
    auto part = unpack(bytes.value());
    FLATLINE_CHECK(part.has_value(), "our own part can be read");
    return std::optional(std::move(part));
  };
  files.timeline = simulated_timeline(plan);
  files.scenario = plan.resolved;
  return files;
}

bool has_part(const results::ResultsFolder& folder, std::size_t w) {
  return folder.has_part(part_id(w));
}

Result<std::monostate> store_part(const results::ResultsFolder& folder, const Plan& plan,
                                  const World& world, std::size_t w, const qos::Tally& tally) {
  return folder.write_part(part_id(w), pack(piece_of(plan, world, tally)));
}

}  // namespace flatline::sweep
