// H1: 100 workers push to one monitor, interval 1 s +-10 %, delay 5 ms + lognormal(20 ms, 0.6),
// loss 1 %, timeout 3 s. The obvious C++ and every line of the table run in turns in one process;
// medians of CPU time count. Usage: bench_h1 [simulated seconds] [rounds] [part of a line's name]

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "baseline.hpp"
#include "flatline/base/text.hpp"
#include "flatline/random/instruction_set.hpp"
#include "flatline/sim/run.hpp"
#include "h1_world.hpp"

namespace {

using namespace flatline;
using namespace flatline::bench;

std::vector<sim::JudgedSetting> timeouts(int count) {
  std::vector<sim::JudgedSetting> settings;
  for (int i = 0; i < count; ++i) {
    settings.push_back(
        judged("fixed_timeout", "timeout", format_duration(seconds(3) + milliseconds(50) * i)));
  }
  return settings;
}

// 64 timeouts, and 64 thresholds each of normal phi, exponential phi and Chen's NFD-E.
std::vector<sim::JudgedSetting> four_families() {
  std::vector<sim::JudgedSetting> settings = timeouts(64);
  for (int i = 0; i < 64; ++i) {
    const std::string threshold = format_number(1 + 0.25 * i);
    settings.push_back(judged("phi_normal", "threshold", threshold));
    settings.push_back(judged("phi_exponential", "threshold", threshold));
    settings.push_back(judged("nfd_e", "safety_margin",
                              format_duration(milliseconds(200) + milliseconds(50) * i)));
  }
  return settings;
}

// H1 with loss in bursts, stalls and crashes.
scenario::Scenario h1_with_faults(Duration duration) {
  scenario::Scenario scenario = h1(duration);
  scenario.world.default_link.loss->bursts =
      world::GilbertElliott{seconds(100), seconds(1), 0.001, 0.9};
  random::Distribution second;
  second.family = random::Family::exponential;
  second.value = seconds(1);
  const auto workers = scenario.world.cluster.find("worker");
  scenario.world.faults.random_stalls.push_back(
      {{workers, "stall/worker#0"}, minutes(10), second, world::OnWake::send});
  scenario.world.faults.random_crashes.push_back({{workers, "crash/worker#0"}, hours(1), second});
  return scenario;
}

// H1 with beats on a grid: with gaps drawn one by one Chen's detector loses track of the sender,
// and most of its margins suspect at every beat.
scenario::Scenario h1_on_grid(Duration duration) {
  scenario::Scenario scenario = h1(duration);
  scenario.push.jitter_of = protocol::JitterOf::grid;
  return scenario;
}

struct Timed {
  double ns_per_heartbeat = 0;
  double mistakes_per_heartbeat = 0;
};

using Engine = qos::Tally (*)(const sim::PreparedWorld&, const std::vector<sim::JudgedSetting>&,
                              const sim::Block&, const std::atomic<bool>*);

Timed flatline_run(Engine engine, const sim::PreparedWorld& world,
                   const std::vector<sim::JudgedSetting>& settings) {
  const double begin = cpu_seconds();
  const qos::Tally tally = engine(world, settings, {0, 0, kWorkers}, nullptr);
  const double elapsed = cpu_seconds() - begin;
  double heartbeats = 0, mistakes = 0;
  for (const auto& batch : tally.common) heartbeats += static_cast<double>(batch.heartbeats);
  for (const auto& batch : tally.rows[0].batches) mistakes += static_cast<double>(batch.mistakes);
  return {elapsed * 1e9 / heartbeats, mistakes / heartbeats};
}

Timed baseline_run(double simulated, std::uint64_t seed) {
  const double begin = cpu_seconds();
  const BaselineResult result = run_baseline(kWorkers, simulated, seed);
  const double elapsed = cpu_seconds() - begin;
  const auto heartbeats = static_cast<double>(result.heartbeats);
  return {elapsed * 1e9 / heartbeats, static_cast<double>(result.mistakes) / heartbeats};
}

// One line of the table.
struct Work {
  const char* name;
  Engine engine;
  const sim::PreparedWorld* world;
  std::vector<sim::JudgedSetting> settings;
  std::vector<double> ns, ratio;
  double mistakes = 0;
  random::InstructionSet instructions = random::instruction_set();
};

// The same with narrower instructions than the machine's best.
void add_other_instructions(std::vector<Work>& works, std::size_t index) {
  const Work work = works[index];
  static const std::vector<std::string> names{"stream engine, 1 timeout, portable code",
                                              "stream engine, 1 timeout, x86-64-v3"};
  for (const random::InstructionSet set : random::available_instruction_sets()) {
    if (set == random::instruction_set() || static_cast<std::size_t>(set) >= names.size()) continue;
    works.push_back(work);
    works.back().name = names[static_cast<std::size_t>(set)].c_str();
    works.back().instructions = set;
  }
}

void print(const std::vector<Work>& works, const std::vector<double>& baseline,
           double baseline_rate) {
  std::printf("%-52s %12s %8s %18s\n", "", "ns/heartbeat", "ratio", "mistakes/heartbeat");
  std::printf("%-52s %12.1f %8.1f %18.3g\n", "obvious C++ (std::priority_queue, mt19937_64)",
              median(baseline), 1.0, baseline_rate);
  for (const Work& work : works) {
    std::printf("%-52s %12.1f %8.2f %18.3g\n", work.name, median(work.ns), median(work.ratio),
                work.mistakes);
  }
  std::printf(
      "ratio: the obvious C++ of the same round / this; exact: 5.00e-05 mistakes with one "
      "timeout of 3 s\n");
}

}  // namespace

int main(int argc, char** argv) {
  const long simulated = argc > 1 ? std::atol(argv[1]) : 20'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 7;
  if (simulated < 1000 || rounds < 1) {
    std::fprintf(stderr, "usage: bench_h1 [simulated seconds, at least 1000] [rounds] [name]\n");
    return 2;
  }
  const scenario::Scenario plain = h1(seconds(simulated)),
                           faulty = h1_with_faults(seconds(simulated)),
                           grid = h1_on_grid(seconds(simulated));
  const sim::PreparedWorld world(plain, seconds(5)), faulty_world(faulty, seconds(5)),
      grid_world(grid, seconds(5));
  std::vector<Work> works{
      {"event engine, 1 timeout", sim::run_events, &world, timeouts(1), {}, {}},
      {"event engine, 64 timeouts", sim::run_events, &world, timeouts(64), {}, {}},
      {"stream engine, 1 timeout", sim::run_stream, &world, timeouts(1), {}, {}},
      {"stream engine, 64 timeouts", sim::run_stream, &world, timeouts(64), {}, {}},
      {"stream engine, 1000 timeouts", sim::run_stream, &world, timeouts(1000), {}, {}},
      {"stream engine, 64 timeouts + 192 of phi and Chen",
       sim::run_stream,
       &world,
       four_families(),
       {},
       {}},
      {"stream engine, the same on a grid", sim::run_stream, &grid_world, four_families(), {}, {}},
      {"stream engine, 1 timeout, bursts, stalls, crashes",
       sim::run_stream,
       &faulty_world,
       timeouts(1),
       {},
       {}},
  };
  add_other_instructions(works, 2);
  if (argc > 3) {
    std::erase_if(works, [&](const Work& work) {
      return std::string(work.name).find(argv[3]) == std::string::npos;
    });
  }
  std::vector<double> baseline;
  double baseline_rate = 0;
  for (int round = 0; round < rounds; ++round) {
    const Timed slow =
        baseline_run(static_cast<double>(simulated), static_cast<std::uint64_t>(round) + 1);
    baseline.push_back(slow.ns_per_heartbeat);
    baseline_rate += slow.mistakes_per_heartbeat / rounds;
    for (Work& work : works) {
      random::use_instruction_set(work.instructions);
      const Timed timed = flatline_run(work.engine, *work.world, work.settings);
      work.ns.push_back(timed.ns_per_heartbeat);
      work.ratio.push_back(slow.ns_per_heartbeat / timed.ns_per_heartbeat);
      work.mistakes = timed.mistakes_per_heartbeat;
    }
  }
  std::printf(
      "H1, %ld s of 100 workers, %d rounds in turns, medians "
      "of CPU time\n",
      simulated, rounds);
  print(works, baseline, baseline_rate);
  return 0;
}
