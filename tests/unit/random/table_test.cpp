// What a draw makes of a table: order, ends and the documented formula.

#include <algorithm>
#include <bit>
#include <cmath>

#include "flatline/random/distribution.hpp"
#include "flatline/random/stream.hpp"
#include "reference.hpp"

using namespace flatline;
using namespace flatline::random;
using namespace flatline::random::reference;

namespace {

std::vector<Distribution> laws() {
  return {exponential(milliseconds(20)),
          exponential(days(3)),
          normal(milliseconds(10), milliseconds(10)),
          normal({}, hours(1)),
          lognormal(seconds(1), 1.4),
          gamma(milliseconds(5), 0.5),
          weibull(milliseconds(50), 0.7),
          pareto(microseconds(10), 1.2),
          exponential(nanoseconds(1))};
}

}  // namespace

TEST_CASE("samples never fall as the draw rises, over all octaves, ends included") {
  for (const Distribution& d : laws()) {
    const Sampler sampler = compiled(d);
    std::vector<std::uint64_t> draws{0,
                                     1,
                                     255,
                                     256,
                                     257,
                                     ~std::uint64_t{0},
                                     (std::uint64_t{1} << 63) - 1,
                                     std::uint64_t{1} << 63};
    const Stream stream(11, 12);
    for (std::uint64_t i = 0; i < 20'000; ++i) {
      const std::uint64_t w = stream.bits(i) >> (1 + i % 63);
      draws.push_back(w);
      draws.push_back(~w);
      draws.push_back(w + 1);
    }
    std::sort(draws.begin(), draws.end());
    int falls = 0;
    std::int64_t last = sampler.min_ns();
    for (const std::uint64_t draw : draws) {
      falls += sampler(draw) < last ? 1 : 0;
      last = sampler(draw);
    }
    INFO(name(d));
    CHECK(falls == 0);
    CHECK(sampler(0) == sampler.min_ns());
    CHECK(sampler(~std::uint64_t{0}) == sampler.max_ns());
    CHECK(last == sampler.max_ns());
  }
}

TEST_CASE("a sample is the documented formula, also where cells are wider than 2^32 ns") {
  // The contract written once more, in 128 bits, for a law whose far cells are days wide.
  const Sampler sampler = compiled(exponential(days(3)));
  const auto& knots = sampler.table().knots;
  const Stream stream(5, 6);
  bool wide = false;
  for (std::uint64_t i = 0; i < 50'000; ++i) {
    const std::uint64_t draw = stream.bits(2 * i) >> (i % 2 == 0 ? 0 : stream.bits(2 * i + 1) % 64);
    for (const std::uint64_t u : {draw, ~draw}) {
      const bool upper = u >> 63 != 0;
      const std::uint64_t w = upper ? ~u : u;
      const std::int64_t* half = knots.data() + (upper ? Table::kKnots : 0);
      std::int64_t expected = half[0];
      if (w >= 256) {
        const int lead = 63 - std::countl_zero(w);
        const auto rest = static_cast<unsigned __int128>(w - (std::uint64_t{1} << lead))
                          << (64 - lead);
        const auto sub = static_cast<std::size_t>(rest >> 58);
        const auto fraction = static_cast<std::int64_t>((rest >> 26) & 0xffffffffu);
        const std::int64_t* k = half + static_cast<std::size_t>(lead - 8) * 64 + sub;
        wide = wide || k[1] - k[0] > std::int64_t{1} << 32 || k[0] - k[1] > std::int64_t{1} << 32;
        expected =
            k[0] + static_cast<std::int64_t>((static_cast<__int128>(k[1] - k[0]) * fraction) >> 32);
      }
      REQUIRE(sampler(u) == expected);
    }
  }
  CHECK(wide);
}

TEST_CASE(
    "a gamma shape too small or too large to be inverted in time is refused, one just within is "
    "not") {
  for (const double shape : {0.0009, 10001.0, 1e12, 1e300}) {
    const auto result = compile(gamma(milliseconds(1), shape));
    REQUIRE(!result.ok());
    CHECK(result.problems().at(0).message == "the shape of the gamma law is out of range");
  }
  CHECK(compile(gamma(milliseconds(1), 0.001)).ok());
  CHECK(compile(gamma(milliseconds(1), 10000)).ok());
}
