#pragma once
// Pauses that a log tells of, turned into the stalls of a scenario: their rate and the law of their
// lengths, with checks of what the model assumes of them.

#include <cstdint>
#include <vector>

#include "flatline/fit/trace_fit.hpp"
#include "flatline/trace/pauses.hpp"

namespace flatline::fit {

struct PauseFit {
  /// Lengths and rate. Unlike stalls seen through heartbeats, all pauses are seen and their lengths
  /// known, so `length` is the law of the lengths themselves and `between` their mean distance.
  StallPart stalls;
  std::vector<LawFit> families;         ///< Of the lengths, best first; empty with fewer than 20.
  std::vector<std::int64_t> in_order;   ///< Lengths by beginning.
  std::vector<std::int64_t> begins_ns;  ///< From the first pause on.
  std::vector<std::int64_t> gaps_ns;    ///< From the end of one to the beginning of the next,
                                        ///< ascending; empty if times are not exact.
  std::vector<double> correlation;      ///< Of the ranks of successive lengths, likewise.
  double correlation_bound = 0;
  double stalled_share = 0;  ///< Of the time watched.
  double farthest_tail = 0;  ///< See farthest_tail().
  std::vector<Feature> features;
};

/// REQUIRES: at least two pauses.
PauseFit fit_pauses(const trace::PauseLog& log, LawChoice choice);

}  // namespace flatline::fit
