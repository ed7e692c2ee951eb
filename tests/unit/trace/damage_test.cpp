// Good files of each format, cut and with bytes changed at random places (fixed seed): reading
// gives arrivals in order of time, or a problem with its line, and nothing else.

#include <vector>

#include "flatline/trace/arrivals.hpp"
#include "unit/trace/files.hpp"

using namespace flatline;
using namespace flatline::trace;
using namespace flatline::test;

namespace {

constexpr int kRows = 200;

std::string table() {
  std::string text = "# made for a test\nseq,sent_us,rx_ns\n";
  for (int i = 0; i < kRows; ++i) {
    const std::string n = std::to_string(i);
    text += n + "," + n + "000.25," + n + "000317\n";
  }
  return text;
}

std::string recording() {
  std::string text =
      "# flatline trace 1\n# interval: 1ms\n# clocks: two\n# note: for a test\n"
      "seq,sent_ns,received_ns,skipped,waited_ns\n";
  for (int i = 0; i < kRows; ++i) {
    const std::string n = std::to_string(i);
    text += n + "," + n + "000021," + n + "000317,0," + (i % 3 == 0 ? "" : n) + "\n";
  }
  return text + "# end: sent " + std::to_string(kRows) + ", dropped 0\n";
}

std::string ping() {
  std::string text = "PING one.one (1.1.1.1) 56(84) bytes of data.\n";
  for (int i = 1; i <= kRows; ++i) {
    const std::string n = std::to_string(i);
    text += "[" + std::to_string(1'609'459'200 + i) + ".250000] ";
    text += i % 10 == 0 ? "no answer yet for icmp_seq=" + n + "\n"
                        : "64 bytes from 1.1.1.1: icmp_seq=" + n + " ttl=57 time=12.3 ms\n";
  }
  return text + "\n--- one.one ping statistics ---\n" + std::to_string(kRows) +
         " packets transmitted, 180 received, 10% packet loss, time 199000ms\n"
         "rtt min/avg/max/mdev = 12.300/12.300/12.300/0.000 ms\n";
}

class Random {
 public:
  std::size_t below(std::size_t limit) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(state_ >> 33) % limit;
  }

 private:
  std::uint64_t state_ = 20261121;
};

// Whether all of it could be read.
bool read(const std::string& path) {
  const auto check = [&](const Problems& problems) {
    REQUIRE(problems.size() == 1);
    REQUIRE(problems[0].file == path);
    REQUIRE(problems[0].line >= 1);
    REQUIRE_FALSE(problems[0].message.empty());
    return false;
  };
  Result<ArrivalReader> reader = ArrivalReader::open(path, {});
  if (!reader) return check(reader.problems());
  std::optional<LocalInstant> last;
  bool ordered = true;
  while (true) {
    const Result<std::optional<Arrival>> next = reader.value().next();
    if (!next) return check(next.problems());
    if (!next.value()) break;
    ordered = ordered && (!last || *last <= next.value()->at) && next.value()->seq.value_or(0) >= 0;
    last = next.value()->at;
  }
  REQUIRE(ordered);
  REQUIRE(last);
  return true;
}

}  // namespace

TEST_CASE("ArrivalReader: damaged files give arrivals or a problem with its line") {
  const TemporaryFolder folder;
  const std::string path = folder / "x";
  Random random;
  for (const std::string& text : {table(), recording(), ping()}) {
    for (const bool gzip : {false, true}) {
      gzip ? write_gz(path, text) : write_plain(path, text);
      REQUIRE(read(path));
      const std::string good = bytes_of(path);
      int whole = 0;
      int refused = 0;
      for (int i = 0; i < 1000; ++i) {
        std::string bytes = good;
        if (i % 2 == 0) bytes.resize(1 + random.below(bytes.size() - 1));
        for (std::size_t flips = i % 2 == 0 ? 0 : 1 + random.below(4); flips > 0; --flips) {
          bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
        }
        write_plain(path, bytes);
        (read(path) ? whole : refused) += 1;
      }
      // Both happen, so that neither half of the test is idle. A table in gzip is only read whole
      // if a byte was changed into itself.
      CHECK(refused > 100);
      if (!gzip) CHECK(whole > 100);
    }
  }
}
