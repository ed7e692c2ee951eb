#pragma once
// What makes messages later than their link's law says, as functions of the time at which they are
// sent: another route, an overloaded node. Walked forwards in time.

#include <cstdint>

#include "flatline/base/time.hpp"
#include "flatline/random/distribution.hpp"
#include "flatline/random/stream.hpp"
#include "flatline/world/timeline.hpp"

namespace flatline::world {

/// A level shift: while a change lasts, every message takes as much longer as was drawn for it.
class RouteShift {
 public:
  /// Change i takes draw i of `draws`.
  RouteShift(IntervalSource changes, random::Sampler extra, const random::Stream& draws);

  /// REQUIRES: `t` never goes back.
  [[nodiscard]] Duration at(SimInstant t);

 private:
  void next();

  IntervalSource changes_;  // no Timeline: changes that touch stay two
  random::Sampler extra_;
  random::Stream draws_;
  Interval now_;  // the change that is going on or comes next
  Duration level_{};
};

/// The backlog of an overloaded node, in time: it grows by `growth` seconds per second of overload
/// and falls by `drain` per second afterwards, to nothing.
class Backlog {
 public:
  /// REQUIRES: growth > 0, 0 < drain < 1; both are rounded to 1e-9.
  Backlog(Timeline overloads, double growth, double drain);

  /// REQUIRES: `t` never goes back.
  [[nodiscard]] Duration at(SimInstant t);

 private:
  void next();
  // What is left at `t` of the backlog at the end of the last overload. REQUIRES: not before it.
  [[nodiscard]] std::int64_t left_at(SimInstant t) const;

  Timeline overloads_;
  std::int64_t growth_, drain_;  // 1e-9 s per second
  Interval next_;                // the overload that is going on or comes next
  SimInstant known_{};           // end of the last overload; the backlog is known here,
  std::int64_t backlog_ns_ = 0;  // and was this
};

}  // namespace flatline::world
