#pragma once
// Xiong and others' self-tuning detector: the expected arrival plus a margin that it moves itself,
// slot by slot, until the mistakes and the detection time that it saw are those that were asked
// for.

#include <algorithm>
#include <limits>

#include "detect/entry.hpp"
#include "detect/expected_arrival.hpp"

namespace flatline::detect {

/// What the user asks for.
struct SfdTargets {
  Duration detection_time;  ///< At most, from an arrival to the freshness point that it sets.
  double mistake_rate;      ///< At most, per second.
  double query_accuracy;    ///< At least: share of the time in which it trusts.
};

class SfdLane {
 public:
  /// The margin starts at `margin` and moves by `step` after `slot` heartbeats.
  SfdLane(ExpectedArrival arrivals, const SfdTargets& targets, Duration margin, Duration step,
          std::int64_t slot)
      : arrivals_(std::move(arrivals)),
        targets_(targets),
        first_margin_(margin),
        step_(step),
        slot_(slot),
        margin_(margin) {}

  /// Late and repeated heartbeats enter the window alone. REQUIRES: |seq| * interval <=
  /// kLongestTime.
  void beat(LocalInstant now, const Observation& observation) {
    arrivals_.add(now, observation.seq);
    if (observation.seq <= newest_) return;
    if (newest_ == kNoSeq) {
      seen_ = {};
      seen_.start = now;
    } else {
      take_in(now);
    }
    newest_ = observation.seq;
    last_ = now;
    deadline_ = arrivals_.after(newest_) + margin_;
    seen_.detection += (deadline_ - now).ns;
  }
  void reset() {
    arrivals_.reset();
    newest_ = kNoSeq;
    margin_ = first_margin_;
    deadline_ = LocalInstant::before_all();
  }
  [[nodiscard]] LocalInstant deadline() const { return deadline_; }
  /// Seconds past the freshness point: it suspects at 0. Infinite before the first heartbeat.
  [[nodiscard]] double level(LocalInstant now) const {
    if (deadline_ == LocalInstant::before_all()) return std::numeric_limits<double>::infinity();
    return (now - deadline_).seconds();
  }
  [[nodiscard]] bool warmed_up() const { return arrivals_.full(); }

 private:
  /// What happened in the running slot.
  struct Slot {
    LocalInstant start{};
    std::int64_t beats = 0;
    std::int64_t mistakes = 0;
    Duration suspected{};
    Wide detection = 0;  ///< Sum over its arrivals, nanoseconds.
  };

  /// Counts the gap that ends now: its suspicion was a mistake. A heartbeat at the very deadline is
  /// in time.
  void take_in(LocalInstant now) {
    if (now > deadline_) {
      if (deadline_ > last_) ++seen_.mistakes;  // else it was suspected all along
      seen_.suspected += now - std::max(deadline_, last_);
    }
    if (++seen_.beats < slot_) return;
    tune(now - seen_.start);
    seen_ = {};
    seen_.start = now;
  }

  void tune(Duration length) {
    const bool slow = seen_.detection > Wide{targets_.detection_time.ns} * seen_.beats;
    const bool wrong =
        static_cast<double>(seen_.mistakes) > targets_.mistake_rate * length.seconds() ||
        seen_.suspected.seconds() > (1 - targets_.query_accuracy) * length.seconds();
    // Both missed: no margin serves, so it stays (the paper stops and says so).
    if (slow == wrong) return;
    margin_ = std::clamp(margin_ + (wrong ? step_ : -step_), Duration{0}, kLongestTime);
  }

  ExpectedArrival arrivals_;
  SfdTargets targets_;
  Duration first_margin_;
  Duration step_;
  std::int64_t slot_;
  Duration margin_;
  SeqNo newest_ = kNoSeq;
  LocalInstant last_{};  ///< Arrival of the newest.
  LocalInstant deadline_ = LocalInstant::before_all();
  Slot seen_;
};

Entry sfd_entry();

}  // namespace flatline::detect
