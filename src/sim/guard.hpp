#pragma once
// When a monitor that distrusts itself after a pause turns against nobody: its stalls, and after
// the long ones a hold.

#include <deque>
#include <optional>

#include "flatline/base/time.hpp"
#include "flatline/detect/detector.hpp"
#include "flatline/world/timeline.hpp"

namespace flatline::sim {

/// The grid of a row's checks on a monitor: its looks lie at phase + k * every.
struct CheckGrid {
  Duration every{};  ///< 0: it looks all the time.
  Duration phase{};

  /// The first look from `t` on.
  [[nodiscard]] SimInstant from(SimInstant t) const;
  /// The last look up to `t`.
  [[nodiscard]] SimInstant upto(SimInstant t) const;
};

/// Walked forwards in time, like world::TimelineView.
class GuardedStalls {
 public:
  /// The run ends at `end`. A hold that pauses renew again and again lasts as long as they do, but
  /// after kMostRenewals beyond the end it lasts for ever.
  GuardedStalls(world::Timeline stalls, const detect::PauseGuard& guard, const CheckGrid& checks,
                SimInstant end);
  static constexpr int kMostRenewals = 1000;

  /// When a verdict that is due at `t` is spoken: `t`, on waking, or at the first look after the
  /// hold.
  [[nodiscard]] SimInstant defer(SimInstant t);
  /// Drops what ended at or before `t`.
  void forget_before(SimInstant t);

 private:
  struct Quiet {
    SimInstant start{}, end{};
  };
  void extend();
  std::optional<Quiet> next_stall();

  world::Timeline stalls_;
  detect::PauseGuard guard_;
  CheckGrid checks_;
  SimInstant end_;
  SimInstant last_wake_ = SimInstant::before_all();
  std::optional<Quiet> next_;  // has not been joined to those before yet
  std::deque<Quiet> ahead_;    // disjoint; the last is [never, never) when there are no more
};

}  // namespace flatline::sim
