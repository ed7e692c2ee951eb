// Constant memory, shown by counting: this program's operator new counts its calls, and zlib's own
// memory is all taken when a file is opened and its first block read. The largest files are
// measured as well: the program's peak of resident memory must not grow by reading them.

#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <new>

#include "flatline/trace/arrivals.hpp"
#include "unit/trace/files.hpp"

namespace {
std::size_t allocations = 0;  // NOLINT: the replaced operator new has no other place for it
}  // namespace

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size > 0 ? size : 1);  // NOLINT
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}  // NOLINT
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}  // NOLINT

using namespace flatline;
using namespace flatline::trace;
using namespace flatline::test;

TEST_CASE("ArrivalReader: a million rows, plain or gzip, are read without a single allocation") {
  const TemporaryFolder folder;
  std::string text = "seq,sent_us,rx_ns\n";
  for (int i = 0; i < 1'000'000; ++i) {
    const std::string n = std::to_string(i);
    text += n + "," + n + ".25," + n + "000017\n";
  }
  write_plain(folder / "plain", text);
  write_gz(folder / "gz", text);
  ArrivalOptions options;
  options.seq_column = "seq";
  options.send_column = "sent_us";
  for (const char* name : {"plain", "gz"}) {
    Result<ArrivalReader> opened = ArrivalReader::open(folder / name, options);
    REQUIRE(opened.ok());
    ArrivalReader& reader = opened.value();
    const std::size_t before = allocations;
    std::int64_t count = 0;
    bool right = true;
    while (true) {
      const Result<std::optional<Arrival>> next = reader.next();
      if (!next || !next.value()) break;
      right = right && next.value()->at.ns == count * 1'000'000 + 17 &&
              next.value()->seq == count && next.value()->sent->ns == count * 1000 + 250;
      ++count;
    }
    const std::size_t after = allocations;
    CHECK(after == before);
    CHECK(count == 1'000'000);
    CHECK(right);
  }
}

namespace {

std::int64_t peak_kib() {
  rusage usage{};
  REQUIRE(getrusage(RUSAGE_SELF, &usage) == 0);
  return usage.ru_maxrss;
}

// What reading may add to the peak: its buffers of 1.5 MiB, zlib's, and what the allocator rounds
// up. Less than a fortieth of the smallest file, which would show in full if it were kept.
constexpr std::int64_t kMostGrowthKib = 4096;

struct Sample {
  const char* name;
  const char* head;
  const char* row;
};

// A row may stand many times in each format: as a time that repeats, or as a duplicate.
constexpr Sample kTable{"table", "seq,sent_ns,rx_ns\n", "17,1700000000000,81234\n"};
constexpr Sample kRecorded{"recording",
                           "# flatline trace 1\n# interval: 100ms\n# clocks: one\n"
                           "seq,sent_ns,received_ns,skipped,waited_ns\n",
                           "17,1700000000,1700081234,0,1250\n"};
constexpr Sample kPing{
    "ping", "PING one.one (1.1.1.1) 56(84) bytes of data.\n",
    "[1609459200.123456] 64 bytes from 1.1.1.1: icmp_seq=1 ttl=57 time=9.9 ms\n"};

// Gzip members, one after the other, each of about 1 MiB of the same rows.
std::int64_t write_members(const std::string& path, const Sample& sample, std::int64_t bytes) {
  const std::string row = sample.row;
  std::string block;
  std::int64_t rows = 0;
  for (; block.size() < (std::size_t{1} << 20); ++rows) block += row;
  write_gz(path + ".member", block);
  const std::string member = bytes_of(path + ".member");
  write_gz(path, sample.head);
  std::ofstream out(path, std::ios::binary | std::ios::app);
  const std::int64_t members = bytes / static_cast<std::int64_t>(block.size()) + 1;
  for (std::int64_t i = 0; i < members; ++i) out << member;
  out.close();
  REQUIRE(out.good());
  return rows * members;
}

void stream(const Sample& sample, std::int64_t bytes) {
  const TemporaryFolder folder;
  const std::string path = folder / sample.name;
  CAPTURE(path);
  const std::int64_t rows = write_members(path, sample, bytes);
  const std::int64_t peak_before = peak_kib();
  Result<ArrivalReader> opened = ArrivalReader::open(path, {});
  REQUIRE(opened.ok());
  ArrivalReader& reader = opened.value();
  const std::size_t before = allocations;
  std::int64_t count = 0;
  while (true) {
    const Result<std::optional<Arrival>> next = reader.next();
    if (!next || !next.value()) break;
    ++count;
  }
  const std::size_t after = allocations;
  CHECK(count == rows);
  // The one repair: that the recording has no last line.
  CHECK(after - before <= 2);
  CHECK(peak_kib() - peak_before < kMostGrowthKib);
}

}  // namespace

TEST_CASE("ArrivalReader: 200 MB of rows in gzip are streamed in constant memory") {
  for (const Sample& sample : {kTable, kRecorded, kPing}) stream(sample, 200'000'000);
}

TEST_CASE("ArrivalReader: 10 GB of rows in gzip are streamed in constant memory", "[long]") {
  for (const Sample& sample : {kTable, kRecorded, kPing}) stream(sample, 10'000'000'000);
}

TEST_CASE("ArrivalReader: a file of 10 GB that is a hole behind its first rows is refused there") {
  const TemporaryFolder folder;
  for (const Sample& sample : {kTable, kRecorded, kPing}) {
    const std::string path = folder / sample.name;
    CAPTURE(path);
    write_plain(path, std::string(sample.head) + sample.row + sample.row);
    const std::int64_t lines = sample.name == std::string("recording") ? 6 : 3;
    std::filesystem::resize_file(path, 10'000'000'000);
    const std::int64_t peak_before = peak_kib();
    Result<ArrivalReader> opened = ArrivalReader::open(path, {});
    REQUIRE(opened.ok());
    ArrivalReader& reader = opened.value();
    for (int i = 0; i < 2; ++i) {
      const Result<std::optional<Arrival>> row = reader.next();
      REQUIRE(row.ok());
      REQUIRE(row.value());
    }
    const Result<std::optional<Arrival>> hole = reader.next();
    REQUIRE_FALSE(hole.ok());
    CHECK(text_of(hole.problems()) ==
          path + ":" + std::to_string(lines + 1) +
              ": the line is longer than 1 MiB; expected a text file\n");
    CHECK(peak_kib() - peak_before < kMostGrowthKib);
  }
}
