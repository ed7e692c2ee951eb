// H1: 100 workers push to one monitor, interval 1 s +-10 %, delay 5 ms + lognormal(20 ms, 0.6),
// loss 1 %, timeout 3 s. The obvious C++ and flatline's event engine run in turns in one process;
// the median ratio is what counts. Usage: bench_h1 [simulated seconds] [rounds]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "baseline.hpp"
#include "flatline/sim/run.hpp"

namespace {

using namespace flatline;

constexpr std::uint32_t kWorkers = 100;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

scenario::Scenario h1(Duration duration) {
  scenario::Scenario scenario;
  scenario.name = "H1";
  scenario.duration = duration;
  scenario.world.cluster = world::Cluster({{"worker", kWorkers}, {"monitor", 1}});
  random::Distribution delay;
  delay.family = random::Family::lognormal;
  delay.value = milliseconds(20);
  delay.shape = 0.6;
  delay.plus = milliseconds(5);
  scenario.world.default_link.delay = delay;
  scenario.world.default_link.loss = world::Loss{0.01, std::nullopt};
  scenario.push.from = scenario.world.cluster.find("worker");
  scenario.push.to = scenario.world.cluster.find("monitor");
  scenario.push.interval = seconds(1);
  scenario.push.jitter_of = protocol::JitterOf::interval;
  scenario.push.jitter_ratio = 0.1;
  return scenario;
}

std::vector<sim::JudgedSetting> timeouts(int count) {
  const detect::DetectorInfo* info = detect::find_detector("fixed_timeout");
  std::vector<sim::JudgedSetting> settings;
  for (int i = 0; i < count; ++i) {
    sim::JudgedSetting judged;
    judged.info = info;
    for (const auto& parameter : info->parameters)
      judged.setting.push_back(parameter.default_value);
    judged.setting[0] = seconds(3) + milliseconds(50) * i;
    settings.push_back(judged);
  }
  return settings;
}

struct Timed {
  double ns_per_heartbeat = 0;
  double mistakes_per_heartbeat = 0;
};

Timed flatline_run(const sim::PreparedWorld& world,
                   const std::vector<sim::JudgedSetting>& settings) {
  const double begin = cpu_seconds();
  const qos::Tally tally = sim::run_events(world, settings, {0, 0, kWorkers}, nullptr);
  const double elapsed = cpu_seconds() - begin;
  double heartbeats = 0, mistakes = 0;
  for (const auto& batch : tally.common) heartbeats += static_cast<double>(batch.heartbeats);
  for (const auto& batch : tally.rows[0].batches) mistakes += static_cast<double>(batch.mistakes);
  return {elapsed * 1e9 / heartbeats, mistakes / heartbeats};
}

Timed baseline_run(double simulated, std::uint64_t seed) {
  const double begin = cpu_seconds();
  const bench::BaselineResult result = bench::run_baseline(kWorkers, simulated, seed);
  const double elapsed = cpu_seconds() - begin;
  const auto heartbeats = static_cast<double>(result.heartbeats);
  return {elapsed * 1e9 / heartbeats, static_cast<double>(result.mistakes) / heartbeats};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const long simulated = argc > 1 ? std::atol(argv[1]) : 20'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 7;
  if (simulated < 100 || rounds < 1) {
    std::fprintf(stderr, "usage: bench_h1 [simulated seconds, at least 100] [rounds]\n");
    return 2;
  }
  const scenario::Scenario scenario = h1(seconds(simulated));
  const sim::PreparedWorld world(scenario, seconds(5));
  std::vector<double> baseline, one, many, ratio;
  double baseline_rate = 0, flatline_rate = 0;
  for (int round = 0; round < rounds; ++round) {
    const Timed slow =
        baseline_run(static_cast<double>(simulated), static_cast<std::uint64_t>(round) + 1);
    const Timed fast = flatline_run(world, timeouts(1));
    const Timed fast64 = flatline_run(world, timeouts(64));
    baseline.push_back(slow.ns_per_heartbeat);
    one.push_back(fast.ns_per_heartbeat);
    many.push_back(fast64.ns_per_heartbeat);
    ratio.push_back(slow.ns_per_heartbeat / fast.ns_per_heartbeat);
    baseline_rate += slow.mistakes_per_heartbeat / rounds;
    flatline_rate = fast.mistakes_per_heartbeat;
  }
  std::printf("H1, %ld s of 100 workers, %d rounds in turns, medians of CPU time\n", simulated,
              rounds);
  std::printf("%-44s %8.1f ns/heartbeat   mistakes/heartbeat %.3g\n",
              "obvious C++ (std::priority_queue, mt19937_64)", median(baseline), baseline_rate);
  std::printf("%-44s %8.1f ns/heartbeat   mistakes/heartbeat %.3g (exact 5.00e-05)\n",
              "flatline event engine, one timeout", median(one), flatline_rate);
  std::printf("%-44s %8.1f ns/heartbeat   %.2f per timeout\n", "flatline event engine, 64 timeouts",
              median(many), median(many) / 64);
  std::printf("ratio, obvious C++ / flatline, one timeout: %.2f (min %.2f, max %.2f)\n",
              median(ratio), *std::min_element(ratio.begin(), ratio.end()),
              *std::max_element(ratio.begin(), ratio.end()));
  return 0;
}
