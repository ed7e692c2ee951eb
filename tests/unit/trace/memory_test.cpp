// Constant memory, shown by counting: this program's operator new counts its calls, and zlib's own
// memory is all taken when a file is opened and its first block read.

#include <cstdlib>
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
