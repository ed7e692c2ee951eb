#pragma once
// Detection time against mistakes: which settings no other one beats.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "rows.hpp"

namespace flatline::report {

/// Marks the points that no other point beats: none has both coordinates at most as large and one
/// smaller. Of equal points the first stays. NaN coordinates are never on the front.
struct CostPair {
  double first = 0;
  double second = 0;
};
std::vector<bool> pareto_front(std::span<const CostPair> points);

/// One row as a point of the chart.
struct TradePoint {
  std::size_t row = 0;     ///< Index in Rows::rows.
  Estimate latency;        ///< Seconds.
  Estimate rate;           ///< Mistakes per hour and pair; mean 0 if none was seen.
  bool none_seen = false;  ///< Then `drawn_rate` is the upper bound.
  double drawn_rate = 0;
  bool best = false;  ///< On the front of its condition.
};

/// The points that are compared with each other: same state, same condition of the world.
struct TradeGroup {
  std::string condition;           ///< As condition_text; empty if no condition varies.
  std::vector<TradePoint> points;  ///< In the order of the rows.
  std::vector<std::size_t> front;  ///< Indices in `points`, fastest first.
};

/// All rows of `state` that have a latency and a rate (or its bound), grouped by condition in order
/// of appearance.
std::vector<TradeGroup> trade_off(const Rows& rows, const std::string& state, Measure latency);

}  // namespace flatline::report
