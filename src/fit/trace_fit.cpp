#include "flatline/fit/trace_fit.hpp"

#include <algorithm>
#include <cmath>

#include "fit/features.hpp"
#include "fit/prepared.hpp"

namespace flatline::fit {
namespace {

// `skips`: places that the sender skipped tell of the same stalls.
StallFit stalls_of(const Prepared& p, const std::vector<std::int64_t>& late, Duration threshold,
                   bool skips) {
  std::vector<Send> sends;
  sends.reserve(p.parts.size());
  for (const Part& part : p.parts)
    sends.push_back({part.slot, part.sent, skips ? part.skipped : 0});
  return fit_stalls(sends, late, p.interval, {threshold});
}

void fit_all_stalls(const Record& record, const Prepared& p, TraceFit& out) {
  std::vector<std::int64_t> late, waited;
  for (const Part& part : p.parts) {
    late.push_back(part.late);
    waited.push_back(part.waited);
  }
  out.sender = stalls_of(p, late, p.thresholds.sender, true);
  if (record.has_sent) out.way = stalls_of(p, p.held_for, p.thresholds.way, false);
  if (record.has_waited) out.monitor = stalls_of(p, waited, p.thresholds.monitor, false);
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
  const bool passes =
      !out.families.empty() && out.families.front().goodness.p_value >= kLeastPValue;
  out.delay_recorded = out.families.empty() || options.delay == DelayChoice::recorded ||
                       (options.delay == DelayChoice::automatic && !passes);
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
  out.thresholds = p.thresholds;
  if (record.has_seq) out.loss = fit_loss(p.fates, p.interval);
  fit_all_stalls(record, p, out);
  fit_delays(p, options, out);
  out.duplicate_ratio = static_cast<double>(p.duplicates) / static_cast<double>(p.parts.size());
  if (p.free_running) out.jitter_ratio = jitter_of(p);
  out.farthest_tail = fit::farthest_tail(static_cast<std::int64_t>(out.delays.size()));
  describe_parts(record, p, out);
  check_features(p, out);
  return out;
}

}  // namespace flatline::fit
