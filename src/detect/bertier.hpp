#pragma once
// Bertier, Marin and Sens' detector: the expected arrival plus a margin that follows the error of
// the expectation, as TCP's retransmission timer follows the round trip (Jacobson).

#include <limits>

#include "detect/entry.hpp"
#include "detect/expected_arrival.hpp"

namespace flatline::detect {

class BertierEstimator {
 public:
  struct Constants {
    std::int64_t delay_weight;      ///< beta, 2^-32.
    std::int64_t variation_weight;  ///< phi, 2^-32.
    Wide min_margin;                ///< 2^-48 ns.
  };
  struct View {
    LocalInstant expected;  ///< before_all(): none yet.
    std::int64_t fraction;  ///< Of the expected instant, 2^-16 ns.
    Wide delay;             ///< 2^-16 ns.
    Wide variation;         ///< 2^-16 ns.
  };

  /// `gain` is gamma in 2^-32.
  BertierEstimator(Duration interval, std::int64_t window, std::int64_t gain)
      : arrivals_(interval, window), gain_(gain) {}

  /// Only a heartbeat newer than all before moves the margin: its error is that of the expectation
  /// in force. Late and repeated ones enter the window alone. REQUIRES: |seq| * interval <=
  /// kLongestTime.
  void beat(LocalInstant now, const Observation& observation) {
    const SeqNo seq = observation.seq;
    const bool newer = seq > newest_;
    if (newer && arrivals_.any()) learn(fixed_time(now - arrivals_.of(seq)) - arrivals_.fraction());
    arrivals_.add(now, seq);
    if (!newer) return;
    newest_ = seq;
    expected_ = arrivals_.after(seq);
    fraction_ = arrivals_.fraction();
  }
  void reset() {
    arrivals_.reset();
    newest_ = kNoSeq;
    expected_ = LocalInstant::before_all();
    delay_ = 0;
    variation_ = 0;
  }
  [[nodiscard]] View view() const { return {expected_, fraction_, delay_, variation_}; }
  [[nodiscard]] static LocalInstant deadline(const View& view, const Constants& setting) {
    if (view.expected == LocalInstant::before_all()) return view.expected;
    const Wide margin =
        view.delay * setting.delay_weight + view.variation * setting.variation_weight;
    return first_instant_after(
        view.expected, (Wide{view.fraction} << kFactorBits) + std::max(margin, setting.min_margin));
  }
  /// Seconds past the freshness point: it suspects at 0. Infinite before the first heartbeat.
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now) {
    if (view.expected == LocalInstant::before_all()) return std::numeric_limits<double>::infinity();
    return (now - deadline(view, setting)).seconds();
  }
  [[nodiscard]] bool warmed_up() const { return arrivals_.full(); }

 private:
  /// One step of both averages, rounded to the nearest 2^-16 ns so that they do not drift down.
  void learn(Wide late) {
    const Wide error = late - delay_;
    delay_ += step(error);
    variation_ += step((error < 0 ? -error : error) - variation_);
  }
  [[nodiscard]] Wide step(Wide difference) const {
    constexpr Wide kHalf = Wide{1} << (kFactorBits - 1);
    return (difference * gain_ + kHalf) >> kFactorBits;
  }

  ExpectedArrival arrivals_;
  std::int64_t gain_;
  SeqNo newest_ = kNoSeq;
  LocalInstant expected_ = LocalInstant::before_all();
  std::int64_t fraction_ = 0;
  Wide delay_ = 0;
  Wide variation_ = 0;
};

Entry bertier_entry();

}  // namespace flatline::detect
