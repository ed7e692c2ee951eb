// The hold model: a queue with n pending events; each step takes the next one and schedules it anew
// after an exponential time. The event queue and std::priority_queue (engine::HeapQueue) run in
// turns on the same times in one process; the median ratio is what counts.
// Usage: bench_hold [steps] [rounds]

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "flatline/engine/event_queue.hpp"
#include "flatline/random/stream.hpp"
#include "timing.hpp"

namespace {

using flatline::bench::cpu_seconds;
using flatline::bench::median;

using flatline::engine::Event;

constexpr std::size_t kTimes = std::size_t{1} << 16;
constexpr double kMeanNs = 1e9;

std::vector<std::int64_t> exponential_times() {
  const flatline::random::Stream draws = flatline::random::StreamFactory(1, 0).stream("hold");
  std::vector<std::int64_t> times;
  for (std::uint64_t i = 0; i < kTimes; ++i) {
    const double u = (static_cast<double>(draws.bits(i) >> 11) + 0.5) * 0x1p-53;
    times.push_back(1 + static_cast<std::int64_t>(-std::log(u) * kMeanNs));
  }
  return times;
}

struct Held {
  double ns = 0;
  std::int64_t last = 0;  // the instant reached: the same for both queues
};

template <typename Queue>
Held hold(std::size_t pending, std::size_t steps, const std::vector<std::int64_t>& times) {
  Queue queue;
  std::uint64_t order = 0;
  for (; order < pending; ++order) queue.push({times[order % kTimes], order, 0});
  Event event;
  const double begin = cpu_seconds();
  for (std::size_t i = 0; i < steps; ++i) {
    event = queue.pop();
    queue.push({event.at + times[order % kTimes], order, 0});
    ++order;
  }
  return {(cpu_seconds() - begin) * 1e9 / static_cast<double>(steps), event.at};
}

}  // namespace

int main(int argc, char** argv) {
  const long steps = argc > 1 ? std::atol(argv[1]) : 3'000'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 7;
  if (steps < 1000 || rounds < 1) {
    std::fprintf(stderr, "usage: bench_hold [steps, at least 1000] [rounds]\n");
    return 2;
  }
  const std::vector<std::int64_t> times = exponential_times();
  std::printf("hold model, %ld steps, %d rounds in turns, medians of CPU time\n", steps, rounds);
  std::printf("%10s %22s %14s %8s\n", "pending", "std::priority_queue", "event queue", "ratio");
  for (const std::size_t pending : {100u, 10'000u, 1'000'000u}) {
    std::vector<double> heap, buckets, ratio;
    for (int round = 0; round < rounds; ++round) {
      const auto n = static_cast<std::size_t>(steps);
      const Held slow = hold<flatline::engine::HeapQueue>(pending, n, times);
      const Held fast = hold<flatline::engine::EventQueue>(pending, n, times);
      if (slow.last != fast.last) {
        std::fprintf(stderr, "the queues disagree\n");
        return 1;
      }
      heap.push_back(slow.ns);
      buckets.push_back(fast.ns);
      ratio.push_back(slow.ns / fast.ns);
    }
    std::printf("%10zu %19.1f ns %11.1f ns %8.2f\n", pending, median(heap), median(buckets),
                median(ratio));
  }
  return 0;
}
