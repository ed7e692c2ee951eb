#pragma once
// Adds to a small world what goes wrong besides delay, loss, stalls, crashes and cuts.

#include <cstdint>
#include <string>
#include <vector>

#include "support/random_worlds.hpp"

namespace flatline::test {

/// Makes trouble of a world with some workers and monitors, each kind in some of the seeds.
class TroubleMaker {
 public:
  TroubleMaker(scenario::Scenario& scenario, std::uint64_t seed)
      : dice_(seed * 15'485'863 + 1),
        scenario_(scenario),
        model_(scenario.world),
        eta_(scenario.push.interval),
        workers_(model_.cluster.find("worker")),
        monitors_(model_.cluster.find("monitor")) {}

  void make() {
    vary_stalls();
    vary_crashes();
    link();
    if (dice_.one_in(3)) scenario_.push.timers_first = true;
    if (dice_.one_in(3)) repeat_faults();
    if (dice_.one_in(3)) change_routes();
    if (dice_.one_in(3)) overload();
    if (dice_.one_in(3)) gray();
    if (dice_.one_in(3)) clocks();
  }

 private:
  Duration tenths(std::uint64_t low, std::uint64_t high) { return dice_.tenths(eta_, low, high); }
  // What comes every so many intervals is over before it comes again, as in files.
  Duration shorter_than(std::int64_t intervals, Duration length) {
    return std::min(length, eta_ * intervals - nanoseconds(1));
  }

  world::Variation variation() {
    world::Variation out;
    switch (dice_.below(5)) {
      case 0:
        out.diurnal = world::Diurnal{eta_ * 30, eta_ * 7, 0.9};
        break;
      case 1:
        out.bursty = world::Bursty{eta_ * 20, eta_ * 5, 9};
        break;
      case 2:
        out.between = law(random::Family::weibull, eta_ * 10, 0.7);
        break;
      default:
        break;
    }
    return out;
  }

  void vary_stalls() {
    for (world::RandomStalls& stalls : model_.faults.random_stalls) {
      stalls.on_wake = static_cast<world::OnWake>(dice_.below(3));
      stalls.variation = variation();
      if (dice_.one_in(3)) {
        stalls.target.places = {{"host", {workers_.front(), monitors_.front()}}};
        if (dice_.one_in(2)) stalls.target.nodes.clear();
      }
    }
  }

  void vary_crashes() {
    for (world::RandomCrashes& crashes : model_.faults.random_crashes) {
      crashes.variation = variation();
      if (dice_.one_in(2)) crashes.slow_start = exponential(tenths(5, 40));
    }
  }

  void repeat_faults() {
    if (dice_.one_in(2)) {
      model_.faults.scheduled_stalls.push_back(
          {{workers_.front(), monitors_.front()},
           tenths(0, 90),
           shorter_than(9, tenths(1, 40)),
           static_cast<world::OnWake>(dice_.below(3)),
           {eta_ * 9, static_cast<std::int64_t>(dice_.below(3))},
           dice_.one_in(2)});
    }
    if (dice_.one_in(2)) {
      model_.faults.scheduled_partitions.push_back({{workers_, monitors_, world::Direction::a_to_b},
                                                    tenths(0, 90),
                                                    shorter_than(3, tenths(1, 20)),
                                                    {eta_ * 3, 4}});
    }
    if (model_.faults.random_crashes.empty()) {
      model_.faults.scheduled_crashes.push_back({workers_.front(),
                                                 tenths(0, 90),
                                                 shorter_than(11, tenths(1, 50)),
                                                 {eta_ * 11, 0},
                                                 tenths(0, 30)});
    }
  }

  world::Strikes strikes(std::int64_t between) {
    world::Strikes out;
    if (dice_.one_in(3)) {
      out.at = tenths(0, 100);
      out.repeat = {eta_ * between, 0};
      out.length = random::Distribution::constant(shorter_than(between, tenths(5, 30)));
      return out;
    }
    out.mean_time_between = eta_ * between;
    out.variation = variation();
    out.length = exponential(tenths(5, 60));
    return out;
  }

  void change_routes() {
    model_.faults.route_changes.push_back({{workers_, monitors_, world::Direction::a_to_b},
                                           "route_change/worker>monitor#0",
                                           strikes(10),
                                           exponential(tenths(1, 30))});
  }

  void overload() {
    const bool of_monitors = dice_.one_in(2);
    model_.faults.overloads.push_back(
        {{of_monitors ? monitors_ : workers_, "overload/some#0"}, strikes(12), 0.7, 0.4});
  }

  void gray() {
    model_.faults.gray_failures.push_back({{workers_, "gray_failure/worker#0"}, strikes(8)});
  }

  void clocks() {
    world::ClockRule rule;
    rule.nodes = dice_.one_in(2) ? workers_ : monitors_;
    if (dice_.one_in(3)) rule.nodes.insert(rule.nodes.end(), monitors_.begin(), monitors_.end());
    if (dice_.one_in(2)) rule.drift_ppm = dice_.one_in(2) ? 90'000 : -90'000;
    if (dice_.one_in(3)) rule.drift_spread_ppm = 1000;
    if (dice_.one_in(3)) rule.wander_ppm = 1000;
    if (dice_.one_in(3)) rule.granularity = tenths(2, 15);
    model_.clocks.push_back(rule);
    if (dice_.one_in(2)) return;
    const Duration by = tenths(5, 60);
    model_.faults.clock_steps.push_back(
        {{monitors_, "clock_step/monitor#0"}, strikes(9), dice_.one_in(2) ? by : -by});
  }

  void link() {
    world::LinkRule& link = model_.default_link;
    if (dice_.one_in(4)) link.correlation_time = tenths(5, 100);
    if (dice_.one_in(4)) queue(link);
    if (dice_.one_in(4)) {
      world::GilbertElliott spells{{}, {}, 0.05, 1};
      spells.laws = {exponential(eta_ * 6), law(random::Family::pareto, eta_, 1.8)};
      if (dice_.one_in(2)) spells.shared = "uplink";
      link.loss = world::Loss{0, spells};
    }
    if (dice_.one_in(4)) {
      link.duplicate = 0;
      link.transport = world::Transport::tcp;
      link.tcp =
          world::Tcp{tenths(2, 20), tenths(20, 60), static_cast<std::int64_t>(dice_.below(5))};
    }
  }

  void queue(world::LinkRule& link) {
    // A message takes a tenth to nine tenths of an interval.
    const std::int64_t bytes = scenario_.push.bytes + 66;
    world::Queue queue;
    queue.bytes_per_second = static_cast<std::int64_t>(
        static_cast<double>(bytes) * 10 / static_cast<double>(1 + dice_.below(9)) / eta_.seconds());
    queue.packet_bytes = bytes / 2;
    if (dice_.one_in(2)) queue.load = 0.3;
    if (dice_.one_in(2)) queue.buffer_bytes = 3 * bytes;
    link.queue = queue;
  }

  Dice dice_;
  scenario::Scenario& scenario_;
  world::Model& model_;
  Duration eta_;
  std::vector<NodeId> workers_, monitors_;
};

inline void add_trouble(scenario::Scenario& scenario, std::uint64_t seed) {
  TroubleMaker(scenario, seed).make();
}

/// The settings, some on the wall clock and some with a guard.
inline std::vector<sim::JudgedSetting> troubled(std::vector<sim::JudgedSetting> settings,
                                                Duration interval, std::uint64_t seed) {
  Dice dice(seed * 32'452'843);
  for (sim::JudgedSetting& setting : settings) {
    setting.wall_clock = dice.one_in(4);
    if (dice.one_in(4))
      setting.guard =
          detect::PauseGuard{dice.tenths(interval, 5, 40), dice.tenths(interval, 5, 60)};
  }
  return settings;
}

}  // namespace flatline::test
