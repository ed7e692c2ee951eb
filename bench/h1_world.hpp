#pragma once
// The world that benchmarks of whole runs share: H1.

#include <cstdint>
#include <string>
#include <vector>

#include "flatline/sim/run.hpp"
#include "timing.hpp"

namespace flatline::bench {

inline constexpr std::uint32_t kWorkers = 100;

/// 100 workers push to one monitor, interval 1 s +-10 %, delay 5 ms + lognormal(20 ms, 0.6), loss 1
/// %.
inline scenario::Scenario h1(Duration duration) {
  scenario::Scenario scenario;
  scenario.name = "H1";
  scenario.duration = duration;
  scenario.world.cluster = world::Cluster({{"worker", kWorkers}, {"monitor", 1}});
  random::Distribution delay;
  delay.family = random::Family::lognormal;
  delay.value = milliseconds(20);
  delay.shape = 0.6;
  delay.plus = milliseconds(5);
  scenario.world.default_link.delay = delay;
  scenario.world.default_link.loss = world::Loss{0.01, std::nullopt};
  scenario.push.from = scenario.world.cluster.find("worker");
  scenario.push.to = scenario.world.cluster.find("monitor");
  scenario.push.interval = seconds(1);
  scenario.push.jitter_of = protocol::JitterOf::interval;
  scenario.push.jitter_ratio = 0.1;
  return scenario;
}

/// A setting with one parameter given, the others at their defaults.
inline sim::JudgedSetting judged(const char* detector, const char* parameter,
                                 const std::string& value) {
  sim::JudgedSetting out;
  out.info = detect::find_detector(detector);
  for (const auto& known : out.info->parameters) {
    std::optional<detect::Value> setting = known.default_value;
    if (known.name == parameter) setting = detect::parse_value(known, value).value();
    out.setting.push_back(setting);
  }
  return out;
}

}  // namespace flatline::bench
