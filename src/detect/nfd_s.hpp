#pragma once
// Chen, Toueg and Aguilera's detector for synchronised clocks.

#include "detect/entry.hpp"
#include "detect/freshness_point.hpp"

namespace flatline::detect {

/// Keeps the freshness point of the newest heartbeat, but for the shift.
class NfdSEstimator : public FreshnessPoint {
 public:
  explicit NfdSEstimator(Duration interval) : interval_(interval) {}

  void beat(LocalInstant /*now*/, const Observation& observation) {
    if (observation.seq <= newest_) return;
    newest_ = observation.seq;
    next_send_ = observation.sent_at + interval_;
  }
  void reset() {
    newest_ = kNoSeq;
    next_send_ = LocalInstant::before_all();
  }
  [[nodiscard]] View view() const { return {next_send_}; }
  [[nodiscard]] static bool warmed_up() { return true; }

 private:
  Duration interval_;
  SeqNo newest_ = kNoSeq;
  LocalInstant next_send_ = LocalInstant::before_all();
};

Entry nfd_s_entry();

}  // namespace flatline::detect
