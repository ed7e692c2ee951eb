#pragma once
// Chen, Toueg and Aguilera's detector for synchronised clocks.

#include <limits>

#include "detect/entry.hpp"

namespace flatline::detect {

/// Keeps the freshness point of the newest heartbeat, but for the shift.
class NfdSEstimator {
 public:
  struct Constants {
    Duration shift;
  };
  struct View {
    LocalInstant
        next_send;  ///< When the heartbeat after the newest is sent; before_all(): none yet.
  };

  static constexpr bool kSlopes = false;

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
  [[nodiscard]] static bool same_line(const Constants& /*a*/, const Constants& /*b*/) {
    return true;
  }
  [[nodiscard]] static Line line(const View& view, const Constants& /*setting*/) {
    return {view.next_send, {}};
  }
  [[nodiscard]] static Place place(const Constants& setting) { return {0, setting.shift, 0}; }
  /// Seconds past the freshness point: it suspects at 0. Infinite before the first heartbeat.
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now) {
    if (view.next_send == LocalInstant::before_all())
      return std::numeric_limits<double>::infinity();
    return (now - (view.next_send + setting.shift)).seconds();
  }
  [[nodiscard]] static bool warmed_up() { return true; }

 private:
  static constexpr SeqNo kNoSeq{std::numeric_limits<std::int64_t>::min()};

  Duration interval_;
  SeqNo newest_ = kNoSeq;
  LocalInstant next_send_ = LocalInstant::before_all();
};

Entry nfd_s_entry();

}  // namespace flatline::detect
