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
  for (const CurveRows& curve : tally.curves) gather(curve);
}

void DetectionTimes::gather(const CurveRows& curve) {
  std::vector<Gathered>& all = curves_.emplace_back();
  // Places point into the vector: it must not grow.
  all.reserve(curve.rows.size());
  const std::size_t batches = tally_->common.size();
  std::int64_t from = 0;  // shift of the row gathered last
  for (std::size_t k = 0; k < curve.rows.size(); ++k) {
    const RowTally& row = tally_->rows[curve.rows[k]];
    if (!row.upwards.empty()) {
      const std::int64_t shift = curve.shift[k] - from;
      Gathered next;
      DetectionHistogram everything;
      next.detection.max_ns = row.upwards_max_ns;
      for (std::size_t b = 0; b < batches; ++b) {
        const CurveBatch& batch = row.upwards[b];
        next.span.push_back(batch.span_ns);
        next.detection.twice.push_back(batch.detection_twice);
        next.detection.points.push_back(batch.detection.cumulative());
        everything.merge(batch.detection);
      }
      next.detection.all = everything.cumulative();
      if (!all.empty()) {
        add(next.detection, all.back(), shift);
        for (std::size_t b = 0; b < batches; ++b) next.span[b] += all.back().span[b];
      }
      all.push_back(std::move(next));
      from = curve.shift[k];
    }
    if (!all.empty()) places_[curve.rows[k]] = {curve.shift[k] - from, &all.back()};
  }
}

// What was gathered for a row is so much longer for this one.
void DetectionTimes::add(RowDetection& row, const Gathered& gathered, std::int64_t shift) {
  const RowDetection& below = gathered.detection;
  for (std::size_t b = 0; b < row.twice.size(); ++b) {
    row.twice[b] += below.twice[b] + 2 * shift * gathered.span[b];
    row.points[b] = sum_of(row.points[b], moved(below.points[b], shift));
  }
  row.all = sum_of(row.all, moved(below.all, shift));
  row.max_ns = std::max(row.max_ns, below.max_ns + shift);
}

RowDetection DetectionTimes::of(std::size_t index) const {
  const RowTally& row = tally_->rows[index];
  RowDetection out;
  DetectionHistogram everything;
  for (const RowBatch& batch : row.batches) {
    out.twice.push_back(batch.detection_twice);
    out.points.push_back(batch.detection.cumulative());
    everything.merge(batch.detection);
  }
  out.all = everything.cumulative();
  out.max_ns = row.detection_max_ns;
  const auto place = places_.find(index);
  if (place == places_.end()) return out;
  add(out, *place->second.gathered, place->second.shift);
  return out;
}

}  // namespace flatline::qos
