#include "baseline.hpp"

#include <cmath>
#include <cstddef>
#include <queue>
#include <random>
#include <vector>

namespace flatline::bench {
namespace {

enum class Kind { send, arrival, timeout };

struct Event {
  double time;
  Kind kind;
  int worker;
  std::uint64_t generation;  // timeout only
};

struct Later {
  bool operator()(const Event& a, const Event& b) const { return a.time > b.time; }
};

struct Worker {
  std::uint64_t generation = 0;
  bool suspected = false;
};

}  // namespace

BaselineResult run_baseline(int workers, double seconds, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> phase(0.0, 1.0);
  std::uniform_real_distribution<double> interval(0.9, 1.1);
  std::lognormal_distribution<double> delay(std::log(0.020), 0.6);
  std::bernoulli_distribution lost(0.01);
  constexpr double kTimeout = 3.0;

  std::priority_queue<Event, std::vector<Event>, Later> queue;
  std::vector<Worker> state(static_cast<std::size_t>(workers));
  for (int w = 0; w < workers; ++w) queue.push({phase(random), Kind::send, w, 0});

  BaselineResult result;
  while (!queue.empty() && queue.top().time < seconds) {
    const Event event = queue.top();
    queue.pop();
    Worker& worker = state[static_cast<std::size_t>(event.worker)];
    switch (event.kind) {
      case Kind::send:
        ++result.heartbeats;
        if (!lost(random))
          queue.push({event.time + 0.005 + delay(random), Kind::arrival, event.worker, 0});
        queue.push({event.time + interval(random), Kind::send, event.worker, 0});
        break;
      case Kind::arrival:
        worker.suspected = false;
        queue.push({event.time + kTimeout, Kind::timeout, event.worker, ++worker.generation});
        break;
      case Kind::timeout:
        if (event.generation == worker.generation && !worker.suspected) {
          worker.suspected = true;
          ++result.mistakes;
        }
        break;
    }
  }
  return result;
}

}  // namespace flatline::bench
