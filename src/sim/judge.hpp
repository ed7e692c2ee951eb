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

/// What a curve's rows have in common: from row number `from` on all trust and are due where the
/// line says; their LaneState::due is not kept. The rows before it are looked at one by one.
struct CurveState {
  std::size_t from = 0;  ///< The number of rows: none.
  detect::Line line;
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

  /// Feeds an observation to the detectors and judges by their deadlines. settle() must have been
  /// called for `now`. Calls turning(lane index, state, next) for each lane that turns to trust, or
  /// from unknown to suspect, before its state changes.
  template <typename Turning>
  void observe(VerdictState& state, SimInstant now, const detect::Observation& observation,
               Turning&& turning) const {
    std::size_t line = 0;
    for (const auto& family : state.families) {
      family->observe({now.ns}, observation);
      const std::size_t next = line + family->lines();
      family->read_lines({lines_.data() + line, next - line});
      line = next;
    }
    SimInstant earliest = SimInstant::never();
    for (std::size_t c = 0; c < state.curves.size(); ++c)
      judge_curve(state, c, lines_[panel_->curves()[c].line], now, turning, earliest);
    state.earliest_due = earliest;
  }

  /// settle() for one curve; earliest_due is then to be found anew.
  template <typename Changed>
  void settle_curve(VerdictState& state, std::size_t curve, SimInstant now,
                    Changed&& changed) const {
    changed_.clear();
    SimInstant earliest = SimInstant::never();
    settle_rows(state, curve, now, earliest);
    for (const std::size_t lane : changed_) changed(lane, state.lanes[lane]);
  }
  /// Judges one curve by where its line lies now; `earliest` becomes what is due first.
  template <typename Turning>
  void judge_curve(VerdictState& state, std::size_t curve, const detect::Line& line, SimInstant now,
                   Turning&& turning, SimInstant& earliest) const;

  /// Tells the detectors of a new incarnation. Verdicts stand until its first heartbeat, which
  /// follows at once.
  void restart(VerdictState& state, SimInstant now, const detect::Observation& observation) const {
    for (const auto& family : state.families) family->observe({now.ns}, observation);
  }

  /// When a row that trusts is due, dead_after included; without the wait for its next check.
  [[nodiscard]] static SimInstant unchecked_due(const Curve& curve, const detect::Line& line,
                                                std::size_t k) {
    const Duration shift{curve.shift[k]};
    return {curve.sloped ? detect::deadline_on(line.base, line.slope, shift, curve.factor[k]).ns
                         : detect::deadline_on(line.base, shift).ns};
  }
  /// When row k of those that trust together is due.
  [[nodiscard]] SimInstant due_of(const Curve& curve, const detect::Line& line,
                                  std::size_t k) const {
    const SimInstant due = unchecked_due(curve, line, k);
    return curve.check_every.ns == 0 ? due : next_check(curve.rows[k], due);
  }
  [[nodiscard]] SimInstant due_of(const VerdictState& state, std::size_t curve,
                                  std::size_t k) const {
    return due_of(panel_->curves()[curve], state.curves[curve].line, k);
  }
  /// Computes earliest_due anew.
  void find_earliest(VerdictState& state) const;

  [[nodiscard]] const Panel& panel() const { return *panel_; }
  /// A verdict due at `t` is spoken then, or when the monitor wakes.
  [[nodiscard]] SimInstant defer(SimInstant t) const { return stalls_->defer(t); }
  /// When the monitor, awake at `t`, stalls next.
  [[nodiscard]] SimInstant next_stall(SimInstant t) const { return stalls_->start_after(t); }
  /// Whether no verdict due in [from, to] waits for the monitor to wake.
  [[nodiscard]] bool never_defers(SimInstant from, SimInstant to) const {
    return stalls_->free_of(from, to);
  }

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
  void settle_rows(VerdictState& state, std::size_t curve, SimInstant now,
                   SimInstant& earliest) const;
  template <typename Turning>
  void judge_row(VerdictState& state, std::uint32_t row, SimInstant at, SimInstant now,
                 Turning& turning, SimInstant& earliest) const;
  [[nodiscard]] SimInstant next_check(std::size_t lane, SimInstant at) const;

  const Panel* panel_;
  std::vector<Duration> check_phases_;
  world::TimelineView* stalls_;
  mutable std::vector<detect::Line> lines_;
  mutable std::vector<std::size_t> changed_;
};

template <typename Turning>
void Judge::judge_row(VerdictState& state, std::uint32_t i, SimInstant at, SimInstant now,
                      Turning& turning, SimInstant& earliest) const {
  LaneState& lane = state.lanes[i];
  if (at > now) [[likely]] {
    if (lane.output != Output::trust) [[unlikely]] {
      turning(i, lane, Output::trust);
      lane.output = Output::trust;
    }
    lane.due = next_check(i, at);
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
void Judge::judge_curve(VerdictState& state, std::size_t c, const detect::Line& line,
                        SimInstant now, Turning&& turning, SimInstant& earliest) const {
  const Curve& curve = panel_->curves()[c];
  CurveState& common = state.curves[c];
  const std::size_t rows = curve.rows.size();
  std::size_t from = common.from;
  // Before the first heartbeat there is no line: each row by itself.
  const bool lies = line.base != LocalInstant::never() && line.base != LocalInstant::before_all();
  // Rows that trusted together and do not trust any more after this, or have no deadline yet.
  while (from < rows && (!lies || unchecked_due(curve, line, from) <= now)) {
    state.lanes[curve.rows[from]].due = due_of(curve, common.line, from);
    ++from;
  }
  for (std::size_t k = 0; k < from; ++k)
    judge_row(state, curve.rows[k], unchecked_due(curve, line, k), now, turning, earliest);
  if (lies) {
    while (from > 0 && unchecked_due(curve, line, from - 1) > now) --from;
  }
  common = {from, line};
  if (from < rows) earliest = std::min(earliest, due_of(curve, line, from));
}

}  // namespace flatline::sim
