#include "thinning.hpp"

#include <algorithm>
#include <cmath>

namespace flatline::report {
namespace {

// Up to here points stay where they are.
constexpr std::size_t kFewDots = 2000;
// Above this number of runs the rows are put together in twos.
constexpr std::size_t kManyRuns = 12'000;
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

// Points in the same row of this height become runs; a height of 0 leaves them where they are.
std::vector<DotRun> runs_in_rows(std::vector<Pixel> points, double height) {
  const bool moves = height > 0;
  if (moves) {
    for (Pixel& p : points) p = {std::round(p.x), height * std::round(p.y / height)};
  }
  std::sort(points.begin(), points.end(),
            [](const Pixel& a, const Pixel& b) { return a.y != b.y ? a.y < b.y : a.x < b.x; });
  points.erase(std::unique(points.begin(), points.end(), same), points.end());
  std::vector<DotRun> out;
  for (const Pixel& p : points) {
    const bool joins = moves && !out.empty() && out.back().at.y == p.y &&
                       p.x - (out.back().at.x + out.back().length) <= kTouching;
    if (joins) {
      out.back().length = p.x - out.back().at.x;
    } else {
      out.push_back({p, 0});
    }
  }
  return out;
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

std::vector<DotRun> dot_runs(const std::vector<Pixel>& points) {
  if (points.size() <= kFewDots) return runs_in_rows(points, 0);
  std::vector<DotRun> out = runs_in_rows(points, 1);
  return out.size() <= kManyRuns ? out : runs_in_rows(points, 2);
}

}  // namespace flatline::report
