#pragma once
// Push heartbeats: every worker sends to every monitor on its own schedule.

#include <cstdint>
#include <vector>

#include "flatline/base/ids.hpp"
#include "flatline/base/time.hpp"

namespace flatline::protocol {

/// How beat i strays from the grid: not at all, by U(+-ratio) intervals around i * interval (grid), or by drawing
/// each gap (interval), so that the phase wanders as it does with a sleep.
enum class JitterOf : std::uint8_t { none, grid, interval };

/// Where a sender's grid starts: all together, or uniform over one interval per sender.
enum class Phase : std::uint8_t { synchronised, spread };

struct PushSettings {
  std::vector<NodeId> from;  ///< Workers, monitored.
  std::vector<NodeId> to;    ///< Monitors; a node that is both does not watch itself.
  Duration interval{};       ///< eta, > 0.
  JitterOf jitter_of = JitterOf::none;
  double jitter_ratio = 0;   ///< grid: 0 to below 0.5; interval: 0 to below 1.
  Phase phase = Phase::spread;
  std::int64_t bytes = 64;   ///< Payload bytes of one heartbeat.
};

}  // namespace flatline::protocol
