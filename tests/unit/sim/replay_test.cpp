// A simulated pair, written down and replayed, gives the account that the simulation gave.

#include "flatline/sim/replay.hpp"

#include <algorithm>

#include "flatline/sim/record.hpp"
#include "support/catch.hpp"
#include "support/random_worlds.hpp"

namespace flatline::sim {
namespace {

using namespace test;

constexpr int kWorlds = 40;

scenario::Scenario world_to_record(std::uint64_t seed) {
  auto scenario = random_pair(seed);
  scenario.duration = scenario.push.interval * 2000;
  // A simulated monitor that is stalled suspects nobody meanwhile; a replay has no such monitor.
  std::erase_if(scenario.world.faults.random_stalls, [](const world::RandomStalls& stalls) {
    return stalls.target.stream.starts_with("stall/monitor");
  });
  return scenario;
}

// The random phase of a monitor's checks is not in a trace, nor what a detector drew.
std::vector<JudgedSetting> settings_of(const scenario::Scenario& scenario) {
  auto settings = every_detector(scenario.push.interval);
  std::erase_if(settings, [](const JudgedSetting& judged) { return judged.info->needs_draws; });
  for (JudgedSetting& setting : settings) setting.check_every.reset();
  return settings;
}

std::vector<Arrival> recorded(const PreparedWorld& world, BeatsTaken& end) {
  std::vector<Arrival> arrivals;
  end = record_pair(world, [&](const BeatTaken& beat) {
    const LocalInstant sent{beat.sent.ns};
    arrivals.push_back({{beat.taken.ns}, beat.seq, sent, sent, beat.skipped, beat.waited});
  });
  return arrivals;
}

Arrivals from(const std::vector<Arrival>& arrivals) {
  return [&arrivals, i = std::size_t{0}]() mutable -> Result<std::optional<Arrival>> {
    if (i == arrivals.size()) return std::optional<Arrival>();
    return std::optional<Arrival>(arrivals[i++]);
  };
}

void check_same(const qos::RowBatch& a, const qos::RowBatch& b) {
  CHECK(a.mistakes == b.mistakes);
  CHECK(a.ended == b.ended);
  CHECK(a.ended_ns == b.ended_ns);
  CHECK(a.suspected_ns == b.suspected_ns);
  CHECK(a.unknown_ns == b.unknown_ns);
  CHECK(a.never_ns == b.never_ns);
  CHECK(a.already_ns == b.already_ns);
  CHECK(a.detection_twice == b.detection_twice);
}

}  // namespace

TEST_CASE("replaying a recorded pair gives the tallies of the simulation") {
  for (std::uint64_t seed = 1; seed <= kWorlds; ++seed) {
    const auto scenario = world_to_record(seed);
    const auto settings = settings_of(scenario);
    const Duration warm_up = scenario.push.interval * 20;
    const PreparedWorld world(scenario, warm_up);
    const qos::Tally truth = run_events(world, settings, {0, 0, 1}, nullptr);
    BeatsTaken end;
    const auto arrivals = recorded(world, end);
    REQUIRE_FALSE(end.restarted);
    const TraceSpan span{
        arrivals.front().at, {warm_up.ns}, {warm_up.ns + scenario.duration.ns - 1}};
    auto replayed = replay(settings, scenario.push.interval, span, from(arrivals));
    REQUIRE(replayed.ok());
    const qos::Tally& tally = replayed.value().tally;
    REQUIRE(tally.rows.size() == truth.rows.size());
    for (std::size_t row = 0; row < tally.rows.size(); ++row) {
      // The trace does not tell what was sent after its last arrival: the last batch may differ.
      for (std::size_t b = 0; b + 1 < tally.common.size(); ++b) {
        CAPTURE(seed, row, b);
        check_same(tally.rows[row].batches[b], truth.rows[row].batches[b]);
        CHECK(tally.common[b].span_ns == truth.common[b].span_ns);
      }
    }
  }
}

TEST_CASE("a recording tells what was lost and what was never sent") {
  std::int64_t skipped = 0, lost = 0;
  for (std::uint64_t seed = 1; seed <= kWorlds; ++seed) {
    const auto scenario = world_to_record(seed);
    const PreparedWorld world(scenario, scenario.push.interval * 20);
    BeatsTaken end;
    const auto arrivals = recorded(world, end);
    std::vector<std::int64_t> seen;
    for (const Arrival& arrival : arrivals) {
      seen.push_back(arrival.seq);
      CHECK(arrival.skipped <= arrival.seq);
      CHECK(arrival.left < arrival.at);
    }
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    const std::int64_t highest = seen.back();
    const auto last =
        std::max_element(arrivals.begin(), arrivals.end(),
                         [](const Arrival& a, const Arrival& b) { return a.seq < b.seq; });
    const std::int64_t sent = highest + 1 - last->skipped;
    CHECK(sent <= end.sent);
    CHECK(sent >= static_cast<std::int64_t>(seen.size()));
    skipped += last->skipped;
    lost += sent - static_cast<std::int64_t>(seen.size());
  }
  // A quarter of the worlds have sender stalls, most lose some heartbeats: neither may be empty.
  CHECK(skipped > 100);
  CHECK(lost > 1000);
}

TEST_CASE("windows are filled where the slowest detector has seen enough") {
  std::vector<Arrival> arrivals;
  for (std::int64_t i = 0; i < 20; ++i)
    arrivals.push_back({{i * 100}, i, {i * 100}, {i * 100}, 0, {}});
  const std::vector<JudgedSetting> settings{
      judged("fixed_timeout", {{"timeout", "1us"}}),
      judged("phi_normal", {{"threshold", "1"}, {"window", "10"}})};
  const auto filled = filled_at(settings, nanoseconds(100), from(arrivals));
  REQUIRE(filled.ok());
  // Ten gaps take eleven arrivals.
  CHECK(filled.value() == LocalInstant{1000});
  arrivals.resize(10);
  const auto too_short = filled_at(settings, nanoseconds(100), from(arrivals));
  REQUIRE(too_short.ok());
  CHECK_FALSE(too_short.value().has_value());
}

}  // namespace flatline::sim
