// The output of fping -D, in samples written for these tests.

#include <vector>

#include "flatline/trace/arrivals.hpp"
#include "unit/trace/files.hpp"

using namespace flatline;
using namespace flatline::trace;
using namespace flatline::test;

namespace {

struct Read {
  std::vector<Arrival> rows;
  TraceFacts facts;
  std::string problem;  // without the folder
};

Read read(const std::string& text, const ArrivalOptions& options = {}) {
  const TemporaryFolder folder;
  write_plain(folder / "p", text);
  Read out;
  Result<ArrivalReader> reader = ArrivalReader::open(folder / "p", options);
  const auto take = [&](const Problems& problems) {
    out.problem = problems.front().text().substr((folder / "").size());
    return out;
  };
  if (!reader) return take(reader.problems());
  while (true) {
    const Result<std::optional<Arrival>> next = reader.value().next();
    out.facts = reader.value().facts();
    if (!next) return take(next.problems());
    if (!next.value()) return out;
    out.rows.push_back(*next.value());
  }
}

const std::string kOne =
    "[1609459200.12345] one.one : [0], 64 bytes, 12.3 ms (12.3 avg, 0% loss)\n"
    "[1609459201.62345] one.one : [1], timed out (12.3 avg, 50% loss)\n"
    "ICMP Host Unreachable from 10.0.0.1 for ICMP Echo sent to one.one\n"
    "[1609459202.12345] one.one : [2], 64 bytes, 0.45 ms (6.4 avg, 33% loss)\n"
    "[1609459203.62345] one.one : [3], timed out (6.4 avg, 50% loss)\n";

const std::string kTwo =
    "[1609459200.10000] a.example   : [0], 64 bytes, 10.0 ms (10.0 avg, 0% loss)\n"
    "[1609459200.20000] bbb.example : [0], 84 bytes, 20.0 ms (20.0 avg, 0% loss)\n"
    "[1609459201.10000] a.example   : [1], 64 bytes, 10.0 ms (10.0 avg, 0% loss)\n"
    "[1609459201.20000] bbb.example : [1], 84 bytes, 21.0 ms (20.5 avg, 0% loss)\n"
    "\n"
    "a.example   : xmt/rcv/%loss = 2/2/0%, min/avg/max = 10.0/10.0/10.0\n";

}  // namespace

TEST_CASE("fping: replies and time outs of one target") {
  const Read r = read(kOne);
  REQUIRE(r.problem.empty());
  REQUIRE(r.rows.size() == 2);
  CHECK(r.facts.format == Format::fping);
  CHECK(r.facts.clocks == Clocks::one);
  CHECK(r.facts.round_trip);
  CHECK(r.rows[0].at.ns == 1'609'459'200'123'450'000);
  CHECK((r.rows[0].at - *r.rows[0].sent).ns == 12'300'000);
  CHECK(r.rows[0].seq == 0);
  CHECK(r.rows[1].seq == 2);
  CHECK((r.rows[1].at - *r.rows[1].sent).ns == 450'000);
  // The last one timed out: four were sent.
  CHECK(r.facts.sent_total == 4);
}

TEST_CASE("fping: one of several targets is named") {
  CHECK(read(kTwo).problem ==
        "p:2: a second target, \"bbb.example\", beside \"a.example\"; expected one of them, named "
        "as an option (--target)");
  ArrivalOptions options;
  options.target = "bbb.example";
  const Read r = read(kTwo, options);
  REQUIRE(r.rows.size() == 2);
  CHECK((r.rows[1].at - *r.rows[1].sent).ns == 21'000'000);
  options.target = "c";
  CHECK(read(kTwo, options).problem.find("expected one of a.example, bbb.example") !=
        std::string::npos);
  CHECK(read("rx_ms\n1\n2\n", options).problem.find("p: a target is named") == 0);
}

TEST_CASE("fping: what cannot be read is refused with its line") {
  CHECK(read("one.one : [0], 64 bytes, 12.3 ms (12.3 avg, 0% loss)\n")
            .problem.find("p:1: stamp: the reply has no time stamp") == 0);
  CHECK(read(kOne + "[1609459204.0] one.one : [4], 64 bytes, x ms (6 avg, 50% loss)\n")
            .problem.find("p:6: \"64 bytes, x ms") == 0);
  CHECK(read(kOne + "[1609459000.0] one.one : [4], 64 bytes, 1 ms (6 avg, 50% loss)\n")
            .problem.find("p:6: stamp: time goes backwards by more than 1 s") == 0);
  CHECK(read("[1609459203.62345] one.one : [3], timed out (NaN avg, 100% loss)\n")
            .problem.find("p:1: the file holds no arrivals") == 0);
  ArrivalOptions columns;
  columns.column = "rx";
  CHECK(read(kOne, columns).problem.find("this is the output of fping") != std::string::npos);
}

TEST_CASE("fping: a last line that is cut off is left out") {
  const Read r = read(kOne + "[1609459204.00000] one.one : [4], 64 byt");
  CHECK(r.problem.empty());
  CHECK(r.rows.size() == 2);
  REQUIRE(r.facts.repairs.size() == 1);
  CHECK(r.facts.repairs[0].what == "last line cut off");
}

TEST_CASE("tables with send times: a row without an arrival is a lost message") {
  ArrivalOptions options;
  options.column = "rx_ms";
  options.send_column = "tx_ms";
  for (const std::string missing : {"", "-", "NaN", "lost", "timeout", "NULL", "*"}) {
    CAPTURE(missing);
    const Read r =
        read("tx_ms,rx_ms\n0,5\n100," + missing + "\n200,206\n300," + missing + "\n", options);
    REQUIRE(r.problem.empty());
    REQUIRE(r.rows.size() == 2);
    CHECK(r.rows[1].seq == 2);
    CHECK(r.facts.lost_rows == 2);
    CHECK(r.facts.numbered_by_rows);
    CHECK(r.facts.sent_total == 4);
  }
  options.seq_column = "n";
  const Read numbered = read("n,tx_ms,rx_ms\n7,0,5\n8,100,\n9,200,206\n", options);
  REQUIRE(numbered.rows.size() == 2);
  CHECK(numbered.rows[1].seq == 9);
  CHECK_FALSE(numbered.facts.numbered_by_rows);
  // What was refused before is refused still.
  CHECK(read("n,tx_ms,rx_ms\n7,0,5\n8,100,x\n", options).problem.find("p:3: rx_ms: \"x\"") == 0);
  CHECK(read("n,tx_ms,rx_ms\n7,0,5\n8,,\n", options).problem.find("p:3: tx_ms: \"\"") == 0);
  options = {};
  options.column = "rx_ms";
  CHECK(read("n,rx_ms\n7,5\n8,\n", options).problem.find("p:3: rx_ms: \"\" is not a number") == 0);
}
