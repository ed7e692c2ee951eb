#include "sim/stream_engine.hpp"

#include <algorithm>

namespace flatline::sim {
namespace {

constexpr int kStopCheckMask = 0xfff;

}  // namespace

NodeFaults::Track::Track(world::Timeline faults, Kind begin, Kind end)
    : timeline(std::move(faults)), begins(begin), ends(end) {
  begin_next();
}

void NodeFaults::Track::begin_next() {
  kind = begins;
  at = SimInstant::never();
  if (const auto fault = timeline.next()) {
    now = *fault;
    at = fault->start;
  }
}

void NodeFaults::Track::advance() {
  if (kind == ends) return begin_next();
  kind = ends;
  at = now.end;
}

NodeFaults::NodeFaults(world::Timeline crashes, world::Timeline stalls,
                       world::Timeline gray_failures)
    : tracks_{Track{std::move(crashes), Kind::crash, Kind::recover},
              Track{std::move(stalls), Kind::stall, Kind::wake},
              Track{std::move(gray_failures), Kind::gray, Kind::mend}} {
  find_next();
}

void NodeFaults::find_next() {
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const Track &track = tracks_[i], &first = tracks_[next_];
    if (track.at != first.at ? track.at < first.at : track.kind < first.kind) next_ = i;
  }
}

void NodeFaults::advance() {
  tracks_[next_].advance();
  find_next();
}

StreamPair::Process StreamPair::process_of(const Stage& stage, NodeId id) {
  const world::Cluster& cluster = stage.world->scenario().world.cluster;
  return {id,
          cluster.rank(id),
          cluster.name(id),
          {stage.truth.crashes(id), stage.truth.stalls(id), stage.truth.gray_failures(id)},
          world::TimelineView(stage.truth.host_stalls(id)),
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
      sender_clock_(stage.truth.clock(sender)),
      account_(stage.open_account(sender, monitor, monitor_stalls_, tally, nullptr)),
      channel_(account_->channel),
      link_(stage.open_link(sender, monitor)),
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
  schedule_ = protocol::BeatSchedule(*push_, sender_clock(clock_), sender_.incarnation.value > 0,
                                     phase_.bits(0));
  schedule_.begin(jitter_bits(0));
  set_timer();
}

LocalInstant StreamPair::sender_clock(SimInstant now) {
  return sender_clock_.perfect() ? LocalInstant{now.ns}
                                 : sender_clock_.at(now, world::Face::monotonic);
}

void StreamPair::set_timer() {
  timer_ = {schedule_.due().ns};
  if (sender_clock_.perfect()) [[likely]]
    return;
  timer_ = sender_clock_.when(schedule_.due(), world::Face::monotonic, clock_);
  sender_clock_.forget_before(clock_);
}

void StreamPair::handle_timer(SimInstant now, protocol::CatchUp catch_up) {
  const LocalInstant reading = sender_clock(now);
  do {
    const std::int64_t index = schedule_.index();
    const bool on_time = schedule_.due() == reading;
    advance_schedule();
    if (protocol::sends_late(catch_up, on_time, schedule_.due() > reading)) beat(now, index);
  } while (schedule_.due() <= reading);
  set_timer();
}

void StreamPair::beat(SimInstant now, std::int64_t index) {
  const Incarnation incarnation = sender_.incarnation;
  const SeqNo seq{index};
  const std::uint64_t address = protocol::beat_index(incarnation, index);
  const world::Passage passage = link_.transmit(now, address, push_->bytes + kHeaderBytes);
  if (now.ns >= 0) ++sent_;
  if (passage.fate != world::Fate::delivered) {
    channel_.lost(now, passage.fate == world::Fate::cut);
    channel_.sent(now, false);
    return;
  }
  if (passage.held_up_by != world::Fate::delivered)
    channel_.lost(now, passage.held_up_by == world::Fate::cut);
  const Sent sent{now, sender_clock(now)};
  channel_.in_flight(sent, seq, incarnation, passage.arrival, false);
  if (passage.duplicate) channel_.in_flight(sent, seq, incarnation, *passage.duplicate, true);
  channel_.sent(now, true);
  fly({passage.arrival, arrival_order(address, false), incarnation, seq, sent});
  if (passage.duplicate)
    fly({*passage.duplicate, arrival_order(address, true), incarnation, seq, sent});
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
    channel_.arrival_held(clock_, monitor_.host_stalls.covers(clock_));
    inbox_.push_back(message);
  } else {
    take_in(message);
  }
}

void StreamPair::take_in(const Message& message) {
  if (message.incarnation < newest_) return;
  detect::Observation observation{detect::ObservationKind::heartbeat, message.incarnation,
                                  message.seq, message.sent.stamp, true};
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
  const world::OnWake on_wake = process.faults.interval().on_wake;
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
      if (!process.stalled) {
        start(process);
      } else if (is_sender) {
        channel_.beat_held(clock_, process.host_stalls.covers(clock_));
      }
      break;
    case NodeFaults::Kind::stall:
      process.stalled = true;
      if (!is_sender) {
        channel_.monitor_stalled(clock_);
        monitor_stalls_.forget_before(clock_);
      }
      break;
    case NodeFaults::Kind::wake:
      process.stalled = false;
      if (process.up) wake(process, on_wake);
      break;
    case NodeFaults::Kind::gray:
      if (is_sender) channel_.service_died(clock_);
      break;
    case NodeFaults::Kind::mend:
      if (is_sender) channel_.service_mended(clock_);
      break;
  }
}

void StreamPair::wake(Process& process, world::OnWake on_wake) {
  if (process.must_start) start(process);
  if (&process == &monitor_) {
    channel_.monitor_woke(clock_);
    const std::vector<Message> inbox = std::move(inbox_);
    inbox_.clear();
    for (const Message& message : inbox) take_in(message);
    return;
  }
  if (overdue_) {
    overdue_ = false;
    handle_timer(clock_, catch_up_of(on_wake));
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
    channel_.beat_held(clock_, sender_.host_stalls.covers(clock_));
    overdue_ = true;
    timer_ = SimInstant::never();
  } else {
    handle_timer(clock_, protocol::CatchUp::last);
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
