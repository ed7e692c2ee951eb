#pragma once
// Tomsic and others' detector with two windows: nfd_e by the later of two expected arrivals.

#include "detect/entry.hpp"
#include "detect/expected_arrival.hpp"
#include "detect/freshness_point.hpp"

namespace flatline::detect {

class TwoWindowEstimator : public FreshnessPoint {
 public:
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
  [[nodiscard]] bool warmed_up() const { return short_.full() && long_.full(); }

 private:
  ExpectedArrival short_;
  ExpectedArrival long_;
  SeqNo newest_ = kNoSeq;
  LocalInstant expected_ = LocalInstant::before_all();
};

Entry two_window_entry();

}  // namespace flatline::detect
