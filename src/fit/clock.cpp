#include "flatline/fit/clock.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fit/lower_hull.hpp"
#include "flatline/base/check.hpp"

namespace flatline::fit {
namespace {

constexpr std::size_t kMostBlocks = 40;
constexpr std::size_t kLeastBlocks = 6;  // with fewer, no order of them is as rare as 5 %
constexpr std::size_t kBlockSize = 8;    // preferred least number of points in a block

/// The lowest point above the line of each of the equal blocks of a record in order of time.
std::vector<Point> block_minima(const std::vector<Point>& points, const Edge& edge,
                                std::size_t blocks) {
  std::vector<Point> lowest;
  lowest.reserve(blocks);
  for (std::size_t b = 0; b < blocks; ++b) {
    const std::size_t end = points.size() * (b + 1) / blocks;
    std::size_t best = points.size() * b / blocks;
    std::int64_t height = edge.height(points[best]);
    for (std::size_t i = best + 1; i < end; ++i) {
      const std::int64_t other = edge.height(points[i]);
      if (other >= height) continue;
      height = other;
      best = i;
    }
    lowest.push_back({points[best].x, height});
  }
  return lowest;
}

/// Sen's interval (1968, JASA 63) for the slope that is left in the block minima: at the true slope
/// their order is as good as shuffled, whatever the law of the delays, so Kendall's count of rising
/// pairs has a known law.
void bound_drift(const std::vector<Point>& minima, ClockLine& line) {
  std::vector<double> slopes;
  for (std::size_t i = 0; i < minima.size(); ++i) {
    for (std::size_t j = i + 1; j < minima.size(); ++j) {
      const auto run = static_cast<double>(minima[j].x - minima[i].x);
      if (run > 0) slopes.push_back(static_cast<double>(minima[j].y - minima[i].y) / run);
    }
  }
  std::sort(slopes.begin(), slopes.end());
  const auto n = static_cast<double>(minima.size());
  const auto pairs = static_cast<double>(slopes.size());
  const double reach = 1.959964 * std::sqrt(n * (n - 1) * (2 * n + 5) / 18);
  const double below = std::floor((pairs - reach) / 2);
  if (below < 1) return;
  const auto rank = static_cast<std::size_t>(below);
  // The hull's own slope is one of the values that the record allows.
  line.drift_lo = line.drift + std::min(0.0, slopes[rank - 1]);
  line.drift_hi = line.drift + std::max(0.0, slopes[slopes.size() - rank]);
}

}  // namespace

ClockLine fit_clock(std::span<const std::int64_t> sent_ns,
                    std::span<const std::int64_t> received_ns) {
  FLATLINE_CHECK(sent_ns.size() == received_ns.size() && sent_ns.size() >= 2,
                 "every heartbeat was sent and received, and there are two");
  std::vector<Point> points;
  points.reserve(sent_ns.size());
  for (std::size_t i = 0; i < sent_ns.size(); ++i) {
    points.push_back({sent_ns[i], received_ns[i] - sent_ns[i]});
  }
  const std::int64_t first = sent_ns.front();
  const Edge edge = lower_edge(points);
  ClockLine line;
  line.first_sent_ns = first;
  line.drift = edge.slope();
  line.drift_lo = -std::numeric_limits<double>::infinity();
  line.drift_hi = std::numeric_limits<double>::infinity();
  // The height of a point at 0, turned round: the line itself there, rounded down.
  const std::int64_t ground = edge.a.y;
  line.origin_ns = ground - edge.height({first, ground});
  if (edge.height({first, line.origin_ns}) > 0) --line.origin_ns;
  const std::size_t blocks =
      std::clamp(points.size() / kBlockSize, std::min(points.size(), kLeastBlocks), kMostBlocks);
  if (blocks >= kLeastBlocks) bound_drift(block_minima(points, edge, blocks), line);
  return line;
}

std::int64_t delay_above(const ClockLine& line, std::int64_t sent_ns, std::int64_t received_ns) {
  // Whole numbers first: only the small product of drift and time is rounded.
  const std::int64_t above_origin = received_ns - sent_ns - line.origin_ns;
  const long double drifted =
      static_cast<long double>(line.drift) * static_cast<long double>(sent_ns - line.first_sent_ns);
  return std::max<std::int64_t>(0, above_origin - static_cast<std::int64_t>(std::ceil(drifted)));
}

std::vector<std::int64_t> delays_above(const ClockLine& line, std::span<const std::int64_t> sent_ns,
                                       std::span<const std::int64_t> received_ns) {
  FLATLINE_CHECK(sent_ns.size() == received_ns.size(), "every heartbeat was sent and received");
  std::vector<std::int64_t> delays;
  delays.reserve(sent_ns.size());
  for (std::size_t i = 0; i < sent_ns.size(); ++i) {
    delays.push_back(delay_above(line, sent_ns[i], received_ns[i]));
  }
  return delays;
}

}  // namespace flatline::fit
