#pragma once
// Worlds small enough to work out by hand: one sender that beats at 0, 10, 20 ... ms, one monitor,
// a delay of 1 ms.

#include <algorithm>
#include <string>
#include <vector>

#include "support/worlds.hpp"

namespace flatline::test {

inline scenario::Scenario tiny_pair(Duration duration) {
  scenario::Scenario scenario =
      push_world(1, ms(10), random::Distribution::constant(ms(1)), 0, duration);
  scenario.push.phase = protocol::Phase::synchronised;
  return scenario;
}

inline NodeId sender_of(const scenario::Scenario& scenario) {
  return scenario.push.from.front();
}
inline NodeId monitor_of(const scenario::Scenario& scenario) {
  return scenario.push.to.front();
}

/// A fixed timeout.
inline sim::JudgedSetting timeout(const std::string& text) {
  return judged("fixed_timeout", {{"timeout", text}});
}

/// What one row counted, over all batches.
struct Counts {
  std::int64_t mistakes = 0, ended = 0, ended_ns = 0, suspected_ns = 0, unknown_ns = 0;
  std::int64_t detected = 0, detection_ns = 0, missed = 0, censored = 0;
};

inline Counts counts(const qos::Tally& tally, std::size_t row) {
  Counts sum;
  for (const qos::RowBatch& batch : tally.rows[row].batches) {
    sum.mistakes += batch.mistakes;
    sum.ended += batch.ended;
    sum.ended_ns += static_cast<std::int64_t>(batch.ended_ns);
    sum.suspected_ns += static_cast<std::int64_t>(batch.suspected_ns);
    sum.unknown_ns += static_cast<std::int64_t>(batch.unknown_ns);
    sum.detected += batch.crashes_detected;
    sum.detection_ns += static_cast<std::int64_t>(batch.crash_detection_ns);
    sum.missed += batch.missed;
    sum.censored += batch.censored;
  }
  return sum;
}

inline std::int64_t both_up_ns(const qos::Tally& tally) {
  qos::Wide sum = 0;
  for (const qos::CommonBatch& batch : tally.common) sum += batch.both_up_ns;
  return static_cast<std::int64_t>(sum);
}

/// The instants (ms) of one kind of event, from zero on.
inline std::vector<double> instants(const scenario::Scenario& scenario,
                                    const std::vector<sim::JudgedSetting>& settings,
                                    Duration warm_up, const std::string& event,
                                    std::size_t row = 0) {
  const sim::PreparedWorld world(scenario, warm_up);
  std::vector<double> out;
  for (const auto& entry : sim::record_timeline(world, settings, {0, 0, scenario.push.from.size()},
                                                scenario.duration, 1'000'000)) {
    if (event == entry.event && entry.row == row)
      out.push_back(static_cast<double>(entry.at.ns) * 1e-6);
  }
  return out;
}

/// Every number of every row, for "nothing changed" exactly.
inline std::vector<double> numbers(const qos::Tally& tally, std::size_t row,
                                   const scenario::Scenario& scenario) {
  std::vector<double> out;
  for (const qos::Estimate& e :
       qos::measure(tally, row, scenario.duration, scenario.replications)) {
    for (const auto& value : {e.mean, e.lo, e.hi}) out.push_back(value.value_or(-1));
  }
  return out;
}

}  // namespace flatline::test
