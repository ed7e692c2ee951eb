#pragma once
// A small SVG writer. Output depends on the calls alone, so equal results give equal files.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scale.hpp"

namespace flatline::report {

/// `text` with & < > " ' as entities and characters that XML forbids replaced: safe in text and in
/// quotes.
std::string escaped(std::string_view text);

/// Number of colours and marker shapes; series k wears class "s<k % kSeriesCount>".
inline constexpr int kSeriesCount = 8;

enum class Anchor { start, middle, end };

struct Pixel {
  double x;
  double y;
};

/// A small dot, or a row of dots so close that they touch: as one stroke of this length.
struct DotRun {
  Pixel at;
  double length = 0;
};

/// Builds one chart. Colours come from classes (see chart_css), so a chart follows the light or
/// dark scheme.
class Svg {
 public:
  /// `title` names the chart; `description` tells what it shows to who cannot see it.
  Svg(double width, double height, std::string title, std::string description);

  void line(Pixel a, Pixel b, std::string_view css);
  void polyline(const std::vector<Pixel>& points, std::string_view css);
  /// `fill` overrides the class; `tip` becomes the tool tip.
  void rect(Pixel corner, double width, double height, std::string_view css,
            std::string_view fill = {}, std::string_view tip = {});
  void text(Pixel at, std::string_view text, std::string_view css, Anchor anchor = Anchor::start,
            double degrees = 0);
  /// The shape of series `series`, in its colour.
  void marker(Pixel at, int series, std::string_view css, std::string_view tip = {});
  /// Many points as one shape without tool tips.
  void dots(const std::vector<DotRun>& runs, std::string_view css);
  /// Slanted lines all over a rectangle.
  void hatch(Pixel corner, double width, double height, double spacing);
  /// A hollow arrow whose tail stands at `at` and which points down: "at most this".
  void bound_marker(Pixel at, int series, std::string_view css, std::string_view tip = {});

  /// The chart for a page that has chart_css() already.
  [[nodiscard]] std::string inline_text() const;
  /// The chart as a file of its own, with title and styles.
  [[nodiscard]] std::string file_text() const;

 private:
  [[nodiscard]] std::string opening(double top, std::string_view attributes) const;
  void close_shape(std::string_view name, std::string_view tip);

  double width_;
  double height_;
  std::string title_;
  std::string description_;
  std::string body_;
};

/// Where a chart's plotting area lies.
struct Frame {
  double left;
  double top;
  double right;
  double bottom;
};

/// An axis with the ticks it shows.
struct TickedAxis {
  const Scale& scale;
  std::vector<Tick> ticks;
  std::string_view name;
};

/// Draws the grid, both axes with their ticks, and their names.
void draw_axes(Svg& svg, const Frame& frame, const TickedAxis& x, const TickedAxis& y);
void draw_axes(Svg& svg, const Frame& frame, const Scale& x, TickText x_text,
               std::string_view x_name, const Scale& y, TickText y_text, std::string_view y_name);

/// Draws a row of series names above the frame, in several lines if need be; returns the height
/// used.
double draw_legend(Svg& svg, Pixel at, double width, const std::vector<std::string>& names);

/// About how wide `text` is in a chart's ordinary letters, in pixels.
double text_width(std::string_view text);

/// Not longer than `characters`, with an ellipsis if cut; never cuts a UTF-8 character.
std::string shortened(std::string_view text, std::size_t characters);

/// The style sheet of all charts: light, and dark where the reader's system asks for it.
std::string_view chart_css();

}  // namespace flatline::report
