// After warm-up a detector takes a beat without touching the heap.

#include <atomic>
#include <cstdlib>
#include <new>

#include "kit.hpp"
#include "support/catch.hpp"

// Where new and delete below are inlined, g++ 12 sees free() meet what it takes for the library's new.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace {
std::atomic<long> allocations{0};
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

using namespace flatline;
using namespace flatline::detect;

TEST_CASE("No detector allocates per beat once its window is full, nor after a restart") {
  const auto arrivals = kit::rough_traffic(11, 400);
  for (const kit::Example& example : kit::examples()) {
    CAPTURE(example.name);
    const auto family = kit::family_of(example.name, example.settings);
    std::vector<LocalInstant> deadlines(family->size());
    double levels = 0;
    long before = 0;
    for (std::size_t k = 0; k < arrivals.size(); ++k) {
      if (k == 50) before = allocations;
      if (k == 200) {
        Observation restarted;
        restarted.kind = ObservationKind::restarted;
        family->observe(arrivals[k].at, restarted);
      }
      family->observe(arrivals[k].at, arrivals[k].observation);
      family->deadlines(deadlines);
      levels += family->suspicion(0, arrivals[k].at + seconds(1));
    }
    const long after = allocations;
    CHECK(after == before);
    CHECK(levels != 0);
  }
}

TEST_CASE("No detector whose deadlines lie on shared lines allocates per run") {
  constexpr std::size_t kBeats = 50;
  std::vector<LocalInstant> at(kBeats);
  std::vector<SeqNo> seq(kBeats);
  std::vector<LocalInstant> base(kBeats);
  std::vector<Slope> slope(kBeats);
  int shared = 0;
  for (const kit::Example& example : kit::examples()) {
    CAPTURE(example.name);
    const auto family = kit::family_of(example.name, example.settings);
    if (family->lines() == family->size()) continue;
    ++shared;
    // All lines may be written to the same place: only the heap is looked at.
    const std::vector<LineRun> out(family->lines(), {base.data(), slope.data()});
    long before = 0;
    for (int run = 0; run < 4; ++run) {
      if (run == 1) before = allocations;
      for (std::size_t i = 0; i < kBeats; ++i) {
        const auto k = run * static_cast<int>(kBeats) + static_cast<int>(i);
        at[i] = LocalInstant{seconds(k).ns};
        seq[i] = SeqNo{k};
      }
      family->observe_run({at, seq, at}, {}, out);
    }
    const long after = allocations;
    CHECK(after == before);
  }
  CHECK(shared >= 8);
}

TEST_CASE("The count of allocations counts") {
  const long before = allocations;
  const auto family = kit::family_of("fixed_timeout", {{{"timeout", seconds(1)}}});
  CHECK(allocations > before);
}
