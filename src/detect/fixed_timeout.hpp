#pragma once
// The common heartbeat detector: a timer restarted by each beat.

#include "detect/entry.hpp"

namespace flatline::detect {

/// Remembers when the timer was last restarted.
class FixedTimeoutEstimator {
 public:
  struct Constants {
    Duration timeout;
  };
  struct View {
    LocalInstant last;  ///< never(): no beat yet.
  };

  static constexpr bool kSlopes = false;

  explicit FixedTimeoutEstimator(bool newest_only) : newest_only_(newest_only) {}

  void beat(LocalInstant now, const Observation& observation) {
    if (newest_only_) {
      if (observation.seq <= newest_) return;
      newest_ = observation.seq;
    }
    last_ = now;
  }
  void reset() {
    last_ = LocalInstant::never();
    newest_ = kNoSeq;
  }
  [[nodiscard]] View view() const { return {last_}; }
  [[nodiscard]] static bool same_line(const Constants& /*a*/, const Constants& /*b*/) {
    return true;
  }
  [[nodiscard]] static Line line(const View& view, const Constants& /*setting*/) {
    return {view.last, {}};
  }
  [[nodiscard]] static Place place(const Constants& setting) { return {0, setting.timeout, 0}; }
  /// Elapsed time in timeouts: it suspects at 1. 0 before the first beat.
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now) {
    if (view.last == LocalInstant::never()) return 0;
    return static_cast<double>((now - view.last).ns) / static_cast<double>(setting.timeout.ns);
  }
  [[nodiscard]] static bool warmed_up() { return true; }

 private:
  LocalInstant last_ = LocalInstant::never();
  SeqNo newest_ = kNoSeq;
  bool newest_only_;
};

Entry fixed_timeout_entry();

}  // namespace flatline::detect
