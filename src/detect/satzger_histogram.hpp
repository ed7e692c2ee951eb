#pragma once
// Satzger and others' detector: the level is the share of the kept gaps that the silence has
// outlasted.

#include <algorithm>
#include <span>

#include "detect/entry.hpp"
#include "detect/fixed_point.hpp"
#include "detect/sample_ring.hpp"

namespace flatline::detect {

/// The latest `window` gaps, also in order of size. A beat moves the samples between the one that
/// leaves and the one that comes: some hundreds of bytes for a window of 1000.
class SortedGaps {
 public:
  explicit SortedGaps(std::int64_t window) : gaps_(window) {}

  void add(std::int64_t gap) {
    const bool full = gaps_.full();
    const std::int64_t oldest = gaps_.push(gap);
    const auto place = std::upper_bound(sorted_.begin(), sorted_.end(), gap);
    if (!full) {
      sorted_.insert(place, gap);
      return;
    }
    const auto leaves = std::lower_bound(sorted_.begin(), sorted_.end(), oldest);
    if (leaves < place) {
      std::move(leaves + 1, place, leaves);
      *(place - 1) = gap;
    } else {
      std::move_backward(place, leaves, leaves + 1);
      *place = gap;
    }
  }
  /// Forgets the samples but keeps the storage.
  void clear() {
    gaps_.clear();
    sorted_.clear();
  }
  [[nodiscard]] std::span<const std::int64_t> sorted() const { return sorted_; }
  [[nodiscard]] bool full() const { return gaps_.full(); }
  /// Two, or one if the window holds no more.
  [[nodiscard]] bool ready() const {
    return gaps_.size() >= std::min<std::int64_t>(2, gaps_.window());
  }

 private:
  SampleRing gaps_;
  std::vector<std::int64_t> sorted_;
};

class SatzgerEstimator {
 public:
  struct Constants {
    double threshold;
    std::int64_t scale;  ///< 2^-32.
  };
  struct View {
    LocalInstant last;
    std::span<const std::int64_t> sorted;  ///< Empty: too few gaps to judge.
  };

  explicit SatzgerEstimator(std::int64_t window) : gaps_(window) {}

  void beat(LocalInstant now, const Observation& /*observation*/) {
    if (last_ != LocalInstant::never()) gaps_.add((now - last_).ns);
    last_ = now;
  }
  void reset() {
    gaps_.clear();
    last_ = LocalInstant::never();
  }
  [[nodiscard]] View view() const {
    if (!gaps_.ready()) return {last_, {}};
    return {last_, gaps_.sorted()};
  }
  [[nodiscard]] static LocalInstant deadline(const View& view, const Constants& setting) {
    if (view.sorted.empty()) return LocalInstant::never();
    const std::int64_t gap = view.sorted[rank(view.sorted.size(), setting.threshold) - 1];
    return silence(view.last, gap, setting.scale);
  }
  /// The share of the gaps that are no longer than the silence times the scale.
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now) {
    const auto outlasted = std::partition_point(
        view.sorted.begin(), view.sorted.end(),
        [&](std::int64_t gap) { return silence(view.last, gap, setting.scale) <= now; });
    if (outlasted == view.sorted.begin()) return 0;
    return share(static_cast<std::size_t>(outlasted - view.sorted.begin()), view.sorted.size());
  }
  [[nodiscard]] bool warmed_up() const { return gaps_.full(); }

 private:
  [[nodiscard]] static double share(std::size_t k, std::size_t n) {
    return static_cast<double>(k) / static_cast<double>(n);
  }
  /// The least k with k / n >= threshold, the quotient as a double: so 0.07 of 100 is 7, though
  /// 0.07 * 100 is above it.
  [[nodiscard]] static std::size_t rank(std::size_t n, double threshold) {
    auto k = static_cast<std::size_t>(threshold * static_cast<double>(n));
    k = std::min(std::max<std::size_t>(k, 1), n);
    while (k > 1 && share(k - 1, n) >= threshold) --k;
    while (share(k, n) < threshold) ++k;
    return k;
  }
  /// The first instant at which the silence since `last` times `scale` is `gap` or more.
  [[nodiscard]] static LocalInstant silence(LocalInstant last, std::int64_t gap,
                                            std::int64_t scale) {
    const Wide length = ((Wide{gap} << kFactorBits) + scale - 1) / scale;
    return first_instant_after(last, length << (kTimeBits + kFactorBits));
  }

  SortedGaps gaps_;
  LocalInstant last_ = LocalInstant::never();
};

Entry satzger_histogram_entry();

}  // namespace flatline::detect
