#include "flatline/sim/replay.hpp"

#include <algorithm>

#include "flatline/base/check.hpp"
#include "sim/judge.hpp"

namespace flatline::sim {
namespace {

// Holds the verdicts against a trace in which the sender never crashes. Instants count from the
// first arrival.
class Replay {
 public:
  Replay(const std::vector<JudgedSetting>& settings, Duration interval, Duration duration)
      : panel_(settings, interval),
        judge_(panel_, std::vector<Duration>(panel_.lanes().size()), &no_stalls_),
        state_(judge_.fresh({0})),
        batches_(duration, 1),
        tally_(panel_.lanes().size(), batches_.size(), 1),
        judged_(panel_.lanes().size(), false) {}

  void take(const Arrival& arrival, SimInstant now) {
    settle(now);
    const detect::Observation beat{
        detect::ObservationKind::heartbeat, {0}, {arrival.seq}, arrival.sent_at, true};
    judge_.observe(state_, now, beat,
                   [&](std::size_t lane, LaneState& state, Output) { trust(lane, state, now); });
    if (!all_judged_) start_judging(now);
    // The last arrival ends the measured time and belongs to its last batch.
    const std::int64_t at = std::min(now.ns, batches_.duration().ns - 1);
    qos::CommonBatch& batch = tally_.common[batches_.index(0, at)];
    ++batch.heartbeats;
    ++batch.delivered;
  }

  qos::Tally finish() {
    const SimInstant end{batches_.duration().ns};
    settle(end);
    batches_.split(0, SimInstant{0}, end,
                   [&](std::size_t b, std::int64_t ns) { tally_.common[b].both_up_ns += ns; });
    for (std::size_t i = 0; i < state_.lanes.size(); ++i) {
      if (!judged_[i]) {
        batches_.split(0, SimInstant{0}, end, [&](std::size_t b, std::int64_t ns) {
          tally_.rows[i].batches[b].unknown_ns += ns;
        });
      } else if (state_.lanes[i].output == Output::suspect) {
        suspected(i, state_.lanes[i], end);
      }
    }
    return std::move(tally_);
  }

 private:
  void settle(SimInstant now) {
    judge_.settle(state_, now, [&](std::size_t lane, LaneState& state) {
      if (!judged_[lane]) return;
      state.mistake = true;
      qos::RowTally& row = tally_.rows[lane];
      ++row.batches[batches_.index(0, state.since.ns)].mistakes;
      ++row.causes[static_cast<std::size_t>(qos::Cause::delay)];
    });
  }

  void suspected(std::size_t lane, const LaneState& state, SimInstant until) {
    const SimInstant from = std::max(state.since, judged_since_);
    batches_.split(0, from, until, [&](std::size_t b, std::int64_t ns) {
      tally_.rows[lane].batches[b].suspected_ns += ns;
    });
  }

  void trust(std::size_t lane, LaneState& state, SimInstant now) {
    if (!judged_[lane] || state.output != Output::suspect) return;
    suspected(lane, state, now);
    if (!state.mistake) return;
    qos::RowBatch& batch = tally_.rows[lane].batches[batches_.index(0, state.since.ns)];
    ++batch.ended;
    batch.ended_ns += now.ns - state.since.ns;
    state.mistake = false;
  }

  // A setting counts from the arrival that fills its window.
  void start_judging(SimInstant now) {
    all_judged_ = true;
    for (std::size_t i = 0; i < judged_.size(); ++i) {
      if (judged_[i]) continue;
      std::size_t member = panel_.lanes()[i].member;
      std::size_t family = 0;
      while (member >= state_.families[family]->size()) member -= state_.families[family++]->size();
      judged_[i] = state_.families[family]->warmed_up(member);
      all_judged_ = all_judged_ && judged_[i];
      if (!judged_[i]) continue;
      batches_.split(0, SimInstant{0}, now, [&](std::size_t b, std::int64_t ns) {
        tally_.rows[i].batches[b].unknown_ns += ns;
      });
      judged_since_ = std::max(judged_since_, now);
    }
  }

  world::TimelineView no_stalls_;
  Panel panel_;
  Judge judge_;
  VerdictState state_;
  qos::BatchPlan batches_;
  qos::Tally tally_;
  std::vector<bool> judged_;
  bool all_judged_ = false;
  SimInstant judged_since_{};
};

}  // namespace

Result<Replayed> replay(const std::vector<JudgedSetting>& settings, Duration interval,
                        const TraceSpan& span,
                        const std::function<Result<std::optional<Arrival>>()>& next) {
  FLATLINE_CHECK(span.last > span.first, "a trace has at least two arrivals at different instants");
  Replayed out;
  out.duration = span.last - span.first;
  Replay replay(settings, interval, out.duration);
  for (;;) {
    auto arrival = next();
    if (!arrival.ok()) return arrival.problems();
    if (!arrival.value()) break;
    // The judge counts time from the first arrival; the sender's clock moves along, so that
    // differences stay.
    Arrival shifted = *arrival.value();
    shifted.sent_at = LocalInstant{shifted.sent_at.ns - span.first.ns};
    replay.take(shifted, {shifted.at.ns - span.first.ns});
  }
  out.tally = replay.finish();
  return out;
}

}  // namespace flatline::sim
