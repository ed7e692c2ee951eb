// A simulation run by another program, through the installed library.

#include <cstdio>

#include "flatline/scenario/scenario.hpp"
#include "flatline/sim/run.hpp"

namespace {

constexpr const char* kScenario = R"({
  "name": "embedded",
  "nodes": {"worker": 2, "monitor": 1},
  "link": {"delay": {"exponential": {"mean": "20ms"}}, "loss": 0.1},
  "watch": {"push": {"from": "worker", "to": "monitor", "interval": "1s"}},
  "detectors": [{"fixed_timeout": {"timeout": "1500ms"}}],
  "duration": "1h"
})";

}  // namespace

int main() {
  using namespace flatline;
  const auto document = scenario::Document::parse(kScenario, "embedded");
  if (!document.ok()) return 1;
  const auto read = scenario::read_scenario(document.value(), "");
  if (!read.ok()) return 1;
  const scenario::Scenario& scenario = read.value();
  const scenario::DetectorEntry& entry = scenario.detectors.front();
  const sim::PreparedWorld world(scenario, seconds(10));
  const qos::Tally tally = sim::run_events(world, {{entry.info, entry.setting, {}, {}}}, {0, 0, 2}, nullptr);
  std::int64_t mistakes = 0;
  for (const auto& batch : tally.rows.at(0).batches) mistakes += static_cast<std::int64_t>(batch.mistakes);
  std::printf("%lld mistakes\n", static_cast<long long>(mistakes));
  // 7200 beats of which a tenth is lost, and each loss is a mistake: 720 +- 25, six of these apart.
  return mistakes > 570 && mistakes < 870 ? 0 : 1;
}
