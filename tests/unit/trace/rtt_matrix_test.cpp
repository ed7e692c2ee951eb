// Matrices of round trips, and files of other formats that readers of arrivals refuse.

#include "flatline/trace/rtt_matrix.hpp"

#include "flatline/trace/arrivals.hpp"
#include "flatline/trace/durations.hpp"
#include "unit/trace/files.hpp"

using namespace flatline;
using namespace flatline::trace;
using namespace flatline::test;

namespace {

constexpr std::int64_t kNone = RttMatrix::kNotMeasured;

struct Read {
  RttMatrix matrix;
  std::string problem;
};

Read read(const std::string& text, const std::string& unit = "ms") {
  const TemporaryFolder folder;
  write_plain(folder / "m", text);
  Result<RttMatrix> matrix = read_rtt_matrix(folder / "m", unit);
  if (matrix) return {std::move(matrix).value(), ""};
  return {{}, matrix.problems().front().text().substr((folder / "").size())};
}

}  // namespace

TEST_CASE("round trips: numbers, missing ones and zeros") {
  const Read r = read("# three\n0\t10.5\t20\n11\tnan\t\n20\t0\t0.4\n");
  REQUIRE(r.problem.empty());
  CHECK(r.matrix.nodes == 3);
  CHECK(r.matrix.ns == std::vector<std::int64_t>{kNone, 10'500'000, 20'000'000, 11'000'000, kNone,
                                                 kNone, 20'000'000, kNone, kNone});
  CHECK(r.matrix.missing == 1);
  CHECK(r.matrix.zeros == 1);
  const Read tabs = read("0\t1\t2\t\n1\t0\t-1\t\n2\t3\t0\t\n", "s");
  CHECK(tabs.matrix.at(2, 1) == 3'000'000'000);
  CHECK(tabs.matrix.missing == 1);
}

TEST_CASE("round trips: what is no matrix is refused with line and column") {
  const auto problem = [](const std::string& text, const std::string& unit = "ms") {
    return read(text, unit).problem;
  };
  CHECK(problem("0\t1\t2\n1\t0\tx\n2\t3\t0\n") ==
        "m:2: column 3: \"x\" is not a number; expected a round trip, or an empty field where none "
        "was measured");
  CHECK(problem("0\t1\t2\n1\t0\n2\t3\t0\n").find("m:2: the row has fewer fields") == 0);
  CHECK(problem("0\t1\t2\n1\t0\t3\t4\n2\t3\t0\n").find("m:2: the row has more fields") == 0);
  CHECK(problem("0\t1\t2\n1\t0\t3\n").find("m:2: the matrix has 2 rows and 3 columns") == 0);
  CHECK(problem("0\t1\n1\t0\n5\t6\n").find("m:3: the matrix has more rows than columns") == 0);
  CHECK(problem("0\t1\n\n1\t0\n").find("m:3: a blank line stands before") == 0);
  CHECK(problem("0\t-\n-\t0\n").find("m:2: no round trip was measured") == 0);
  CHECK(problem("0\t99999\n1\t0\n", "s").find("m:1: column 2: a round trip of \"99999\"") == 0);
  CHECK(problem("0\t1\n1\t0\n", "").find("the unit of the round trips is not known") !=
        std::string::npos);
  CHECK(problem("0\t1\n1\t0\n", "h").find("unknown unit \"h\"") != std::string::npos);
}

TEST_CASE("formats are told by the first lines") {
  const TemporaryFolder folder;
  const auto format = [&](const std::string& text) {
    write_plain(folder / "x", text);
    return format_of(folder / "x").value();
  };
  CHECK(format("\n0\t1\t2\n") == Format::matrix);
  CHECK(format("0\t\t-\n") == Format::matrix);
  CHECK(format("a\tb\tc\n0\t1\t2\n") == Format::table);
  CHECK(format("0\t1\n") == Format::table);
  CHECK(format("0,1,2\n") == Format::table);
  CHECK(format("12.5\n") == Format::table);
  CHECK(format("[1609459200.12345] one.one : [0], 64 bytes, 12.3 ms (12.3 avg)\n") ==
        Format::fping);
  CHECK(format("[1609459200.12345] 64 bytes from 1.1.1.1: icmp_seq=1 ttl=57 time=1 ms\n") ==
        Format::ping);
  CHECK(format("[0.004s][info][gc,heap] Heap region size: 1M\n") == Format::gc_unified);
  CHECK(format("[2024-01-01T00:00:00.004+0000] GC(0) Pause Full 9M->1M(9M) 1.0ms\n") ==
        Format::gc_unified);
  CHECK(format("0.4: [GC 9K->5K(11K), 0.0100000 secs]\n") == Format::gc_hotspot);
  CHECK(format("2015-03-01T12:00:00.5+0100: 0.5: [Full GC 9K->5K(11K), 0.01 secs]\n") ==
        Format::gc_hotspot);
  CHECK(format("[memory ] GC strategy: gencon\n") == Format::gc_jrockit);
  CHECK(format("#[Histogram log format version 1.2]\n") == Format::histogram_log);
}

TEST_CASE("a log of pauses or a matrix is no file of arrivals or durations") {
  const TemporaryFolder folder;
  const std::string gc = folder / "gc", matrix = folder / "m";
  write_plain(gc, "0.4: [GC 9K->5K(11K), 0.0100000 secs]\n");
  write_plain(matrix, "0\t1\t2\n1\t0\t2\n2\t2\t0\n");
  CHECK(text_of(ArrivalReader::open(gc, {}).problems())
            .find("gc:1: this is a garbage collection log, which holds no arrivals") !=
        std::string::npos);
  CHECK(text_of(ArrivalReader::open(matrix, {}).problems()).find("m:1: this is a matrix") !=
        std::string::npos);
  CHECK(text_of(read_durations(gc).problems()).find("this is a log of pauses") !=
        std::string::npos);
  // A table of numbers alone is read once its column is named.
  ArrivalOptions options;
  options.column = "2";
  options.unit = std::string("ms");
  CHECK(text_of(ArrivalReader::open(matrix, options).value().next().ok() ? Problems{}
                                                                         : Problems{Problem{}})
            .empty());
}
