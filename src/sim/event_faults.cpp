// Crashes and stalls in the event engine.

#include "sim/event_engine.hpp"
#include "sim/event_nodes.hpp"

namespace flatline::sim {

void EventEngine::schedule_fault(std::uint32_t place, Fault fault, SimInstant at) {
  if (at == SimInstant::never()) return;
  queue_.push({at.ns,
               order_of(static_cast<std::uint64_t>(EventClass::fault), nodes_[place].rank,
                        static_cast<std::uint64_t>(fault), 0),
               std::uint64_t{place} << 8 | static_cast<std::uint64_t>(fault)});
}

void EventEngine::next_crash(std::uint32_t place) {
  Node& node = nodes_[place];
  if (const auto crash = node.crashes.next()) {
    node.crash_now = *crash;
    schedule_fault(place, Fault::crash, crash->start);
  }
}

void EventEngine::next_stall(std::uint32_t place) {
  Node& node = nodes_[place];
  if (const auto stall = node.stalls.next()) {
    node.stall_now = *stall;
    schedule_fault(place, Fault::stall, stall->start);
  }
}

void EventEngine::next_gray(std::uint32_t place) {
  Node& node = nodes_[place];
  if (const auto gray = node.gray_failures.next()) {
    node.gray_now = *gray;
    schedule_fault(place, Fault::gray, gray->start);
  }
}

void EventEngine::handle_fault(std::uint32_t place, Fault fault) {
  switch (fault) {
    case Fault::crash:
      crash(place);
      break;
    case Fault::recover:
      recover(place);
      break;
    case Fault::stall:
      stall(place);
      break;
    case Fault::wake:
      wake(place);
      break;
    case Fault::gray:
      service(place, true);
      break;
    case Fault::mend:
      service(place, false);
      break;
  }
}

void EventEngine::crash(std::uint32_t place) {
  Node& node = nodes_[place];
  if (listener_ != nullptr) listener_->node("crash", node.id, clock_);
  for (const Route& route : node.routes) {
    if (route.channel != nullptr) route.channel->monitored_crashed(clock_);
  }
  for (const auto& account : node.watched) account->channel.monitor_crashed(clock_);
  node.up = false;
  node.overdue.clear();
  for (Message* const message : node.inbox) release(message);
  node.inbox.clear();
  schedule_fault(place, Fault::recover, node.crash_now.end);
}

void EventEngine::recover(std::uint32_t place) {
  Node& node = nodes_[place];
  if (listener_ != nullptr) listener_->node("recover", node.id, clock_);
  node.up = true;
  ++node.incarnation.value;
  node.timer_data = timer_data(place, node.incarnation);
  for (const Route& route : node.routes) {
    if (route.channel != nullptr) route.channel->monitored_recovered(clock_);
  }
  for (const auto& account : node.watched) account->channel.monitor_recovered(clock_);
  node.must_start = true;
  if (node.stalled) {
    hold_beats(node);
  } else {
    start_program(place);
  }
  next_crash(place);
}

void EventEngine::stall(std::uint32_t place) {
  Node& node = nodes_[place];
  if (listener_ != nullptr) listener_->node("stall", node.id, clock_);
  node.stalled = true;
  for (const auto& account : node.watched) account->channel.monitor_stalled(clock_);
  if (node.own_stalls) node.own_stalls->forget_before(clock_);
  schedule_fault(place, Fault::wake, node.stall_now.end);
}

// A stall keeps the node from sending what is due now.
void EventEngine::hold_beats(Node& node) const {
  const bool host = node.host_stalls.covers(clock_);
  for (const Route& route : node.routes) {
    if (route.channel != nullptr) route.channel->beat_held(clock_, host);
  }
}

void EventEngine::wake(std::uint32_t place) {
  Node& node = nodes_[place];
  if (listener_ != nullptr) listener_->node("wake", node.id, clock_);
  const protocol::CatchUp catch_up = catch_up_of(node.stall_now.on_wake);
  node.stalled = false;
  next_stall(place);
  if (!node.up) return;
  if (node.must_start) start_program(place);
  for (const auto& account : node.watched) account->channel.monitor_woke(clock_);
  // The inbox is drained before any timer of a program runs.
  const std::vector<Message*> inbox = std::move(node.inbox);
  node.inbox.clear();
  for (Message* const message : inbox) deliver(message);
  current_ = &node;
  const std::vector<protocol::TimerId> overdue = std::move(node.overdue);
  node.overdue.clear();
  for (const protocol::TimerId timer : overdue) node.program->on_timer(*this, timer, catch_up);
}

void EventEngine::service(std::uint32_t place, bool dies) {
  Node& node = nodes_[place];
  if (listener_ != nullptr) listener_->node(dies ? "gray" : "mend", node.id, clock_);
  for (const Route& route : node.routes) {
    if (route.channel == nullptr) continue;
    dies ? route.channel->service_died(clock_) : route.channel->service_mended(clock_);
  }
  if (dies) {
    schedule_fault(place, Fault::mend, node.gray_now.end);
  } else {
    next_gray(place);
  }
}

}  // namespace flatline::sim
