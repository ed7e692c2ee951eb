#include "flatline/report/text.hpp"

#include <algorithm>

#include "sample.hpp"
#include "support/catch.hpp"

using namespace flatline::report;

TEST_CASE("the text table shows what varies, units and intervals") {
  const auto text = text_table(sample::table(sample::cells_csv()));
  REQUIRE(text.ok());
  const std::string& t = text.value();
  CHECK(t.substr(0, t.find('\n')).find("detector") == 0);
  CHECK(t.find("interval 500 ms, timeout 2 s") != std::string::npos);
  CHECK(t.find("restart_on") == std::string::npos);
  CHECK(t.find("1.500 s [1.470, 1.530]") != std::string::npos);
  CHECK(t.find("none seen, < 0.0369") != std::string::npos);
  CHECK(t.find("4.00 [2.00, 8.00]") != std::string::npos);
}

TEST_CASE("the lines of the text table end at the same place") {
  const std::string t = text_table(sample::table(sample::cells_csv())).value();
  const std::size_t width = t.find('\n');
  std::size_t lines = 0;
  for (std::size_t at = 0; at < t.size(); at = t.find('\n', at) + 1, ++lines) {
    CHECK(t.find('\n', at) - at == width);
  }
  CHECK(lines == 11);
}

TEST_CASE("the setting column is absent if nothing varies") {
  std::string csv = sample::cells_csv();
  std::size_t end = csv.find('\n', csv.find('\n') + 1);
  csv.resize(end + 1);
  const std::string t = text_table(sample::table(csv)).value();
  CHECK(t.find("setting") == std::string::npos);
  CHECK(t.find("1.500 s") != std::string::npos);
}

TEST_CASE("a label cannot send escape sequences to the terminal") {
  flatline::results::Table table = sample::table(sample::cells_csv());
  table.rows[0][2] = std::string("\x1b[2Jx\ny");
  const std::string t = text_table(table).value();
  CHECK(t.find('\x1b') == std::string::npos);
  CHECK(t.find("?[2Jx?y") != std::string::npos);
}

TEST_CASE("a table that is not cells.csv is refused with the column's name") {
  const auto text = text_table(sample::table("a,b\n1,2\n"));
  REQUIRE_FALSE(text.ok());
  CHECK(text.problems()[0].pointer == "cell");
  std::string csv = sample::cells_csv();
  csv.replace(csv.find("1.500000"), 8, "soon");
  const auto word = text_table(sample::table(csv));
  REQUIRE_FALSE(word.ok());
  CHECK(word.problems()[0].line == 2);
  CHECK(word.problems()[0].pointer == "detection_time_mean_s");
}

TEST_CASE("a text table printed in lots is that of the whole table") {
  const flatline::results::Table whole = sample::table(sample::cells_csv(true));
  REQUIRE(whole.rows.size() > 3);
  for (const std::size_t most : {1u, 3u}) {
    const TableLots lots = [&](const UseLot& use) {
      for (std::size_t first = 0; first < whole.rows.size(); first += most) {
        flatline::results::Table lot{whole.columns, {}};
        for (std::size_t r = first; r < std::min(first + most, whole.rows.size()); ++r)
          lot.rows.push_back(whole.rows[r]);
        if (auto done = use(lot); !done.ok()) return done;
      }
      return flatline::Result<std::monostate>(std::monostate{});
    };
    std::string text;
    REQUIRE(print_text_table(lots, [&](std::string_view piece) { text += piece; }).ok());
    CHECK(text == text_table(whole).value());
  }
}
