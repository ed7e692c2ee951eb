#include "flatline/results/table.hpp"

#include <limits>

#include "flatline/results/store.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

using namespace flatline;
using namespace flatline::results;

namespace {
constexpr double kInf = std::numeric_limits<double>::infinity();

Table sample() {
  Table t;
  t.columns = {"cell", "label", "rate", "note"};
  t.rows = {
      {std::int64_t{0}, std::string("3x"), 0.1, std::monostate{}},
      {std::int64_t{-9223372036854775807 - 1}, std::string("a,b"), kInf, std::string("say \"no\"")},
      {std::int64_t{7}, std::string("two\nlines"), 1.0 / 3.0, std::string("cr\r")}};
  return t;
}
const std::string kSampleCsv =
    "cell,label,rate,note\n0,3x,0.1,\n-9223372036854775808,\"a,b\",inf,\"say \"\"no\"\"\"\n"
    "7,\"two\nlines\",0.3333333333,\"cr\r\"\n";

Table read(std::string_view text) {
  const Result<Table> t = read_csv(text);
  INFO((t ? "" : text_of(t.problems())));
  REQUIRE(t.ok());
  return t.value();
}
std::string problem(std::string_view text) {
  const Result<Table> t = read_csv(text);
  REQUIRE_FALSE(t.ok());
  return text_of(t.problems());
}
}  // namespace

TEST_CASE("Table: a column is found by name, a missing one is a broken contract") {
  const Table t = sample();
  CHECK(t.index_of("rate") == std::optional<std::size_t>(2));
  CHECK_FALSE(t.index_of("Rate").has_value());
  CHECK(std::get<double>(t.at(0, "rate")) == 0.1);
  CHECK_THROWS_AS(t.at(0, "none"), ContractViolation);
  CHECK_THROWS_AS(t.at(3, "rate"), ContractViolation);
}

TEST_CASE("CSV: written after RFC 4180 with ten digits, inf and empty cells") {
  CHECK(write_csv(sample()) == kSampleCsv);
}

TEST_CASE("CSV: reading gives the types back, and writing that gives the same bytes") {
  const Table t = read(kSampleCsv);
  REQUIRE(t.rows.size() == 3);
  CHECK(t.columns == sample().columns);
  CHECK(std::get<std::int64_t>(t.rows[1][0]) == std::numeric_limits<std::int64_t>::min());
  CHECK(std::get<std::string>(t.rows[1][1]) == "a,b");
  CHECK(std::get<double>(t.rows[1][2]) == kInf);
  CHECK(std::holds_alternative<std::monostate>(t.rows[0][3]));
  CHECK(std::get<std::string>(t.rows[2][3]) == "cr\r");
  CHECK(write_csv(t) == kSampleCsv);
}

TEST_CASE("CSV: text that only looks like a number stays text") {
  for (const char* text : {"007", "1.50", "+1", "-0", "1e5", "0x10", "nan", "infinity", " 1", "1 ",
                           "9223372036854775808", "0.12345678901"}) {
    CAPTURE(text);
    const std::string csv = "a,b\n" + std::string(text) + ",\n";
    CHECK(write_csv(read(csv)) == csv);
  }
  CHECK(std::holds_alternative<std::string>(read("a\n007\n").rows[0][0]));
  CHECK(std::holds_alternative<double>(read("a\n1e-09\n").rows[0][0]));
  CHECK(std::holds_alternative<std::string>(read("a\n\"12\"\n").rows[0][0]));
}

TEST_CASE("CSV: an empty cell of a one-column table survives") {
  Table t;
  t.columns = {"only"};
  t.rows = {{std::monostate{}}, {std::string()}, {std::int64_t{1}}};
  CHECK(write_csv(t) == "only\n\"\"\n\"\"\n1\n");
  CHECK(write_csv(read(write_csv(t))) == write_csv(t));
}

TEST_CASE("CSV: both line ends are read, with and without the last one") {
  const std::string plain = "a,b\n1,x\n2,\n";
  CHECK(write_csv(read("a,b\r\n1,\"x\"\r\n2,\r\n")) == plain);
  CHECK(write_csv(read("a,b\n1,x\n2,")) == plain);
  CHECK(write_csv(read("a,b\r\n1,x\r\n2,\r")) == plain);
  CHECK(read("a,b\n").rows.empty());
}

TEST_CASE("CSV: what is wrong is named with its line") {
  CHECK(problem("") == "line 1: the table is empty; expected a header row\n");
  CHECK(problem("a,a\n") == "line 1: the column \"a\" is there twice; expected distinct names\n");
  CHECK(problem("a,b\n\"x\ny\",1\n1\n") == "line 4: the row has 1 fields; expected 2 fields\n");
  CHECK(problem("a,b\n1,2,3\n") == "line 2: the row has 3 fields; expected 2 fields\n");
  CHECK(problem("a\n\"open\n").find("line 2: a quote is left open") == 0);
  CHECK(problem("a\n\"x\"y\n").find("line 2: text follows a closing quote") == 0);
}

TEST_CASE("CSV: a ragged table, one without columns and a NaN are broken contracts") {
  Table t = sample();
  t.rows[1].pop_back();
  CHECK_THROWS_AS(write_csv(t), ContractViolation);
  CHECK_THROWS_AS(to_json(t), ContractViolation);
  CHECK_THROWS_AS(write_csv(Table{}), ContractViolation);
  t = sample();
  t.rows[0][2] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(write_csv(t), ContractViolation);
}

TEST_CASE("Table: cells as numbers") {
  CHECK(cell_number(Cell(std::int64_t{3})) == std::optional<double>(3));
  CHECK(cell_number(Cell(0.5)) == std::optional<double>(0.5));
  CHECK(cell_number(Cell(std::string("0.050"))) == std::optional<double>(0.05));
  CHECK(cell_number(Cell(std::string("-inf"))) == std::optional<double>(-kInf));
  CHECK_FALSE(cell_number(Cell(std::string("phi"))).has_value());
  CHECK_FALSE(cell_number(Cell()).has_value());
}

TEST_CASE("JSON: one object a line, keys in column order, null for nothing") {
  Table t = sample();
  t.rows[2][1] = std::string("bad \xff byte");
  const std::string a = "{\"cell\": 0, \"label\": \"3x\", \"rate\": 0.1, \"note\": null}";
  const std::string b =
      "{\"cell\": -9223372036854775808, \"label\": \"a,b\", \"rate\": \"inf\", \"note\": \"say "
      "\\\"no\\\"\"}";
  const std::string c =
      "{\"cell\": 7, \"label\": \"bad \xEF\xBF\xBD byte\", \"rate\": 0.3333333333, \"note\": "
      "\"cr\\r\"}";
  CHECK(to_json(t) == "[\n" + a + ",\n" + b + ",\n" + c + "\n]\n");
  CHECK(to_ndjson(t) == a + "\n" + b + "\n" + c + "\n");
  t.rows.clear();
  CHECK(to_json(t) == "[]\n");
  CHECK(to_ndjson(t).empty());
}

TEST_CASE("CSV: a file read some rows at a time gives the rows of the whole, and no more at once") {
  const test::TemporaryFolder folder;
  Table many = sample();
  for (int i = 0; i < 5; ++i) {
    for (const auto& row : sample().rows) many.rows.push_back(row);
  }
  std::string text = write_csv(many);
  for (const bool last_break : {true, false}) {
    if (!last_break) text.pop_back();
    REQUIRE(write_file(folder / "t.csv", text).ok());
    for (const std::size_t most : {1u, 4u, 18u, 100u}) {
      CAPTURE(most);
      Table together;
      JsonArray array;
      std::string json;
      const auto done = read_csv_lots(folder / "t.csv", most, [&](const Table& lot) {
        CHECK(lot.rows.size() <= most);
        together.columns = lot.columns;
        together.rows.insert(together.rows.end(), lot.rows.begin(), lot.rows.end());
        json += array.add(lot);
        return Result<std::monostate>(std::monostate{});
      });
      REQUIRE(done.ok());
      CHECK(write_csv(together) == write_csv(many));
      CHECK(json + array.end() == to_json(many));
    }
  }
}

TEST_CASE("CSV: a file without rows is one empty lot; a bad row is named by file and line") {
  const test::TemporaryFolder folder;
  int lots = 0;
  const auto count = [&](const Table& lot) {
    CHECK(lot.rows.empty());
    ++lots;
    return Result<std::monostate>(std::monostate{});
  };
  for (const char* text : {"a,b\n", "a,b"}) {
    REQUIRE(write_file(folder / "t.csv", text).ok());
    REQUIRE(read_csv_lots(folder / "t.csv", 2, count).ok());
  }
  CHECK(lots == 2);
  REQUIRE(write_file(folder / "t.csv", "a,b\n1,2\n3,\"x\ny\"\n5,6,7\n").ok());
  const auto good = [](const Table&) { return Result<std::monostate>(std::monostate{}); };
  const auto done = read_csv_lots(folder / "t.csv", 1, good);
  REQUIRE_FALSE(done.ok());
  CHECK(text_of(done.problems()).find((folder / "t.csv") + ":5: the row has 3 fields") == 0);
}
