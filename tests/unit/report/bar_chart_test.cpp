#include "report/bar_chart.hpp"

#include "support/catch.hpp"

using namespace flatline::report;

namespace {

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

bool holds(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

BarChart chart() {
  BarChart out;
  out.file = "tally.svg";
  out.heading = "Mistakes by cause";
  out.caption = "How to read it.";
  out.axis = "share of the mistakes";
  out.series = {"stall", "loss"};
  out.bars = {{"3 s", "100 mistakes", {0.75, 0.25}, {"75 of them", "25 of them"}},
              {"<5 s>", "1 mistake", {0, 1}, {}}};
  return out;
}

}  // namespace

TEST_CASE("a bar chart stacks the parts of each bar in order") {
  const Chart drawn = draw_bar_chart(chart());
  REQUIRE(drawn.svg);
  const std::string svg = drawn.svg->inline_text();
  // The scale has 512 pixels: three quarters are 384, and the next part begins there.
  CHECK(count(svg, "width=\"384\"") == 1);
  CHECK(count(svg, "x=\"408\"") >= 1);
  CHECK(count(svg, "width=\"128\"") == 1);
  CHECK(count(svg, "width=\"512\"") == 1);
  CHECK(holds(svg, "stall: 75 of them"));
  CHECK(holds(svg, "loss: 100 %"));  // without a text of its own a part is told as its share
  CHECK(holds(svg, "&lt;5 s&gt;"));
  CHECK(holds(svg, "100 mistakes"));
  CHECK_FALSE(holds(svg, "class=\"limit\""));
}

TEST_CASE("a bar beyond one shortens the others, and a line marks one") {
  BarChart longer = chart();
  longer.bars.push_back({"worse", "", {1, 1}, {}});
  const std::string svg = draw_bar_chart(longer).svg->inline_text();
  CHECK(count(svg, "class=\"limit\"") == 3);
  CHECK(count(svg, "width=\"192\"") == 1);
}

TEST_CASE("a part too small for the scale is seen nevertheless") {
  BarChart small = chart();
  small.bars[0].parts = {0.99999, 0.00001};
  CHECK(count(draw_bar_chart(small).svg->inline_text(), "width=\"1\"") == 1);
}

TEST_CASE("without bars there is no drawing") {
  BarChart empty = chart();
  empty.bars.clear();
  const Chart drawn = draw_bar_chart(empty);
  CHECK_FALSE(drawn.svg);
  CHECK(holds(drawn.caption, "no bar"));
}

TEST_CASE("a page of one file holds its charts and speaks of no other file") {
  ChartPage page;
  page.kind = "flatline explain causes";
  page.title = "x";
  page.bars = {chart()};
  const std::string html = chart_page_html(page);
  CHECK(count(html, "<svg") == 1);
  CHECK(holds(html, "Mistakes by cause"));
  CHECK_FALSE(holds(html, "beside it"));
  CHECK(html == chart_page_html(page));
}
