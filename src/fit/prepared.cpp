#include "fit/prepared.hpp"

#include <algorithm>
#include <cmath>

#include "flatline/base/check.hpp"

namespace flatline::fit {
namespace {

// A measured interval this near the nominal one is the nominal one, run by another clock.
constexpr double kNominal = 1e-3;

std::int64_t way_of(const Record& record, const Beat& beat) {
  if (!record.has_sent) return 0;
  const std::int64_t all =
      record.clocks ? delay_above(*record.clocks, beat.sent, beat.at) : beat.at - beat.sent;
  return std::max<std::int64_t>(0, all - (record.has_waited ? beat.waited : 0));
}

// How many of `slots`, in order of receipt, came after a higher one; of each the first copy.
// `first`: where the first copies stand, in order of places.
std::int64_t overtaken(const std::vector<std::int64_t>& slots,
                       const std::vector<std::size_t>& first) {
  std::vector<bool> is_first(slots.size(), false);
  for (const std::size_t row : first) is_first[row] = true;
  std::int64_t highest = INT64_MIN;
  std::int64_t count = 0;
  for (std::size_t row = 0; row < slots.size(); ++row) {
    if (is_first[row] && slots[row] < highest) ++count;
    highest = std::max(highest, slots[row]);
  }
  return count;
}

// First copies in order of places. Counts duplicates and those that came after a higher number.
std::vector<Part> first_copies(const Record& record, Prepared& out) {
  std::vector<std::int64_t> slots;
  std::vector<std::size_t> order;
  for (std::size_t row = 0; row < record.beats.size(); ++row) {
    slots.push_back(record.has_seq ? record.beats[row].seq : static_cast<std::int64_t>(row));
    order.push_back(row);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return slots[a] < slots[b]; });
  order.erase(std::unique(order.begin(), order.end(),
                          [&](std::size_t a, std::size_t b) { return slots[a] == slots[b]; }),
              order.end());
  out.duplicates = static_cast<std::int64_t>(slots.size() - order.size());
  out.reordered = overtaken(slots, order);
  std::vector<Part> parts;
  parts.reserve(order.size());
  for (const std::size_t row : order) {
    const Beat& beat = record.beats[row];
    Part part;
    part.slot = slots[row];
    part.skipped = beat.skipped;
    part.at = beat.at;
    part.sent = record.has_sent ? beat.sent : beat.at;
    part.waited = record.has_waited ? beat.waited : 0;
    part.way = way_of(record, beat);
    parts.push_back(part);
  }
  return parts;
}

void find_interval(const Record& record, Prepared& out) {
  const Part &first = out.parts.front(), &last = out.parts.back();
  const double places = static_cast<double>(last.slot - first.slot);
  double seconds = places > 0 ? static_cast<double>(last.sent - first.sent) * 1e-9 / places : 0;
  if (out.measured_interval_s > 0) seconds = out.measured_interval_s;
  const double nominal = record.interval.seconds();
  out.nominal = nominal > 0 && std::abs(seconds - nominal) <= kNominal * nominal;
  out.interval = out.nominal ? record.interval
                             : Duration{std::max<std::int64_t>(1, std::llround(seconds * 1e9))};
}

// What was sent: what came, and what is missing between and after, as far as it was not skipped.
// The sender skips right after a beat, so those lost take the later places.
void find_fates(const Record& record, Prepared& out) {
  std::int64_t sent = 0;
  for (std::size_t i = 0; i < out.parts.size(); ++i) {
    if (i > 0) {
      const Part &a = out.parts[i - 1], &b = out.parts[i];
      const std::int64_t lost = b.slot - a.slot - 1 - (b.skipped - a.skipped);
      for (std::int64_t k = lost; k > 0; --k) out.fates.push_back({b.slot - k, true});
      sent += std::max<std::int64_t>(lost, 0);
    }
    out.fates.push_back({out.parts[i].slot, false});
    ++sent;
  }
  if (!record.has_seq || !record.sent_total) return;
  // Those before the first are not lost: the recorder may have come later.
  const Part& first = out.parts.front();
  const std::int64_t missing =
      *record.sent_total - sent - (first.slot - record.numbers_from - first.skipped);
  const std::int64_t end = out.parts.back().slot;
  for (std::int64_t k = 1; k <= missing; ++k) out.fates.push_back({end + k, true});
}

std::vector<std::int64_t> sorted_parts(const Prepared& p, std::int64_t Part::*part) {
  std::vector<std::int64_t> values;
  values.reserve(p.parts.size());
  for (const Part& one : p.parts) values.push_back(one.*part);
  std::sort(values.begin(), values.end());
  return values;
}

// What is ordinary differs from trace to trace: a timer on a quiet machine is never a tenth of a
// millisecond late, on a busy one often five.
Duration threshold_of(const Prepared& p, std::int64_t Part::*part, const TraceFitOptions& options) {
  if (options.stall.ns > 0) return options.stall;
  const std::vector<std::int64_t> values = sorted_parts(p, part);
  const std::int64_t ordinary = values[values.size() / 10 * 9] - values[values.size() / 2];
  const std::int64_t most = std::max<std::int64_t>(1, p.interval.ns / 2);
  return {std::clamp<std::int64_t>(10 * std::min(ordinary, most),
                                   std::max<std::int64_t>(1, p.interval.ns / 100), most)};
}

// Marks what lay in the socket while the monitor did not run: a beat that waited longer than the
// threshold, and all that came before it was taken off.
void find_unread(Prepared& out, std::vector<std::size_t>& by_receipt) {
  std::int64_t wake = INT64_MIN;
  for (const std::size_t i : by_receipt) {
    Part& part = out.parts[i];
    if (part.waited > out.thresholds.monitor.ns) wake = part.at;
    part.unread = part.waited > 0 && part.at - part.waited < wake;
  }
}

// Heartbeats that came well after a higher number. Where they do so as independent delays let them,
// nothing holds heartbeats up together; what is let go together may come in any order.
double clear_overtakings(const Prepared& p, const std::vector<std::size_t>& by_receipt) {
  double count = 0;
  std::size_t highest = by_receipt.front();
  for (const std::size_t i : by_receipt) {
    if (i > highest) highest = i;  // parts stand in order of places
    if (p.parts[i].at - p.parts[highest].at > p.interval.ns / 4) ++count;
  }
  return count;
}

// Marks what was held up on the way: late by more than the threshold, and let go together with its
// successors.
void find_held(Prepared& out, const std::vector<std::size_t>& by_receipt) {
  out.held_for.assign(out.parts.size(), 0);
  const std::vector<std::int64_t> ways = sorted_parts(out, &Part::way);
  const double expected = expected_overtakings(ways, out.interval);
  if (expected >= 5 && clear_overtakings(out, by_receipt) > expected / 10) return;
  const std::int64_t typical = ways[ways.size() / 2];
  const auto reached = [&](std::size_t i) { return out.parts[i].at - out.parts[i].waited; };
  for (std::size_t k = 0; k + 1 < by_receipt.size(); ++k) {
    const std::size_t i = by_receipt[k];
    if (out.parts[i].held || out.parts[i].way - typical <= out.thresholds.way.ns) continue;
    const std::int64_t release = reached(i);
    if (reached(by_receipt[k + 1]) - release > out.interval.ns / 4) continue;
    std::int64_t longest = 0;
    std::size_t first = i;
    for (std::size_t m = k; m < by_receipt.size(); ++m) {
      const std::size_t j = by_receipt[m];
      if (reached(j) - release >= out.interval.ns) break;
      const std::int64_t left = reached(j) - out.parts[j].way;
      if (left >= release) continue;
      out.parts[j].held = true;
      if (release - left - typical > longest) {
        longest = release - left - typical;
        first = j;
      }
    }
    out.held_for[first] = longest;
  }
  // If nothing else came, there is nothing that what was held up could be told from.
  if (std::any_of(out.parts.begin(), out.parts.end(), [](const Part& p) { return !p.held; }))
    return;
  for (Part& part : out.parts) part.held = false;
  out.held_for.assign(out.parts.size(), 0);
}

}  // namespace

std::vector<Send> sends_of(const Prepared& p, bool skips) {
  std::vector<Send> sends;
  sends.reserve(p.parts.size());
  for (const Part& part : p.parts)
    sends.push_back({part.slot, part.sent, skips ? part.skipped : 0});
  return sends;
}

double expected_overtakings(const std::vector<std::int64_t>& sorted, Duration interval) {
  // Pr(D > D' + interval) of two independent draws, by merging the delays with themselves.
  double pairs = 0;
  std::size_t below = 0;
  for (const std::int64_t delay : sorted) {
    while (below < sorted.size() && sorted[below] < delay - interval.ns) ++below;
    pairs += static_cast<double>(below);
  }
  return sorted.empty() ? 0 : pairs / static_cast<double>(sorted.size());
}

Prepared prepare(const Record& record, const TraceFitOptions& options) {
  Prepared out;
  out.parts = first_copies(record, out);
  FLATLINE_CHECK(out.parts.size() >= 2, "a record has at least two heartbeats");
  find_interval(record, out);
  const Lateness lateness = fit::lateness(sends_of(out, true), out.interval);
  out.measured_interval_s = lateness.measured_interval_s;
  out.free_running = lateness.free_running;
  find_interval(record, out);
  for (std::size_t i = 0; i < out.parts.size(); ++i) out.parts[i].late = lateness.late_ns[i];
  out.thresholds = {threshold_of(out, &Part::late, options), threshold_of(out, &Part::way, options),
                    threshold_of(out, &Part::waited, options)};
  for (Part& part : out.parts) part.stalled = part.late > out.thresholds.sender.ns;
  const auto [from, to] = std::minmax_element(
      out.parts.begin(), out.parts.end(), [](const Part& a, const Part& b) { return a.at < b.at; });
  out.observed_s = static_cast<double>(to->at - from->at) * 1e-9;
  find_fates(record, out);

  std::vector<std::size_t> by_receipt(out.parts.size());
  for (std::size_t i = 0; i < by_receipt.size(); ++i) by_receipt[i] = i;
  std::stable_sort(by_receipt.begin(), by_receipt.end(),
                   [&](std::size_t a, std::size_t b) { return out.parts[a].at < out.parts[b].at; });
  if (record.has_waited) find_unread(out, by_receipt);
  if (record.has_sent) {
    find_held(out, by_receipt);
  } else {
    out.held_for.assign(out.parts.size(), 0);
  }
  return out;
}

}  // namespace flatline::fit
