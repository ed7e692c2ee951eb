#pragma once
// Chen, Toueg and Aguilera's detector for clocks that are not synchronised: it estimates when the
// next heartbeat is expected to arrive.

#include <limits>

#include "detect/entry.hpp"
#include "detect/fixed_point.hpp"
#include "detect/reciprocal.hpp"
#include "detect/sample_ring.hpp"
#include "flatline/base/check.hpp"

namespace flatline::detect {

/// Keeps A_i - eta * s_i of the last `window` arrivals. Late and repeated arrivals enter too: a
/// window of records only would underestimate the delay for good wherever heartbeats overtake each
/// other.
class NfdEEstimator {
 public:
  struct Constants {
    Duration safety_margin;
  };
  struct View {
    LocalInstant
        expected;  ///< When the heartbeat after the newest is expected; before_all(): none yet.
  };

  static constexpr bool kSlopes = false;

  NfdEEstimator(Duration interval, std::int64_t window)
      : interval_(interval), offsets_(window), by_window_(window) {}

  /// REQUIRES: |seq| * interval <= kLongestTime.
  void beat(LocalInstant now, const Observation& observation) {
    require_in_time(observation.seq);
    const std::int64_t scheduled = interval_.ns * observation.seq.value;
    const std::int64_t offset = now.ns - scheduled;
    // Kept relative to the first, so that their sum nearly always fits 64 bits and divides fast.
    if (offsets_.size() == 0) base_ = offset;
    const std::int64_t relative = offset - base_;
    sum_ += Wide{relative} - offsets_.push(relative);
    if (observation.seq <= newest_) return;
    newest_ = observation.seq;
    const std::int64_t n = offsets_.size();
    const std::int64_t mean =
        offsets_.full() ? mean_offset(sum_, n, by_window_) : mean_offset(sum_, n, Division(n));
    expected_ = {base_ + mean + scheduled + interval_.ns};
  }

  template <typename Emit>
  void run(const Beats& beats, Emit emit) {
    std::size_t filled = 0;
    for (; filled < beats.at.size() && !offsets_.full(); ++filled) {
      Observation observation;
      observation.seq = beats.seq[filled];
      beat(beats.at[filled], observation);
      emit(filled, view());
    }
    const auto at = beats.at.subspan(filled);
    const auto seq = beats.seq.subspan(filled);
    if (at.empty()) return;
    // They ascend: what holds for both ends holds for all.
    require_in_time(seq.front());
    require_in_time(seq.back());
    Wide sum = sum_;
    SeqNo newest = newest_;
    LocalInstant expected = expected_;
    offsets_.slide(at.size(), [&, n = offsets_.size(), by = by_window_, base = base_,
                               interval = interval_.ns](std::size_t i, std::int64_t oldest) {
      const std::int64_t scheduled = interval * seq[i].value;
      const std::int64_t relative = at[i].ns - scheduled - base;
      sum += Wide{relative} - oldest;
      if (seq[i] > newest) {
        newest = seq[i];
        expected = {base + mean_offset(sum, n, by) + scheduled + interval};
      }
      emit(filled + i, View{expected});
      return relative;
    });
    sum_ = sum;
    newest_ = newest;
    expected_ = expected;
  }

  void reset() {
    offsets_.clear();
    sum_ = 0;
    newest_ = kNoSeq;
    expected_ = LocalInstant::before_all();
  }
  [[nodiscard]] View view() const { return {expected_}; }
  [[nodiscard]] static bool same_line(const Constants& /*a*/, const Constants& /*b*/) {
    return true;
  }
  [[nodiscard]] static Line line(const View& view, const Constants& /*setting*/) {
    return {view.expected, {}};
  }
  [[nodiscard]] static Place place(const Constants& setting) {
    return {0, setting.safety_margin, 0};
  }
  /// Seconds past the freshness point: it suspects at 0. Infinite before the first heartbeat.
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now) {
    if (view.expected == LocalInstant::before_all()) return std::numeric_limits<double>::infinity();
    return (now - (view.expected + setting.safety_margin)).seconds();
  }
  [[nodiscard]] bool warmed_up() const { return offsets_.full(); }

 private:
  static constexpr SeqNo kNoSeq{std::numeric_limits<std::int64_t>::min()};

  void require_in_time(SeqNo seq) const {
    std::int64_t scheduled = 0;
    const bool wraps = __builtin_mul_overflow(interval_.ns, seq.value, &scheduled);
    FLATLINE_CHECK(!wraps && scheduled <= kLongestTime.ns && scheduled >= -kLongestTime.ns,
                   "sequence number times interval is at most 36 years");
  }

  /// The mean relative offset, rounded down to a whole nanosecond. `by` divides by n.
  template <typename Divider>
  static std::int64_t mean_offset(Wide sum, std::int64_t n, const Divider& by) {
    const auto narrow = static_cast<std::int64_t>(sum);
    if (narrow == sum) [[likely]] {
      // floor(x / n) = -1 - floor((-1 - x) / n): all bits of a negative x flip before and after.
      const std::int64_t flip = narrow >> 63;
      return static_cast<std::int64_t>(by.quotient(static_cast<std::uint64_t>(narrow ^ flip))) ^
             flip;
    }
    return static_cast<std::int64_t>(sum / n) - (sum % n < 0 ? 1 : 0);
  }

  Duration interval_;
  SampleRing offsets_;
  Reciprocal by_window_;
  std::int64_t base_ = 0;
  Wide sum_ = 0;
  SeqNo newest_ = kNoSeq;
  LocalInstant expected_ = LocalInstant::before_all();
};

Entry nfd_e_entry();

}  // namespace flatline::detect
