#include "bar_chart.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "flatline/base/check.hpp"

namespace flatline::report {
namespace {

// Two of these stand side by side on a wide page.
constexpr double kWidth = 560;
constexpr double kLeft = 24;
constexpr double kRight = kWidth - 24;
constexpr double kLegendLine = 22;
constexpr double kStep = 44;      // From one bar to the next: its name, the bar, some air.
constexpr double kNameLine = 17;  // From the top of a step to the foot of the name.
constexpr double kBarTop = 23;
constexpr double kBarHeight = 14;
constexpr double kBelow = 50;
constexpr double kSwatch = 12;
constexpr std::size_t kLineCharacters = 70;  // of a bar's name and note together
constexpr int kTicks = 7;

double length_of(const Bar& bar) {
  return std::accumulate(bar.parts.begin(), bar.parts.end(), 0.0);
}

std::string css_of(std::size_t series) {
  const auto colours = static_cast<std::size_t>(kSeriesCount);
  return "s" + std::to_string(series % colours) + " dot" + (series < colours ? "" : " faint");
}

// Gives back the height used; without a drawing it only measures.
double draw_names(Svg* svg, Pixel at, const std::vector<std::string>& names) {
  Pixel next = at;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double needed = kSwatch + 7 + text_width(names[i]);
    if (next.x > at.x && next.x + needed > kRight) next = {at.x, next.y + kLegendLine};
    if (svg != nullptr) {
      svg->rect({next.x, next.y - kSwatch / 2}, kSwatch, kSwatch, css_of(i));
      svg->text({next.x + kSwatch + 7, next.y + 4}, names[i], "label");
    }
    next.x += needed + 18;
  }
  return next.y - at.y + kLegendLine;
}

// Lines stand behind the bars only, so that they do not cross names and notes.
void draw_lines(Svg& svg, const Scale& scale, double top) {
  const double from = top + kBarTop - 1;
  const double to = top + kBarTop + kBarHeight + 1;
  for (const double value : linear_ticks(0, scale.hi(), kTicks)) {
    const double x = scale.at(value);
    svg.line({x, from}, {x, to}, value == 0 ? "axis" : "grid");
  }
  if (scale.hi() > 1) svg.line({scale.at(1), from}, {scale.at(1), to}, "limit");
}

void draw_bar(Svg& svg, const BarChart& chart, const Bar& bar, double top, const Scale& scale) {
  const std::size_t room = kLineCharacters - std::min(bar.note.size(), kLineCharacters / 2);
  svg.text({kLeft, top + kNameLine}, shortened(bar.name, room), "label");
  svg.text({kRight, top + kNameLine}, bar.note, "tick", Anchor::end);
  double from = 0;
  for (std::size_t i = 0; i < bar.parts.size(); ++i) {
    if (!(bar.parts[i] > 0)) continue;
    const double a = scale.at(from);
    from += bar.parts[i];
    // What is there is seen, however little it is.
    const double width = std::max(scale.at(from) - a, 1.0);
    svg.rect({a, top + kBarTop}, width, kBarHeight, css_of(i), {},
             bar.name + "\n" + chart.series[i] + ": " +
                 (i < bar.tips.size() ? bar.tips[i] : tick_label(bar.parts[i], TickText::percent)));
  }
}

void draw_ticks(Svg& svg, const BarChart& chart, const Scale& scale, double bottom) {
  for (const double value : linear_ticks(0, scale.hi(), kTicks)) {
    const double x = scale.at(value);
    svg.text({x, bottom + 18}, tick_label(value, TickText::percent), "tick",
             value == 0        ? Anchor::start
             : x > kRight - 16 ? Anchor::end
                               : Anchor::middle);
  }
  svg.text({(kLeft + kRight) / 2, bottom + 40}, chart.axis, "name", Anchor::middle);
}

}  // namespace

Chart draw_bar_chart(const BarChart& chart) {
  Chart out{chart.file, chart.heading, chart.caption, {}};
  if (chart.bars.empty()) {
    out.caption += " There is no bar to draw.";
    return out;
  }
  double longest = 1;
  for (const Bar& bar : chart.bars) {
    FLATLINE_CHECK(bar.parts.size() == chart.series.size(), "a bar has a part for each series");
    longest = std::max(longest, length_of(bar));
  }
  const double top = 14 + draw_names(nullptr, {kLeft, 14}, chart.series);
  const double bottom = top + kStep * static_cast<double>(chart.bars.size());
  Svg svg(kWidth, bottom + kBelow, chart.heading, out.caption);
  draw_names(&svg, {kLeft, 14}, chart.series);
  const Scale scale(false, 0, longest, kLeft, kRight);
  draw_ticks(svg, chart, scale, bottom);
  double at = top;
  for (const Bar& bar : chart.bars) {
    draw_lines(svg, scale, at);
    draw_bar(svg, chart, bar, at, scale);
    at += kStep;
  }
  out.svg = std::move(svg);
  return out;
}

}  // namespace flatline::report
