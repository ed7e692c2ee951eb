#pragma once
// The verdicts of all rows over one channel, as a state machine fed with observations. No truth
// here: the channel adds that. A verdict is found lazily, at the next thing that happens, from the
// deadline that was in force; since detectors do not act on the world, that is exact.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "flatline/base/time.hpp"
#include "flatline/detect/detector.hpp"
#include "flatline/world/timeline.hpp"
#include "sim/panel.hpp"

namespace flatline::sim {

enum class Output : std::uint8_t { unknown, trust, suspect };

/// One row's verdict on one channel.
struct LaneState {
  SimInstant due = SimInstant::never();  ///< When trust turns into suspicion if nothing more comes.
  SimInstant since{};                    ///< When the current suspicion began.
  Output output = Output::unknown;
  bool mistake =
      false;  ///< The current suspicion is a mistake that is counted (channel's business).
};

/// Verdict state that can be copied to ask "what if nothing more had been sent?".
struct VerdictState {
  std::vector<std::unique_ptr<detect::Family>> families;
  std::vector<LaneState> lanes;
  SimInstant earliest_due = SimInstant::never();

  [[nodiscard]] VerdictState clone() const;
};

class Judge {
 public:
  /// `check_phases[lane]` places the grid of a lane's checks. `stalls` says when the monitor is
  /// stalled: a verdict that falls into a stall waits for its end.
  Judge(const Panel& panel, std::vector<Duration> check_phases, world::TimelineView* stalls);

  /// A state before the first beat.
  [[nodiscard]] VerdictState fresh(SimInstant now) const;

  /// Turns trust into suspicion wherever that happened before `now`; calls changed(lane index,
  /// state) for each.
  template <typename Changed>
  void settle(VerdictState& state, SimInstant now, Changed&& changed) const {
    if (state.earliest_due >= now) return;
    settle_all(state, now);
    for (const std::size_t lane : changed_) changed(lane, state.lanes[lane]);
  }

  /// Feeds an observation to the detectors and reads their deadlines. settle() must have been
  /// called for `now`. Calls turning(lane index, state, next) for each lane that turns to trust, or
  /// from unknown to suspect, before its state changes.
  template <typename Turning>
  void observe(VerdictState& state, SimInstant now, const detect::Observation& observation,
               Turning&& turning) const {
    feed(state, now, observation);
    SimInstant earliest = SimInstant::never();
    const Lane* const rows = panel_->lanes().data();
    const LocalInstant* const deadlines = deadlines_.data();
    LaneState* const lanes = state.lanes.data();
    const std::size_t count = state.lanes.size();
    for (std::size_t i = 0; i < count; ++i) {
      LaneState& lane = lanes[i];
      const Lane& row = rows[i];
      const LocalInstant deadline = deadlines[row.member];
      const bool never = deadline == LocalInstant::never();
      const SimInstant at{never ? deadline.ns : deadline.ns + row.extra.ns};
      if (at > now) [[likely]] {
        if (lane.output != Output::trust) [[unlikely]] {
          turning(i, lane, Output::trust);
          lane.output = Output::trust;
        }
        lane.due = never || row.check_every.ns == 0 ? at : next_check(i, at);
      } else if (lane.output == Output::trust) {
        // A new beat took the trust away: suspicion starts here (or at the next check), not in the
        // past.
        const SimInstant check = next_check(i, at);
        lane.due = check > now ? check : now;
      } else {
        if (lane.output == Output::unknown) {
          turning(i, lane, Output::suspect);
          lane.output = Output::suspect;
          lane.since = now;
        }
        continue;
      }
      if (lane.due < earliest) earliest = lane.due;
    }
    state.earliest_due = earliest;
  }

  /// Tells the detectors of a new incarnation. Verdicts stand until its first heartbeat, which
  /// follows at once.
  void restart(VerdictState& state, SimInstant now, const detect::Observation& observation) const {
    feed(state, now, observation);
  }

  /// When lane's final suspicion begins if nothing more comes: `since` if it suspects, never() if
  /// it has no deadline.
  [[nodiscard]] SimInstant final_suspicion(const LaneState& lane) const {
    if (lane.output == Output::suspect) return lane.since;
    if (lane.output == Output::unknown || lane.due == SimInstant::never())
      return SimInstant::never();
    return stalls_->defer(lane.due);
  }

 private:
  void settle_all(VerdictState& state, SimInstant now) const;
  void feed(VerdictState& state, SimInstant now, const detect::Observation& observation) const;
  [[nodiscard]] SimInstant next_check(std::size_t lane, SimInstant at) const;

  const Panel* panel_;
  std::vector<Duration> check_phases_;
  world::TimelineView* stalls_;
  mutable std::vector<LocalInstant> deadlines_;
  mutable std::vector<std::size_t> changed_;
};

inline void Judge::feed(VerdictState& state, SimInstant now,
                        const detect::Observation& observation) const {
  // Clocks show true time until they can drift (a later part); this is the one place that says so.
  const LocalInstant local{now.ns};
  LocalInstant* out = deadlines_.data();
  const std::size_t* size = panel_->family_sizes().data();
  for (const auto& owned : state.families) {
    detect::Family* const family = owned.get();
    family->observe(local, observation);
    family->deadlines({out, *size});
    out += *size++;
  }
}

}  // namespace flatline::sim
