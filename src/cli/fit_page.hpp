#pragma once
// A fitted trace as a page of charts.

#include <string>

#include "flatline/fit/trace_fit.hpp"
#include "flatline/report/page_of_charts.hpp"

namespace flatline::cli {

/// `file`: the trace's name.
report::ChartPage page_of(const fit::TraceFit& fit, const std::string& file);

}  // namespace flatline::cli
