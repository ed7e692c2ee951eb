#pragma once
// Chen, Toueg and Aguilera's detector for clocks that are not synchronised, where the expected
// arrival times are known.

#include "detect/nfd_s.hpp"

namespace flatline::detect {

/// Known arrival times are known sending times plus the mean delay as the monitor's clock sees it,
/// so the estimator is that of NFD-S: only its settings are given in two parts.
Entry nfd_u_entry();

}  // namespace flatline::detect
