#include "sim/channel.hpp"

#include <algorithm>

namespace flatline::sim {

using qos::Wide;

Channel::Channel(ChannelPlace place, const Judge& judge, const qos::BatchPlan& batches,
                 qos::Tally& tally, VerdictListener* listener, RunScratch& scratch)
    : monitored_(place.monitored),
      monitor_(place.monitor),
      judge_(&judge),
      batches_(&batches),
      replication_(place.replication),
      keep_time_(place.sender_keeps_time && judge.plain_clock()),
      tally_(&tally),
      listener_(listener),
      scratch_(&scratch),
      state_(judge.fresh(place.begin, 0)),
      overloads_(std::move(place.overloads)) {
  open_segment(place.begin);
}

void Channel::settle(SimInstant now) {
  judge_waiting();
  judge_->settle(state_, now,
                 [&](std::size_t lane, LaneState& state) { begin_suspicion(lane, state); });
}

namespace {

// Books a crash at every moment of [a, b) that is detected at `suspicion`, or was suspected
// already.
inline void book_crashes(qos::RowTally& row, qos::RowBatch& batch, std::int64_t a, std::int64_t b,
                         std::int64_t suspicion) {
  const std::int64_t high = suspicion - a;
  std::int64_t low = suspicion - b;
  if (low < 0) [[unlikely]] {
    batch.already_ns += std::min(b - a, -low);
    if (high <= 0) return;
    low = 0;
  }
  batch.detection_twice += Wide{high - low} * (high + low);  // high^2 - low^2
  batch.detection.add_interval(low, high);
  if (high > row.detection_max_ns) row.detection_max_ns = high;
}

}  // namespace

void Channel::record_span(const VerdictState& state, SimInstant from, SimInstant to) {
  const std::int64_t a = std::max<std::int64_t>(from.ns, 0);
  const std::int64_t b = std::min(to.ns, batches_->duration().ns);
  if (a >= b) return;
  const std::size_t batch_index = batch_of({a});
  tally_->common[batch_index].span_ns += b - a;
  for (std::size_t c = 0; c < state.curves.size(); ++c) record_curve(state, c, batch_index, a, b);
}

void Channel::record_row(std::uint32_t index, std::size_t batch_index, std::int64_t a,
                         std::int64_t b, SimInstant suspicion) {
  qos::RowTally& row = tally_->rows[index];
  qos::RowBatch& batch = row.batches[batch_index];
  if (suspicion != SimInstant::never()) {
    book_crashes(row, batch, a, b, suspicion.ns);
  } else {
    batch.never_ns += b - a;
  }
}

// All rows of the curve trust from one on. From the first whose suspicion comes after the whole
// span, their detection times lie on a line: booked once. The rows below are booked one by one, and
// so are a few more, so that few rows have something to pass upwards.
void Channel::record_curve(const VerdictState& state, std::size_t c, std::size_t batch_index,
                           std::int64_t a, std::int64_t b) {
  constexpr std::size_t kStep = 16;
  const Curve& curve = judge_->panel().curves()[c];
  const std::size_t first = state.curves[c].from;
  for (std::size_t k = 0; k < first; ++k) {
    const std::uint32_t row = curve.rows[k];
    record_row(row, batch_index, a, b, judge_->final_suspicion(row, state.lanes[row]));
  }
  if (first == curve.rows.size()) return;
  // What waits for the monitor to wake, or never comes, lies on no line; nor does what is due by a
  // clock that is wrong.
  const SimInstant last = judge_->due_of(state, c, curve.rows.size() - 1);
  const bool strays = !curve.shared || !keep_time_ || last == SimInstant::never() ||
                      !judge_->never_defers(judge_->due_of(state, c, first), last);
  std::size_t k = first;
  while (k < curve.rows.size() &&
         (strays || k % kStep != 0 || judge_->due_of(state, c, k).ns < b)) {
    const std::uint32_t row = curve.rows[k];
    record_row(row, batch_index, a, b, judge_->defer(row, judge_->due_of(state, c, k)));
    ++k;
  }
  if (k < curve.rows.size()) record_upwards(state, c, k, batch_index, a, b);
}

void Channel::record_upwards(const VerdictState& state, std::size_t c, std::size_t k,
                             std::size_t batch_index, std::int64_t a, std::int64_t b) {
  const Curve& curve = judge_->panel().curves()[c];
  qos::CurveBatch& batch = upwards(curve.rows[k], batch_index);
  if (!curve.sloped) {
    batch.span_ns += b - a;
    const std::int64_t due = judge_->due_of(state, c, k).ns;
    const std::int64_t low = due - b, high = due - a;
    batch.detection_twice += Wide{high - low} * (high + low);
    batch.detection.add_interval(low, high);
    std::int64_t& max = tally_->rows[curve.rows[k]].upwards_max_ns;
    max = std::max(max, high);
    return;
  }
  const detect::Line& line = state.curves[c].line;
  LineSums sums;
  sums.add(a, b, line.base, line.slope);
  sums.add_to(batch);
  if (samples(newest_seq_)) sample_rows(curve, line, k, batch_index, a, b);
}

// Rows k and above book a span by themselves, for all those that they do not.
void Channel::sample_rows(const Curve& curve, const detect::Line& line, std::size_t k,
                          std::size_t batch_index, std::int64_t a, std::int64_t b) {
  const std::int64_t every = judge_->panel().sample_every();
  upwards(curve.rows[k], batch_index).sampled_ns += Wide{b - a} * every;
  for (; k < curve.rows.size(); ++k) {
    qos::RowTally& row = tally_->rows[curve.rows[k]];
    // Rows book together only by true time: since when the line lies there does not matter.
    const std::int64_t due = judge_->due_of(curve, line, k, SimInstant::before_all()).ns;
    row.batches[batch_index].detection.add_interval(due - b, due - a, every);
    row.detection_max_ns = std::max(row.detection_max_ns, due - a);
  }
}

qos::CurveBatch& Channel::upwards(std::uint32_t index, std::size_t batch_index) {
  qos::RowTally& row = tally_->rows[index];
  if (row.upwards.empty()) [[unlikely]]
    row.upwards.resize(batches_->size());
  return row.upwards[batch_index];
}

// Books the crash experiments of every span between two sends in [newest_sent_, until): the newest
// heartbeat seen is in, and so is what is in flight with a number below `below_seq`.
void Channel::record_spans(SimInstant until, std::int64_t below_seq) {
  if (!newest_sent_ || !both_up()) return;
  // A beat sent while the monitor was down may be the first that it sees: crashes from back then
  // are not asked about.
  const SimInstant from = std::max(*newest_sent_, segment_begin_);
  if (flights_.empty()) [[likely]] {
    record_span(state_, from, until);
  } else {
    record_spans_with(from, until, below_seq);
  }
}

// The same with heartbeats in flight.
void Channel::record_spans_with(SimInstant from, SimInstant until, std::int64_t below_seq) {
  std::vector<const Flight*> late;
  for (const Flight& flight : flights_) {
    if (flight.incarnation == incarnation_ && flight.seq.value < below_seq) {
      late.push_back(&flight);
    }
  }
  if (late.empty()) {
    record_span(state_, from, until);
    return;
  }
  // Had it crashed before it sent a late heartbeat, that one would not come: the spans are cut at
  // each such send.
  std::vector<SimInstant> cuts;
  for (const Flight* flight : late) {
    if (flight->seq.value > newest_seq_ && flight->sent > from && flight->sent < until) {
      cuts.push_back(flight->sent);
    }
  }
  cuts.push_back(until);
  std::sort(cuts.begin(), cuts.end());
  for (const SimInstant to : cuts) {
    if (from >= to) continue;
    std::vector<const Flight*> coming;
    for (const Flight* flight : late) {
      if (flight->sent <= from || flight->seq.value <= newest_seq_) coming.push_back(flight);
    }
    if (coming.empty()) {
      record_span(state_, from, to);
    } else {
      record_what_if(std::move(coming), from, to);
    }
    from = to;
  }
}

void Channel::lost(SimInstant sent, bool cut) {
  if (waiting_.count > 0) {
    if (!cut) {
      waiting_.lost.push_back(sent);
      return;
    }
    judge_waiting();
  }
  if (cut) return cut_.at(sent);
  if (lost_at_ == SimInstant::never()) lost_at_ = sent;
  last_lost_ = sent;
}

void Channel::beat_held(SimInstant at, bool host) {
  judge_waiting();
  (host ? host_held_ : held_).at(at);
}

void Channel::arrival_held(SimInstant at, bool host) {
  judge_waiting();
  (host ? arrival_host_held_ : arrival_held_).at(at);
}

void Channel::forget_arrived(SimInstant before) {
  std::erase_if(flights_, [&](const Flight& f) { return f.arrival < before; });
}

void Channel::begin_suspicion(std::size_t lane, LaneState& state) {
  if (listener_ != nullptr) listener_->verdict(monitored_, monitor_, lane, true, state.since);
  if (!both_up() || !measured(state.since)) return;
  state.mistake = true;
  qos::RowTally& row = tally_->rows[lane];
  ++row.batches[batch_of(state.since)].mistakes;
  ++row.causes[static_cast<std::size_t>(cause_at(lane, state.since))];
}

void Channel::end_output(std::size_t lane, LaneState& state, SimInstant now, bool trusted) {
  if (!both_up()) return;
  qos::RowTally& row = tally_->rows[lane];
  if (state.output == Output::unknown) {
    batches_->split(replication_, segment_begin_, now,
                    [&](std::size_t b, std::int64_t ns) { row.batches[b].unknown_ns += ns; });
    return;
  }
  const SimInstant from = std::max(state.since, segment_begin_);
  batches_->split(replication_, from, now,
                  [&](std::size_t b, std::int64_t ns) { row.batches[b].suspected_ns += ns; });
  if (state.mistake && trusted) {
    qos::RowBatch& batch = row.batches[batch_of(state.since)];
    ++batch.ended;
    batch.ended_ns += now.ns - state.since.ns;
  }
  state.mistake = false;
}

// Ends a stretch of time in which both nodes were up: books it, and cuts what is going on.
void Channel::close_segment(SimInstant now) {
  settle(now);
  if (!both_up()) return;
  batches_->split(replication_, segment_begin_, now,
                  [&](std::size_t b, std::int64_t ns) { tally_->common[b].both_up_ns += ns; });
  for (std::size_t i = 0; i < state_.lanes.size(); ++i) {
    if (state_.lanes[i].output != Output::trust) end_output(i, state_.lanes[i], now, false);
  }
}

void Channel::open_segment(SimInstant now) {
  segment_begin_ = now;
}

// What touched the heartbeats that have not been seen when the suspicion begins.
qos::Cause Channel::cause_at(std::size_t lane, SimInstant suspicion) {
  const SimInstant newest = newest_sent_.value_or(segment_begin_);
  bool overloaded = false;
  for (world::TimelineView& view : overloads_)
    overloaded = overloaded || !view.free_of(std::min(newest, suspicion), suspicion);
  const std::pair<bool, qos::Cause> parts[] = {
      {cut_.before(suspicion), qos::Cause::partition},
      {held_.before(suspicion), qos::Cause::sender_stall},
      {arrival_held_.before(suspicion), qos::Cause::monitor_stall},
      {host_held_.before(suspicion) || arrival_host_held_.before(suspicion),
       qos::Cause::host_stall},
      {overloaded, qos::Cause::overload},
      {judge_->was_set(lane, last_observed_, suspicion), qos::Cause::clock},
      {lost_at_ < suspicion, qos::Cause::loss},
  };
  qos::Cause cause = qos::Cause::delay;
  for (const auto& [has_part, name] : parts) {
    if (!has_part) continue;
    if (cause != qos::Cause::delay) return qos::Cause::combination;
    cause = name;
  }
  return cause;
}

void Channel::forget_overloads() {
  if (!newest_sent_) return;
  for (world::TimelineView& view : overloads_) view.forget_before(*newest_sent_);
}

void Channel::record_what_if(std::vector<const Flight*> flights, SimInstant from, SimInstant to) {
  std::sort(flights.begin(), flights.end(), [](const Flight* a, const Flight* b) {
    if (a->arrival != b->arrival) return a->arrival < b->arrival;
    if (a->seq != b->seq) return a->seq < b->seq;
    return a->copy < b->copy;
  });
  VerdictState what_if = state_.clone();
  for (const Flight* flight : flights) {
    const SimInstant at = judge_->awake_from(flight->arrival);
    const bool timers_first = judge_->timers_first() && at != flight->arrival;
    judge_->settle(what_if, timers_first ? at + nanoseconds(1) : at,
                   [](std::size_t, LaneState&) {});
    const detect::Observation heartbeat{detect::ObservationKind::heartbeat, flight->incarnation,
                                        flight->seq, flight->stamp, true};
    judge_->observe(what_if, at, heartbeat, [](std::size_t, LaneState&, Output) {});
  }
  record_span(what_if, from, to);
}

Channel::Flight* Channel::find_flight(SimInstant now, const detect::Observation& observation) {
  for (Flight& flight : flights_) {
    if (flight.seq == observation.seq && flight.incarnation == observation.incarnation &&
        flight.arrival <= now)
      return &flight;
  }
  return nullptr;
}

// Takes a heartbeat out of those in flight; a new highest number closes the spans before it.
void Channel::land(Flight* flight, const detect::Observation& observation) {
  const SimInstant sent = take_off(flight);
  if (observation.seq.value <= newest_seq_) return;
  record_spans(sent, observation.seq.value);
  newest_seq_ = observation.seq.value;
  if (monitored_up_ && observation.incarnation == incarnation_) newest_sent_ = sent;
  // What was lost before this heartbeat explains nothing any more.
  lost_at_ = last_lost_ > sent ? last_lost_ : SimInstant::never();
  for (Trouble* const trouble : {&cut_, &held_, &host_held_}) trouble->refute(sent);
}

void Channel::observe(SimInstant now, const detect::Observation& observation) {
  if (wait(now, observation)) return;
  settle(now);
  if (observation.kind == detect::ObservationKind::restarted) {
    newest_sent_.reset();
    newest_seq_ = -1;
    // The monitor takes in nothing of an older incarnation from here on.
    std::erase_if(flights_,
                  [&](const Flight& f) { return f.incarnation < observation.incarnation; });
    judge_->restart(state_, now, observation);
    return;
  }
  if (Flight* const flight = find_flight(now, observation)) land(flight, observation);
  last_observed_ = now;
  arrival_held_ = arrival_host_held_ = {};
  judge_->observe(state_, now, observation, [&](std::size_t lane, LaneState& state, Output next) {
    turn(lane, state, now, next);
  });
  judge_->forget_clock_before(now);
  forget_overloads();
}

void Channel::turn(std::size_t lane, LaneState& state, SimInstant now, Output next) {
  end_output(lane, state, now, next == Output::trust);
  if (listener_ != nullptr) {
    listener_->verdict(monitored_, monitor_, lane, next == Output::suspect, now);
  }
}

void Channel::monitored_crashed(SimInstant at) {
  close_segment(at);
  if (last_sent_) record_spans(*last_sent_, INT64_MAX);
  settle_failure(gray_at_, qos::kGrayCounts, at, true);
  service_dead_ = false;
  if (monitor_up_ && measured(at)) crashed_at_ = at;
  monitored_up_ = false;
  newest_sent_.reset();
  last_sent_.reset();
}

void Channel::monitored_recovered(SimInstant at) {
  settle(at);
  settle_failure(crashed_at_, qos::kCrashCounts, at, true);
  monitored_up_ = true;
  ++incarnation_.value;
  open_segment(at);
}

void Channel::monitor_crashed(SimInstant at) {
  close_segment(at);
  if (last_sent_) record_spans(*last_sent_, INT64_MAX);
  settle_failure(crashed_at_, qos::kCrashCounts, at, false);
  settle_failure(gray_at_, qos::kGrayCounts, at, false);
  monitor_up_ = false;
  newest_sent_.reset();
  newest_seq_ = -1;
}

void Channel::monitor_recovered(SimInstant at) {
  monitor_up_ = true;
  // What reached a dead monitor is gone; what is still in flight arrives, but the detectors start
  // from nothing.
  forget_arrived(at);
  state_ = judge_->fresh(at, ++monitor_incarnation_);
  arrival_held_ = arrival_host_held_ = {};
  open_segment(at);
}

// A failure's detection is the last S-transition after it: known once the node works again (a gray
// failure also ends with its process) or nothing more is measured.
void Channel::settle_failure(std::optional<SimInstant>& failed_at, const qos::FailureCounts& counts,
                             SimInstant now, bool ended) {
  if (!failed_at) return;
  const SimInstant at = *failed_at;
  failed_at.reset();
  for (std::size_t i = 0; i < state_.lanes.size(); ++i) {
    qos::RowBatch& batch = tally_->rows[i].batches[batch_of(at)];
    const LaneState& lane = state_.lanes[i];
    if (lane.output == Output::suspect && lane.since < now) {
      ++(batch.*counts.detected);
      batch.*counts.detection_ns += std::max<std::int64_t>(0, lane.since.ns - at.ns);
    } else if (ended) {
      ++(batch.*counts.missed);
    } else {
      ++batch.censored;
    }
  }
}

void Channel::service_died(SimInstant at) {
  if (!monitored_up_ || service_dead_) return;
  close_segment(at);
  if (last_sent_) record_spans(*last_sent_, INT64_MAX);
  if (monitor_up_ && measured(at)) gray_at_ = at;
  service_dead_ = true;
}

void Channel::service_mended(SimInstant at) {
  if (!service_dead_) return;
  settle(at);
  settle_failure(gray_at_, qos::kGrayCounts, at, true);
  service_dead_ = false;
  open_segment(at);
}

void Channel::monitor_stalled(SimInstant at) {
  // Decides everything that was due before, so that older stalls can be forgotten.
  settle(at);
  judge_->forget_guards_before(at);
}

void Channel::monitor_woke(SimInstant at) {
  if (!judge_->timers_first() || !monitor_up_) return;
  settle(at + nanoseconds(1));
}

void Channel::finish(SimInstant end) {
  close_segment(end);
  if (both_up() && last_sent_) record_spans(*last_sent_, INT64_MAX);
  settle_failure(crashed_at_, qos::kCrashCounts, end, false);
  settle_failure(gray_at_, qos::kGrayCounts, end, false);
}

}  // namespace flatline::sim
