#pragma once
// A record taken apart: what of each heartbeat's time is due to the sender, the way and the
// monitor.

#include <cstdint>
#include <vector>

#include "flatline/fit/trace_fit.hpp"

namespace flatline::fit {

/// One heartbeat that came, its first copy, ns. at = due + late + way + waited.
struct Part {
  std::int64_t slot = 0;
  std::int64_t skipped = 0;
  std::int64_t sent = 0;  ///< By the sender's clock; without send times, that of receipt.
  std::int64_t at = 0;
  std::int64_t late = 0;    ///< Of sending against the grid; 0 without a grid.
  std::int64_t way = 0;     ///< From sending to the receiver's socket; 0 without send times.
  std::int64_t waited = 0;  ///< In the socket.
  bool stalled = false;     ///< Sent late because of a stall of the sender.
  bool held = false;        ///< Held up on the way together with others.
  bool unread = false;      ///< Lay in the socket because of a stall of the monitor.
};

/// From which lateness on each part counts as a stall.
struct Thresholds {
  Duration sender{}, way{}, monitor{};
};

struct Prepared {
  std::vector<Part> parts;  ///< In order of places.
  std::vector<Fate> fates;  ///< Every heartbeat that was sent.
  std::vector<std::int64_t>
      held_for;  ///< Per part: how long the first of several was held up, or 0.
  std::int64_t duplicates = 0;
  std::int64_t reordered = 0;
  double observed_s = 0;
  double measured_interval_s = 0;
  bool free_running = false;
  Duration interval{};
  bool nominal = false;
  Thresholds thresholds;
};

/// When each heartbeat left. Without `skips` nothing is told of the places that the sender skipped.
std::vector<Send> sends_of(const Prepared& p, bool skips);

/// How often independent delays let a heartbeat be overtaken by the next. `sorted`: ascending.
double expected_overtakings(const std::vector<std::int64_t>& sorted, Duration interval);

Prepared prepare(const Record& record, const TraceFitOptions& options);

}  // namespace flatline::fit
