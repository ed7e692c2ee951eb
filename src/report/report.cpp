#include "flatline/report/report.hpp"

#include "bundle.hpp"
#include "flatline/results/store.hpp"
#include "flatline/results/table.hpp"
#include "page.hpp"

namespace flatline::report {
namespace {

constexpr std::size_t kMostLanes = 3;
constexpr std::size_t kMostCurves = 8;

Result<results::Table> read_table(const std::string& path) {
  Result<std::string> text = results::read_file(path);
  if (!text) return text.problems();
  Result<results::Table> table = results::read_csv(text.value());
  if (table) return table;
  Problems problems = table.problems();
  for (Problem& problem : problems) {
    if (problem.file.empty()) problem.file = path;
  }
  return problems;
}

// The page's parts that come from the tables, once the rows are there.
Result<Report> read_tables(const std::string& folder, Report report) {
  const Result<results::Table> detection = read_table(folder + "/detection.csv");
  if (!detection) return detection.problems();
  Result<std::vector<Curve>> curves = read_curves(detection.value(), report.rows);
  if (!curves) return curves.problems();
  const Result<results::Table> events = read_table(folder + "/timeline.csv");
  if (!events) return events.problems();
  Result<Timeline> timeline = read_timeline(events.value(), kMostLanes, report.rows.labels);
  if (!timeline) return timeline.problems();
  report.curves = std::move(curves).value();
  report.timeline = std::move(timeline).value();
  report.timeline.recorded = report.source.replayed;
  return report;
}

void draw_charts(Report& report) {
  const Rows& rows = report.rows;
  report.state = rows.states.empty() ? "" : rows.states.front();
  report.groups = trade_off(rows, report.state, Measure::detection_mean);
  report.words = headline(rows, report.groups, report.state);
  report.shown_curves = chosen_curves(report.curves, rows, report.groups, kMostCurves);
  report.charts = {latency_chart(rows, report.groups, report.state), heat_chart(rows, report.state),
                   distribution_chart(report.curves, report.shown_curves),
                   timeline_chart(report.timeline, rows.labels)};
}

Result<Report> read_report(const std::string& folder) {
  const Result<results::Manifest> manifest = results::read_manifest(folder);
  if (!manifest) return manifest.problems();
  const Result<std::string> scenario = results::read_file(folder + "/scenario.json");
  if (!scenario) return scenario.problems();
  Result<Source> source = read_source(manifest.value(), scenario.value());
  if (!source) return source.problems();
  const Result<results::Table> cells = read_table(folder + "/cells.csv");
  if (!cells) return cells.problems();
  Result<Rows> rows = read_rows(cells.value());
  if (!rows) return rows.problems();
  Report report;
  report.source = std::move(source).value();
  report.rows = std::move(rows).value();
  return read_tables(folder, std::move(report));
}

}  // namespace

bool has_interactive_charts() {
  return !bundle_script().empty();
}

Result<WrittenReport> write_report(const std::string& folder) {
  Result<Report> read = read_report(folder);
  if (!read) return read.problems();
  Report& report = read.value();
  draw_charts(report);
  WrittenReport out;
  for (const Chart& chart : report.charts) {
    if (!chart.svg) continue;
    out.charts.push_back(folder + "/" + chart.file);
    const auto written = results::write_file(out.charts.back(), chart.svg->file_text());
    if (!written) return written.problems();
  }
  const std::string script = bundle_script();
  out.interactive = !script.empty();
  out.html = folder + "/report.html";
  const auto written = results::write_file(out.html, page(report, script));
  if (!written) return written.problems();
  return out;
}

}  // namespace flatline::report
