#include "flatline/trace/times.hpp"

#include "flatline/trace/arrivals.hpp"
#include "unit/trace/files.hpp"

using namespace flatline;
using namespace flatline::trace;
using namespace flatline::test;

namespace {

std::vector<std::int64_t> good(const std::string& text, const std::string& unit = "") {
  const TemporaryFolder folder;
  write_gz(folder / "q", text);
  const Result<Times> times = read_times(folder / "q", unit);
  INFO((times ? "" : text_of(times.problems())));
  REQUIRE(times.ok());
  std::vector<std::int64_t> ns;
  for (const LocalInstant at : times.value().at) ns.push_back(at.ns);
  return ns;
}

std::string problem(const std::string& text, const std::string& unit = "") {
  const TemporaryFolder folder;
  write_plain(folder / "q", text);
  const Result<Times> times = read_times(folder / "q", unit);
  REQUIRE_FALSE(times.ok());
  return text_of(times.problems()).substr((folder / "").size());
}

}  // namespace

TEST_CASE("read_times: a time a line, in any order, with or without header and comments") {
  CHECK(good("5\n1.5\n-2\n5\n", "ms") ==
        std::vector<std::int64_t>{5'000'000, 1'500'000, -2'000'000, 5'000'000});
  CHECK(good("# asked\n\ntime_us\n7\n0.001\n\n") == std::vector<std::int64_t>{7000, 1});
  CHECK(good("name,query_s\na,1e-9\n") == std::vector<std::int64_t>{1});
  CHECK(good("1609459200.123456789\r\n", "s") ==
        std::vector<std::int64_t>{1'609'459'200'123'456'789});
}

TEST_CASE("read_times: what is finer than a nanosecond, or no time, is named with its place") {
  CHECK(problem("1\n0.0000001\n", "ms") ==
        "q:2: column 1: \"0.0000001\" is no whole number of nanoseconds; expected at most "
        "nanoseconds behind the point, in ms\n");
  CHECK(problem("1.50000000\n1.5\n", "ns").find("q:1: column 1: \"1.50000000\" is no whole") == 0);
  CHECK(problem("1\n2\n").find("the unit of the times is not known") != std::string::npos);
  CHECK(problem("time_ms\n1\n", "s").find("the same unit in both") != std::string::npos);
  CHECK(problem("1\n1s\n", "ms").find("q:2: column 1: \"1s\" is not a number: mixed units") == 0);
  CHECK(problem("# nothing\n", "ms").find("the file holds no times") != std::string::npos);
}

TEST_CASE("ArrivalReader refuses what is finer than a nanosecond only if it is told to") {
  const TemporaryFolder folder;
  write_plain(folder / "t", "0.5\n1.25\n");
  ArrivalOptions options;
  options.unit = "ns";
  auto rounding = ArrivalReader::open(folder / "t", options).value();
  CHECK(rounding.next().value()->at == LocalInstant{0});
  options.whole_nanoseconds = true;
  auto exact = ArrivalReader::open(folder / "t", options).value();
  const auto refused = exact.next();
  REQUIRE_FALSE(refused.ok());
  CHECK(text_of(refused.problems()).find("t:1: column 1: \"0.5\" is no whole number") !=
        std::string::npos);
}
