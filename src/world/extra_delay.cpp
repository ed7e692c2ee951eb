#include "flatline/world/extra_delay.hpp"

#include <algorithm>
#include <cmath>

#include "flatline/base/check.hpp"

namespace flatline::world {
namespace {

constexpr std::int64_t kGiga = 1'000'000'000;
constexpr Interval kNoMore{SimInstant::never(), SimInstant::never(), OnWake::send, 0, {}};

std::int64_t per_second(double share) {
  return std::max<std::int64_t>(1, std::llround(share * static_cast<double>(kGiga)));
}

// What comes together at `rate` (1e-9 s per second) in `time`, at most kLongestTime.
std::int64_t gathered(std::int64_t rate, Duration time) {
  const __int128 ns = static_cast<__int128>(rate) * time.ns / kGiga;
  return static_cast<std::int64_t>(std::min<__int128>(ns, kLongestTime.ns));
}

}  // namespace

RouteShift::RouteShift(IntervalSource changes, random::Sampler extra, const random::Stream& draws)
    : changes_(std::move(changes)), extra_(std::move(extra)), draws_(draws) {
  next();
}

void RouteShift::next() {
  now_ = changes_.next().value_or(kNoMore);
  level_ = {extra_(draws_.bits(now_.index))};
}

Duration RouteShift::at(SimInstant t) {
  while (now_.end <= t) next();
  return now_.start <= t ? level_ : Duration{};
}

Backlog::Backlog(Timeline overloads, double growth, double drain)
    : overloads_(std::move(overloads)), growth_(per_second(growth)), drain_(per_second(drain)) {
  FLATLINE_CHECK(growth > 0 && drain > 0 && drain < 1, "a backlog that grows, and drains in order");
  next();
}

void Backlog::next() {
  next_ = overloads_.next().value_or(kNoMore);
}

std::int64_t Backlog::left_at(SimInstant t) const {
  if (backlog_ns_ == 0) return 0;
  return std::max<std::int64_t>(0, backlog_ns_ - gathered(drain_, t - known_));
}

Duration Backlog::at(SimInstant t) {
  while (next_.end <= t) {
    backlog_ns_ = std::min(left_at(next_.start) + gathered(growth_, next_.end - next_.start),
                           kLongestTime.ns);
    known_ = next_.end;
    next();
  }
  if (t < next_.start) return {left_at(t)};
  return {std::min(left_at(next_.start) + gathered(growth_, t - next_.start), kLongestTime.ns)};
}

}  // namespace flatline::world
