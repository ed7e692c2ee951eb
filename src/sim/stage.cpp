#include "sim/stage.hpp"

#include "flatline/base/draws.hpp"

namespace flatline::sim {

Stage::Stage(const PreparedWorld& prepared, const std::vector<JudgedSetting>& settings,
             std::uint32_t replication_number)
    : world(&prepared),
      replication(replication_number),
      streams(prepared.scenario().seed, replication_number),
      truth(prepared.scenario().world, streams, prepared.warm_up()),
      panel(settings, prepared.scenario().push.interval),
      places(prepared.scenario().world.cluster.size(), kAbsent) {}

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
