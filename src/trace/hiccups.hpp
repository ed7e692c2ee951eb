#pragma once
// What jHiccup records of a pause, taken back to the pause.

#include <cstdint>
#include <vector>

#include "hdr_histogram.hpp"

namespace flatline::trace {

/// jHiccup sleeps for `resolution` over and over; a wake-up that is late by H stands for a value H
/// and for those that samples in the meantime would have had: H - r, H - 2 r, ... down to r. This
/// finds the H above `floor`, longest first: the longest value is one, and its made-up companions
/// are taken off. Cells are wide where values are large, so positions are sharpened by the narrower
/// cells below. REQUIRES: resolution > 0, floor >= resolution.
std::vector<std::int64_t> true_hiccups(std::vector<HdrCell> cells, std::int64_t resolution,
                                       std::int64_t floor);

}  // namespace flatline::trace
