// Pauses of a log as stalls of a scenario: planted laws come back, and what is not as the model
// assumes is seen.

#include "flatline/fit/pauses.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "unit/fit/law_traces.hpp"

using namespace flatline;
using namespace flatline::fit;
using random::Family;

namespace {

constexpr int kPauses = 2000;

// Pauses of a lognormal law, exponential gaps of 1 s between them.
trace::PauseLog planted(std::uint64_t seed) {
  const auto lengths = traces::compiled(traces::law(Family::lognormal, milliseconds(10), 0.8, {}));
  const auto gaps = traces::compiled(traces::law(Family::exponential, seconds(1), 0, {}));
  const random::Stream length_bits = random::StreamFactory(20260701, seed).stream("length");
  const random::Stream gap_bits = random::StreamFactory(20260701, seed).stream("gap");
  trace::PauseLog log;
  std::int64_t at = 0;
  for (std::uint64_t i = 0; i < kPauses; ++i) {
    const std::int64_t length = lengths(length_bits.bits(i));
    log.pauses.push_back({at, length});
    log.watched = Duration{at + length};
    at += length + gaps(gap_bits.bits(i));
  }
  return log;
}

bool holds(const PauseFit& fit, const std::string& name) {
  const auto found = std::find_if(fit.features.begin(), fit.features.end(),
                                  [&](const Feature& f) { return f.name == name; });
  REQUIRE(found != fit.features.end());
  return found->holds;
}

// In an interval three times as wide, which one of 95 % misses once in 10^8.
bool near(const Parameter& p, double value) {
  const double reach = p.hi - p.lo;
  return p.lo - reach < value && value < p.hi + reach;
}

}  // namespace

TEST_CASE("pauses: a planted law and rate come back, and every assumption holds") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const PauseFit fit = fit_pauses(planted(seed), LawChoice::automatic);
    REQUIRE(fit.stalls.seen == kPauses);
    REQUIRE_FALSE(fit.families.empty());
    CHECK(fit.families.front().law.family == Family::lognormal);
    CHECK(near(fit.families.front().parameters[0], 0.010));
    CHECK(near(fit.families.front().parameters[1], 0.8));
    CHECK(near(fit.stalls.between, 1));
    CHECK_FALSE(fit.stalls.recorded);
    CHECK(fit.farthest_tail == Approx(1.0 / (100 * kPauses)));
    for (const Feature& feature : fit.features) {
      CAPTURE(feature.name);
      // A test that holds is rejected once in 100; none is in these three.
      CHECK(feature.holds);
    }
  }
}

TEST_CASE("pauses: two kinds of them are no law, and their recorded lengths are drawn") {
  trace::PauseLog log = planted(1);
  for (std::size_t i = 0; i < log.pauses.size(); i += 20) log.pauses[i].length_ns = 600'000'000;
  const PauseFit fit = fit_pauses(log, LawChoice::automatic);
  CHECK_FALSE(holds(fit, "pauses: lengths"));
  CHECK(fit.stalls.recorded);
  CHECK(fit.stalls.lengths_ns.size() == kPauses);
  CHECK(std::is_sorted(fit.stalls.lengths_ns.begin(), fit.stalls.lengths_ns.end()));
  CHECK_FALSE(fit_pauses(log, LawChoice::family).stalls.recorded);
}

TEST_CASE("pauses: busy times, regular gaps and long ones in a row are seen") {
  trace::PauseLog log = planted(1);
  // The same pauses, all of the second half ten times as far apart.
  trace::PauseLog busy = log;
  const std::int64_t half = busy.pauses[kPauses / 2].at_ns;
  for (trace::Pause& p : busy.pauses) {
    if (p.at_ns > half) p.at_ns = half + 10 * (p.at_ns - half);
  }
  busy.watched = Duration{half + 10 * (busy.watched.ns - half)};
  CHECK_FALSE(holds(fit_pauses(busy, LawChoice::automatic), "pauses: come at random"));

  trace::PauseLog regular = log;
  for (std::size_t i = 0; i < regular.pauses.size(); ++i)
    regular.pauses[i].at_ns = static_cast<std::int64_t>(i) * 1'000'000'000 +
                              static_cast<std::int64_t>(i * 7919 % 100) * 1'000'000;
  CHECK_FALSE(holds(fit_pauses(regular, LawChoice::automatic), "pauses: gaps are exponential"));

  trace::PauseLog together = log;
  for (std::size_t i = 0; i < together.pauses.size(); ++i)
    together.pauses[i].length_ns += i / 50 % 2 == 0 ? 0 : 8'000'000;
  CHECK_FALSE(holds(fit_pauses(together, LawChoice::automatic),
                    "pauses: successive lengths are independent"));
}

TEST_CASE("pauses: a few are drawn as recorded, at the rate of the gaps between them") {
  trace::PauseLog log;
  log.pauses = {{0, 100'000'000}, {1'100'000'000, 300'000'000}, {3'400'000'000, 200'000'000}};
  log.watched = milliseconds(3600);
  const PauseFit fit = fit_pauses(log, LawChoice::automatic);
  CHECK(fit.stalls.recorded);
  CHECK_FALSE(fit.stalls.length);
  // Two gaps of 1 s and 2 s lie between three pauses.
  CHECK(fit.stalls.between.value == Approx(1.5));
  CHECK(fit.stalled_share == Approx(0.6 / 3.6));
  log.ends_at_pauses = false;
  log.watched = seconds(6);
  CHECK(fit_pauses(log, LawChoice::automatic).stalls.between.value == Approx(5.4 / 3));
}
