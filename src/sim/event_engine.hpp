#pragma once
// The reference engine: node programs driven by one totally ordered queue of events.

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "flatline/base/draws.hpp"
#include "flatline/engine/event_queue.hpp"
#include "flatline/protocol/program.hpp"
#include "flatline/sim/run.hpp"
#include "flatline/world/timeline.hpp"
#include "sim/channel.hpp"
#include "sim/stage.hpp"

namespace flatline::sim {

/// Hears what happens on the wire and to nodes, for timelines. Null in measured runs.
class EventListener : public VerdictListener {
 public:
  virtual void message(const char* event, NodeId from, NodeId to, SimInstant at) = 0;
  virtual void node(const char* event, NodeId node, SimInstant at) = 0;
  /// A heartbeat of this number was sent; message("send") follows.
  virtual void beat(NodeId, NodeId, SeqNo) {}
  /// The monitor's process took this in.
  virtual void observed(NodeId, NodeId, const detect::Observation&, SimInstant) {}
};

class EventEngine final : private protocol::Context {
 public:
  /// Runs `block` up to measured instant `end` and adds to `tally`, which covers the whole plan.
  /// One engine at a time lives on a stage. REQUIRES: `stage` is of the block's replication.
  EventEngine(Stage& stage, const Block& block, SimInstant end, qos::Tally& tally,
              EventListener* listener);
  ~EventEngine() override;

  /// Runs to the end: true. Or until `*stop` is set: false, and the tally is incomplete. Call once.
  bool run(const std::atomic<bool>* stop);

 private:
  // Order of events at one instant: class, then node (by name), then sender or timer, then index.
  enum class EventClass : std::uint64_t { fault = 0, delivery = 1, timer = 2 };
  enum class Fault : std::uint32_t { wake, recover, crash, stall, mend, gray };

  struct Message;
  struct Node;
  struct Route;

  void add_nodes(const Block& block);
  std::uint32_t local_of(NodeId node);
  void add_channels(std::uint32_t sender, const std::vector<NodeId>& monitors);
  inline Route& route_to(NodeId to);
  Route* find_route(NodeId to);

  void schedule_fault(std::uint32_t node, Fault fault, SimInstant at);
  void next_crash(std::uint32_t node);
  void next_stall(std::uint32_t node);
  void next_gray(std::uint32_t node);
  inline void handle(std::uint64_t order, std::uint64_t data);
  void handle_fault(std::uint32_t node, Fault fault);
  inline void handle_delivery(Message* message);
  inline void handle_timer(std::uint32_t node, std::uint64_t data);
  inline void deliver(Message* message);
  inline void release(Message* message);
  void start_program(std::uint32_t node);
  void hold_beats(Node& node) const;
  void crash(std::uint32_t node);
  void recover(std::uint32_t node);
  void stall(std::uint32_t node);
  void wake(std::uint32_t node);
  void service(std::uint32_t node, bool dies);

  inline void push_delivery(const Route& route, std::span<const std::byte> payload,
                            SimInstant arrival, std::uint64_t index, bool copy);
  void tell_of_send(const Route& route, std::optional<SeqNo> heartbeat, bool delivered);

  // protocol::Context, for the node whose program is running.
  [[nodiscard]] NodeId self() const override;
  [[nodiscard]] Incarnation incarnation() const override;
  [[nodiscard]] LocalInstant now() const override;
  void send(NodeId to, std::span<const std::byte> payload, std::int64_t bytes,
            const std::optional<SeqNo>& heartbeat) override;
  void set_timer(protocol::TimerId timer, LocalInstant at) override;
  protocol::DrawsId open_draws(std::string_view purpose) override;
  [[nodiscard]] std::uint64_t draw(protocol::DrawsId draws, std::uint64_t index) const override;
  void observe(NodeId subject, const detect::Observation& observation) override;

  Stage* stage_;
  Block block_;
  SimInstant end_;
  EventListener* listener_;
  qos::Tally* tally_;

  engine::EventQueue queue_;
  SimInstant clock_;
  std::vector<Node> nodes_;
  Node* current_ = nullptr;
  std::deque<Message> messages_;  // a deque: messages stay where they are
  Message* free_messages_ = nullptr;
};

}  // namespace flatline::sim
