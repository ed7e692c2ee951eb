#pragma once
// The reference engine: node programs driven by one totally ordered queue of events.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "flatline/base/draws.hpp"
#include "flatline/engine/event_queue.hpp"
#include "flatline/protocol/program.hpp"
#include "flatline/sim/run.hpp"
#include "flatline/world/timeline.hpp"
#include "sim/channel.hpp"
#include "sim/panel.hpp"

namespace flatline::sim {

/// Hears what happens on the wire and to nodes, for timelines. Null in measured runs.
class EventListener : public VerdictListener {
 public:
  virtual void message(const char* event, NodeId from, NodeId to, SimInstant at) = 0;
  virtual void node(const char* event, NodeId node, SimInstant at) = 0;
};

class EventEngine final : private protocol::Context {
 public:
  /// Runs `block` of `world` up to measured instant `end`; the tally covers the whole plan.
  EventEngine(const PreparedWorld& world, const std::vector<JudgedSetting>& settings,
              const Block& block, SimInstant end, EventListener* listener);
  ~EventEngine() override;

  /// Runs to the end, or until `*stop` is set. Call once.
  qos::Tally run(const std::atomic<bool>* stop);

 private:
  // Order of events at one instant: class, then node (by name), then sender or timer, then index.
  enum class EventClass : std::uint64_t { fault = 0, delivery = 1, timer = 2 };
  enum class Fault : std::uint32_t { wake = 0, recover = 1, crash = 2, stall = 3 };

  struct Message;
  struct Node;
  struct Route;

  void add_nodes(const Block& block);
  std::uint32_t local_of(NodeId node);
  void add_channels(std::uint32_t sender, const std::vector<NodeId>& monitors);
  Route& route_to(NodeId to);

  void schedule_fault(std::uint32_t node, Fault fault, SimInstant at);
  void next_crash(std::uint32_t node);
  void next_stall(std::uint32_t node);
  void handle(const engine::Event& event);
  void handle_fault(std::uint32_t node, Fault fault);
  void handle_delivery(std::uint32_t slot);
  void handle_timer(std::uint32_t node, std::uint64_t data);
  void deliver(std::uint32_t slot);
  void start_program(std::uint32_t node);
  void crash(std::uint32_t node);
  void recover(std::uint32_t node);
  void stall(std::uint32_t node);
  void wake(std::uint32_t node);

  std::uint32_t new_message(const Route& route, std::span<const std::byte> payload);
  void push_delivery(std::uint32_t slot, SimInstant arrival, std::uint64_t index, bool copy);

  // protocol::Context, for the node whose program is running.
  [[nodiscard]] NodeId self() const override;
  [[nodiscard]] Incarnation incarnation() const override;
  [[nodiscard]] LocalInstant now() const override;
  void send(NodeId to, std::span<const std::byte> payload, std::int64_t bytes,
            std::optional<SeqNo> heartbeat) override;
  void set_timer(protocol::TimerId timer, LocalInstant at) override;
  protocol::DrawsId open_draws(std::string_view purpose) override;
  [[nodiscard]] std::uint64_t draw(protocol::DrawsId draws, std::uint64_t index) const override;
  void observe(NodeId subject, const detect::Observation& observation) override;

  const PreparedWorld* world_;
  Block block_;
  SimInstant end_;
  EventListener* listener_;
  random::StreamFactory streams_;
  world::Truth truth_;
  Panel panel_;
  qos::Tally tally_;

  engine::EventQueue queue_;
  SimInstant clock_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> local_;  // NodeId -> place in nodes_, or kAbsent
  std::uint32_t current_ = 0;
  std::vector<Message> messages_;
  std::vector<std::uint32_t> free_messages_;
};

}  // namespace flatline::sim
