#pragma once
// The deadline detector of products that read their clock in whole milliseconds.

#include "detect/crossing.hpp"
#include "detect/entry.hpp"

namespace flatline::detect {

/// Remembers the millisecond of the last heartbeat.
class MillisecondDeadlineEstimator {
 public:
  struct Constants {
    Duration allowed;  ///< Whole milliseconds of silence.
  };
  struct View {
    LocalInstant last;  ///< Cut to the millisecond; never(): no beat yet.
  };

  static constexpr bool kSlopes = false;

  void beat(LocalInstant now, const Observation& /*observation*/) {
    last_ = at_millisecond(whole_milliseconds(now));
  }
  void reset() { last_ = LocalInstant::never(); }
  [[nodiscard]] View view() const { return {last_}; }
  [[nodiscard]] static bool same_line(const Constants& /*a*/, const Constants& /*b*/) {
    return true;
  }
  [[nodiscard]] static Line line(const View& view, const Constants& /*setting*/) {
    return {view.last, {}};
  }
  [[nodiscard]] static Place place(const Constants& setting) { return {0, setting.allowed, 0}; }
  /// Seconds past the deadline: it suspects at 0.
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now) {
    return seconds_past(deadline_on(view.last, setting.allowed), now);
  }
  [[nodiscard]] static bool warmed_up() { return true; }

 private:
  LocalInstant last_ = LocalInstant::never();
};

}  // namespace flatline::detect
