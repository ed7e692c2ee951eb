#pragma once
// The line below a cloud of points, exactly.

#include <cstdint>
#include <span>
#include <vector>

namespace flatline::fit {

/// A point in whole numbers; differences of coordinates stay below 2^62.
struct Point {
  std::int64_t x = 0;
  std::int64_t y = 0;
};

/// A line through two points, kept as such so that heights above it are exact at any distance.
/// `a.x < b.x`.
struct Edge {
  Point a, b;
  [[nodiscard]] double slope() const;
  /// floor(y - line(x)).
  [[nodiscard]] std::int64_t height(Point p) const;
};

/// The edge of the lower convex hull that lies below the mean of the x: of all lines with no point
/// below, the one with the least sum of heights (Moon, Skelly, Towsley 1999). Andrew's monotone
/// chain, linear in sorted points. Sorts `points`. REQUIRES: two different x.
Edge lower_edge(std::vector<Point>& points);

}  // namespace flatline::fit
