#include "report/svg.hpp"

#include <fstream>
#include <sstream>

#include "sample.hpp"
#include "support/catch.hpp"

using namespace flatline::report;

namespace {
std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

std::string drawn(const Chart& chart) {
  REQUIRE(chart.svg.has_value());
  return chart.svg->inline_text();
}
}  // namespace

TEST_CASE("text in a drawing is escaped, also in its name") {
  Svg svg(100, 50, "a <b> & \"c\"", "it's");
  svg.text({1.005, 2}, "</svg><script>", "note");
  const std::string file = svg.file_text();
  CHECK(file.find("<script") == std::string::npos);
  CHECK(file.find("&lt;/svg&gt;&lt;script&gt;") != std::string::npos);
  CHECK(file.find("a &lt;b&gt; &amp; &quot;c&quot;") != std::string::npos);
}

TEST_CASE("a drawing says what it is to who cannot see it") {
  const std::string text = Svg(100, 50, "Title", "What it shows").inline_text();
  CHECK(text.find("role=\"img\"") != std::string::npos);
  CHECK(text.find("aria-label=\"Title. What it shows\"") != std::string::npos);
}

TEST_CASE("names are cut between characters") {
  CHECK(shortened("abc", 3) == "abc");
  CHECK(shortened("abcd", 3) == "abc…");
  CHECK(shortened("äöüx", 3) == "äöü…");
}

TEST_CASE("the chart of mistakes draws every setting, and zeros as hollow arrows at the bound") {
  const Report report = sample::report();
  const std::string svg = drawn(report.charts[0]);
  CHECK(count(svg, "<title>") == 10);
  CHECK(count(svg, "class=\"s0 hollow") == 2);
  CHECK(svg.find("none seen, &lt; 0.0369") != std::string::npos);
  // The best of the two zeros hangs from a dashed line; the whole front is one line.
  CHECK(count(svg, "class=\"front bound\"") == 1);
  CHECK(count(svg, "class=\"front\"") == 1);
  CHECK(svg.find("timeout 5 s, restart_on any") != std::string::npos);
}

TEST_CASE("the heat map takes the detector with most values and marks cells without mistakes") {
  const Report report = sample::report();
  const auto grid = heat_grid(report.rows, "suspected");
  REQUIRE(grid.has_value());
  CHECK(grid->label == "3x");
  CHECK(grid->x_values == std::vector<double>{2, 3, 5});
  CHECK(grid->y_values == std::vector<double>{0.5, 1});
  CHECK(grid->row_at == std::vector<std::ptrdiff_t>{0, 1, 2, 5, 6, 7});
  const std::string svg = drawn(report.charts[1]);
  CHECK(count(svg, "class=\"cell\"") == 4);
  CHECK(count(svg, "class=\"cell none\"") == 2);
}

TEST_CASE("without two axes there is no heat map, and the page says so") {
  std::string csv = sample::cells_csv();
  csv.resize(csv.find("\n5,fixed_timeout") + 1);
  const Chart chart = heat_chart(sample::rows(csv), "suspected");
  CHECK_FALSE(chart.svg.has_value());
  CHECK(chart.caption.find("No heat map") == 0);
}

TEST_CASE("distributions of the best settings are drawn, each once") {
  const Report report = sample::report();
  REQUIRE(report.curves.size() == 2);
  CHECK(report.curves[0].name == "3x: interval 500 ms, timeout 2 s");
  CHECK(report.curves[0].share == std::vector<double>{0, 0.5, 1});
  CHECK(report.shown_curves == std::vector<std::size_t>{0});
  CHECK(count(drawn(report.charts[2]), " curve\"") == 1);
}

TEST_CASE("the timeline shows losses, stalls and suspicions") {
  const Report report = sample::report();
  REQUIRE(report.timeline.lanes.size() == 1);
  const Lane& lane = report.timeline.lanes[0];
  CHECK(lane.sends.size() == 25);
  CHECK(lane.arrivals.size() == 24);
  CHECK(lane.losses == std::vector<double>{4});
  REQUIRE(lane.truth.size() == 1);
  CHECK(lane.truth[0].from == 9.5);
  CHECK(lane.truth[0].to == 14.5);
  REQUIRE(lane.suspicions.size() == 1);
  CHECK(lane.suspicions[0].to == Approx(15.1));
  const std::string svg = drawn(report.charts[3]);
  CHECK(svg.find("class=\"stall\"") != std::string::npos);
  CHECK(svg.find("worker/0 watched by monitor/0") != std::string::npos);
}

TEST_CASE("what is still open when the timeline ends lasts until then") {
  const auto timeline = read_timeline(
      sample::table("time_s,monitored,monitor,label,state,event\n0,a,b,,,send\n1,a,,,,crash\n"
                    "3,a,b,x,suspected,suspect\n9,a,b,,,send\n"),
      3);
  REQUIRE(timeline.ok());
  CHECK(timeline.value().lanes[0].truth[0].to == 9);
  CHECK(timeline.value().lanes[0].suspicions[0].to == 9);
}

TEST_CASE("an event that is not known is refused with its line") {
  const auto timeline =
      read_timeline(sample::table("time_s,monitored,monitor,label,state,event\n0,a,b,,,jump\n"), 3);
  REQUIRE_FALSE(timeline.ok());
  CHECK(timeline.problems()[0].line == 2);
}

TEST_CASE("the chart of a small result is the one on file") {
  // To renew after a deliberate change: write `now` over the file and look at it in a browser.
  const std::string now = sample::report().charts[0].svg->file_text();
  std::ifstream file(std::string(FLATLINE_SOURCE_DIR) + "/tests/unit/report/latency_mistakes.svg",
                     std::ios::binary);
  std::stringstream golden;
  golden << file.rdbuf();
  const bool same = now == golden.str();
  CHECK(same);
}
