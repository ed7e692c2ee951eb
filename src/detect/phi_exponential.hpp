#pragma once
// The phi accrual detector with exponentially distributed gaps, the form that products chose.

#include "detect/entry.hpp"
#include "detect/gap_window.hpp"

namespace flatline::detect {

class PhiExponentialEstimator {
 public:
  struct Constants {
    std::int64_t factor;  ///< threshold * ln 10, 2^-32.
  };
  struct View {
    LocalInstant last;
    Wide mean;  ///< 2^-16 ns.
    bool ready;
  };

  static constexpr bool kSlopes = true;

  explicit PhiExponentialEstimator(GapWindow gaps) : gaps_(std::move(gaps)) {}

  void beat(LocalInstant now, const Observation& /*observation*/) { gaps_.beat(now); }
  void reset() { gaps_.reset(); }

  [[nodiscard]] View view() const {
    if (gaps_.last() == LocalInstant::never() || !gaps_.ready()) return {{}, 0, false};
    return {gaps_.last(), gaps_.mean().fixed(), true};
  }

  template <typename Emit>
  void run(const Beats& beats, Emit emit) {
    std::size_t filled = 0;
    for (; filled < beats.at.size() && !gaps_.full(); ++filled) {
      gaps_.beat(beats.at[filled]);
      emit(filled, view());
    }
    const auto at = beats.at.subspan(filled);
    gaps_.slide(at,
                [&, n = gaps_.count(), by = gaps_.by_window()](std::size_t i, const GapSums& sums) {
                  emit(filled + i, View{at[i], GapMean(sums, n, by).fixed(), true});
                });
  }

  [[nodiscard]] static bool same_line(const Constants& /*a*/, const Constants& /*b*/) {
    return true;
  }
  [[nodiscard]] static Line line(const View& view, const Constants& /*setting*/) {
    if (!view.ready) return {LocalInstant::never(), {}};
    return {view.last, {view.mean, 0}};
  }
  [[nodiscard]] static Place place(const Constants& setting) { return {0, {}, setting.factor}; }

  /// phi = elapsed / (mean ln 10); infinite if the mean gap is 0.
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now);

  [[nodiscard]] bool warmed_up() const { return gaps_.full(); }

 private:
  GapWindow gaps_;
};

Entry phi_exponential_entry();

}  // namespace flatline::detect
