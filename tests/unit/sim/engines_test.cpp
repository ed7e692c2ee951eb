// The event engine and the stream engine give the same tallies to the last bit, in small worlds in
// which everything goes wrong at once. A world that tells them apart is printed as a scenario file.
// Both judge heartbeats in runs where they can; a third run, on the event engine, judges them one
// by one.

#include <algorithm>
#include <set>

#include "flatline/random/instruction_set.hpp"
#include "flatline/scenario/scenario.hpp"
#include "sim/event_engine.hpp"
#include "support/catch.hpp"
#include "support/random_worlds.hpp"

namespace flatline::sim {
namespace {

using namespace test;

constexpr std::uint64_t kWorlds = 2000;
constexpr std::uint64_t kNightlyWorlds = 100'000;

random::Distribution nasty_delay(Dice& dice, Duration interval) {
  switch (dice.below(5)) {
    case 0:
      return random::Distribution::constant({static_cast<std::int64_t>(dice.below(3))});
    case 1:  // a few nanoseconds apart: ties
      return law(random::Family::uniform, {0}, 0, {}, {static_cast<std::int64_t>(dice.below(5))});
    case 2:
      return law(random::Family::pareto, dice.tenths(interval, 1, 10), 2.1);
    case 3:
      return exponential(dice.tenths(interval, 100, 300));  // far above the interval
    default:
      return exponential(dice.tenths(interval, 1, 20));
  }
}

/// One to three senders, one to two monitors, senders that are monitored by each other; intervals
/// from a few nanoseconds up.
scenario::Scenario nasty_world(std::uint64_t seed) {
  Dice dice(seed * 7919);
  scenario::Scenario scenario = random_pair(seed);
  const auto senders = static_cast<std::uint32_t>(1 + dice.below(3));
  const auto monitors = static_cast<std::uint32_t>(1 + dice.below(2));
  const Duration interval = dice.one_in(4) ? Duration{static_cast<std::int64_t>(2 + dice.below(6))}
                                           : scenario.push.interval;
  // Above zero, and within the limits that a file must keep.
  const auto scaled = [&](Duration d) {
    return std::max(nanoseconds(1),
                    Duration{static_cast<std::int64_t>(static_cast<qos::Wide>(d.ns) * interval.ns /
                                                       scenario.push.interval.ns)});
  };
  world::Model& model = scenario.world;
  model.cluster = world::Cluster({{"worker", senders}, {"monitor", monitors}});
  world::LinkRule& link = model.default_link;
  link.delay = nasty_delay(dice, interval);
  link.loss->probability = dice.one_in(3) ? 0.9 : 0.1 * static_cast<double>(dice.below(4));
  if (link.loss->bursts) {
    link.loss->bursts->good_mean = scaled(link.loss->bursts->good_mean);
    link.loss->bursts->bad_mean = scaled(link.loss->bursts->bad_mean);
  }
  const auto workers = model.cluster.find("worker"), watchers = model.cluster.find("monitor");
  const auto renewed = [&](const std::string& stream) {
    return stream.starts_with("stall/worker") ? workers : watchers;
  };
  for (world::RandomStalls& stalls : model.faults.random_stalls) {
    stalls.target.nodes = renewed(stalls.target.stream);
    stalls.mean_time_between = scaled(stalls.mean_time_between);
    stalls.length = exponential(dice.tenths(interval * 2, 1, 40));
  }
  for (world::RandomPartitions& cut : model.faults.random_partitions) {
    cut.sides = {workers, watchers, static_cast<world::Direction>(dice.below(3))};
    cut.mean_time_between = scaled(cut.mean_time_between);
    cut.length = exponential(dice.tenths(interval, 5, 60));
  }
  const auto crashes = [&](const std::vector<NodeId>& nodes, const std::string& stream) {
    model.faults.random_crashes.push_back(
        {{nodes, stream}, interval * 15, exponential(dice.tenths(interval, 5, 60))});
  };
  if (dice.one_in(3)) crashes(workers, "crash/worker#0");
  if (dice.one_in(4)) crashes(watchers, "crash/monitor#0");
  scenario.push.from = workers;
  scenario.push.to = watchers;
  if (dice.one_in(4)) scenario.push.from.push_back(watchers.front());  // beats, too
  scenario.push.interval = interval;
  scenario.push.phase = dice.one_in(3) ? protocol::Phase::synchronised : protocol::Phase::spread;
  scenario.duration = interval * 40;
  scenario.replications = static_cast<std::uint32_t>(1 + dice.below(2));
  return scenario;
}

/// What the two tallies disagree about; empty if nothing.
std::string difference(const qos::Tally& a, const qos::Tally& b) {
  const auto same_times = [](const qos::DetectionHistogram& x, const qos::DetectionHistogram& y) {
    const auto p = x.cumulative(), q = y.cumulative();
    return std::equal(p.begin(), p.end(), q.begin(), q.end(), [](const auto& s, const auto& t) {
      return s.edge == t.edge && s.below == t.below;
    });
  };
  if (a.messages != b.messages || a.bytes != b.bytes) return "messages";
  if (a.node_messages != b.node_messages) return "messages of a node";
  for (std::size_t i = 0; i < a.common.size(); ++i) {
    const qos::CommonBatch &x = a.common[i], &y = b.common[i];
    const std::string batch = "batch " + std::to_string(i);
    if (x.both_up_ns != y.both_up_ns || x.span_ns != y.span_ns) return batch + ": spans";
    if (x.heartbeats != y.heartbeats || x.delivered != y.delivered) return batch + ": heartbeats";
  }
  for (std::size_t r = 0; r < a.rows.size(); ++r) {
    const std::string row = "row " + std::to_string(r) + ": ";
    if (a.rows[r].causes != b.rows[r].causes) return row + "causes";
    if (a.rows[r].detection_max_ns != b.rows[r].detection_max_ns ||
        a.rows[r].upwards_max_ns != b.rows[r].upwards_max_ns)
      return row + "longest detection";
    if (a.rows[r].upwards.size() != b.rows[r].upwards.size()) return row + "upwards";
    for (std::size_t i = 0; i < a.rows[r].upwards.size(); ++i) {
      const qos::CurveBatch &x = a.rows[r].upwards[i], &y = b.rows[r].upwards[i];
      if (x.span_ns != y.span_ns || x.detection_twice != y.detection_twice ||
          x.slope_sum != y.slope_sum || x.fraction_sum != y.fraction_sum ||
          x.sampled_ns != y.sampled_ns || !same_times(x.detection, y.detection))
        return row + "upwards in batch " + std::to_string(i);
    }
    for (std::size_t i = 0; i < a.common.size(); ++i) {
      const qos::RowBatch &x = a.rows[r].batches[i], &y = b.rows[r].batches[i];
      const std::string batch = row + "batch " + std::to_string(i) + ": ";
      if (x.mistakes != y.mistakes || x.ended != y.ended || x.ended_ns != y.ended_ns ||
          x.suspected_ns != y.suspected_ns || x.unknown_ns != y.unknown_ns)
        return batch + "mistakes";
      if (x.never_ns != y.never_ns || x.already_ns != y.already_ns ||
          x.detection_twice != y.detection_twice || !same_times(x.detection, y.detection))
        return batch + "detection";
      if (x.crashes_detected != y.crashes_detected ||
          x.crash_detection_ns != y.crash_detection_ns || x.missed != y.missed ||
          x.censored != y.censored)
        return batch + "crashes";
    }
  }
  return "";
}

/// The world as a file that shows the same.
std::string as_file(scenario::Scenario scenario, const std::vector<JudgedSetting>& settings) {
  for (const JudgedSetting& setting : settings) {
    scenario.detectors.push_back({setting.info, "d" + std::to_string(scenario.detectors.size()),
                                  setting.setting, setting.dead_after, setting.check_every});
  }
  return scenario::resolved_json(scenario);
}

// Somebody who listens makes channels judge every heartbeat when it comes.
class Listener final : public EventListener {
 public:
  void verdict(NodeId, NodeId, std::size_t, bool, SimInstant) override {}
  void message(const char*, NodeId, NodeId, SimInstant) override {}
  void node(const char*, NodeId, SimInstant) override {}
};

qos::Tally one_by_one(const PreparedWorld& world, const std::vector<JudgedSetting>& settings,
                      const Block& block) {
  Stage stage(world, settings, block.replication);
  qos::Tally tally =
      stage.panel.make_tally(world.batches().size(), world.scenario().world.cluster.size());
  Listener listener;
  EventEngine engine(stage, block, {world.scenario().duration.ns}, tally, &listener);
  engine.run(nullptr);
  return tally;
}

void compare(const scenario::Scenario& scenario, const std::vector<JudgedSetting>& settings) {
  const PreparedWorld world(scenario, scenario.push.interval * 10);
  for (std::uint32_t r = 0; r < scenario.replications; ++r) {
    const Block block{r, 0, scenario.push.from.size()};
    const qos::Tally plain = one_by_one(world, settings, block);
    const std::string event = difference(plain, run_events(world, settings, block, nullptr));
    const std::string stream = difference(plain, run_stream(world, settings, block, nullptr));
    CHECK(event.empty());
    CHECK(stream.empty());
    if (event.empty() && stream.empty()) continue;
    FAIL("world " << scenario.seed << ", replication " << r << ", event engine: " << event
                  << ", stream engine: " << stream << "\n"
                  << as_file(scenario, settings));
  }
}

void compare(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const auto scenario = nasty_world(seed);
    compare(scenario, some_detectors(scenario.push.interval, seed));
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

TEST_CASE("both engines give the same tallies in 100000 random worlds", "[long]") {
  compare(kWorlds + 1, kWorlds + kNightlyWorlds);
}

}  // namespace flatline::sim
