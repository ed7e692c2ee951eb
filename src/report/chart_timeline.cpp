#include <algorithm>

#include "charts.hpp"

namespace flatline::report {
namespace {

constexpr double kWidth = 960;
constexpr double kHead = 24;     // The name of the pair.
constexpr double kBeats = 44;    // Sent above, arrived below.
constexpr double kRow = 20;      // One detector.
constexpr double kBetween = 22;  // Between lanes.
constexpr std::size_t kMostBeats = 400;

double lane_height(const Timeline& t) {
  return kHead + kBeats + kRow * static_cast<double>(t.labels.size());
}

struct Part {
  double from;
  double to;
};

bool visible(const Timeline& t, const Span& s, Part& part) {
  part = {std::max(s.from, t.window_from), std::min(s.to, t.window_to)};
  return part.to > part.from;
}

void draw_ticks(Svg& svg, const Timeline& t, const Scale& x, const std::vector<double>& times,
                double top, double bottom, std::string_view css) {
  std::size_t drawn = 0;
  for (const double time : times) {
    if (time < t.window_from || time > t.window_to || ++drawn > kMostBeats) continue;
    svg.line({x.at(time), top}, {x.at(time), bottom}, css);
  }
}

void draw_losses(Svg& svg, const Timeline& t, const Scale& x, const Lane& lane, double y) {
  std::size_t drawn = 0;
  for (const double time : lane.losses) {
    if (time < t.window_from || time > t.window_to || ++drawn > kMostBeats) continue;
    const double at = x.at(time);
    svg.line({at - 4, y - 4}, {at + 4, y + 4}, "lost");
    svg.line({at - 4, y + 4}, {at + 4, y - 4}, "lost");
  }
}

void draw_truth(Svg& svg, const Timeline& t, const Scale& x, const Lane& lane, double top,
                double bottom) {
  for (const Span& s : lane.truth) {
    Part part{};
    if (!visible(t, s, part)) continue;
    const double left = x.at(part.from);
    const double width = std::max(1.5, x.at(part.to) - left);
    const std::string name = s.what + (s.label == lane.monitored ? "" : " of " + s.label);
    svg.rect({left, top}, width, bottom - top, s.what, "",
             name + " from " + readable_time(s.from) + " for " + readable_time(s.to - s.from));
    if (text_width(name) < width - 4) svg.text({left + 4, top + 12}, name, "note");
  }
}

void draw_suspicions(Svg& svg, const Timeline& t, const Scale& x, const Lane& lane, double top,
                     const std::vector<std::string>& series) {
  for (std::size_t k = 0; k < t.labels.size(); ++k) {
    const double y = top + kRow * static_cast<double>(k);
    const auto at = std::find(series.begin(), series.end(), t.labels[k]);
    const std::string colour = "s" + std::to_string((at - series.begin()) % kSeriesCount);
    svg.text({128, y + 14}, shortened(t.labels[k], 17), "tick", Anchor::end);
    svg.line({136, y + 10}, {kWidth - 20, y + 10}, "grid");
    for (const bool dead : {false, true}) {
      for (const Span& s : lane.suspicions) {
        Part part{};
        if (s.label != t.labels[k] || (s.what == "dead") != dead || !visible(t, s, part)) continue;
        const double left = x.at(part.from);
        svg.rect({left, y + 4}, std::max(1.5, x.at(part.to) - left), 12,
                 colour + (dead ? " dead" : " suspected"), "",
                 s.label + " holds the node for " + s.what + " from " + readable_time(s.from) +
                     " for " + readable_time(s.to - s.from));
      }
    }
  }
}

void draw_key(Svg& svg, Pixel at) {
  const auto item = [&](double width, std::string_view name) {
    svg.text({at.x + 22, at.y + 4}, name, "label");
    at.x += width;
  };
  svg.line({at.x + 8, at.y - 6}, {at.x + 8, at.y + 6}, "beat");
  item(152, "heartbeat, arrival");
  svg.line({at.x + 4, at.y - 4}, {at.x + 12, at.y + 4}, "lost");
  svg.line({at.x + 4, at.y + 4}, {at.x + 12, at.y - 4}, "lost");
  item(66, "lost");
  svg.rect({at.x, at.y - 6}, 16, 12, "s7 suspected");
  item(104, "suspected");
  svg.rect({at.x, at.y - 6}, 16, 12, "s7 dead");
  item(74, "dead");
  for (const std::string_view band : {"crash", "stall", "partition", "gray"}) {
    svg.rect({at.x, at.y - 6}, 16, 12, band);
    item(40 + text_width(band), band);
  }
}

Svg draw(const Timeline& t, const std::vector<std::string>& series, const Chart& chart) {
  const double each = lane_height(t) + kBetween;
  const double bottom = 40 + each * static_cast<double>(t.lanes.size());
  Svg svg(kWidth, bottom + 50, chart.heading, chart.caption);
  draw_key(svg, {136, 16});
  const Scale x(false, t.window_from, t.window_to, 136, kWidth - 20);
  for (const Tick& tick : x.ticks(TickText::seconds)) {
    svg.text({x.at(tick.value), bottom + 18}, tick.label, "tick", Anchor::middle);
  }
  double top = 40;
  for (const Lane& lane : t.lanes) {
    const double beats = top + kHead;
    for (const Tick& tick : x.ticks(TickText::seconds)) {
      svg.line({x.at(tick.value), beats - 2}, {x.at(tick.value), top + lane_height(t)}, "grid");
    }
    draw_truth(svg, t, x, lane, beats - 2, top + lane_height(t));
    svg.text({16, top + 16}, shortened(lane.monitored + " watched by " + lane.monitor, 90), "name");
    svg.text({128, beats + 22}, "sent", "tick", Anchor::end);
    svg.text({128, beats + 39}, "arrived", "tick", Anchor::end);
    draw_ticks(svg, t, x, lane.sends, beats + 14, beats + 25, "beat");
    draw_ticks(svg, t, x, lane.arrivals, beats + 29, beats + 40, "beat");
    draw_losses(svg, t, x, lane, beats + 20);
    draw_suspicions(svg, t, x, lane, beats + kBeats, series);
    top += each;
  }
  svg.line({136, bottom}, {kWidth - 20, bottom}, "axis");
  svg.text({(136 + kWidth - 20) / 2, bottom + 40}, "time since the measurement began", "name",
           Anchor::middle);
  return svg;
}

}  // namespace

Chart timeline_chart(const Timeline& t, const std::vector<std::string>& series) {
  Chart chart{
      "timeline.svg", t.recorded ? "The trace, beat by beat" : "One run, beat by beat", "", {}};
  if (t.lanes.empty() || t.window_to <= t.window_from) {
    chart.caption = "The results hold no timeline.";
    return chart;
  }
  chart.caption = "From " + readable_time(t.window_from) + " to " + readable_time(t.window_to) +
                  (t.recorded ? " of what was measured" : " of the first run") +
                  ": heartbeats, what became of them, and when each detector suspected. Shaded: "
                  "what was true. A bar outside a crash is a mistake.";
  if (t.hidden_lanes > 0) {
    chart.caption += " " + std::to_string(t.hidden_lanes) + " further pair" +
                     (t.hidden_lanes == 1 ? " is" : "s are") + " in timeline.csv.";
  }
  chart.svg = draw(t, series, chart);
  return chart;
}

}  // namespace flatline::report
