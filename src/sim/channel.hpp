#pragma once
// One monitored pair: the judge's verdicts held against the truth, and what follows from both added
// up. Everything here is fed in time order by an engine.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "flatline/base/ids.hpp"
#include "flatline/detect/detector.hpp"
#include "flatline/qos/tally.hpp"
#include "sim/judge.hpp"

namespace flatline::sim {

/// Hears every change of verdict, for timelines. Null in measured runs.
class VerdictListener {
 public:
  virtual ~VerdictListener() = default;
  virtual void verdict(NodeId monitored, NodeId monitor, std::size_t row, bool suspect,
                       SimInstant at) = 0;
};

/// Heartbeats that were sent and arrive one after the other, none overtaken and no two at once,
/// while nothing strikes either node and the link is not cut.
struct Run {
  std::span<const SimInstant> sent, at;  ///< Ascending.
  std::span<const SeqNo> seq;
  std::span<const SimInstant> lost;  ///< When others were sent that are lost, since the run
                                     ///< before and before the last arrival; ascending.
};

/// Room to judge a run; shared by channels that take turns.
struct RunScratch {
  explicit RunScratch(const Panel& panel);
  /// For a run of n heartbeats.
  void make_room(std::size_t n);

  std::vector<LocalInstant> sent, at;
  std::vector<std::vector<LocalInstant>> base;    ///< Per line.
  std::vector<std::vector<detect::Slope>> slope;  ///< Per line; empty without a slope.
  std::vector<bool> sloped;                       ///< Per line.
  std::vector<detect::LineRun> lines;             ///< From index 1 on.
  std::vector<std::uint64_t> steps;  ///< Bits: whether a heartbeat must be looked at by itself.
  std::vector<std::int64_t> low, high;
  std::size_t next_lost = 0;
  SimInstant next_stall{};  ///< The monitor's.
  /// Spans [first_in_batch, last_in_batch) begin in the batch of the last, all measured or none.
  std::size_t first_in_batch = 1, last_in_batch = 1;

  void clear_steps(std::size_t n);
  void step_at(std::size_t t) { steps[t / 64] |= std::uint64_t{1} << (t % 64); }
  [[nodiscard]] bool is_step(std::size_t t) const { return (steps[t / 64] >> (t % 64) & 1) != 0; }
  /// The first from t on; n + 1 if there is none.
  [[nodiscard]] std::size_t next_step(std::size_t t, std::size_t n) const;

  [[nodiscard]] detect::Line line(std::size_t l, std::size_t t) const {
    return {base[l][t], slope[l].empty() ? detect::Slope{} : slope[l][t]};
  }
};

/// Sums over crash experiments of rows that share a slope (qos::CurveBatch says of what).
struct LineSums {
  qos::Wide span = 0, twice = 0, slope = 0, fraction = 0;

  /// Crashes in [a, b), ns, the line being there.
  void add(std::int64_t a, std::int64_t b, LocalInstant base, const detect::Slope& line) {
    span += b - a;
    twice += qos::Wide{b - a} * (2 * base.ns - a - b);
    slope += (b - a) * line.per_factor;
    fraction += qos::Wide{b - a} * line.fraction;
  }
  void add_to(qos::CurveBatch& batch) const {
    batch.span_ns += span;
    batch.detection_twice += twice;
    batch.slope_sum += slope;
    batch.fraction_sum += fraction;
  }
};

/// What a channel is part of.
struct ChannelPlace {
  NodeId monitored{}, monitor{};
  bool sender_keeps_time = true;  ///< Its clock shows true time.
  std::uint32_t replication = 0;
  SimInstant begin{};
  /// When the monitored node, and the monitor, are overloaded.
  std::array<world::TimelineView, 2> overloads = {};
};

/// A heartbeat that got onto the link: when it left by true time and by its sender's clock.
struct Sent {
  SimInstant at{};
  LocalInstant stamp{};
};

class Channel {
 public:
  Channel(ChannelPlace place, const Judge& judge, const qos::BatchPlan& batches, qos::Tally& tally,
          VerdictListener* listener, RunScratch& scratch);

  /// A heartbeat that got onto the link: it arrives (first or second copy) at `arrival`.
  void in_flight(const Sent& sent, SeqNo seq, Incarnation incarnation, SimInstant arrival,
                 bool copy) {
    flights_.push_back({seq, incarnation, copy, sent.at, sent.stamp, arrival});
  }
  /// One that did not; or that had to be sent again, because the first transmission did not.
  void lost(SimInstant sent, bool cut);
  /// The sender is stalled and a heartbeat is due. `host`: others are stalled with it.
  void beat_held(SimInstant at, bool host);
  /// The monitor is stalled and a heartbeat has come.
  void arrival_held(SimInstant at, bool host);
  /// A heartbeat was sent (whatever became of it). Called once per heartbeat, after in_flight or
  /// lost.
  void sent(SimInstant at, bool delivered) {
    // Nobody takes off what reaches a dead monitor; if it stays down, that must not pile up.
    if (!monitor_up_) forget_arrived(at);
    sent_run(at, 1, delivered ? 1 : 0);
  }

  /// Whether observe_run() may be used from here on: the newest incarnation has been seen, and all
  /// that is in flight is the engine's to name again.
  [[nodiscard]] bool can_run() const {
    return both_up() && newest_sent_.has_value() && keep_time_ && !arrival_was_held();
  }
  /// The highest number seen of the newest incarnation.
  [[nodiscard]] SeqNo newest_seen() const {
    return waiting_.count == 0 ? SeqNo{newest_seq_} : waiting_.seq[waiting_.count - 1];
  }
  /// When that was sent. REQUIRES: can_run().
  [[nodiscard]] SimInstant newest_left() const {
    return waiting_.count == 0 ? *newest_sent_ : waiting_.sent[waiting_.count - 1];
  }
  /// What is in flight will come by observe_run(), or be named again.
  void take_over_flights() {
    judge_waiting();
    flights_.clear();
  }
  /// sent() for many, all in one batch, while the monitor is up. REQUIRES: n > 0.
  void sent_run(SimInstant last, std::int64_t n, std::int64_t delivered) {
    last_sent_ = last;
    if (!measured(last)) return;
    qos::CommonBatch& batch = tally_->common[batch_of(last)];
    batch.heartbeats += n;
    batch.delivered += delivered;
  }
  /// The monitor's program hands over many heartbeats of the newest incarnation. REQUIRES:
  /// can_run().
  void observe_run(const Run& run);

  /// The monitor's program hands over an observation at `now`.
  void observe(SimInstant now, const detect::Observation& observation);

  void monitored_crashed(SimInstant at);
  void monitored_recovered(SimInstant at);
  void monitor_crashed(SimInstant at);
  void monitor_recovered(SimInstant at);
  void monitor_stalled(SimInstant at);
  /// Before anything is read that came during the stall.
  void monitor_woke(SimInstant at);
  /// The monitored node's service dies while its heartbeats go on; and works again.
  void service_died(SimInstant at);
  void service_mended(SimInstant at);
  void finish(SimInstant end);

 private:
  struct Flight {
    SeqNo seq{};
    Incarnation incarnation{};
    bool copy = false;
    SimInstant sent{};
    LocalInstant stamp{};
    SimInstant arrival{};
  };
  // When something first happened that explains why nothing comes, of what has not been refuted by
  // a heartbeat that was sent later.
  struct Trouble {
    SimInstant first = SimInstant::never(), last = SimInstant::before_all();
    void at(SimInstant t) {
      if (first == SimInstant::never()) first = t;
      last = t;
    }
    void refute(SimInstant sent) { first = last > sent ? last : SimInstant::never(); }
    [[nodiscard]] bool before(SimInstant t) const { return first < t; }
  };

  [[nodiscard]] bool both_up() const { return monitored_up_ && monitor_up_ && !service_dead_; }
  [[nodiscard]] bool measured(SimInstant t) const {
    return t.ns >= 0 && t.ns < batches_->duration().ns;
  }
  // The batch of a measured instant. Questions come in bursts about one batch: the last answer is
  // kept.
  [[nodiscard]] std::size_t batch_of(SimInstant t) {
    if (t.ns < batch_begin_ || t.ns >= batch_end_) {
      batch_begin_ = batches_->begin_of(t.ns);
      batch_end_ = batches_->end_of(t.ns);
      batch_ = batches_->index(replication_, t.ns);
    }
    return batch_;
  }

  void forget_arrived(SimInstant before);
  void settle(SimInstant now);
  void turn(std::size_t lane, LaneState& state, SimInstant now, Output next);

  // Of observe_run(): what the scratch holds under index t is that of its heartbeat t, counted from
  // 1; under 0 lies what came before.
  struct Newest {
    SimInstant sent{}, observed{};
    std::int64_t seq = 0;
    SimInstant lost_at{};
    Trouble cut, held, host_held;
  };
  void begin_run(const Run& run);
  void record_measured(std::size_t n);
  void run_curve(const Run& run, std::size_t curve);
  void mark_steps(const Curve& curve, std::size_t n);
  void step(const Run& run, std::size_t curve, std::size_t t);
  void catch_up(const Run& run, std::size_t t);
  void explain_losses(const Run& run, SimInstant newest);
  void record_run(const Curve& curve, const Run& run, std::size_t first, std::size_t last);

  [[nodiscard]] Flight* find_flight(SimInstant now, const detect::Observation& observation);
  // Takes it out of those in flight; when it was sent.
  SimInstant take_off(Flight* flight) {
    const SimInstant sent = flight->sent;
    *flight = flights_.back();
    flights_.pop_back();
    return sent;
  }
  void land(Flight* flight, const detect::Observation& observation);
  [[nodiscard]] bool arrival_was_held() const {
    return arrival_held_.first != SimInstant::never() ||
           arrival_host_held_.first != SimInstant::never();
  }
  void forget_overloads();
  bool wait(SimInstant now, const detect::Observation& observation);
  void add_waiting(SimInstant sent, SimInstant now, SeqNo seq);
  void judge_waiting();
  void begin_suspicion(std::size_t lane, LaneState& state);
  void end_output(std::size_t lane, LaneState& state, SimInstant now, bool trusted);
  void close_segment(SimInstant now);
  void open_segment(SimInstant now);
  qos::Cause cause_at(std::size_t lane, SimInstant suspicion);

  void record_spans(SimInstant until, std::int64_t below_seq);
  void record_spans_with(SimInstant from, SimInstant until, std::int64_t below_seq);
  inline void record_span(const VerdictState& state, SimInstant from, SimInstant to);
  inline void record_row(std::uint32_t row, std::size_t batch, std::int64_t a, std::int64_t b,
                         SimInstant suspicion);
  void record_curve(const VerdictState& state, std::size_t curve, std::size_t batch, std::int64_t a,
                    std::int64_t b);
  void record_upwards(const VerdictState& state, std::size_t curve, std::size_t first,
                      std::size_t batch, std::int64_t a, std::int64_t b);
  void sample_rows(const Curve& curve, const detect::Line& line, std::size_t first,
                   std::size_t batch, std::int64_t a, std::int64_t b);
  qos::CurveBatch& upwards(std::uint32_t row, std::size_t batch);
  // Whether the rows of curves with a slope book the span after this heartbeat one by one.
  [[nodiscard]] bool samples(std::int64_t seq) const {
    return (seq & (judge_->panel().sample_every() - 1)) == 0;
  }
  void record_what_if(std::vector<const Flight*> flights, SimInstant from, SimInstant to);
  void settle_failure(std::optional<SimInstant>& failed_at, const qos::FailureCounts& counts,
                      SimInstant now, bool ended);

  NodeId monitored_, monitor_;
  const Judge* judge_;
  const qos::BatchPlan* batches_;
  std::uint32_t replication_;
  std::uint32_t monitor_incarnation_ = 0;
  bool keep_time_;  // the clocks of both nodes show true time
  qos::Tally* tally_;
  VerdictListener* listener_;
  RunScratch* scratch_;
  std::int64_t batch_begin_ = 0, batch_end_ = 0;
  std::size_t batch_ = 0;

  VerdictState state_;
  bool monitored_up_ = true;
  bool monitor_up_ = true;
  bool service_dead_ = false;             // gray: the heartbeats of a dead service
  SimInstant segment_begin_{};            // both up since
  std::optional<SimInstant> crashed_at_;  // a measured crash not yet accounted for
  std::optional<SimInstant> gray_at_;     // the same for a gray failure

  // Crash experiments. Spans are known up to the send of the newest heartbeat seen.
  std::optional<SimInstant> newest_sent_;  // when the newest heartbeat seen was sent
  std::int64_t newest_seq_ = -1;
  Incarnation incarnation_{};            // of the monitored node, in truth
  std::optional<SimInstant> last_sent_;  // the last heartbeat sent, seen or not
  std::vector<Flight> flights_;
  // Heartbeats that came in order and wait to be judged as a run: verdicts do not act on the world,
  // so only what else happens to the channel cannot wait.
  struct Waiting {
    static constexpr std::size_t kMost = 128;
    std::size_t count = 0;
    std::vector<SimInstant> sent, at;  // room for kMost once there is one
    std::vector<SeqNo> seq;
    std::vector<SimInstant> lost;
    std::int64_t batch_end = 0;  // of the first: a run is quickest within one batch
  };
  Waiting waiting_;

  // For causes: what happened since the newest heartbeat seen.
  SimInstant lost_at_ = SimInstant::never();
  SimInstant last_lost_ = SimInstant::before_all();
  Trouble cut_, held_, host_held_;
  Trouble arrival_held_, arrival_host_held_;  // since the last observation
  std::array<world::TimelineView, 2> overloads_;
  SimInstant last_observed_ = SimInstant::before_all();
};

}  // namespace flatline::sim
