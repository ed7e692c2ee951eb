#pragma once
// Tomsic and others' detector with two windows: nfd_e by the later of two expected arrivals.

#include <limits>

#include "detect/entry.hpp"
#include "detect/expected_arrival.hpp"

namespace flatline::detect {

class TwoWindowEstimator {
 public:
  struct Constants {
    Duration safety_margin;
  };
  struct View {
    LocalInstant expected;  ///< The later of the two; before_all(): none yet.
  };

  static constexpr bool kSlopes = false;

  TwoWindowEstimator(Duration interval, std::int64_t short_window, std::int64_t long_window)
      : short_(interval, short_window), long_(interval, long_window) {}

  /// REQUIRES: |seq| * interval <= kLongestTime.
  void beat(LocalInstant now, const Observation& observation) {
    short_.add(now, observation.seq);
    long_.add(now, observation.seq);
    if (observation.seq <= newest_) return;
    newest_ = observation.seq;
    expected_ = std::max(short_.after(newest_), long_.after(newest_));
  }
  void reset() {
    short_.reset();
    long_.reset();
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
  [[nodiscard]] bool warmed_up() const { return short_.full() && long_.full(); }

 private:
  ExpectedArrival short_;
  ExpectedArrival long_;
  SeqNo newest_ = kNoSeq;
  LocalInstant expected_ = LocalInstant::before_all();
};

Entry two_window_entry();

}  // namespace flatline::detect
