#pragma once
// Two states in turn, in time: the bursts of a link's losses, the busy times of a fault.

#include <algorithm>
#include <cstdint>

#include "flatline/base/time.hpp"
#include "flatline/random/distribution.hpp"
#include "flatline/random/stream.hpp"
#include "flatline/world/model.hpp"

namespace flatline::world {

/// A two-state law with its sojourns compiled.
struct BurstLaw {
  GilbertElliott law;
  random::Sampler good, bad;
};

/// The state of a two-state process at an instant, walked forwards in time. With exponential
/// sojourns it starts in equilibrium, with laws of its own it starts with a whole good sojourn.
class BurstState {
 public:
  BurstState() = default;
  BurstState(BurstLaw law, const random::Stream& sojourns, SimInstant begin);
  /// REQUIRES: `t` never goes back.
  [[nodiscard]] bool bad_at(SimInstant t) {
    while (until_ <= t) flip();
    return is_bad_;
  }
  /// The state that bad_at() last told holds up to, not including, this instant.
  [[nodiscard]] SimInstant until() const { return until_; }

 private:
  void flip();

  void stay();

  random::Sampler good_, bad_;
  random::Stream sojourns_;
  std::uint64_t index_ = 0;
  SimInstant until_ = SimInstant::never();
  bool is_bad_ = false;
};

}  // namespace flatline::world
