#pragma once
// One HTML file, and one SVG per chart, from a folder of results.

#include <string>
#include <vector>

#include "flatline/base/result.hpp"

namespace flatline::report {

/// What write_report wrote.
struct WrittenReport {
  std::string html;                 ///< Path of report.html.
  std::vector<std::string> charts;  ///< Paths of the SVG files.
  bool interactive = false;         ///< Whether the page carries the interactive charts.
};

/// Reads manifest.json, cells.csv, detection.csv, timeline.csv and scenario.json in `folder` and
/// writes report.html and one .svg per chart beside them; each file appears whole or not at all.
/// The page is self-contained: it loads nothing, forbids network access by its content security
/// policy, and is readable without JavaScript. Equal results give equal bytes. A chart that the
/// results do not allow is left out, and the page says why. Fails on: a file that is missing or
/// cannot be read or written, or does not have the columns of its kind.
Result<WrittenReport> write_report(const std::string& folder);

/// Whether this build carries the script of the interactive charts.
bool has_interactive_charts();

}  // namespace flatline::report
