#pragma once
// What a plain link does without: delays that hang together, a queue, extra delays, retransmission.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "flatline/world/link.hpp"

namespace flatline::world {

/// Draws of delays that hang together: normal scores that follow an Ornstein-Uhlenbeck process,
/// looked at when messages are sent. Each draw by itself is uniform.
class LinkedDraws {
 public:
  explicit LinkedDraws(Duration correlation_time)
      : tau_ns_(static_cast<double>(correlation_time.ns)) {}
  /// The draw of a message offered at `t`; `fresh` are its own 64 bits. REQUIRES: `t` never goes
  /// back.
  [[nodiscard]] std::uint64_t next(SimInstant t, std::uint64_t fresh);

 private:
  double tau_ns_;
  double score_ = 0;
  double keep_ = 0, renew_ = 1;  // after gap_
  Duration gap_{-1};
  std::optional<SimInstant> last_;
};

/// A two-state process that can be asked about the times ahead without moving on.
class StatesAhead {
 public:
  explicit StatesAhead(BurstState state) : state_(std::move(state)) {}
  [[nodiscard]] bool bad_at(SimInstant t);
  void forget_before(SimInstant t);

 private:
  struct Sojourn {
    SimInstant until;
    bool bad;
  };
  BurstState state_;
  std::deque<Sojourn> known_;
};

/// A connection: what waits for what.
struct Connection {
  Tcp law;
  random::Stream retries;
  std::optional<StatesAhead> states;  // bursty loss
  Fate held_up_by = Fate::delivered;  // what held up the last to arrive
  // Messages sent before this wait for one that is never acknowledged, and are lost with it, by
  // what its first transmission met.
  SimInstant reset = SimInstant::before_all();
  Fate reset_by = Fate::lost;
};

struct Link::Extras {
  std::optional<LinkedDraws> linked;
  std::shared_ptr<Bottleneck> queue;
  std::vector<RouteShift> shifts;
  std::vector<Backlog> backlogs;
  std::optional<Connection> connection;

  /// Other than the queue's.
  [[nodiscard]] Duration extra_delay(SimInstant t);
};

}  // namespace flatline::world
