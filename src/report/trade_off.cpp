#include "trade_off.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace flatline::report {
namespace {

// A row without a positive latency, or with neither rate nor bound, cannot be placed on logarithmic
// axes.
bool point_of(const Row& row, std::size_t index, Measure latency, TradePoint& point) {
  point.row = index;
  point.latency = row.of(latency);
  point.rate = row.of(Measure::mistake_rate);
  if (!(point.latency.mean > 0) || std::isinf(point.latency.mean)) return false;
  point.none_seen = !(point.rate.mean > 0);
  point.drawn_rate = point.none_seen ? point.rate.hi : point.rate.mean;
  if (point.none_seen) point.rate.mean = 0;
  return point.drawn_rate > 0 && std::isfinite(point.drawn_rate);
}

void find_front(TradeGroup& group) {
  std::vector<CostPair> costs;
  costs.reserve(group.points.size());
  for (const TradePoint& p : group.points) costs.push_back({p.latency.mean, p.rate.mean});
  const std::vector<bool> best = pareto_front(costs);
  for (std::size_t i = 0; i < best.size(); ++i) {
    group.points[i].best = best[i];
    if (best[i]) group.front.push_back(i);
  }
  std::stable_sort(group.front.begin(), group.front.end(),
                   [&](std::size_t a, std::size_t b) { return costs[a].first < costs[b].first; });
}

}  // namespace

std::vector<bool> pareto_front(std::span<const CostPair> points) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!std::isnan(points[i].first) && !std::isnan(points[i].second)) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (points[a].first != points[b].first) return points[a].first < points[b].first;
    return points[a].second < points[b].second;
  });
  std::vector<bool> best(points.size(), false);
  double least = std::numeric_limits<double>::infinity();
  for (const std::size_t i : order) {
    if (points[i].second >= least) continue;
    best[i] = true;
    least = points[i].second;
  }
  return best;
}

std::vector<TradeGroup> trade_off(const Rows& rows, const std::string& state, Measure latency) {
  std::vector<TradeGroup> groups;
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    TradePoint point;
    if (rows.rows[i].state != state || !point_of(rows.rows[i], i, latency, point)) continue;
    const std::string condition = condition_text(rows, rows.rows[i]);
    const auto [at, is_new] = place.emplace(condition, groups.size());
    if (is_new) groups.push_back({condition, {}, {}});
    groups[at->second].points.push_back(point);
  }
  for (TradeGroup& group : groups) find_front(group);
  return groups;
}

}  // namespace flatline::report
