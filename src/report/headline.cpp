#include "headline.hpp"

#include <algorithm>
#include <cmath>

namespace flatline::report {
namespace {

constexpr std::size_t kMostVerdicts = 4;

std::string plural(std::size_t n, const std::string& one) {
  return readable_count(static_cast<double>(n)) + " " + one + (n == 1 ? "" : "s");
}

std::string mistakes_in_words(const Row& row, const TradePoint& p) {
  if (p.none_seen) {
    return "no mistake was seen; the true rate is below " + plain_number(p.drawn_rate) +
           " per hour and pair (95 %), that is less than one every " +
           readable_time(3600 / p.drawn_rate);
  }
  return readable_number(row.of(Measure::mistake_rate)) +
         " mistakes per hour and pair, that is one every " + readable_time(3600 / p.rate.mean);
}

Finding finding_of(const Rows& rows, const TradePoint& p, const std::string& role) {
  const Row& row = rows.rows[p.row];
  std::string setting = knob_text(rows, row);
  if (setting.empty()) setting = full_setting_text(rows, row);
  std::string text = "detects a crash after " + readable_time(p.latency) + " on average";
  const Estimate& p99 = row.of(Measure::detection_p99);
  if (p99.has_mean()) text += " (99 % within " + readable_time(p99.mean) + ")";
  return {role, row.label + (setting.empty() ? "" : ": " + setting),
          text + "; " + mistakes_in_words(row, p) + "."};
}

// The setting between the ends of the front that a reader should look at first.
struct Middle {
  std::size_t at = 0;  ///< Index in the front; 0 if there is none.
  std::string role;
};

// Among the front's points with mistakes, the one that lies furthest below the straight line
// between the first and the last, on logarithmic axes: beyond it each further second buys less. If
// the front bends the other way, the one nearest to the middle of the detection times.
Middle middle_of(const TradeGroup& group) {
  const std::vector<std::size_t>& front = group.front;
  std::size_t seen = 0;
  while (seen < front.size() && !group.points[front[seen]].none_seen) ++seen;
  if (seen < 3) return {};
  const auto x = [&](std::size_t k) { return std::log(group.points[front[k]].latency.mean); };
  const auto y = [&](std::size_t k) { return std::log(group.points[front[k]].rate.mean); };
  const double slope = (y(seen - 1) - y(0)) / (x(seen - 1) - x(0));
  Middle best;
  double depth = 0.25;  // A bend of less than a quarter of a power of e is none.
  for (std::size_t k = 1; k + 1 < seen; ++k) {
    const double below = y(0) + slope * (x(k) - x(0)) - y(k);
    if (below > depth) {
      depth = below;
      best = {k, "Best value in between"};
    }
  }
  if (best.at > 0) return best;
  const double centre = (x(0) + x(seen - 1)) / 2;
  for (std::size_t k = 1; k + 1 < seen; ++k) {
    if (best.at == 0 || std::fabs(x(k) - centre) < std::fabs(x(best.at) - centre))
      best = {k, "In between"};
  }
  return best;
}

std::string whose(const Rows& rows, const TradeGroup& group) {
  std::string out;
  std::string never;
  for (const std::string& label : rows.labels) {
    const auto of_label = [&](const TradePoint& p) { return rows.rows[p.row].label == label; };
    if (std::none_of(group.points.begin(), group.points.end(), of_label)) continue;
    const auto n = std::count_if(group.front.begin(), group.front.end(),
                                 [&](std::size_t i) { return of_label(group.points[i]); });
    if (n == 0) {
      never += (never.empty() ? "" : ", ") + label;
    } else {
      out += (out.empty() ? "" : ", ") + label + " (" + std::to_string(n) + ")";
    }
  }
  return out + (never.empty() ? "" : "; never among them: " + never);
}

ConditionVerdict verdict_of(const Rows& rows, const TradeGroup& group) {
  ConditionVerdict out;
  out.condition = group.condition;
  const std::size_t n = group.front.size();
  if (group.points.size() == 1) {
    out.summary = "One setting was run.";
  } else {
    out.summary =
        "Of " + plural(group.points.size(), "setting") + ", " + std::to_string(n) +
        (n == 1 ? " is" : " are") +
        " beaten by no other one on both detection time and mistakes: " + whose(rows, group) + ".";
  }
  const auto add = [&](std::size_t k, const std::string& role) {
    out.findings.push_back(finding_of(rows, group.points[group.front[k]], role));
  };
  if (n == 1) {
    add(0, group.points.size() == 1 ? "Result" : "Best on both counts");
    return out;
  }
  add(0, "Fastest");
  const Middle middle = middle_of(group);
  if (middle.at > 0) add(middle.at, middle.role);
  add(n - 1, "Fewest mistakes");
  return out;
}

bool overlap(const Estimate& a, const Estimate& b) {
  return a.lo <= b.hi && b.lo <= a.hi;
}

}  // namespace

Headline headline(const Rows& rows, const std::vector<TradeGroup>& groups,
                  const std::string& state) {
  Headline out;
  std::size_t none_seen = 0;
  bool overlapping = false;
  for (const TradeGroup& group : groups) {
    if (out.verdicts.size() < kMostVerdicts && !group.front.empty()) {
      out.verdicts.push_back(verdict_of(rows, group));
    }
    for (const TradePoint& p : group.points) none_seen += p.none_seen ? 1 : 0;
    for (std::size_t k = 1; k < group.front.size(); ++k) {
      overlapping = overlapping || overlap(group.points[group.front[k - 1]].rate,
                                           group.points[group.front[k]].rate);
    }
  }
  if (groups.size() > kMostVerdicts) {
    out.cautions.push_back(plural(groups.size() - kMostVerdicts, "further condition") +
                           " of the world: see the chart and the table.");
  }
  if (none_seen > 0) {
    out.cautions.push_back(plural(none_seen, "setting") +
                           " made no mistake here. That is no proof of none: read the bound. A "
                           "longer time lowers it.");
  }
  if (overlapping) {
    out.cautions.push_back(
        "Neighbours on the line have overlapping intervals: these results do not prove which of "
        "them errs less.");
  }
  double lost = 0;
  for (const Row& row : rows.rows) {
    if (row.state != state) continue;
    const double missed = row.of(Measure::missed).mean;
    const double censored = row.of(Measure::censored).mean;
    if (missed > 0 || censored > 0) lost += 1;
  }
  if (lost > 0) {
    out.cautions.push_back(plural(static_cast<std::size_t>(lost), "setting") +
                           " missed a crash or had not found one at the end: see the table.");
  }
  return out;
}

}  // namespace flatline::report
