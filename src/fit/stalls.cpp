#include "flatline/fit/stalls.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fit/dispersion.hpp"
#include "fit/stalls_law.hpp"
#include "flatline/base/check.hpp"
#include "flatline/qos/intervals.hpp"

namespace flatline::fit {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A stall seen: when the first beat after it left and how late that was against the first place
/// that the stall covered.
struct Seen {
  std::int64_t at_ns = 0;
  std::int64_t late_ns = 0;
};

std::vector<Seen> seen_stalls(std::span<const Send> sends, std::span<const std::int64_t> late_ns,
                              Duration interval, Duration threshold) {
  std::vector<Seen> seen;
  for (std::size_t i = 1; i < sends.size(); ++i) {
    const std::int64_t missed = std::max<std::int64_t>(0, sends[i].skipped - sends[i - 1].skipped);
    const std::int64_t late = late_ns[i] + missed * interval.ns;
    if (late <= threshold.ns) continue;
    const std::int64_t distance = (sends[i].slot - sends[i - 1].slot) * interval.ns;
    // A sender that sends all it has missed: the later beats are late by what is left.
    const std::int64_t left = late_ns[i - 1] - distance;
    const bool same = late_ns[i - 1] > threshold.ns && left > 0 && late <= left + threshold.ns;
    if (!same) seen.push_back({sends[i].sent_ns, late});
  }
  return seen;
}

/// Of the stalls that were seen alone.
Parameter time_between_seen(std::int64_t seen, double exposure_s) {
  const qos::Bounds rate = qos::garwood(seen, exposure_s);
  return {"mean_time_between", true, seen > 0 ? exposure_s / static_cast<double>(seen) : kInfinity,
          1 / rate.hi, rate.lo > 0 ? 1 / rate.lo : kInfinity};
}

}  // namespace

StallFit fit_stalls(std::span<const Send> sends, std::span<const std::int64_t> late_ns,
                    Duration interval, const StallOptions& options) {
  FLATLINE_CHECK(sends.size() == late_ns.size() && sends.size() >= 2, "a lateness for every send");
  FLATLINE_CHECK(interval.ns > 0 && options.threshold.ns > 0, "an interval and a threshold");
  const auto seen = seen_stalls(sends, late_ns, interval, options.threshold);
  const std::int64_t begin = sends.front().sent_ns;
  const std::int64_t end = std::max(begin + 1, sends.back().sent_ns);
  StallFit fit;
  fit.seen = static_cast<std::int64_t>(seen.size());
  fit.observed_s = static_cast<double>(end - begin) * 1e-9;

  SeenStalls data;
  data.interval_s = interval.seconds();
  data.threshold_s = options.threshold.seconds();
  data.exposure_s = fit.observed_s;
  std::vector<std::int64_t> at;
  for (const Seen& stall : seen) {
    at.push_back(stall.at_ns);
    fit.lengths_ns.push_back(stall.late_ns + interval.ns / 2);
    data.late_s.push_back(static_cast<double>(stall.late_ns) * 1e-9);
    data.exposure_s -= static_cast<double>(fit.lengths_ns.back()) * 1e-9;
  }
  std::sort(fit.lengths_ns.begin(), fit.lengths_ns.end());
  std::sort(data.late_s.begin(), data.late_s.end());
  // Stalls that fill the record leave no time between them, but for one interval each.
  const double least = data.interval_s * static_cast<double>(seen.size() + 1);
  data.exposure_s = std::max(data.exposure_s, std::min(least, fit.observed_s));
  fit.mean_time_between = time_between_seen(fit.seen, data.exposure_s);
  fit.dispersion_p_value = dispersion_p_value(at, begin, end);
  if (fit.seen < kLeastStalls) return fit;
  if (auto law = best_stall_law(data)) {
    fit.mean_time_between = law->mean_time_between;
    fit.length = std::move(law->fit);
  }
  return fit;
}

}  // namespace flatline::fit
