#pragma once
// The counter behind health checks and missed heartbeats: down after so many failures in a row, up
// after so many successes in a row.

#include <algorithm>
#include <cstdint>

#include "detect/crossing.hpp"
#include "flatline/detect/detector.hpp"

namespace flatline::detect {

/// How failures and successes are counted.
struct CountingRule {
  std::int64_t fall = 1;          ///< Failures in a row that take it down.
  std::int64_t rise = 1;          ///< Successes in a row that bring it up again.
  bool first_suffices = true;     ///< The very first success brings it up, whatever `rise`.
  bool starts_on_edge = false;    ///< The first failure takes it down, whatever `fall`.
  bool bad_answer_fells = false;  ///< An answer that is not ok takes it down at once.
  Duration interval{};            ///< Between checks, or between awaited heartbeats.
  Duration timeout{};             ///< How much later than due a heartbeat is still in time.
};

/// Counts results. Heartbeats alone are counted against their schedule: after each, another is due
/// every interval, and one that is not there `timeout` later has failed. As soon as an incarnation
/// shows a result of a probe, its results alone count and silence does not.
class ConsecutiveLane {
 public:
  explicit ConsecutiveLane(const CountingRule& rule) : rule_(rule) { reset(); }

  void beat(LocalInstant now, const Observation& observation) {
    if (seen_ && !probed_) count_missed(now);
    if (observation.kind == ObservationKind::reply) probed_ = true;
    failures_ = 0;
    if (!up_ && ++successes_ >= (first_success_ && rule_.first_suffices ? 1 : rule_.rise)) {
      up_ = true;
    }
    first_success_ = false;
    if (!seen_ && !up_) down_since_ = now;
    seen_ = true;
    last_ = now;
    refresh();
  }

  void probe_failed(LocalInstant now, const Observation& observation) {
    if (seen_ && !probed_) count_missed(now);
    probed_ = true;
    successes_ = 0;
    const bool answered = observation.kind == ObservationKind::reply;
    const bool at_once = (answered && rule_.bad_answer_fells) || (!seen_ && rule_.starts_on_edge);
    ++failures_;
    if ((up_ || !seen_) && (at_once || failures_ >= rule_.fall)) {
      up_ = false;
      down_since_ = now;
      seen_ = true;
      first_success_ = false;
    }
    refresh();
  }

  void reset() {
    up_ = false;
    seen_ = false;
    first_success_ = true;
    probed_ = false;
    failures_ = 0;
    successes_ = 0;
    deadline_ = LocalInstant::never();
  }

  [[nodiscard]] LocalInstant deadline() const { return deadline_; }
  [[nodiscard]] double level(LocalInstant now) const { return seconds_past(deadline_, now); }
  [[nodiscard]] static bool warmed_up() { return true; }

 private:
  /// Books the heartbeats that were due and missed before this one; one at the very limit is in
  /// time.
  void count_missed(LocalInstant now) {
    const std::int64_t beyond = (now - last_ - rule_.timeout).ns - 1;
    const std::int64_t missed = beyond < 0 ? 0 : beyond / rule_.interval.ns;
    if (missed == 0) return;
    successes_ = 0;
    if (up_ && missed >= rule_.fall) {
      up_ = false;
      down_since_ = deadline_;
    }
  }

  void refresh() {
    if (!seen_) return;
    if (!up_) {
      deadline_ = down_since_;
    } else if (probed_) {
      deadline_ = LocalInstant::never();
    } else {
      const __int128 at =
          __int128{last_.ns} + rule_.timeout.ns + __int128{rule_.interval.ns} * rule_.fall;
      deadline_ = at >= LocalInstant::never().ns ? LocalInstant::never()
                                                 : LocalInstant{static_cast<std::int64_t>(at)};
    }
  }

  CountingRule rule_;
  bool up_ = false;
  bool seen_ = false;  ///< Whether there is a verdict.
  bool first_success_ = true;
  bool probed_ = false;
  std::int64_t failures_ = 0;
  std::int64_t successes_ = 0;
  LocalInstant last_{};
  LocalInstant down_since_{};
  LocalInstant deadline_ = LocalInstant::never();
};

}  // namespace flatline::detect
