// Recordings that are damaged, cut or written by others: what is repaired and what is refused.

#include <vector>

#include "flatline/trace/arrivals.hpp"
#include "flatline/trace/durations.hpp"
#include "unit/trace/files.hpp"

using namespace flatline;
using namespace flatline::trace;
using namespace flatline::test;

namespace {

struct Read {
  std::vector<std::int64_t> seq;
  std::vector<Arrival> rows;
  TraceFacts facts;
  std::string problem;  // without the folder
};

Read read_file(const TemporaryFolder& folder, const ArrivalOptions& options = {}) {
  Read out;
  Result<ArrivalReader> reader = ArrivalReader::open(folder / "r", options);
  if (!reader) {
    out.problem = text_of(reader.problems()).substr((folder / "").size());
    return out;
  }
  while (true) {
    const Result<std::optional<Arrival>> next = reader.value().next();
    out.facts = reader.value().facts();
    if (!next) out.problem = text_of(next.problems()).substr((folder / "").size());
    if (!next || !next.value()) return out;
    out.seq.push_back(*next.value()->seq);
    out.rows.push_back(*next.value());
  }
}

Read read(const std::string& text, const ArrivalOptions& options = {}) {
  const TemporaryFolder folder;
  write_plain(folder / "r", text);
  return read_file(folder, options);
}

const std::string kColumns = "seq,sent_ns,received_ns,skipped,waited_ns\n";
const std::string kHead = "# flatline trace 1\n# interval: 100ms\n# clocks: one\n" + kColumns;
const std::string kEnd = "# end: sent 3, dropped 0\n";
const std::string kFirst = "0,0,50,0,\n";  // line 5

std::string repairs_of(const Read& r) {
  std::string out;
  for (const Repair& repair : r.facts.repairs) {
    out += repair.what + " " + std::to_string(repair.count) + " @" +
           std::to_string(repair.first_line) + "; ";
  }
  return out;
}

using Numbers = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("recording: the example of the documentation") {
  const Read r = read(
      "# flatline trace 1\n# interval: 100ms\n# clocks: one\n# begun: 2026-11-21T15:00:00Z\n"
      "# note: any text\nseq,sent_ns,received_ns,skipped,waited_ns\n0,0,81234,0,1250\n"
      "2,200000512,200081000,0,900\n# end: sent 3, dropped 0\n\n");
  CHECK(r.problem.empty());
  CHECK(r.seq == Numbers{0, 2});
  CHECK(r.rows[1].waited == Duration{900});
  CHECK(r.facts.sent_total == 3);
  CHECK(repairs_of(r).empty());
  CHECK_FALSE(read(kHead + kFirst + "# end: sent unknown, dropped unknown\n").facts.sent_total);
}

TEST_CASE("recording: one without its last line was not finished") {
  const Read r = read(kHead + kFirst + "1,100000000,100000050,0,\n");
  CHECK(r.problem.empty());
  CHECK(r.seq == Numbers{0, 1});
  CHECK(repairs_of(r) == "recording was not finished 1 @6; ");
  CHECK_FALSE(r.facts.sent_total);
}

TEST_CASE("recording: a last line that is cut off is left out and counted") {
  const std::string both = "last line cut off 1 @6; recording was not finished 1 @6; ";
  for (const char* rest : {"1", "1,", "1,1000000", "1,100000000,100000050,1", "#", "# end: sen",
                           "# end: sent 3, dropped "}) {
    CAPTURE(rest);
    const Read r = read(kHead + kFirst + rest);
    CHECK(r.problem.empty());
    CHECK(r.seq == Numbers{0});
    CHECK(repairs_of(r) == both);
  }
  // All but the last field is whole; that one may lack digits.
  const Read r = read(kHead + kFirst + "1,100000000,100000050,0,12");
  CHECK(r.seq == Numbers{0, 1});
  CHECK_FALSE(r.rows[1].waited);
  CHECK(repairs_of(r) == "recording was not finished 1 @6; ");
  CHECK(repairs_of(read(kHead + kFirst + "# end: sent 3, dropped 0")).empty());
}

TEST_CASE("recording: a gzip stream that is cut gives its whole rows") {
  const TemporaryFolder folder;
  std::string text = kHead;
  for (std::int64_t i = 0; i < 20'000; ++i) {
    text += std::to_string(i) + "," + std::to_string(i * 100'000'000) + "," +
            std::to_string(i * 100'000'000 + i * 7919 % 1'000'003) + ",0,\n";
  }
  write_gz(folder / "r", text + "# end: sent 20000, dropped 0\n");
  const std::string bytes = bytes_of(folder / "r");
  write_plain(folder / "r", bytes.substr(0, bytes.size() / 2));
  Read r = read_file(folder);
  CHECK(r.problem.empty());
  CHECK(r.seq.size() > 5000);
  CHECK(r.seq.size() < 15'000);
  const std::string line = std::to_string(r.seq.size() + 5);
  CHECK(repairs_of(r) ==
        "last line cut off 1 @" + line + "; recording was not finished 1 @" + line + "; ");
  write_plain(folder / "r", bytes.substr(0, bytes.size() - 3));
  r = read_file(folder);
  CHECK(r.problem.empty());
  CHECK(r.facts.sent_total == 20'000);
  CHECK(repairs_of(r) == "end of the gzip stream cut off 1 @20006; ");
  std::string damaged = bytes;
  damaged[damaged.size() - 8] = static_cast<char>(damaged[damaged.size() - 8] ^ 1);
  write_plain(folder / "r", damaged);
  CHECK(read_file(folder).problem.find(": the gzip stream is damaged\n") != std::string::npos);
  write_plain(folder / "r", bytes.substr(0, 20));
  CHECK(read_file(folder).problem.find("r:1: the gzip stream is cut short") == 0);
}

TEST_CASE("recording: a repeated header is passed over and counted while time goes on") {
  const std::string more = "1,100000000,100000050,0,\n";
  for (const std::string& again : {kHead, kColumns}) {
    const Read r = read(kHead + kFirst + again + more + kColumns + kEnd);
    CHECK(r.problem.empty());
    CHECK(r.seq == Numbers{0, 1});
    CHECK(repairs_of(r).find("repeated header 2 @6; ") == 0);
    CHECK(r.facts.sent_total == 3);
    const Read back = read(kHead + kFirst + again + "0,0,40,0,\n");
    CHECK(back.seq == Numbers{0});
    CHECK(back.problem == "r:" + std::to_string(again == kHead ? 10 : 7) +
                              ": received_ns: time goes backwards: a second recording begins at "
                              "line 6; expected a file of its own for each\n");
  }
  CHECK(read(kHead + kFirst + "# flatline trace 1\n# interval: 1s\n# clocks: one\n" + kColumns)
            .problem ==
        "r:9: a second recording begins at line 6: its header differs from the "
        "first; expected a file of its own for each\n");
  // Two whole recordings in one file.
  CHECK(read(kHead + kFirst + kEnd + kHead + kFirst).problem ==
        "r:7: this line stands after the end of the recording; expected a file of its own for a "
        "second recording\n");
}

TEST_CASE("recording: a header that is wrong is a problem with its line") {
  const auto problem = [](const std::string& head) {
    return read("# flatline trace 1\n" + head + kColumns + kFirst).problem;
  };
  CHECK(read("# flatline trace 2\n").problem ==
        "r:1: version \"2\" of recordings is not known; expected \"# flatline trace 1\"\n");
  CHECK(problem("# intervall: 1s\n") ==
        "r:2: unknown key \"intervall\" in the header; expected one of interval, clocks, begun, "
        "note; did you mean \"interval\"?\n");
  CHECK(problem("# clocks: one\n").find("r:3: interval: the header does not say this") == 0);
  CHECK(problem("# interval: 1s\n").find("r:3: clocks: the header does not say this") == 0);
  CHECK(problem("# interval: 0s\n").find("r:2: interval: \"0s\" is not an interval") == 0);
  CHECK(problem("# interval: -1s\n").find("r:2: interval: ") == 0);
  CHECK(problem("# interval: 5\n").find("r:2: interval: ") == 0);
  CHECK(problem("# interval: 1s\n# interval: 1s\n").find("r:3: interval: the interval is given") ==
        0);
  CHECK(problem("# clocks: three\n").find("r:2: clocks: \"three\"") == 0);
  CHECK(problem("seq,sent_ns\n").find("r:2: \"seq,sent_ns\" does not belong to the header") == 0);
  CHECK(read(kHead).problem ==
        "r:4: the file holds no arrivals; expected a row below the columns\n");
  CHECK(read(kHead + kEnd).problem.find("the file holds no arrivals") != std::string::npos);
  CHECK(read("# flatline trace 1\n# interval: 1s\n").problem.find("r:2: the file holds no arriv") ==
        0);
  ArrivalOptions options;
  options.seq_column = "seq";
  CHECK(read(kHead + kFirst, options).problem.find("but this is a recording of flatline") !=
        std::string::npos);
}

TEST_CASE("recording: a row that is wrong is a problem with its line and column") {
  const auto second = [](const std::string& row) {
    const Read r = read(kHead + "1,100000000,100000050,1,\n" + row + "\n" + kEnd);
    CHECK(r.seq == Numbers{1});
    return r.problem;
  };
  CHECK(second("2,200000000,100000049,1,") ==
        "r:6: received_ns: time goes backwards; expected rows in the order of receipt\n");
  CHECK(
      second("2,200000000,200000050,1") ==
      "r:6: the row has 4 fields; expected 5 fields: seq,sent_ns,received_ns,skipped,waited_ns\n");
  CHECK(second("2,200000000,200000050,1,,").find("r:6: the row has 6 fields") == 0);
  // Empty columns, mixed units, what is no whole number.
  CHECK(second(",200000000,200000050,1,").find("r:6: seq: \"\" is not a whole number") == 0);
  CHECK(second("2,,200000050,1,").find("r:6: sent_ns: \"\" is not a whole number") == 0);
  CHECK(second("2,200000000,,1,").find("r:6: received_ns: \"\"") == 0);
  CHECK(second("2,200000000,200000050,,").find("r:6: skipped: \"\"") == 0);
  CHECK(second("2,200ms,200000050,1,") ==
        "r:6: sent_ns: \"200ms\" is not a whole number; expected whole nanoseconds\n");
  CHECK(second("2,200000000,2.5,1,").find("r:6: received_ns: \"2.5\"") == 0);
  CHECK(second("2,200000000,200000050,1,x").find("r:6: waited_ns: \"x\"") == 0);
  CHECK(second("2,200000000,200000050,1,-1").find("r:6: waited_ns: ") == 0);
  CHECK(second("9223372036854775808,0,200000050,1,").find("r:6: seq: ") == 0);
  CHECK(second("-1,0,200000050,0,").find("r:6: seq: the number is negative") == 0);
  CHECK(second("2,9000000000000000000,200000050,1,").find("r:6: sent_ns: this is more than 36") ==
        0);
  CHECK(second("2,200000000,9000000000000000000,1,").find("r:6: received_ns: this is more than") ==
        0);
  // Microseconds where nanoseconds belong.
  CHECK(second("2,200000,200000050,1,").find("r:6: sent_ns: sent more than an interval before") ==
        0);
  CHECK(second("2,200000000,200000050,3,").find("r:6: skipped: skipped is not from 0 to seq") == 0);
  CHECK(second("2,200000000,200000050,0,").find("r:6: skipped: skipped falls while seq rises") ==
        0);
  CHECK(second("0,0,200000050,-1,").find("r:6: skipped: ") == 0);
  CHECK(second("1,100000001,200000050,1,").find("r:6: seq: the same number was sent twice") == 0);
  CHECK(second("1,100000000,200000050,0,").find("r:6: seq: the same number was sent twice") == 0);
  CHECK(second("# a remark").find("r:6: \"# a remark\" is no row") == 0);
  CHECK(second("# end: sent x, dropped 0").find("r:6: this is not the last line") == 0);
  CHECK(second("# end: sent 3").find("r:6: this is not the last line") == 0);
  CHECK(second("# end: sent 0, dropped 0") ==
        "r:6: sent: fewer were sent (0) than the rows tell of (1); expected the number of "
        "heartbeats sent\n");
  CHECK(second("\n2,200000000,200000050,1,").find("r:7: a blank line stands before this row") == 0);
}

TEST_CASE("recording: an overtaken row may have skipped fewer, never more") {
  CHECK(read(kHead + "5,500000000,500000001,2,\n3,300000000,500000001,1,\n").problem.empty());
  CHECK(read(kHead + "5,500000000,500000001,2,\n3,300000000,500000001,3,\n")
            .problem.find("r:6: skipped: skipped falls while seq rises") == 0);
}

TEST_CASE(
    "read_durations: a recording on one clock gives received - sent, other formats are told") {
  const TemporaryFolder folder;
  const std::string path = folder / "r";
  const auto problem = [&](const std::string& text, const DurationOptions& options = {}) {
    write_plain(path, text);
    const Result<std::vector<std::int64_t>> durations = read_durations(path, options);
    REQUIRE_FALSE(durations.ok());
    return text_of(durations.problems()).substr((folder / "").size());
  };
  write_plain(path, kHead + kFirst + "2,200000512,200081000,0,900\n0,0,200081000,0,\n" + kEnd);
  const Result<std::vector<std::int64_t>> durations = read_durations(path);
  REQUIRE(durations.ok());
  CHECK(durations.value() == Numbers{50, 80'488, 200'081'000});
  CHECK(problem(kHead + "1,100000000,99999999,0,\n") ==
        "r:5: received_ns: received before it was sent, by one clock\n");
  const std::string two = "# flatline trace 1\n# interval: 100ms\n# clocks: two\n" + kColumns;
  CHECK(problem(two + kFirst).find("\"flatline fit\"") != std::string::npos);
  CHECK(problem("[1.0] 64 bytes from ::1: icmp_seq=1 ttl=64 time=0.031 ms\n")
            .find("\"flatline fit\"") != std::string::npos);
  DurationOptions options;
  options.unit = "ms";
  CHECK(problem(kHead + kFirst, options).find("the columns of this file are known") !=
        std::string::npos);
  CHECK(problem("delay_ns\n5\ndelay_ns\n6\n") ==
        "r:4: delay_ns: the header stands again at line 3; expected one file for each\n");
}
