// The event engine and the stream engine give the same tallies to the last bit.

#include "unit/sim/engines.hpp"

#include <set>

#include "flatline/random/instruction_set.hpp"
#include "support/troubled_worlds.hpp"

namespace flatline::sim {
namespace {

constexpr std::uint64_t kWorlds = 2000;
constexpr std::uint64_t kTroubledWorlds = 1000;
constexpr std::uint64_t kNightlyWorlds = 100'000;

void compare(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const auto scenario = nasty_world(seed);
    compare(scenario, some_detectors(scenario.push.interval, seed));
  }
}

void compare_troubled(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    auto scenario = nasty_world(seed);
    add_trouble(scenario, seed);
    compare(scenario,
            troubled(some_detectors(scenario.push.interval, seed), scenario.push.interval, seed));
  }
}

/// Many rows on each line: with a slope and without, with a dead state, with several pauses.
std::vector<JudgedSetting> many_rows(Duration interval) {
  std::vector<JudgedSetting> settings;
  for (int i = 0; i < 20; ++i) {
    const std::string time = format_duration({interval.ns * (1 + i * i) / 40 + 1});
    const std::string threshold = format_number(0.3 + 0.4 * i);
    const std::string pause = format_duration(i % 5 == 0 ? interval : Duration{});
    settings.push_back(judged("fixed_timeout", {{"timeout", time}}));
    settings.push_back(judged("nfd_e", {{"safety_margin", time}, {"window", "6"}}));
    settings.push_back(judged(
        "phi_normal", {{"threshold", threshold}, {"window", "7"}, {"acceptable_pause", pause}}));
    settings.push_back(judged("phi_exponential", {{"threshold", threshold}, {"window", "5"}}));
    if (i % 6 == 0) settings.back().dead_after = interval;
  }
  return settings;
}

}  // namespace

TEST_CASE("both engines give the same tallies with many rows on a line") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto scenario = nasty_world(seed);
    compare(scenario, many_rows(scenario.push.interval));
  }
}

TEST_CASE("both engines give the same tallies where deadlines and arrivals coincide") {
  // Two and a half intervals on the way: what is due at s + eta + shift is due when the heartbeat
  // of s arrives if shift is 1.5 eta, and when the next one does if it is 2.5 eta.
  auto scenario = test::push_world(2, ms(10), random::Distribution::constant(ms(25)), 0, s(20));
  for (const double loss : {0.0, 0.05}) {
    scenario.world.default_link.loss = world::Loss{loss, std::nullopt};
    for (const std::int64_t off : {-1, 0, 1}) {
      const auto around = [&](Duration d) { return format_duration(d + nanoseconds(off)); };
      std::vector<JudgedSetting> settings{judged("nfd_s", {{"shift", around(ms(15))}}),
                                          judged("nfd_s", {{"shift", around(ms(25))}}),
                                          judged("fixed_timeout", {{"timeout", around(ms(10))}}),
                                          judged("fixed_timeout", {{"timeout", around(ms(20))}})};
      compare(scenario, settings);
      // Each by itself, too: a run that is calm but for the tie.
      for (const JudgedSetting& setting : settings) compare(scenario, {setting});
    }
  }
}

TEST_CASE("both engines give the same tallies when heartbeats lie a few nanoseconds apart") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    Dice dice(seed);
    const Duration interval{static_cast<std::int64_t>(20 + dice.below(40))};
    // Now and then one overtakes another by a nanosecond, or arrives when the next is sent.
    const Duration spread{interval.ns + static_cast<std::int64_t>(seed) - 3};
    auto scenario = test::push_world(2, interval, law(random::Family::uniform, {1}, 0, {}, spread),
                                     .02, interval * 20'000);
    scenario.seed = seed;
    if (seed % 2 == 0) scenario.push.jitter_of = protocol::JitterOf::interval;
    scenario.push.jitter_ratio = 0.1;
    compare(scenario, every_detector(interval));
  }
}

TEST_CASE("both engines give the same tallies in long calm runs, whatever the instruction set") {
  const random::InstructionSet picked = random::instruction_set();
  for (const random::InstructionSet set : random::available_instruction_sets()) {
    random::use_instruction_set(set);
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      scenario::Scenario scenario = random_pair(seed);
      // Calm enough for runs of hundreds, long enough that only some experiments are sampled.
      scenario.world.default_link.delay = exponential(Duration{scenario.push.interval.ns / 50});
      scenario.world.default_link.loss = world::Loss{0.02, std::nullopt};
      scenario.world.default_link.duplicate.reset();
      for (auto& stalls : scenario.world.faults.random_stalls)
        stalls.mean_time_between = scenario.push.interval * 900;
      for (auto& cuts : scenario.world.faults.random_partitions)
        cuts.mean_time_between = scenario.push.interval * 2000;
      scenario.duration = scenario.push.interval * 40'000;
      CHECK(Stage::sample_every(scenario) > 1);
      compare(scenario, many_rows(scenario.push.interval));
    }
  }
  random::use_instruction_set(picked);
}

TEST_CASE("every detector is among those that both engines are compared with") {
  std::set<std::string> names;
  for (const JudgedSetting& setting : every_detector(seconds(1))) names.insert(setting.info->name);
  CHECK(names.size() == detect::detectors().size());
}

TEST_CASE("both engines give the same tallies in 2000 random worlds") {
  compare(1, kWorlds);
}

TEST_CASE("both engines give the same tallies in 1000 worlds with every trouble there is") {
  compare_troubled(1, kTroubledWorlds);
}

TEST_CASE("both engines give the same tallies in 100000 worlds with every trouble", "[long]") {
  compare_troubled(kTroubledWorlds + 1, kTroubledWorlds + kNightlyWorlds);
}

TEST_CASE("both engines give the same tallies in 100000 random worlds", "[long]") {
  compare(kWorlds + 1, kWorlds + kNightlyWorlds);
}

}  // namespace flatline::sim
