#pragma once
// Detectors on recorded arrivals: the same judge and the same accounts as in a simulation, with the
// trace in place of the world. What the trace tells of the truth counts as truth: numbers that are
// missing were lost, a beat that left late was held up by its sender, one that lay in the socket by
// its monitor. The sender never crashes; every moment between two sends is a crash experiment.

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
  std::int64_t seq = 0;      ///< The sender's number, or the row's if the trace has none.
  LocalInstant sent_at{};    ///< The sender's clock, as detectors see it; `at` if there is none.
  LocalInstant left{};       ///< When it was sent, by the monitor's clock: at most `at`.
  std::int64_t skipped = 0;  ///< Numbers up to seq that were never sent.
  Duration waited{};         ///< How long it lay in the monitor's socket.
};

/// Gives the arrivals in order, nothing at the end, or a problem.
using Arrivals = std::function<Result<std::optional<Arrival>>()>;

/// The arrival by which the windows of all settings are full, as the start of measured time;
/// nothing if the trace ends before. `interval` is the sender's nominal interval (0: unknown).
Result<std::optional<LocalInstant>> filled_at(const std::vector<JudgedSetting>& settings,
                                              Duration interval, const Arrivals& next);

/// Which part of a trace is measured: from `zero` to `last`, both arrivals; what comes before warms
/// the detectors up. REQUIRES: first <= zero < last.
struct TraceSpan {
  LocalInstant first{};
  LocalInstant zero{};
  LocalInstant last{};
};

/// What a replay gives: tallies per row of rows_of(settings), over a time that starts at `zero` and
/// ends just after the last arrival: a suspicion after it does not count.
struct Replayed {
  qos::Tally tally;
  Duration duration{};
};

/// Heartbeats that others have overtaken by more than this many places count as lost in the crash
/// experiments (detectors see them all the same): a replay looks no farther ahead.
inline constexpr std::size_t kReplayAhead = 4096;

/// Replays a trace. Memory does not grow with it.
Result<Replayed> replay(const std::vector<JudgedSetting>& settings, Duration interval,
                        const TraceSpan& span, const Arrivals& next);

/// The first `length` of measured time as it happened, in time order; at most `limit` entries.
/// Monitored and monitor are nodes 0 and 1.
Result<std::vector<TimelineEntry>> replay_timeline(const std::vector<JudgedSetting>& settings,
                                                   Duration interval, const TraceSpan& span,
                                                   const Arrivals& next, Duration length,
                                                   std::size_t limit);

}  // namespace flatline::sim
