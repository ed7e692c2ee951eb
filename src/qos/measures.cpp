#include "flatline/qos/measures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "qos/detection.hpp"

namespace flatline::qos {
namespace {

constexpr double kNs = 1e-9;
constexpr double kLinkBitsPerSecond = 1e9;  // link_share is of a 1 Gbit/s link

constexpr std::array kMeasures{
    MeasureInfo{"detection_time_mean_s", false,
                "mean T_D over the crash instants that are detected"},
    MeasureInfo{"detection_time_p50_s", false, "median T_D"},
    MeasureInfo{"detection_time_p90_s", false, "T_D that 90 % of crashes stay within"},
    MeasureInfo{"detection_time_p99_s", false, "T_D that 99 % of crashes stay within"},
    MeasureInfo{"detection_time_p999_s", false, "T_D that 99.9 % of crashes stay within"},
    MeasureInfo{"detection_time_max_s", false, "largest T_D seen"},
    MeasureInfo{"already_suspected", false,
                "share of crashes at which the node was suspected for good"},
    MeasureInfo{
        "never_detected", false,
        "share of crashes that are never detected (no deadline yet); infinite in quantiles"},
    MeasureInfo{"mistakes", true, "S-transitions while monitored and monitor are up"},
    MeasureInfo{"mistake_rate_per_hour", false, "lambda_M per monitored pair"},
    MeasureInfo{"mistakes_per_heartbeat", false, "mistakes per heartbeat sent"},
    MeasureInfo{"mistake_recurrence_mean_s", false, "E(T_MR), 1 / lambda_M"},
    MeasureInfo{"mistake_duration_mean_s", false, "E(T_M) of the mistakes that ended"},
    MeasureInfo{"query_accuracy", false, "P_A, share of up time not suspected"},
    MeasureInfo{"good_period_mean_s", false, "E(T_G), trusted time per mistake"},
    MeasureInfo{"missed", true, "crashes whose node recovered before it was finally suspected"},
    MeasureInfo{"censored", true, "crashes still undetected when the run or the monitor ended"},
    MeasureInfo{"crash_detection_time_mean_s", false,
                "mean T_D of the crashes in the fault timeline"},
    MeasureInfo{"heartbeats", true, "heartbeats sent, over all pairs"},
    MeasureInfo{"delivered_ratio", false, "share of heartbeats neither lost nor cut"},
    MeasureInfo{"messages_per_s", false, "messages sent in the cluster"},
    MeasureInfo{"messages_per_s_busiest", false, "sent and received by the busiest node"},
    MeasureInfo{"bytes_per_s", false, "payload and 66 header bytes per message, in the cluster"},
    MeasureInfo{"link_share", false, "of a 1 Gbit/s link, taken by the busiest node's messages"},
    MeasureInfo{"gray_detected", true, "gray failures that were suspected when they ended"},
    MeasureInfo{"gray_missed", true,
                "gray failures that were never detected: nobody suspected at "
                "their end"},
    MeasureInfo{"gray_detection_time_mean_s", false, "mean T_D of the gray failures detected"},
    // In the order of qos::Cause.
    MeasureInfo{"mistakes_by_partition", true, "mistakes after a message that a partition cut"},
    MeasureInfo{"mistakes_by_sender_stall", true,
                "mistakes after a heartbeat that a stall of the sender held up"},
    MeasureInfo{"mistakes_by_monitor_stall", true,
                "mistakes while a heartbeat lay in the socket of a stalled monitor"},
    MeasureInfo{"mistakes_by_host_stall", true,
                "the same, for stalls that strike a whole host, rack or zone"},
    MeasureInfo{"mistakes_by_overload", true, "mistakes while sender or monitor was overloaded"},
    MeasureInfo{"mistakes_by_clock", true, "mistakes after the monitor's wall clock was set"},
    MeasureInfo{"mistakes_by_loss", true, "mistakes after a lost message"},
    MeasureInfo{"mistakes_by_delay", true, "mistakes for which delay alone is to blame"},
    MeasureInfo{"mistakes_by_combination", true,
                "mistakes that more than one of these had a part in"},
};

using Values = std::vector<double>;

double number(Wide wide) {
  return static_cast<double>(wide);
}

template <typename Batch, typename Get>
Values per_batch(const std::vector<Batch>& batches, Get&& get) {
  Values values;
  values.reserve(batches.size());
  for (const Batch& batch : batches) values.push_back(number(get(batch)));
  return values;
}

Estimate count(std::int64_t n) {
  return {static_cast<double>(n), std::nullopt, std::nullopt};
}
Estimate exact(double value) {
  return {value, std::nullopt, std::nullopt};
}

// Detection times over all batches and in each, as cumulative shares of crash instants.
class Detection {
 public:
  Detection(const RowTally& row, RowDetection times, const std::vector<CommonBatch>& common) {
    for (std::size_t b = 0; b < common.size(); ++b) {
      const RowBatch& batch = row.batches[b];
      const Wide booked = common[b].span_ns - times.unbooked[b];
      total_ += booked;
      already_ += batch.already_ns;
      never_ += batch.never_ns;
      Part part;
      part.points = std::move(times.points[b]);
      part.already = batch.already_ns;
      part.total = number(booked);
      parts_.push_back(std::move(part));
    }
    points_ = std::move(times.all);
  }

  [[nodiscard]] Wide total() const { return total_; }
  [[nodiscard]] Wide already() const { return already_; }
  [[nodiscard]] Wide never() const { return never_; }
  [[nodiscard]] const std::vector<DetectionHistogram::Point>& points() const { return points_; }

  // The detection time in seconds that a share q of the crashes stay within: exact at bin edges,
  // linear in between.
  [[nodiscard]] double quantile(double q) const {
    const double target = q * number(total_) - number(already_);
    if (target <= 0) return 0;
    if (points_.empty() || target > number(points_.back().below)) {
      return never_ > 0 ? std::numeric_limits<double>::infinity() : last_edge();
    }
    const auto above = std::lower_bound(
        points_.begin(), points_.end(), target,
        [](const DetectionHistogram::Point& p, double t) { return number(p.below) < t; });
    const auto below = above - 1;  // the first point has nothing below it, so it is not `above`
    const double share = (target - number(below->below)) / number(above->below - below->below);
    return kNs * (number(below->edge) + share * number(above->edge - below->edge));
  }

  // The quantile with the interval that the batches' own shares at that point imply.
  [[nodiscard]] Estimate quantile_estimate(double q) const {
    if (total_ == 0) return {};
    Estimate out;
    out.mean = quantile(q);
    Values within, all;
    for (const Part& part : parts_) {
      within.push_back(std::min(part.total, part.share_within(*out.mean)));
      all.push_back(part.total);
    }
    const Estimate share = ratio(within, all, {0.0, 1.0});
    if (!share.lo || !share.hi) return out;
    // The share at the quantile is q by construction; what the batches tell is how far it strays.
    const double reach = std::max(0.0, (*share.hi - *share.lo) / 2);
    out.lo = quantile(std::max(0.0, q - reach));
    out.hi = quantile(std::min(1.0, q + reach));
    return out;
  }

 private:
  struct Part {
    std::vector<DetectionHistogram::Point> points;
    Wide already = 0;
    double total = 0;

    [[nodiscard]] double share_within(double seconds) const {
      const double ns = seconds / kNs;
      if (points.empty() || ns < number(points.front().edge)) return number(already);
      const auto above = std::upper_bound(
          points.begin(), points.end(), ns,
          [](double t, const DetectionHistogram::Point& p) { return t < number(p.edge); });
      if (above == points.end()) return number(already + points.back().below);
      const auto below = above - 1;
      const double share = (ns - number(below->edge)) / number(above->edge - below->edge);
      return number(already + below->below) + share * number(above->below - below->below);
    }
  };

  [[nodiscard]] double last_edge() const {
    return points_.empty() ? 0 : kNs * number(points_.back().edge);
  }

  std::vector<DetectionHistogram::Point> points_;
  std::vector<Part> parts_;
  Wide total_ = 0, already_ = 0, never_ = 0;
};

// A mean of things that are all alike in every batch is known exactly.
Estimate mean_of(const Values& sums, const Values& counts) {
  Estimate out = ratio(sums, counts, {0.0, std::nullopt});
  if (out.mean && !out.hi) {
    bool equal = true;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const double expected = *out.mean * counts[i];
      if (std::abs(sums[i] - expected) > 1e-12 * std::abs(expected)) equal = false;
    }
    std::size_t batches = 0;
    for (const double c : counts) batches += c > 0 ? 1 : 0;
    if (equal && batches > 1) out.lo = out.hi = out.mean;
  }
  return out;
}

void add_detection(std::vector<Estimate>& out, const RowTally& row, const Tally& tally,
                   RowDetection times) {
  Values twice;
  for (const Wide sum : times.twice) twice.push_back(number(sum));
  const std::int64_t longest = times.max_ns;
  const Detection detection(row, std::move(times), tally.common);
  const auto spans = per_batch(tally.common, [](const CommonBatch& b) { return b.span_ns; });
  const auto never = per_batch(row.batches, [](const RowBatch& b) { return b.never_ns; });
  Values integrals, detected;
  for (std::size_t b = 0; b < spans.size(); ++b) {
    integrals.push_back(twice[b] * 0.5 * kNs);
    detected.push_back(spans[b] - never[b]);
  }
  out.push_back(mean_of(integrals, detected));
  for (const double q : {0.5, 0.9, 0.99, 0.999}) out.push_back(detection.quantile_estimate(q));
  if (detection.never() > 0) {
    out.push_back(exact(std::numeric_limits<double>::infinity()));
  } else {
    out.push_back(detection.total() > 0 ? exact(kNs * number(longest)) : Estimate{});
  }
  out.push_back(
      share(per_batch(row.batches, [](const RowBatch& b) { return b.already_ns; }), spans));
  out.push_back(share(never, spans));
}

Estimate per_hour(const Estimate& per_second) {
  const auto scale = [](std::optional<double> x) { return x ? std::optional(*x * 3600) : x; };
  return {scale(per_second.mean), scale(per_second.lo), scale(per_second.hi)};
}

void add_mistakes(std::vector<Estimate>& out, const RowTally& row, const Tally& tally) {
  std::vector<std::int64_t> mistakes;
  Values watched, watched_ns, trusted, suspected_ns, heartbeats;
  std::int64_t total = 0;
  for (std::size_t b = 0; b < row.batches.size(); ++b) {
    const RowBatch& batch = row.batches[b];
    const Wide known = tally.common[b].both_up_ns - batch.unknown_ns;
    mistakes.push_back(batch.mistakes);
    total += batch.mistakes;
    watched.push_back(number(known) * kNs);
    watched_ns.push_back(number(known));
    suspected_ns.push_back(number(batch.suspected_ns));
    trusted.push_back(number(known - batch.suspected_ns) * kNs);
    heartbeats.push_back(number(tally.common[b].heartbeats));
  }
  const Estimate rate = rate_of_events(mistakes, watched);
  out.push_back(count(total));
  out.push_back(per_hour(rate));
  out.push_back(rate_of_events(mistakes, heartbeats));
  out.push_back(reciprocal(rate));
  Values ended_s;
  for (const double ns : per_batch(row.batches, [](const RowBatch& b) { return b.ended_ns; })) {
    ended_s.push_back(ns * kNs);
  }
  out.push_back(
      mean_of(ended_s, per_batch(row.batches, [](const RowBatch& b) { return b.ended; })));
  out.push_back(complement(share(suspected_ns, watched_ns)));
  out.push_back(reciprocal(rate_of_events(mistakes, trusted)));
}

std::int64_t sum(const RowTally& row, std::int64_t RowBatch::*member) {
  std::int64_t all = 0;
  for (const RowBatch& batch : row.batches) all += batch.*member;
  return all;
}

Estimate mean_detection(const RowTally& row, const FailureCounts& failures) {
  Values seconds, detected;
  for (const RowBatch& batch : row.batches) {
    seconds.push_back(number(batch.*failures.detection_ns) * kNs);
    detected.push_back(number(batch.*failures.detected));
  }
  return mean_of(seconds, detected);
}

void add_crashes(std::vector<Estimate>& out, const RowTally& row) {
  out.push_back(count(sum(row, &RowBatch::missed)));
  out.push_back(count(sum(row, &RowBatch::censored)));
  out.push_back(mean_detection(row, kCrashCounts));
}

void add_gray(std::vector<Estimate>& out, const RowTally& row) {
  out.push_back(count(sum(row, &RowBatch::gray_detected)));
  out.push_back(count(sum(row, &RowBatch::gray_missed)));
  out.push_back(mean_detection(row, kGrayCounts));
}

void add_load(std::vector<Estimate>& out, const Tally& tally, double seconds) {
  std::int64_t heartbeats = 0;
  Values delivered, sent;
  for (const CommonBatch& batch : tally.common) {
    heartbeats += batch.heartbeats;
    delivered.push_back(number(batch.delivered));
    sent.push_back(number(batch.heartbeats));
  }
  const std::int64_t busiest =
      tally.node_messages.empty()
          ? 0
          : *std::max_element(tally.node_messages.begin(), tally.node_messages.end());
  out.push_back(count(heartbeats));
  out.push_back(ratio(delivered, sent, {0.0, 1.0}));
  if (tally.messages == 0) {  // a replayed trace says nothing of the load
    out.resize(out.size() + 4);
    return;
  }
  out.push_back(exact(number(tally.messages) / seconds));
  out.push_back(exact(number(busiest) / seconds));
  out.push_back(exact(number(tally.bytes) / seconds));
  const double bytes_each = number(tally.bytes) / number(tally.messages);
  out.push_back(exact(number(busiest) / seconds * bytes_each * 8 / kLinkBitsPerSecond));
}

}  // namespace

std::span<const MeasureInfo> measures() {
  return kMeasures;
}

Measurer::Measurer(const Tally& tally)
    : tally_(&tally), times_(std::make_unique<DetectionTimes>(tally)) {}
Measurer::~Measurer() = default;

std::vector<Estimate> Measurer::measure(std::size_t row_index, Duration duration,
                                        std::uint32_t replications) const {
  const Tally& tally = *tally_;
  const RowTally& row = tally.rows[row_index];
  std::vector<Estimate> out;
  out.reserve(kMeasures.size());
  add_detection(out, row, tally, times_->of(row_index));
  add_mistakes(out, row, tally);
  add_crashes(out, row);
  add_load(out, tally, duration.seconds() * replications);
  add_gray(out, row);
  for (const std::int64_t n : row.causes) out.push_back(count(n));
  return out;
}

std::vector<DetectionPoint> Measurer::distribution(std::size_t row, std::size_t points) const {
  const Detection detection(tally_->rows[row], times_->of(row), tally_->common);
  std::vector<DetectionPoint> out;
  if (detection.total() == 0) return out;
  if (detection.already() > 0) out.push_back({0, detection.already(), detection.total()});
  // A point wherever the share has moved by one part in `points`, with the point before a step:
  // thinned by weight, so that a steep curve keeps its shape.
  const auto& all = detection.points();
  const Wide part = detection.total() / static_cast<Wide>(std::max<std::size_t>(1, points));
  std::size_t kept = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool end = i == 0 || i + 1 == all.size();
    if (!end && all[i].below - all[kept].below < part) continue;
    if (i > kept + 1) {
      out.push_back({all[i - 1].edge, detection.already() + all[i - 1].below, detection.total()});
    }
    kept = i;
    if (!out.empty() && out.back().detection_time_ns == all[i].edge) continue;
    out.push_back({all[i].edge, detection.already() + all[i].below, detection.total()});
  }
  return out;
}

std::vector<Estimate> measure(const Tally& tally, std::size_t row, Duration duration,
                              std::uint32_t replications) {
  return Measurer(tally).measure(row, duration, replications);
}

std::vector<DetectionPoint> detection_distribution(const Tally& tally, std::size_t row,
                                                   std::size_t points) {
  return Measurer(tally).distribution(row, points);
}

}  // namespace flatline::qos
