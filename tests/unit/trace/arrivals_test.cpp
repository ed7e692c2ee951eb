#include "flatline/trace/arrivals.hpp"

#include <vector>

#include "unit/trace/files.hpp"

using namespace flatline;
using namespace flatline::trace;
using namespace flatline::test;

namespace {

struct Read {
  std::vector<std::int64_t> at;
  std::vector<std::int64_t> seq;
  std::vector<std::int64_t> sent;
  std::string problem;  // without the folder
  TraceFacts facts;
};

Read read(const std::string& text, const ArrivalOptions& options) {
  const TemporaryFolder folder;
  write_plain(folder / "t", text);
  Read out;
  const auto note = [&](const Problems& problems) {
    out.problem = text_of(problems);
    REQUIRE(out.problem.find(folder / "t") == 0);
    out.problem = out.problem.substr((folder / "").size());
  };
  Result<ArrivalReader> reader = ArrivalReader::open(folder / "t", options);
  if (!reader) {
    note(reader.problems());
    return out;
  }
  while (true) {
    const Result<std::optional<Arrival>> next = reader.value().next();
    out.facts = reader.value().facts();
    if (!next) {
      note(next.problems());
      return out;
    }
    if (!next.value()) return out;
    out.at.push_back(next.value()->at.ns);
    if (next.value()->seq) out.seq.push_back(*next.value()->seq);
    if (next.value()->sent) out.sent.push_back(next.value()->sent->ns);
  }
}

ArrivalOptions in_unit(const std::string& unit, const std::string& column = "") {
  ArrivalOptions options;
  options.unit = unit;
  options.column = column;
  return options;
}

using Times = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("ArrivalReader: a bare list of times in each unit") {
  CHECK(read("1\n2\n2\n10\n", in_unit("ns")).at == Times{1, 2, 2, 10});
  CHECK(read("1.5\n2", in_unit("us")).at == Times{1500, 2000});
  CHECK(read("-3\n0\n1e1\n", in_unit("ms")).at == Times{-3'000'000, 0, 10'000'000});
  CHECK(read("1700000000.123456789\r\n1700000000.123456790\r\n", in_unit("s")).at ==
        Times{1'700'000'000'123'456'789, 1'700'000'000'123'456'790});
}

TEST_CASE("ArrivalReader: the delimiter is told from the first row") {
  ArrivalOptions options = in_unit("ns", "2");
  for (const char* text :
       {"a,5,x\nb,6,y\n", "a;5;x\nb;6;y\n", "a\t5\tx\nb\t6\ty\n", "a 5 x\n b  6\t y \n",
        "\"a,a\", 5 ,x\n\"b,b\",\"6\",y\n", "a;5;1,5\nb;6;2,5\n"}) {
    CAPTURE(text);
    const Read r = read(text, options);
    CHECK(r.problem.empty());
    CHECK(r.at == Times{5, 6});
  }
}

TEST_CASE("ArrivalReader: comments and blank lines before the header, blank lines at the end") {
  const Read r = read("# made by x\n\n#\nrx_ns\n5\n6\n\n\n", {});
  CHECK(r.problem.empty());
  CHECK(r.at == Times{5, 6});
  CHECK(read("# only values\n5\n6\n", in_unit("ns")).at == Times{5, 6});
}

TEST_CASE("ArrivalReader: the column is guessed by its name, and the unit by its end") {
  CHECK(read("seq,rx_ms,hops\n1,5,3\n", {}).at == Times{5'000'000});
  CHECK(read("seq,Timestamp\n1,5\n", in_unit("s")).at == Times{5'000'000'000});
  // An arrival is preferred to a mere time stamp.
  CHECK(read("timestamp_ns,arrival_ns\n1,5\n", {}).at == Times{5});
  CHECK(read("anything_us\n5\n", {}).at == Times{5000});
}

TEST_CASE("ArrivalReader: columns by name or number, with sequence numbers and send times") {
  ArrivalOptions options;
  options.column = "got_ns";
  options.seq_column = "n";
  options.send_column = "put_us";
  const std::string text = "n,put_us,got_ns\n2,-7,10\n1,-9.5,20\n";
  const Read named = read(text, options);
  CHECK(named.problem.empty());
  CHECK(named.at == Times{10, 20});
  CHECK(named.seq == Times{2, 1});
  CHECK(named.sent == Times{-7000, -9500});
  options.column = "3";
  options.seq_column = "1";
  options.send_column = "2";
  CHECK(read(text, options).sent == named.sent);
  options.unit = "ms";
  CHECK(read("2,-7,10\n1,-9.5,20\n", options).sent == Times{-7'000'000, -9'500'000});
}

TEST_CASE("ArrivalReader: a column that is not clear or not there names those that are") {
  CHECK(read("seq,start_ns,end_ns\n1,2,3\n", {}).problem ==
        "t:1: which column to read is not clear; expected one of seq, start_ns, end_ns\n");
  CHECK(read("rx_ns,rx_us\n1,2\n", {}).problem.find("which column") != std::string::npos);
  CHECK(read("1,2\n", in_unit("ns")).problem ==
        "t:1: which column to read is not clear; expected a number from 1 to 2, since the file has "
        "no "
        "header\n");
  CHECK(read("seq,start_ns\n1,2\n", in_unit("", "strat_ns")).problem ==
        "t:1: there is no column \"strat_ns\"; expected one of seq, start_ns; did you mean "
        "\"start_ns\"?\n");
  CHECK(read("1,2\n", in_unit("ns", "3")).problem.find("there is no column \"3\"") !=
        std::string::npos);
  CHECK(read("1,2\n", in_unit("ns", "0")).problem.find("there is no column \"0\"") !=
        std::string::npos);
  CHECK(read("a_ns,a_ns\n1,2\n", in_unit("", "a_ns")).problem.find("several columns") !=
        std::string::npos);
  ArrivalOptions options = in_unit("ns", "1");
  options.seq_column = "n";
  CHECK(read("1,2\n", options).problem.find("there is no column \"n\"") != std::string::npos);
  options.seq_column = "";
  options.send_column = "n";
  CHECK(read("1,2\n", options).problem.find("there is no column \"n\"") != std::string::npos);
}

TEST_CASE("ArrivalReader: a unit that is missing, unknown or contradicts the name") {
  CHECK(
      read("5\n", {}).problem ==
      "t:1: column 1: the unit of the times is not known; expected one of ns us ms s, given as an "
      "option or at the end of the column's name (\"rx_ms\")\n");
  CHECK(read("5\n", in_unit("sec")).problem ==
        "t:1: column 1: unknown unit \"sec\"; expected one of ns us ms s\n");
  CHECK(read("rx_ms\n5\n", in_unit("us")).problem ==
        "t:1: rx_ms: the unit is given as us, but the column's name ends in ms; expected the same "
        "unit "
        "in both\n");
  CHECK(read("rx_ms\n5\n", in_unit("ms")).at == Times{5'000'000});
}

TEST_CASE("ArrivalReader: a bad field is named with file, line and column, after the good rows") {
  const Read r = read("# x\nseq,rx_ns\n1,5\n2,7x\n", {});
  CHECK(r.at == Times{5});
  CHECK(r.problem == "t:4: rx_ns: \"7x\" is not a number; expected a time in decimal\n");
  for (const char* field : {"nan", "inf", "-Infinity"}) {
    CHECK(read("rx_ns\n1\n" + std::string(field) + "\n", {}).problem ==
          "t:3: rx_ns: \"" + std::string(field) +
              "\" is not a finite number; expected a time in decimal\n");
  }
  // Also in the very first row of a file without a header.
  CHECK(read("nan\n1\n", in_unit("ns")).problem.find("t:1: column 1: \"nan\" is not a finite") ==
        0);
  CHECK(read("1\n9223372036854775808\n", in_unit("ns")).problem.find("t:2: column 1: \"92233") ==
        0);
  CHECK(read("1\n9223372037\n", in_unit("s")).problem.find("too large") != std::string::npos);
  CHECK(read("rx_ns\n1\n# late\n", {}).problem.find("t:3: rx_ns: \"# late\" is not a number") == 0);
  CHECK(read("rx_ns\n1\n5ms\n", {}).problem.find("\"5ms\" is not a number") != std::string::npos);
  CHECK(read("a,rx_ns\n1,\n", {}).problem.find("\"\" is not a number") != std::string::npos);
  ArrivalOptions options;
  options.seq_column = "n";
  for (const char* seq : {"-1", "1.0", "x", ""}) {
    CHECK(read("n,rx_ns\n" + std::string(seq) + ",1\n", options).problem.find("t:2: n: ") == 0);
  }
}

TEST_CASE("ArrivalReader: a cut row, a blank line between rows and an empty file") {
  CHECK(read("seq,rx_ns,hops\n1,5,3\n2,6\n", {}).problem ==
        "t:3: the row has 2 fields; expected 3 fields, as in the first line\n");
  CHECK(read("seq,rx_ns\n1,5\n2,6,7\n", {}).problem.find("t:3: the row has 3 fields") == 0);
  CHECK(read("seq,rx_ns\n1,5,\n2,6,\n", {}).at == Times{5, 6});
  CHECK(read("rx_ns\n5\n6 7\n", {}).problem.find("\"6 7\" is not a number") != std::string::npos);
  const Read gap = read("rx_ns\n5\n\n6\n", {});
  CHECK(gap.at == Times{5});
  CHECK(gap.problem.find("t:4: a blank line stands before this row") == 0);
  for (const char* text : {"", "\n\n", "# only a comment\n", "rx_ns\n", "rx_ns\n\n"}) {
    CHECK(read(text, {}).problem.find("the file holds no arrivals") != std::string::npos);
  }
}

TEST_CASE("ArrivalReader: time that goes backwards, or leaps past 36 years, is refused") {
  CHECK(read("rx_ns\n5\n7\n6\n", {}).problem.find("t:4: rx_ns: time goes backwards") == 0);
  const std::string limit = std::to_string(kLongestTime.ns);
  const std::string beyond = std::to_string(kLongestTime.ns + 1);
  CHECK(read("0\n" + limit + "\n", in_unit("ns")).at == Times{0, kLongestTime.ns});
  CHECK(read("0\n" + beyond + "\n", in_unit("ns")).problem.find("more than 36 years") !=
        std::string::npos);
  CHECK(read("-9223372036854775808\n9223372036854775807\n", in_unit("ns"))
            .problem.find("more than 36 years") != std::string::npos);
}

TEST_CASE("ArrivalReader: a repeated header is passed over and counted while time goes on") {
  const std::string head = "seq, rx_ns\n";
  const Read r = read("# x\n" + head + head + "1,5\n" + head + "2,5\n" + head, {});
  CHECK(r.problem.empty());
  CHECK(r.at == Times{5, 5});
  REQUIRE(r.facts.repairs.size() == 1);
  CHECK(r.facts.repairs[0].what == "repeated header");
  CHECK(r.facts.repairs[0].count == 3);
  CHECK(r.facts.repairs[0].first_line == 3);
  CHECK(r.facts.format == Format::table);
  CHECK(r.facts.clocks == Clocks::unknown);
  const Read back = read(head + "1,5\n" + head + "1,4\n", {});
  CHECK(back.at == Times{5});
  CHECK(back.problem ==
        "t:4: rx_ns: time goes backwards: the header stands again at line 3, where a second file "
        "seems to begin; expected one file for each\n");
  // Only the very same header is one.
  CHECK(read(head + "1,5\nseq,rx_us\n", {}).problem.find("t:3: rx_ns: \"rx_us\" is not a") == 0);
}

TEST_CASE("ArrivalReader: mixed units and empty fields are told as what they are") {
  CHECK(read("rx_s\n1\n12ms\n", {}).problem ==
        "t:3: rx_s: \"12ms\" is not a number: mixed units, the column is in s; expected a time in "
        "decimal\n");
  CHECK(read("rx_s\n1\n12s\n", {}).problem.find("mixed") == std::string::npos);
  CHECK(read("seq,rx_s\n1,1\n2,\n", {}).problem ==
        "t:3: rx_s: \"\" is not a number: the field is empty; expected a time in decimal\n");
  CHECK(read("seq,rx_s\n1,\n2,\n", {}).problem.find("t:2: rx_s: \"\" is not a number") == 0);
  ArrivalOptions options;
  options.seq_column = "seq";
  CHECK(read("seq,rx_s\n,1\n", options).problem.find("t:2: seq: \"\" is not a sequence number") ==
        0);
}

TEST_CASE("ArrivalReader: binary junk is refused and not printed") {
  std::string junk;
  std::uint64_t state = 7;
  for (int i = 0; i < 5000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    junk.push_back(static_cast<char>(state >> 56));
  }
  for (const ArrivalOptions& options : {in_unit("ns"), in_unit("ns", "1")}) {
    const Read r = read(junk, options);
    REQUIRE_FALSE(r.problem.empty());
    CHECK(r.at.empty());
    for (const char c : r.problem.substr(0, r.problem.size() - 1)) {
      REQUIRE((static_cast<unsigned char>(c) >= 0x20));
    }
    CHECK(r.problem.size() < 2000);
  }
}

TEST_CASE("ArrivalReader: reading on after a failure is a broken contract") {
  const TemporaryFolder folder;
  write_plain(folder / "t", "x_ns\n5\n4\n");
  Result<ArrivalReader> reader = ArrivalReader::open(folder / "t", {});
  REQUIRE(reader.ok());
  REQUIRE(reader.value().next().ok());
  CHECK(reader.value().line() == 2);
  REQUIRE_FALSE(reader.value().next().ok());
  CHECK_THROWS_AS(reader.value().next(), ContractViolation);
}
