#pragma once
// The axes of a LineChart: which part they show, and their ticks.

#include <vector>

#include "flatline/report/page_of_charts.hpp"
#include "scale.hpp"

namespace flatline::report {

/// Can this axis show `value`? Not if it is not finite, not positive on a logarithmic axis, or of
/// a size that no measurement has (1e140) and with which the axis itself could not be computed.
bool can_show(const ChartAxis& axis, double value);

/// The axis from `lo` to `hi` with a little room, none at an end that is a round value already: a
/// probability stops at 1. A linear axis includes zero if that costs little.
/// REQUIRES: both can be shown, lo <= hi.
Scale axis_over(const ChartAxis& axis, double lo, double hi, double from, double to);

/// On a linear axis all ticks have the same unit and as many digits as tell them apart.
std::vector<Tick> axis_ticks(const ChartAxis& axis, const Scale& scale);

}  // namespace flatline::report
