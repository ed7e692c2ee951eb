// What each model of trouble costs a heartbeat: H1 with one of them at a time, on both engines,
// against plain H1. All run in turns in one process; medians of CPU time count. Usage: bench_models
// [simulated seconds] [rounds]

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "h1_world.hpp"

namespace {

using namespace flatline;
using namespace flatline::bench;

random::Distribution exponential(Duration mean) {
  random::Distribution law;
  law.family = random::Family::exponential;
  law.value = mean;
  return law;
}

struct Model {
  const char* name;
  std::function<void(scenario::Scenario&)> apply;
  std::vector<double> event, stream;
};

std::vector<NodeId> workers(const scenario::Scenario& s) {
  return s.world.cluster.find("worker");
}
std::vector<NodeId> monitor(const scenario::Scenario& s) {
  return s.world.cluster.find("monitor");
}

world::Strikes strikes(Duration between, Duration length) {
  world::Strikes out;
  out.mean_time_between = between;
  out.length = exponential(length);
  return out;
}

world::RandomStalls stalls(const std::vector<NodeId>& nodes, const char* stream) {
  return {{nodes, stream}, minutes(10), exponential(seconds(1)), world::OnWake::send};
}

void add_queue(scenario::Scenario& s, double load) {
  world::Queue queue;
  queue.bytes_per_second = 125'000;
  queue.load = load;
  s.world.default_link.queue = queue;
}

void add_spells(scenario::Scenario& s) {
  world::GilbertElliott spells;
  spells.laws = {exponential(seconds(100)), exponential(seconds(1))};
  s.world.default_link.loss->bursts = spells;
}

std::vector<Model> models() {
  using S = scenario::Scenario;
  return {
      {"plain H1", [](S&) {}, {}, {}},
      {"Gilbert-Elliott loss",
       [](S& s) {
         s.world.default_link.loss->bursts =
             world::GilbertElliott{seconds(100), seconds(1), 0.001, 0.9};
       },
       {},
       {}},
      {"outages of any law", add_spells, {}, {}},
      {"duplicates 1 %", [](S& s) { s.world.default_link.duplicate = 0.01; }, {}, {}},
      {"order fifo", [](S& s) { s.world.default_link.order = world::Order::fifo; }, {}, {}},
      {"correlated delay",
       [](S& s) { s.world.default_link.correlation_time = seconds(10); },
       {},
       {}},
      {"queue, own traffic only", [](S& s) { add_queue(s, 0); }, {}, {}},
      {"queue, 1 Mbit/s half full", [](S& s) { add_queue(s, 0.5); }, {}, {}},
      {"tcp", [](S& s) { s.world.default_link.transport = world::Transport::tcp; }, {}, {}},
      {"route changes",
       [](S& s) {
         s.world.faults.route_changes.push_back({{workers(s), monitor(s), world::Direction::a_to_b},
                                                 "route_change/worker>monitor#0",
                                                 strikes(minutes(10), minutes(1)),
                                                 exponential(milliseconds(20))});
       },
       {},
       {}},
      {"overload of senders",
       [](S& s) {
         s.world.faults.overloads.push_back(
             {{workers(s), "overload/worker#0"}, strikes(minutes(10), seconds(5)), 0.5, 0.5});
       },
       {},
       {}},
      {"stalls of senders",
       [](S& s) { s.world.faults.random_stalls.push_back(stalls(workers(s), "stall/worker#0")); },
       {},
       {}},
      {"the same, diurnal",
       [](S& s) {
         s.world.faults.random_stalls.push_back(stalls(workers(s), "stall/worker#0"));
         s.world.faults.random_stalls.back().variation.diurnal = world::Diurnal{hours(1), {}, 0.8};
       },
       {},
       {}},
      {"stalls of the monitor",
       [](S& s) { s.world.faults.random_stalls.push_back(stalls(monitor(s), "stall/monitor#0")); },
       {},
       {}},
      {"partitions",
       [](S& s) {
         s.world.faults.random_partitions.push_back({{workers(s), monitor(s), {}},
                                                     "partition/worker|monitor#0",
                                                     minutes(10),
                                                     exponential(seconds(1))});
       },
       {},
       {}},
      {"crashes",
       [](S& s) {
         s.world.faults.random_crashes.push_back(
             {{workers(s), "crash/worker#0"}, minutes(10), exponential(seconds(1))});
       },
       {},
       {}},
      {"gray failures",
       [](S& s) {
         s.world.faults.gray_failures.push_back(
             {{workers(s), "gray_failure/worker#0"}, strikes(minutes(10), seconds(1))});
       },
       {},
       {}},
      {"clocks that drift",
       [](S& s) {
         s.world.clocks.push_back({workers(s), 20.0, {}, {}, {}});
         s.world.clocks.push_back({monitor(s), -20.0, {}, {}, {}});
       },
       {},
       {}},
  };
}

using Engine = qos::Tally (*)(const sim::PreparedWorld&, const std::vector<sim::JudgedSetting>&,
                              const sim::Block&, const std::atomic<bool>*);

double ns_per_heartbeat(Engine engine, const sim::PreparedWorld& world) {
  const std::vector<sim::JudgedSetting> settings{judged("fixed_timeout", "timeout", "3s")};
  const double begin = cpu_seconds();
  const qos::Tally tally = engine(world, settings, {0, 0, kWorkers}, nullptr);
  const double elapsed = cpu_seconds() - begin;
  double heartbeats = 0;
  for (const auto& batch : tally.common) heartbeats += static_cast<double>(batch.heartbeats);
  return elapsed * 1e9 / heartbeats;
}

}  // namespace

int main(int argc, char** argv) {
  const long simulated = argc > 1 ? std::atol(argv[1]) : 10'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  if (simulated < 1000 || rounds < 1) {
    std::fprintf(stderr, "usage: bench_models [simulated seconds, at least 1000] [rounds]\n");
    return 2;
  }
  std::vector<Model> all = models();
  for (int round = 0; round < rounds; ++round) {
    for (Model& model : all) {
      scenario::Scenario scenario = h1(seconds(simulated));
      model.apply(scenario);
      const sim::PreparedWorld world(scenario, seconds(5));
      model.event.push_back(ns_per_heartbeat(sim::run_events, world));
      model.stream.push_back(ns_per_heartbeat(sim::run_stream, world));
    }
  }
  std::printf("H1 with one model at a time, %ld s, %d rounds in turns, medians of CPU time\n",
              simulated, rounds);
  std::printf("%-28s %14s %8s %15s %8s\n", "ns per heartbeat", "stream engine", "x plain",
              "event engine", "x plain");
  const double stream = median(all.front().stream), event = median(all.front().event);
  for (const Model& model : all) {
    std::printf("%-28s %14.1f %8.2f %15.1f %8.2f\n", model.name, median(model.stream),
                median(model.stream) / stream, median(model.event), median(model.event) / event);
  }
  return 0;
}
