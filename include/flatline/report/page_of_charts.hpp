#pragma once
// A one-page report made of facts, tables and charts, for results that are no rows of a run:
// what a fit found, later what a comparison or a search found. The caller says what to show; this
// room knows how.

#include <limits>
#include <string>
#include <vector>

#include "flatline/base/result.hpp"

namespace flatline::report {

enum class LineStyle { points, line, steps };

/// One series of a chart. Points with a coordinate that is not finite, or not positive on a log
/// axis, are left out; a line has a gap there. Steps hold each value until the next x.
/// REQUIRES: as many x as y.
struct ChartSeries {
  std::string name;  ///< Empty: drawn like the series before it, without an entry in the legend.
  LineStyle style = LineStyle::line;
  std::vector<double> x;
  std::vector<double> y;
};

struct ChartAxis {
  std::string name;  ///< "delay", "share of heartbeats slower"
  bool log = false;
  bool seconds = false;  ///< Ticks as durations (1 ms, 10 s).
};

struct LineChart {
  std::string file;  ///< "delay_tail.svg": letters, digits, '_' and '-'; unique in a page
  std::string heading;
  std::string caption;  ///< What it shows and how to read it; also for those who cannot see it.
  ChartAxis x, y;
  std::vector<ChartSeries> series;
  /// From here on (x) nothing is measured: marked with `beyond_text`. NaN: nowhere.
  double beyond = std::numeric_limits<double>::quiet_NaN();
  std::string beyond_text;
};

/// A bar that is stacked of parts.
struct Bar {
  std::string name;
  std::string note;               ///< At the other end: "412 mistakes".
  std::vector<double> parts;      ///< One per series; shares of 1, not negative.
  std::vector<std::string> tips;  ///< What each part is, as tool tip; may be empty.
};

/// Bars that lie one below the other. Where one is longer than 1, a line marks 1.
struct BarChart {
  std::string file;  ///< As in LineChart.
  std::string heading;
  std::string caption;
  std::string axis;  ///< "share of the mistakes"
  std::vector<std::string> series;
  std::vector<Bar> bars;
};

struct PageTable {
  std::string heading;
  std::string note;  ///< A line below; may be empty.
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

enum class Verdict { good, bad, neutral };

/// A line of the list at the top: a tick or a cross, what was asked, what was found.
struct Check {
  Verdict verdict = Verdict::neutral;
  std::string what;
  std::string found;
};

struct ChartPage {
  std::string kind;  ///< "flatline fit"
  std::string title;
  std::vector<std::string> facts;    ///< Short, shown in one line.
  std::vector<std::string> summary;  ///< Paragraphs.
  std::vector<Check> checks;
  std::vector<BarChart> bars;  ///< Before the other charts.
  std::vector<LineChart> charts;
  std::vector<PageTable> tables;
  std::string code_heading;  ///< Of a block of text as it stands, such as a scenario; may be empty.
  std::string code;
  std::vector<std::string> notes;  ///< At the end.
  std::string version;
};

/// Writes `folder`/report.html and each chart as SVG; each file appears whole or not at all. The
/// page looks like that of write_report, loads nothing and needs no script. Equal input gives equal
/// bytes. Gives back the path of the page. REQUIRES: `folder` exists.
Result<std::string> write_chart_page(const std::string& folder, const ChartPage& page);

/// The same page as one file with nothing beside it; as text.
std::string chart_page_html(const ChartPage& page);

}  // namespace flatline::report
