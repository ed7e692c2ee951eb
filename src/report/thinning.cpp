#include "thinning.hpp"

#include <algorithm>
#include <cmath>

namespace flatline::report {
namespace {

// Up to here points stay where they are.
constexpr std::size_t kFewDots = 2000;
// Dots of 3 pixels at this distance leave no gap.
constexpr double kTouching = 2;

void add_column(const std::vector<Pixel>& points, std::size_t first, std::size_t last,
                std::vector<Pixel>& out) {
  std::size_t low = first;
  std::size_t high = first;
  for (std::size_t i = first; i <= last; ++i) {
    if (points[i].y < points[low].y) low = i;
    if (points[i].y > points[high].y) high = i;
  }
  std::size_t kept[] = {first, std::min(low, high), std::max(low, high), last};
  const auto end = std::unique(std::begin(kept), std::end(kept));
  for (const std::size_t* i = kept; i != end; ++i) out.push_back(points[*i]);
}

bool same(const Pixel& a, const Pixel& b) {
  return a.x == b.x && a.y == b.y;
}

}  // namespace

std::vector<Pixel> thinned_line(const std::vector<Pixel>& points) {
  std::vector<Pixel> out;
  for (std::size_t first = 0; first < points.size();) {
    std::size_t last = first;
    while (last + 1 < points.size() &&
           std::floor(points[last + 1].x) == std::floor(points[first].x)) {
      ++last;
    }
    add_column(points, first, last, out);
    first = last + 1;
  }
  return out;
}

std::vector<DotRun> dot_runs(std::vector<Pixel> points) {
  const bool many = points.size() > kFewDots;
  if (many) {
    for (Pixel& p : points) p = {std::round(p.x), std::round(p.y)};
  }
  std::sort(points.begin(), points.end(),
            [](const Pixel& a, const Pixel& b) { return a.y != b.y ? a.y < b.y : a.x < b.x; });
  points.erase(std::unique(points.begin(), points.end(), same), points.end());
  std::vector<DotRun> out;
  for (const Pixel& p : points) {
    const bool joins = many && !out.empty() && out.back().at.y == p.y &&
                       p.x - (out.back().at.x + out.back().length) <= kTouching;
    if (joins) {
      out.back().length = p.x - out.back().at.x;
    } else {
      out.push_back({p, 0});
    }
  }
  return out;
}

}  // namespace flatline::report
