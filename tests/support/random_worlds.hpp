#pragma once
// Small worlds made at random from a seed, with everything that can go wrong in them; and detectors
// of every kind.

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "support/worlds.hpp"

namespace flatline::test {

/// Whole numbers from a seed, the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : bits_(seed) {}
  /// From 0 to n - 1.
  std::uint64_t below(std::uint64_t n) { return bits_() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  /// A duration of `low` to `high` tenths of `unit`, not on any grid.
  Duration tenths(Duration unit, std::uint64_t low, std::uint64_t high) {
    const std::uint64_t tenth = static_cast<std::uint64_t>(unit.ns) / 10;
    if (tenth == 0) return {static_cast<std::int64_t>(1 + below(high))};
    return {static_cast<std::int64_t>(low * tenth + below((high - low) * tenth))};
  }

 private:
  std::mt19937_64 bits_;
};

/// Multiples of an interval, as a scenario writes them.
struct Times {
  Duration interval;
  std::string operator()(double factor) const {
    return format_duration({static_cast<std::int64_t>(static_cast<double>(interval.ns) * factor)});
  }
};

/// One sender and one monitor: reordering, loss in bursts, copies, jitter, stalls on both sides and
/// cuts, each in some of the worlds. 40 intervals are measured.
inline scenario::Scenario random_pair(std::uint64_t seed) {
  Dice dice(seed);
  const Duration interval = ms(7 + 1e-6 * static_cast<double>(dice.below(90'000'000)));
  scenario::Scenario scenario =
      push_world(1, interval, exponential(dice.tenths(interval, 1, 40)), 0, interval * 40);
  scenario.seed = seed;
  world::LinkRule& link = scenario.world.default_link;
  if (dice.one_in(4)) link.delay = random::Distribution::constant(dice.tenths(interval, 1, 30));
  link.loss->probability = 0.1 * static_cast<double>(dice.below(5));
  if (dice.one_in(3)) {
    link.loss->bursts = world::GilbertElliott{interval * 8, interval * 3, 0.05, 0.9};
  }
  if (dice.one_in(2)) link.duplicate = 0.5;
  if (dice.one_in(4)) link.order = world::Order::fifo;
  const std::uint64_t jitter = dice.below(3);
  if (jitter == 1) scenario.push.jitter_of = protocol::JitterOf::grid;
  if (jitter == 2) scenario.push.jitter_of = protocol::JitterOf::interval;
  if (jitter != 0) scenario.push.jitter_ratio = 0.4;
  world::Faults& faults = scenario.world.faults;
  const auto stalls = [&](const char* who, Duration between) {
    faults.random_stalls.push_back(
        {{scenario.world.cluster.find(who), std::string("stall/") + who + "#0"},
         between,
         exponential(dice.tenths(interval, 5, 40)),
         dice.one_in(2) ? world::OnWake::send : world::OnWake::skip});
  };
  if (dice.one_in(2)) stalls("worker", interval * 12);
  if (dice.one_in(2)) stalls("monitor", interval * 9);
  if (dice.one_in(3)) {
    world::RandomPartitions cut;
    cut.sides.a = scenario.world.cluster.find("worker");
    cut.sides.b = scenario.world.cluster.find("monitor");
    cut.stream = "partition/worker|monitor#0";
    cut.mean_time_between = interval * 15;
    cut.length = exponential(interval * 2);
    faults.random_partitions.push_back(cut);
  }
  return scenario;
}

/// Settings of the literature's later detectors around an interval.
inline std::vector<sim::JudgedSetting> literature(Duration interval) {
  const Times times{interval};
  std::vector<sim::JudgedSetting> settings{
      judged("nfd_u", {{"safety_margin", times(0.4)}, {"expected_delay", times(0.1)}}),
      judged("nfd_u", {{"safety_margin", times(1.4)}, {"expected_delay", times(0.8)}}),
      judged("bertier", {{"window", "1"}}),
      judged("bertier", {{"window", "6"}, {"gain", "0.7"}, {"min_margin", times(0.3)}}),
      judged("bertier", {{"window", "6"}, {"gain", "0.7"}, {"variation_weight", "20"}}),
      judged("two_window", {{"safety_margin", times(0.2)}, {"long_window", "5"}}),
      judged("two_window",
             {{"safety_margin", times(1.3)}, {"short_window", "3"}, {"long_window", "2"}}),
      judged("sfd", {{"safety_margin", times(0.5)},
                     {"target_detection_time", times(2)},
                     {"target_mistake_rate", format_number(0.05 / interval.seconds())},
                     {"target_query_accuracy", "0.9"},
                     {"step", times(0.6)},
                     {"slot", "3"},
                     {"window", "5"}}),
      judged("phi_logistic", {{"threshold", "1"}, {"window", "5"}}),
      judged("phi_logistic", {{"threshold", "3"}, {"window", "5"}, {"deviation", "sample"}}),
      judged("ed", {{"threshold", "0.7"}, {"window", "4"}}),
      judged("ed", {{"threshold", "0.99"}, {"window", "4"}}),
      judged("satzger_histogram", {{"threshold", "0.5"}, {"window", "6"}}),
      judged("satzger_histogram", {{"threshold", "1"}, {"window", "6"}, {"scale", "0.7"}}),
      judged("kappa", {{"threshold", "1.4"}, {"window", "5"}, {"min_deviation", times(0.1)}}),
      judged(
          "kappa",
          {{"threshold", "2"}, {"window", "5"}, {"contribution", "step"}, {"offset", times(0.3)}}),
  };
  settings[1].dead_after = interval;
  settings[6].check_every = Duration{interval.ns * 2 / 3};
  settings[8].check_every = interval;
  settings[11].dead_after = Duration{interval.ns * 3 / 2};
  return settings;
}

/// Settings of the products' detectors around an interval.
inline std::vector<sim::JudgedSetting> products(Duration interval) {
  const Times times{interval};
  // What products state in whole milliseconds is one at least.
  const Times whole{std::max(interval, ms(3))};
  std::vector<sim::JudgedSetting> settings{
      judged("missed_beats", {{"misses", "1"}}),
      judged("missed_beats", {{"misses", "3"}, {"up_after", "2"}, {"tolerance", times(0.3)}}),
      judged("missed_beats", {{"misses", "2"}, {"windows", "grid"}}),
      judged("akka", {{"threshold", "2"},
                      {"max_sample_size", "5"},
                      {"min_std_deviation", whole(0.4)},
                      {"acceptable_heartbeat_pause", times(0.3)},
                      {"first_heartbeat_estimate", whole(1)}}),
      judged("akka_deadline",
             {{"acceptable_heartbeat_pause", times(0.3)}, {"heartbeat_interval", whole(1)}}),
      judged("akka_deadline",
             {{"acceptable_heartbeat_pause", times(1.7)}, {"heartbeat_interval", whole(1)}}),
      judged("cassandra", {{"phi_convict_threshold", "0.8"},
                           {"sample_size", "5"},
                           {"fd_initial_value", times(1.5)}}),
      judged(
          "cassandra",
          {{"phi_convict_threshold", "2"}, {"sample_size", "5"}, {"fd_initial_value", times(1.5)}}),
      judged("hazelcast", {{"max_no_heartbeat", whole(1.8)}}),
      judged("hazelcast", {{"type", "phi-accrual"},
                           {"max_no_heartbeat", whole(0.5)},
                           {"heartbeat_interval", whole(1)},
                           {"threshold", "2"},
                           {"sample_size", "5"},
                           {"min_std_deviation", whole(0.4)}}),
      judged("chitchat", {{"phi_threshold", "2"},
                          {"sampling_window_size", "5"},
                          {"max_interval", times(4)},
                          {"initial_interval", times(1)}}),
      judged("session", {{"timeout", whole(1.5)}, {"expiry", "plain"}}),
      judged("session", {{"timeout", whole(2.5)}, {"tick", whole(0.4)}}),
      judged("session", {{"timeout", whole(3.5)}, {"after_expiry", "closed"}, {"expiry", "plain"}}),
      judged("election_timer",
             {{"election_timeout", whole(1.5)}, {"heartbeat_interval", whole(0.4)}}),
      judged("election_timer", {{"product", "hashicorp"}, {"election_timeout", whole(1.1)}}),
      judged("health_check",
             {{"product", "haproxy"}, {"interval", times(1)}, {"timeout", times(0.5)}}),
      judged("health_check",
             {{"interval", times(1)}, {"timeout", times(0.2)}, {"fall", "1"}, {"rise", "3"}}),
  };
  settings[1].dead_after = interval;
  settings[4].dead_after = Duration{interval.ns * 3 / 2};
  settings[5].check_every = interval;
  settings[12].dead_after = interval;
  settings[17].check_every = Duration{interval.ns / 2};
  return settings;
}

/// Settings of every detector around an interval, some with a dead state and some that look only
/// now and then.
inline std::vector<sim::JudgedSetting> every_detector(Duration interval) {
  const Times times{interval};
  std::vector<sim::JudgedSetting> settings{
      judged("fixed_timeout", {{"timeout", times(0.7)}}),
      judged("fixed_timeout", {{"timeout", times(1.9)}}),
      judged("fixed_timeout", {{"timeout", times(4.3)}}),
      judged("fixed_timeout", {{"timeout", times(1.9)}, {"restart_on", "newest"}}),
      judged("nfd_s", {{"shift", times(0.4)}}),
      judged("nfd_s", {{"shift", times(2.6)}}),
      judged("nfd_e", {{"safety_margin", times(0.2)}, {"window", "1"}}),
      judged("nfd_e", {{"safety_margin", times(1.3)}, {"window", "6"}}),
      judged("phi_normal", {{"threshold", "1"}, {"window", "5"}}),
      judged("phi_normal", {{"threshold", "3"}, {"window", "5"}}),
      judged("phi_normal",
             {{"threshold", "2"}, {"window", "8"}, {"first_beat_estimate", times(1)}}),
      judged("phi_exponential", {{"threshold", "0.6"}, {"window", "4"}}),
  };
  settings[1].dead_after = Duration{interval.ns * 3 / 2};
  settings[2].check_every = Duration{interval.ns * 2 / 3};
  settings[4].dead_after = interval;
  settings[4].check_every = Duration{interval.ns / 5};
  settings[9].check_every = interval;
  const auto add = [&](const std::vector<sim::JudgedSetting>& more) {
    settings.insert(settings.end(), more.begin(), more.end());
  };
  add(literature(interval));
  // A deadline of milliseconds lies a million stalls ahead where intervals are nanoseconds.
  if (interval >= ms(1)) add(products(interval));
  return settings;
}

/// About a third of every_detector(), another third for each seed.
inline std::vector<sim::JudgedSetting> some_detectors(Duration interval, std::uint64_t seed) {
  Dice dice(seed * 104'729);  // Not the dice that made the world.
  std::vector<sim::JudgedSetting> settings = every_detector(interval);
  std::erase_if(settings, [&](const sim::JudgedSetting&) { return !dice.one_in(3); });
  return settings;
}

}  // namespace flatline::test
