#include "flatline/world/clock.hpp"

#include <algorithm>
#include <cmath>

#include "flatline/base/check.hpp"
#include "world/normal.hpp"
#include "world/process.hpp"

namespace flatline::world {
namespace {

// Rates are in 1e-15 s per second: a walk of a thousandth of a ppm an hour still makes whole steps.
constexpr __int128 kOne = 1'000'000'000'000'000;
constexpr double kPpm = 1e9;
// However far the rate wanders, a clock goes on.
constexpr double kFastest = 5e14;

std::int64_t rate_of(double rate) {
  return std::llround(std::clamp(rate, -kFastest, kFastest));
}

}  // namespace

ClockLaw clock_law(const Model& model, NodeId node) {
  ClockLaw law;
  for (const ClockRule& rule : model.clocks) {
    if (!contains(rule.nodes, node)) continue;
    if (rule.drift_ppm) law.drift_ppm = *rule.drift_ppm;
    if (rule.drift_spread_ppm) law.drift_spread_ppm = *rule.drift_spread_ppm;
    if (rule.wander_ppm) law.wander_ppm = *rule.wander_ppm;
    if (rule.granularity) law.granularity = *rule.granularity;
  }
  return law;
}

Clock::Clock(const ClockLaw& law, const random::StreamFactory& streams, const std::string& name,
             Timeline steps, SimInstant begin, SimInstant end)
    : perfect_(law.drift_ppm == 0 && law.drift_spread_ppm == 0 && law.wander_ppm == 0 &&
               law.granularity.ns == 0 && steps.empty()),
      granularity_(law.granularity.ns),
      wander_draws_(streams.stream("clock/" + name + "/wander")),
      steps_(std::move(steps)),
      end_(end) {
  FLATLINE_CHECK(begin.ns <= 0, "a clock starts at zero or before");
  Piece first;
  first.from = begin;
  first.monotonic = begin.ns;
  double ppm = law.drift_ppm;
  if (law.drift_spread_ppm != 0) {
    ppm += law.drift_spread_ppm * normal_from(streams.stream("clock/" + name + "/drift").bits(0));
  }
  first.rate = rate_of(ppm * kPpm);
  pieces_.push_back(first);
  if (law.wander_ppm != 0) {
    wander_ = law.wander_ppm * kPpm * std::sqrt(kWanderStep.seconds() / 3600);
    next_wander_ = begin + kWanderStep;
  }
  next_step_ = steps_.next();
}

// The next piece, unless the last goes on for ever.
bool Clock::extend() {
  const SimInstant step = next_step_ ? next_step_->start : SimInstant::never();
  const Piece& last = pieces_.back();
  Piece next = last;
  next.from = std::max(last.from, std::min(step, next_wander_));
  if (next.from == SimInstant::never() || next.from > end_) return false;
  const __int128 shown = shown_since(last, next.from - last.from);
  next.monotonic = last.monotonic + static_cast<std::int64_t>(shown / kOne);
  next.fraction = static_cast<std::int64_t>(shown % kOne);
  next.step = false;
  if (next_wander_ <= next.from) {
    next.rate = rate_of(static_cast<double>(last.rate) +
                        wander_ * normal_from(wander_draws_.bits(wander_index_++)));
    next_wander_ += kWanderStep;
  }
  if (step <= next.from) {
    next.step = true;
    (next_step_->by.ns > 0 ? next.forward : next.back) += std::abs(next_step_->by.ns);
    next_step_ = steps_.next();
  }
  pieces_.push_back(next);
  return true;
}

// In 1e-15 ns.
__int128 Clock::shown_since(const Piece& piece, Duration time) {
  return piece.fraction + (kOne + piece.rate) * time.ns;
}

std::size_t Clock::piece_at(SimInstant t) {
  while (pieces_.back().from <= t && extend()) {
  }
  // Mostly it is the one of before.
  if (pieces_.size() == 1 || t < pieces_[1].from) return 0;
  const auto after = std::partition_point(pieces_.begin(), pieces_.end(),
                                          [t](const Piece& piece) { return piece.from <= t; });
  return static_cast<std::size_t>(after - pieces_.begin()) - 1;
}

LocalInstant Clock::at(SimInstant t, Face face) {
  if (perfect_) return {t.ns};
  const Piece& piece = pieces_[piece_at(t)];
  const auto shown = static_cast<std::int64_t>(shown_since(piece, t - piece.from) / kOne);
  return {piece.monotonic + shown + (face == Face::wall ? piece.forward : 0)};
}

SimInstant Clock::when(LocalInstant reading, Face face, SimInstant since) {
  if (perfect_) return std::max(since, SimInstant{reading.ns});
  // Nothing lasts that long.
  if (reading.ns > kLongestTime.ns) return SimInstant::never();
  std::int64_t wanted = reading.ns;
  if (granularity_ > 0) {
    const std::int64_t over = ((wanted % granularity_) + granularity_) % granularity_;
    if (over > 0) wanted += granularity_ - over;
  }
  std::size_t i = piece_at(since);
  const std::int64_t back_before = pieces_[i].back;
  for (;; ++i) {
    const bool last = i + 1 == pieces_.size() && !extend();
    const Piece& piece = pieces_[i];
    const std::int64_t ahead = face == Face::wall ? piece.forward - (piece.back - back_before) : 0;
    // The first instant from the piece's start on, were it the last.
    const __int128 rest = static_cast<__int128>(wanted - ahead - piece.monotonic) * kOne;
    const __int128 slope = kOne + piece.rate;
    const __int128 wait = std::max<__int128>(0, (rest - piece.fraction + slope - 1) / slope);
    const SimInstant start = std::max(since, piece.from);
    const SimInstant end = last ? SimInstant::never() : pieces_[i + 1].from;
    const __int128 at = std::max<__int128>(piece.from.ns + wait, start.ns);
    if (at < end.ns) return {static_cast<std::int64_t>(at)};
    if (last) return SimInstant::never();
  }
}

std::optional<SimInstant> Clock::step_in(SimInstant from, SimInstant to) {
  if (perfect_) return std::nullopt;
  piece_at(to);
  for (std::size_t i = piece_at(from) + 1; i < pieces_.size() && pieces_[i].from <= to; ++i) {
    if (pieces_[i].step) return pieces_[i].from;
  }
  return std::nullopt;
}

void Clock::forget_before(SimInstant t) {
  if (perfect_) return;
  const std::size_t keep = piece_at(t);
  pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(keep));
}

}  // namespace flatline::world
