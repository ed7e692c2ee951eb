#pragma once
// Draws a BarChart.

#include "charts.hpp"
#include "flatline/report/page_of_charts.hpp"

namespace flatline::report {

/// The drawing. Without a bar there is none, and the caption says so.
Chart draw_bar_chart(const BarChart& chart);

}  // namespace flatline::report
