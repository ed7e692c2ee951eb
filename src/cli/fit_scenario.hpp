#pragma once
// A fitted trace as a scenario file, with a remark on where each number comes from.

#include <string>
#include <utility>
#include <vector>

#include "flatline/fit/trace_fit.hpp"

namespace flatline::cli {

/// A file beside the scenario: recorded durations that it draws from.
struct SideFile {
  std::string name;
  std::string text;
};

struct FittedScenario {
  std::string text;  ///< JSON with comments, as flatline run takes it.
  std::vector<SideFile> files;
};

/// Without recorded delays (a log of pauses) the first family stands in for them.
/// `name`: of the trace, for the scenario's name. `source`: what it was fitted from, one line.
FittedScenario scenario_of(const fit::TraceFit& fit, const std::string& name,
                           const std::string& source);

/// A law as a scenario writes it.
std::string law_text(const random::Distribution& law);
/// Durations as a file that a scenario draws from, thinned evenly by rank if there are very many.
std::string recorded_file(const std::string& column, const std::vector<std::int64_t>& values);
/// "median 2 ms (1.9 to 2.1 ms), sigma ...": with 95 % intervals.
std::string parameters_text(const std::vector<fit::Parameter>& parameters);
/// "1.23 ms (1.2 to 1.25 ms)": a parameter with its interval.
std::string with_interval(const fit::Parameter& parameter);
/// A length of time with three digits and its unit.
std::string readable_seconds(double seconds);

}  // namespace flatline::cli
