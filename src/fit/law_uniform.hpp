#pragma once
// The uniform law: only the outermost cells know of its ends, so both have closed forms.

#include <optional>

#include "fit/cells.hpp"
#include "fit/law_model.hpp"

namespace flatline::fit {

struct UniformFit {
  PlacedLaw law;
  double lower_lo = 0, lower_hi = 0;  ///< 95 % intervals, ns.
  double upper_lo = 0, upper_hi = 0;
};

/// Nothing if the cells do not tell where an end is (a few values, all tied).
std::optional<UniformFit> fit_uniform(const Cells& cells);

}  // namespace flatline::fit
