#pragma once
// Detectors on recorded arrivals: the same judge as in a simulation, with the trace in place of the
// world.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "flatline/base/result.hpp"
#include "flatline/base/time.hpp"
#include "flatline/qos/tally.hpp"
#include "flatline/sim/run.hpp"

namespace flatline::sim {

/// One recorded arrival, on the monitor's clock.
struct Arrival {
  LocalInstant at{};
  std::int64_t seq = 0;    ///< The sender's number, or the row's if the trace has none.
  LocalInstant sent_at{};  ///< The sender's clock; equals `at` if the trace has none.
};

/// What a replay needs to know of a trace beforehand: one pass over it.
struct TraceSpan {
  std::int64_t arrivals = 0;
  LocalInstant first{};
  LocalInstant last{};
};

/// What a replay gives: tallies per row of rows_of(settings), over a time that starts with the
/// first arrival.
struct Replayed {
  qos::Tally tally;
  Duration duration{};
};

/// Replays a trace. `next` gives the arrivals in order, nothing at the end, or a problem. A setting
/// is judged once its window is full; time before that counts as unknown. The replay ends at the
/// last arrival: a suspicion after it does not count. `interval` is the sender's nominal interval
/// (0: unknown). REQUIRES: at least two arrivals at different instants.
Result<Replayed> replay(const std::vector<JudgedSetting>& settings, Duration interval,
                        const TraceSpan& span,
                        const std::function<Result<std::optional<Arrival>>()>& next);

}  // namespace flatline::sim
