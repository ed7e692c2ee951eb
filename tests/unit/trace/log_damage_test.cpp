// Logs and matrices of every format, cut and with bytes changed at random places (fixed seed):
// reading gives what can be, or a problem with its line, and nothing else.

#include "flatline/trace/arrivals.hpp"
#include "flatline/trace/rtt_matrix.hpp"
#include "unit/trace/hdr_encoder.hpp"
#include "unit/trace/pause_files.hpp"

using namespace flatline;
using namespace flatline::trace;
using namespace flatline::test;

namespace {

constexpr int kRows = 60;

std::string unified() {
  std::string text = "[0.004s][info][gc] Using G1\n";
  for (int i = 1; i <= kRows; ++i) {
    const std::string n = std::to_string(i);
    text += "[" + n + ".5s][info][gc,start] GC(" + n + ") Pause Young\n[" + n +
            ".6s][info][gc] GC(" + n + ") Pause Young (Normal) 24M->4M(64M) 3." + n + "ms\n";
  }
  return text + "[99.0s][safepoint] Safepoint \"x\", Total: 80000 ns\n";
}

std::string hotspot() {
  std::string text = "{Heap before GC\n total 18K, used 16K [0x0100, 0x0200, 0x0300)\n";
  for (int i = 1; i <= kRows; ++i) {
    const std::string n = std::to_string(i);
    text += n + ".5: [GC " + n + ".5: [ParNew: 9K->5K(11K), 0.01 secs] 9K->5K(11K)\n, 0.01" + n +
            " secs] [Times: user=0.1 real=0.01 secs]\n" + n + ".7: [CMS-concurrent-mark-start]\n";
  }
  return text;
}

std::string jrockit() {
  std::string text = "[memory ] GC strategy: gencon\n";
  for (int i = 1; i <= kRows; ++i) {
    const std::string n = std::to_string(i);
    text += "[memory ] " + n + ".5-" + n + ".6: GC 9K->5K (11K), 53." + n + " ms\n";
  }
  return text;
}

std::string histograms() {
  std::string text = "#[Logged with jHiccup version 2]\n#[Histogram log format version 1.3]\n";
  for (int i = 1; i <= kRows; ++i) {
    HdrEncoder histogram(2, 20'000);
    for (int k = 0; k < 100; ++k) histogram.record(300'000);
    histogram.record_hiccup(50'000'000, 1'000'000);
    text += std::to_string(i) + ",1.0,50.070," + histogram.base64() + "\n";
  }
  return text;
}

std::string matrix() {
  std::string text;
  for (int i = 0; i < 20; ++i) {
    for (int j = 0; j < 20; ++j) text += (j == 0 ? "" : "\t") + std::to_string(i * j % 7) + ".5";
    text += "\n";
  }
  return text;
}

std::string fping() {
  std::string text;
  for (int i = 0; i < kRows; ++i) {
    const std::string n = std::to_string(i);
    text += "[" + std::to_string(1'609'459'200 + i) + ".25000] one.one : [" + n + "], ";
    text += i % 10 == 3 ? "timed out (1 avg, 1% loss)\n" : "64 bytes, 12.3 ms (1 avg, 1% loss)\n";
  }
  return text;
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

bool checked(const Problems& problems, const std::string& path) {
  REQUIRE(problems.size() == 1);
  REQUIRE(problems[0].file == path);
  const bool count = problems[0].message.starts_with("the log tells of ");
  REQUIRE((problems[0].line >= 1 || count));
  return false;
}

// Whether the file could be read, as what it seems to be.
bool read(const std::string& path) {
  const Result<Format> format = format_of(path);
  if (!format) return checked(format.problems(), path);
  if (is_pause_log(format.value())) {
    const Result<PauseLog> log = read_pauses(path, {});
    if (!log) return checked(log.problems(), path);
    REQUIRE(log.value().pauses.size() >= 2);
    for (const Pause& pause : log.value().pauses) REQUIRE(pause.length_ns >= 0);
    REQUIRE(log.value().watched.ns >= 0);
    return true;
  }
  if (format.value() == Format::matrix) {
    const Result<RttMatrix> all = read_rtt_matrix(path, "ms");
    if (!all) return checked(all.problems(), path);
    const auto nodes = static_cast<std::size_t>(all.value().nodes);
    REQUIRE(all.value().ns.size() == nodes * nodes);
    return true;
  }
  Result<ArrivalReader> reader = ArrivalReader::open(path, {});
  if (!reader) return checked(reader.problems(), path);
  while (true) {
    const Result<std::optional<Arrival>> next = reader.value().next();
    if (!next) return checked(next.problems(), path);
    if (!next.value()) return true;
  }
}

}  // namespace

TEST_CASE("logs and matrices: damaged files are read or refused with a line") {
  const TemporaryFolder folder;
  const std::string path = folder / "x";
  Random random;
  for (const std::string& text :
       {unified(), hotspot(), jrockit(), histograms(), matrix(), fping()}) {
    CAPTURE(text.substr(0, 40));
    for (const bool gzip : {false, true}) {
      gzip ? write_gz(path, text) : write_plain(path, text);
      REQUIRE(read(path));
      const std::string good = bytes_of(path);
      int whole = 0, refused = 0;
      for (int i = 0; i < 500; ++i) {
        std::string bytes = good;
        if (i % 2 == 0) bytes.resize(1 + random.below(bytes.size() - 1));
        for (std::size_t flips = i % 2 == 0 ? 0 : 1 + random.below(6); flips > 0; --flips)
          bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
        write_plain(path, bytes);
        (read(path) ? whole : refused) += 1;
      }
      CHECK(whole + refused == 500);
      CHECK(refused > 5);  // neither half of the test is idle
      if (!gzip) CHECK(whole > 1);
    }
  }
}
