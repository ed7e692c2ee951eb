#pragma once
// A simulated pair written down as a recorder would see it.

#include <cstdint>
#include <functional>

#include "flatline/sim/run.hpp"

namespace flatline::sim {

/// One heartbeat as the monitor's process takes it in. Instants count from the start of the
/// simulation, warm-up included.
struct BeatTaken {
  std::int64_t seq = 0;      ///< Its place on the sender's grid.
  std::int64_t skipped = 0;  ///< Places up to seq that the sender was stalled at and never sent.
  SimInstant sent{};
  SimInstant taken{};
  Duration waited{};  ///< How long it had lain in the inbox of a stalled monitor.
};

/// What a recording says at its end.
struct BeatsTaken {
  std::int64_t sent = 0;
  bool restarted = false;  ///< The sender or the monitor crashed: the recording ends there.
};

/// Simulates the first sender of push.from and its first monitor, replication 0, and hands over
/// every heartbeat in order of receipt.
BeatsTaken record_pair(const PreparedWorld& world,
                       const std::function<void(const BeatTaken&)>& take);

}  // namespace flatline::sim
