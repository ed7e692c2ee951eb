#include "flatline/fit/trace_fit.hpp"

#include <algorithm>
#include <cmath>

#include "fit/features.hpp"
#include "fit/prepared.hpp"
#include "flatline/qos/intervals.hpp"

namespace flatline::fit {
namespace {

// The rate of the stalls that were seen (Garwood 1936).
Parameter between_seen(const StallFit& stalls) {
  double stalled = 0;
  for (const std::int64_t length : stalls.lengths_ns) stalled += static_cast<double>(length) * 1e-9;
  const double free = std::max(stalls.observed_s - stalled, 1e-9);
  const qos::Bounds rate = qos::garwood(stalls.seen, free);
  Parameter out = stalls.mean_time_between;
  out.value = free / static_cast<double>(stalls.seen);
  out.lo = 1 / rate.hi;
  out.hi = 1 / rate.lo;
  return out;
}

// `skips`: places that the sender skipped tell of the same stalls.
StallPart stalls_of(const Prepared& p, const std::vector<std::int64_t>& late, Duration threshold,
                    bool skips, LawChoice choice) {
  StallPart out;
  static_cast<StallFit&>(out) = fit_stalls(sends_of(p, skips), late, p.interval, {threshold});
  out.threshold = threshold;
  const LawFit* law = out.length ? &*out.length : nullptr;
  // By the law there were more stalls than those that were late enough to be seen.
  if (law != nullptr && law->goodness.p_value >= kLeastPValue) {
    const double all = out.observed_s / out.mean_time_between.value;
    out.too_far = goes_too_far(*law, all, out.lengths_ns.back());
  }
  out.recorded = out.seen > 0 && draws_recorded(choice, law, out.too_far);
  out.between = out.recorded ? between_seen(out) : out.mean_time_between;
  return out;
}

void fit_all_stalls(const Record& record, const Prepared& p, LawChoice choice, TraceFit& out) {
  std::vector<std::int64_t> late, waited;
  for (const Part& part : p.parts) {
    late.push_back(part.late);
    waited.push_back(part.waited);
  }
  out.sender = stalls_of(p, late, p.thresholds.sender, true, choice);
  if (record.has_sent) out.way = stalls_of(p, p.held_for, p.thresholds.way, false, choice);
  if (record.has_waited) out.monitor = stalls_of(p, waited, p.thresholds.monitor, false, choice);
}

// The delay of a heartbeat that met no stall: from its place on the grid to the detector, so that
// the small lateness of every send and every read is in it. A sender without a grid is late by
// nothing but its jitter.
std::int64_t delay_of(const Prepared& p, const Part& part) {
  std::int64_t delay = part.way;
  if (!p.free_running && !part.stalled) delay += part.late;
  if (!part.unread) delay += part.waited;
  return delay;
}

void fit_delays(const Prepared& p, const TraceFitOptions& options, TraceFit& out) {
  for (const Part& part : p.parts) {
    if (!part.held) out.in_order.push_back(delay_of(p, part) + options.least_delay.ns);
  }
  out.delays = out.in_order;
  std::sort(out.delays.begin(), out.delays.end());
  if (out.delays.size() >= kLeastValues) out.families = fit_laws(out.delays);
  const LawFit* best = out.families.empty() ? nullptr : &out.families.front();
  if (best != nullptr && best->goodness.p_value >= kLeastPValue) {
    out.delay_too_far =
        goes_too_far(*best, static_cast<double>(out.delays.size()), out.delays.back());
  }
  out.delay_recorded = draws_recorded(options.laws, best, out.delay_too_far);
}

PartQuantiles quantiles_of(std::string name, std::vector<std::int64_t> values) {
  PartQuantiles out{std::move(name), {}};
  std::sort(values.begin(), values.end());
  for (const double share : kPartShares) {
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(values.size()));
    out.quantiles.push_back(static_cast<double>(values[std::min(rank, values.size() - 1)]));
  }
  return out;
}

void describe_parts(const Record& record, const Prepared& p, TraceFit& out) {
  std::vector<std::int64_t> late, way, waited;
  for (const Part& part : p.parts) {
    late.push_back(part.late);
    way.push_back(part.way);
    waited.push_back(part.waited);
  }
  out.parts.push_back(quantiles_of("late in sending", std::move(late)));
  if (record.has_sent)
    out.parts.push_back(
        quantiles_of(record.round_trip ? "there and back" : "on the way", std::move(way)));
  if (record.has_waited) out.parts.push_back(quantiles_of("waiting to be read", std::move(waited)));
}

// Uniform jitter with the spread of the gaps of a sender without a grid.
double jitter_of(const Prepared& p) {
  double squares = 0, count = 0;
  const double interval = static_cast<double>(p.interval.ns);
  for (std::size_t i = 1; i < p.parts.size(); ++i) {
    const Part &a = p.parts[i - 1], &b = p.parts[i];
    if (b.slot != a.slot + 1 || b.stalled) continue;
    const double stray = static_cast<double>(b.sent - a.sent) - interval;
    squares += stray * stray;
    ++count;
  }
  if (count == 0) return 0;
  // At most just below one interval, where a scenario's limit is; a share below 0.1 % is none.
  const double ratio = std::min(std::sqrt(3 * squares / count) / interval, 0.99);
  return ratio < 1e-3 ? 0 : ratio;
}

}  // namespace

bool draws_recorded(LawChoice choice, const LawFit* law, bool too_far) {
  return law == nullptr || choice == LawChoice::recorded ||
         (choice == LawChoice::automatic && (law->goodness.p_value < kLeastPValue || too_far));
}

bool goes_too_far(const LawFit& law, double n, std::int64_t largest_ns) {
  const double tail = farthest_tail(std::max<std::int64_t>(1, std::llround(n)));
  return quantile(law.law, 1 - tail) > 10 * static_cast<double>(largest_ns);
}

TraceFit fit_trace(const Record& record, const TraceFitOptions& options) {
  const Prepared p = prepare(record, options);
  TraceFit out;
  out.received = static_cast<std::int64_t>(p.parts.size());
  out.duplicates = p.duplicates;
  out.reordered = p.reordered;
  out.interval = p.interval;
  out.nominal = p.nominal;
  out.free_running = p.free_running;
  out.observed_s = p.observed_s;
  if (record.has_seq) out.loss = fit_loss(p.fates, p.interval);
  fit_all_stalls(record, p, options.laws, out);
  fit_delays(p, options, out);
  out.duplicate_ratio = static_cast<double>(p.duplicates) / static_cast<double>(p.parts.size());
  if (p.free_running) out.jitter_ratio = jitter_of(p);
  out.farthest_tail = fit::farthest_tail(static_cast<std::int64_t>(out.delays.size()));
  describe_parts(record, p, out);
  check_features(p, out);
  return out;
}

}  // namespace flatline::fit
