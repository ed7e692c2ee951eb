#include "flatline/sim/replay.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include "flatline/base/check.hpp"
#include "sim/channel.hpp"
#include "sim/timeline_recorder.hpp"

namespace flatline::sim {
namespace {

constexpr NodeId kSender{0};
constexpr NodeId kMonitor{1};

// Feeds a channel with what a trace tells. Instants count from span.zero.
class Replay {
 public:
  Replay(const std::vector<JudgedSetting>& settings, Duration interval, const TraceSpan& span,
         EventListener* listener)
      : zero_(span.zero),
        interval_(interval),
        listener_(listener),
        panel_(settings, interval, 1),
        judge_(panel_, {std::vector<Duration>(panel_.lanes().size()), &no_stalls_}),
        // The last arrival is measured too.
        batches_(span.last - span.zero + nanoseconds(1), 1),
        tally_(panel_.make_tally(batches_.size(), 1)),
        scratch_(panel_),
        channel_({kSender, kMonitor, true, 0, time(span.first)}, judge_, batches_, tally_, listener,
                 scratch_) {}

  // Takes the arrivals in file order, up to `until`.
  Result<std::monostate> run(const Arrivals& next, SimInstant until) {
    for (;;) {
      if (auto filled = look_ahead(next); !filled.ok()) return filled.problems();
      if (ahead_.empty() || time(ahead_.front().at) >= until) return std::monostate{};
      arrive(ahead_.front());
      ahead_.pop_front();
    }
  }

  qos::Tally finish() {
    channel_.finish({batches_.duration().ns});
    return std::move(tally_);
  }

  [[nodiscard]] Duration duration() const { return batches_.duration(); }

 private:
  [[nodiscard]] SimInstant time(LocalInstant t) const { return {t.ns - zero_.ns}; }

  Result<std::monostate> look_ahead(const Arrivals& next) {
    while (!ended_ && ahead_.size() < kReplayAhead) {
      auto arrival = next();
      if (!arrival.ok()) return arrival.problems();
      if (!arrival.value()) {
        ended_ = true;
        break;
      }
      ahead_.push_back(*arrival.value());
      Arrival& beat = ahead_.back();
      beat.left = std::min(beat.left, beat.at);
      // What comes after all later numbers have been settled was given up as lost.
      if (beat.seq >= next_seq_) to_send_.emplace(beat.seq, beat);
    }
    return std::monostate{};
  }

  // Every heartbeat known to have left by `now`, and every one up to number `arrived`,
  // gets onto its way, with those lost before it.
  void send_until(SimInstant now, std::int64_t arrived) {
    while (!to_send_.empty() &&
           (to_send_.begin()->first <= arrived || time(to_send_.begin()->second.left) <= now)) {
      const auto first = to_send_.begin();
      const std::int64_t seq = first->first;
      const Arrival beat = first->second;
      if (any_sent_) lose_before(beat);
      const SimInstant left = std::max(time(beat.left), last_left_);
      if (any_sent_) note_sender_stall(left, seq - last_seq_);
      bool copy = false;
      for (auto it = first; it != to_send_.end() && it->first == seq; it = to_send_.erase(it)) {
        const LocalInstant stamp{it->second.sent_at.ns - zero_.ns};
        channel_.in_flight({left, stamp}, {seq}, {}, time(it->second.at), copy);
        copy = true;
      }
      channel_.sent(left, true);
      if (listener_ != nullptr) listener_->message("send", kSender, kMonitor, left);
      any_sent_ = true;
      last_seq_ = seq;
      last_skipped_ = beat.skipped;
      last_left_ = left;
      next_seq_ = seq + 1;
    }
  }

  // The numbers between the last heartbeat and this one that were sent and did not come. The sender
  // skips right after a beat, so those lost take the later places.
  void lose_before(const Arrival& beat) {
    const std::int64_t places = beat.seq - last_seq_;
    const std::int64_t lost = places - 1 - (beat.skipped - last_skipped_);
    const std::int64_t span = time(beat.left).ns - last_left_.ns;
    for (std::int64_t k = std::max<std::int64_t>(places - lost, 1); k < places; ++k) {
      const auto part = static_cast<std::int64_t>(static_cast<qos::Wide>(span) * k / places);
      const SimInstant at{last_left_.ns + std::max<std::int64_t>(part, 0)};
      channel_.lost(at, false);
      channel_.sent(at, false);
      if (listener_ == nullptr) continue;
      listener_->message("send", kSender, kMonitor, at);
      listener_->message("lost", kSender, kMonitor, at);
    }
  }

  // More than half an interval late: the sender was held up.
  void note_sender_stall(SimInstant left, std::int64_t places) {
    if (interval_.ns == 0 || places > kLongestTime.ns / interval_.ns) return;
    const SimInstant due = last_left_ + interval_ * places;
    if (left - due <= interval_ / 2) return;
    channel_.beat_held(due, false);
    if (listener_ == nullptr) return;
    listener_->node("stall", kSender, due);
    listener_->node("wake", kSender, left);
  }

  void arrive(const Arrival& beat) {
    const SimInstant now = time(beat.at);
    send_until(now, beat.seq);
    if (interval_.ns > 0 && beat.waited > interval_ / 2) {
      channel_.arrival_held(std::max(now - beat.waited, last_arrival_), false);
    }
    if (listener_ != nullptr) listener_->message("arrive", kSender, kMonitor, now);
    channel_.observe(
        now,
        {detect::ObservationKind::heartbeat, {0}, {beat.seq}, {beat.sent_at.ns - zero_.ns}, true});
    last_arrival_ = now;
  }

  LocalInstant zero_;
  Duration interval_;
  EventListener* listener_;
  world::TimelineView no_stalls_;
  Panel panel_;
  Judge judge_;
  qos::BatchPlan batches_;
  qos::Tally tally_;
  RunScratch scratch_;
  Channel channel_;

  bool ended_ = false;
  std::deque<Arrival> ahead_;                     // read and not yet arrived, in file order
  std::multimap<std::int64_t, Arrival> to_send_;  // read and not yet sent, by number
  std::int64_t next_seq_ = INT64_MIN;
  bool any_sent_ = false;
  std::int64_t last_seq_ = 0, last_skipped_ = 0;
  SimInstant last_left_ = SimInstant::before_all();
  SimInstant last_arrival_ = SimInstant::before_all();
};

}  // namespace

Result<std::optional<LocalInstant>> filled_at(const std::vector<JudgedSetting>& settings,
                                              Duration interval, const Arrivals& next) {
  const Panel panel(settings, interval, 1);
  const auto families = panel.make_families(nullptr);
  for (;;) {
    auto arrival = next();
    if (!arrival.ok()) return arrival.problems();
    if (!arrival.value()) return std::optional<LocalInstant>();
    const Arrival& beat = *arrival.value();
    bool filled = true;
    for (const auto& family : families) {
      family->observe(beat.at,
                      {detect::ObservationKind::heartbeat, {0}, {beat.seq}, beat.sent_at, true});
      for (std::size_t i = 0; i < family->size(); ++i) filled = filled && family->warmed_up(i);
    }
    if (filled) return std::optional<LocalInstant>(beat.at);
  }
}

Result<Replayed> replay(const std::vector<JudgedSetting>& settings, Duration interval,
                        const TraceSpan& span, const Arrivals& next) {
  FLATLINE_CHECK(span.first <= span.zero && span.zero < span.last, "a trace has a measured part");
  Replay replay(settings, interval, span, nullptr);
  if (auto done = replay.run(next, SimInstant::never()); !done.ok()) return done.problems();
  return Replayed{replay.finish(), replay.duration()};
}

Result<std::vector<TimelineEntry>> replay_timeline(const std::vector<JudgedSetting>& settings,
                                                   Duration interval, const TraceSpan& span,
                                                   const Arrivals& next, Duration length,
                                                   std::size_t limit) {
  FLATLINE_CHECK(span.first <= span.zero && span.zero < span.last, "a trace has a measured part");
  TimelineRecorder recorder(limit, kMonitor);
  Replay replay(settings, interval, span, &recorder);
  if (auto done = replay.run(next, {length.ns}); !done.ok()) return done.problems();
  return recorder.take();
}

}  // namespace flatline::sim
