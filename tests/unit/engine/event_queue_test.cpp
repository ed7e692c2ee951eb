#include "flatline/engine/event_queue.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "support/catch.hpp"

using flatline::engine::comes_before;
using flatline::engine::Event;
using flatline::engine::EventQueue;
using flatline::engine::HeapQueue;

namespace {

// SplitMix64: enough to make test inputs, and the same everywhere.
struct Bits {
  std::uint64_t state;
  std::uint64_t operator()() {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
};

bool same(const Event& a, const Event& b) {
  return a.at == b.at && a.order == b.order && a.data == b.data;
}

}  // namespace

TEMPLATE_TEST_CASE("events come out by instant, then by order", "", EventQueue, HeapQueue) {
  TestType queue;
  queue.push({5, 2, 10});
  queue.push({5, 1, 11});
  queue.push({-3, 9, 12});
  queue.push({std::numeric_limits<std::int64_t>::max(), 0, 13});
  queue.push({std::int64_t{1} << 40, 0, 14});
  REQUIRE(queue.size() == 5);
  std::vector<std::uint64_t> out;
  while (!queue.empty()) out.push_back(queue.pop().data);
  REQUIRE(out == std::vector<std::uint64_t>{12, 11, 10, 14, 13});
}

TEST_CASE("the bucket queue and the heap agree on any mixture of pushes and pops") {
  // Increments from nothing to a year, so that every level, wide leaves and equal instants occur.
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Bits bits{seed};
    EventQueue queue;
    HeapQueue twin;
    std::int64_t now = -static_cast<std::int64_t>(bits() % 1'000'000'000'000u);
    std::uint64_t order = 0;
    for (int step = 0; step < 6000; ++step) {
      const bool filling = (step / 500) % 2 == 0;
      if (twin.empty() || bits() % 100 < (filling ? 60u : 40u)) {
        const auto range = static_cast<unsigned>(bits() % 55);
        const auto delay = static_cast<std::int64_t>(bits() & ((std::uint64_t{1} << range) - 1));
        const Event event{now + (bits() % 8 == 0 ? 0 : delay), ++order * 0x9e3779b97f4a7c15u,
                          order};
        queue.push(event);
        twin.push(event);
      } else {
        REQUIRE(same(queue.top(), twin.top()));
        const Event event = queue.pop();
        REQUIRE(same(event, twin.pop()));
        REQUIRE(event.at >= now);
        now = event.at;
      }
      REQUIRE(queue.size() == twin.size());
    }
    while (!twin.empty()) REQUIRE(same(queue.pop(), twin.pop()));
    REQUIRE(queue.empty());
  }
}

TEST_CASE("ten thousand events at one instant keep their order") {
  EventQueue queue;
  std::vector<Event> expected;
  Bits bits{7};
  for (std::uint64_t i = 0; i < 10'000; ++i) expected.push_back({1'000'000, bits(), i});
  for (const Event& event : expected) queue.push(event);
  std::sort(expected.begin(), expected.end(), comes_before);
  for (const Event& event : expected) REQUIRE(same(queue.pop(), event));
}

TEST_CASE("an event in the past is a broken contract") {
  EventQueue queue;
  queue.push({10, 0, 0});
  queue.pop();
  queue.push({10, 0, 0});  // the same instant is not the past
  REQUIRE_THROWS_AS(queue.push({9, 0, 0}), flatline::ContractViolation);
}
