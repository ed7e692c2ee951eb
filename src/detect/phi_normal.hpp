#pragma once
// The phi accrual detector with normally distributed gaps, as published.

#include <algorithm>
#include <cmath>

#include "detect/entry.hpp"
#include "detect/gap_window.hpp"
#include "flatline/detect/phi.hpp"

namespace flatline::detect {

enum class Deviation : std::uint8_t { population, sample };

class PhiNormalEstimator {
 public:
  struct Constants {
    std::int64_t factor;  ///< z(threshold), 2^-32.
    Wide min_deviation;   ///< 2^-16 ns.
    Duration pause;       ///< Added to the mean.
  };
  struct View {
    LocalInstant last;
    Wide mean;       ///< 2^-16 ns.
    Wide deviation;  ///< 2^-16 ns, before any floor.
    bool ready;
  };

  static constexpr bool kSlopes = true;

  PhiNormalEstimator(GapWindow gaps, Deviation deviation)
      : gaps_(std::move(gaps)), kind_(deviation) {}

  void beat(LocalInstant now, const Observation& /*observation*/) { gaps_.beat(now); }
  void reset() { gaps_.reset(); }

  [[nodiscard]] View view() const {
    if (gaps_.last() == LocalInstant::never() || !gaps_.ready()) return {{}, 0, 0, false};
    return {gaps_.last(), gaps_.mean(), fixed_time(deviation()), true};
  }

  [[nodiscard]] static bool same_line(const Constants& a, const Constants& b) {
    return a.min_deviation == b.min_deviation && a.pause == b.pause;
  }
  /// The base is the last arrival plus the pause and the mean; the slope is the deviation.
  [[nodiscard]] static Line line(const View& view, const Constants& setting) {
    if (!view.ready) return {LocalInstant::never(), {}};
    constexpr std::int64_t kFraction = (1 << kTimeBits) - 1;
    const Duration whole{static_cast<std::int64_t>(view.mean >> kTimeBits)};
    const auto fraction = static_cast<std::uint32_t>(view.mean & kFraction);
    return {view.last + setting.pause + whole,
            {std::max(view.deviation, setting.min_deviation), fraction}};
  }
  [[nodiscard]] static Place place(const Constants& setting) { return {0, {}, setting.factor}; }

  /// phi. With no deviation at all it jumps from 0 to infinity at the mean.
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now);

  [[nodiscard]] bool warmed_up() const { return gaps_.full(); }

 private:
  /// In nanoseconds.
  [[nodiscard]] double deviation() const {
    const auto n = static_cast<double>(gaps_.count());
    if (kind_ == Deviation::population) return std::sqrt(gaps_.scaled_spread() / (n * n));
    return n > 1 ? std::sqrt(gaps_.scaled_spread() / (n * (n - 1))) : 0;
  }

  GapWindow gaps_;
  Deviation kind_;
};

Entry phi_normal_entry();

}  // namespace flatline::detect
