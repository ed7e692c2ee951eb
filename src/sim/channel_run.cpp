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
  std::uint8_t* const steps = scratch.steps.data();
  const LocalInstant* const at = scratch.at.data();
  std::int64_t due = first[0];
  for (std::size_t t = 1; t <= n; ++t) {
    const std::int64_t now = at[t].ns, next = first[t];
    const bool step = due < now || next <= now || next == SimInstant::never().ns;
    steps[t] = static_cast<std::uint8_t>(steps[t] | (step ? 1 : 0));
    due = next;
  }
}

// Books the spans [first, last), each up to its heartbeat; due(t) is when it is suspected that
// nothing comes after heartbeat t.
template <typename Due>
void book_run(const RunScratch& scratch, std::size_t first, std::size_t last, Due&& due,
              qos::DetectionHistogram& detection, Wide& twice, std::int64_t& max) {
  qos::DetectionHistogram::Adder adder(detection);
  const LocalInstant* const sent = scratch.sent.data();
  Wide sum = 0;
  std::int64_t longest = max, begin = sent[first - 1].ns;
  for (std::size_t t = first; t < last; ++t) {
    const std::int64_t suspicion = due(t - 1), end = sent[t].ns;
    const std::int64_t high = suspicion - begin, low = suspicion - end;
    begin = end;
    adder.add_interval(low, high);
    sum += Wide{high - low} * (high + low);
    longest = std::max(longest, high);
  }
  adder.finish();
  twice += sum;
  max = longest;
}

void book_sloped_run(const RunScratch& scratch, std::size_t line, std::size_t first,
                     std::size_t last, qos::CurveBatch& batch) {
  const LocalInstant* const sent = scratch.sent.data();
  const LocalInstant* const base = scratch.base[line].data();
  const detect::Slope* const slope = scratch.slope[line].data();
  Wide twice = 0, slopes = 0, fractions = 0;
  for (std::size_t t = first; t < last; ++t) {
    const std::int64_t a = sent[t - 1].ns, b = sent[t].ns;
    twice += Wide{b - a} * (2 * base[t - 1].ns - a - b);
    slopes += (b - a) * slope[t - 1].per_factor;
    fractions += Wide{b - a} * slope[t - 1].fraction;
  }
  batch.span_ns += sent[last - 1].ns - sent[first - 1].ns;
  batch.detection_twice += twice;
  batch.slope_sum += slopes;
  batch.fraction_sum += fractions;
}

}  // namespace

RunScratch::RunScratch(const Panel& panel) {
  const auto families = panel.make_families();
  base.resize(panel.lines());
  slope.resize(panel.lines());
  sloped.resize(panel.lines());
  for (std::size_t f = 0; f < families.size(); ++f) {
    for (std::size_t l = panel.first_line()[f]; l < panel.first_line()[f + 1]; ++l)
      sloped[l] = families[f]->sloped();
  }
  lines.resize(panel.lines());
  for (const Curve& curve : panel.curves()) samples = samples || (curve.sloped && curve.shared);
}

void RunScratch::make_room(std::size_t n) {
  if (sent.size() >= n + 1) return;
  sent.resize(n + 1);
  at.resize(n + 1);
  steps.resize(n + 1);
  for (std::size_t l = 0; l < base.size(); ++l) {
    base[l].resize(n + 1);
    if (sloped[l]) slope[l].resize(n + 1);
    lines[l] = {base[l].data() + 1, sloped[l] ? slope[l].data() + 1 : nullptr};
  }
}

void Channel::sent_run(SimInstant last, std::int64_t n, std::int64_t delivered) {
  last_sent_ = last;
  if (!measured(last)) return;
  qos::CommonBatch& batch = tally_->common[batch_of(last)];
  batch.heartbeats += n;
  batch.delivered += delivered;
}

void Channel::observe_run(const Run& run, RunScratch& scratch) {
  const std::size_t n = run.at.size();
  if (lost_at_ == SimInstant::never() && !run.lost.empty()) lost_at_ = run.lost.front();
  begin_run(run, scratch);
  mark_steps(run, scratch);
  bool in_step = std::any_of(state_.curves.begin(), state_.curves.end(),
                             [](const CurveState& curve) { return curve.from > 0; });
  std::size_t known = 0;  // the state is that after this heartbeat
  for (std::size_t t = 1; t <= n;) {
    if (in_step || scratch.steps[t] != 0) {
      if (known + 1 != t) catch_up(run, scratch, t - 1);
      step(run, scratch, t);
      known = t++;
      in_step = std::any_of(state_.curves.begin(), state_.curves.end(),
                            [](const CurveState& curve) { return curve.from > 0; });
      continue;
    }
    const std::size_t first = t;
    while (t <= n && scratch.steps[t] == 0) ++t;
    record_run(scratch, first, t);
  }
  if (known != n) catch_up(run, scratch, n);
  if (!run.lost.empty()) last_lost_ = run.lost.back();
}

// The detectors take in the whole run.
void Channel::begin_run(const Run& run, RunScratch& scratch) {
  const std::size_t n = run.at.size();
  scratch.make_room(n);
  scratch.next_lost = 0;
  scratch.sent[0] = {newest_sent_->ns};
  scratch.at[0] = {last_observed_.ns};
  for (std::size_t i = 0; i < n; ++i) {
    scratch.sent[i + 1] = {run.sent[i].ns};
    scratch.at[i + 1] = {run.at[i].ns};
  }
  const Panel& panel = judge_->panel();
  for (std::size_t c = 0; c < panel.curves().size(); ++c) {
    const std::size_t line = panel.curves()[c].line;
    scratch.base[line][0] = state_.curves[c].line.base;
    if (scratch.sloped[line]) scratch.slope[line][0] = state_.curves[c].line.slope;
  }
  const detect::Beats beats{{scratch.at.data() + 1, n}, run.seq, {scratch.sent.data() + 1, n}};
  for (std::size_t f = 0; f < state_.families.size(); ++f) {
    const std::size_t first = panel.first_line()[f];
    state_.families[f]->observe_run(
        beats, incarnation_, {scratch.lines.data() + first, panel.first_line()[f + 1] - first});
  }
}

void Channel::mark_steps(const Run& run, RunScratch& scratch) {
  const std::size_t n = run.at.size();
  std::fill_n(scratch.steps.begin(), n + 1, std::uint8_t{0});
  for (const Curve& curve : judge_->panel().curves()) {
    if (curve.sloped) {
      mark_curve<true>(scratch, curve, n);
    } else if (!all_calm(scratch, curve, n)) {
      mark_curve<false>(scratch, curve, n);
    }
    // What never comes, or is due when the monitor may be stalled, lies on no line.
    if (run.next_stall == SimInstant::never() && !curve.sloped) continue;
    for (std::size_t t = 1; t <= n; ++t) {
      const detect::Line line = scratch.line(curve.line, t - 1);
      if (judge_->due_of(curve, line, curve.rows.size() - 1) >= run.next_stall)
        scratch.steps[t] = 1;
    }
  }
  // A span belongs to the batch that it begins in, and only its measured part counts.
  const SimInstant last_begin{scratch.sent[n - 1].ns};
  const bool counts = measured(last_begin);
  if (counts) batch_of(last_begin);
  for (std::size_t t = 1; t <= n; ++t) {
    const std::int64_t begin = scratch.sent[t - 1].ns;
    if (counts ? begin >= batch_begin_ : scratch.sent[t].ns < 0) break;
    scratch.steps[t] = 1;
  }
  if (!counts && scratch.sent[n].ns >= 0) scratch.steps[n] = 1;
  if (!scratch.samples) return;
  for (std::size_t t = 1; t <= n; ++t) {
    if (samples(t == 1 ? newest_seq_ : run.seq[t - 2].value)) scratch.steps[t] = 1;
  }
}

// The state after heartbeat t, all before it since the last step having changed nothing.
void Channel::catch_up(const Run& run, RunScratch& scratch, std::size_t t) {
  newest_sent_ = run.sent[t - 1];
  newest_seq_ = run.seq[t - 1].value;
  last_observed_ = run.at[t - 1];
  explain_losses(run, scratch, *newest_sent_);
  const Panel& panel = judge_->panel();
  for (std::size_t c = 0; c < panel.curves().size(); ++c)
    state_.curves[c].line = scratch.line(panel.curves()[c].line, t);
  judge_->find_earliest(state_);
}

void Channel::step(const Run& run, RunScratch& scratch, std::size_t t) {
  const SimInstant now = run.at[t - 1], sent = run.sent[t - 1];
  settle(now);
  record_spans(sent, run.seq[t - 1].value);
  newest_sent_ = sent;
  newest_seq_ = run.seq[t - 1].value;
  last_observed_ = now;
  explain_losses(run, scratch, sent);
  judge_->judge(
      state_, now, [&](std::size_t line) { return scratch.line(line, t); },
      [&](std::size_t lane, LaneState& state, Output next) { turn(lane, state, now, next); });
}

// What was lost or cut before the newest heartbeat explains nothing any more. A loss that is still
// to come counts only once it has come: whoever asks compares with an instant.
void Channel::explain_losses(const Run& run, RunScratch& scratch, SimInstant newest) {
  cut_at_ = last_cut_ > newest ? last_cut_ : SimInstant::never();
  std::size_t& next = scratch.next_lost;
  while (next < run.lost.size() && run.lost[next] <= newest) ++next;
  if (last_lost_ > newest) {
    lost_at_ = last_lost_;
  } else {
    lost_at_ = next < run.lost.size() ? run.lost[next] : SimInstant::never();
  }
}

// Books the spans that end with heartbeats [first, last), all of one batch.
void Channel::record_run(RunScratch& scratch, std::size_t first, std::size_t last) {
  const SimInstant begin{scratch.sent[first - 1].ns};
  if (!measured(begin)) return;
  const std::size_t batch_index = batch_of(begin);
  tally_->common[batch_index].span_ns += scratch.sent[last - 1].ns - begin.ns;
  for (const Curve& curve : judge_->panel().curves()) {
    if (curve.shared && curve.sloped) {
      book_sloped_run(scratch, curve.line, first, last, upwards(curve.rows[0], batch_index));
      continue;
    }
    if (curve.shared) {
      qos::CurveBatch& batch = upwards(curve.rows[0], batch_index);
      batch.span_ns += scratch.sent[last - 1].ns - begin.ns;
      book_run(
          scratch, first, last,
          [due = Deadlines<false>(scratch, curve, 0)](std::size_t t) { return due.known(t); },
          batch.detection, batch.detection_twice, tally_->rows[curve.rows[0]].upwards_max_ns);
      continue;
    }
    for (std::size_t k = 0; k < curve.rows.size(); ++k) {
      qos::RowTally& row = tally_->rows[curve.rows[k]];
      qos::RowBatch& batch = row.batches[batch_index];
      const auto book = [&](auto&& due) {
        book_run(scratch, first, last, due, batch.detection, batch.detection_twice,
                 row.detection_max_ns);
      };
      if (curve.sloped || curve.check_every.ns > 0) {
        book([&](std::size_t t) {
          return judge_->due_of(curve, scratch.line(curve.line, t), k).ns;
        });
      } else {
        book([due = Deadlines<false>(scratch, curve, k)](std::size_t t) { return due.known(t); });
      }
    }
  }
}

}  // namespace flatline::sim
