#include "flatline/qos/histogram.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "support/catch.hpp"

namespace flatline::qos {
namespace {

using Intervals = std::vector<std::pair<std::int64_t, std::int64_t>>;

/// From below a microsecond to years, short and long.
Intervals some_intervals(std::uint64_t seed, int n) {
  std::mt19937_64 bits(seed);
  Intervals out;
  for (int i = 0; i < n; ++i) {
    const auto low = static_cast<std::int64_t>(bits() >> (4 + bits() % 58));
    const auto length = static_cast<std::int64_t>(bits() >> (4 + bits() % 58));
    out.emplace_back(low, low + length);
  }
  return out;
}

DetectionHistogram histogram_of(const Intervals& intervals) {
  DetectionHistogram out;
  for (const auto& [low, high] : intervals) out.add_interval(low, high);
  return out;
}

/// How much of the intervals lies below x.
Wide below(const Intervals& intervals, std::int64_t x) {
  Wide sum = 0;
  for (const auto& [low, high] : intervals)
    sum += std::max<std::int64_t>(0, std::min(x, high) - low);
  return sum;
}

bool same(const DetectionHistogram& a, const DetectionHistogram& b) {
  const auto x = a.cumulative(), y = b.cumulative();
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const auto& p, const auto& q) {
    return p.edge == q.edge && p.below == q.below;
  });
}

}  // namespace

TEST_CASE("the cumulative distribution is exact at every edge") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Intervals intervals = some_intervals(seed, 50);
    const auto points = histogram_of(intervals).cumulative();
    REQUIRE(points.size() > 2);
    CHECK(points.front().below == 0);
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (i > 0) REQUIRE(points[i].edge > points[i - 1].edge);
      REQUIRE(points[i].below == below(intervals, points[i].edge));
    }
    CHECK(points.back().below == below(intervals, INT64_MAX));
  }
}

TEST_CASE("edges are at most a 64th apart, in proportion") {
  const auto points = histogram_of({{0, std::int64_t{1} << 50}}).cumulative();
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (points[i - 1].edge < 1024) continue;
    REQUIRE((points[i].edge - points[i - 1].edge) * 64 <= points[i - 1].edge);
  }
}

TEST_CASE("merging histograms is adding their intervals, in any order") {
  const Intervals a = some_intervals(1, 30), b = some_intervals(2, 30), c = some_intervals(3, 30);
  Intervals all = a;
  all.insert(all.end(), b.begin(), b.end());
  all.insert(all.end(), c.begin(), c.end());
  DetectionHistogram left = histogram_of(a);
  left.merge(histogram_of(b));
  left.merge(histogram_of(c));
  DetectionHistogram right = histogram_of(b);
  right.merge(histogram_of(c));
  DetectionHistogram back = histogram_of(a);
  back.merge(right);
  CHECK(same(left, back));
  CHECK(same(left, histogram_of(all)));
}

TEST_CASE("a copied histogram is independent of the first") {
  DetectionHistogram first = histogram_of({{5'000, 9'000}});
  const DetectionHistogram copy = first;
  first.add_interval(20'000, 30'000);
  CHECK(same(copy, histogram_of({{5'000, 9'000}})));
  CHECK_FALSE(same(first, copy));
}

TEST_CASE("an empty histogram has no points, and an empty interval adds none") {
  CHECK(DetectionHistogram().cumulative().empty());
  DetectionHistogram out;
  out.add_interval(0, 0);
  out.add_interval(123'456, 123'456);
  CHECK(out.cumulative().empty());
}

}  // namespace flatline::qos
