#include "flatline/trace/recording.hpp"

#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include "flatline/trace/arrivals.hpp"
#include "unit/trace/files.hpp"

using namespace flatline;
using namespace flatline::trace;
using namespace flatline::test;

namespace {

RecordingHeader header_of(bool one_clock) {
  RecordingHeader header;
  header.interval = milliseconds(100);
  header.one_clock = one_clock;
  header.begun = "2026-11-21T15:00:00Z";
  header.notes = {"first: a colon", "second"};
  return header;
}

RecordedBeat beat(std::int64_t seq, std::int64_t sent, std::int64_t received,
                  std::int64_t skipped = 0, std::optional<Duration> waited = std::nullopt) {
  return {seq, LocalInstant{sent}, LocalInstant{received}, skipped, waited};
}

// Two lost, two skipped, one overtaken, one twice, with and without waited.
std::vector<RecordedBeat> some_beats() {
  return {beat(0, 7, 81'234, 0, Duration{1250}), beat(1, 100'000'009, 100'081'000),
          beat(6, 600'000'010, 600'090'000, 2),  beat(5, 500'000'011, 600'090'000, 2, Duration{0}),
          beat(6, 600'000'010, 600'095'000, 2),  beat(7, 700'000'000, 700'000'001, 2)};
}

void write(const std::string& path, bool one_clock, const RecordingEnd& end) {
  Result<RecordingWriter> writer = RecordingWriter::create(path, header_of(one_clock));
  REQUIRE(writer.ok());
  for (const RecordedBeat& b : some_beats()) writer.value().add(b);
  REQUIRE(writer.value().flush().ok());
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK(std::filesystem::exists(path + ".part"));
  REQUIRE(writer.value().finish(end).ok());
  CHECK(std::filesystem::exists(path));
  CHECK_FALSE(std::filesystem::exists(path + ".part"));
}

std::string problem_of(const Problems& problems, const TemporaryFolder& folder) {
  const std::string text = text_of(problems);
  REQUIRE(text.find(folder / "") == 0);
  return text.substr((folder / "").size());
}

}  // namespace

TEST_CASE("RecordingWriter: what it writes reads back, plain and gzip, on one clock and on two") {
  const TemporaryFolder folder;
  for (const char* name : {"a.trace", "a.trace.gz"}) {
    for (const bool one_clock : {true, false}) {
      const std::string path = folder / (std::string(one_clock ? "one-" : "two-") + name);
      CAPTURE(path);
      write(path, one_clock, {6, 0});
      Result<ArrivalReader> opened = ArrivalReader::open(path, {});
      REQUIRE(opened.ok());
      ArrivalReader& reader = opened.value();
      CHECK(reader.facts().format == Format::recording);
      CHECK(reader.facts().clocks == (one_clock ? Clocks::one : Clocks::two));
      CHECK(reader.facts().interval == milliseconds(100));
      CHECK_FALSE(reader.facts().round_trip);
      CHECK_FALSE(reader.facts().sent_total);
      std::int64_t line = 7;
      for (const RecordedBeat& b : some_beats()) {
        const Result<std::optional<Arrival>> next = reader.next();
        REQUIRE(next.ok());
        REQUIRE(next.value());
        CHECK(next.value()->seq == b.seq);
        CHECK(next.value()->sent == b.sent);
        CHECK(next.value()->at == b.received);
        CHECK(next.value()->skipped == b.skipped);
        CHECK(next.value()->waited == b.waited);
        CHECK(reader.line() == ++line);
      }
      for (int i = 0; i < 2; ++i) {
        const Result<std::optional<Arrival>> last = reader.next();
        REQUIRE(last.ok());
        CHECK_FALSE(last.value());
      }
      CHECK(reader.line() == line);
      CHECK(reader.facts().sent_total == 6);
      CHECK(reader.facts().repairs.empty());
    }
  }
}

TEST_CASE("RecordingWriter: the text is the documented one, and gzip adds neither name nor time") {
  const TemporaryFolder folder;
  write(folder / "a", true, {6, std::nullopt});
  CHECK(bytes_of(folder / "a") ==
        "# flatline trace 1\n# interval: 100ms\n# clocks: one\n# begun: 2026-11-21T15:00:00Z\n"
        "# note: first: a colon\n# note: second\nseq,sent_ns,received_ns,skipped,waited_ns\n"
        "0,7,81234,0,1250\n1,100000009,100081000,0,\n6,600000010,600090000,2,\n"
        "5,500000011,600090000,2,0\n6,600000010,600095000,2,\n7,700000000,700000001,2,\n"
        "# end: sent 6, dropped unknown\n");
  write(folder / "a.gz", true, {6, 0});
  const std::string gz = bytes_of(folder / "a.gz");
  REQUIRE(gz.size() > 10);
  CHECK(gz.substr(0, 8) == std::string("\x1f\x8b\x08\0\0\0\0\0", 8));
}

TEST_CASE("RecordingWriter: what was flushed can be read while the recording goes on") {
  const TemporaryFolder folder;
  for (const char* name : {"a", "a.gz"}) {
    CAPTURE(name);
    {
      Result<RecordingWriter> writer = RecordingWriter::create(folder / name, header_of(true));
      REQUIRE(writer.ok());
      for (int i = 0; i < 1000; ++i) {
        writer.value().add(beat(i, i * 100'000'000LL, i * 100'000'000LL + 5));
      }
      REQUIRE(writer.value().flush().ok());
      REQUIRE(writer.value().flush().ok());
      Result<ArrivalReader> reader =
          ArrivalReader::open(folder / (std::string(name) + ".part"), {});
      REQUIRE(reader.ok());
      int count = 0;
      while (true) {
        const Result<std::optional<Arrival>> next = reader.value().next();
        REQUIRE(next.ok());
        if (!next.value()) break;
        ++count;
      }
      CHECK(count == 1000);
      REQUIRE_FALSE(reader.value().facts().repairs.empty());
      CHECK(reader.value().facts().repairs.back().what == "recording was not finished");
    }
    CHECK(std::filesystem::exists(folder / (std::string(name) + ".part")));
    CHECK_FALSE(std::filesystem::exists(folder / name));
  }
}

TEST_CASE("RecordingWriter: never overwrites, says what the system says, and discards") {
  const TemporaryFolder folder;
  const RecordingHeader header = header_of(true);
  const auto refused = [&](const std::string& name) {
    const Result<RecordingWriter> writer = RecordingWriter::create(folder / name, header);
    REQUIRE_FALSE(writer.ok());
    return problem_of(writer.problems(), folder);
  };
  write_plain(folder / "there", "x");
  CHECK(refused("there") ==
        "there: there is such a file already; expected a new name, since a recording is never "
        "overwritten\n");
  CHECK(bytes_of(folder / "there") == "x");
  write_plain(folder / "left.part", "y");
  CHECK(refused("left").find("left.part: there is such a file already") == 0);
  CHECK(bytes_of(folder / "left.part") == "y");
  CHECK_FALSE(std::filesystem::exists(folder / "left"));
  CHECK(refused("no/where") == "no/where.part: cannot create: No such file or directory\n");
  std::filesystem::create_symlink("nowhere", folder / "link");
  CHECK(refused("link").find("link: there is such a file already") == 0);

  Result<RecordingWriter> writer = RecordingWriter::create(folder / "late", header);
  REQUIRE(writer.ok());
  write_plain(folder / "late", "z");
  const Result<bool> finished = writer.value().finish({});
  REQUIRE_FALSE(finished.ok());
  CHECK(problem_of(finished.problems(), folder).find("late: there is such a file already") == 0);
  CHECK(bytes_of(folder / "late") == "z");
  CHECK(bytes_of(folder / "late.part").find("# end: sent unknown, dropped unknown\n") !=
        std::string::npos);
  CHECK_THROWS_AS(writer.value().finish({}), ContractViolation);

  Result<RecordingWriter> gone = RecordingWriter::create(folder / "gone", header);
  REQUIRE(gone.ok());
  gone.value().discard();
  CHECK_FALSE(std::filesystem::exists(folder / "gone.part"));
  CHECK_FALSE(std::filesystem::exists(folder / "gone"));
}

TEST_CASE("RecordingWriter: a disk that takes no more is told by flush and by finish") {
  const TemporaryFolder folder;
  Result<RecordingWriter> writer = RecordingWriter::create(folder / "a", header_of(true));
  REQUIRE(writer.ok());
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit small = before;
  small.rlim_cur = 100'000;
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  for (int i = 0; i < 20'000; ++i)
    writer.value().add(beat(i, i * 100'000'000LL, i * 100'000'000LL));
  const Result<bool> flushed = writer.value().flush();
  const Result<bool> finished = writer.value().finish({20'000, 0});
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, handler);
  REQUIRE_FALSE(flushed.ok());
  CHECK(problem_of(flushed.problems(), folder) == "a.part: cannot write: File too large\n");
  REQUIRE_FALSE(finished.ok());
  CHECK_FALSE(std::filesystem::exists(folder / "a"));
  CHECK(std::filesystem::exists(folder / "a.part"));
}

TEST_CASE("RecordingWriter: a header that could not be read back is a broken contract") {
  const TemporaryFolder folder;
  RecordingHeader header = header_of(true);
  header.notes = {"two\nlines"};
  CHECK_THROWS_AS(RecordingWriter::create(folder / "a", header), ContractViolation);
  header.notes.clear();
  header.interval = {};
  CHECK_THROWS_AS(RecordingWriter::create(folder / "a", header), ContractViolation);
}
