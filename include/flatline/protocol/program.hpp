#pragma once
// Node programs. A program is what one node runs: it reacts to messages, timers and waking, and
// knows nothing but its own clock and what it is told. Push heartbeats are two programs (push.hpp);
// pull, gossip, SWIM or Raft will be more of the same. The engine owns time, links and payloads.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "flatline/base/ids.hpp"
#include "flatline/base/time.hpp"
#include "flatline/detect/detector.hpp"

namespace flatline::protocol {

/// Names one of a node's timers. A node has one pending expiry per id.
struct TimerId {
  std::uint32_t value = 0;
};

/// A stream of draws that a program has opened by name.
struct DrawsId {
  std::uint32_t value = 0;
};

/// What a process does about work that came due while it was stalled: the last of it at once, none,
/// or all. A timer that fires in time (or a little late, by a coarse clock) always has `last`.
enum class CatchUp : std::uint8_t { last, none, all };

/// What a program can do. Valid only during the call that hands it over.
class Context {
 public:
  virtual ~Context() = default;

  [[nodiscard]] virtual NodeId self() const = 0;
  [[nodiscard]] virtual Incarnation incarnation() const = 0;
  [[nodiscard]] virtual LocalInstant now() const = 0;

  /// Sends `payload`, which counts as `bytes` on the wire before headers. `heartbeat` marks the
  /// message as the node's heartbeat of that number, which addresses its draws; other messages are
  /// numbered by the link.
  virtual void send(NodeId to, std::span<const std::byte> payload, std::int64_t bytes,
                    const std::optional<SeqNo>& heartbeat) = 0;

  /// Arms `timer` for `at` (now or later). A timer that comes due during a stall fires on waking.
  /// REQUIRES: the timer is not pending.
  virtual void set_timer(TimerId timer, LocalInstant at) = 0;

  /// Opens the stream of draws called `purpose`: the same for the same node and purpose in every
  /// run of a seed.
  virtual DrawsId open_draws(std::string_view purpose) = 0;
  [[nodiscard]] virtual std::uint64_t draw(DrawsId draws, std::uint64_t index) const = 0;

  /// Hands an observation of `subject` to every detector that watches it from this node.
  virtual void observe(NodeId subject, const detect::Observation& observation) = 0;
};

/// What one node runs. A node that recovers from a crash starts a fresh program.
class NodeProgram {
 public:
  virtual ~NodeProgram() = default;
  virtual void on_start(Context& context) = 0;
  virtual void on_message(Context& context, NodeId from, std::span<const std::byte> payload) = 0;
  virtual void on_timer(Context& context, TimerId timer, CatchUp catch_up) = 0;
};

}  // namespace flatline::protocol
