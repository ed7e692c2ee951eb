#pragma once
// The detection times of a row, put together from what was booked for it alone and what was booked
// for rows below it on its curve.

#include <cstdint>
#include <map>
#include <vector>

#include "flatline/qos/tally.hpp"

namespace flatline::qos {

using DetectionPoints = std::vector<DetectionHistogram::Point>;

/// One row's detection times, per batch and over all.
struct RowDetection {
  std::vector<Wide> twice;     ///< Per batch: twice the integral of T_D, ns^2.
  std::vector<Wide> unbooked;  ///< Per batch: crash instants that `points` hold too few of (those
                               ///< of sampled experiments count more than once), maybe negative.
  std::vector<DetectionPoints> points;
  DetectionPoints all;
  std::int64_t max_ns = 0;
};

/// Puts together the rows of one tally. What is booked upwards on a curve is gathered once, as sums
/// up to each row that has any. Where several distributions meet, each is exact at its own bin
/// edges and linear between them.
class DetectionTimes {
 public:
  /// REQUIRES: `tally` outlives this.
  explicit DetectionTimes(const Tally& tally);
  [[nodiscard]] RowDetection of(std::size_t row) const;

 private:
  // Everything booked upwards at or below a row of a curve, as that row sees it, or as shift 0 and
  // factor 0 would on a curve with a slope.
  struct Gathered {
    std::vector<Wide> span, slope, fraction;
    RowDetection detection;
  };
  struct Place {
    std::int64_t shift = 0;  // against the gathered row, or 0
    std::int64_t factor = 0;
    const Gathered* gathered = nullptr;
  };

  void gather(const CurveRows& curve);
  void gather_sloped(const CurveRows& curve);
  static void add(RowDetection& row, const Place& place);

  const Tally* tally_;
  std::vector<std::vector<Gathered>> curves_;
  std::map<std::size_t, Place> places_;  // by row
};

}  // namespace flatline::qos
