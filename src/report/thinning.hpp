#pragma once
// Fewer points for the same picture: 100,000 points need no more than the pixels they cover.

#include <vector>

#include "svg.hpp"

namespace flatline::report {

/// Of each stretch of neighbours in one column of pixels: the first, the lowest, the highest and
/// the last, in their order. A line through what is left covers the same pixels.
std::vector<Pixel> thinned_line(const std::vector<Pixel>& points);

/// Each point once. Many points are moved by at most one pixel, and rows of points too close to be
/// told apart become one run.
std::vector<DotRun> dot_runs(const std::vector<Pixel>& points);

}  // namespace flatline::report
