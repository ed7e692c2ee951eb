#include "flatline/report/page_of_charts.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

#include "flatline/base/check.hpp"
#include "report/axis.hpp"
#include "report/line_chart.hpp"
#include "report/thinning.hpp"
#include "support/catch.hpp"

using namespace flatline::report;

namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

bool holds(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

LineChart tail_chart() {
  LineChart chart;
  chart.file = "delay_tail.svg";
  chart.heading = "Tail of the delay";
  chart.caption = "How to read it.";
  chart.x = {"delay", true, true};
  chart.y = {"share slower", true, false};
  chart.series = {{"measured", LineStyle::points, {1e-3, 1e-2, 0.1, 1}, {1, 1e-2, 1e-4, 1e-8}},
                  {"model", LineStyle::line, {1e-3, 1}, {1, 1e-8}}};
  return chart;
}

ChartPage small_page() {
  ChartPage page;
  page.kind = "flatline fit";
  page.title = "trace.csv";
  page.facts = {"10 heartbeats", "0 lost"};
  page.summary = {"First words.", "Second words."};
  page.checks = {{Verdict::good, "law", "it fits"},
                 {Verdict::bad, "clock", "it drifts"},
                 {Verdict::neutral, "loss", "none"}};
  page.charts = {tail_chart()};
  page.tables = {{"Families", "Smaller is better.", {"name", "AIC"}, {{"gamma", "12"}}}};
  page.code_heading = "Scenario";
  page.code = "{\"delay\": 1}\n";
  page.notes = {"A note."};
  page.version = "1.2.3";
  return page;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream out;
  out << file.rdbuf();
  return out.str();
}

struct Folder {
  std::filesystem::path path;
  explicit Folder(const std::string& name)
      : path(std::filesystem::temp_directory_path() / ("flatline_page_of_charts_" + name)) {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::set<std::string> files() const {
    std::set<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      out.insert(entry.path().filename().string());
    }
    return out;
  }
};

std::string page_text(const ChartPage& page, const std::string& name) {
  const Folder folder(name);
  const auto written = write_chart_page(folder.path.string(), page);
  REQUIRE(written.ok());
  CHECK(written.value() == folder.path.string() + "/report.html");
  return text_of(written.value());
}

std::string drawn(const LineChart& chart) {
  const Chart out = draw_line_chart(chart);
  REQUIRE(out.svg.has_value());
  return out.svg->file_text();
}

// Every element that opens closes in its turn, and no bare & or < stands in the text.
bool is_well_formed(const std::string& xml) {
  std::vector<std::string> open;
  for (std::size_t at = xml.find('<'); at != std::string::npos; at = xml.find('<', at)) {
    const std::size_t end = xml.find('>', at);
    if (end == std::string::npos) return false;
    const std::string tag = xml.substr(at + 1, end - at - 1);
    at = end;
    if (holds(tag, "<") || count(tag, "\"") % 2 != 0) return false;
    if (tag[0] == '?') continue;
    if (tag[0] == '/') {
      if (open.empty() || open.back() != tag.substr(1)) return false;
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(tag.substr(0, tag.find_first_of(" \n")));
    }
  }
  for (std::size_t at = xml.find('&'); at != std::string::npos; at = xml.find('&', at + 1)) {
    const std::string entity = xml.substr(at, xml.find(';', at) - at);
    if (entity.size() < 3 || entity.size() > 5) return false;
  }
  return open.empty();
}

std::vector<std::string> labels(const ChartAxis& axis, double lo, double hi) {
  std::vector<std::string> out;
  for (const Tick& tick : axis_ticks(axis, axis_over(axis, lo, hi, 0, 400))) {
    if (!tick.label.empty()) out.push_back(tick.label);
  }
  return out;
}

}  // namespace

TEST_CASE("a page of charts has its parts in order") {
  const std::string html = page_text(small_page(), "parts");
  std::size_t last = 0;
  for (const std::string part :
       {"<title>trace.csv - flatline fit</title>", "<p class=\"kind\">flatline fit</p>",
        "<h1>trace.csv</h1>", "10 heartbeats &middot; 0 lost", "First words.", "Second words.",
        "law", "it fits", "clock", "it drifts", "<figure id=\"delay_tail\">", "How to read it.",
        "Families", "Smaller is better.", "gamma", "Scenario", "{&quot;delay&quot;: 1}", "A note.",
        "flatline 1.2.3"}) {
    INFO(part);
    const std::size_t at = html.find(part, last);
    REQUIRE(at != std::string::npos);
    last = at;
  }
}

TEST_CASE("a page of charts leaves out what it was not given") {
  ChartPage page;
  page.kind = "flatline fit";
  page.title = "nothing";
  const std::string html = page_text(page, "empty");
  for (const std::string part : {"<section", "<ul", "<table", "<pre", "<svg", "class=\"facts\""}) {
    INFO(part);
    CHECK_FALSE(holds(html, part));
  }
}

TEST_CASE("a verdict is a shape and a word, not a colour alone") {
  const std::string html = page_text(small_page(), "verdicts");
  CHECK(holds(html, "<span class=\"unseen\">Good: </span>law"));
  CHECK(holds(html, "<span class=\"unseen\">Bad: </span>clock"));
  CHECK(holds(html, "<span class=\"unseen\">Neither good nor bad: </span>loss"));
  std::set<std::string> shapes;
  for (std::size_t at = html.find("viewBox=\"0 0 19 19\"><path d=\""); at != std::string::npos;
       at = html.find("viewBox=\"0 0 19 19\"><path d=\"", at + 1)) {
    shapes.insert(html.substr(at, html.find("/>", at) - at));
  }
  CHECK(shapes.size() == 3);
}

TEST_CASE("a page of charts forbids loads and scripts and has none") {
  const std::string html = page_text(small_page(), "loads");
  CHECK(holds(html, "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri"));
  for (const std::string load :
       {"<script", "http:", "https:", "src=", "href=", "@import", "url("}) {
    INFO(load);
    CHECK_FALSE(holds(html, load));
  }
}

TEST_CASE("hostile text stays text everywhere on a page of charts") {
  const std::string bad = "</style><b onclick='x'>\"&";
  ChartPage page;
  page.kind = page.title = page.code = page.code_heading = page.version = bad;
  page.facts = page.summary = page.notes = {bad};
  page.checks = {{Verdict::bad, bad, bad}};
  LineChart chart = tail_chart();
  chart.heading = chart.caption = chart.x.name = chart.y.name = chart.beyond_text = bad;
  chart.beyond = 0.5;
  chart.series[0].name = chart.series[1].name = bad;
  page.charts = {chart};
  page.tables = {{bad, bad, {bad}, {{bad}}}};
  const Folder folder("hostile");
  REQUIRE(write_chart_page(folder.path.string(), page).ok());
  const std::string html = text_of((folder.path / "report.html").string());
  CHECK_FALSE(holds(html,
                    "<b"
                    " onclick"));
  CHECK(count(html, "</style>") == 1);
  CHECK(is_well_formed(text_of((folder.path / "delay_tail.svg").string())));
}

TEST_CASE("equal pages give equal bytes, in files that appear whole") {
  const Folder a("bytes_a");
  const Folder b("bytes_b");
  REQUIRE(write_chart_page(a.path.string(), small_page()).ok());
  REQUIRE(write_chart_page(b.path.string(), small_page()).ok());
  // No temporary file stays behind.
  const std::set<std::string> expected{"delay_tail.svg", "report.html"};
  REQUIRE(a.files() == expected);
  REQUIRE(b.files() == expected);
  for (const std::string& file : expected) {
    const bool same = text_of((a.path / file).string()) == text_of((b.path / file).string());
    CHECK(same);
  }
  CHECK_FALSE(write_chart_page((a.path / "missing").string(), small_page()).ok());
}

TEST_CASE("a chart that cannot name its file is a broken contract") {
  const Folder folder("names");
  for (const std::string name : {"", ".svg", "../x.svg", "a b.svg", "x.html", "a\".svg"}) {
    INFO(name);
    ChartPage page = small_page();
    page.charts[0].file = name;
    CHECK_THROWS_AS(write_chart_page(folder.path.string(), page), flatline::ContractViolation);
  }
  ChartPage twice = small_page();
  twice.charts.push_back(twice.charts[0]);
  CHECK_THROWS_AS(write_chart_page(folder.path.string(), twice), flatline::ContractViolation);
  CHECK(folder.files().empty());
}

TEST_CASE("a line chart is well formed and says what it shows") {
  LineChart chart = tail_chart();
  chart.beyond = 0.5;
  const std::string svg = drawn(chart);
  CHECK(is_well_formed(svg));
  CHECK(holds(svg, "<title>Tail of the delay</title>"));
  CHECK(holds(svg, "<desc>How to read it."));
  // The four points and the sample in the legend; the curve and its sample.
  CHECK(count(svg, "class=\"s0 dot\"") == 5);
  CHECK(count(svg, "<polyline class=\"s1 curve\"") == 1);
  CHECK_FALSE(is_well_formed(svg + "<g>"));
}

TEST_CASE("points that an axis cannot show are left out") {
  LineChart chart = tail_chart();
  chart.series[0].x = {1e-3, 0, 0.1, kNan, 1, std::numeric_limits<double>::infinity(), 2, 1e308};
  chart.series[0].y = {1, 1e-2, 0, 1e-3, -1e-8, 1e-4, kNan, 1};
  // Only the first is left, with the sample in the legend.
  CHECK(count(drawn(chart), "class=\"s0 dot\"") == 2);
  chart.x.log = chart.y.log = false;
  // Linear axes also show those at zero and below.
  CHECK(count(drawn(chart), "class=\"s0 dot\"") == 5);
}

TEST_CASE("a line has a gap where a point is missing") {
  LineChart chart = tail_chart();
  chart.series[1] = {"model", LineStyle::line, {1, 2, 3, 4, 5}, {1, 1, 0, 1, 1}};
  CHECK(count(drawn(chart), "<polyline class=\"s1 curve\"") == 2);
}

TEST_CASE("a series without a point to draw is named in the caption only") {
  LineChart chart = tail_chart();
  chart.series.push_back({"void", LineStyle::line, {1, 2}, {0, -1}});
  const Chart out = draw_line_chart(chart);
  CHECK(holds(out.caption, "Not drawn, because these axes can show none of its points: void."));
  REQUIRE(out.svg.has_value());
  CHECK_FALSE(holds(out.svg->inline_text(), ">void<"));
  chart.series = {chart.series.back()};
  const Chart none = draw_line_chart(chart);
  CHECK_FALSE(none.svg.has_value());
  CHECK(holds(none.caption, "there is no drawing"));
}

TEST_CASE("a series without a name is drawn like the one before it") {
  LineChart chart = tail_chart();
  chart.series.push_back({"", LineStyle::line, {1e-3, 1}, {0.5, 1e-7}});
  const std::string svg = drawn(chart);
  CHECK(count(svg, "<polyline class=\"s1 curve\"") == 2);
  CHECK(count(svg, "<line class=\"s1 curve\"") == 1);
}

TEST_CASE("where measurement ends, a line and a hatched part say so") {
  LineChart chart = tail_chart();
  chart.beyond_text = "longer than any seen";
  CHECK_FALSE(holds(drawn(chart), "class=\"hatch\""));
  chart.beyond = 0.5;
  const Chart out = draw_line_chart(chart);
  const std::string svg = out.svg->inline_text();
  // Once in the plot and once in the legend.
  CHECK(count(svg, "class=\"hatch\"") == 2);
  CHECK(count(svg, "class=\"limit\"") == 2);
  CHECK(holds(svg, ">longer than any seen<"));
  CHECK(holds(out.caption, "Hatched, from 500 ms: longer than any seen."));
  // Also where the points end before it; not where it would squeeze them.
  chart.beyond = 5;
  CHECK(count(drawn(chart), "class=\"hatch\"") == 2);
  chart.beyond = 1e9;
  CHECK_FALSE(holds(drawn(chart), "class=\"hatch\""));
  CHECK(holds(draw_line_chart(chart).caption, "outside the drawing: longer than any seen."));
}

TEST_CASE("steps hold their value until the next one") {
  LineChart chart;
  chart.series = {{"a", LineStyle::steps, {0, 10}, {0, 1}}};
  const std::string svg = drawn(chart);
  const std::size_t at = svg.find("points=\"", svg.find("<polyline")) + 8;
  std::istringstream list(svg.substr(at, svg.find('"', at) - at));
  std::vector<Pixel> corners;
  Pixel p{};
  for (char comma = 0; list >> p.x >> comma >> p.y;) corners.push_back(p);
  REQUIRE(corners.size() == 3);
  CHECK(corners[1].x == corners[2].x);
  CHECK(corners[1].y == corners[0].y);
  CHECK(corners[2].y < corners[0].y);
}

TEST_CASE("a thinned line keeps ends and extremes of every column of pixels") {
  std::vector<Pixel> points;
  for (int i = 0; i < 100'000; ++i) {
    points.push_back({i * 0.005, 100 + 50 * std::sin(i * 0.7) + (i == 54'321 ? 200 : 0)});
  }
  const std::vector<Pixel> thin = thinned_line(points);
  // 500 columns, four points each at most.
  CHECK(thin.size() <= 2000);
  CHECK(thin.front().x == points.front().x);
  CHECK(thin.back().x == points.back().x);
  std::vector<std::pair<double, double>> all(500, {1e9, -1e9});
  std::vector<std::pair<double, double>> kept = all;
  const auto add = [](auto& columns, const Pixel& p) {
    auto& [lo, hi] = columns[static_cast<std::size_t>(p.x)];
    lo = std::min(lo, p.y);
    hi = std::max(hi, p.y);
  };
  for (const Pixel& p : points) add(all, p);
  for (const Pixel& p : thin) add(kept, p);
  CHECK(kept == all);
}

TEST_CASE("a cloud of many points is drawn within a pixel of where it is") {
  std::vector<Pixel> points;
  for (int i = 0; i < 100'000; ++i) {
    points.push_back({std::fmod(i * 7.31, 400), std::fmod(i * 3.17, 20) * 15});
  }
  const std::vector<DotRun> runs = dot_runs(points);
  CHECK(runs.size() < 20'000);
  std::size_t near = 0;
  for (std::size_t i = 0; i < points.size(); i += 997) {
    for (const DotRun& run : runs) {
      if (std::fabs(run.at.y - points[i].y) > 1 || run.at.x > points[i].x + 0.5) continue;
      if (run.at.x + run.length < points[i].x - 0.5) continue;
      ++near;
      break;
    }
  }
  CHECK(near == (points.size() + 996) / 997);
  // Few points stay exactly where they are.
  CHECK(dot_runs({{1.25, 2}, {1.25, 2}, {1.5, 2}}).size() == 2);
}

TEST_CASE("a hundred thousand points make a small file") {
  LineChart chart;
  chart.file = "late.svg";
  for (const LineStyle style : {LineStyle::points, LineStyle::line, LineStyle::steps}) {
    ChartSeries series{"late", style, {}, {}};
    for (int i = 0; i < 100'000; ++i) {
      series.x.push_back(i);
      series.y.push_back(std::fmod(i * 0.618, 1.0));
    }
    chart.series = {series};
    CHECK(drawn(chart).size() < 200'000);
  }
}

TEST_CASE("probabilities have powers of ten as ticks and end at 1") {
  const ChartAxis axis{"share", true, false};
  CHECK(labels(axis, 1e-8, 1) == std::vector<std::string>{"1e-8", "1e-7", "1e-6", "1e-5", "1e-4",
                                                          "1e-3", "0.01", "0.1", "1"});
  CHECK(axis_over(axis, 1e-8, 0.99999, 0, 1).hi() == Approx(1).epsilon(1e-12));
  CHECK(axis_over(axis, 1e-8, 0.5, 0, 1).hi() < 1);
}

TEST_CASE("ticks of a linear axis share a unit and differ") {
  const ChartAxis time{"time", false, true};
  CHECK(labels(time, 0, 1.5) == std::vector<std::string>{"0", "0.5 s", "1.0 s", "1.5 s"});
  CHECK(labels(time, 0, 3600) ==
        std::vector<std::string>{"0", "10 min", "20 min", "30 min", "40 min", "50 min", "60 min"});
  for (const auto& [lo, hi] : std::vector<std::pair<double, double>>{
           {1000, 1003}, {1e6, 1e6 + 20}, {0, 1e-9}, {-1, 1}, {12.34567, 12.34568}, {-1e9, 1e9}}) {
    INFO(lo << " to " << hi);
    const std::vector<std::string> all = labels({"n", false, false}, lo, hi);
    CHECK(all.size() >= 3);
    CHECK(std::set<std::string>(all.begin(), all.end()).size() == all.size());
  }
}

TEST_CASE("every axis holds its values, however odd they are") {
  const std::vector<double> odd{0,    1e-139, 1e-12, 1e-3, 0.3,       1,    1 + 1e-15,
                                1.01, 999,    1e9,   1e17, 1e17 + 16, 1e139};
  for (const double a : odd) {
    for (const double b : odd) {
      if (a > b) continue;
      INFO(a << " to " << b);
      for (const ChartAxis& axis : {ChartAxis{"x", false, false}, ChartAxis{"x", true, true}}) {
        if (!can_show(axis, a)) continue;
        const Scale scale = axis_over(axis, a, b, 0, 400);
        CHECK(scale.lo() <= a);
        CHECK(scale.hi() >= b);
        CHECK(std::isfinite(scale.at(a)));
        CHECK(axis_ticks(axis, scale).size() < 500);
      }
    }
  }
}
