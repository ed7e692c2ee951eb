#include "flatline/fit/round_trips.hpp"

#include <algorithm>

#include "fit/features.hpp"
#include "flatline/base/text.hpp"

namespace flatline::fit {
namespace {

using trace::RttMatrix;

// Every pair once: what was measured, and how the two directions differ.
void take_pairs(const RttMatrix& matrix, RoundTripFit& out) {
  std::vector<double> ratios;
  for (std::int64_t i = 0; i < matrix.nodes; ++i) {
    for (std::int64_t j = i + 1; j < matrix.nodes; ++j) {
      const std::int64_t there = matrix.at(i, j), back = matrix.at(j, i);
      const bool both = there > 0 && back > 0;
      out.measured += (there > 0 ? 1 : 0) + (back > 0 ? 1 : 0);
      out.both_ways += both ? 1 : 0;
      if (there > 0) out.one_way_ns.push_back(there / 2);
      if (back > 0 && back != there) out.one_way_ns.push_back(back / 2);
      if (!both || there == back) continue;
      ++out.asymmetric;
      ratios.push_back(static_cast<double>(std::max(there, back)) /
                       static_cast<double>(std::min(there, back)));
    }
  }
  std::sort(out.one_way_ns.begin(), out.one_way_ns.end());
  std::sort(ratios.begin(), ratios.end());
  if (!ratios.empty()) out.median_asymmetry = ratios[ratios.size() / 2];
}

// Pairs that are nearer by way of a third node: routing does not take the shortest way.
void find_detours(const RttMatrix& matrix, RoundTripFit& out) {
  constexpr std::int64_t kNone = INT64_MAX;
  for (std::int64_t i = 0; i < matrix.nodes; ++i) {
    for (std::int64_t j = i + 1; j < matrix.nodes; ++j) {
      const std::int64_t direct = matrix.at(i, j);
      if (direct <= 0) continue;
      ++out.pairs;
      std::int64_t shortest = kNone;
      for (std::int64_t k = 0; k < matrix.nodes; ++k) {
        const std::int64_t a = matrix.at(i, k), b = matrix.at(k, j);
        if (a > 0 && b > 0) shortest = std::min(shortest, a + b);
      }
      if (shortest >= direct) continue;
      ++out.detours;
      out.farthest_gain =
          std::max(out.farthest_gain, static_cast<double>(direct) / static_cast<double>(shortest));
    }
  }
}

void state(RoundTripFit& out, std::string name, bool holds, std::string found) {
  out.features.push_back({std::move(name), holds, std::nullopt, std::move(found)});
}

std::string share_of(std::int64_t part, std::int64_t all) {
  return std::to_string(part) + " of " + std::to_string(all);
}

void check(RoundTripFit& out) {
  const std::int64_t all = out.nodes * (out.nodes - 1);
  state(out, "every round trip was measured", out.missing == 0,
        out.missing == 0 ? std::to_string(all) + " of them"
                         : share_of(out.missing, all) + " were not" +
                               (out.zeros > 0 ? ", " + std::to_string(out.zeros) +
                                                    " of them given as 0, shorter than the "
                                                    "measurement rounds to"
                                              : ""));
  state(out, "both directions are alike", out.asymmetric == 0,
        share_of(out.asymmetric, out.both_ways) + " pairs differ" +
            (out.asymmetric > 0 ? ", half of them by more than a factor of " +
                                      format_number(out.median_asymmetry, 3)
                                : ""));
  state(out, "no way by a third node is shorter", out.detours == 0,
        share_of(out.detours, out.pairs) + " pairs are nearer by a third node" +
            (out.detours > 0 ? ", at most by a factor of " + format_number(out.farthest_gain, 3)
                             : ""));
  if (out.families.empty()) return;
  const LawFit& best = out.families.front();
  out.features.push_back(tested("one-way delays follow a law", best.goodness.p_value,
                                std::string(name_of(best.law.family)) +
                                    " fits best, off by at most " +
                                    format_number(100 * best.goodness.distance, 3) +
                                    " % of the pairs" + how_far(out.too_far)));
}

}  // namespace

RoundTripFit fit_round_trips(const trace::RttMatrix& matrix, LawChoice choice) {
  RoundTripFit out;
  out.nodes = matrix.nodes;
  out.zeros = matrix.zeros;
  out.missing = matrix.missing + matrix.zeros;
  take_pairs(matrix, out);
  find_detours(matrix, out);
  if (out.one_way_ns.size() >= kLeastValues) out.families = fit_laws(out.one_way_ns);
  const LawFit* best = out.families.empty() ? nullptr : &out.families.front();
  const auto n = static_cast<double>(out.one_way_ns.size());
  out.too_far = best != nullptr && best->goodness.p_value >= kLeastPValue &&
                goes_too_far(*best, n, out.one_way_ns.back());
  out.recorded = draws_recorded(choice, best, out.too_far);
  out.farthest_tail = farthest_tail(static_cast<std::int64_t>(out.one_way_ns.size()));
  check(out);
  return out;
}

}  // namespace flatline::fit
