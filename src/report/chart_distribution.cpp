#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "charts.hpp"

namespace flatline::report {
namespace {

constexpr double kWidth = 960;
constexpr std::size_t kMostPointsOfCurve = 240;

Problem bad_detection(int line, std::string column, std::string message) {
  Problem problem;
  problem.file = "detection.csv";
  problem.line = line;
  problem.pointer = std::move(column);
  problem.message = std::move(message);
  problem.expected = "cell,label,state,detection_time_ns,cumulative_ns,total_ns";
  return problem;
}

using Key = std::tuple<std::int64_t, std::string, std::string>;

Key key_of(const Row& row) {
  return {row.cell, row.label, row.state};
}

// A crash just before a send may be noticed at once: a share too small to see must not stretch the axis over decades.
void cut_invisible_start(Curve& curve) {
  constexpr double kVisible = 0.002;
  std::size_t first = 0;
  while (first + 1 < curve.share.size() && curve.share[first + 1] < kVisible) ++first;
  curve.seconds.erase(curve.seconds.begin(), curve.seconds.begin() + static_cast<std::ptrdiff_t>(first));
  curve.share.erase(curve.share.begin(), curve.share.begin() + static_cast<std::ptrdiff_t>(first));
}

// Keeps the first and the last point and those where the share has moved most in between.
void thin(Curve& curve) {
  const std::size_t n = curve.seconds.size();
  if (n <= kMostPointsOfCurve) return;
  std::vector<double> seconds;
  std::vector<double> share;
  for (std::size_t k = 0; k < kMostPointsOfCurve; ++k) {
    const std::size_t i = k * (n - 1) / (kMostPointsOfCurve - 1);
    seconds.push_back(curve.seconds[i]);
    share.push_back(curve.share[i]);
  }
  curve.seconds = std::move(seconds);
  curve.share = std::move(share);
}

Svg draw(const Chart& chart, const std::vector<Curve>& curves,
         const std::vector<std::size_t>& chosen) {
  Svg svg(kWidth, 520, chart.heading, chart.caption);
  std::vector<std::string> names;
  std::vector<double> times;
  for (const std::size_t c : chosen) {
    names.push_back(curves[c].name);
    times.insert(times.end(), curves[c].seconds.begin(), curves[c].seconds.end());
  }
  const double legend = draw_legend(svg, {84, 18}, kWidth - 100, names);
  const Frame f{84, 18 + legend, kWidth - 24, 464};
  const double longest = *std::max_element(times.begin(), times.end());
  double shortest = longest;
  for (const double t : times) {
    if (t > 0) shortest = std::min(shortest, t);
  }
  const bool logarithmic = shortest > 0 && longest / shortest > 20;
  const Scale x = logarithmic ? log_scale_over(times, f.left, f.right)
                              : Scale(false, 0, longest > 0 ? longest * 1.03 : 1, f.left, f.right);
  const Scale y(false, 0, 1, f.bottom, f.top);
  draw_axes(svg, f, x, TickText::seconds, "detection time T_D", y, TickText::percent,
            "share of crashes detected");
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    const Curve& curve = curves[chosen[k]];
    std::vector<Pixel> line{{x.at(curve.seconds.front()), f.bottom}};
    for (std::size_t i = 0; i < curve.seconds.size(); ++i) {
      line.push_back({x.at(curve.seconds[i]), y.at(curve.share[i])});
    }
    const std::string series = "s" + std::to_string(k % kSeriesCount);
    svg.polyline(line, series + " curve");
    // A shape on the line at its middle tells the curves apart without colour.
    const auto middle = std::lower_bound(curve.share.begin(), curve.share.end(), 0.5);
    const auto at = static_cast<std::size_t>(
        std::min<std::ptrdiff_t>(middle - curve.share.begin(), std::ssize(curve.share) - 1));
    svg.marker({x.at(curve.seconds[at]), y.at(curve.share[at])}, static_cast<int>(k), "dot",
               curve.name);
  }
  return svg;
}

}  // namespace

Result<std::vector<Curve>> read_curves(const results::Table& table, const Rows& rows) {
  const std::vector<std::string> wanted{"cell",          "label",   "state", "detection_time_ns",
                                        "cumulative_ns", "total_ns"};
  if (table.columns != wanted)
    return bad_detection(1, "", "the columns are not those of a distribution");
  std::map<Key, const Row*> row_of;
  for (const Row& row : rows.rows) row_of.emplace(key_of(row), &row);
  std::vector<Curve> out;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const std::vector<results::Cell>& fields = table.rows[i];
    const int line = static_cast<int>(i) + 2;
    if (fields.size() != wanted.size())
      return bad_detection(line, "", "the row has a wrong number of fields");
    double numbers[4] = {};
    const std::size_t columns[4] = {0, 3, 4, 5};
    for (std::size_t k = 0; k < 4; ++k) {
      const std::optional<double> value = results::cell_number(fields[columns[k]]);
      if (!value) return bad_detection(line, wanted[columns[k]], "the field is not a number");
      numbers[k] = *value;
    }
    if (!(numbers[3] > 0)) continue;
    const auto cell = static_cast<std::int64_t>(numbers[0]);
    const std::string label = results::cell_text(fields[1]);
    const std::string state = results::cell_text(fields[2]);
    if (out.empty() || out.back().cell != cell || out.back().label != label ||
        out.back().state != state) {
      const auto row = row_of.find(Key{cell, label, state});
      const std::string setting = row == row_of.end() ? "" : setting_text(rows, *row->second);
      out.push_back({cell,
                     label,
                     state,
                     label + (setting.empty() ? "" : ": " + setting) +
                         (state != rows.states.front() ? " (" + state + ")" : ""),
                     {},
                     {}});
    }
    out.back().seconds.push_back(numbers[1] * 1e-9);
    out.back().share.push_back(std::min(1.0, numbers[2] / numbers[3]));
  }
  for (Curve& curve : out) {
    cut_invisible_start(curve);
    thin(curve);
  }
  return out;
}

std::vector<std::size_t> chosen_curves(const std::vector<Curve>& curves, const Rows& rows,
                                       const std::vector<TradeGroup>& groups, std::size_t most) {
  std::map<Key, std::size_t> place;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    place.emplace(Key{curves[i].cell, curves[i].label, curves[i].state}, i);
  }
  std::vector<std::size_t> wanted;
  std::vector<std::size_t> others;
  for (const TradeGroup& group : groups) {
    for (const TradePoint& p : group.points) {
      const auto at = place.find(key_of(rows.rows[p.row]));
      if (at != place.end()) (p.best ? wanted : others).push_back(at->second);
    }
  }
  if (wanted.empty()) wanted = others;
  if (wanted.empty()) {
    for (std::size_t i = 0; i < curves.size(); ++i) wanted.push_back(i);
  }
  std::sort(wanted.begin(), wanted.end());
  if (wanted.size() <= most || most < 2) {
    wanted.resize(std::min(wanted.size(), most));
    return wanted;
  }
  std::vector<std::size_t> out;
  for (std::size_t k = 0; k < most; ++k)
    out.push_back(wanted[k * (wanted.size() - 1) / (most - 1)]);
  return out;
}

Chart distribution_chart(const std::vector<Curve>& curves, const std::vector<std::size_t>& chosen) {
  Chart chart{"detection_time.svg", "How long detection takes", "", {}};
  if (chosen.empty()) {
    chart.caption = "The results hold no distribution of the detection time.";
    return chart;
  }
  chart.caption =
      "Share of crash instants after which suspicion had come within the time on the horizontal "
      "axis.";
  if (chosen.size() < curves.size()) {
    chart.caption += " Drawn: " + std::to_string(chosen.size()) + " of " +
                     std::to_string(curves.size()) +
                     " distributions, the best trade-offs first; detection.csv has all.";
  }
  chart.svg = draw(chart, curves, chosen);
  return chart;
}

}  // namespace flatline::report
