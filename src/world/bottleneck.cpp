#include "flatline/world/bottleneck.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "flatline/base/check.hpp"
#include "world/laws.hpp"

namespace flatline::world {
namespace {

constexpr std::int64_t kGiga = 1'000'000'000;
constexpr int kFractionBits = 10;
// Means below this leave room for the tail of the law, as a whole and in fractions.
constexpr double kLongestMean = 0x1p54;

}  // namespace

CrossTraffic cross_traffic(const Queue& queue) {
  CrossTraffic cross;
  if (queue.load <= 0 || queue.bytes_per_second <= 0) return cross;
  const double mean_ns = static_cast<double>(queue.packet_bytes) /
                         (queue.load * static_cast<double>(queue.bytes_per_second)) * 1e9;
  if (mean_ns >= kLongestMean) return cross;
  // Whole nanoseconds would change the load of a fast link by a thousandth.
  if (mean_ns < kLongestMean / (1 << kFractionBits)) cross.fraction_bits = kFractionBits;
  const double scaled = mean_ns * (1 << cross.fraction_bits);
  cross.gap = exponential(Duration{std::max<std::int64_t>(1, std::llround(scaled))});
  cross.any = true;
  return cross;
}

Bottleneck::Bottleneck(const Queue& queue, CrossTraffic cross, const random::StreamFactory& streams,
                       const std::string& name, SimInstant begin)
    : rate_(queue.bytes_per_second),
      room_(static_cast<Work>(queue.buffer_bytes) * kGiga),
      packet_(static_cast<Work>(queue.packet_bytes) * kGiga),
      at_(begin),
      cross_(std::move(cross)),
      draws_(streams.stream(name + "/cross")) {
  FLATLINE_CHECK(rate_ > 0, "a queue has a rate");
  if (!cross_.any) return;
  next_packet_ = begin;
  next_packet();
}

void Bottleneck::next_packet() {
  const std::size_t place = drawn_ % gaps_.size();
  if (place == 0) cross_.gap.fill(draws_, drawn_, gaps_);
  ++drawn_;
  const std::int64_t gap = fraction_ + gaps_[place];
  next_packet_ += Duration{gap >> cross_.fraction_bits};
  fraction_ = gap & ((std::int64_t{1} << cross_.fraction_bits) - 1);
}

inline void Bottleneck::work_off(SimInstant t) {
  work_ = std::max<Work>(0, work_ - static_cast<Work>(rate_) * (t - at_).ns);
  at_ = t;
}

inline bool Bottleneck::take_in(Work work) {
  if (room_ > 0 && work_ + work > room_) return false;
  work_ += work;
  return true;
}

void Bottleneck::walk_to(SimInstant t) {
  while (next_packet_ <= t) {
    work_off(next_packet_);
    take_in(packet_);
    next_packet();
  }
  work_off(t);
}

std::optional<Duration> Bottleneck::pass(SimInstant t, std::int64_t bytes) {
  walk_to(t);
  if (!take_in(static_cast<Work>(bytes) * kGiga)) return std::nullopt;
  const Work rounded_up = work_ + rate_ - 1;
  if (rounded_up <= std::numeric_limits<std::int64_t>::max()) [[likely]] {
    // A division of 64 bits takes a fraction of the time.
    return Duration{std::min(static_cast<std::int64_t>(rounded_up) / rate_, kLongestTime.ns)};
  }
  return Duration{static_cast<std::int64_t>(std::min<Work>(rounded_up / rate_, kLongestTime.ns))};
}

}  // namespace flatline::world
