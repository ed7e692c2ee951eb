#pragma once
// The fault timeline: when a node is down or stalled, when a pair is cut. Timelines are pure
// functions of the scenario and the seed, made lazily and forwards in time, so any engine can walk
// its own copy of the same truth and memory does not grow with simulated time.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "flatline/base/time.hpp"
#include "flatline/random/distribution.hpp"
#include "flatline/random/stream.hpp"
#include "flatline/world/burst_state.hpp"
#include "flatline/world/model.hpp"

namespace flatline::world {

/// A span of trouble: [start, end). `end` is SimInstant::never() if it lasts.
struct Interval {
  SimInstant start{};
  SimInstant end{};
  OnWake on_wake = OnWake::send;  ///< Stalls only.
  std::uint64_t index = 0;        ///< Its number in its source, from 0.
  Duration by{};                  ///< Steps of clocks only.
};

/// A fault that comes at set times: the first, then each `every` later, `times` in all (0: for
/// ever); with `every` 0 it comes once.
struct Periodic {
  SimInstant first{};
  Repeat repeat;
};

/// Random faults: alternating renewal from `begin` on. Draw i of each stream belongs to interval i.
struct Renewal {
  SimInstant begin{};
  random::Sampler gap;  ///< From an end to the next start.
  random::Stream gaps;
};

/// Random faults whose rate varies: the candidates of `fastest` are kept with the probability that
/// the rate of the moment has to the highest (thinning; Lewis and Shedler 1979). Draw k belongs to
/// candidate k.
struct Varying {
  Renewal fastest;  ///< Exponential gaps at the highest rate.
  random::Stream thinning;
  std::optional<Diurnal> diurnal;
  std::optional<Bursty> bursty;  ///< One of both.
  random::Sampler calm, busy;    ///< Sojourns in the states of `bursty`.
  random::Stream sojourns;       ///< Their draws.
};

/// One source of intervals: a fixed list in time order, or a process.
class IntervalSource {
 public:
  explicit IntervalSource(std::vector<Interval> scheduled);
  /// Exponential gaps (from an end to the next start), drawn lengths, from `begin` on; draw i of
  /// each stream belongs to interval i.
  IntervalSource(SimInstant begin, random::Sampler gap, random::Sampler length, random::Stream gaps,
                 random::Stream lengths, OnWake on_wake);
  /// Lengths are drawn: draw i of `lengths` belongs to interval i. An interval that begins before
  /// the one before it has ended is left out.
  IntervalSource(const Periodic& when, random::Sampler length, random::Stream lengths,
                 OnWake on_wake);
  IntervalSource(Varying when, random::Sampler length, random::Stream lengths, OnWake on_wake);
  /// For steps of clocks, which last no time: 1 ns each.
  void set_by(Duration by);
  /// Instead of each interval, what follows it (slow starts): from its end on, a length drawn from
  /// `length`, draw i for interval i, but not beyond the next interval's start.
  [[nodiscard]] IntervalSource followed_by(random::Sampler length, random::Stream lengths) &&;

  /// The next interval, or nothing if there is none. Zero-length intervals are skipped.
  std::optional<Interval> next();

 private:
  enum class Kind : std::uint8_t { listed, periodic, renewal, varying };
  struct Follow {
    random::Sampler length;
    random::Stream lengths;
    std::optional<Interval> after;  // the strike to be followed next
    bool begun = false;
  };
  std::optional<Interval> next_strike();
  std::optional<Interval> next_listed();
  std::optional<Interval> next_periodic();
  std::optional<Interval> next_random();
  // Whether a candidate of the highest rate at `t` is one at the rate of that moment.
  [[nodiscard]] bool keeps(SimInstant t, std::uint64_t bits);

  Kind kind_ = Kind::listed;
  OnWake on_wake_ = OnWake::send;
  std::vector<Interval> scheduled_;
  std::size_t position_ = 0;
  SimInstant from_{};  // end of the last; periodic: start of the next
  random::Sampler gap_;
  random::Sampler length_;
  random::Stream gaps_;
  random::Stream lengths_;
  std::uint64_t index_ = 0;      // of the next interval
  std::uint64_t candidate_ = 0;  // varying: of the next candidate
  Repeat repeat_;
  SimInstant over_ = SimInstant::before_all();  // periodic: end of the last
  random::Stream thinning_;
  std::optional<Diurnal> diurnal_;
  double factor_ = 1;
  std::optional<BurstState> busy_;  // varying: bursty
  std::optional<Follow> follow_;
  Duration by_{};
};

/// The union of several sources: disjoint, non-touching intervals in time order. Where intervals
/// merge, the one that ends last says what happens on waking, the first gives its index, and steps
/// of clocks add up.
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

class RouteShift;
class Backlog;
class Clock;

/// All timelines of one replication of a world.
class Truth {
 public:
  /// Time starts at -warm_up. Beyond `end` clocks are neither set nor do they wander: a timer years
  /// ahead is found at once. REQUIRES: `model` outlives this.
  Truth(const Model& model, const random::StreamFactory& streams, Duration warm_up,
        SimInstant end = SimInstant::never());
  ~Truth();

  [[nodiscard]] Timeline crashes(NodeId node) const;
  /// When the process neither sends nor receives: stalls and slow starts.
  [[nodiscard]] Timeline stalls(NodeId node) const;
  /// Of these, the stalls that strike other nodes at the same instants: of its host, its rack.
  [[nodiscard]] Timeline host_stalls(NodeId node) const;
  /// When messages from `from` to `to` are cut.
  [[nodiscard]] Timeline partitions(NodeId from, NodeId to) const;
  /// When the service is dead while heartbeats go on.
  [[nodiscard]] Timeline gray_failures(NodeId node) const;
  [[nodiscard]] Timeline overloads(NodeId node) const;
  /// What makes messages from `from` to `to` later, by when they are sent.
  [[nodiscard]] std::vector<RouteShift> route_shifts(NodeId from, NodeId to) const;
  /// Of sender and receiver.
  [[nodiscard]] std::vector<Backlog> backlogs(NodeId from, NodeId to) const;
  [[nodiscard]] Clock clock(NodeId node) const;

  [[nodiscard]] SimInstant begin() const { return begin_; }

 private:
  struct Laws;  // every law of every random process, compiled once
  // Of the crashes of a node, or of the slow starts that follow them.
  [[nodiscard]] std::vector<IntervalSource> crash_sources(NodeId node, bool slow_starts) const;
  [[nodiscard]] std::vector<IntervalSource> stall_sources(NodeId node, bool shared_only) const;
  const Model* model_;
  random::StreamFactory streams_;
  SimInstant begin_{};
  SimInstant end_ = SimInstant::never();
  std::unique_ptr<const Laws> laws_;
};

}  // namespace flatline::world
