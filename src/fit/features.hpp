#pragma once
// Every assumption of the model held against the record.

#include "fit/prepared.hpp"

namespace flatline::fit {

/// Fills in correlation, fifo and features. REQUIRES: the rest of `out` is there.
void check_features(const Prepared& p, TraceFit& out);

}  // namespace flatline::fit
