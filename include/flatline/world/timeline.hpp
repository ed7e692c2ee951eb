#pragma once
// The fault timeline: when a node is down or stalled, when a pair is cut. Timelines are pure
// functions of the scenario and the seed, made lazily and forwards in time, so any engine can walk
// its own copy of the same truth and memory does not grow with simulated time.

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "flatline/base/time.hpp"
#include "flatline/random/distribution.hpp"
#include "flatline/random/stream.hpp"
#include "flatline/world/model.hpp"

namespace flatline::world {

/// A span of trouble: [start, end). `end` is SimInstant::never() if it lasts.
struct Interval {
  SimInstant start{};
  SimInstant end{};
  OnWake on_wake = OnWake::send;  ///< Stalls only.
};

/// One source of intervals: a fixed list in time order, or an alternating renewal process.
class IntervalSource {
 public:
  explicit IntervalSource(std::vector<Interval> scheduled);
  /// Exponential gaps (from an end to the next start), drawn lengths, from `begin` on; draw i of
  /// each stream belongs to interval i.
  IntervalSource(SimInstant begin, random::Sampler gap, random::Sampler length, random::Stream gaps,
                 random::Stream lengths, OnWake on_wake);

  /// The next interval, or nothing if there is none. Zero-length intervals are skipped.
  std::optional<Interval> next();

 private:
  std::vector<Interval> scheduled_;
  std::size_t position_ = 0;
  bool random_ = false;
  SimInstant from_{};
  random::Sampler gap_;
  random::Sampler length_;
  random::Stream gaps_;
  random::Stream lengths_;
  std::uint64_t index_ = 0;
  OnWake on_wake_ = OnWake::send;
};

/// The union of several sources: disjoint, non-touching intervals in time order. Where intervals
/// merge, the one that ends last says what happens on waking.
class Timeline {
 public:
  Timeline() = default;
  explicit Timeline(std::vector<IntervalSource> sources);

  /// The next interval, or nothing.
  std::optional<Interval> next();

  [[nodiscard]] bool empty() const { return sources_.empty(); }

 private:
  std::vector<IntervalSource> sources_;
  std::vector<std::optional<Interval>> heads_;
};

/// Point queries on a timeline, forwards in time.
class TimelineView {
 public:
  TimelineView() = default;
  explicit TimelineView(Timeline timeline)
      : timeline_(std::move(timeline)), quiet_(timeline_.empty()) {}

  /// Whether `t` lies in an interval. REQUIRES: no call of covers() or forget_before() named a
  /// later instant.
  [[nodiscard]] bool covers(SimInstant t) {
    if (quiet_) return false;
    forget_before(t);
    return ahead_.front().start <= t;
  }

  /// The first instant from `t` on that lies in no interval (SimInstant::never() if there is none).
  [[nodiscard]] SimInstant defer(SimInstant t) { return quiet_ ? t : defer_slow(t); }

  /// When the next interval starts: `t` if it lies in one, never() if there is none. REQUIRES: as
  /// covers().
  [[nodiscard]] SimInstant next_start(SimInstant t) {
    if (quiet_) return SimInstant::never();
    forget_before(t);
    return ahead_.front().start < t ? t : ahead_.front().start;
  }

  /// When the first interval that ends after `t` starts; never() if there is none. Nothing is
  /// dropped.
  [[nodiscard]] SimInstant start_after(SimInstant t) {
    return quiet_ ? SimInstant::never() : ahead_of(t).start;
  }
  /// Whether no instant of [from, to] lies in an interval. Nothing is dropped.
  [[nodiscard]] bool free_of(SimInstant from, SimInstant to) {
    return quiet_ || free_slow(from, to);
  }

  /// Whether there is no interval at all, ever.
  [[nodiscard]] bool quiet() const { return quiet_; }

  /// Drops what ended at or before `t`: later questions are about `t` or later.
  void forget_before(SimInstant t) {
    if (quiet_) return;
    while (ahead_.empty() || ahead_.front().end <= t) advance();
  }

 private:
  void advance();
  // The first interval that ends after `t`, or the [never, never) at the end.
  const Interval& ahead_of(SimInstant t);
  SimInstant defer_slow(SimInstant t);
  bool free_slow(SimInstant from, SimInstant to) { return ahead_of(from).start > to; }

  Timeline timeline_;
  bool quiet_ = true;  // nothing ever happens
  std::deque<Interval>
      ahead_;  // generated and not yet over; the last is [never, never) once exhausted
};

/// All timelines of one replication of a world.
class Truth {
 public:
  /// Time starts at -warm_up. REQUIRES: `model` outlives this.
  Truth(const Model& model, const random::StreamFactory& streams, Duration warm_up);

  [[nodiscard]] Timeline crashes(NodeId node) const;
  [[nodiscard]] Timeline stalls(NodeId node) const;
  /// When messages from `from` to `to` are cut.
  [[nodiscard]] Timeline partitions(NodeId from, NodeId to) const;

  [[nodiscard]] SimInstant begin() const { return begin_; }

 private:
  const Model* model_;
  random::StreamFactory streams_;
  SimInstant begin_{};
  // One sampler per random process, compiled once.
  struct Compiled {
    random::Sampler gap;
    random::Sampler length;
  };
  std::vector<Compiled> crash_laws_, stall_laws_, partition_laws_;
};

}  // namespace flatline::world
