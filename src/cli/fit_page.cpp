#include "cli/fit_page.hpp"

#include <algorithm>
#include <cmath>

#include "cli/fit_charts.hpp"
#include "cli/fit_scenario.hpp"
#include "flatline/base/text.hpp"

namespace flatline::cli {
namespace {

using report::ChartSeries;
using report::LineChart;
using report::LineStyle;

constexpr double kModelPoints = 400;
constexpr double kFewestRuns = 0.01;  // a law that expects fewer is drawn no farther

LineChart delay_tail(const fit::TraceFit& fit) {
  LineChart chart = chart_of(
      "delay_tail.svg", "How slow the slowest are",
      "Share of heartbeats slower than a delay. Where the steps leave the line, the law is wrong "
      "by "
      "that much. A law is drawn no farther than two decades beyond the slowest heartbeat.");
  chart.x = {"delay", true, true};
  chart.y = {"share of heartbeats slower", true, false};
  add_tails(chart, fit.delays, fit.families, fit.farthest_tail);
  return chart;
}

LineChart run_lengths(const fit::RunLengths& runs, const std::string& file,
                      const std::string& heading, const std::string& what) {
  LineChart chart = chart_of(
      file, heading,
      "Runs of " + what + " at least so long: counted, and expected under both laws of loss.");
  chart.x = {"heartbeats in a row", true, false};
  chart.y = {"runs at least as long", true, false};
  const auto at_least = [&](const std::string& name, LineStyle style, const auto& counts) {
    ChartSeries out{name, style, {}, {}};
    double sum = 0;
    for (std::size_t i = counts.size(); i-- > 0;) {
      sum += static_cast<double>(counts[i]);
      if (sum < kFewestRuns) continue;
      out.x.insert(out.x.begin(), static_cast<double>(runs.length[i]));
      out.y.insert(out.y.begin(), sum);
    }
    return out;
  };
  chart.series.push_back(at_least("measured", LineStyle::points, runs.observed));
  chart.series.push_back(at_least("independent", LineStyle::line, runs.bernoulli));
  if (!runs.gilbert.empty())
    chart.series.push_back(at_least("Gilbert-Elliott", LineStyle::line, runs.gilbert));
  return chart;
}

LineChart over_time(const fit::TraceFit& fit) {
  LineChart chart =
      chart_of("delay_order.svg", "Delays in order",
               "The delay of each heartbeat, stalls taken off: quiet and busy times show.");
  chart.x = {"heartbeat", false, false};
  chart.y = {"delay", true, true};
  ChartSeries series{"measured", LineStyle::points, {}, {}};
  for (std::size_t i = 0; i < fit.in_order.size(); ++i) {
    series.x.push_back(static_cast<double>(i));
    series.y.push_back(seconds_of(fit.in_order[i]));
  }
  chart.series.push_back(std::move(series));
  return chart;
}

// Probability that a stall makes a heartbeat later than y: what is left of it after the time to the
// next place of the grid, which is uniform over one interval. Simpson's rule in the logarithm.
double later(const random::Distribution& law, double y_ns, Duration interval) {
  constexpr int kSteps = 64;
  const double from = std::log(y_ns);
  const double step = (std::log(y_ns + static_cast<double>(interval.ns)) - from) / kSteps;
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double length = std::exp(from + i * step);
    const double weight = i == 0 || i == kSteps ? 1 : (i % 2 == 1 ? 4 : 2);
    sum += weight * length * fit::survival(law, length);
  }
  return sum * step / 3 / static_cast<double>(interval.ns);
}

// The law of the lateness among the stalls that are seen, as far as it may be asked for.
ChartSeries lateness_of(const fit::StallPart& stalls, Duration interval) {
  const random::Distribution& law = stalls.length->law;
  ChartSeries out{std::string(random::name_of(law.family)), LineStyle::line, {}, {}};
  const auto least = static_cast<double>(stalls.threshold.ns);
  const double seen = later(law, least, interval);
  const double farthest = fit::farthest_tail(stalls.seen);
  const double most = fit::quantile(law, std::min(1 - farthest * seen, 1 - 1e-15));
  for (double i = 0; i <= kModelPoints && most > least; ++i) {
    const double y = least * std::pow(most / least, i / kModelPoints);
    const double share = later(law, y, interval) / seen;
    if (share < farthest) break;
    out.x.push_back(y * 1e-9);
    out.y.push_back(share);
  }
  return out;
}

LineChart stall_lateness(const fit::StallPart& stalls, Duration interval, const std::string& file,
                         const std::string& what) {
  LineChart chart = chart_of(
      file, "Lateness after " + what,
      "Share of those seen that made a heartbeat later than a time. A stall begins at a random "
      "moment between two heartbeats, so it is longer than it makes the next one late: the line is "
      "what the law of lengths says of lateness.");
  chart.x = {"lateness", true, true};
  chart.y = {"share later", true, false};
  std::vector<std::int64_t> late = stalls.lengths_ns;
  for (std::int64_t& length : late) length -= interval.ns / 2;
  chart.series.push_back(tail_of("measured", late));
  if (stalls.length) chart.series.push_back(lateness_of(stalls, interval));
  chart.beyond = seconds_of(late.back());
  chart.beyond_text = "nothing measured";
  return chart;
}

void add_stalls(report::PageTable& table, const std::string& of, const fit::StallPart& stalls) {
  add_parameters(table, of, {stalls.between});
  if (!stalls.length) return;
  add_parameters(table, stalls.recorded ? of + " (law not used)" : of, stalls.length->parameters);
}

report::PageTable parameters(const fit::TraceFit& fit) {
  report::PageTable table;
  table.heading = "Fitted numbers";
  table.columns = {"part", "parameter", "value", "95 % from", "to"};
  if (!fit.families.empty()) {
    add_parameters(table, fit.delay_recorded ? "delay (not used)" : "delay",
                   fit.families.front().parameters);
  }
  if (fit.loss) {
    add_parameters(table, "loss", {fit.loss->probability});
    if (fit.loss->bursts) {
      add_parameters(table,
                     fit.loss->choose_bursts ? "loss in bursts" : "loss in bursts (not used)",
                     fit.loss->bursts->parameters);
    }
  }
  add_stalls(table, "stalls of the sender", fit.sender);
  if (fit.way) add_stalls(table, "hold-ups on the way", *fit.way);
  if (fit.monitor) add_stalls(table, "stalls of the monitor", *fit.monitor);
  return table;
}

report::PageTable parts(const fit::TraceFit& fit) {
  report::PageTable table;
  table.heading = "Where the time goes";
  table.columns = {"part", "least", "median", "p90", "p99", "p99.9", "most"};
  for (const fit::PartQuantiles& part : fit.parts) {
    std::vector<std::string> row{part.name};
    for (const double ns : part.quantiles) row.push_back(readable_seconds(ns * 1e-9));
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string summary(const fit::TraceFit& fit) {
  std::size_t failing = 0;
  for (const fit::Feature& feature : fit.features) failing += feature.holds ? 0 : 1;
  if (failing == 0) {
    return "Every assumption of the fitted model stands up to the trace: a simulated trace cannot "
           "be "
           "told from the recorded one by these tests.";
  }
  return std::to_string(failing) + " of " + std::to_string(fit.features.size()) +
         " assumptions of the fitted model " + (failing == 1 ? "fails" : "fail") +
         ". The crosses below say which; trust the sweep less where they matter, and check its "
         "answer with flatline replay on the trace itself.";
}

}  // namespace

report::ChartPage page_of(const fit::TraceFit& fit, const std::string& file) {
  report::ChartPage page;
  page.kind = "flatline fit";
  page.title = file;
  page.facts = {std::to_string(fit.received) + " heartbeats",
                "over " + readable_seconds(fit.observed_s),
                "every " + format_duration(fit.interval)};
  if (fit.loss) page.facts.push_back(std::to_string(fit.loss->lost) + " lost");
  if (fit.duplicates > 0) page.facts.push_back(std::to_string(fit.duplicates) + " twice");
  page.summary = {summary(fit),
                  "The trace carries statements down to a probability of " +
                      format_number(fit.farthest_tail, 2) +
                      " per heartbeat, two decades beyond its number; nothing rarer is in it."};
  page.checks = checks_of(fit.features);
  if (!fit.delays.empty()) {
    const LineChart tails = delay_tail(fit);
    page.charts = {tails,
                   shares_of(tails, "delay_share.svg", "Delays",
                             "Share of heartbeats that took at most a delay, measured and by "
                             "the fitted laws.",
                             "share of heartbeats"),
                   over_time(fit)};
    if (!fit.correlation.empty())
      page.charts.push_back(correlation_chart("delay_correlation.svg",
                                              "Do slow heartbeats come together?", "heartbeats",
                                              "delays", fit.correlation, fit.correlation_bound));
  }
  if (fit.loss && fit.loss->lost > 0) {
    page.charts.push_back(run_lengths(fit.loss->burst_lengths, "loss_bursts.svg", "Bursts of loss",
                                      "lost heartbeats"));
    page.charts.push_back(run_lengths(fit.loss->gap_lengths, "loss_gaps.svg", "Gaps between losses",
                                      "heartbeats delivered between two losses"));
  }
  const auto add = [&](const fit::StallPart& stalls, const char* chart, const char* what) {
    if (stalls.seen > 1) page.charts.push_back(stall_lateness(stalls, fit.interval, chart, what));
  };
  add(fit.sender, "sender_stalls.svg", "stalls of the sender");
  if (fit.way) add(*fit.way, "hold_ups.svg", "hold-ups on the way");
  if (fit.monitor) add(*fit.monitor, "monitor_stalls.svg", "stalls of the monitor");
  page.tables = {parts(fit), parameters(fit)};
  if (!fit.families.empty())
    page.tables.push_back(families_table("Laws tried for the delay", fit.families));
  return page;
}

}  // namespace flatline::cli
