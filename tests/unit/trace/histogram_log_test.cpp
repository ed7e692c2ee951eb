// Logs of HdrHistogram: by an encoder of the tests' own, and a row of the format's author.

#include <algorithm>

#include "unit/trace/hdr_encoder.hpp"
#include "unit/trace/pause_files.hpp"

using namespace flatline;
using namespace flatline::trace;
using namespace flatline::test;

namespace {

const std::string kHead = "#[Histogram log format version 1.3]\n";
const std::string kLegend =
    "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";
const std::string kHiccup = "#[Logged with jHiccup version 2.0.10]\n" + kHead + kLegend;

std::string row(const std::string& start, const std::string& max, const HdrEncoder& histogram) {
  return start + ",5.000," + max + "," + histogram.base64() + "\n";
}

// What is recorded when nothing happens.
void record_quiet(HdrEncoder& out, int count) {
  for (int i = 0; i < count; ++i) out.record(250'000 + static_cast<std::uint64_t>(i % 50) * 1000);
}

}  // namespace

TEST_CASE("jHiccup: the values made up during a pause are taken back") {
  HdrEncoder first(2, 20'000);
  record_quiet(first, 3000);
  for (const std::uint64_t hiccup : {960'400'000u, 123'456'789u, 40'000'000u, 33'300'000u})
    first.record_hiccup(hiccup, 1'000'000);
  HdrEncoder second(2, 20'000);
  record_quiet(second, 4000);
  HdrEncoder third(2, 20'000);
  record_quiet(third, 4000);
  third.record_hiccup(25'000'000, 1'000'000);
  PauseOptions options;
  options.threshold = milliseconds(20);
  const ReadPauses r =
      read_pauses_of(kHiccup + row("0.1", "960.496", first) + row("5.1", "0.311", second) +
                         row("10.1", "25.035", third),
                     options);
  REQUIRE(r.problem == "");
  CHECK(r.log.format == "a log of jHiccup");
  CHECK(r.log.resolution == milliseconds(1));
  CHECK(r.log.watched == seconds(15));
  CHECK_FALSE(r.log.exact_times);
  Lengths lengths = r.lengths();
  std::sort(lengths.begin(), lengths.end());
  const Lengths planted{25'000'000, 33'300'000, 40'000'000, 123'456'789, 960'400'000};
  REQUIRE(lengths.size() == planted.size());
  // Two digits: a cell is at most 1/128 of the value wide, and a pause is known to its cell.
  for (std::size_t i = 0; i < planted.size(); ++i)
    CHECK(std::abs(lengths[i] - planted[i]) <= planted[i] / 128 + 1);
  CHECK(r.log.pauses.back().at_ns == 10'100'000'000);
}

TEST_CASE("histogram logs: a row from the author of the format") {
  // From jHiccup-2.0.7S.logV2.hlog of HdrHistogram, public domain (CC0). Interval_Max is its own.
  const std::string row =
      "7.134,1.515,960.496,HISTFAAAAJV42pNpmSzMwMDUwAABTBDKT4GBgdnNYMcCBvsPEBEWLi4eNkY2PiYOPhYOLgGO"
      "LuZjTGLrGZnKgTCYyZrJEoh1mWSZpMFQFkpyM/GCMTKJzOdkYoVCZjgLmc1MhDwzEyMQggl0SH1BbEJIgIUJC2AhUo"
      "xchSwsLGwsMIBgYRUkQyFBaQ4g4EIl0PlcpKtB4wMAh5wT+Q==\n";
  PauseOptions options;
  options.threshold = milliseconds(5);
  const ReadPauses r = read_pauses_of(kHiccup + row + "1" + row, options);
  REQUIRE(r.problem == "");
  REQUIRE(r.log.pauses.size() == 2);
  // Its 1397 values hold one pause; the cell is 4.2 ms wide and ends at Interval_Max.
  CHECK(r.log.pauses[0].length_ns <= 960'496'000);
  CHECK(r.log.pauses[0].length_ns >= 956'301'000);
}

TEST_CASE("histogram logs of others: each value is a pause, above ten times what is ordinary") {
  HdrEncoder histogram(3, 1);
  histogram.record(1000, 900);
  histogram.record(5'000, 50);
  histogram.record(20'000, 7);
  histogram.record(30'000, 3);
  PauseOptions options;
  options.unit = "us";
  const std::string text = kHead + kLegend + row("0", "0.030", histogram);
  const ReadPauses r = read_pauses_of(text, options);
  REQUIRE(r.problem == "");
  CHECK(r.log.format == "a log of histograms");
  CHECK(r.log.threshold == microseconds(10'005));  // ten times the middle of its cell
  CHECK(r.log.pauses.size() == 10);
  const Lengths lengths = r.lengths();
  // Three digits: a cell of 16 us.
  CHECK(*std::max_element(lengths.begin(), lengths.end()) == 30'008'000);
  // Without the unit the largest value would have to be 10^6 times Interval_Max; it is: 0.030 ms.
  CHECK(read_pauses_of(text).problem.find("p: the log tells of") == std::string::npos);
  CHECK(read_pauses_of(kHead + kLegend + row("0", "30.015", histogram))
            .problem.find("p:3: Interval_Max: the largest value is 30015, which is not 10^6") == 0);
}

TEST_CASE("histogram logs: one of several tags is read") {
  HdrEncoder histogram(2, 20'000);
  histogram.record_hiccup(50'000'000, 1'000'000);
  const std::string text = kHiccup + "Tag=A," + row("1", "50.070", histogram) + "Tag=B," +
                           row("0.5", "50.070", histogram) + "Tag=A," +
                           row("6", "50.070", histogram);
  CHECK(read_pauses_of(text).problem.find("p:5: Tag: a second tag, \"B\", beside \"A\"") == 0);
  PauseOptions options;
  options.tag = "A";
  const ReadPauses r = read_pauses_of(text, options);
  CHECK(r.problem == "");
  CHECK(r.log.pauses.size() == 2);
  CHECK(r.log.watched == seconds(10));
}

TEST_CASE("histogram logs: damage is told with line and column") {
  HdrEncoder histogram(2, 20'000);
  histogram.record_hiccup(50'000'000, 1'000'000);
  const std::string good = histogram.base64();
  const std::string column = "p:4: Interval_Compressed_Histogram: ";
  const auto problem = [&](const std::string& line) {
    return read_pauses_of(kHiccup + line + "\n").problem;
  };
  CHECK(problem("1,5,50.070,HIST*" + good).find(column + "the histogram is no base64") == 0);
  CHECK(problem("1,5,50.070," + good.substr(0, 40)).find(column + "the histogram is cut short") ==
        0);
  CHECK(problem("1,5,50.070,AAAA" + good.substr(4))
            .find(column + "the histogram is not encoded as HdrHistogram V2") == 0);
  std::string broken = good;
  broken[30] = broken[30] == 'A' ? 'B' : 'A';
  CHECK(problem("1,5,50.070," + broken).find(column) == 0);
  CHECK(problem("1,x,50.070," + good).find("p:4: Interval_Length: \"x\" is not a number") == 0);
  CHECK(problem("1").find("p:4: StartTimestamp: ") == 0);
  CHECK(read_pauses_of(kHiccup + row("9", "50.070", histogram) + row("1", "50.070", histogram))
            .problem.find("p:5: StartTimestamp: time goes backwards") == 0);
  HdrEncoder many(2, 20'000);
  record_quiet(many, 100'000);
  CHECK(read_pauses_of(kHiccup + row("1", "0.311", many))
            .problem.find("more than one each resolution") != std::string::npos);
}
