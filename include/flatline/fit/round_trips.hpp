#pragma once
// A matrix of round trips as one-way delays: half of each, and the law of them all.

#include <cstdint>
#include <vector>

#include "flatline/fit/trace_fit.hpp"
#include "flatline/trace/rtt_matrix.hpp"

namespace flatline::fit {

struct RoundTripFit {
  std::int64_t nodes = 0;
  std::int64_t measured = 0;  ///< Ordered pairs with a round trip.
  std::int64_t missing = 0;   ///< Without, those of 0 among them.
  std::int64_t zeros = 0;
  std::int64_t both_ways = 0;   ///< Pairs measured from both ends.
  std::int64_t asymmetric = 0;  ///< Of these, with two different round trips.
  double median_asymmetry = 0;  ///< The larger over the smaller, of the asymmetric.
  /// Unordered pairs for which going by some third node takes less than the direct way.
  std::int64_t pairs = 0, detours = 0;
  double farthest_gain = 1;  ///< The direct way over the shortest by one other node, at most.

  std::vector<std::int64_t> one_way_ns;  ///< Ascending; a pair that is the same both ways counts
                                         ///< once.
  std::vector<LawFit> families;          ///< Best first; empty with fewer than 20.
  bool too_far = false;                  ///< As of a delay in TraceFit.
  bool recorded = false;
  double farthest_tail = 0;
  std::vector<Feature> features;
};

RoundTripFit fit_round_trips(const trace::RttMatrix& matrix, LawChoice choice);

}  // namespace flatline::fit
