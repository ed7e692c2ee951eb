#pragma once
// The kappa accrual detector: the level is the number of heartbeats that are missing, each counted
// by how sure it is that it should have come.

#include "detect/phi_normal.hpp"

namespace flatline::detect {

/// The j-th heartbeat after the last arrival is expected j mean gaps later. What it contributes
/// rises from 0 to 1: at once (step), or as the normal law of the gaps kept (normal).
class KappaEstimator {
 public:
  struct Constants {
    double threshold;
    bool step;
    Duration offset;     ///< How much later than expected a heartbeat begins to count.
    Wide min_deviation;  ///< 2^-16 ns.
  };
  using View = PhiNormalEstimator::View;

  explicit KappaEstimator(GapWindow gaps) : gaps_(std::move(gaps), Deviation::population) {}

  void beat(LocalInstant now, const Observation& observation) { gaps_.beat(now, observation); }
  void reset() { gaps_.reset(); }
  [[nodiscard]] View view() const { return gaps_.view(); }

  /// The first nanosecond at which level() reaches the threshold. Found from level() itself, which
  /// is made of + - * / alone: the same on every machine.
  [[nodiscard]] static LocalInstant deadline(const View& view, const Constants& setting);

  /// kappa. Infinite from the offset on if the mean gap is 0.
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now);

  [[nodiscard]] bool warmed_up() const { return gaps_.warmed_up(); }

 private:
  PhiNormalEstimator gaps_;
};

Entry kappa_entry();

}  // namespace flatline::detect
