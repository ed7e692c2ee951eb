#pragma once
// The verdicts of all rows over one channel, as a state machine fed with observations. No truth
// here: the channel adds that. A verdict is found lazily, at the next thing that happens, from the
// deadline that was in force; since detectors do not act on the world, that is exact.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "flatline/base/time.hpp"
#include "flatline/detect/detector.hpp"
#include "flatline/random/stream.hpp"
#include "flatline/world/clock.hpp"
#include "flatline/world/timeline.hpp"
#include "sim/guard.hpp"
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
  SimInstant observed_at = SimInstant::before_all();  ///< When the lines came to lie where they do.

  [[nodiscard]] VerdictState clone() const;
};

/// The monitor, as what judges one channel on it needs to know it.
struct Watchtower {
  std::vector<Duration> check_phases;     ///< By lane: where the grid of its checks lies.
  world::TimelineView* stalls = nullptr;  ///< A verdict that falls into a stall waits for its end.
  std::function<world::Timeline()> all_stalls = {};  ///< The same from the beginning; for guards.
  SimInstant end = SimInstant::never();              ///< Of the run.
  world::Clock clock = {};
  bool timers_first = false;  ///< On waking, before the heartbeats that have come are read.
  /// Where detectors that draw at random take their draws from: streams below "detector/" and this
  /// name. Without a factory they draw the same always.
  const random::StreamFactory* streams = nullptr;
  std::string name = {};
};

/// Judges one channel.
class Judge {
 public:
  Judge(const Panel& panel, Watchtower tower);

  /// A state before the first beat, for the monitor's `incarnation`-th process.
  [[nodiscard]] VerdictState fresh(SimInstant now, std::uint32_t incarnation) const;

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
    for (std::size_t f = 0; f < state.families.size(); ++f) {
      detect::Family& family = *state.families[f];
      family.observe(shown(f, now), observation);
      const std::size_t next = line + family.lines();
      family.read_lines({lines_.data() + line, next - line});
      line = next;
    }
    SimInstant earliest = SimInstant::never();
    for (std::size_t c = 0; c < state.curves.size(); ++c)
      judge_curve(state, c, lines_[panel_->curves()[c].line], now, turning, earliest);
    state.earliest_due = earliest;
    state.observed_at = now;
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
    for (std::size_t f = 0; f < state.families.size(); ++f)
      state.families[f]->observe(shown(f, now), observation);
  }

  /// When a row that trusts is due, dead_after included; without the wait for its next check. The
  /// line lies there since `since`, which matters to clocks that are set.
  [[nodiscard]] SimInstant unchecked_due(const Curve& curve, const detect::Line& line,
                                         std::size_t k, SimInstant since) const {
    const Duration shift{curve.shift[k]};
    const LocalInstant due =
        curve.sloped ? detect::deadline_on(line.base, line.slope, shift, curve.factor[k])
                     : detect::deadline_on(line.base, shift);
    return plain_clock_ ? SimInstant{due.ns} : fires(due, curve.clock, since);
  }
  /// When row k of those that trust together is due.
  [[nodiscard]] SimInstant due_of(const Curve& curve, const detect::Line& line, std::size_t k,
                                  SimInstant since) const {
    const SimInstant due = unchecked_due(curve, line, k, since);
    return curve.check_every.ns == 0 ? due : next_check(curve.rows[k], due);
  }
  [[nodiscard]] SimInstant due_of(const VerdictState& state, std::size_t curve,
                                  std::size_t k) const {
    return due_of(panel_->curves()[curve], state.curves[curve].line, k, state.observed_at);
  }
  /// Computes earliest_due anew.
  void find_earliest(VerdictState& state) const;

  [[nodiscard]] const Panel& panel() const { return *panel_; }
  /// A row's verdict due at `t` is spoken then, or when the monitor wakes, or when its guard lets
  /// it.
  [[nodiscard]] SimInstant defer(std::uint32_t row, SimInstant t) const {
    if (!guards_.empty() && guards_[row]) [[unlikely]]
      return guards_[row]->defer(t);
    return tower_.stalls->defer(t);
  }
  /// When the monitor next takes in what arrives at `t`.
  [[nodiscard]] SimInstant awake_from(SimInstant t) const { return tower_.stalls->defer(t); }
  /// When the monitor, awake at `t`, stalls next.
  [[nodiscard]] SimInstant next_stall(SimInstant t) const { return tower_.stalls->start_after(t); }
  /// Whether no verdict due in [from, to] waits for the monitor to wake. Guards are not asked.
  [[nodiscard]] bool never_defers(SimInstant from, SimInstant to) const {
    return tower_.stalls->free_of(from, to);
  }
  [[nodiscard]] bool timers_first() const { return tower_.timers_first; }
  /// Whether the monitor's clock shows true time.
  [[nodiscard]] bool plain_clock() const { return plain_clock_; }
  /// Whether the clock that a row reads was set in (from, to].
  [[nodiscard]] bool was_set(std::size_t lane, SimInstant from, SimInstant to) const {
    return !plain_clock_ && panel_->lanes()[lane].clock == world::Face::wall &&
           tower_.clock.step_in(from, to).has_value();
  }
  /// Nobody asks about verdicts that were due, or observations that were made, before `t`.
  void forget_guards_before(SimInstant t) const;
  void forget_clock_before(SimInstant t) const {
    if (!plain_clock_) tower_.clock.forget_before(t);
  }

  /// When lane's final suspicion begins if nothing more comes: `since` if it suspects, never() if
  /// it has no deadline. REQUIRES: the lane is looked at by itself.
  [[nodiscard]] SimInstant final_suspicion(std::uint32_t row, const LaneState& lane) const {
    if (lane.output == Output::suspect) return lane.since;
    if (lane.output == Output::unknown || lane.due == SimInstant::never())
      return SimInstant::never();
    return defer(row, lane.due);
  }

 private:
  void settle_all(VerdictState& state, SimInstant now) const;
  void settle_rows(VerdictState& state, std::size_t curve, SimInstant now,
                   SimInstant& earliest) const;
  template <typename Turning>
  void judge_row(VerdictState& state, std::uint32_t row, SimInstant at, SimInstant now,
                 Turning& turning, SimInstant& earliest) const;
  [[nodiscard]] SimInstant next_check(std::size_t lane, SimInstant at) const {
    return grid_of(lane).from(at);
  }
  [[nodiscard]] CheckGrid grid_of(std::size_t lane) const {
    return {panel_->lanes()[lane].check_every, tower_.check_phases[lane]};
  }
  // What the clock of family f shows.
  [[nodiscard]] LocalInstant shown(std::size_t f, SimInstant now) const {
    return plain_clock_ ? LocalInstant{now.ns} : tower_.clock.at(now, panel_->family_clocks()[f]);
  }
  [[nodiscard]] SimInstant fires(LocalInstant due, world::Face clock, SimInstant since) const;

  const Panel* panel_;
  // Walked forwards by questions that change no answer.
  mutable Watchtower tower_;
  bool plain_clock_;
  mutable std::vector<std::optional<GuardedStalls>> guards_;  // by lane; empty: none has one
  mutable std::unique_ptr<random::NamedDraws> draws_;
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
  while (from < rows && (!lies || unchecked_due(curve, line, from, now) <= now)) {
    state.lanes[curve.rows[from]].due = due_of(curve, common.line, from, state.observed_at);
    ++from;
  }
  for (std::size_t k = 0; k < from; ++k)
    judge_row(state, curve.rows[k], unchecked_due(curve, line, k, now), now, turning, earliest);
  if (lies) {
    while (from > 0 && unchecked_due(curve, line, from - 1, now) > now) --from;
  }
  common = {from, line};
  if (from < rows) earliest = std::min(earliest, due_of(curve, line, from, now));
}

}  // namespace flatline::sim
