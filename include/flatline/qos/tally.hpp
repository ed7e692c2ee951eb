#pragma once
// What a run adds up, per detector row and time batch, in integers only: merging is addition, so it
// is associative and commutative, and neither threads nor shards nor their order can change a
// result.

#include <array>
#include <cstdint>
#include <vector>

#include "flatline/base/time.hpp"
#include "flatline/qos/histogram.hpp"

namespace flatline::qos {

/// Why a mistake happened, found from the ground truth: what touched the heartbeats that the
/// monitor missed when it began to suspect. `delay` is what remains, `combination` where more than
/// one of the others did.
enum class Cause : std::uint8_t {
  partition,
  sender_stall,
  monitor_stall,
  host_stall,
  overload,
  clock,
  loss,
  delay,
  combination
};
inline constexpr std::size_t kCauses = 9;

/// Equal time batches of the measured time, over all replications: at least kBatches in all.
class BatchPlan {
 public:
  static constexpr std::uint32_t kBatches = 20;

  BatchPlan(Duration duration, std::uint32_t replications);

  [[nodiscard]] std::size_t size() const { return std::size_t{per_replication_} * replications_; }
  [[nodiscard]] Duration duration() const { return duration_; }
  /// The batch of measured instant `t_ns` of a replication. REQUIRES: 0 <= t_ns < duration.
  [[nodiscard]] std::size_t index(std::uint32_t replication, std::int64_t t_ns) const {
    return std::size_t{replication} * per_replication_ + static_cast<std::size_t>(t_ns / length_);
  }
  /// The beginning of the batch that holds `t_ns`, within the replication.
  [[nodiscard]] std::int64_t begin_of(std::int64_t t_ns) const { return t_ns / length_ * length_; }
  /// The end of the batch that holds `t_ns`, within the replication.
  [[nodiscard]] std::int64_t end_of(std::int64_t t_ns) const {
    const std::int64_t end = (t_ns / length_ + 1) * length_;
    return end < duration_.ns ? end : duration_.ns;
  }

  /// Calls add(batch, nanoseconds) for each batch that the measured part of [from, to) lies in.
  template <typename Add>
  void split(std::uint32_t replication, SimInstant from, SimInstant to, Add&& add) const {
    std::int64_t a = from.ns < 0 ? 0 : from.ns;
    const std::int64_t b = to.ns < duration_.ns ? to.ns : duration_.ns;
    while (a < b) {
      const std::int64_t batch_end = end_of(a);
      const std::int64_t end = b < batch_end ? b : batch_end;
      add(index(replication, a), end - a);
      a = end;
    }
  }

 private:
  Duration duration_;
  std::uint32_t replications_;
  std::uint32_t per_replication_;
  std::int64_t length_;
};

/// One detector row (a setting and a state) in one batch.
struct RowBatch {
  // Mistakes: trust -> suspect while monitored and monitor are up, counted where they begin.
  std::int64_t mistakes = 0;
  std::int64_t ended = 0;  ///< Of these, ended by trust (not cut by a crash or the end).
  Wide ended_ns = 0;       ///< Their durations.
  Wide suspected_ns = 0;   ///< Suspected while both are up, standing suspicions included.
  Wide unknown_ns = 0;     ///< No output yet while both are up.
  // Crash experiments: every moment between two sends as the moment of a crash.
  Wide never_ns = 0;             ///< Crash instants never detected: the row has no deadline.
  Wide already_ns = 0;           ///< Crash instants at which it was already suspected for good.
  Wide detection_twice = 0;      ///< Twice the integral of T_D over the crash instants, ns^2.
  DetectionHistogram detection;  ///< T_D > 0.
  // Scheduled and random crashes.
  std::int64_t crashes_detected = 0;
  Wide crash_detection_ns = 0;
  std::int64_t missed = 0;    ///< Recovered before the final suspicion.
  std::int64_t censored = 0;  ///< The run (or the monitor) ended first.
  // Gray failures: the service was dead and the heartbeats went on.
  std::int64_t gray_detected = 0;  ///< Suspected when it ended.
  Wide gray_detection_ns = 0;
  std::int64_t gray_missed = 0;  ///< Ended, and was not suspected: never detected.

  void merge(const RowBatch& other);
};

/// Where a batch counts failures of one kind.
struct FailureCounts {
  std::int64_t RowBatch::*detected;
  Wide RowBatch::*detection_ns;
  std::int64_t RowBatch::*missed;
};
inline constexpr FailureCounts kCrashCounts{&RowBatch::crashes_detected,
                                            &RowBatch::crash_detection_ns, &RowBatch::missed};
inline constexpr FailureCounts kGrayCounts{&RowBatch::gray_detected, &RowBatch::gray_detection_ns,
                                           &RowBatch::gray_missed};

/// Crash experiments that count for a row and for every row above it on its curve: all trusted, and
/// were due at base + shift + factor * slope after the span [a, b).
struct CurveBatch {
  Wide span_ns = 0;  ///< Crash instants.
  /// Twice the integral of T_D over the crash instants, ns^2: for this row, if the curve has no
  /// slope; else for shift 0 and factor 0.
  Wide detection_twice = 0;
  DetectionHistogram detection;  ///< For this row. Empty if the curve has a slope; then
                                 ///< every k-th experiment is booked row by row instead.
  Wide slope_sum = 0;            ///< Sum of (b - a) * slope, 2^-16 ns^2.
  Wide fraction_sum = 0;         ///< Of (b - a) * fraction of the base, 2^-16 ns^2.
  Wide sampled_ns = 0;           ///< k times the crash instants booked row by row.

  void merge(const CurveBatch& other);
};

struct RowTally {
  std::vector<RowBatch> batches;
  std::int64_t detection_max_ns = 0;
  std::vector<CurveBatch> upwards;  ///< Per batch; empty if there is nothing.
  std::int64_t upwards_max_ns = 0;
  std::array<std::int64_t, kCauses> causes{};
};

/// What all rows of a run share, per batch.
struct CommonBatch {
  Wide both_up_ns = 0;          ///< Monitored and monitor up, over all pairs.
  Wide span_ns = 0;             ///< Crash instants of the crash experiments.
  std::int64_t heartbeats = 0;  ///< Sent, over all pairs.
  std::int64_t delivered = 0;   ///< Of these, not lost or cut.
};

/// Rows whose deadlines lie on one line as long as all of them trust.
struct CurveRows {
  std::vector<std::uint32_t> rows;   ///< By ascending deadline.
  std::vector<std::int64_t> shift;   ///< ns.
  bool sloped = false;               ///< All shifts are then equal.
  std::vector<std::int64_t> factor;  ///< 2^-32; empty if there is no slope.
  bool operator==(const CurveRows&) const = default;
};

struct Tally {
  Tally() = default;
  Tally(std::size_t rows, std::size_t batches, std::size_t nodes);

  std::vector<RowTally> rows;
  std::vector<CommonBatch> common;
  std::vector<CurveRows> curves;  ///< A tally without any takes those of the first it merges.
  std::vector<std::int64_t> node_messages;  ///< Sent and received per node.
  std::int64_t messages = 0;                ///< Sent.
  Wide bytes = 0;                           ///< Payload and headers.

  /// REQUIRES: the same shape.
  void merge(const Tally& other);
};

}  // namespace flatline::qos
