#include "detect/gap_window.hpp"

#include <cmath>
#include <deque>

#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

namespace {

__extension__ using Unsigned = unsigned __int128;

/// n * sum x^2 - (sum x)^2, from the gaps themselves.
Unsigned naive_spread(const std::deque<std::int64_t>& gaps) {
  Unsigned sum = 0;
  Unsigned squares = 0;
  for (const std::int64_t gap : gaps) {
    sum += static_cast<Unsigned>(gap);
    squares += static_cast<Unsigned>(gap) * static_cast<Unsigned>(gap);
  }
  return squares * gaps.size() - sum * sum;
}

Wide naive_mean(const std::deque<std::int64_t>& gaps) {
  Wide sum = 0;
  for (const std::int64_t gap : gaps) sum += gap;
  return (sum << kTimeBits) / static_cast<std::int64_t>(gaps.size());
}

double spread_of(const GapWindow& gaps) {
  return scaled_spread(gaps.sums(), gaps.count(), gaps.mean());
}

/// Runs `beats` gaps base + [0, spread) through a window and compares every state with the naive
/// sums.
void compare(std::int64_t base, std::int64_t spread, std::int64_t window, int beats) {
  CAPTURE(base, spread, window);
  kit::Random random(static_cast<std::uint64_t>(base + spread + window));
  GapWindow gaps(window, std::nullopt);
  std::deque<std::int64_t> naive;
  std::int64_t now = -5;
  gaps.beat(LocalInstant{now});
  CHECK(!gaps.ready());
  for (int i = 0; i < beats; ++i) {
    const std::int64_t gap = base + random.below(spread);
    now += gap;
    gaps.beat(LocalInstant{now});
    naive.push_back(gap);
    if (static_cast<std::int64_t>(naive.size()) > window) naive.pop_front();
    REQUIRE(gaps.count() == static_cast<std::int64_t>(naive.size()));
    if (!gaps.ready()) continue;
    REQUIRE(gaps.mean().fixed() == naive_mean(naive));
    const auto expected = static_cast<double>(naive_spread(naive));
    // Exact but for the one rounding to double, unless the integer has no room to be multiplied by
    // n.
    if (expected < 0x1p106) {
      REQUIRE(spread_of(gaps) == expected);
    } else {
      REQUIRE(std::abs(spread_of(gaps) / expected - 1) < 1e-15);
    }
  }
}

}  // namespace

TEST_CASE("The spread of gaps is exact for quiet, ordinary and huge gaps") {
  for (const std::int64_t window : {1, 2, 7, 16, 1000}) {
    compare(1'000'000'000, 1, window, 50);                // no deviation at all
    compare(1'000'000'000, 2, window, 3000);              // one nanosecond
    compare(0, 2, window, 3000);                          // bursts of duplicates
    compare(900'000'000, 200'000'000, window, 3000);      // ordinary jitter
    compare(1'000, std::int64_t{1} << 44, window, 3000);  // hours
    compare(0, std::int64_t{1} << 55, window, 16);        // a year
  }
}

TEST_CASE("A year of quiet seconds keeps a deviation of one nanosecond exact") {
  // Squares of 1e9 summed over 1e6 gaps: a sum in doubles would have lost the nanosecond.
  const std::int64_t window = 1'000'000;
  GapWindow gaps(window, std::nullopt);
  std::int64_t now = 0;
  for (std::int64_t i = 0; i <= window + 10; ++i) {
    gaps.beat(LocalInstant{now});
    now += 1'000'000'000 + i % 2;
  }
  const double n = static_cast<double>(window);
  CHECK(gaps.full());
  CHECK(std::sqrt(spread_of(gaps)) / n == 0.5);
}

TEST_CASE("The first estimate gives two samples that leave the window like others") {
  GapWindow gaps(3, seconds(4));
  gaps.beat(LocalInstant{100});
  REQUIRE(gaps.ready());
  CHECK(gaps.mean().fixed() == fixed_time(seconds(4)));
  // Samples 3 s and 5 s: n^2 * variance = 4 * 1 s^2.
  CHECK(spread_of(gaps) == 4e18);
  for (int i = 1; i <= 3; ++i) gaps.beat(LocalInstant{100} + seconds(i));
  CHECK(gaps.mean().fixed() == fixed_time(seconds(1)));
  CHECK(spread_of(gaps) == 0);
}

TEST_CASE("A window of a million samples is not paid for before it is used") {
  SampleRing ring(1'000'000);
  for (int i = 0; i < 100; ++i) ring.push(i);
  CHECK(ring.size() == 100);
  CHECK(!ring.full());
}
