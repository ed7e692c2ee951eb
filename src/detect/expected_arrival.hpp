#pragma once
// When a heartbeat is expected: Chen, Toueg and Aguilera's estimate from the latest arrivals.

#include <span>

#include "detect/fixed_point.hpp"
#include "detect/reciprocal.hpp"
#include "detect/sample_ring.hpp"
#include "flatline/base/check.hpp"
#include "flatline/base/ids.hpp"
#include "flatline/base/time.hpp"

namespace flatline::detect {

/// Keeps A_i - eta * s_i of the last `window` arrivals. Late and repeated arrivals enter too: a
/// window of records only would underestimate the delay for good wherever heartbeats overtake each
/// other.
class ExpectedArrival {
 public:
  ExpectedArrival(Duration interval, std::int64_t window)
      : interval_(interval), offsets_(window), by_window_(window) {}

  /// REQUIRES: |seq| * interval <= kLongestTime.
  void add(LocalInstant now, SeqNo seq) {
    const std::int64_t offset = now.ns - scheduled(seq).ns;
    // Kept relative to the first, so that their sum nearly always fits 64 bits and divides fast.
    if (offsets_.size() == 0) base_ = offset;
    const std::int64_t relative = offset - base_;
    sum_ += Wide{relative} - offsets_.push(relative);
  }

  /// add() for each of `at` with its number, and emit(i, after(seq[i])) after each: what many beats
  /// cost when nothing is looked up twice. REQUIRES: full(); `seq` ascends.
  template <typename Emit>
  void slide(std::span<const LocalInstant> at, std::span<const SeqNo> seq, Emit emit) {
    if (at.empty()) return;
    // What holds for both ends holds for all.
    require_in_time(seq.front());
    require_in_time(seq.back());
    Wide sum = sum_;
    offsets_.slide(at.size(), [&, n = offsets_.size(), by = by_window_, base = base_,
                               interval = interval_.ns](std::size_t i, std::int64_t oldest) {
      const std::int64_t scheduled = interval * seq[i].value;
      const std::int64_t relative = at[i].ns - scheduled - base;
      sum += Wide{relative} - oldest;
      emit(i, LocalInstant{base + mean_offset(sum, n, by) + scheduled + interval});
      return relative;
    });
    sum_ = sum;
  }

  void reset() {
    offsets_.clear();
    sum_ = 0;
  }
  [[nodiscard]] bool any() const { return offsets_.size() > 0; }
  [[nodiscard]] bool full() const { return offsets_.full(); }

  /// When heartbeat `seq` is expected, rounded down to a whole nanosecond. REQUIRES: any(), and
  /// |seq| * interval about kLongestTime at most.
  [[nodiscard]] LocalInstant of(SeqNo seq) const {
    return LocalInstant{base_ + mean_offset()} + scheduled(seq);
  }
  /// When the heartbeat after `seq` is expected, likewise. REQUIRES: as of().
  [[nodiscard]] LocalInstant after(SeqNo seq) const { return of(seq) + interval_; }
  /// What of() and after() cut off, 2^-16 ns. REQUIRES: any().
  [[nodiscard]] std::int64_t fraction() const {
    const std::int64_t n = offsets_.size();
    const auto rest = static_cast<std::int64_t>(sum_ - Wide{mean_offset()} * n);
    return (rest << kTimeBits) / n;
  }

 private:
  void require_in_time(SeqNo seq) const {
    std::int64_t due = 0;
    const bool wraps = __builtin_mul_overflow(interval_.ns, seq.value, &due);
    FLATLINE_CHECK(!wraps && due <= kLongestTime.ns && due >= -kLongestTime.ns,
                   "sequence number times interval is at most 36 years");
  }

  /// When heartbeat `seq` is due, but for the unknown start.
  [[nodiscard]] Duration scheduled(SeqNo seq) const {
    require_in_time(seq);
    return interval_ * seq.value;
  }

  [[nodiscard]] std::int64_t mean_offset() const {
    const std::int64_t n = offsets_.size();
    return offsets_.full() ? mean_offset(sum_, n, by_window_) : mean_offset(sum_, n, Division(n));
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
};

}  // namespace flatline::detect
