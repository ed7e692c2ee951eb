#pragma once
// Scenarios built in code, for tests of the simulation that should not depend on the reader.

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "flatline/base/text.hpp"
#include "flatline/qos/measures.hpp"
#include "flatline/scenario/scenario.hpp"
#include "flatline/sim/run.hpp"

namespace flatline::test {

inline Duration ms(double value) {
  return {static_cast<std::int64_t>(value * 1e6 + 0.5)};
}
inline Duration s(double value) {
  return {static_cast<std::int64_t>(value * 1e9 + 0.5)};
}

inline random::Distribution law(random::Family family, Duration value, double shape = 0,
                                Duration plus = {}, Duration second = {}) {
  random::Distribution out;
  out.family = family;
  out.value = value;
  out.shape = shape;
  out.plus = plus;
  out.second = second;
  return out;
}
inline random::Distribution exponential(Duration mean, Duration plus = {}) {
  return law(random::Family::exponential, mean, 0, plus);
}

/// `senders` workers pushing to one monitor.
inline scenario::Scenario push_world(std::uint32_t senders, Duration interval,
                                     random::Distribution delay, double loss, Duration duration) {
  scenario::Scenario scenario;
  scenario.name = "test";
  scenario.seed = 20020501;
  scenario.duration = duration;
  scenario.world.cluster = world::Cluster({{"worker", senders}, {"monitor", 1}});
  scenario.world.default_link.delay = std::move(delay);
  scenario.world.default_link.loss = world::Loss{loss, std::nullopt};
  scenario.push.from = scenario.world.cluster.find("worker");
  scenario.push.to = scenario.world.cluster.find("monitor");
  scenario.push.interval = interval;
  return scenario;
}

/// A setting by name, every other parameter at its default.
inline sim::JudgedSetting judged(const std::string& detector,
                                 const std::vector<std::pair<std::string, std::string>>& values) {
  sim::JudgedSetting out;
  out.info = detect::find_detector(detector);
  FLATLINE_CHECK(out.info != nullptr, "the detector exists");
  for (const detect::ParameterInfo& parameter : out.info->parameters) {
    std::optional<detect::Value> value = parameter.default_value;
    for (const auto& [name, text] : values) {
      if (name == parameter.name) value = detect::parse_value(parameter, text).value();
    }
    out.setting.push_back(value);
  }
  return out;
}

/// sim::run_events or sim::run_stream.
using Engine = qos::Tally (*)(const sim::PreparedWorld&, const std::vector<sim::JudgedSetting>&,
                              const sim::Block&, const std::atomic<bool>*);

/// Runs all senders and replications as one block each.
inline qos::Tally run(const scenario::Scenario& scenario,
                      const std::vector<sim::JudgedSetting>& settings, Duration warm_up,
                      Engine engine = sim::run_events) {
  const sim::PreparedWorld world(scenario, warm_up);
  qos::Tally total(sim::rows_of(settings).size(), world.batches().size(),
                   scenario.world.cluster.size());
  for (std::uint32_t r = 0; r < scenario.replications; ++r) {
    total.merge(engine(world, settings, {r, 0, scenario.push.from.size()}, nullptr));
  }
  return total;
}

/// One measure of one row by name.
inline qos::Estimate measured(const qos::Tally& tally, std::size_t row,
                              const scenario::Scenario& scenario, std::string_view name) {
  const auto all = qos::measure(tally, row, scenario.duration, scenario.replications);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (qos::measures()[i].name == name) return all[i];
  }
  FLATLINE_CHECK(false, "the measure exists");
  return {};
}

}  // namespace flatline::test
