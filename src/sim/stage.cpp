#include "sim/stage.hpp"

#include "flatline/base/draws.hpp"

namespace flatline::sim {

Stage::Stage(const PreparedWorld& prepared, const std::vector<JudgedSetting>& settings,
             std::uint32_t replication_number)
    : world(&prepared),
      replication(replication_number),
      streams(prepared.scenario().seed, replication_number),
      truth(prepared.scenario().world, streams, prepared.warm_up()),
      panel(settings, prepared.scenario().push.interval, sample_every(prepared.scenario())),
      run_scratch(panel),
      places(prepared.scenario().world.cluster.size(), kAbsent) {}

std::int64_t Stage::sample_every(const scenario::Scenario& scenario) {
  constexpr std::int64_t kLeastSamples = 8192, kLargest = 256;
  const auto pairs = static_cast<std::int64_t>(scenario.push.from.size() * scenario.push.to.size());
  const auto heartbeats = static_cast<qos::Wide>(scenario.duration.ns / scenario.push.interval.ns) *
                          pairs * scenario.replications;
  std::int64_t every = 1;
  while (every < kLargest && heartbeats / (2 * every) >= kLeastSamples) every *= 2;
  return every;
}

std::vector<Duration> Stage::check_phases(const std::string& monitor) const {
  const std::uint64_t bits = streams.stream("check/" + monitor).bits(0);
  std::vector<Duration> phases;
  for (const Lane& lane : panel.lanes()) {
    const auto every = static_cast<std::uint64_t>(lane.check_every.ns);
    phases.push_back({every == 0 ? 0 : static_cast<std::int64_t>(uniform_below(bits, every))});
  }
  return phases;
}

}  // namespace flatline::sim
