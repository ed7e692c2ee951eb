#pragma once
// Draws a LineChart.

#include "charts.hpp"
#include "flatline/report/page_of_charts.hpp"

namespace flatline::report {

/// The drawing, and the caption with what was left out. Without a single point that the axes can
/// show there is no drawing, and the caption says so.
Chart draw_line_chart(const LineChart& chart);

}  // namespace flatline::report
