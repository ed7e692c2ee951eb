#pragma once
// Akka's and Pekko's failure detectors.

#include "detect/entry.hpp"

namespace flatline::detect {

Entry akka_entry();
Entry akka_deadline_entry();

}  // namespace flatline::detect
