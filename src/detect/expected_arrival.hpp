#pragma once
// When a heartbeat is expected: Chen, Toueg and Aguilera's estimate from the latest arrivals.

#include "detect/fixed_point.hpp"
#include "detect/sample_ring.hpp"
#include "flatline/base/check.hpp"
#include "flatline/base/ids.hpp"
#include "flatline/base/time.hpp"

namespace flatline::detect {

/// Keeps A_i - eta * s_i of the last `window` arrivals. Late and repeated arrivals enter too, for
/// the reason that nfd_e.hpp gives.
class ExpectedArrival {
 public:
  ExpectedArrival(Duration interval, std::int64_t window) : interval_(interval), offsets_(window) {}

  /// REQUIRES: |seq| * interval <= kLongestTime.
  void add(LocalInstant now, SeqNo seq) {
    const std::int64_t offset = now.ns - scheduled(seq).ns;
    // Kept relative to the first, so that their sum nearly always fits 64 bits and divides fast.
    if (offsets_.size() == 0) base_ = offset;
    const std::int64_t relative = offset - base_;
    sum_ += Wide{relative} - offsets_.push(relative);
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
  /// When heartbeat `seq` is due, but for the unknown start.
  [[nodiscard]] Duration scheduled(SeqNo seq) const {
    const Wide due = Wide{interval_.ns} * seq.value;
    FLATLINE_CHECK(due <= kLongestTime.ns && due >= -kLongestTime.ns,
                   "sequence number times interval is at most 36 years");
    return Duration{static_cast<std::int64_t>(due)};
  }

  /// The mean relative offset, rounded down.
  [[nodiscard]] std::int64_t mean_offset() const {
    const std::int64_t n = offsets_.size();
    if (static_cast<std::int64_t>(sum_) == sum_) {
      const auto sum = static_cast<std::int64_t>(sum_);
      return sum / n - (sum % n < 0 ? 1 : 0);
    }
    return static_cast<std::int64_t>(sum_ / n) - (sum_ % n < 0 ? 1 : 0);
  }

  Duration interval_;
  SampleRing offsets_;
  std::int64_t base_ = 0;
  Wide sum_ = 0;
};

/// Lower than any heartbeat's number.
inline constexpr SeqNo kNoSeq{std::numeric_limits<std::int64_t>::min()};

}  // namespace flatline::detect
