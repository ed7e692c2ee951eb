// The generator under TestU01: SmallCrush, Crush or BigCrush on the streams as a simulation reads
// them.
//
//   random_battery BATTERY [--layout LAYOUT] [--bits high|low|both] [--tests 1,5,80] [--shard I/N]
//   [--seed S]
//
// Layouts:
//   interleaved  1024 streams with names like those of a scenario, read in turn
//   sequential   one stream, read in order
//   overlapping  1024 streams with the same first key word and counter, so that only the second
//   word parts them:
//                the worst case of two streams whose counters meet
// Without --layout, every layout is run, and without --bits the high and the low halves. Each test
// of a battery starts at its own place in the streams, so a test gives the same p-values in any
// shard. Prints one line per p-value. Exit 1 if any is below 1e-10 or above 1 - 1e-10, 2 on bad
// usage.

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "flatline/random/stream.hpp"

extern "C" {
#include <testu01/bbattery.h>
#include <testu01/unif01.h>
}

namespace {

using flatline::random::Stream;
using flatline::random::StreamFactory;

constexpr std::size_t kStreams = 1024;
constexpr double kSuspect = 1e-10;

enum class Layout { interleaved, sequential, overlapping };
enum class Half { high, low, both };

struct Battery {
  std::string_view name;
  int tests;
  void (*repeat)(unif01_Gen*, int[]);
};

constexpr Battery kBatteries[] = {{"smallcrush", 10, bbattery_RepeatSmallCrush},
                                  {"crush", 96, bbattery_RepeatCrush},
                                  {"bigcrush", 106, bbattery_RepeatBigCrush}};
constexpr std::string_view kLayoutNames[] = {"interleaved", "sequential", "overlapping"};
constexpr std::string_view kHalfNames[] = {"high", "low", "both"};

struct Options {
  const Battery* battery = nullptr;
  std::vector<Layout> layouts{Layout::interleaved, Layout::sequential, Layout::overlapping};
  std::vector<Half> halves{Half::high, Half::low};
  std::vector<int> tests;
  std::uint64_t seed = 1;
};

// TestU01 calls a plain function without argument, so what is read next is global.
struct Source {
  Stream streams[kStreams];
  std::uint64_t mask = 0;
  int shift = 0;
  std::uint64_t next = 0;
  bool low_is_due = false;

  std::uint64_t peek() const { return streams[next & mask].bits(next >> shift); }
};
Source source;

unsigned int high_half() {
  const std::uint64_t bits = source.peek();
  ++source.next;
  return static_cast<unsigned int>(bits >> 32);
}

unsigned int low_half() {
  const std::uint64_t bits = source.peek();
  ++source.next;
  return static_cast<unsigned int>(bits);
}

unsigned int both_halves() {
  source.low_is_due = !source.low_is_due;
  if (source.low_is_due) return static_cast<unsigned int>(source.peek() >> 32);
  return low_half();
}

void prepare(Layout layout, std::uint64_t seed) {
  const StreamFactory factory(seed, 0);
  for (std::size_t i = 0; i < kStreams; ++i) {
    source.streams[i] = factory.stream("link/worker/" + std::to_string(i / 4) + "/monitor/" +
                                       std::to_string(i % 4) + (i % 2 == 0 ? "/delay" : "/loss"));
    if (layout == Layout::overlapping)
      source.streams[i] = Stream(source.streams[0].k0(), source.streams[i].k1());
  }
  const bool one = layout == Layout::sequential;
  source.mask = one ? 0 : kStreams - 1;
  source.shift = one ? 0 : 10;
}

// Returns how many p-values are suspect.
int run(const Options& options, Layout layout, Half half, std::FILE* out) {
  prepare(layout, options.seed);
  unsigned int (*const functions[])() = {high_half, low_half, both_halves};
  char name[] = "flatline";
  unif01_Gen* gen = unif01_CreateExternGenBits(name, functions[static_cast<int>(half)]);
  int suspects = 0;
  for (const int test : options.tests) {
    source.next = static_cast<std::uint64_t>(test) << 44;
    source.low_is_due = false;
    std::vector<int> repeats(static_cast<std::size_t>(options.battery->tests) + 1, 0);
    repeats[static_cast<std::size_t>(test)] = 1;
    options.battery->repeat(gen, repeats.data());
    for (int i = 0; i < bbattery_NTests; ++i) {
      const double p = bbattery_pVal[i];
      const bool suspect = !(p >= kSuspect && p <= 1 - kSuspect);
      suspects += suspect ? 1 : 0;
      std::fprintf(out, "%s %s %s %d %s %.6g%s\n", options.battery->name.data(),
                   kLayoutNames[static_cast<int>(layout)].data(),
                   kHalfNames[static_cast<int>(half)].data(), test, bbattery_TestNames[i], p,
                   suspect ? " SUSPECT" : "");
    }
    std::fflush(out);
  }
  unif01_DeleteExternGenBits(gen);
  return suspects;
}

bool read_number(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool read_tests(std::string_view list, int largest, std::vector<int>& tests) {
  tests.clear();
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::uint64_t test = 0;
    if (!read_number(list.substr(0, comma), test) || test < 1 ||
        test > static_cast<std::uint64_t>(largest)) {
      return false;
    }
    tests.push_back(static_cast<int>(test));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return !tests.empty();
}

bool read_shard(std::string_view text, std::vector<int>& tests) {
  const std::size_t slash = text.find('/');
  std::uint64_t shard = 0, of = 0;
  if (slash == text.npos || !read_number(text.substr(0, slash), shard) ||
      !read_number(text.substr(slash + 1), of) || shard < 1 || shard > of) {
    return false;
  }
  std::vector<int> mine;
  for (std::size_t i = shard - 1; i < tests.size(); i += of) mine.push_back(tests[i]);
  tests = mine;
  return true;
}

bool read_options(int count, char** words, Options& options) {
  if (count < 2 || count % 2 != 0) return false;
  for (const Battery& battery : kBatteries) {
    if (battery.name == words[1]) options.battery = &battery;
  }
  if (options.battery == nullptr) return false;
  for (int test = 1; test <= options.battery->tests; ++test) options.tests.push_back(test);
  for (int i = 2; i < count; i += 2) {
    const std::string_view key = words[i], value = words[i + 1];
    if (key == "--layout") {
      const auto* found = std::find(std::begin(kLayoutNames), std::end(kLayoutNames), value);
      if (found == std::end(kLayoutNames)) return false;
      options.layouts = {static_cast<Layout>(found - std::begin(kLayoutNames))};
    } else if (key == "--bits") {
      const auto* found = std::find(std::begin(kHalfNames), std::end(kHalfNames), value);
      if (found == std::end(kHalfNames)) return false;
      options.halves = {static_cast<Half>(found - std::begin(kHalfNames))};
    } else if (key == "--tests") {
      if (!read_tests(value, options.battery->tests, options.tests)) return false;
    } else if (key == "--shard") {
      if (!read_shard(value, options.tests)) return false;
    } else if (key != "--seed" || !read_number(value, options.seed)) {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int count, char** words) {
  Options options;
  if (!read_options(count, words, options)) {
    std::fputs(
        "usage: random_battery smallcrush|crush|bigcrush [--layout "
        "interleaved|sequential|overlapping]\n"
        "       [--bits high|low|both] [--tests 1,5,80] [--shard I/N] [--seed S]\n",
        stderr);
    return 2;
  }
  // TestU01 writes pages of its own to stdout: keep ours, drop its.
  std::FILE* out = fdopen(dup(STDOUT_FILENO), "w");
  if (out == nullptr || std::freopen("/dev/null", "w", stdout) == nullptr) return 2;
  int suspects = 0;
  for (const Layout layout : options.layouts) {
    for (const Half half : options.halves) suspects += run(options, layout, half, out);
  }
  std::fprintf(out, "%d suspect\n", suspects);
  std::fclose(out);
  return suspects == 0 ? 0 : 1;
}
