#include "cli/fit_page.hpp"

#include <algorithm>
#include <cmath>

#include "cli/fit_scenario.hpp"
#include "flatline/base/text.hpp"

namespace flatline::cli {
namespace {

using report::ChartSeries;
using report::LineChart;
using report::LineStyle;

constexpr double kModelPoints = 400;
constexpr double kFewestRuns = 0.01;  // a law that expects fewer is drawn no farther

double seconds_of(std::int64_t ns) {
  return static_cast<double>(ns) * 1e-9;
}

// Share of the values above each; the last, which none exceeds, is left to be seen as 1/n.
ChartSeries tail_of(const std::string& name, const std::vector<std::int64_t>& sorted) {
  ChartSeries out{name, LineStyle::steps, {}, {}};
  const auto n = static_cast<double>(sorted.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    out.x.push_back(seconds_of(sorted[i]));
    out.y.push_back((n - static_cast<double>(i)) / n);
  }
  return out;
}

// Pr(longer) of a law, from near the least of what was measured to as far as its tail may be asked
// for.
ChartSeries tail_of(const random::Distribution& law, std::int64_t least, double farthest) {
  ChartSeries out{std::string(random::name_of(law.family)), LineStyle::line, {}, {}};
  for (double i = 0; i <= kModelPoints; ++i) {
    const double tail = std::pow(farthest, i / kModelPoints);
    const double p = std::min(1 - tail, 1 - 1e-16);
    const double ns = fit::quantile(law, std::max(p, 1e-6));
    if (ns < 0.5 * static_cast<double>(least)) continue;
    out.x.push_back(ns * 1e-9);
    out.y.push_back(fit::survival(law, ns));
  }
  return out;
}

LineChart chart_of(const std::string& file, const std::string& heading,
                   const std::string& caption) {
  LineChart chart;
  chart.file = file;
  chart.heading = heading;
  chart.caption = caption;
  return chart;
}

LineChart delay_tail(const fit::TraceFit& fit) {
  LineChart chart = chart_of(
      "delay_tail.svg", "How slow the slowest are",
      "Share of heartbeats slower than a delay. Where the steps leave the line, the law is wrong "
      "by "
      "that much. A law is drawn no farther than two decades beyond the slowest heartbeat.");
  chart.x = {"delay", true, true};
  chart.y = {"share of heartbeats slower", true, false};
  chart.series.push_back(tail_of("measured", fit.delays));
  for (std::size_t i = 0; i < std::min<std::size_t>(fit.families.size(), 2); ++i)
    chart.series.push_back(tail_of(fit.families[i].law, fit.delays.front(), fit.farthest_tail));
  chart.beyond = seconds_of(fit.delays.back());
  chart.beyond_text = "nothing measured";
  return chart;
}

// `tails` upside down.
LineChart delay_body(const LineChart& tails) {
  LineChart chart =
      chart_of("delay_share.svg", "Delays",
               "Share of heartbeats that took at most a delay, measured and by the fitted laws.");
  chart.x = {"delay", true, true};
  chart.y = {"share of heartbeats", false, false};
  for (const ChartSeries& tail : tails.series) {
    ChartSeries share = tail;
    for (double& y : share.y) y = 1 - y;
    chart.series.push_back(std::move(share));
  }
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

LineChart correlation(const fit::TraceFit& fit) {
  LineChart chart = chart_of(
      "delay_correlation.svg", "Do slow heartbeats come together?",
      "Rank correlation of the delays of heartbeats that are so many apart. Independent delays "
      "stay "
      "between the lines 19 times in 20.");
  chart.x = {"heartbeats apart", false, false};
  chart.y = {"rank correlation", false, false};
  ChartSeries values{"measured", LineStyle::points, {}, {}};
  ChartSeries upper{"if independent", LineStyle::line, {}, {}}, lower{"", LineStyle::line, {}, {}};
  for (std::size_t k = 0; k < fit.correlation.size(); ++k) {
    const auto lag = static_cast<double>(k + 1);
    values.x.push_back(lag);
    values.y.push_back(fit.correlation[k]);
    upper.x.push_back(lag);
    upper.y.push_back(fit.correlation_bound);
    lower.x.push_back(lag);
    lower.y.push_back(-fit.correlation_bound);
  }
  chart.series = {values, upper, lower};
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

void add_parameters(report::PageTable& table, const std::string& of,
                    const std::vector<fit::Parameter>& parameters) {
  for (const fit::Parameter& p : parameters) {
    const auto text = [&](double value) {
      return p.is_duration ? readable_seconds(value) : format_number(value, 4);
    };
    table.rows.push_back({of, p.name, text(p.value), text(p.lo), text(p.hi)});
  }
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

report::PageTable families(const fit::TraceFit& fit) {
  report::PageTable table;
  table.heading = "Laws tried for the delay";
  table.note =
      "BIC: Schwarz's criterion, less is better, by how much worse than the best. D: largest "
      "difference of the shares. Tail: how far a law's quantiles are off up to the tenth slowest, "
      "as a factor.";
  table.columns = {"law", "BIC", "p", "D", "tail off by"};
  for (const fit::LawFit& law : fit.families) {
    table.rows.push_back({std::string(random::name_of(law.law.family)),
                          "+" + format_number(law.bic - fit.families.front().bic, 4),
                          format_number(law.goodness.p_value, 2),
                          format_number(law.goodness.distance, 2),
                          format_number(std::exp2(law.goodness.tail_octaves), 3)});
  }
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

report::ChartPage page_of(const fit::TraceFit& fit, const FitSource& source) {
  report::ChartPage page;
  page.kind = "flatline fit";
  page.title = source.name;
  page.version = source.version;
  page.facts = {std::to_string(fit.received) + " heartbeats",
                "over " + readable_seconds(fit.observed_s),
                "every " + format_duration(fit.interval)};
  if (fit.loss) page.facts.push_back(std::to_string(fit.loss->lost) + " lost");
  if (fit.duplicates > 0) page.facts.push_back(std::to_string(fit.duplicates) + " twice");
  page.summary = {summary(fit),
                  "The trace carries statements down to a probability of " +
                      format_number(fit.farthest_tail, 2) +
                      " per heartbeat, two decades beyond its number; nothing rarer is in it."};
  for (const fit::Feature& feature : fit.features) {
    const auto verdict = !feature.p_value && feature.holds ? report::Verdict::neutral
                         : feature.holds                   ? report::Verdict::good
                                                           : report::Verdict::bad;
    page.checks.push_back({verdict, feature.name, feature.found});
  }
  if (!fit.delays.empty()) {
    const LineChart tails = delay_tail(fit);
    page.charts = {tails, delay_body(tails), over_time(fit)};
    if (!fit.correlation.empty()) page.charts.push_back(correlation(fit));
  }
  if (fit.loss && fit.loss->lost > 0) {
    page.charts.push_back(run_lengths(fit.loss->burst_lengths, "loss_bursts.svg", "Bursts of loss",
                                      "lost heartbeats"));
    page.charts.push_back(run_lengths(fit.loss->gap_lengths, "loss_gaps.svg", "Gaps between losses",
                                      "heartbeats delivered between two losses"));
  }
  const auto add = [&](const fit::StallPart& stalls, const char* file, const char* what) {
    if (stalls.seen > 1) page.charts.push_back(stall_lateness(stalls, fit.interval, file, what));
  };
  add(fit.sender, "sender_stalls.svg", "stalls of the sender");
  if (fit.way) add(*fit.way, "hold_ups.svg", "hold-ups on the way");
  if (fit.monitor) add(*fit.monitor, "monitor_stalls.svg", "stalls of the monitor");
  page.tables = {parts(fit), parameters(fit)};
  if (!fit.families.empty()) page.tables.push_back(families(fit));
  page.code_heading = "The scenario";
  page.code = source.scenario;
  for (std::size_t from = 0; from < source.remarks.size();) {
    const std::size_t end = source.remarks.find('\n', from);
    page.notes.push_back(source.remarks.substr(from, end - from));
    from = end == std::string::npos ? source.remarks.size() : end + 1;
  }
  return page;
}

}  // namespace flatline::cli
