#pragma once
// The exponential distribution detector: a phi_exponential that states its level as a probability.

#include "detect/phi_exponential.hpp"

namespace flatline::detect {

/// As PhiExponentialEstimator; its settings count their means by 1 - e^-x.
class EdEstimator : public PhiExponentialEstimator {
 public:
  using PhiExponentialEstimator::PhiExponentialEstimator;

  /// 1 - e^(-elapsed / mean); 1 if the mean gap is 0.
  [[nodiscard]] static double level(const View& view, const Constants& setting, LocalInstant now);
};

Entry ed_entry();

}  // namespace flatline::detect
