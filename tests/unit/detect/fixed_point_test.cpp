#include "detect/fixed_point.hpp"

#include <cmath>
#include <deque>
#include <utility>
#include <vector>

#include "flatline/detect/phi.hpp"
#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

TEST_CASE("z(threshold) freezes to the integers that 50-digit arithmetic gives") {
  // The machine must not matter: equality, not a tolerance.
  const std::vector<std::pair<double, std::int64_t>> frozen{
      {0.001, -12171060019}, {0.5, 2054169180},    {1, 5504222062},      {2, 9991588038},
      {3, 13272446692},      {4, 15973054178},     {5, 18317566481},     {6, 20415801950},
      {8, 24103361809},      {10, 27321751135},    {12, 30212877974},    {16, 35313574223},
      {100, 91368787317},    {1000, 291137302774}, {10000, 921559540927}};
  for (const auto& [phi, factor] : frozen) {
    CAPTURE(phi);
    CHECK(fixed_factor(normal_phi_inverse(phi)) == factor);
  }
}

TEST_CASE("A product is rounded up to the next whole nanosecond, of either sign") {
  const Wide one = Wide{1} << (kTimeBits + kFactorBits);
  CHECK(first_instant_after(LocalInstant{10}, 0).ns == 10);
  CHECK(first_instant_after(LocalInstant{10}, 1).ns == 11);
  CHECK(first_instant_after(LocalInstant{10}, one).ns == 11);
  CHECK(first_instant_after(LocalInstant{10}, one + 1).ns == 12);
  CHECK(first_instant_after(LocalInstant{10}, -1).ns == 10);
  CHECK(first_instant_after(LocalInstant{10}, -one).ns == 9);
  CHECK(first_instant_after(LocalInstant{10}, one << 70) == LocalInstant::never());
  CHECK(first_instant_after(LocalInstant{10}, -(one << 70)) == LocalInstant::before_all());
}

TEST_CASE("Spans of any length become fixed point without loss above 2^-16 ns") {
  CHECK(fixed_time(seconds(1)) == Wide{1'000'000'000} * 65536);
  CHECK(fixed_time(1.5) == 98304);
  CHECK(fixed_time(0x1p-17) == 0);
  CHECK(fixed_time(0x1p46) == Wide{1} << 62);
  CHECK(fixed_time(0x1p60) == Wide{1} << 76);
}

TEST_CASE("phi deadlines keep to the stated error bound") {
  // |deadline - exact| < 1 ns + sigma 2^-33 + (1 + |z|) 2^-16 ns + 2^-52 |z| sigma. The formula in
  // long double needs 64 bits of mantissa to be the better one; elsewhere 1e-3 ns of slack covers
  // it.
  const double threshold = 8;
  const auto z = static_cast<long double>(normal_phi_inverse(threshold));
  kit::Random random(21);
  for (const std::int64_t jitter : {2LL, 1000LL, 200'000'000LL, 3'000'000'000LL}) {
    CAPTURE(jitter);
    const auto normal =
        kit::family_of("phi_normal", {{{"threshold", 8.0}, {"window", std::int64_t{50}}}});
    const auto exponential =
        kit::family_of("phi_exponential", {{{"threshold", 8.0}, {"window", std::int64_t{50}}}});
    std::deque<std::int64_t> gaps;
    std::int64_t now = 0;
    for (int i = 0; i < 500; ++i) {
      for (Family* family : {normal.get(), exponential.get()})
        family->observe(LocalInstant{now}, {});
      if (gaps.size() >= 2) {
        const auto n = static_cast<long double>(gaps.size());
        long double mean = 0;
        for (const std::int64_t gap : gaps) mean += gap / n;
        long double variance = 0;
        for (const std::int64_t gap : gaps) variance += (gap - mean) * (gap - mean) / n;
        const long double sigma = std::sqrt(variance);
        const long double off = kit::deadlines_of(*normal)[0].ns - now - (mean + z * sigma);
        const long double fixed = sigma * 0x1p-33L + (1 + z) * 0x1p-16L + 0x1p-52L * z * sigma;
        REQUIRE(off > -fixed - 1e-3L);
        REQUIRE(off < 1 + fixed + 1e-3L);
        const long double factor = threshold * std::log(10.0L);
        const long double late = kit::deadlines_of(*exponential)[0].ns - now - factor * mean;
        const long double bound = mean * 0x1p-33L + factor * 0x1p-16L + 0x1p-52L * factor * mean;
        REQUIRE(late > -bound - 1e-3L);
        REQUIRE(late < 1 + bound + 1e-3L);
      }
      const std::int64_t gap = 1'000'000'000 + random.below(jitter);
      now += gap;
      gaps.push_back(gap);
      if (gaps.size() > 50) gaps.pop_front();
    }
  }
}
