#include "report/page.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "flatline/report/report.hpp"
#include "report/bundle.hpp"
#include "sample.hpp"
#include "support/catch.hpp"

using namespace flatline::report;

namespace {

const std::string kHostile = "</script><b>\"'&";

Report hostile_report() {
  Report report = sample::report();
  flatline::results::Table cells = sample::table(sample::cells_csv());
  for (auto& row : cells.rows) {
    if (flatline::results::cell_text(row[2]) == "3x") row[2] = kHostile;
  }
  for (std::string& column : cells.columns) {
    if (column.rfind("3x.", 0) == 0) column = kHostile + column.substr(2);
  }
  report.rows = read_rows(cells).value();
  report.source.name = kHostile;
  report.source.why = kHostile;
  report.source.command = kHostile;
  report.source.scenario = "{\"name\": \"" + kHostile + "\"}";
  report.groups = trade_off(report.rows, report.state, Measure::detection_mean);
  report.words = headline(report.rows, report.groups, report.state);
  report.charts[0] = latency_chart(report.rows, report.groups, report.state);
  report.charts[1] = heat_chart(report.rows, report.state);
  report.timeline.labels = {kHostile};
  report.timeline.lanes[0].monitored = kHostile;
  report.charts[3] = timeline_chart(report.timeline, report.rows.labels);
  return report;
}

std::string json_of(const std::string& html) {
  const std::string opening = "<script type=\"application/json\" id=\"data\">";
  const std::size_t from = html.find(opening) + opening.size();
  return html.substr(from, html.find("</script>", from) - from);
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("the page of a replay speaks of a trace") {
  flatline::results::Manifest manifest;
  manifest.name = "replay of t.csv";
  manifest.engine = "replay";
  manifest.duration = "24m47.469711894s";
  Report report = sample::report();
  report.source = read_source(manifest, "{}").value();
  report.timeline.recorded = report.source.replayed;
  report.charts[3] = timeline_chart(report.timeline, report.rows.labels);
  const std::string html = page(report, "");
  for (const std::string part :
       {"24.8 min replayed", "The trace, beat by beat", "version, trace and settings give"}) {
    INFO(part);
    CHECK(html.find(part) != std::string::npos);
  }
  for (const std::string part : {"simulated", "seed", "Seed", "Replications", "first run"}) {
    INFO(part);
    CHECK(html.find(part) == std::string::npos);
  }
}

TEST_CASE("the page has its parts in order") {
  const std::string html = page(sample::report(), "");
  std::size_t last = 0;
  for (const std::string part :
       {"<h1>sample</h1>", "What was asked", "to see", "a page", "In short", "Fastest",
        "id=\"latency_mistakes\"", "id=\"heat_map\"", "id=\"detection_time\"", "id=\"timeline\"",
        "<table id=\"rows\">", "How to reproduce this", "flatline sweep sample.json --seed 7",
        "  scenario.json", "The scenario, as run"}) {
    INFO(part);
    const std::size_t at = html.find(part);
    REQUIRE(at != std::string::npos);
    CHECK(at > last);
    last = at;
  }
}

TEST_CASE("the page forbids every load and makes none") {
  const std::string html = page(sample::report(), "draw()");
  CHECK(html.find("default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
                  "img-src data: blob:") != std::string::npos);
  for (const std::string load : {"http:", "https:", "src=", "href=", "@import", "url("}) {
    INFO(load);
    CHECK(html.find(load) == std::string::npos);
  }
}

TEST_CASE("hostile names stay text") {
  const std::string html = page(hostile_report(), "draw()");
  CHECK(html.find("<b>") == std::string::npos);
  CHECK(count(html, "</script>") == 3);
  CHECK(count(html, "<script") == 3);
  CHECK(html.find("&lt;/script&gt;&lt;b&gt;&quot;&#39;&amp;") != std::string::npos);
  const auto data = nlohmann::json::parse(json_of(html));
  CHECK(data["labels"][0] == kHostile);
  CHECK(data["timeline"]["lanes"][0]["monitored"] == kHostile);
}

TEST_CASE("the data of the charts hold every row and its measures") {
  const auto data = nlohmann::json::parse(page_data(sample::report()));
  REQUIRE(data["rows"].size() == 10);
  const auto& row = data["rows"][2];
  CHECK(row[2] == "interval 500 ms, timeout 5 s, restart_on any");
  CHECK(row[4] == nlohmann::json::array({0.5, 5, nullptr}));
  const std::size_t rate = 4 * 3;
  CHECK(data["measures"][4]["key"] == "rate");
  CHECK(row[5][rate].is_null());
  CHECK(row[5][rate + 2] == 0.0369);
}

TEST_CASE("without a script the page is whole and says that it has static charts only") {
  const std::string html = page(sample::report(), "");
  CHECK(html.find("built without the interactive charts") != std::string::npos);
  CHECK(html.find("id=\"data\"") == std::string::npos);
  CHECK(count(html, "<svg") == 4);
  CHECK(count(html, "</tr>") == 10 + 1 + 8);
}

TEST_CASE("an unfinished run is marked") {
  Report report = sample::report();
  CHECK(page(report, "").find("incomplete") == std::string::npos);
  report.source.complete = false;
  CHECK(page(report, "").find("These results are incomplete") != std::string::npos);
}

TEST_CASE("a long table is cut, keeps the best rows and says so") {
  std::string csv = sample::cells_csv();
  const std::size_t first = csv.find('\n') + 1;
  const std::string rows = csv.substr(first);
  std::string many = csv.substr(0, first);
  // 13,000 rows that lose to the last ones.
  for (int i = 0; i < 13000; ++i)
    many += "9,fixed_timeout,3x,suspected,0.5,7,any,,8,7,9,9,700,7,6,8,0.9,0,2\n";
  Report report = sample::report(many + rows);
  const std::string table = page_table(report);
  CHECK(count(table, "</tr>") == 1001);
  CHECK(count(table, "class=\"best\"") == 4);
  CHECK(table.find("Shown: 1,000 of 13,010 rows") != std::string::npos);
  const auto data = nlohmann::json::parse(page_data(report));
  CHECK(data["total"] == 13010);
  CHECK(data["rows"].size() <= 12000);
  CHECK(report.charts[0].caption.find("one point in 9 is drawn") != std::string::npos);
  CHECK(report.charts[0].svg->file_text().size() < 1'000'000);
}

TEST_CASE("equal results give equal pages") {
  CHECK(page(sample::report(), "draw()") == page(sample::report(), "draw()"));
}

TEST_CASE("the embedded script carries the licences of what it contains") {
  const std::string script = bundle_script();
  CHECK(has_interactive_charts() == !script.empty());
  if (script.empty()) return;
  CHECK(script.find("Apache License") != std::string::npos);
  CHECK(script.find("The Apache Software Foundation") != std::string::npos);
  CHECK(script.find("BSD 3-Clause") != std::string::npos);
  CHECK(script.find("</script") == std::string::npos);
}

TEST_CASE("write_report puts the page and its charts beside the results") {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / "flatline_test_report";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const auto put = [&](const std::string& name, const std::string& bytes) {
    REQUIRE(flatline::results::write_file((folder / name).string(), bytes).ok());
  };
  CHECK_FALSE(write_report(folder.string()).ok());
  flatline::results::Manifest manifest;
  manifest.name = "on disk";
  manifest.scenario_sha256 = manifest.digest = manifest.plan_sha256 = std::string(64, '0');
  put("manifest.json", to_json(manifest));
  put("cells.csv", sample::cells_csv(true));
  put("detection.csv", sample::detection_csv());
  put("timeline.csv", sample::timeline_csv());
  put("scenario.json", "{}");
  const auto written = write_report(folder.string());
  REQUIRE(written.ok());
  CHECK(written.value().charts.size() == 4);
  CHECK(written.value().interactive == has_interactive_charts());
  const auto html = flatline::results::read_file(written.value().html);
  REQUIRE(html.ok());
  CHECK(html.value().find("<h1>on disk</h1>") != std::string::npos);
  put("cells.csv", "nonsense\n");
  CHECK_FALSE(write_report(folder.string()).ok());
  fs::remove_all(folder);
}
