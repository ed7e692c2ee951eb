#include "svg.hpp"

#include <algorithm>
#include <cmath>

#include "units.hpp"

namespace flatline::report {
namespace {

// Pixels with at most two decimals.
std::string px(double v) {
  std::string text = fixed(v, 2);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

std::string series_class(int series) {
  return "s" + std::to_string(series % kSeriesCount);
}

std::string path_of(const std::vector<Pixel>& points, Pixel at) {
  std::string d;
  for (const Pixel& p : points) {
    d += (d.empty() ? "M" : "L") + px(at.x + p.x) + " " + px(at.y + p.y);
  }
  return d + "Z";
}

// One shape per series, so that colour is never the only difference.
const std::vector<Pixel>& shape_of(int series) {
  static const std::vector<std::vector<Pixel>> shapes{
      {},                                          // circle
      {{-4, -4}, {4, -4}, {4, 4}, {-4, 4}},        // square
      {{0, -5.5}, {5.5, 0}, {0, 5.5}, {-5.5, 0}},  // diamond
      {{0, -5}, {5, 4}, {-5, 4}},                  // triangle
      {{-5, -4}, {5, -4}, {0, 5}},                 // triangle, point down
      {{-2, -5},
       {2, -5},
       {2, -2},
       {5, -2},
       {5, 2},
       {2, 2},
       {2, 5},
       {-2, 5},
       {-2, 2},
       {-5, 2},
       {-5, -2},
       {-2, -2}},                                                         // plus
      {{-5, -2.5}, {0, -5.5}, {5, -2.5}, {5, 2.5}, {0, 5.5}, {-5, 2.5}},  // hexagon
      {{0, -6},
       {1.6, -1.9},
       {5.7, -1.9},
       {2.4, 0.8},
       {3.5, 4.9},
       {0, 2.5},
       {-3.5, 4.9},
       {-2.4, 0.8},
       {-5.7, -1.9},
       {-1.6, -1.9}}};  // star
  return shapes[static_cast<std::size_t>(series % kSeriesCount)];
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return out;
}

Svg::Svg(double width, double height, std::string title, std::string description)
    : width_(width),
      height_(height),
      title_(std::move(title)),
      description_(std::move(description)) {}

void Svg::close_shape(std::string_view name, std::string_view tip) {
  if (tip.empty()) {
    body_ += "/>\n";
  } else {
    body_ += "><title>" + escaped(tip) + "</title></" + std::string(name) + ">\n";
  }
}

void Svg::line(Pixel a, Pixel b, std::string_view css) {
  body_ += "<line" + attribute("class", css) + attribute("x1", px(a.x)) + attribute("y1", px(a.y)) +
           attribute("x2", px(b.x)) + attribute("y2", px(b.y)) + "/>\n";
}

void Svg::polyline(const std::vector<Pixel>& points, std::string_view css) {
  std::string list;
  for (const Pixel& p : points) list += (list.empty() ? "" : " ") + px(p.x) + "," + px(p.y);
  body_ += "<polyline" + attribute("class", css) + attribute("points", list) + "/>\n";
}

void Svg::rect(Pixel corner, double width, double height, std::string_view css,
               std::string_view fill, std::string_view tip) {
  body_ += "<rect" + attribute("class", css) + attribute("x", px(corner.x)) +
           attribute("y", px(corner.y)) + attribute("width", px(width)) +
           attribute("height", px(height));
  if (!fill.empty()) body_ += attribute("fill", fill);
  close_shape("rect", tip);
}

void Svg::text(Pixel at, std::string_view text, std::string_view css, Anchor anchor,
               double degrees) {
  static constexpr std::string_view kAnchors[] = {"start", "middle", "end"};
  body_ += "<text" + attribute("class", css) + attribute("x", px(at.x)) + attribute("y", px(at.y));
  if (anchor != Anchor::start) {
    body_ += attribute("text-anchor", kAnchors[static_cast<std::size_t>(anchor)]);
  }
  if (degrees != 0) {
    body_ +=
        attribute("transform", "rotate(" + px(degrees) + " " + px(at.x) + " " + px(at.y) + ")");
  }
  body_ += ">" + escaped(text) + "</text>\n";
}

void Svg::marker(Pixel at, int series, std::string_view css, std::string_view tip) {
  const std::string both = series_class(series) + " " + std::string(css);
  const std::vector<Pixel>& shape = shape_of(series);
  if (shape.empty()) {
    body_ += "<circle" + attribute("class", both) + attribute("cx", px(at.x)) +
             attribute("cy", px(at.y)) + attribute("r", "4.5");
    close_shape("circle", tip);
  } else {
    body_ += "<path" + attribute("class", both) + attribute("d", path_of(shape, at));
    close_shape("path", tip);
  }
}

void Svg::dots(const std::vector<DotRun>& runs, std::string_view css) {
  std::string d;
  for (const DotRun& run : runs) {
    d += "M" + px(run.at.x) + " " + px(run.at.y) + "h" + px(run.length);
  }
  body_ += "<path" + attribute("class", css) + attribute("d", d) + "/>\n";
}

void Svg::hatch(Pixel corner, double width, double height, double spacing) {
  std::string d;
  for (double s = spacing; s < width + height; s += spacing) {
    // The line on which the way right plus the way down is s, from its lower to its upper end.
    const double low = std::min(s, height);
    const double high = std::max(0.0, s - width);
    d += "M" + px(corner.x + s - low) + " " + px(corner.y + low) + "L" + px(corner.x + s - high) +
         " " + px(corner.y + high);
  }
  if (!d.empty()) body_ += "<path" + attribute("class", "hatch") + attribute("d", d) + "/>\n";
}

void Svg::bound_marker(Pixel at, int series, std::string_view css, std::string_view tip) {
  static const std::vector<Pixel> kArrow{{-2.2, 0}, {2.2, 0},  {2.2, 7}, {5.5, 7},
                                         {0, 14},   {-5.5, 7}, {-2.2, 7}};
  body_ += "<path" + attribute("class", series_class(series) + " hollow " + std::string(css)) +
           attribute("d", path_of(kArrow, at));
  close_shape("path", tip);
}

std::string Svg::opening(double top, std::string_view attributes) const {
  return "<svg" + std::string(attributes) + " class=\"chart\" viewBox=\"0 " + px(-top) + " " +
         px(width_) + " " + px(height_ + top) + "\" role=\"img\" aria-label=\"" +
         escaped(title_ + ". " + description_) + "\">\n";
}

std::string Svg::inline_text() const {
  return opening(0, "") + body_ + "</svg>\n";
}

std::string Svg::file_text() const {
  constexpr double kTop = 40;
  const std::string attributes = " xmlns=\"http://www.w3.org/2000/svg\" width=\"" + px(width_) +
                                 "\" height=\"" + px(height_ + kTop) + "\"";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + opening(kTop, attributes) + "<title>" +
         escaped(title_) + "</title>\n<desc>" + escaped(description_) + "</desc>\n<style>\n" +
         std::string(chart_css()) + "</style>\n<rect class=\"paper\" x=\"0\" y=\"" + px(-kTop) +
         "\" width=\"" + px(width_) + "\" height=\"" + px(height_ + kTop) +
         "\"/>\n<text class=\"title\" x=\"16\" y=\"-14\">" + escaped(title_) + "</text>\n" + body_ +
         "</svg>\n";
}

double text_width(std::string_view text) {
  double characters = 0;
  for (const char c : text) characters += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return characters * 7.2;
}

std::string shortened(std::string_view text, std::size_t characters) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) == 0x80) continue;
    if (seen++ == characters) return std::string(text.substr(0, i)) + "…";
  }
  return std::string(text);
}

void draw_axes(Svg& svg, const Frame& f, const TickedAxis& x, const TickedAxis& y) {
  double last_end = -1e9;
  for (const Tick& tick : x.ticks) {
    const double at = x.scale.at(tick.value);
    svg.line({at, f.top}, {at, f.bottom}, tick.label.empty() ? "grid minor" : "grid");
    const double half = text_width(tick.label) / 2;
    if (tick.label.empty() || at - half < last_end + 6) continue;
    svg.text({at, f.bottom + 19}, tick.label, "tick", Anchor::middle);
    last_end = at + half;
  }
  double last_top = 1e9;
  for (const Tick& tick : y.ticks) {
    const double at = y.scale.at(tick.value);
    svg.line({f.left, at}, {f.right, at}, tick.label.empty() ? "grid minor" : "grid");
    if (tick.label.empty() || std::fabs(at - last_top) < 14) continue;
    svg.text({f.left - 8, at + 4}, tick.label, "tick", Anchor::end);
    last_top = at;
  }
  svg.line({f.left, f.bottom}, {f.right, f.bottom}, "axis");
  svg.line({f.left, f.top}, {f.left, f.bottom}, "axis");
  svg.text({(f.left + f.right) / 2, f.bottom + 44}, x.name, "name", Anchor::middle);
  svg.text({18, (f.top + f.bottom) / 2}, y.name, "name", Anchor::middle, -90);
}

void draw_axes(Svg& svg, const Frame& f, const Scale& x, TickText x_text, std::string_view x_name,
               const Scale& y, TickText y_text, std::string_view y_name) {
  draw_axes(svg, f, {x, x.ticks(x_text), x_name}, {y, y.ticks(y_text), y_name});
}

double draw_legend(Svg& svg, Pixel at, double width, const std::vector<std::string>& names) {
  constexpr double kLine = 22;
  double x = at.x;
  double y = at.y;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = shortened(names[i], 90);
    const double needed = 18 + text_width(name) + 16;
    if (x > at.x && x + needed > at.x + width) {
      x = at.x;
      y += kLine;
    }
    svg.marker({x + 6, y}, static_cast<int>(i), "dot");
    svg.text({x + 18, y + 4}, name, "label");
    x += needed;
  }
  return y - at.y + kLine;
}

}  // namespace flatline::report
