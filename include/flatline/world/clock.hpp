#pragma once
// A node's clocks. The monotonic one runs from the same zero as true time, at a rate that is wrong
// by a constant and may wander; the wall clock shows the same and is set now and then. Integers
// only, so that every machine reads the same. A clock is a pure function of the scenario and the
// seed: who asks about different times has a copy of its own.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "flatline/base/time.hpp"
#include "flatline/random/stream.hpp"
#include "flatline/world/model.hpp"
#include "flatline/world/timeline.hpp"

namespace flatline::world {

/// Which clock is read.
enum class Face : std::uint8_t { monotonic, wall };

/// What the rules say of one node.
struct ClockLaw {
  double drift_ppm = 0;
  double drift_spread_ppm = 0;
  double wander_ppm = 0;
  Duration granularity{};
};

/// The law of a node's clock: per key the last rule that names the node.
ClockLaw clock_law(const Model& model, NodeId node);

class Clock {
 public:
  /// How long the rate of a wandering clock stays as it is.
  static constexpr Duration kWanderStep = seconds(10);

  /// Shows true time.
  Clock() = default;
  /// From `begin` on. `name` is the node's; its draws are "clock/NAME/drift" and
  /// "clock/NAME/wander". `steps` are the instants at which the wall clock is set, each an interval
  /// that begins there and whose `by` says how far. Beyond `end` it is neither set nor
  /// does it wander. REQUIRES: `begin` is not after 0; at begin both
  /// clocks show it.
  Clock(const ClockLaw& law, const random::StreamFactory& streams, const std::string& name,
        Timeline steps, SimInstant begin, SimInstant end = SimInstant::never());

  /// Whether it shows true time, always, and its timers fire on time.
  [[nodiscard]] bool perfect() const { return perfect_; }

  /// What it shows at `t`. Never goes back: of the wall clock's steps only those forwards are in
  /// it. REQUIRES: not before what forget_before() named.
  [[nodiscard]] LocalInstant at(SimInstant t, Face face);

  /// When a timer that was set at `since` for `reading` fires: the first instant from `since` on at
  /// which the clock shows `reading` or later, in whole multiples of the granularity. A wall clock
  /// that is set back after `since` shows it later by as much. never() for LocalInstant::never().
  /// REQUIRES: as at().
  [[nodiscard]] SimInstant when(LocalInstant reading, Face face, SimInstant since);

  /// When the wall clock was first set in (from, to], if it was. REQUIRES: as at().
  [[nodiscard]] std::optional<SimInstant> step_in(SimInstant from, SimInstant to);

  /// Drops what it knows of earlier times.
  void forget_before(SimInstant t);

 private:
  // From `from` on, up to the next: shows `monotonic` + (t - from) (1 + rate), rate in 1e-15. The
  // wall clock is `forward` ahead of that, and has been set back by `back` in all.
  struct Piece {
    SimInstant from{};
    std::int64_t monotonic = 0, fraction = 0;  // and 1e-15 ns
    std::int64_t rate = 0;
    std::int64_t forward = 0, back = 0;
    bool step = false;  // begins with a step of the wall clock
  };
  static __int128 shown_since(const Piece& piece, Duration time);
  bool extend();
  std::size_t piece_at(SimInstant t);

  bool perfect_ = true;
  std::int64_t granularity_ = 0;
  double wander_ = 0;  // deviation of a change of the rate, 1e-15
  random::Stream wander_draws_;
  std::uint64_t wander_index_ = 0;
  SimInstant next_wander_ = SimInstant::never();
  Timeline steps_;
  std::optional<Interval> next_step_;
  SimInstant end_ = SimInstant::never();
  std::deque<Piece> pieces_;
};

}  // namespace flatline::world
