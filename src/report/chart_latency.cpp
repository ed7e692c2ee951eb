#include <algorithm>
#include <cmath>

#include "charts.hpp"

namespace flatline::report {
namespace {

constexpr double kWidth = 960;
constexpr double kHeight = 560;
constexpr std::size_t kMostPoints = 1500;
constexpr std::size_t kMostWhiskers = 160;

int series_of(const Rows& rows, const std::string& label) {
  const auto at = std::find(rows.labels.begin(), rows.labels.end(), label);
  return static_cast<int>(at - rows.labels.begin());
}

std::string tip_of(const Rows& rows, const TradePoint& p) {
  const Row& row = rows.rows[p.row];
  const std::string setting = full_setting_text(rows, row);
  return row.label + (setting.empty() ? "" : ": " + setting) + "\ndetection " +
         readable_time(p.latency) + "\nmistakes per hour " +
         readable_rate(row.of(Measure::mistake_rate), row.mistakes());
}

struct Axes {
  Scale x;
  Scale y;
};

Axes axes_of(const std::vector<TradeGroup>& groups, const Frame& f, bool with_whiskers) {
  std::vector<double> xs;
  std::vector<double> ys;
  for (const TradeGroup& group : groups) {
    for (const TradePoint& p : group.points) {
      xs.push_back(p.latency.mean);
      ys.push_back(p.drawn_rate);
      if (!with_whiskers) continue;
      xs.insert(xs.end(), {p.latency.lo, p.latency.hi});
      if (!p.none_seen) ys.insert(ys.end(), {p.rate.lo, p.rate.hi});
    }
  }
  // One event has a bound near zero: it may not stretch the axis over decades that hold nothing
  // else.
  double least = 0;
  for (const TradeGroup& group : groups) {
    for (const TradePoint& p : group.points) {
      least = least == 0 ? p.drawn_rate : std::min(least, p.drawn_rate);
    }
  }
  for (double& y : ys) y = std::max(y, least / 8);
  return {log_scale_over(xs, f.left, f.right), log_scale_over(ys, f.bottom, f.top)};
}

void draw_whiskers(Svg& svg, const Axes& axes, const TradePoint& p, int series) {
  const std::string css = "s" + std::to_string(series % kSeriesCount) + " whisker";
  const double x = axes.x.at(p.latency.mean);
  const double y = axes.y.at(p.drawn_rate);
  if (p.latency.hi > p.latency.lo) {
    svg.line({axes.x.at(p.latency.lo), y}, {axes.x.at(p.latency.hi), y}, css);
  }
  if (!p.none_seen && p.rate.hi > p.rate.lo) {
    svg.line({x, axes.y.at(p.rate.lo)}, {x, axes.y.at(p.rate.hi)}, css);
  }
}

// The front as steps would claim settings that were not run; straight lines join those that were.
// The part that leads to a setting without mistakes ends at its bound and is dashed.
void draw_front(Svg& svg, const Axes& axes, const TradeGroup& group) {
  std::vector<Pixel> seen;
  for (const std::size_t i : group.front) {
    const TradePoint& p = group.points[i];
    const Pixel at{axes.x.at(p.latency.mean), axes.y.at(p.drawn_rate)};
    if (!p.none_seen) {
      seen.push_back(at);
    } else if (!seen.empty()) {
      svg.polyline({seen.back(), at}, "front bound");
    }
  }
  if (seen.size() > 1) svg.polyline(seen, "front");
}

void draw_points(Svg& svg, const Axes& axes, const Rows& rows, const TradeGroup& group,
                 std::size_t every, bool all_whiskers) {
  for (const bool best : {false, true}) {
    for (std::size_t i = 0; i < group.points.size(); ++i) {
      const TradePoint& p = group.points[i];
      if (p.best != best || (!best && i % every != 0)) continue;
      const int series = series_of(rows, rows.rows[p.row].label);
      if (best || all_whiskers) draw_whiskers(svg, axes, p, series);
      const Pixel at{axes.x.at(p.latency.mean), axes.y.at(p.drawn_rate)};
      const std::string css = best ? "dot" : "dot faint";
      if (p.none_seen) {
        svg.bound_marker(at, series, best ? "" : "faint", tip_of(rows, p));
      } else {
        svg.marker(at, series, css, tip_of(rows, p));
      }
    }
  }
}

// The condition beside the last setting of its front; not where another name stands already.
void name_fronts(Svg& svg, const Axes& axes, const std::vector<TradeGroup>& groups,
                 const Frame& f) {
  std::vector<Pixel> taken;
  for (const TradeGroup& group : groups) {
    if (group.condition.empty() || group.front.empty()) continue;
    const TradePoint& p = group.points[group.front.front()];
    Pixel at{axes.x.at(p.latency.mean) + 10, std::max(f.top + 14, axes.y.at(p.drawn_rate) - 10)};
    for (const Pixel& other : taken) {
      if (std::fabs(other.x - at.x) < 140 && std::fabs(other.y - at.y) < 16) at.y = other.y + 17;
    }
    svg.text(at, shortened(group.condition, 40), "note");
    taken.push_back(at);
  }
}

std::string caption_of(const std::vector<TradeGroup>& groups, const std::string& state,
                       std::size_t every, bool all_whiskers) {
  std::size_t none = 0;
  for (const TradeGroup& group : groups) {
    none += static_cast<std::size_t>(std::count_if(group.points.begin(), group.points.end(),
                                                   [](const auto& p) { return p.none_seen; }));
  }
  std::string out = "Mean detection time against mistakes per hour and monitored pair, state \"" +
                    state +
                    "\". Lower and further left is better; the line joins the settings that no "
                    "other one beats on both";
  out += groups.size() > 1 ? ", one line for each condition of the world." : ".";
  out += all_whiskers ? " Whiskers are 95 % intervals."
                      : " Whiskers (95 % intervals) on the line only.";
  if (none > 0) {
    out +=
        " A hollow arrow: no mistake was seen in the run; it hangs from the 95 % upper bound of "
        "the rate, "
        "and the truth lies somewhere below.";
  }
  if (every > 1) {
    out += " Off the line, one point in " + std::to_string(every) + " is drawn; cells.csv has all.";
  }
  return out;
}

}  // namespace

std::string series_name(const Rows& rows, const std::string& label) {
  for (const Row& row : rows.rows) {
    if (row.label == label) return row.kind == label ? label : label + " (" + row.kind + ")";
  }
  return label;
}

Chart latency_chart(const Rows& rows, const std::vector<TradeGroup>& groups,
                    const std::string& state) {
  Chart chart{"latency_mistakes.svg", "Detection time against mistakes", "", {}};
  std::size_t count = 0;
  for (const TradeGroup& group : groups) count += group.points.size();
  if (count == 0) {
    chart.caption =
        "No row has both a detection time and a mistake rate, so there is nothing to draw.";
    return chart;
  }
  const std::size_t every = (count + kMostPoints - 1) / kMostPoints;
  const bool all_whiskers = count <= kMostWhiskers;
  chart.caption = caption_of(groups, state, every, all_whiskers);
  Svg svg(kWidth, kHeight, chart.heading, chart.caption);
  std::vector<std::string> names;
  for (const std::string& label : rows.labels) names.push_back(series_name(rows, label));
  const double legend = draw_legend(svg, {84, 18}, kWidth - 100, names);
  const Frame frame{84, 18 + legend, kWidth - 20, kHeight - 56};
  const Axes axes = axes_of(groups, frame, all_whiskers);
  draw_axes(svg, frame, axes.x, TickText::seconds, "mean detection time T_D", axes.y,
            TickText::number, "mistakes per hour and pair");
  for (const TradeGroup& group : groups) draw_front(svg, axes, group);
  for (const TradeGroup& group : groups) {
    draw_points(svg, axes, rows, group, every, all_whiskers);
  }
  name_fronts(svg, axes, groups, frame);
  chart.svg = std::move(svg);
  return chart;
}

}  // namespace flatline::report
