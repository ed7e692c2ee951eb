#include "flatline/qos/tally.hpp"

#include <algorithm>

#include "flatline/base/check.hpp"

namespace flatline::qos {

BatchPlan::BatchPlan(Duration duration, std::uint32_t replications)
    : duration_(duration), replications_(replications) {
  FLATLINE_CHECK(duration.ns > 0 && replications > 0, "there is something to measure");
  per_replication_ = (kBatches + replications - 1) / replications;
  // A run shorter than its batches in nanoseconds has one per nanosecond.
  per_replication_ =
      static_cast<std::uint32_t>(std::min<std::int64_t>(per_replication_, duration.ns));
  length_ = (duration.ns + per_replication_ - 1) / per_replication_;
}

void RowBatch::merge(const RowBatch& other) {
  mistakes += other.mistakes;
  ended += other.ended;
  ended_ns += other.ended_ns;
  suspected_ns += other.suspected_ns;
  unknown_ns += other.unknown_ns;
  never_ns += other.never_ns;
  already_ns += other.already_ns;
  detection_twice += other.detection_twice;
  detection.merge(other.detection);
  crashes_detected += other.crashes_detected;
  crash_detection_ns += other.crash_detection_ns;
  missed += other.missed;
  censored += other.censored;
  gray_detected += other.gray_detected;
  gray_detection_ns += other.gray_detection_ns;
  gray_missed += other.gray_missed;
}

void CurveBatch::merge(const CurveBatch& other) {
  span_ns += other.span_ns;
  detection_twice += other.detection_twice;
  detection.merge(other.detection);
  slope_sum += other.slope_sum;
  fraction_sum += other.fraction_sum;
  sampled_ns += other.sampled_ns;
}

Tally::Tally(std::size_t row_count, std::size_t batch_count, std::size_t node_count)
    : rows(row_count), common(batch_count), node_messages(node_count, 0) {
  for (RowTally& row : rows) row.batches.resize(batch_count);
}

void Tally::merge(const Tally& other) {
  FLATLINE_CHECK(rows.size() == other.rows.size() && common.size() == other.common.size() &&
                     node_messages.size() == other.node_messages.size(),
                 "only tallies of one plan can be merged");
  if (curves.empty()) curves = other.curves;
  FLATLINE_CHECK(curves == other.curves, "the curves of a plan are the same in all its parts");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t b = 0; b < rows[i].batches.size(); ++b) {
      rows[i].batches[b].merge(other.rows[i].batches[b]);
    }
    rows[i].detection_max_ns = std::max(rows[i].detection_max_ns, other.rows[i].detection_max_ns);
    const std::vector<CurveBatch>& upwards = other.rows[i].upwards;
    if (!upwards.empty()) rows[i].upwards.resize(upwards.size());
    for (std::size_t b = 0; b < upwards.size(); ++b) rows[i].upwards[b].merge(upwards[b]);
    rows[i].upwards_max_ns = std::max(rows[i].upwards_max_ns, other.rows[i].upwards_max_ns);
    for (std::size_t c = 0; c < kCauses; ++c) rows[i].causes[c] += other.rows[i].causes[c];
  }
  for (std::size_t b = 0; b < common.size(); ++b) {
    common[b].both_up_ns += other.common[b].both_up_ns;
    common[b].span_ns += other.common[b].span_ns;
    common[b].heartbeats += other.common[b].heartbeats;
    common[b].delivered += other.common[b].delivered;
  }
  for (std::size_t i = 0; i < node_messages.size(); ++i) {
    node_messages[i] += other.node_messages[i];
  }
  messages += other.messages;
  bytes += other.bytes;
}

}  // namespace flatline::qos
