#pragma once
// What the event engine keeps per message, per route and per node. Shared by its two sources only.

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "flatline/base/check.hpp"
#include "flatline/protocol/push.hpp"
#include "flatline/random/stream.hpp"
#include "flatline/world/link.hpp"
#include "sim/event_engine.hpp"

namespace flatline::sim {

// (class, node rank, sender rank or timer, index) in one word; ranks are below 2^20, as a
// scenario has at most 10^6 nodes.
inline constexpr unsigned kStreamShift = 21;
constexpr std::uint64_t order_of(std::uint64_t event_class, std::uint64_t node,
                                 std::uint64_t stream, std::uint64_t index) {
  return (event_class << 61) | (node << 41) | (stream << kStreamShift) | index_bits(index);
}

// (place of the node, incarnation, timer) in one word: what the expiry of timer 0 carries.
inline constexpr std::uint64_t kTimerMask = 0xffff;
constexpr std::uint64_t timer_data(std::uint32_t place, Incarnation incarnation) {
  return std::uint64_t{place} << 40 | std::uint64_t{incarnation.value} << 16;
}

// A message in flight. It keeps its place until it is taken in, so that a program may send while it
// reads one.
struct EventEngine::Message {
  static constexpr std::size_t kLargestPayload = 36;

  const Route* route = nullptr;
  Message* next_free = nullptr;
  std::uint32_t length = 0;
  std::array<std::byte, kLargestPayload> bytes{};

  void assign(std::span<const std::byte> payload) {
    FLATLINE_CHECK(payload.size() <= kLargestPayload, "a payload fits its message");
    length = static_cast<std::uint32_t>(payload.size());
    // Nearly all are heartbeats; a copy of known length takes no call.
    if (length == sizeof(protocol::Heartbeat)) {
      std::memcpy(bytes.data(), payload.data(), sizeof(protocol::Heartbeat));
    } else {
      std::memcpy(bytes.data(), payload.data(), length);
    }
  }
  [[nodiscard]] std::span<const std::byte> payload() const {
    return std::span(bytes).first(length);
  }
};

struct EventEngine::Route {
  NodeId to_id{};
  Route* next = nullptr;  // the sender's next route, round and round
  Node* from = nullptr;
  Node* to = nullptr;
  Channel* channel = nullptr;  // the pair (from, to), if it is monitored
  std::uint64_t order = 0;     // of its deliveries, index 0
  world::Link link;
  std::uint64_t others_sent = 0;
  std::int64_t measured_messages = 0;
  qos::Wide measured_bytes = 0;
};

struct EventEngine::Node {
  NodeId id{};
  std::uint32_t place = 0;  // in nodes_
  Incarnation incarnation{};
  bool up = true;
  bool stalled = false;
  bool must_start = false;  // recovered during a stall: the process starts on waking
  std::unique_ptr<protocol::NodeProgram> program;
  std::vector<Route> routes;
  Route* next_route = nullptr;
  std::int64_t measured_arrivals = 0;
  std::uint64_t timer_order = 0;  // of its timers' expiries, timer 0
  std::uint64_t timer_data = 0;   // the same
  std::uint64_t rank = 0;
  std::string name;
  std::vector<NodeId> beats_to;
  world::Timeline crashes, stalls, gray_failures;
  world::Interval crash_now, stall_now, gray_now;
  world::TimelineView host_stalls;
  world::Clock clock;
  std::vector<Message*> inbox;             // messages that came during a stall
  std::vector<protocol::TimerId> overdue;  // timers that came due during a stall
  std::vector<random::Stream> draws;
  std::vector<std::string> draw_names;

  // As a monitor.
  std::unique_ptr<world::TimelineView> own_stalls;
  std::vector<std::unique_ptr<Account>> watched;
  std::vector<Channel*> watched_by_sender;  // per place in nodes_, or nullptr
};

inline void EventEngine::deliver(Message* message) {
  Node& node = *message->route->to;
  if (node.up) {
    current_ = &node;
    node.program->on_message(*this, message->route->from->id, message->payload());
  }
  release(message);
}

inline void EventEngine::release(Message* message) {
  message->next_free = free_messages_;
  free_messages_ = message;
}

}  // namespace flatline::sim
