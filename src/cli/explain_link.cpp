// The links on which explain measures detectors.

#include "cli/command.hpp"
#include "cli/explain.hpp"
#include "cli/load.hpp"
#include "flatline/base/text.hpp"
#include "flatline/sim/record.hpp"

namespace flatline::cli {
namespace {

// Fills the usual window of 1000 twice, and leaves as many to judge by.
constexpr std::int64_t kBeats = 3000;
// Within them every detector takes the settings that it is shown with.
constexpr Duration kLeastInterval = milliseconds(1);
constexpr Duration kMostInterval = hours(8);

Link link_of(scenario::Scenario scenario) {
  const Duration interval = scenario.push.interval;
  if (interval < kLeastInterval || interval > kMostInterval) {
    fail(kUsage, "explain cannot take an interval of " + format_duration(interval) +
                     "; expected 1ms to 8h");
  }
  scenario.world.faults = {};
  scenario.detectors.clear();
  scenario.replications = 1;
  scenario.duration = interval * kBeats;
  Link link;
  link.interval = interval;
  const sim::PreparedWorld world(scenario, Duration{});
  Duration delays{};
  sim::record_pair(world, [&](const sim::BeatTaken& beat) {
    link.beats.push_back({{beat.taken.ns}, {beat.seq}, {beat.sent.ns}});
    delays += beat.taken - beat.sent;
  });
  if (link.beats.size() < 2) fail(kInvalid, "no heartbeat gets through on this link");
  link.mean_delay = delays / static_cast<std::int64_t>(link.beats.size());
  return link;
}

}  // namespace

Link plain_link(Duration interval, Duration jitter) {
  const std::string delay = jitter.ns == 0
                                ? R"("1ms")"
                                : R"({"normal":{"mean":")" + format_duration(jitter * 4) +
                                      R"(","deviation":")" + format_duration(jitter) + R"("}})";
  const auto document = value_or_fail(
      scenario::Document::parse(
          R"({"name":"link","nodes":{"sender":1,"monitor":1},"link":{"delay":)" + delay +
              R"(},"watch":{"push":{"from":"sender","to":"monitor","interval":")" +
              format_duration(interval) +
              R"("}},"detectors":[{"fixed_timeout":{"timeout":"1s"}}],"duration":"1h"})",
          "link"),
      kUsage);
  Link link = link_of(value_or_fail(scenario::read_scenario(document, "", {}), kUsage));
  link.text = "a heartbeat every " + format_duration(interval) + ", " +
              (jitter.ns == 0
                   ? "each 1ms on its way"
                   : "on its way for " + format_duration(jitter * 4) +
                         " with a standard deviation of " + format_duration(jitter) + " (normal)") +
              ", none lost";
  return link;
}

Link scenario_link(const std::string& path) {
  Link link = link_of(load(path, {}).scenario);
  link.text = "the first pair of " + path + ": a heartbeat every " +
              format_duration(link.interval) + "; its crashes, stalls and partitions are left out";
  return link;
}

}  // namespace flatline::cli
