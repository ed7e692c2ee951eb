#pragma once
// Hazelcast's failure detectors.

#include "detect/entry.hpp"

namespace flatline::detect {

Entry hazelcast_entry();

}  // namespace flatline::detect
