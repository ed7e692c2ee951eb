// flatline fit of a log that tells of pauses: garbage collections, safepoints, hiccups.

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "build_info.hpp"
#include "cli/command.hpp"
#include "cli/fit_charts.hpp"
#include "cli/fit_output.hpp"
#include "flatline/base/text.hpp"
#include "flatline/fit/pauses.hpp"

namespace flatline::cli {
namespace {

using report::ChartSeries;
using report::LineChart;
using report::LineStyle;

// A heartbeat each second over a quick network, unless asked otherwise: the log knows of neither.
constexpr Duration kUsualInterval = seconds(1);
constexpr Duration kUsualDelay = milliseconds(1);
constexpr double kShares[] = {0.5, 0.9, 0.99, 0.999, 1};
constexpr const char* kShareNames[] = {"p50", "p90", "p99", "p99.9", "max"};

double share_of(const std::vector<std::int64_t>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return seconds_of(sorted[std::min(rank, sorted.size() - 1)]);
}

trace::PauseOptions options_of(const FitRequest& request) {
  const trace::ArrivalOptions& columns = request.input.columns;
  if (!columns.column.empty() || !columns.seq_column.empty() || !columns.send_column.empty())
    fail(kUsage, "a column is named, but " + request.input.path + " is a log of pauses");
  trace::PauseOptions out;
  out.threshold = request.options.stall;
  out.resolution = request.resolution;
  out.unit = columns.unit;
  out.tag = columns.target;
  return out;
}

std::string remarks_on(const trace::PauseLog& log) {
  std::string out = "this is " + log.format + "\n";
  const auto say = [&](const std::string& text) { out += text + "\n"; };
  if (log.safepoints > 0) {
    say("all " + std::to_string(log.safepoints) + " stops at safepoints are taken; the " +
        std::to_string(log.collections) + " pauses of collections are among them");
  }
  if (log.threshold.ns > 0)
    say("only pauses longer than " + format_duration(log.threshold) + " are taken (--stall)");
  if (log.resolution.ns > 0) {
    say("one value each " + format_duration(log.resolution) +
        " was made up by the recorder during a pause; these are taken back (--resolution)");
  }
  if (!log.exact_times) say("when a pause began is known to the interval of the log only");
  if (log.passed_over > 0)
    say(std::to_string(log.passed_over) + " lines that tell of no pause were passed over");
  for (const trace::Repair& repair : log.repairs) {
    say("repaired: " + repair.what + " (" + std::to_string(repair.count) + ", first in line " +
        std::to_string(repair.first_line) + ")");
  }
  return out;
}

nlohmann::ordered_json numbers_of(const trace::PauseLog& log, const fit::PauseFit& fit) {
  const fit::StallPart& stalls = fit.stalls;
  nlohmann::ordered_json out{{"format", log.format},
                             {"pauses", stalls.seen},
                             {"threshold_s", log.threshold.seconds()},
                             {"watched_s", log.watched.seconds()},
                             {"stalled_share", number(fit.stalled_share)}};
  for (const trace::PauseKind& kind : log.kinds) out["kinds"][kind.name] = kind.count;
  for (std::size_t i = 0; i < std::size(kShares); ++i)
    out["quantiles_s"][kShareNames[i]] = share_of(stalls.lengths_ns, kShares[i]);
  out["law"] = stalls.recorded ? "empirical" : "fitted";
  out["parameters"] = json_of(std::vector{stalls.between});
  out["families"] = nlohmann::ordered_json::array();
  for (const fit::LawFit& law : fit.families) out["families"].push_back(json_of(law));
  out["farthest_tail"] = fit.farthest_tail;
  out["dispersion_p_value"] = number(stalls.dispersion_p_value);
  for (const double value : fit.correlation) out["length_correlation"].push_back(number(value));
  out["features"] = json_of(fit.features);
  return out;
}

// The stalls within a model of everything else.
FittedScenario scenario(const FitRequest& request, const fit::PauseFit& fit,
                        const std::string& source) {
  fit::TraceFit model;
  model.observed_s = std::max(fit.stalls.observed_s, 1e-6);
  model.interval = request.interval.ns > 0 ? request.interval : kUsualInterval;
  model.sender = fit.stalls;
  fit::LawFit delay;
  delay.law.value = kUsualDelay;
  model.families.push_back(delay);
  return scenario_of(model, name_of_fit(request).slug, source);
}

LineChart tails(const fit::PauseFit& fit) {
  LineChart chart = chart_of(
      "pause_tail.svg", "How long the longest are",
      "Share of pauses longer than a length. Where the steps leave the line, the law is wrong by "
      "that much. A law is drawn no farther than two decades beyond the longest pause.");
  chart.x = {"length", true, true};
  chart.y = {"share of pauses longer", true, false};
  add_tails(chart, fit.stalls.lengths_ns, fit.families, fit.farthest_tail);
  return chart;
}

LineChart over_time(const fit::PauseFit& fit) {
  LineChart chart = chart_of("pause_times.svg", "Pauses over time",
                             "Each pause when it began: quiet and busy times show.");
  chart.x = {"time since the first", false, true};
  chart.y = {"length", true, true};
  ChartSeries series{"measured", LineStyle::points, {}, {}};
  for (std::size_t i = 0; i < fit.in_order.size(); ++i) {
    series.x.push_back(seconds_of(fit.begins_ns[i]));
    series.y.push_back(seconds_of(fit.in_order[i]));
  }
  chart.series.push_back(std::move(series));
  return chart;
}

LineChart gaps(const fit::PauseFit& fit) {
  LineChart chart = chart_of("pause_gaps.svg", "Time between pauses",
                             "Share of the gaps longer than a time. The simulation draws them "
                             "from the line, which has their mean.");
  chart.x = {"time to the next pause", true, true};
  chart.y = {"share of gaps longer", true, false};
  fit::LawFit drawn;
  drawn.law.family = random::Family::exponential;
  drawn.law.value =
      Duration{std::max<std::int64_t>(1, std::llround(fit.stalls.between.value * 1e9))};
  add_tails(chart, fit.gaps_ns, {drawn}, fit.farthest_tail);
  return chart;
}

report::PageTable lengths_table(const fit::PauseFit& fit) {
  report::PageTable table;
  table.heading = "Lengths";
  table.columns = {"", "p50", "p90", "p99", "p99.9", "longest"};
  std::vector<std::string> row{"measured"};
  for (const double share : kShares)
    row.push_back(readable_seconds(share_of(fit.stalls.lengths_ns, share)));
  table.rows.push_back(std::move(row));
  for (std::size_t i = 0; i < std::min<std::size_t>(fit.families.size(), 2); ++i) {
    const random::Distribution& law = fit.families[i].law;
    std::vector<std::string> by_law{std::string(random::name_of(law.family))};
    for (const double share : kShares)
      by_law.push_back(share < 1 ? readable_seconds(fit::quantile(law, share) * 1e-9) : "");
    table.rows.push_back(std::move(by_law));
  }
  return table;
}

report::PageTable kinds_table(const trace::PauseLog& log) {
  report::PageTable table;
  table.heading = "What the log calls them";
  table.columns = {"kind", "count"};
  for (const trace::PauseKind& kind : log.kinds)
    table.rows.push_back({kind.name, std::to_string(kind.count)});
  return table;
}

report::ChartPage page_of(const trace::PauseLog& log, const fit::PauseFit& fit,
                          const std::string& file) {
  report::ChartPage page;
  page.kind = "flatline fit";
  page.title = file;
  page.facts = {std::to_string(fit.stalls.seen) + " pauses",
                "over " + readable_seconds(fit.stalls.observed_s),
                format_number(100 * fit.stalled_share, 3) + " % of the time"};
  page.summary = {"Pauses as " + log.format.substr(log.format.find(' ') + 1) +
                      " tells of them, as stalls of a scenario. The network is not in the log: its "
                      "delay and loss are for you to fill in.",
                  "The log carries statements down to a probability of " +
                      format_number(fit.farthest_tail, 2) +
                      " per pause, two decades beyond their number; nothing rarer is in it."};
  page.checks = checks_of(fit.features);
  const LineChart tail = tails(fit);
  page.charts = {tail,
                 shares_of(tail, "pause_share.svg", "Lengths",
                           "Share of pauses of at most a length, measured and by the fitted laws.",
                           "share of pauses"),
                 over_time(fit)};
  if (!fit.correlation.empty()) {
    page.charts.push_back(correlation_chart("pause_correlation.svg",
                                            "Do long pauses come together?", "pauses", "lengths",
                                            fit.correlation, fit.correlation_bound));
  }
  if (fit.gaps_ns.size() > 1 && fit.gaps_ns.back() > 0) page.charts.push_back(gaps(fit));
  report::PageTable numbers;
  numbers.heading = "Fitted numbers";
  numbers.columns = {"part", "parameter", "value", "95 % from", "to"};
  add_parameters(numbers, "rate", {fit.stalls.between});
  if (fit.stalls.length) {
    add_parameters(numbers, fit.stalls.recorded ? "length (law not used)" : "length",
                   fit.stalls.length->parameters);
  }
  page.tables = {lengths_table(fit), numbers};
  if (!fit.families.empty())
    page.tables.push_back(families_table("Laws tried for the length", fit.families));
  if (!log.kinds.empty()) page.tables.push_back(kinds_table(log));
  return page;
}

}  // namespace

int fit_pause_log(const FitRequest& request) {
  const trace::PauseLog log =
      value_or_fail(trace::read_pauses(request.input.path, options_of(request)), kInvalid);
  const fit::PauseFit fitted = fit::fit_pauses(log, request.options.laws);
  const std::string file = name_of_fit(request).file;
  const std::string size = std::to_string(fitted.stalls.seen) + " pauses over " +
                           readable_seconds(fitted.stalls.observed_s);
  FitFiles files;
  files.remarks = remarks_on(log);
  files.scenario = scenario(request, fitted,
                            "Fitted by flatline " FLATLINE_VERSION " from " + file + ": " + size +
                                ", as " + log.format + " tells of them.");
  files.page = page_of(log, fitted, file);
  files.summary = size + ", the longest " +
                  readable_seconds(seconds_of(fitted.stalls.lengths_ns.back())) + "\n" +
                  feature_lines(fitted.features);
  return write_fit(request, std::move(files), numbers_of(log, fitted));
}

}  // namespace flatline::cli
