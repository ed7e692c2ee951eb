#pragma once
// Every assumption of the model held against the record.

#include "fit/prepared.hpp"

namespace flatline::fit {

/// Fills in correlation, fifo and features. REQUIRES: the rest of `out` is there.
void check_features(const Prepared& p, TraceFit& out);

/// A feature with its p value in what was found.
Feature tested(std::string name, double p_value, const std::string& found);
/// What to say of a law that goes too far, or "".
std::string how_far(bool too_far);

}  // namespace flatline::fit
