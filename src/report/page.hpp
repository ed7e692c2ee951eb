#pragma once
// The report as one HTML page.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "charts.hpp"
#include "flatline/results/store.hpp"
#include "headline.hpp"

namespace flatline::report {

/// What manifest.json and scenario.json say, as text.
struct Source {
  std::string name;
  std::string why;
  std::string expect;
  std::string command;
  std::string version;
  std::string duration;
  std::string seed;
  std::uint64_t replications = 0;
  bool replayed = false;  ///< A recorded trace, not a simulation.
  std::string scenario_sha256;
  std::string digest;
  bool complete = true;
  std::vector<std::pair<std::string, std::string>>
      facts;             ///< Name and value, for "how to reproduce".
  std::string scenario;  ///< The JSON as it stands in the folder.
};
/// Fails if the scenario is not a JSON object.
Result<Source> read_source(const results::Manifest& manifest, const std::string& scenario);

/// Everything that a report shows.
struct Report {
  Source source;
  Rows rows;
  std::string state;  ///< The state that the static charts show.
  std::vector<TradeGroup> groups;
  Headline words;
  std::vector<Curve> curves;
  std::vector<std::size_t> shown_curves;
  Timeline timeline;
  std::vector<Chart> charts;  ///< Latency, heat map, distribution, timeline.
};

/// The data of the interactive charts: JSON that is safe inside a script element.
std::string page_data(const Report& report);

/// The rows as an HTML table, sorted as in cells.csv; says what it left out.
std::string page_table(const Report& report);

/// The page. `script` draws the interactive charts; if it is empty the page has the static ones
/// alone and says so.
std::string page(const Report& report, std::string_view script);

/// <name>text</name> on a line of its own.
std::string element(std::string_view name, std::string_view text);

/// What stands above the body of every page.
struct PageHead {
  std::string_view policy;  ///< Content security policy.
  std::string_view version;
  std::string_view title;
  std::string_view kind;  ///< "flatline report"
  std::string_view css;   ///< Beyond page_css() and chart_css().
};
std::string page_head(const PageHead& head);

/// The page's style sheet, and the few lines of script that sort the table.
std::string_view page_css();
std::string_view page_script();

}  // namespace flatline::report
