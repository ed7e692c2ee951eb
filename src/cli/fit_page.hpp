#pragma once
// A fitted trace as a page of charts.

#include <string>

#include "flatline/fit/trace_fit.hpp"
#include "flatline/report/page_of_charts.hpp"

namespace flatline::cli {

struct FitSource {
  std::string name;      ///< Of the trace's file.
  std::string remarks;   ///< One sentence a line.
  std::string scenario;  ///< The scenario's text.
  std::string version;
};

report::ChartPage page_of(const fit::TraceFit& fit, const FitSource& source);

}  // namespace flatline::cli
