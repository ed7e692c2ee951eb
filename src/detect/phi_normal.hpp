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
    std::int64_t mean_ns;    ///< The mean, rounded down to a whole nanosecond,
    std::uint32_t fraction;  ///< and what that leaves out of it, 2^-16 ns.
    bool ready;
    Wide deviation;  ///< 2^-16 ns, before any floor.

    /// In 2^-16 ns.
    [[nodiscard]] Wide mean() const { return (Wide{mean_ns} << kTimeBits) + fraction; }
  };

  static constexpr bool kSlopes = true;

  PhiNormalEstimator(GapWindow gaps, Deviation deviation)
      : gaps_(std::move(gaps)), kind_(deviation) {}

  void beat(LocalInstant now, const Observation& /*observation*/) { gaps_.beat(now); }
  void reset() { gaps_.reset(); }

  [[nodiscard]] View view() const {
    if (gaps_.last() == LocalInstant::never() || !gaps_.ready()) return {{}, 0, 0, false, 0};
    return view_of(gaps_.last(), gaps_.sums(), gaps_.count(), gaps_.mean(), divisor());
  }

  template <typename Emit>
  void run(const Beats& beats, Emit emit) {
    std::size_t filled = 0;
    for (; filled < beats.at.size() && !gaps_.full(); ++filled) {
      gaps_.beat(beats.at[filled]);
      emit(filled, view());
    }
    const auto at = beats.at.subspan(filled);
    gaps_.slide(at, [&, n = gaps_.count(), by = gaps_.by_window(), divisor = divisor()](
                        std::size_t i, const GapSums& sums) {
      emit(filled + i, view_of(at[i], sums, n, GapMean(sums, n, by), divisor));
    });
  }

  [[nodiscard]] static bool same_line(const Constants& a, const Constants& b) {
    return a.min_deviation == b.min_deviation && a.pause == b.pause;
  }
  /// The base is the last arrival plus the pause and the mean; the slope is the deviation.
  [[nodiscard]] static Line line(const View& view, const Constants& setting) {
    if (!view.ready) return {LocalInstant::never(), {}};
    return {view.last + setting.pause + nanoseconds(view.mean_ns),
            {std::max(view.deviation, setting.min_deviation), view.fraction}};
  }
  [[nodiscard]] static Place place(const Constants& setting) { return {0, {}, setting.factor}; }

  /// phi. With no deviation at all it jumps from 0 to infinity at the mean.
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now);

  [[nodiscard]] bool warmed_up() const { return gaps_.full(); }

 private:
  /// What the scaled spread is divided by to give the variance; 0 if there is none.
  [[nodiscard]] double divisor() const {
    const auto n = static_cast<double>(gaps_.count());
    return kind_ == Deviation::population ? n * n : n * (n - 1);
  }

  static View view_of(LocalInstant last, const GapSums& sums, std::int64_t n, const GapMean& mean,
                      double divisor) {
    const double deviation =
        divisor > 0 ? std::sqrt(scaled_spread(sums, n, mean) / divisor) : 0;  // ns
    return {last, mean.whole, mean.fraction, true, fixed_time(deviation)};
  }

  GapWindow gaps_;
  Deviation kind_;
};

Entry phi_normal_entry();

}  // namespace flatline::detect
