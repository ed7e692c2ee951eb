#include "fit/lower_hull.hpp"

#include <algorithm>

#include "flatline/base/check.hpp"

namespace flatline::fit {
namespace {

using Wide = __int128;

Wide cross(Point o, Point a, Point b) {
  return static_cast<Wide>(a.x - o.x) * (b.y - o.y) - static_cast<Wide>(a.y - o.y) * (b.x - o.x);
}

bool before(const Point& a, const Point& b) {
  return a.x != b.x ? a.x < b.x : a.y < b.y;
}

}  // namespace

double Edge::slope() const {
  return static_cast<double>(static_cast<long double>(b.y - a.y) /
                             static_cast<long double>(b.x - a.x));
}

std::int64_t Edge::height(Point p) const {
  const Wide run = b.x - a.x;
  const Wide rise = cross(a, b, p);
  const Wide down = rise >= 0 ? rise / run : -((run - 1 - rise) / run);
  return static_cast<std::int64_t>(down);
}

Edge lower_edge(std::vector<Point>& points) {
  if (!std::is_sorted(points.begin(), points.end(), before)) {
    std::sort(points.begin(), points.end(), before);
  }
  FLATLINE_CHECK(points.size() >= 2 && points.front().x < points.back().x,
                 "a line needs two places");
  std::vector<Point> hull;
  Wide sum = 0;
  for (const Point& p : points) {
    sum += p.x - points.front().x;
    if (!hull.empty() && hull.back().x == p.x) continue;  // the first is the lowest
    while (hull.size() >= 2 && cross(hull[hull.size() - 2], hull.back(), p) <= 0) hull.pop_back();
    hull.push_back(p);
  }
  const auto mean =
      points.front().x + static_cast<std::int64_t>(sum / static_cast<Wide>(points.size()));
  std::size_t right = 1;
  while (hull[right].x < mean) ++right;
  return {hull[right - 1], hull[right]};
}

}  // namespace flatline::fit
