#include "live/log_histogram.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::live;

TEST_CASE("an empty histogram gives zeros") {
  const LogHistogram histogram;
  CHECK(histogram.count() == 0);
  CHECK(histogram.quantile(0.5).ns == 0);
  CHECK(histogram.min().ns == 0);
  CHECK(histogram.max().ns == 0);
}

TEST_CASE("small values are kept exactly") {
  LogHistogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.add({i});
  CHECK(histogram.quantile(0.5).ns == 50);
  CHECK(histogram.quantile(0.99).ns == 99);
  CHECK(histogram.quantile(0).ns == 1);
  CHECK(histogram.quantile(1).ns == 100);
}

TEST_CASE("a quantile is never below the exact one and at most 1/64 above") {
  LogHistogram histogram;
  std::vector<std::int64_t> values;
  std::uint64_t state = 1;  // Knuth's MMIX generator: any spread of values will do
  for (int i = 0; i < 20000; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const auto value = static_cast<std::int64_t>((state >> 20) >> (state >> 59));
    values.push_back(value);
    histogram.add({value});
  }
  std::sort(values.begin(), values.end());
  for (const double q : {0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(q * 20000));
    const std::int64_t exact = values[rank - 1];
    const std::int64_t given = histogram.quantile(q).ns;
    CHECK(given >= exact);
    CHECK(given <= exact + exact / 64);
  }
  CHECK(histogram.min().ns == values.front());
  CHECK(histogram.max().ns == values.back());
}

TEST_CASE("the longest and negative times have a place") {
  LogHistogram histogram;
  histogram.add({std::numeric_limits<std::int64_t>::max()});
  histogram.add({std::numeric_limits<std::int64_t>::min()});
  CHECK(histogram.count() == 2);
  CHECK(histogram.min().ns == 0);
  CHECK(histogram.quantile(0.5).ns == 0);
  CHECK(histogram.quantile(1).ns == std::numeric_limits<std::int64_t>::max());
}
