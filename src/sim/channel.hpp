#pragma once
// One monitored pair: the judge's verdicts held against the truth, and what follows from both added
// up. Everything here is fed in time order by an engine.

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

/// Heartbeats that arrive one after the other, none overtaken, while nothing strikes either node
/// and the link is not cut.
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

class Channel {
 public:
  Channel(NodeId monitored, NodeId monitor, const Judge& judge, world::TimelineView& monitor_stalls,
          const qos::BatchPlan& batches, std::uint32_t replication, SimInstant begin,
          qos::Tally& tally, VerdictListener* listener, RunScratch& scratch);

  /// A heartbeat that got onto the link: it arrives (first or second copy) at `arrival`.
  void in_flight(SimInstant sent, SeqNo seq, Incarnation incarnation, SimInstant arrival,
                 bool copy) {
    flights_.push_back({seq, incarnation, copy, sent, arrival});
  }
  /// A heartbeat that did not.
  void lost(SimInstant sent, bool cut);
  /// A heartbeat was sent (whatever became of it). Called once per heartbeat, after in_flight or
  /// lost.
  void sent(SimInstant at, bool delivered) {
    // Nobody takes off what reaches a dead monitor; if it stays down, that must not pile up.
    if (!monitor_up_) forget_arrived(at);
    sent_run(at, 1, delivered ? 1 : 0);
  }

  /// Whether observe_run() may be used from here on: the newest incarnation has been seen, and all
  /// that is in flight is the engine's to name again.
  [[nodiscard]] bool can_run() const { return both_up() && newest_sent_.has_value(); }
  /// The highest number seen of the newest incarnation.
  [[nodiscard]] SeqNo newest_seen() const {
    return waiting_.count == 0 ? SeqNo{newest_seq_} : waiting_.seq[waiting_.count - 1];
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
  void sender_stalled(SimInstant from, SimInstant to);
  void monitor_stalled(SimInstant from, SimInstant to);
  void finish(SimInstant end);

  [[nodiscard]] NodeId monitored() const { return monitored_; }
  [[nodiscard]] NodeId monitor() const { return monitor_; }

 private:
  struct Flight {
    SeqNo seq{};
    Incarnation incarnation{};
    bool copy = false;
    SimInstant sent{};
    SimInstant arrival{};
  };

  [[nodiscard]] bool both_up() const { return monitored_up_ && monitor_up_; }
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
    SimInstant lost_at{}, cut_at{};
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
  bool wait(SimInstant now, const detect::Observation& observation);
  void add_waiting(SimInstant sent, SimInstant now, SeqNo seq);
  void judge_waiting();
  void begin_suspicion(std::size_t lane, LaneState& state);
  void end_output(std::size_t lane, LaneState& state, SimInstant now, bool trusted);
  void close_segment(SimInstant now);
  void open_segment(SimInstant now);
  [[nodiscard]] qos::Cause cause_at(SimInstant suspicion) const;

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
  void settle_crash(SimInstant now, bool recovered);

  NodeId monitored_, monitor_;
  const Judge* judge_;
  world::TimelineView* stalls_;
  const qos::BatchPlan* batches_;
  std::uint32_t replication_;
  qos::Tally* tally_;
  VerdictListener* listener_;
  RunScratch* scratch_;
  std::int64_t batch_begin_ = 0, batch_end_ = 0;
  std::size_t batch_ = 0;

  VerdictState state_;
  bool monitored_up_ = true;
  bool monitor_up_ = true;
  SimInstant segment_begin_{};            // both up since
  std::optional<SimInstant> crashed_at_;  // a measured crash not yet accounted for

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
  SimInstant cut_at_ = SimInstant::never();
  SimInstant last_lost_ = SimInstant::before_all();
  SimInstant last_cut_ = SimInstant::before_all();
  SimInstant sender_stall_from_ = SimInstant::never(), sender_stall_to_ = SimInstant::before_all();
  SimInstant monitor_stall_from_ = SimInstant::never(),
             monitor_stall_to_ = SimInstant::before_all();
  SimInstant last_observed_ = SimInstant::before_all();
};

}  // namespace flatline::sim
