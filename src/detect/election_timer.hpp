#pragma once
// Followers' election timers, as detectors of their leader.

#include "detect/entry.hpp"

namespace flatline::detect {

Entry election_timer_entry();

}  // namespace flatline::detect
