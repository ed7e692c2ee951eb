#pragma once
// The phi accrual detector with the logistic stand-in for normally distributed gaps.

#include "detect/phi_normal.hpp"

namespace flatline::detect {

/// As PhiNormalEstimator; its settings count their deviations by logistic_phi.
class PhiLogisticEstimator : public PhiNormalEstimator {
 public:
  using PhiNormalEstimator::PhiNormalEstimator;

  /// phi. With no deviation at all it jumps from 0 to infinity at the mean.
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now);
};

Entry phi_logistic_entry();

}  // namespace flatline::detect
