#include "sim/event_engine.hpp"

#include <utility>

#include "flatline/base/check.hpp"
#include "sim/event_nodes.hpp"

namespace flatline::sim {
namespace {

constexpr int kStopCheckMask = 0xfff;  // look at the stop flag every 4096 events

}  // namespace

EventEngine::EventEngine(Stage& stage, const Block& block, SimInstant end, qos::Tally& tally,
                         EventListener* listener)
    : stage_(&stage),
      block_(block),
      end_(end),
      listener_(listener),
      tally_(&tally),
      clock_(stage.truth.begin()) {
  add_nodes(block);
}

EventEngine::~EventEngine() {
  for (const Node& node : nodes_) stage_->places[node.id.value] = Stage::kAbsent;
}

std::uint32_t EventEngine::local_of(NodeId id) {
  std::uint32_t& place = stage_->places[id.value];
  if (place != Stage::kAbsent) return place;
  place = static_cast<std::uint32_t>(nodes_.size());
  const world::Cluster& cluster = stage_->world->scenario().world.cluster;
  Node& node = nodes_.emplace_back();
  node.id = id;
  node.place = place;
  node.rank = cluster.rank(id);
  node.timer_order = order_of(static_cast<std::uint64_t>(EventClass::timer), node.rank, 0, 0);
  node.timer_data = timer_data(place, {});
  node.name = cluster.name(id);
  node.crashes = stage_->truth.crashes(id);
  node.stalls = stage_->truth.stalls(id);
  node.gray_failures = stage_->truth.gray_failures(id);
  node.host_stalls = world::TimelineView(stage_->truth.host_stalls(id));
  node.clock = stage_->truth.clock(id);
  return place;
}

void EventEngine::add_nodes(const Block& block) {
  const scenario::Scenario& scenario = stage_->world->scenario();
  const protocol::PushSettings& push = scenario.push;
  FLATLINE_CHECK(block.first < block.last && block.last <= push.from.size(), "a block has senders");
  for (std::size_t i = block.first; i < block.last; ++i) {
    const std::uint32_t sender = local_of(push.from[i]);
    for (const NodeId monitor : push.to) {
      if (monitor == push.from[i]) continue;
      nodes_[sender].beats_to.push_back(monitor);
      local_of(monitor);
    }
  }
  for (const NodeId monitor : push.to) {
    if (stage_->places[monitor.value] == Stage::kAbsent) continue;
    Node& node = nodes_[stage_->places[monitor.value]];
    node.own_stalls = std::make_unique<world::TimelineView>(stage_->truth.stalls(monitor));
    node.watched_by_sender.assign(nodes_.size(), nullptr);
  }
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) add_channels(i, nodes_[i].beats_to);
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    next_crash(i);
    next_stall(i);
    next_gray(i);
    start_program(i);
  }
}

void EventEngine::add_channels(std::uint32_t sender, const std::vector<NodeId>& monitors) {
  for (const NodeId id : monitors) {
    const std::uint32_t to = stage_->places[id.value];
    Node& from = nodes_[sender];
    Node& monitor = nodes_[to];
    monitor.watched.push_back(
        stage_->open_account(from.id, id, *monitor.own_stalls, *tally_, listener_));
    Channel* channel = &monitor.watched.back()->channel;
    monitor.watched_by_sender[sender] = channel;
    from.routes.push_back(
        {id, nullptr, &from, &monitor, channel,
         order_of(static_cast<std::uint64_t>(EventClass::delivery), monitor.rank, from.rank, 0),
         stage_->open_link(from.id, id), 0, 0, 0});
  }
  Node& from = nodes_[sender];
  for (std::size_t i = 0; i < from.routes.size(); ++i) {
    from.routes[i].next = &from.routes[(i + 1) % from.routes.size()];
  }
  if (!from.routes.empty()) from.next_route = from.routes.data();
}

void EventEngine::handle_delivery(Message* message) {
  Node& node = *message->route->to;
  if (listener_ != nullptr) [[unlikely]]
    listener_->message("arrive", message->route->from->id, node.id, clock_);
  node.measured_arrivals += node.up && clock_.ns >= 0 ? 1 : 0;
  if (node.up && node.stalled) [[unlikely]] {
    if (message->route->channel != nullptr)
      message->route->channel->arrival_held(clock_, node.host_stalls.covers(clock_));
    node.inbox.push_back(message);
    return;
  }
  deliver(message);
}

void EventEngine::handle_timer(std::uint32_t place, std::uint64_t data) {
  Node& node = nodes_[place];
  const protocol::TimerId timer{static_cast<std::uint32_t>(data & kTimerMask)};
  // Timers of an earlier incarnation are void, and a node that is down has none.
  if ((data ^ node.timer_data) > kTimerMask || !node.up) [[unlikely]]
    return;
  if (node.stalled) [[unlikely]] {
    hold_beats(node);
    node.overdue.push_back(timer);
    return;
  }
  current_ = &node;
  node.program->on_timer(*this, timer, protocol::CatchUp::last);
}

void EventEngine::handle(std::uint64_t order, std::uint64_t data) {
  switch (static_cast<EventClass>(order >> 61)) {
    case EventClass::fault:
      handle_fault(static_cast<std::uint32_t>(data >> 8), static_cast<Fault>(data & 0xff));
      break;
    case EventClass::delivery:
      handle_delivery(reinterpret_cast<Message*>(data));
      break;
    case EventClass::timer:
      handle_timer(static_cast<std::uint32_t>(data >> 40), data);
      break;
  }
}

bool EventEngine::run(const std::atomic<bool>* stop) {
  int handled = 0;
  for (;;) {
    const engine::Event* const next = queue_.next();
    if (next == nullptr || next->at >= end_.ns) break;
    if ((++handled & kStopCheckMask) == 0 && stop != nullptr &&
        stop->load(std::memory_order_relaxed))
      return false;
    clock_ = {next->at};
    const std::uint64_t order = next->order, data = next->data;
    queue_.drop();
    handle(order, data);
  }
  for (Node& node : nodes_) {
    for (const auto& account : node.watched) account->channel.finish(end_);
    tally_->node_messages[node.id.value] += node.measured_arrivals;
    for (const Route& route : node.routes) {
      tally_->messages += route.measured_messages;
      tally_->node_messages[node.id.value] += route.measured_messages;
      tally_->bytes += route.measured_bytes;
    }
  }
  return true;
}

void EventEngine::start_program(std::uint32_t place) {
  const scenario::Scenario& scenario = stage_->world->scenario();
  Node& node = nodes_[place];
  node.must_start = false;
  node.draws.clear();
  node.draw_names.clear();
  node.program =
      protocol::make_push_node(scenario.push, node.beats_to, scenario.world.cluster.size());
  current_ = &node;
  node.program->on_start(*this);
}

void EventEngine::push_delivery(const Route& route, std::span<const std::byte> payload,
                                SimInstant arrival, std::uint64_t index, bool copy) {
  if (free_messages_ == nullptr) [[unlikely]]
    release(&messages_.emplace_back());
  Message* const message = free_messages_;
  free_messages_ = message->next_free;
  message->route = &route;
  message->assign(payload);
  // The address says which message it is; it takes no part in the order of events.
  queue_.push({arrival.ns, route.order | arrival_order(index, copy),
               reinterpret_cast<std::uint64_t>(message)});
}

NodeId EventEngine::self() const {
  return current_->id;
}
Incarnation EventEngine::incarnation() const {
  return current_->incarnation;
}
LocalInstant EventEngine::now() const {
  world::Clock& clock = current_->clock;
  return clock.perfect() ? LocalInstant{clock_.ns} : clock.at(clock_, world::Face::monotonic);
}

EventEngine::Route& EventEngine::route_to(NodeId to) {
  // Programs send to their peers in turn: the next route is nearly always the right one.
  Route* route = current_->next_route;
  if (route == nullptr || route->to_id != to) [[unlikely]]
    route = find_route(to);
  current_->next_route = route->next;
  return *route;
}

EventEngine::Route* EventEngine::find_route(NodeId to) {
  for (Route& route : current_->routes) {
    if (route.to_id == to) return &route;
  }
  FLATLINE_CHECK(false, "a program sends along routes only");
  return nullptr;
}

void EventEngine::tell_of_send(const Route& route, std::optional<SeqNo> heartbeat, bool delivered) {
  const NodeId from = route.from->id;
  if (heartbeat) listener_->beat(from, route.to_id, *heartbeat);
  listener_->message("send", from, route.to_id, clock_);
  if (!delivered) listener_->message("lost", from, route.to_id, clock_);
}

void EventEngine::send(NodeId to, std::span<const std::byte> payload, std::int64_t bytes,
                       const std::optional<SeqNo>& heartbeat) {
  Route& route = route_to(to);
  const Incarnation incarnation = current_->incarnation;
  const std::uint64_t index = heartbeat ? protocol::beat_index(incarnation, heartbeat->value)
                                        : (std::uint64_t{1} << 63) + route.others_sent++;
  const world::Passage passage = route.link.transmit(clock_, index, bytes + kHeaderBytes);
  const bool delivered = passage.fate == world::Fate::delivered;
  if (clock_.ns >= 0) [[likely]] {
    ++route.measured_messages;
    route.measured_bytes += bytes + kHeaderBytes;
  }
  if (listener_ != nullptr) [[unlikely]]
    tell_of_send(route, heartbeat, delivered);
  if (heartbeat && route.channel != nullptr) [[likely]] {
    Channel& channel = *route.channel;
    if (delivered) [[likely]] {
      if (passage.held_up_by != world::Fate::delivered) [[unlikely]]
        channel.lost(clock_, passage.held_up_by == world::Fate::cut);
      const Sent sent{clock_, now()};
      channel.in_flight(sent, *heartbeat, incarnation, passage.arrival, false);
      if (passage.duplicate) [[unlikely]]
        channel.in_flight(sent, *heartbeat, incarnation, *passage.duplicate, true);
    } else {
      channel.lost(clock_, passage.fate == world::Fate::cut);
    }
    channel.sent(clock_, delivered);
  }
  if (!delivered) [[unlikely]]
    return;
  push_delivery(route, payload, passage.arrival, index, false);
  if (passage.duplicate) [[unlikely]]
    push_delivery(route, payload, *passage.duplicate, index, true);
}

void EventEngine::set_timer(protocol::TimerId timer, LocalInstant at) {
  FLATLINE_CHECK(timer.value <= kTimerMask, "timer ids are small");
  Node& node = *current_;
  SimInstant fires{at.ns};
  if (!node.clock.perfect()) [[unlikely]] {
    fires = node.clock.when(at, world::Face::monotonic, clock_);
    node.clock.forget_before(clock_);
  }
  queue_.push({fires.ns, node.timer_order | std::uint64_t{timer.value} << kStreamShift,
               node.timer_data | timer.value});
}

protocol::DrawsId EventEngine::open_draws(std::string_view purpose) {
  Node& node = *current_;
  for (std::size_t i = 0; i < node.draw_names.size(); ++i) {
    if (node.draw_names[i] == purpose) return {static_cast<std::uint32_t>(i)};
  }
  node.draw_names.emplace_back(purpose);
  node.draws.push_back(stage_->streams.stream("node/" + node.name + "/" + std::string(purpose)));
  return {static_cast<std::uint32_t>(node.draws.size() - 1)};
}

std::uint64_t EventEngine::draw(protocol::DrawsId draws, std::uint64_t index) const {
  return current_->draws[draws.value].bits(index);
}

void EventEngine::observe(NodeId subject, const detect::Observation& observation) {
  Channel* channel = current_->watched_by_sender[stage_->places[subject.value]];
  FLATLINE_CHECK(channel != nullptr, "a monitor observes those it watches");
  if (listener_ != nullptr) listener_->observed(subject, current_->id, observation, clock_);
  channel->observe(clock_, observation);
}

}  // namespace flatline::sim
