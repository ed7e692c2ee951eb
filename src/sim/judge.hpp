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

/// What a curve's rows have in common: from row number `from` on all trust, and row k is due at
/// `due` + shift[k]; their LaneState::due is not kept. The rows before it are looked at one by one.
struct CurveState {
  std::size_t from = 0;  ///< The number of rows: none.
  SimInstant due{};
};

/// Verdict state that can be copied to ask "what if nothing more had been sent?".
struct VerdictState {
  std::vector<std::unique_ptr<detect::Family>> families;
  std::vector<LaneState> lanes;
  std::vector<CurveState> curves;
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
    const LocalInstant local{now.ns};
    SimInstant earliest = SimInstant::never();
    LocalInstant* deadlines = deadlines_.data();
    for (std::size_t f = 0; f < state.families.size(); ++f) {
      detect::Family* const family = state.families[f].get();
      family->observe(local, observation);
      const std::uint32_t c = panel_->family_curves()[f];
      if (c != UINT32_MAX) {
        observe_curve(state, c, *family, now, turning, earliest);
      } else {
        family->deadlines({deadlines, panel_->family_sizes()[f]});
        for (const std::uint32_t row : panel_->family_rows()[f]) {
          const Lane& lane = panel_->lanes()[row];
          const LocalInstant deadline = deadlines_[lane.member];
          const bool never = deadline == LocalInstant::never();
          observe_row(state, row, {never ? deadline.ns : deadline.ns + lane.extra.ns}, now, turning,
                      earliest);
        }
      }
      deadlines += panel_->family_sizes()[f];
    }
    state.earliest_due = earliest;
  }

  /// Tells the detectors of a new incarnation. Verdicts stand until its first heartbeat, which
  /// follows at once.
  void restart(VerdictState& state, SimInstant now, const detect::Observation& observation) const {
    for (const auto& family : state.families) family->observe({now.ns}, observation);
  }

  /// When a curve's row k is due.
  [[nodiscard]] SimInstant due_of(const VerdictState& state, std::size_t curve,
                                  std::size_t k) const {
    return state.curves[curve].due + Duration{panel_->curves()[curve].shift[k]};
  }
  [[nodiscard]] const Panel& panel() const { return *panel_; }
  /// A verdict due at `t` is spoken then, or when the monitor wakes.
  [[nodiscard]] SimInstant defer(SimInstant t) const { return stalls_->defer(t); }
  /// Whether no verdict ever waits for the monitor to wake.
  [[nodiscard]] bool never_defers() const { return stalls_->quiet(); }

  /// When lane's final suspicion begins if nothing more comes: `since` if it suspects, never() if
  /// it has no deadline. REQUIRES: the lane is looked at by itself.
  [[nodiscard]] SimInstant final_suspicion(const LaneState& lane) const {
    if (lane.output == Output::suspect) return lane.since;
    if (lane.output == Output::unknown || lane.due == SimInstant::never())
      return SimInstant::never();
    return stalls_->defer(lane.due);
  }

 private:
  void settle_all(VerdictState& state, SimInstant now) const;
  template <typename Turning>
  void observe_row(VerdictState& state, std::uint32_t row, SimInstant at, SimInstant now,
                   Turning& turning, SimInstant& earliest) const;
  template <typename Turning>
  void observe_curve(VerdictState& state, std::size_t curve, const detect::Family& family,
                     SimInstant now, Turning& turning, SimInstant& earliest) const;
  [[nodiscard]] SimInstant next_check(std::size_t lane, SimInstant at) const;

  const Panel* panel_;
  std::vector<Duration> check_phases_;
  world::TimelineView* stalls_;
  mutable std::vector<LocalInstant> deadlines_;
  mutable std::vector<std::size_t> changed_;
};

template <typename Turning>
void Judge::observe_row(VerdictState& state, std::uint32_t i, SimInstant at, SimInstant now,
                        Turning& turning, SimInstant& earliest) const {
  LaneState& lane = state.lanes[i];
  if (at > now) [[likely]] {
    if (lane.output != Output::trust) [[unlikely]] {
      turning(i, lane, Output::trust);
      lane.output = Output::trust;
    }
    lane.due = at == SimInstant::never() ? at : next_check(i, at);
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
    return;
  }
  if (lane.due < earliest) earliest = lane.due;
}

template <typename Turning>
void Judge::observe_curve(VerdictState& state, std::size_t c, const detect::Family& family,
                          SimInstant now, Turning& turning, SimInstant& earliest) const {
  const Curve& curve = panel_->curves()[c];
  CurveState& common = state.curves[c];
  const std::size_t rows = curve.rows.size();
  std::size_t from = common.from;
  const LocalInstant lead = family.deadline(curve.lead);
  // Before the first heartbeat a deadline is never or before all, with no shift added.
  const bool shifts = lead != LocalInstant::never() && lead != LocalInstant::before_all();
  const SimInstant due{shifts ? lead.ns + curve.lead_extra.ns : lead.ns};
  const auto due_of_row = [&](std::size_t k) {
    return shifts ? due + Duration{curve.shift[k]} : due;
  };
  // Rows that trusted together and do not trust any more after this, or have no deadline yet.
  while (from < rows && (!shifts || due_of_row(from) <= now)) {
    state.lanes[curve.rows[from]].due = common.due + Duration{curve.shift[from]};
    ++from;
  }
  for (std::size_t k = 0; k < from; ++k)
    observe_row(state, curve.rows[k], due_of_row(k), now, turning, earliest);
  if (shifts) {
    while (from > 0 && due_of_row(from - 1) > now) --from;
  }
  common = {from, due};
  if (from < rows) earliest = std::min(earliest, due_of_row(from));
}

}  // namespace flatline::sim
