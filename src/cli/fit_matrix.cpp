// flatline fit of a matrix of round trips: links between nodes.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "build_info.hpp"
#include "cli/command.hpp"
#include "cli/fit_charts.hpp"
#include "cli/fit_output.hpp"
#include "flatline/base/text.hpp"
#include "flatline/fit/round_trips.hpp"

namespace flatline::cli {
namespace {

constexpr Duration kUsualInterval = seconds(1);
/// With more nodes there are too many links to write one by one.
constexpr std::int64_t kMostLinks = 32;

std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

std::string quoted(Duration d) {
  return quoted(format_duration(d));
}

std::string node(std::int64_t index) {
  return quoted("node/" + std::to_string(index));
}

// An entry of `links` for each ordered pair that was measured.
std::string links_of(const trace::RttMatrix& matrix) {
  std::string out;
  for (std::int64_t i = 0; i < matrix.nodes; ++i) {
    for (std::int64_t j = 0; j < matrix.nodes; ++j) {
      if (matrix.at(i, j) <= 0) continue;
      out += (out.empty() ? "" : ",\n") + ("    {\"from\": " + node(i)) + ", \"to\": " + node(j) +
             ", \"delay\": " + quoted(Duration{matrix.at(i, j) / 2}) + "}";
    }
  }
  return "  \"links\": [\n" + out + "\n  ],\n";
}

FittedScenario scenario(const FitRequest& request, const trace::RttMatrix& matrix,
                        const fit::RoundTripFit& fit, const std::string& source) {
  const Duration interval = request.interval.ns > 0 ? request.interval : kUsualInterval;
  const Duration longest{std::max<std::int64_t>(fit.one_way_ns.back(), 1)};
  FittedScenario out;
  std::string& text = out.text;
  text = "// " + source + "\n// One-way delays are halves of round trips.\n{\n";
  text += "  \"name\": " + quoted("fit of " + name_of_fit(request).slug) + ",\n";
  text += "  \"why\": \"Which settings suit the distances that were measured.\",\n";
  text += "  \"duration\": " + quoted(std::max(hours(1), interval)) + ",\n";
  text += "  \"nodes\": {\"node\": " + std::to_string(matrix.nodes) + "},\n";
  text += "  \"link\": {\n";
  if (fit.recorded) {
    text += "    // The " + std::to_string(fit.one_way_ns.size()) +
            " measured ones, each as likely as the others, anew for each message.\n";
    text += "    \"delay\": {\"empirical\": \"delays.csv\"}\n";
    out.files.push_back({"delays.csv", recorded_file("delay_ns", fit.one_way_ns)});
  } else {
    text += "    // Of all pairs: " + parameters_text(fit.families.front().parameters) +
            "; drawn anew for each message.\n";
    text += "    \"delay\": " + law_text(fit.families.front().law) + "\n";
  }
  text += "  },\n";
  if (matrix.nodes <= kMostLinks) text += links_of(matrix);
  text += "  \"watch\": {\"push\": {\"from\": \"node\", \"to\": \"node/0\", \"interval\": " +
          quoted(interval) + "}},\n";
  text += "  \"detectors\": [\n    {\"fixed_timeout\": {\"timeout\": " +
          quoted(interval * 3 + longest) + "}}\n  ]\n}\n";
  return out;
}

std::string remarks_on(const trace::RttMatrix& matrix, const fit::RoundTripFit& fit) {
  std::string out =
      "one-way delays are halves of round trips: the two directions of a way may differ\n";
  if (fit.missing > 0) {
    out += std::to_string(fit.missing) +
           " round trips are missing; such pairs draw from the law of all\n";
  }
  if (matrix.nodes > kMostLinks) {
    out += "more than " + std::to_string(kMostLinks) +
           " nodes: no links of their own; every message draws its delay from the law of all "
           "pairs, so that distance becomes jitter\n";
  }
  return out;
}

nlohmann::ordered_json numbers_of(const fit::RoundTripFit& fit) {
  const auto at = [&](double share) {
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(fit.one_way_ns.size()));
    return seconds_of(fit.one_way_ns[std::min(rank, fit.one_way_ns.size() - 1)]);
  };
  nlohmann::ordered_json out{
      {"format", "a matrix of round trips"},
      {"nodes", fit.nodes},
      {"measured", fit.measured},
      {"missing", fit.missing},
      {"zeros", fit.zeros},
      {"symmetric", fit.asymmetric == 0},
      {"asymmetric_pairs", fit.asymmetric},
      {"pairs", fit.pairs},
      {"triangle_violations", fit.detours},
      {"one_way_quantiles_s",
       {{"min", at(0)}, {"p50", at(0.5)}, {"p90", at(0.9)}, {"p99", at(0.99)}, {"max", at(1)}}},
      {"law", fit.recorded ? "empirical" : "fitted"},
      {"farthest_tail", fit.farthest_tail}};
  out["families"] = nlohmann::ordered_json::array();
  for (const fit::LawFit& law : fit.families) out["families"].push_back(json_of(law));
  out["features"] = json_of(fit.features);
  return out;
}

report::ChartPage page_of(const fit::RoundTripFit& fit, const std::string& file) {
  report::ChartPage page;
  page.kind = "flatline fit";
  page.title = file;
  page.facts = {std::to_string(fit.nodes) + " nodes",
                std::to_string(fit.measured) + " round trips"};
  page.summary = {"Half of each round trip, as one-way delays between nodes.",
                  "The matrix carries statements down to a share of " +
                      format_number(fit.farthest_tail, 2) +
                      " of the pairs, two decades beyond their number; nothing rarer is in it."};
  page.checks = checks_of(fit.features);
  report::LineChart tail = chart_of(
      "one_way_tail.svg", "How far the farthest are",
      "Share of pairs farther apart than a one-way delay. Where the steps leave the line, the law "
      "is wrong by that much. A law is drawn no farther than two decades beyond the farthest.");
  tail.x = {"one-way delay", true, true};
  tail.y = {"share of pairs farther", true, false};
  add_tails(tail, fit.one_way_ns, fit.families, fit.farthest_tail);
  page.charts = {tail,
                 shares_of(tail, "one_way_share.svg", "One-way delays",
                           "Share of pairs that are at most so far apart.", "share of pairs")};
  if (!fit.families.empty()) {
    report::PageTable numbers;
    numbers.heading = "Fitted numbers";
    numbers.columns = {"part", "parameter", "value", "95 % from", "to"};
    add_parameters(numbers, fit.recorded ? "one-way delay (not used)" : "one-way delay",
                   fit.families.front().parameters);
    page.tables = {numbers, families_table("Laws tried for the one-way delay", fit.families)};
  }
  return page;
}

}  // namespace

int fit_matrix(const FitRequest& request) {
  const trace::ArrivalOptions& columns = request.input.columns;
  if (!columns.seq_column.empty() || !columns.target.empty()) {
    fail(kUsage, request.input.path +
                     " looks like a matrix of round trips; for a table name the column of the "
                     "arrivals (--column)");
  }
  const trace::RttMatrix matrix =
      value_or_fail(trace::read_rtt_matrix(request.input.path, columns.unit), kInvalid);
  const fit::RoundTripFit fitted = fit::fit_round_trips(matrix, request.options.laws);
  const std::string file = name_of_fit(request).file;
  const std::string size = std::to_string(fitted.measured) + " round trips between " +
                           std::to_string(fitted.nodes) + " nodes";
  FitFiles files;
  files.remarks = remarks_on(matrix, fitted);
  files.scenario =
      scenario(request, matrix, fitted,
               "Fitted by flatline " FLATLINE_VERSION " from " + file + ": " + size + ".");
  files.page = page_of(fitted, file);
  files.summary = size + "\n" + feature_lines(fitted.features);
  return write_fit(request, std::move(files), numbers_of(fitted));
}

}  // namespace flatline::cli
