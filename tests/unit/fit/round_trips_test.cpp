// Matrices of round trips as one-way delays.

#include "flatline/fit/round_trips.hpp"

#include "support/catch.hpp"
#include "unit/fit/law_traces.hpp"

using namespace flatline;
using namespace flatline::fit;
using trace::RttMatrix;

namespace {

constexpr std::int64_t kNone = RttMatrix::kNotMeasured;

RttMatrix three(std::vector<std::int64_t> ms) {
  RttMatrix out;
  out.nodes = 3;
  for (const std::int64_t value : ms) out.ns.push_back(value > 0 ? value * 1'000'000 : kNone);
  return out;
}

}  // namespace

TEST_CASE("round trips: halves, asymmetry and detours of a matrix that one can check by hand") {
  // From 0 to 2 directly 50, by node 1 only 10 + 30.
  const RoundTripFit fit =
      fit_round_trips(three({0, 10, 50, 10, 0, 30, 50, 20, 0}), LawChoice::automatic);
  CHECK(fit.measured == 6);
  CHECK(fit.missing == 0);
  CHECK(fit.both_ways == 3);
  CHECK(fit.asymmetric == 1);
  CHECK(fit.median_asymmetry == Approx(1.5));
  CHECK(fit.pairs == 3);
  CHECK(fit.detours == 1);
  CHECK(fit.farthest_gain == Approx(50.0 / 40));
  // A pair that is alike both ways counts once.
  CHECK(fit.one_way_ns == std::vector<std::int64_t>{5'000'000, 10'000'000, 15'000'000, 25'000'000});
  CHECK(fit.recorded);
}

TEST_CASE("round trips: what was not measured is left out") {
  RttMatrix matrix = three({0, 10, -1, 0, 0, 30, 50, 20, 0});
  matrix.missing = 1;
  matrix.zeros = 1;
  const RoundTripFit fit = fit_round_trips(matrix, LawChoice::automatic);
  CHECK(fit.measured == 4);
  CHECK(fit.missing == 2);
  CHECK(fit.both_ways == 1);
  CHECK(fit.pairs == 2);
  CHECK_FALSE(fit.features.front().holds);
}

TEST_CASE("round trips: a planted law of distances comes back") {
  constexpr std::int64_t kNodes = 60;
  const auto sampler =
      traces::compiled(traces::law(random::Family::gamma, milliseconds(20), 2, milliseconds(1)));
  const random::Stream bits = random::StreamFactory(20260701, 1).stream("distance");
  RttMatrix matrix;
  matrix.nodes = kNodes;
  matrix.ns.assign(kNodes * kNodes, kNone);
  std::uint64_t drawn = 0;
  for (std::int64_t i = 0; i < kNodes; ++i) {
    for (std::int64_t j = i + 1; j < kNodes; ++j) {
      const std::int64_t rtt = 2 * sampler(bits.bits(drawn++));
      matrix.ns[static_cast<std::size_t>(i * kNodes + j)] = rtt;
      matrix.ns[static_cast<std::size_t>(j * kNodes + i)] = rtt;
    }
  }
  const RoundTripFit fit = fit_round_trips(matrix, LawChoice::automatic);
  CHECK(fit.one_way_ns.size() == kNodes * (kNodes - 1) / 2);
  REQUIRE_FALSE(fit.families.empty());
  const LawFit& best = fit.families.front();
  // 1770 values do not always tell a gamma law from a Weibull law of nearly the same form.
  CHECK((best.law.family == random::Family::gamma || best.law.family == random::Family::weibull));
  CHECK(best.goodness.p_value >= kLeastPValue);
  CHECK_FALSE(fit.recorded);
  CHECK(quantile(best.law, 0.5) == Approx(34.6e6).epsilon(0.06));  // 1 ms + 20 ms * 1.678
}
