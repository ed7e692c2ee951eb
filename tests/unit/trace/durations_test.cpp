#include "flatline/trace/durations.hpp"

#include "flatline/base/time.hpp"
#include "unit/trace/files.hpp"

using namespace flatline;
using namespace flatline::trace;
using namespace flatline::test;

namespace {

using Values = std::vector<std::int64_t>;

Values good(const std::string& text, const DurationOptions& options = {}) {
  const TemporaryFolder folder;
  write_gz(folder / "d", text);
  const Result<Values> values = read_durations(folder / "d", options);
  INFO((values ? "" : text_of(values.problems())));
  REQUIRE(values.ok());
  return values.value();
}

std::string problem(const std::string& text, const DurationOptions& options = {}) {
  const TemporaryFolder folder;
  write_plain(folder / "d", text);
  const Result<Values> values = read_durations(folder / "d", options);
  REQUIRE_FALSE(values.ok());
  return text_of(values.problems()).substr((folder / "").size());
}

}  // namespace

TEST_CASE("read_durations: bare numbers take the unit of the options or of the header") {
  CHECK(good("1.5\n0\n2e3\n", {"", "ms"}) == Values{1'500'000, 0, 2'000'000'000});
  CHECK(good("delay_ms\n1.5\n") == Values{1'500'000});
  CHECK(good("gap_us\n1.5\n") == Values{1500});
  CHECK(good("host,rtt_s\na,0.25\nb,0.5\n") == Values{250'000'000, 500'000'000});
  CHECK(good("rtt_ms,gap_ms\n1,2\n", {"rtt_ms", ""}) == Values{1'000'000});
  CHECK(good("1 2\n3 4\n", {"2", "ns"}) == Values{2, 4});
}

TEST_CASE("read_durations: a value's own unit wins, so units may be mixed") {
  CHECK(good("12.3ms\n250us\n1s\n7ns\n1.5e-3s\n") ==
        Values{12'300'000, 250'000, 1'000'000'000, 7, 1'500'000});
  CHECK(good("delay_ms\n1\n1us\n") == Values{1'000'000, 1000});
  CHECK(good("delay\n1us\n") == Values{1000});
}

TEST_CASE("read_durations: what cannot be a duration is named with its place") {
  CHECK(problem("1ms\n5\n") ==
        "d:2: column 1: \"5\" has no unit; expected one of ns us ms s behind it, at the end of the "
        "column's name (\"delay_ms\") or as an option\n");
  CHECK(problem("1ms\n5 ms\n").find("d:2: column 1: \"5 ms\" is not a number") == 0);
  CHECK(problem("1ms\n5min\n") ==
        "d:2: column 1: unknown unit \"min\"; expected one of ns us ms s\n");
  CHECK(problem("gap_ms\n-1\n").find("d:2: gap_ms: \"-1\" is negative") == 0);
  CHECK(problem("gap_ms\nnan\n").find("is not a finite number") != std::string::npos);
  CHECK(problem("gap_ms\n1\n\n2\n").find("a blank line") != std::string::npos);
  CHECK(problem("gap_ms\n1\nx\n").find("d:3: gap_ms: \"x\" is not a number") == 0);
  CHECK(problem("gap_s\n1152921505\n").find("is longer than 36 years") != std::string::npos);
  CHECK(problem("gap_s\n9e18\n").find("too large") != std::string::npos);
  CHECK(problem("").find("the file holds no durations") != std::string::npos);
  CHECK(problem("gap_ms\n").find("the file holds no durations") != std::string::npos);
  CHECK(problem("a_ms,b_ms\n1,2\n") ==
        "d:1: which column to read is not clear; expected one of a_ms, b_ms\n");
  CHECK(problem("gap_ms\n1\n", {"", "us"}).find("the same unit in both") != std::string::npos);
}

TEST_CASE("read_durations: the longest duration is taken") {
  CHECK(good("gap_ns\n" + std::to_string(kLongestTime.ns) + "\n") == Values{kLongestTime.ns});
}
