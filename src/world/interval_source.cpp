// Sources of intervals: lists, schedules that repeat, renewal processes, and such whose rate
// varies.

#include <algorithm>
#include <utility>

#include "flatline/world/timeline.hpp"

namespace flatline::world {
namespace {

// cos(2 pi x), x in [0, 1/2], by its series: + - * / only, so that every machine gives the same.
double plain_cos_of_turns(double x) {
  // Symmetric about a quarter of a turn but for the sign.
  const bool far = x > 0.25;
  const double angle = 6.283185307179586477 * (far ? 0.5 - x : x);
  const double square = angle * angle;
  double sum = 1;
  for (int k = 22; k >= 2; k -= 2) sum = 1 - sum * square / (k * (k - 1));
  return far ? -sum : sum;
}

double share_of_peak(const Diurnal& law, SimInstant t) {
  const std::int64_t period = law.period.ns;
  std::int64_t phase = (t.ns - law.peak.ns) % period;
  if (phase < 0) phase += period;
  phase = std::min(phase, period - phase);
  const double turns = static_cast<double>(phase) / static_cast<double>(period);
  return (1 + law.amplitude * plain_cos_of_turns(turns)) / (1 + law.amplitude);
}

}  // namespace

IntervalSource::IntervalSource(std::vector<Interval> scheduled) : scheduled_(std::move(scheduled)) {
  std::sort(scheduled_.begin(), scheduled_.end(), [](const Interval& x, const Interval& y) {
    return x.start != y.start ? x.start < y.start : x.end < y.end;
  });
}

IntervalSource::IntervalSource(SimInstant begin, random::Sampler gap, random::Sampler length,
                               random::Stream gaps, random::Stream lengths, OnWake on_wake)
    : kind_(Kind::renewal),
      on_wake_(on_wake),
      from_(begin),
      gap_(std::move(gap)),
      length_(std::move(length)),
      gaps_(gaps),
      lengths_(lengths) {}

IntervalSource::IntervalSource(const Periodic& when, random::Sampler length, random::Stream lengths,
                               OnWake on_wake)
    : kind_(Kind::periodic),
      on_wake_(on_wake),
      from_(when.first),
      length_(std::move(length)),
      lengths_(lengths),
      repeat_(when.repeat) {}

IntervalSource::IntervalSource(Varying when, random::Sampler length, random::Stream lengths,
                               OnWake on_wake)
    : kind_(Kind::varying),
      on_wake_(on_wake),
      from_(when.fastest.begin),
      gap_(std::move(when.fastest.gap)),
      length_(std::move(length)),
      gaps_(when.fastest.gaps),
      lengths_(lengths),
      thinning_(when.thinning),
      diurnal_(when.diurnal) {
  if (!when.bursty) return;
  factor_ = when.bursty->factor;
  GilbertElliott states;
  states.good_mean = when.bursty->calm_mean;
  states.bad_mean = when.bursty->busy_mean;
  busy_ = BurstState(BurstLaw{states, std::move(when.calm), std::move(when.busy)}, when.sojourns,
                     when.fastest.begin);
}

void IntervalSource::set_by(Duration by) {
  by_ = by;
}

IntervalSource IntervalSource::followed_by(random::Sampler length, random::Stream lengths) && {
  follow_ = Follow{std::move(length), lengths, std::nullopt, false};
  return std::move(*this);
}

std::optional<Interval> IntervalSource::next() {
  if (!follow_) return next_strike();
  if (follow_->length.max_ns() == 0) return std::nullopt;
  if (!follow_->begun) follow_->after = next_strike();
  follow_->begun = true;
  while (follow_->after && follow_->after->end != SimInstant::never()) {
    Interval following = *follow_->after;
    following.start = following.end;
    following.end += Duration{follow_->length(follow_->lengths.bits(following.index))};
    follow_->after = next_strike();
    if (follow_->after) following.end = std::min(following.end, follow_->after->start);
    if (following.start < following.end) return following;
  }
  return std::nullopt;
}

std::optional<Interval> IntervalSource::next_strike() {
  if (kind_ == Kind::listed) return next_listed();
  std::optional<Interval> strike;
  // What never lasts is never seen.
  if (length_.max_ns() > 0) strike = kind_ == Kind::periodic ? next_periodic() : next_random();
  if (strike) {
    strike->on_wake = on_wake_;
    strike->by = by_;
  }
  return strike;
}

std::optional<Interval> IntervalSource::next_listed() {
  while (position_ < scheduled_.size()) {
    const Interval interval = scheduled_[position_++];
    if (interval.start < interval.end) return interval;
  }
  return std::nullopt;
}

std::optional<Interval> IntervalSource::next_periodic() {
  const std::int64_t every = repeat_.every.ns;
  for (;;) {
    if (from_ < over_) {
      const std::int64_t passed = ((over_ - from_).ns + every - 1) / every;
      from_ += Duration{passed * every};
      index_ += static_cast<std::uint64_t>(passed);
    }
    if (from_.ns > kLongestTime.ns) return std::nullopt;
    const bool more =
        index_ == 0 ||
        (every > 0 && (repeat_.times == 0 || index_ < static_cast<std::uint64_t>(repeat_.times)));
    if (!more) return std::nullopt;
    const std::uint64_t index = index_++;
    const SimInstant start = from_;
    const SimInstant end = start + Duration{length_(lengths_.bits(index))};
    // Once only: it stays where it is, and `more` ends it.
    from_ += repeat_.every;
    if (every > 0) over_ = end;
    if (start < end) return Interval{start, end, on_wake_, index, {}};
  }
}

bool IntervalSource::keeps(SimInstant t, std::uint64_t bits) {
  if (kind_ == Kind::renewal) return true;
  const double share = diurnal_ ? share_of_peak(*diurnal_, t) : busy_->bad_at(t) ? 1 : 1 / factor_;
  return share >= 1 || bits < random::threshold_for(std::max(0.0, share));
}

std::optional<Interval> IntervalSource::next_random() {
  for (;;) {
    // A run is at most kLongestTime long: a source beyond it has nothing more to say.
    if (from_.ns > kLongestTime.ns) return std::nullopt;
    const std::uint64_t candidate = candidate_++;
    const SimInstant start = from_ + Duration{gap_(gaps_.bits(candidate))};
    if (!keeps(start, thinning_.bits(candidate))) {
      from_ = start;
      continue;
    }
    const std::uint64_t index = index_++;
    const SimInstant end = start + Duration{length_(lengths_.bits(index))};
    from_ = end;
    if (start < end) return Interval{start, end, on_wake_, index, {}};
    // Neither a gap nor a length: step on, so that a degenerate law cannot loop for ever.
    if (gap_.max_ns() == 0) from_ += nanoseconds(1);
  }
}

}  // namespace flatline::world
