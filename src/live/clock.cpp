#include "live/clock.hpp"

#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <vector>

#include "flatline/live/record.hpp"

namespace flatline::live {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr int kReadings = 20'000;
constexpr int kPairTries = 4;
constexpr std::int64_t kGoodPair = 2'000;  // ns; a wider pair was interrupted

std::int64_t read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * kSecond + now.tv_nsec;
}

// splitmix64's finisher (Steele, Lea & Flood 2014): spreads what differs in few bits.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// FNV-1a.
std::uint64_t digest(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

}  // namespace

std::int64_t monotonic_now() {
  return read_clock(CLOCK_MONOTONIC);
}

BothClocks both_clocks() {
  BothClocks best;
  std::int64_t width = 0;
  for (int i = 0; i < kPairTries; ++i) {
    const std::int64_t before = monotonic_now();
    const std::int64_t wall = read_clock(CLOCK_REALTIME);
    const std::int64_t after = monotonic_now();
    if (i == 0 || after - before < width) {
      width = after - before;
      best = {after, wall};
    }
    if (width <= kGoodPair) break;
  }
  return best;
}

void sleep_until(std::int64_t at) {
  timespec until{};
  until.tv_sec = static_cast<time_t>(at / kSecond);
  until.tv_nsec = static_cast<long>(at % kSecond);
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

std::string utc_text(std::int64_t wall) {
  const auto whole = static_cast<time_t>(wall / kSecond);
  tm parts{};
  gmtime_r(&whole, &parts);
  std::array<char, 32> text{};
  const std::size_t length = strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), length};
}

std::uint64_t clock_digest() {
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  if (boot.empty()) return 0;
  // A container may have a monotonic clock with an offset of its own.
  std::array<char, 64> space{};
  const ssize_t length = readlink("/proc/self/ns/time", space.data(), space.size());
  if (length > 0) boot.append(space.data(), static_cast<std::size_t>(length));
  return std::max<std::uint64_t>(digest(boot), 1);
}

std::uint64_t new_session() {
  const BothClocks now = both_clocks();
  const auto process = static_cast<std::uint64_t>(getpid());
  return mix(static_cast<std::uint64_t>(now.wall) ^
             mix(static_cast<std::uint64_t>(now.monotonic) + (process << 40)));
}

ExactTimers::ExactTimers() : slack_(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0)) {
  prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);
}

ExactTimers::~ExactTimers() {
  if (slack_ > 0) prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(slack_), 0, 0, 0);
}

StampError measure_stamps() {
  std::vector<std::int64_t> steps;
  steps.reserve(kReadings);
  std::int64_t last = monotonic_now();
  for (int i = 0; i < kReadings; ++i) {
    const std::int64_t now = monotonic_now();
    steps.push_back(now - last);
    last = now;
  }
  std::sort(steps.begin(), steps.end());
  const auto moved = std::upper_bound(steps.begin(), steps.end(), 0);
  StampError error;
  if (moved != steps.end()) error.resolution = {*moved};
  error.read_median = {steps[kReadings / 2]};
  error.read_p99 = {steps[kReadings / 100 * 99]};
  return error;
}

}  // namespace flatline::live
