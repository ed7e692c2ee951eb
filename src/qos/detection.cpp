#include "qos/detection.hpp"

#include <algorithm>

namespace flatline::qos {
namespace {

DetectionPoints moved(DetectionPoints points, std::int64_t shift) {
  for (DetectionHistogram::Point& point : points) point.edge += shift;
  return points;
}

// The weight below `x`; `above` is the first point beyond it.
Wide below_at(const DetectionPoints& points, std::size_t above, std::int64_t x) {
  if (above == 0) return 0;
  if (above == points.size()) return points.back().below;
  const auto &a = points[above - 1], &b = points[above];
  const double share = static_cast<double>(x - a.edge) / static_cast<double>(b.edge - a.edge);
  return a.below + static_cast<Wide>(static_cast<double>(b.below - a.below) * share);
}

// The sum of two distributions, at the edges of both.
DetectionPoints sum_of(const DetectionPoints& x, const DetectionPoints& y) {
  if (x.empty()) return y;
  if (y.empty()) return x;
  DetectionPoints out;
  out.reserve(x.size() + y.size());
  std::size_t i = 0, j = 0;
  while (i < x.size() || j < y.size()) {
    const std::int64_t edge =
        j == y.size() || (i < x.size() && x[i].edge <= y[j].edge) ? x[i].edge : y[j].edge;
    while (i < x.size() && x[i].edge <= edge) ++i;
    while (j < y.size() && y[j].edge <= edge) ++j;
    out.push_back({edge, below_at(x, i, edge) + below_at(y, j, edge)});
  }
  return out;
}

}  // namespace

DetectionTimes::DetectionTimes(const Tally& tally) : tally_(&tally) {
  curves_.reserve(tally.curves.size());
  for (const CurveRows& curve : tally.curves) {
    // Places point into the vector: it must not grow.
    curves_.emplace_back().reserve(curve.rows.size());
    curve.sloped ? gather_sloped(curve) : gather(curve);
  }
}

void DetectionTimes::gather(const CurveRows& curve) {
  std::vector<Gathered>& all = curves_.back();
  std::int64_t from = 0;  // shift of the row gathered last
  for (std::size_t k = 0; k < curve.rows.size(); ++k) {
    const RowTally& row = tally_->rows[curve.rows[k]];
    if (!row.upwards.empty()) {
      const Place below{curve.shift[k] - from, 0, all.empty() ? nullptr : &all.back()};
      Gathered next;
      DetectionHistogram everything;
      next.detection.max_ns = row.upwards_max_ns;
      for (const CurveBatch& batch : row.upwards) {
        next.span.push_back(batch.span_ns);
        next.detection.twice.push_back(batch.detection_twice);
        next.detection.points.push_back(batch.detection.cumulative());
        everything.merge(batch.detection);
      }
      next.detection.all = everything.cumulative();
      if (below.gathered != nullptr) {
        add(next.detection, below);
        for (std::size_t b = 0; b < next.span.size(); ++b) next.span[b] += below.gathered->span[b];
      }
      all.push_back(std::move(next));
      from = curve.shift[k];
    }
    if (!all.empty()) places_[curve.rows[k]] = {curve.shift[k] - from, 0, &all.back()};
  }
}

void DetectionTimes::gather_sloped(const CurveRows& curve) {
  std::vector<Gathered>& all = curves_.back();
  for (std::size_t k = 0; k < curve.rows.size(); ++k) {
    const RowTally& row = tally_->rows[curve.rows[k]];
    if (!row.upwards.empty()) {
      Gathered next;
      if (all.empty()) {
        const std::vector<Wide> none(row.upwards.size());
        next.span = next.slope = next.fraction = none;
        next.detection.twice = next.detection.unbooked = none;
      } else {
        next = all.back();
      }
      for (std::size_t b = 0; b < row.upwards.size(); ++b) {
        const CurveBatch& batch = row.upwards[b];
        next.span[b] += batch.span_ns;
        next.slope[b] += batch.slope_sum;
        next.fraction[b] += batch.fraction_sum;
        next.detection.twice[b] += batch.detection_twice;
        next.detection.unbooked[b] += batch.span_ns - batch.sampled_ns;
      }
      all.push_back(std::move(next));
    }
    if (!all.empty()) places_[curve.rows[k]] = {curve.shift[k], curve.factor[k], &all.back()};
  }
}

// Deadlines are rounded up to a whole nanosecond, these sums are not.
void DetectionTimes::add(RowDetection& row, const Place& place) {
  const Gathered& gathered = *place.gathered;
  const RowDetection& below = gathered.detection;
  for (std::size_t b = 0; b < below.twice.size(); ++b) {
    Wide later = place.shift * gathered.span[b];
    if (!gathered.slope.empty()) {
      // In two halves of the sum: their products fit.
      constexpr Wide kLow = (Wide{1} << 32) - 1;
      const Wide sum = gathered.slope[b];
      later += ((sum >> 32) * place.factor + (((sum & kLow) * place.factor) >> 32) +
                gathered.fraction[b]) >>
               16;
    }
    row.twice[b] += below.twice[b] + 2 * later;
    if (!below.unbooked.empty()) row.unbooked[b] += below.unbooked[b];
    if (!below.points.empty())
      row.points[b] = sum_of(row.points[b], moved(below.points[b], place.shift));
  }
  row.all = sum_of(row.all, moved(below.all, place.shift));
  if (below.max_ns > 0) row.max_ns = std::max(row.max_ns, below.max_ns + place.shift);
}

RowDetection DetectionTimes::of(std::size_t index) const {
  const RowTally& row = tally_->rows[index];
  RowDetection out;
  DetectionHistogram everything;
  for (const RowBatch& batch : row.batches) {
    out.twice.push_back(batch.detection_twice);
    out.unbooked.push_back(0);
    out.points.push_back(batch.detection.cumulative());
    everything.merge(batch.detection);
  }
  out.all = everything.cumulative();
  out.max_ns = row.detection_max_ns;
  const auto place = places_.find(index);
  if (place != places_.end()) add(out, place->second);
  return out;
}

}  // namespace flatline::qos
