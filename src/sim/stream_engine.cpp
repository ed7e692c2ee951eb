#include "sim/stream_engine.hpp"

#include <algorithm>

namespace flatline::sim {
namespace {

constexpr int kStopCheckMask = 0xfff;

}  // namespace

NodeFaults::NodeFaults(world::Timeline crashes, world::Timeline stalls)
    : crashes_(std::move(crashes)), stalls_(std::move(stalls)) {
  find_crash();
  find_stall();
}

void NodeFaults::find_crash() {
  crash_kind_ = Kind::crash;
  crash_at_ = SimInstant::never();
  if (const auto crash = crashes_.next()) {
    crash_now_ = *crash;
    crash_at_ = crash->start;
  }
}

void NodeFaults::find_stall() {
  stall_kind_ = Kind::stall;
  stall_at_ = SimInstant::never();
  if (const auto stall = stalls_.next()) {
    stall_now_ = *stall;
    stall_at_ = stall->start;
  }
}

void NodeFaults::advance() {
  if (crash_first()) {
    if (crash_kind_ == Kind::recover) return find_crash();
    crash_kind_ = Kind::recover;
    crash_at_ = crash_now_.end;
  } else {
    if (stall_kind_ == Kind::wake) return find_stall();
    stall_kind_ = Kind::wake;
    stall_at_ = stall_now_.end;
  }
}

StreamPair::Process StreamPair::process_of(const Stage& stage, NodeId id) {
  const world::Cluster& cluster = stage.world->scenario().world.cluster;
  return {id,
          cluster.rank(id),
          cluster.name(id),
          {stage.truth.crashes(id), stage.truth.stalls(id)},
          {},
          true,
          false,
          false};
}

StreamPair::StreamPair(Stage& stage, NodeId sender, NodeId monitor, SimInstant end,
                       qos::Tally& tally)
    : stage_(&stage),
      push_(&stage.world->scenario().push),
      end_(end),
      tally_(&tally),
      sender_(process_of(stage, sender)),
      monitor_(process_of(stage, monitor)),
      monitor_stalls_(stage.truth.stalls(monitor)),
      judge_(stage.panel, stage.check_phases(monitor_.name), &monitor_stalls_),
      channel_(sender, monitor, judge_, monitor_stalls_, stage.world->batches(), stage.replication,
               stage.truth.begin(), tally, nullptr, stage.run_scratch),
      link_(stage.world->links().law(sender, monitor), stage.streams,
            "link/" + sender_.name + "/" + monitor_.name, stage.truth.partitions(sender, monitor),
            stage.truth.begin()),
      jitter_(stage.streams.stream("node/" + sender_.name + "/jitter")),
      phase_(stage.streams.stream("node/" + sender_.name + "/phase")),
      clock_(stage.truth.begin()) {
  start(sender_);
}

std::uint64_t StreamPair::jitter_bits(std::int64_t index) const {
  if (push_->jitter_of == protocol::JitterOf::none) return 0;
  return jitter_.bits(protocol::beat_index(sender_.incarnation, index));
}

void StreamPair::advance_schedule() {
  schedule_.advance(jitter_bits(schedule_.index() + 1));
}

// A process starts: as at first, or after a crash.
void StreamPair::start(Process& process) {
  process.must_start = false;
  if (&process == &monitor_) {
    newest_ = {};
    return;
  }
  send_on_wake_ = true;
  schedule_ =
      protocol::BeatSchedule(*push_, {clock_.ns}, sender_.incarnation.value > 0, phase_.bits(0));
  schedule_.begin(jitter_bits(0));
  timer_ = {schedule_.due().ns};
}

void StreamPair::handle_timer(SimInstant now) {
  std::int64_t last_due = 0;
  SimInstant last_due_at;
  do {
    last_due = schedule_.index();
    last_due_at = {schedule_.due().ns};
    advance_schedule();
  } while (schedule_.due().ns <= now.ns);
  if (last_due_at == now || send_on_wake_) beat(now, last_due);
  timer_ = {schedule_.due().ns};
}

void StreamPair::beat(SimInstant now, std::int64_t index) {
  const Incarnation incarnation = sender_.incarnation;
  const SeqNo seq{index};
  const std::uint64_t address = protocol::beat_index(incarnation, index);
  const world::Passage passage = link_.transmit(now, address);
  if (now.ns >= 0) ++sent_;
  if (passage.fate != world::Fate::delivered) {
    channel_.lost(now, passage.fate == world::Fate::cut);
    channel_.sent(now, false);
    return;
  }
  channel_.in_flight(now, seq, incarnation, passage.arrival, false);
  if (passage.duplicate) channel_.in_flight(now, seq, incarnation, *passage.duplicate, true);
  channel_.sent(now, true);
  fly({passage.arrival, arrival_order(address, false), incarnation, seq, now});
  if (passage.duplicate)
    fly({*passage.duplicate, arrival_order(address, true), incarnation, seq, now});
}

void StreamPair::fly(Message message) {
  flying_.push_back(message);
  if (flying_.size() > 1) {
    std::push_heap(flying_.begin(), flying_.end(),
                   [](const Message& a, const Message& b) { return a.later_than(b); });
  }
}

StreamPair::Message StreamPair::next_arrival() {
  if (flying_.size() > 1) {
    std::pop_heap(flying_.begin(), flying_.end(),
                  [](const Message& a, const Message& b) { return a.later_than(b); });
  }
  const Message message = flying_.back();
  flying_.pop_back();
  return message;
}

void StreamPair::arrive(const Message& message) {
  if (!monitor_.up) return;
  if (clock_.ns >= 0) ++arrived_;
  if (monitor_.stalled) {
    inbox_.push_back(message);
  } else {
    take_in(message);
  }
}

void StreamPair::take_in(const Message& message) {
  if (message.incarnation < newest_) return;
  detect::Observation observation{detect::ObservationKind::heartbeat,
                                  message.incarnation,
                                  message.seq,
                                  {message.sent.ns},
                                  true};
  if (message.incarnation > newest_) {
    newest_ = message.incarnation;
    observation.kind = detect::ObservationKind::restarted;
    channel_.observe(clock_, observation);
    observation.kind = detect::ObservationKind::heartbeat;
  }
  channel_.observe(clock_, observation);
}

void StreamPair::handle_fault(Process& process) {
  const bool is_sender = &process == &sender_;
  const NodeFaults::Kind kind = process.faults.kind();
  const world::Interval stall = process.faults.stall_now();
  process.faults.advance();
  switch (kind) {
    case NodeFaults::Kind::crash:
      is_sender ? channel_.monitored_crashed(clock_) : channel_.monitor_crashed(clock_);
      process.up = false;
      if (is_sender) {
        overdue_ = false;
        timer_ = SimInstant::never();
      } else {
        inbox_.clear();
      }
      break;
    case NodeFaults::Kind::recover:
      process.up = true;
      ++process.incarnation.value;
      is_sender ? channel_.monitored_recovered(clock_) : channel_.monitor_recovered(clock_);
      process.must_start = true;
      if (!process.stalled) start(process);
      break;
    case NodeFaults::Kind::stall:
      process.stalled = true;
      if (is_sender) {
        channel_.sender_stalled(clock_, stall.end);
      } else {
        channel_.monitor_stalled(clock_, stall.end);
        monitor_stalls_.forget_before(clock_);
      }
      break;
    case NodeFaults::Kind::wake:
      process.stalled = false;
      if (process.up) wake(process, stall.on_wake);
      break;
  }
}

void StreamPair::wake(Process& process, world::OnWake on_wake) {
  if (process.must_start) start(process);
  if (&process == &monitor_) {
    const std::vector<Message> inbox = std::move(inbox_);
    inbox_.clear();
    for (const Message& message : inbox) take_in(message);
    return;
  }
  send_on_wake_ = on_wake == world::OnWake::send;
  if (overdue_) {
    overdue_ = false;
    handle_timer(clock_);
  }
}

bool StreamPair::run_until(SimInstant until, const std::atomic<bool>* stop) {
  const SimInstant last = std::min(until, end_);
  int handled = 0;
  for (;;) {
    if ((++handled & kStopCheckMask) == 0 && stop != nullptr &&
        stop->load(std::memory_order_relaxed))
      return false;
    if (--pause_ <= 0 && may_run() && !run_many(last, stop)) return false;
    const SimInstant fault = std::min(sender_.faults.at(), monitor_.faults.at());
    const SimInstant arrival = flying_.empty() ? SimInstant::never() : flying_.front().arrival;
    const SimInstant next = std::min({fault, arrival, timer_});
    if (!losses_ahead_.empty()) announce_losses(std::min(next, last));
    if (next >= last) return true;
    clock_ = next;
    handle(fault, arrival);
  }
}

// What comes at clock_.
void StreamPair::handle(SimInstant fault, SimInstant arrival) {
  if (fault == clock_) {
    const SimInstant sender_fault = sender_.faults.at(), monitor_fault = monitor_.faults.at();
    const bool sender_first =
        sender_fault != monitor_fault ? sender_fault < monitor_fault : sender_.rank < monitor_.rank;
    handle_fault(sender_first ? sender_ : monitor_);
  } else if (arrival == clock_) {
    arrive(next_arrival());
  } else if (sender_.stalled) {
    overdue_ = true;
    timer_ = SimInstant::never();
  } else {
    handle_timer(clock_);
  }
}

void StreamPair::finish() {
  channel_.finish(end_);
  tally_->messages += sent_;
  tally_->bytes += static_cast<qos::Wide>(sent_) * (push_->bytes + kHeaderBytes);
  tally_->node_messages[sender_.id.value] += sent_;
  tally_->node_messages[monitor_.id.value] += arrived_;
}

}  // namespace flatline::sim
