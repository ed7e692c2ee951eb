#pragma once
// What goes wrong in a world, as data: crashes, stalls, partitions, changed routes, overload, gray
// failures, clocks that are set. The scenario room fills this in; timeline.hpp brings it to life.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flatline/base/ids.hpp"
#include "flatline/base/time.hpp"
#include "flatline/random/distribution.hpp"

namespace flatline::world {

/// Nodes that a fault strikes at the same instants: the members of a host, a rack, a zone.
struct Place {
  std::string name;
  std::vector<NodeId> nodes;
};

/// What a fault strikes, and the name its random streams carry (stable when faults are added
/// elsewhere).
struct FaultTarget {
  std::vector<NodeId> nodes;  ///< Each by itself.
  std::string stream;         ///< "crash/worker#0": kind, what is struck as written, ordinal among
                              ///< equal ones.
  std::vector<Place> places = {};  ///< Each as a whole.
};

/// How often a scheduled fault comes again.
struct Repeat {
  Duration every{};        ///< From start to start; 0: it comes once.
  std::int64_t times = 0;  ///< In all; 0: to the end of the run. Read only with `every`.
};

/// A rate that follows the hour: 1 + amplitude cos(2 pi (t - peak) / period) times its mean.
struct Diurnal {
  Duration period = hours(24);  ///< > 0.
  Duration peak{};              ///< When it is highest, after the clock's zero.
  double amplitude = 0;         ///< 0 to 1.
};

/// A rate that two states in turn modulate (a Markov-modulated Poisson process): sojourns are
/// exponential, the rate in busy times is `factor` times that in calm ones, and the mean over both
/// is the one given.
struct Bursty {
  Duration calm_mean{};  ///< > 0.
  Duration busy_mean{};  ///< > 0.
  double factor = 1;     ///< >= 1.
};

/// What a random fault does besides striking at exponential distances.
struct Variation {
  std::optional<random::Distribution> between;  ///< Law of the time from an end to the next start;
                                                ///< mean_time_between is then not read.
  std::optional<Diurnal> diurnal;               ///< Not with `between`.
  std::optional<Bursty> bursty;                 ///< Not with `between` or `diurnal`.
};

/// A crash at a set time. Without recover_after the node stays down.
struct ScheduledCrash {
  NodeId node{};
  Duration at{};  ///< After the clock's zero (the end of warm-up).
  std::optional<Duration> recover_after;
  Repeat repeat = {};
  /// After each recovery the process neither sends nor receives for so long.
  Duration slow_start = {};
};

/// Crashes as a random process: up times by the law given, down times drawn.
struct RandomCrashes {
  FaultTarget target;
  Duration mean_time_between{};  ///< From the end of one to the start of the next, > 0.
  random::Distribution down;
  Variation variation = {};
  std::optional<random::Distribution> slow_start = {};  ///< As ScheduledCrash's.
};

/// What happens to the beats that came due during a stall: the last goes out at once, none does, or
/// all do, each with its number.
enum class OnWake : std::uint8_t { send, skip, burst };

/// A stall at a set time: the processes neither send nor receive.
struct ScheduledStall {
  std::vector<NodeId> nodes;
  Duration at{};
  Duration length{};
  OnWake on_wake = OnWake::send;
  Repeat repeat = {};
  bool whole_host = false;  ///< The nodes stall as one place: a stall of their host.
};

/// Stalls as a random process.
struct RandomStalls {
  FaultTarget target;
  Duration mean_time_between{};
  random::Distribution length;
  OnWake on_wake = OnWake::send;
  Variation variation = {};
};

enum class Direction : std::uint8_t { both, a_to_b, b_to_a };

/// Messages between the sides are lost at the send instant; what is in flight arrives.
struct PartitionSides {
  std::vector<NodeId> a;
  std::vector<NodeId> b;
  Direction direction = Direction::both;
};

struct ScheduledPartition {
  PartitionSides sides;
  Duration at{};
  Duration length{};
  Repeat repeat = {};
};

struct RandomPartitions {
  PartitionSides sides;
  std::string stream;
  Duration mean_time_between{};
  random::Distribution length;
  Variation variation = {};
};

/// When a fault of the kinds below strikes: at a set time, again and again if it repeats, or at
/// random.
struct Strikes {
  std::optional<Duration> at;  ///< Empty: at random.
  Repeat repeat;
  Duration mean_time_between{};  ///< From the end of one to the start of the next, > 0.
  Variation variation;
  random::Distribution length;  ///< How long each lasts.
};

/// While it lasts, every message from a side to the other takes `extra` longer, drawn once for each
/// change: the level of the delay shifts.
struct RouteChange {
  PartitionSides sides;
  std::string stream;
  Strikes strikes;
  random::Distribution extra;
};

/// The nodes fall behind: what they send and take in is late, and later by `growth` for every
/// second of overload; afterwards the lateness is worked off by `drain` per second.
struct Overload {
  FaultTarget target;
  Strikes strikes;
  double growth = 1;   ///< Seconds per second, > 0.
  double drain = 0.5;  ///< Seconds per second, > 0 and < 1: what was sent first is done first.
};

/// The service of the nodes is dead while their heartbeats go on: what should be detected, and by
/// heartbeats alone never is.
struct GrayFailure {
  FaultTarget target;
  Strikes strikes;
};

/// The wall clocks of the nodes are set: forwards or back, at once. Lengths are not read.
struct ClockStep {
  FaultTarget target;
  Strikes strikes;
  Duration by{};  ///< Negative: back.
};

struct Faults {
  std::vector<ScheduledCrash> scheduled_crashes;
  std::vector<RandomCrashes> random_crashes;
  std::vector<ScheduledStall> scheduled_stalls;
  std::vector<RandomStalls> random_stalls;
  std::vector<ScheduledPartition> scheduled_partitions;
  std::vector<RandomPartitions> random_partitions;
  std::vector<RouteChange> route_changes;
  std::vector<Overload> overloads;
  std::vector<GrayFailure> gray_failures;
  std::vector<ClockStep> clock_steps;
};

}  // namespace flatline::world
