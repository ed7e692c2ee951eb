#include "flatline/world/burst_state.hpp"

#include <utility>

namespace flatline::world {

BurstState::BurstState(BurstLaw law, const random::Stream& sojourns, SimInstant begin)
    : good_(std::move(law.good)), bad_(std::move(law.bad)), sojourns_(sojourns), until_(begin) {
  if (!law.law.laws) {
    // Stationary start: sojourns are exponential, so what is left of the first is a whole one in
    // law.
    const double good_mean = law.law.good_mean.seconds();
    const double bad_mean = law.law.bad_mean.seconds();
    is_bad_ = sojourns_.bits(index_++) < random::threshold_for(bad_mean / (good_mean + bad_mean));
  }
  stay();
}

void BurstState::stay() {
  // At least 1 ns, so that walking the states always moves on.
  const std::int64_t sojourn_ns = (is_bad_ ? bad_ : good_)(sojourns_.bits(index_++));
  until_ += Duration{std::max<std::int64_t>(1, sojourn_ns)};
}

void BurstState::flip() {
  is_bad_ = !is_bad_;
  stay();
}

}  // namespace flatline::world
