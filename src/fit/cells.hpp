#pragma once
// The cells of the grouped likelihood, cut between order statistics.

#include <cstdint>
#include <span>
#include <vector>

namespace flatline::fit {

struct Cells {
  /// Ascending, in ns. Cell j is (bounds[j-1], bounds[j]]; the last has no end.
  std::vector<double> bounds;
  /// Where the first cell begins. 0, unless values tie at the tick there: then half a tick below
  /// the least value, and nothing was seen below. (Finely recorded values may not say so: the cell
  /// would be a density, which some laws make infinite.)
  double floor = 0;
  /// Recorded values of each cell, bounds.size() + 1 numbers. The last cell lies beyond the largest
  /// value. It weighs 1, as every spacing does, where values are finely recorded, less where they
  /// are rounded to ticks no finer than their distances there, down to 0.
  std::vector<double> weights;
  double total = 0;           ///< Sum of the weights.
  double tick = 1;            ///< What values are rounded to, ns.
  double first_fineness = 1;  ///< 1 - tick / distance of the least values, at least 0.
};

/// The tick that recorded values are rounded to: the greatest common divisor of their differences,
/// or a larger power of ten that divides nine values of ten. At least 1.
std::int64_t tick_of(std::span<const std::int64_t> sorted_ns);

/// Single values in both tails (48 each, if all are distinct), then counts that grow in proportion
/// to the distance from the end, at most n / 100: below 1000 cells for every n. A bound lies half a
/// tick above an order statistic, so that a value stands for what is rounded to it.
Cells cells_of(std::span<const std::int64_t> sorted_ns);

/// The same cells for laws whose density vanishes smoothly at the least value (lognormal, gamma and
/// weibull of shape 2 or more). The score of a whole first spacing is not centred there: it pulls
/// `plus` down; with this part of its weight it hardly does.
Cells for_smooth_beginning(Cells cells);

}  // namespace flatline::fit
