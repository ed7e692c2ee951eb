#pragma once
// Standard errors from the time batches of a tally, by the textbook, independent of the room that
// is tested.

#include <cmath>
#include <vector>

#include "flatline/qos/tally.hpp"

namespace flatline::test {

/// A ratio of sums over batches and its standard error (ratio estimator).
struct Ratio {
  double value = 0;
  double error = 0;
};

/// part(b) / whole(b) over the batches of a tally; both are called with a batch number.
template <typename Part, typename Whole>
Ratio batch_ratio(const qos::Tally& tally, Part&& part, Whole&& whole) {
  const std::size_t n = tally.common.size();
  double parts = 0, wholes = 0;
  for (std::size_t b = 0; b < n; ++b) {
    parts += part(b);
    wholes += whole(b);
  }
  const double ratio = parts / wholes;
  double squares = 0;
  for (std::size_t b = 0; b < n; ++b) squares += std::pow(part(b) - ratio * whole(b), 2);
  const double count = static_cast<double>(n);
  return {ratio, std::sqrt(squares * count / (count - 1)) / wholes};
}

/// What one row of a tally says, in seconds. Detection times are those of crashes that are
/// detected.
struct RowErrors {
  double mistakes = 0;
  Ratio rate, duration, inaccuracy, detection, crash_detection;
};

inline RowErrors errors_of(const qos::Tally& tally, std::size_t row) {
  const std::vector<qos::RowBatch>& rows = tally.rows[row].batches;
  const auto seconds = [](qos::Wide ns) { return static_cast<double>(ns) * 1e-9; };
  const auto up = [&](std::size_t b) {
    return seconds(tally.common[b].both_up_ns - rows[b].unknown_ns);
  };
  RowErrors out;
  for (const qos::RowBatch& batch : rows) out.mistakes += static_cast<double>(batch.mistakes);
  const auto mistakes = [&](std::size_t b) { return static_cast<double>(rows[b].mistakes); };
  const auto ended = [&](std::size_t b) { return static_cast<double>(rows[b].ended); };
  const auto crashes = [&](std::size_t b) { return static_cast<double>(rows[b].crashes_detected); };
  out.rate = batch_ratio(tally, mistakes, up);
  out.duration = batch_ratio(
      tally, [&](std::size_t b) { return seconds(rows[b].ended_ns); }, ended);
  out.inaccuracy = batch_ratio(
      tally, [&](std::size_t b) { return seconds(rows[b].suspected_ns); }, up);
  out.detection = batch_ratio(
      tally, [&](std::size_t b) { return static_cast<double>(rows[b].detection_twice) * 0.5e-9; },
      [&](std::size_t b) {
        return static_cast<double>(tally.common[b].span_ns - rows[b].never_ns);
      });
  out.crash_detection = batch_ratio(
      tally, [&](std::size_t b) { return seconds(rows[b].crash_detection_ns); }, crashes);
  return out;
}

}  // namespace flatline::test
