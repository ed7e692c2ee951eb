#include "line_chart.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "axis.hpp"
#include "flatline/base/check.hpp"
#include "thinning.hpp"

namespace flatline::report {
namespace {

// Two of these stand side by side on a wide page.
constexpr double kWidth = 560;
constexpr double kHeight = 400;
constexpr double kLeastFrame = 220;
constexpr double kAboveLegend = 14;
constexpr double kBelowFrame = 56;
constexpr double kLegendLine = 20;
constexpr double kSample = 26;  // The piece of line in the legend.
constexpr double kHatchSpacing = 9;
constexpr std::size_t kMostMarkers = 60;
constexpr std::size_t kLongestName = 64;
constexpr int kDashes = 4;

using Part = std::vector<std::size_t>;  // Indices of neighbours without a gap.

struct DrawnSeries {
  const ChartSeries* series;
  int colour = 0;
  int dash = 0;
  std::vector<Part> parts;
  [[nodiscard]] std::size_t points() const {
    std::size_t n = 0;
    for (const Part& part : parts) n += part.size();
    return n;
  }
  [[nodiscard]] bool has_markers() const {
    return series->style == LineStyle::points && points() <= kMostMarkers;
  }
  [[nodiscard]] std::string css() const { return "s" + std::to_string(colour % kSeriesCount); }
  [[nodiscard]] std::string line_css() const {
    return css() + " curve" + (dash % kDashes == 0 ? "" : " dash" + std::to_string(dash % kDashes));
  }
};

struct Bounds {
  double lo = 0;
  double hi = 0;
  bool any = false;
  void add(double v) {
    lo = any ? std::min(lo, v) : v;
    hi = any ? std::max(hi, v) : v;
    any = true;
  }
};

struct Plot {
  const LineChart& chart;
  std::vector<DrawnSeries> drawn;
  std::vector<std::string> left_out;  // Names of series without a point to draw.
  Bounds x, y;
  bool marks_beyond = false;
};

std::vector<Part> parts_of(const LineChart& chart, const ChartSeries& series) {
  FLATLINE_CHECK(series.x.size() == series.y.size(), "each point has both coordinates");
  std::vector<Part> out;
  bool gap = true;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (!can_show(chart.x, series.x[i]) || !can_show(chart.y, series.y[i])) {
      gap = true;
      continue;
    }
    if (gap) out.emplace_back();
    gap = false;
    out.back().push_back(i);
  }
  return out;
}

// A limit far to the right of all points would squeeze them: then the caption alone names it.
bool widens_little(const ChartAxis& axis, const Bounds& x, double value) {
  if (value <= x.hi) return true;
  if (axis.log) return value <= x.hi * std::max(10.0, std::sqrt(x.hi / x.lo));
  return value - x.hi <= 0.5 * (x.hi - x.lo);
}

Plot plot_of(const LineChart& chart) {
  Plot plot{chart, {}, {}, {}, {}, false};
  int colour = 0;
  int dash = -1;
  for (std::size_t k = 0; k < chart.series.size(); ++k) {
    const ChartSeries& series = chart.series[k];
    const bool is_companion = k > 0 && series.name.empty();
    if (!is_companion) {
      colour = static_cast<int>(k);
      if (series.style != LineStyle::points) ++dash;
    }
    DrawnSeries drawn{&series, colour, std::max(dash, 0), parts_of(chart, series)};
    if (drawn.parts.empty()) {
      if (!series.name.empty()) plot.left_out.push_back(series.name);
      continue;
    }
    for (const Part& part : drawn.parts) {
      for (const std::size_t i : part) {
        plot.x.add(series.x[i]);
        plot.y.add(series.y[i]);
      }
    }
    plot.drawn.push_back(std::move(drawn));
  }
  plot.marks_beyond =
      plot.x.any && can_show(chart.x, chart.beyond) && widens_little(chart.x, plot.x, chart.beyond);
  return plot;
}

std::string value_text(const ChartAxis& axis, double value) {
  return axis.seconds ? exact_time(value, 4) : plain_number(value);
}

std::string caption_of(const Plot& plot) {
  const LineChart& chart = plot.chart;
  std::string out = chart.caption;
  const auto add = [&](const std::string& sentence) { out += (out.empty() ? "" : " ") + sentence; };
  std::string limit = chart.beyond_text.empty() ? "nothing is measured" : chart.beyond_text;
  if (limit.back() == '.') limit.pop_back();
  if (plot.drawn.empty()) {
    add("There is no point that these axes can show, so there is no drawing.");
    return out;
  }
  if (!plot.left_out.empty()) {
    std::string names;
    for (const std::string& name : plot.left_out) names += (names.empty() ? "" : ", ") + name;
    add("Not drawn, because these axes can show none of its points: " + names + ".");
  }
  if (plot.marks_beyond) {
    add("Hatched, from " + value_text(chart.x, chart.beyond) + ": " + limit + ".");
  } else if (can_show(chart.x, chart.beyond)) {
    add("From " + value_text(chart.x, chart.beyond) + ", outside the drawing: " + limit + ".");
  }
  return out;
}

struct LegendEntry {
  std::string name;
  const DrawnSeries* series;  // None: the hatched part.
};

std::vector<LegendEntry> legend_of(const Plot& plot) {
  std::vector<LegendEntry> out;
  for (const DrawnSeries& drawn : plot.drawn) {
    if (drawn.series->name.empty()) continue;
    out.push_back({shortened(drawn.series->name, kLongestName), &drawn});
  }
  if (plot.marks_beyond && !plot.chart.beyond_text.empty()) {
    out.push_back({shortened(plot.chart.beyond_text, kLongestName), nullptr});
  }
  return out;
}

void draw_region(Svg& svg, Pixel corner, double width, double height) {
  svg.rect(corner, width, height, "beyond");
  svg.hatch(corner, width, height, kHatchSpacing);
}

void draw_sample(Svg& svg, Pixel at, const DrawnSeries* drawn) {
  const Pixel middle{at.x + kSample / 2, at.y};
  if (drawn == nullptr) {
    draw_region(svg, {at.x, at.y - 6}, kSample, 12);
    svg.line({at.x, at.y - 6}, {at.x, at.y + 6}, "limit");
  } else if (drawn->has_markers()) {
    svg.marker(middle, drawn->colour, "dot");
  } else if (drawn->series->style == LineStyle::points) {
    svg.dots(
        {{{at.x + 5, at.y + 2}, 0}, {{middle.x, at.y - 2}, 0}, {{at.x + kSample - 5, at.y}, 0}},
        drawn->css() + " dots");
  } else {
    svg.line(at, {at.x + kSample, at.y}, drawn->line_css());
  }
}

// Gives back the height used; without a drawing it only measures.
double draw_entries(Svg* svg, Pixel at, double width, const std::vector<LegendEntry>& entries) {
  Pixel next = at;
  for (const LegendEntry& entry : entries) {
    const double needed = kSample + 7 + text_width(entry.name);
    if (next.x > at.x && next.x + needed > at.x + width) next = {at.x, next.y + kLegendLine};
    if (svg != nullptr) {
      draw_sample(*svg, next, entry.series);
      svg->text({next.x + kSample + 7, next.y + 4}, entry.name, "label");
    }
    next.x += needed + 18;
  }
  return next.y - at.y + kLegendLine;
}

struct PlotAxes {
  Scale x;
  Scale y;
};

PlotAxes axes_of(const Plot& plot, const Frame& f) {
  Bounds x = plot.x;
  const LineChart& chart = plot.chart;
  if (plot.marks_beyond) {
    // The hatched part needs some width to be seen.
    const double start = std::max(chart.beyond, x.lo);
    const double room = 0.05;
    x.add(chart.x.log ? start * std::pow(x.hi / x.lo, room) : start + room * (x.hi - x.lo));
  }
  return {axis_over(chart.x, x.lo, x.hi, f.left, f.right),
          axis_over(chart.y, plot.y.lo, plot.y.hi, f.bottom, f.top)};
}

void draw_beyond(Svg& svg, const Plot& plot, const PlotAxes& axes, const Frame& f) {
  if (!plot.marks_beyond) return;
  const double at = axes.x.at(plot.chart.beyond);
  draw_region(svg, {at, f.top}, f.right - at, f.bottom - f.top);
  svg.line({at, f.top}, {at, f.bottom}, "limit");
}

std::vector<Pixel> pixels_of(const DrawnSeries& drawn, const Part& part, const PlotAxes& axes) {
  std::vector<Pixel> out;
  out.reserve(part.size());
  for (const std::size_t i : part) {
    out.push_back({axes.x.at(drawn.series->x[i]), axes.y.at(drawn.series->y[i])});
  }
  return out;
}

void draw_points(Svg& svg, const Plot& plot, const DrawnSeries& drawn, const PlotAxes& axes) {
  const ChartSeries& series = *drawn.series;
  if (!drawn.has_markers()) {
    std::vector<Pixel> all;
    for (const Part& part : drawn.parts) {
      const std::vector<Pixel> pixels = pixels_of(drawn, part, axes);
      all.insert(all.end(), pixels.begin(), pixels.end());
    }
    svg.dots(dot_runs(all), drawn.css() + " dots");
    return;
  }
  for (const Part& part : drawn.parts) {
    for (const std::size_t i : part) {
      svg.marker({axes.x.at(series.x[i]), axes.y.at(series.y[i])}, drawn.colour, "dot",
                 series.name + "\n" + value_text(plot.chart.x, series.x[i]) + ": " +
                     value_text(plot.chart.y, series.y[i]));
    }
  }
}

void draw_curve(Svg& svg, const DrawnSeries& drawn, const PlotAxes& axes) {
  for (const Part& part : drawn.parts) {
    const std::vector<Pixel> points = thinned_line(pixels_of(drawn, part, axes));
    if (points.size() == 1) {
      svg.dots({{points.front(), 0}}, drawn.css() + " dots");
      continue;
    }
    if (drawn.series->style == LineStyle::line) {
      svg.polyline(points, drawn.line_css());
      continue;
    }
    std::vector<Pixel> steps{points.front()};
    for (std::size_t i = 1; i < points.size(); ++i) {
      steps.push_back({points[i].x, points[i - 1].y});
      steps.push_back(points[i]);
    }
    svg.polyline(steps, drawn.line_css());
  }
}

// Without this a curve around zero has nothing to be compared with.
void draw_zero(Svg& svg, const Plot& plot, const PlotAxes& axes, const Frame& f) {
  if (plot.chart.y.log || axes.y.lo() >= 0 || axes.y.hi() <= 0) return;
  svg.line({f.left, axes.y.at(0)}, {f.right, axes.y.at(0)}, "axis");
}

Svg draw(const Plot& plot, const std::string& caption) {
  const LineChart& chart = plot.chart;
  const std::vector<LegendEntry> entries = legend_of(plot);
  constexpr double kLegendLeft = 24;
  const double legend_width = kWidth - kLegendLeft - 12;
  const double top = kAboveLegend + draw_entries(nullptr, {0, 0}, legend_width, entries);
  const double height = std::max(kHeight, top + kLeastFrame + kBelowFrame);
  Svg svg(kWidth, height, chart.heading, caption);
  draw_entries(&svg, {kLegendLeft, kAboveLegend}, legend_width, entries);
  const Frame frame{78, top, kWidth - 24, height - kBelowFrame};
  const PlotAxes axes = axes_of(plot, frame);
  draw_axes(svg, frame, {axes.x, axis_ticks(chart.x, axes.x), chart.x.name},
            {axes.y, axis_ticks(chart.y, axes.y), chart.y.name});
  draw_beyond(svg, plot, axes, frame);
  draw_zero(svg, plot, axes, frame);
  // Clouds below, so that no curve disappears behind one.
  for (const DrawnSeries& drawn : plot.drawn) {
    if (drawn.series->style == LineStyle::points) draw_points(svg, plot, drawn, axes);
  }
  for (const DrawnSeries& drawn : plot.drawn) {
    if (drawn.series->style != LineStyle::points) draw_curve(svg, drawn, axes);
  }
  return svg;
}

}  // namespace

Chart draw_line_chart(const LineChart& chart) {
  const Plot plot = plot_of(chart);
  Chart out{chart.file, chart.heading, caption_of(plot), {}};
  if (!plot.drawn.empty()) out.svg = draw(plot, out.caption);
  return out;
}

}  // namespace flatline::report
