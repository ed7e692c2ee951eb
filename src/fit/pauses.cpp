#include "flatline/fit/pauses.hpp"

#include <algorithm>
#include <cmath>

#include "fit/correlation.hpp"
#include "fit/dispersion.hpp"
#include "fit/features.hpp"
#include "flatline/base/check.hpp"
#include "flatline/base/text.hpp"
#include "flatline/qos/intervals.hpp"

namespace flatline::fit {
namespace {

// Pauses that fill the log leave no time between them, but for this share.
constexpr double kLeastFree = 1e-3;

// Mean time from the end of one to the beginning of the next (Garwood 1936).
Parameter between(const trace::PauseLog& log, double stalled_s) {
  // The log that begins and ends with a pause has one gap less.
  const auto gaps = static_cast<std::int64_t>(log.pauses.size()) - (log.ends_at_pauses ? 1 : 0);
  const double watched = std::max(log.watched.seconds(), 1e-9 * static_cast<double>(gaps));
  const double free = std::max(watched - stalled_s, kLeastFree * watched);
  const qos::Bounds rate = qos::garwood(gaps, free);
  return {"mean_time_between", true, std::max(free / static_cast<double>(gaps), 1e-9), 1 / rate.hi,
          1 / rate.lo};
}

void fit_lengths(LawChoice choice, PauseFit& out) {
  StallPart& stalls = out.stalls;
  if (stalls.lengths_ns.size() >= kLeastValues) out.families = fit_laws(stalls.lengths_ns);
  const LawFit* best = out.families.empty() ? nullptr : &out.families.front();
  if (best != nullptr) {
    stalls.length = *best;
    stalls.too_far =
        best->goodness.p_value >= kLeastPValue &&
        goes_too_far(*best, static_cast<double>(stalls.seen), stalls.lengths_ns.back());
  }
  stalls.recorded = draws_recorded(choice, best, stalls.too_far);
}

// Times from the end of each pause to the next; pauses that lie in another have none.
std::vector<std::int64_t> gaps_of(const std::vector<trace::Pause>& pauses) {
  std::vector<std::int64_t> out;
  std::int64_t end = pauses.front().at_ns + pauses.front().length_ns;
  for (std::size_t i = 1; i < pauses.size(); ++i) {
    out.push_back(std::max<std::int64_t>(0, pauses[i].at_ns - end));
    end = std::max(end, pauses[i].at_ns + pauses[i].length_ns);
  }
  return out;
}

void check_lengths(PauseFit& out) {
  const StallPart& stalls = out.stalls;
  if (!stalls.length) {
    out.features.push_back(
        {"pauses: lengths", true, std::nullopt,
         std::to_string(stalls.seen) + " are too few for a law, the recorded lengths are drawn"});
    return;
  }
  out.features.push_back(tested("pauses: lengths", stalls.length->goodness.p_value,
                                std::string(name_of(stalls.length->law.family)) +
                                    " fits best, off by at most " +
                                    format_number(100 * stalls.length->goodness.distance, 3) +
                                    " % of the pauses" + how_far(stalls.too_far)));
}

void check_gaps(PauseFit& out) {
  if (out.gaps_ns.size() < kLeastValues || out.gaps_ns.front() == out.gaps_ns.back()) return;
  LawOptions options;
  options.with_plus = false;
  options.families = {random::Family::exponential};
  const std::vector<LawFit> law = fit_laws(out.gaps_ns, options);
  if (law.empty()) return;
  out.features.push_back(tested("pauses: gaps are exponential", law.front().goodness.p_value,
                                "the model draws them so, off by at most " +
                                    format_number(100 * law.front().goodness.distance, 3) +
                                    " % of the gaps"));
}

}  // namespace

PauseFit fit_pauses(const trace::PauseLog& log, LawChoice choice) {
  FLATLINE_CHECK(log.pauses.size() >= 2, "pauses to fit");
  PauseFit out;
  double stalled_s = 0;
  const std::int64_t begin = log.pauses.front().at_ns;
  for (const trace::Pause& pause : log.pauses) {
    out.in_order.push_back(pause.length_ns);
    out.begins_ns.push_back(pause.at_ns - begin);
    stalled_s += static_cast<double>(pause.length_ns) * 1e-9;
  }
  StallPart& stalls = out.stalls;
  stalls.lengths_ns = out.in_order;
  std::sort(stalls.lengths_ns.begin(), stalls.lengths_ns.end());
  stalls.seen = static_cast<std::int64_t>(log.pauses.size());
  stalls.observed_s = log.watched.seconds();
  stalls.threshold = log.threshold;
  stalls.mean_time_between = stalls.between = between(log, stalled_s);
  stalls.dispersion_p_value = dispersion_p_value(
      out.begins_ns, 0, std::max<std::int64_t>(1, std::max(log.watched.ns, out.begins_ns.back())));
  out.stalled_share = std::min(1.0, stalled_s / std::max(log.watched.seconds(), 1e-9));
  out.farthest_tail = farthest_tail(stalls.seen);
  fit_lengths(choice, out);
  check_lengths(out);
  if (log.exact_times) {
    const RankCorrelation found = rank_correlation(out.in_order);
    out.correlation = found.lags;
    out.correlation_bound = found.bound;
    if (found.p_value)
      out.features.push_back(
          tested("pauses: successive lengths are independent", *found.p_value, found.text()));
    out.gaps_ns = gaps_of(log.pauses);
    std::sort(out.gaps_ns.begin(), out.gaps_ns.end());
    check_gaps(out);
  }
  out.features.push_back(tested("pauses: come at random", stalls.dispersion_p_value,
                                std::to_string(stalls.seen) + " in 20 parts of the log"));
  return out;
}

}  // namespace flatline::fit
