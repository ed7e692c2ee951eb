#pragma once
// Small results to draw: two detectors over two axes of the world, two states.

#include <string>

#include "flatline/results/table.hpp"
#include "report/page.hpp"

namespace flatline::report::sample {

/// cells.csv: fixed_timeout as "3x" at three timeouts (no mistake at 5 s) and phi_normal at two
/// thresholds, each with two intervals; state suspected only unless `both_states`.
std::string cells_csv(bool both_states = false);
std::string detection_csv();
std::string timeline_csv();

/// REQUIRES: the text is CSV.
results::Table table(const std::string& csv);
Rows rows(const std::string& csv);

/// Everything of a report, as write_report puts it together.
Report report(const std::string& cells = cells_csv());

}  // namespace flatline::report::sample
