// Runs of heartbeats. Nearly all of them come while every row trusts and change nothing but sums:
// those are booked together. The others are looked at one by one, as Channel::observe does.

#include <algorithm>

#include "sim/channel.hpp"

namespace flatline::sim {

using qos::Wide;

namespace {

// What a row's deadline is at each heartbeat of a run, without the wait for a check.
template <bool kSloped>
class Deadlines {
 public:
  Deadlines(const RunScratch& scratch, const Curve& curve, std::size_t k)
      : base_(scratch.base[curve.line].data()),
        slope_(kSloped ? scratch.slope[curve.line].data() : nullptr),
        shift_(curve.shift[k]),
        factor_(curve.factor[k]) {}

  [[nodiscard]] std::int64_t operator[](std::size_t t) const {
    if constexpr (kSloped) return detect::deadline_on(base_[t], slope_[t], {shift_}, factor_).ns;
    return detect::deadline_on(base_[t], {shift_}).ns;
  }
  // Where there is a deadline, and no slope.
  [[nodiscard]] std::int64_t known(std::size_t t) const { return base_[t].ns + shift_; }

 private:
  const LocalInstant* base_;
  const detect::Slope* slope_;
  std::int64_t shift_, factor_;
};

// Whether no heartbeat of the run need be looked at by itself for this curve: a quick test that may
// say no where mark_curve finds none.
bool all_calm(const RunScratch& scratch, const Curve& curve, std::size_t n) {
  const auto shift = static_cast<std::uint64_t>(curve.shift[0]);
  const LocalInstant* const base = scratch.base[curve.line].data();
  const LocalInstant* const at = scratch.at.data();
  // Signs gathered by "or", without a branch. Unsigned, because never() wraps to a sign, too.
  std::uint64_t signs = static_cast<std::uint64_t>(base[0].ns);
  for (std::size_t t = 1; t <= n; ++t) {
    const auto now = static_cast<std::uint64_t>(at[t].ns);
    signs |= static_cast<std::uint64_t>(base[t - 1].ns) + shift - now;
    signs |= static_cast<std::uint64_t>(base[t].ns) + shift - 1 - now;
    signs |= static_cast<std::uint64_t>(base[t].ns);
  }
  return signs >> 63 == 0;
}

// A heartbeat must be looked at by itself if a row was due before it came, or does not trust after
// it.
template <bool kSloped>
void mark_curve(RunScratch& scratch, const Curve& curve, std::size_t n) {
  const Deadlines<kSloped> first(scratch, curve, 0);
  const LocalInstant* const at = scratch.at.data();
  std::int64_t due = first[0];
  for (std::size_t t = 1; t <= n; ++t) {
    const std::int64_t now = at[t].ns, next = first[t];
    if (due < now || next <= now || next == SimInstant::never().ns) scratch.step_at(t);
    due = next;
  }
}

// No row of the curve is due later in the run, whatever the heartbeat. Never if that is not easily
// said.
SimInstant latest_due(const RunScratch& scratch, const Curve& curve, std::size_t n) {
  const LocalInstant* const base = scratch.base[curve.line].data();
  const detect::Slope* const slope = scratch.slope[curve.line].data();
  if (curve.factor.back() < 0) return SimInstant::never();
  LocalInstant latest = base[0];
  detect::Slope steepest{slope[0].per_factor, UINT16_MAX};
  for (std::size_t t = 1; t <= n; ++t) {
    latest = std::max(latest, base[t]);
    steepest.per_factor = std::max(steepest.per_factor, slope[t].per_factor);
  }
  return {detect::deadline_on(latest, steepest, {curve.shift.back()}, curve.factor.back()).ns};
}

// Books the spans [first, last), each up to its heartbeat; due(t) is when it is suspected that
// nothing comes after heartbeat t.
template <typename Due>
void book_run(RunScratch& scratch, std::size_t first, std::size_t last, Due&& due,
              qos::DetectionHistogram& detection, Wide& twice, std::int64_t& max) {
  const LocalInstant* const sent = scratch.sent.data();
  std::int64_t* const low = scratch.low.data();
  std::int64_t* const high = scratch.high.data();
  const std::size_t n = last - first;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t suspicion = due(first + i - 1);
    high[i] = suspicion - sent[first + i - 1].ns;
    low[i] = suspicion - sent[first + i].ns;
  }
  Wide sum = 0;
  std::int64_t longest = max;
  for (std::size_t i = 0; i < n; ++i) {
    sum += Wide{high[i] - low[i]} * (high[i] + low[i]);
    longest = std::max(longest, high[i]);
  }
  detection.add_intervals({low, n}, {high, n});
  twice += sum;
  max = longest;
}

void book_sloped_run(const RunScratch& scratch, std::size_t line, std::size_t first,
                     std::size_t last, qos::CurveBatch& batch) {
  const LocalInstant* const sent = scratch.sent.data();
  const LocalInstant* const base = scratch.base[line].data();
  const detect::Slope* const slope = scratch.slope[line].data();
  LineSums sums;
  for (std::size_t t = first; t < last; ++t)
    sums.add(sent[t - 1].ns, sent[t].ns, base[t - 1], slope[t - 1]);
  sums.add_to(batch);
}

}  // namespace

RunScratch::RunScratch(const Panel& panel)
    : base(panel.lines()), slope(panel.lines()), sloped(panel.lines()), lines(panel.lines()) {
  // Every line has a setting on it, and every setting a row.
  for (const Curve& curve : panel.curves()) sloped[curve.line] = curve.sloped;
}

void RunScratch::make_room(std::size_t n) {
  if (sent.size() >= n + 1) return;
  sent.resize(n + 1);
  at.resize(n + 1);
  steps.resize(n / 64 + 2);
  low.resize(n);
  high.resize(n);
  for (std::size_t l = 0; l < base.size(); ++l) {
    base[l].resize(n + 1);
    if (sloped[l]) slope[l].resize(n + 1);
    lines[l] = {base[l].data() + 1, sloped[l] ? slope[l].data() + 1 : nullptr};
  }
}

void RunScratch::clear_steps(std::size_t n) {
  std::fill_n(steps.begin(), n / 64 + 1, std::uint64_t{0});
}

std::size_t RunScratch::next_step(std::size_t t, std::size_t n) const {
  std::uint64_t word = steps[t / 64] & (~std::uint64_t{0} << (t % 64));
  for (std::size_t w = t / 64; w * 64 <= n; word = steps[++w]) {
    if (word != 0) return std::min(n + 1, w * 64 + static_cast<std::size_t>(__builtin_ctzll(word)));
  }
  return n + 1;
}

// Whether the heartbeat can wait to be judged with those that follow: it came in order, and it and
// all before it are of the incarnation that is watched.
bool Channel::wait(SimInstant now, const detect::Observation& observation) {
  if (listener_ != nullptr || observation.kind != detect::ObservationKind::heartbeat ||
      observation.incarnation != incarnation_ || !can_run() || observation.seq <= newest_seen())
    return false;
  Flight* const flight = find_flight(now, observation);
  // Between two that were sent at once (a burst after a stall) lies no crash experiment.
  if (flight == nullptr || flight->sent <= newest_left()) return false;
  for (const Flight& other : flights_) {
    if (&other != flight && (other.incarnation != incarnation_ || other.seq <= observation.seq))
      return false;
  }
  add_waiting(take_off(flight), now, observation.seq);
  return true;
}

void Channel::add_waiting(SimInstant sent, SimInstant now, SeqNo seq) {
  if (waiting_.count == 0) [[unlikely]] {
    waiting_.sent.resize(Waiting::kMost);
    waiting_.at.resize(Waiting::kMost);
    waiting_.seq.resize(Waiting::kMost);
    waiting_.batch_end = measured(sent) ? batches_->end_of(sent.ns) : 0;
  }
  const std::size_t i = waiting_.count++;
  waiting_.sent[i] = sent;
  waiting_.at[i] = now;
  waiting_.seq[i] = seq;
  if (waiting_.count == Waiting::kMost || sent.ns >= waiting_.batch_end) judge_waiting();
}

void Channel::judge_waiting() {
  const std::size_t n = waiting_.count;
  if (n == 0) return;
  // Losses since the last arrival are no part of the run.
  const auto later =
      std::lower_bound(waiting_.lost.begin(), waiting_.lost.end(), waiting_.at[n - 1]);
  const auto losses = static_cast<std::size_t>(later - waiting_.lost.begin());
  observe_run({std::span(waiting_.sent).first(n), std::span(waiting_.at).first(n),
               std::span(waiting_.seq).first(n), std::span(waiting_.lost).first(losses)});
  waiting_.count = 0;
  for (const SimInstant sent : std::span(waiting_.lost).subspan(losses)) lost(sent, false);
  waiting_.lost.clear();
}

void Channel::observe_run(const Run& run) {
  const std::size_t n = run.at.size();
  if (lost_at_ == SimInstant::never() && !run.lost.empty()) lost_at_ = run.lost.front();
  begin_run(run);
  record_measured(n);
  // Curve by curve: what one of them makes of the run is nothing to the others.
  const Newest before{*newest_sent_, last_observed_, newest_seq_, lost_at_,
                      cut_,          held_,          host_held_};
  for (std::size_t c = 0; c < state_.curves.size(); ++c) {
    newest_sent_ = before.sent;
    last_observed_ = before.observed;
    newest_seq_ = before.seq;
    lost_at_ = before.lost_at;
    cut_ = before.cut;
    held_ = before.held;
    host_held_ = before.host_held;
    scratch_->next_lost = 0;
    run_curve(run, c);
  }
  catch_up(run, n);
  if (!run.lost.empty()) last_lost_ = run.lost.back();
  forget_overloads();
  judge_->find_earliest(state_);
}

void Channel::run_curve(const Run& run, std::size_t c) {
  const std::size_t n = run.at.size();
  const Curve& curve = judge_->panel().curves()[c];
  CurveState& state = state_.curves[c];
  mark_steps(curve, n);
  std::size_t known = 0;  // the state is that after this heartbeat
  for (std::size_t t = 1; t <= n;) {
    if (state.from == 0 && !scratch_->is_step(t)) {
      const std::size_t first = t;
      t = scratch_->next_step(t, n);
      record_run(curve, run, first, t);
      continue;
    }
    if (known + 1 != t) {
      catch_up(run, t - 1);
      state.line = scratch_->line(curve.line, t - 1);
    }
    step(run, c, t);
    known = t++;
  }
  state.line = scratch_->line(curve.line, n);
}

// The detectors take in the whole run.
void Channel::begin_run(const Run& run) {
  const std::size_t n = run.at.size();
  scratch_->make_room(n);
  scratch_->next_stall = judge_->next_stall(run.at.front());
  scratch_->sent[0] = {newest_sent_->ns};
  scratch_->at[0] = {last_observed_.ns};
  for (std::size_t i = 0; i < n; ++i) {
    scratch_->sent[i + 1] = {run.sent[i].ns};
    scratch_->at[i + 1] = {run.at[i].ns};
  }
  const Panel& panel = judge_->panel();
  for (std::size_t c = 0; c < panel.curves().size(); ++c) {
    const std::size_t line = panel.curves()[c].line;
    scratch_->base[line][0] = state_.curves[c].line.base;
    if (scratch_->sloped[line]) scratch_->slope[line][0] = state_.curves[c].line.slope;
  }
  const detect::Beats beats{{scratch_->at.data() + 1, n}, run.seq, {scratch_->sent.data() + 1, n}};
  for (std::size_t f = 0; f < state_.families.size(); ++f) {
    const std::size_t first = panel.first_line()[f];
    state_.families[f]->observe_run(
        beats, incarnation_, {scratch_->lines.data() + first, panel.first_line()[f + 1] - first});
  }
  // As in record_spans: crashes from before both were up are not asked about.
  scratch_->first_in_batch = 1;
  for (std::size_t t = 0; t <= n && scratch_->sent[t].ns < segment_begin_.ns; ++t) {
    scratch_->sent[t] = {segment_begin_.ns};
    scratch_->first_in_batch = std::min(t + 2, n + 1);
  }
}

// Counts the spans of the run, and finds those that begin in the batch of the last: a span belongs
// to the batch that it begins in, and only its measured part counts.
void Channel::record_measured(std::size_t n) {
  const SimInstant last_begin{scratch_->sent[n - 1].ns};
  const bool counts = measured(last_begin);
  if (counts) static_cast<void>(batch_of(last_begin));  // finds the batch, too
  std::size_t& first = scratch_->first_in_batch;
  scratch_->last_in_batch = n + 1;
  if (!counts) {
    if (scratch_->sent[n].ns >= 0) scratch_->last_in_batch = n;
  } else {
    while (first <= n && scratch_->sent[first - 1].ns < batch_begin_) ++first;
    tally_->common[batch_].span_ns += scratch_->sent[n].ns - scratch_->sent[first - 1].ns;
  }
  const auto count = [&](std::size_t t) {
    const std::int64_t a = std::max<std::int64_t>(scratch_->sent[t - 1].ns, 0);
    if (a < scratch_->sent[t].ns) tally_->common[batch_of({a})].span_ns += scratch_->sent[t].ns - a;
  };
  for (std::size_t t = 1; t < first; ++t) count(t);
  for (std::size_t t = std::max(first, scratch_->last_in_batch); t <= n; ++t) count(t);
}

void Channel::mark_steps(const Curve& curve, std::size_t n) {
  scratch_->clear_steps(n);
  for (std::size_t t = 1; t < scratch_->first_in_batch; ++t) scratch_->step_at(t);
  for (std::size_t t = scratch_->last_in_batch; t <= n; ++t) scratch_->step_at(t);
  if (curve.guarded) {
    // Holds lie beyond the stalls.
    for (std::size_t t = 1; t <= n; ++t) scratch_->step_at(t);
    return;
  }
  if (curve.sloped) {
    mark_curve<true>(*scratch_, curve, n);
  } else if (!all_calm(*scratch_, curve, n)) {
    mark_curve<false>(*scratch_, curve, n);
  }
  // What never comes, or is due when the monitor may be stalled, lies on no line.
  const SimInstant next_stall = scratch_->next_stall;
  if (next_stall == SimInstant::never() && !curve.sloped) return;
  const std::size_t last = curve.rows.size() - 1;
  if (!curve.sloped && curve.check_every.ns == 0) {
    const Deadlines<false> due(*scratch_, curve, last);
    for (std::size_t t = 1; t <= n; ++t) {
      if (due[t - 1] >= next_stall.ns) scratch_->step_at(t);
    }
    return;
  }
  if (curve.check_every.ns == 0 && latest_due(*scratch_, curve, n) < next_stall) return;
  for (std::size_t t = 1; t <= n; ++t) {
    if (judge_->due_of(curve, scratch_->line(curve.line, t - 1), last, {}) >= next_stall)
      scratch_->step_at(t);
  }
}

// What is known of the sender after heartbeat t.
void Channel::catch_up(const Run& run, std::size_t t) {
  newest_sent_ = run.sent[t - 1];
  newest_seq_ = run.seq[t - 1].value;
  last_observed_ = run.at[t - 1];
  explain_losses(run, *newest_sent_);
}

// What Channel::observe does, for one curve.
void Channel::step(const Run& run, std::size_t c, std::size_t t) {
  const SimInstant now = run.at[t - 1];
  judge_->settle_curve(state_, c, now,
                       [&](std::size_t lane, LaneState& state) { begin_suspicion(lane, state); });
  const std::int64_t a = std::max({newest_sent_->ns, segment_begin_.ns, std::int64_t{0}});
  const std::int64_t b = std::min(run.sent[t - 1].ns, batches_->duration().ns);
  if (a < b) record_curve(state_, c, batch_of({a}), a, b);
  catch_up(run, t);
  SimInstant earliest = SimInstant::never();
  judge_->judge_curve(
      state_, c, scratch_->line(judge_->panel().curves()[c].line, t), now,
      [&](std::size_t lane, LaneState& state, Output next) { turn(lane, state, now, next); },
      earliest);
}

// What was lost or cut before the newest heartbeat explains nothing any more. A loss that is still
// to come counts only once it has come: whoever asks compares with an instant.
void Channel::explain_losses(const Run& run, SimInstant newest) {
  for (Trouble* const trouble : {&cut_, &held_, &host_held_}) trouble->refute(newest);
  std::size_t& next = scratch_->next_lost;
  while (next < run.lost.size() && run.lost[next] <= newest) ++next;
  if (last_lost_ > newest) {
    lost_at_ = last_lost_;
  } else {
    lost_at_ = next < run.lost.size() ? run.lost[next] : SimInstant::never();
  }
}

// Books the spans that end with heartbeats [first, last), all of one batch or before the first.
void Channel::record_run(const Curve& curve, const Run& run, std::size_t first, std::size_t last) {
  const SimInstant begin{scratch_->sent[first - 1].ns};
  if (!measured(begin)) return;
  const std::size_t batch_index = batch_of(begin);
  if (curve.shared && curve.sloped) {
    book_sloped_run(*scratch_, curve.line, first, last, upwards(curve.rows[0], batch_index));
    for (std::size_t t = first; t < last; ++t) {
      if (!samples(t == 1 ? newest_seq_ : run.seq[t - 2].value)) continue;
      sample_rows(curve, scratch_->line(curve.line, t - 1), 0, batch_index,
                  scratch_->sent[t - 1].ns, scratch_->sent[t].ns);
    }
    return;
  }
  if (curve.shared) {
    qos::CurveBatch& batch = upwards(curve.rows[0], batch_index);
    batch.span_ns += scratch_->sent[last - 1].ns - begin.ns;
    book_run(
        *scratch_, first, last,
        [due = Deadlines<false>(*scratch_, curve, 0)](std::size_t t) { return due.known(t); },
        batch.detection, batch.detection_twice, tally_->rows[curve.rows[0]].upwards_max_ns);
    return;
  }
  for (std::size_t k = 0; k < curve.rows.size(); ++k) {
    qos::RowTally& row = tally_->rows[curve.rows[k]];
    qos::RowBatch& batch = row.batches[batch_index];
    const auto book = [&](auto&& due) {
      book_run(*scratch_, first, last, due, batch.detection, batch.detection_twice,
               row.detection_max_ns);
    };
    if (curve.sloped || curve.check_every.ns > 0) {
      book([&](std::size_t t) {
        return judge_->due_of(curve, scratch_->line(curve.line, t), k, {}).ns;
      });
    } else {
      book([due = Deadlines<false>(*scratch_, curve, k)](std::size_t t) { return due.known(t); });
    }
  }
}

}  // namespace flatline::sim
