#include "sim/guard.hpp"

#include <algorithm>

namespace flatline::sim {

SimInstant CheckGrid::from(SimInstant t) const {
  if (every.ns == 0 || t == SimInstant::never()) return t;
  const std::int64_t offset = t.ns - phase.ns;
  std::int64_t looks = offset / every.ns;
  if (looks * every.ns < offset) ++looks;
  return {phase.ns + looks * every.ns};
}

SimInstant CheckGrid::upto(SimInstant t) const {
  if (every.ns == 0) return t;
  const SimInstant next = from(t);
  return next == t ? t : next - every;
}

GuardedStalls::GuardedStalls(world::Timeline stalls, const detect::PauseGuard& guard,
                             const CheckGrid& checks, SimInstant end)
    : stalls_(std::move(stalls)), guard_(guard), checks_(checks), end_(end), next_(next_stall()) {}

// The next stall, with its hold if the monitor's looks before and after it are too far apart.
std::optional<GuardedStalls::Quiet> GuardedStalls::next_stall() {
  const auto stall = stalls_.next();
  if (!stall) return std::nullopt;
  // It also looked when it woke the last time.
  const SimInstant looked = std::max(checks_.upto(stall->start), last_wake_);
  last_wake_ = stall->end;
  Quiet quiet{stall->start, stall->end};
  if (quiet.end - looked > guard_.pause) quiet.end = checks_.from(quiet.end + guard_.hold);
  return quiet;
}

void GuardedStalls::extend() {
  if (!next_) {
    ahead_.push_back({SimInstant::never(), SimInstant::never()});
    return;
  }
  Quiet joined = *next_;
  int renewals = 0;
  while ((next_ = next_stall()) && next_->start <= joined.end) {
    joined.end = std::max(joined.end, next_->end);
    if (joined.end > end_ && ++renewals > kMostRenewals) {
      joined.end = SimInstant::never();
      next_.reset();
      break;
    }
  }
  ahead_.push_back(joined);
}

SimInstant GuardedStalls::defer(SimInstant t) {
  if (t == SimInstant::never()) return t;
  while (ahead_.empty() || (ahead_.back().end <= t && ahead_.back().start != SimInstant::never()))
    extend();
  const auto next = std::partition_point(ahead_.begin(), ahead_.end(),
                                         [t](const Quiet& quiet) { return quiet.end <= t; });
  return next == ahead_.end() || t < next->start ? t : next->end;
}

void GuardedStalls::forget_before(SimInstant t) {
  while (!ahead_.empty() && ahead_.front().end <= t) ahead_.pop_front();
}

}  // namespace flatline::sim
