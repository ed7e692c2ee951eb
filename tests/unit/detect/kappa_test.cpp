#include <cmath>

#include "detect/kappa_sum.hpp"
#include "exact.hpp"
#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;
using exact::Real;

namespace {

/// Sum over j >= 1 of N(u - j, deviation r), in 50 digits: terms until they are below 1e-40.
Real kappa_exact(const Real& u, const Real& r) {
  Real sum = 0;
  for (int j = 1;; ++j) {
    const Real z = (u - j) / r;
    sum += z > 0 ? Real(1 - exact::normal_tail(z)) : exact::normal_tail(-z);
    if (z < -14) return sum;
  }
}

std::unique_ptr<Family> steady(const kit::Named& named, int beats) {
  auto family = kit::family_of("kappa", {named});
  for (int i = 0; i < beats; ++i) {
    const kit::Arrival arrival = kit::beat(seconds(i).ns, i);
    family->observe(arrival.at, arrival.observation);
  }
  return family;
}

}  // namespace

TEST_CASE("kappa_sum is the sum of the normal law to 1e-14") {
  // Absolute where the level is below 1, else relative: the level is a count.
  for (const double r : {0.01, 0.05, 0.2, 0.7, 3.0, 31.0, 32.0}) {
    for (const double u : {0.0, 0.3, 0.999, 1.0, 1.5, 2.25, 7.9, 30.0}) {
      CAPTURE(r, u);
      const KappaSum sum = kappa_sum(u, 1, r);
      const Real expected = kappa_exact(u, r);
      const double scale = std::max(1.0, static_cast<double>(expected));
      CHECK(std::abs(static_cast<double>(Real(sum.level) - expected)) <= 1e-14 * scale);
    }
  }
}

TEST_CASE("kappa_sum's slope is that of its level") {
  for (const double r : {0.1, 0.5, 2.0, 40.0}) {
    for (const double u : {0.5, 1.1, 3.4}) {
      CAPTURE(r, u);
      // A centred difference of step 1e-5: its error is of order 1e-10 / r^3.
      const double rise = kappa_sum(u + 1e-5, 1, r).level - kappa_sum(u - 1e-5, 1, r).level;
      CHECK(std::abs(kappa_sum(u, 1, r).slope - rise / 2e-5) < 1e-6);
    }
  }
}

TEST_CASE("kappa_sum never falls, and reaches a whole number half-way between expected beats") {
  for (const double r : {0.01, 0.04, 0.09, 0.5, 31.0, 33.0}) {
    double before = 0;
    for (int i = 0; i < 40000; ++i) {
      const double level = kappa_sum(i * 1e-4, 1, r).level;
      REQUIRE(level >= before);
      before = level;
    }
  }
  // Symmetry: what the due ones lack is what the others have too early, but for those before the
  // first, which are not there.
  for (const double r : {0.005, 0.02, 0.05, 0.1}) {
    CAPTURE(r);
    CHECK(kappa_sum(1.5 - 1e-9, 1, r).level < 1);
    CHECK(kappa_sum(1.5 + 1e-9, 1, r).level >= 1);
  }
}

TEST_CASE("kappa with steps counts the heartbeats that are due") {
  const auto family = steady({{"threshold", 2.5},
                              {"contribution", Value(std::string("step"))},
                              {"offset", milliseconds(200)}},
                             5);
  const LocalInstant last{seconds(4).ns};
  CHECK(family->suspicion(0, last + milliseconds(1199)) == 0);
  CHECK(family->suspicion(0, last + milliseconds(1200)) == 1);
  CHECK(family->suspicion(0, last + milliseconds(3199)) == 2);
  CHECK(family->suspicion(0, last + milliseconds(3200)) == 3);
  CHECK(kit::deadlines_of(*family)[0] == last + milliseconds(3200));
}

TEST_CASE("kappa's deadline is the crossing of the closed form in 50 digits") {
  // Gaps of 1 s exactly and a floor for the deviation: T_last + j * 1 s + offset, deviation s.
  struct Case {
    double threshold;
    int deviation_ms;
    int offset_ms;
  };
  for (const Case& c :
       {Case{0.5, 100, 0}, Case{0.001, 100, 0}, Case{1.2, 300, 50}, Case{2.5, 1000, 0},
        Case{3, 200, 0}, Case{12.25, 5000, 700}, Case{1, 50, 0}, Case{20.5, 33000, 0}}) {
    CAPTURE(c.threshold, c.deviation_ms, c.offset_ms);
    const auto family = steady({{"threshold", c.threshold},
                                {"min_deviation", milliseconds(c.deviation_ms)},
                                {"offset", milliseconds(c.offset_ms)}},
                               6);
    const Real r = Real(c.deviation_ms) / 1000;
    const auto level_at = [&](const Real& ns) {
      return kappa_exact((ns - 5'000'000'000 - c.offset_ms * 1'000'000) / 1'000'000'000, r);
    };
    // The first whole nanosecond at or after the crossing; 0.01 ns for the level in doubles, which
    // is good to about 1e-15 over a slope of 1e-11 per nanosecond, and on whose side of 1 and 3 it
    // is sure.
    const std::int64_t deadline = kit::deadlines_of(*family)[0].ns;
    CHECK(level_at(deadline + Real("0.01")) >= c.threshold);
    CHECK(level_at(deadline - Real("1.01")) < c.threshold);
  }
}

TEST_CASE("kappa's deadline is the first nanosecond that its level reaches") {
  kit::Random random(41);
  for (const double threshold : {0.7, 1.0, 3.0, 5.5}) {
    const auto family =
        kit::family_of("kappa", {{{"threshold", threshold}, {"window", std::int64_t{20}}}});
    for (const int jitter_ms : {1, 30, 400, 3000}) {
      std::int64_t now = seconds(jitter_ms).ns * 100;
      for (int i = 0; i < 60; ++i) {
        CAPTURE(threshold, jitter_ms, i);
        now += 1'000'000'000 + random.below(jitter_ms * std::int64_t{1'000'000});
        family->observe(LocalInstant{now}, {});
        const LocalInstant deadline = kit::deadlines_of(*family)[0];
        if (deadline == LocalInstant::never() || deadline.ns <= now) continue;
        REQUIRE(family->suspicion(0, deadline) >= threshold);
        REQUIRE(family->suspicion(0, deadline - nanoseconds(1)) < threshold);
      }
    }
  }
}

TEST_CASE("kappa with nothing but duplicates suspects at once") {
  const auto family = kit::family_of("kappa", {{{"threshold", 8.0}}});
  for (int i = 0; i < 3; ++i) family->observe(LocalInstant{100}, {});
  CHECK(kit::deadlines_of(*family)[0] == LocalInstant{100});
  CHECK(std::isinf(family->suspicion(0, LocalInstant{100})));
}

TEST_CASE("kappa judges gaps of nanoseconds, however long the silence") {
  CHECK(kappa_sum(0x1p60, 1, 1).level == 0x1p60);
  CHECK(kappa_sum(0x1p60, 1, 0.001).level == 0x1p60);
  for (const double threshold : {0.3, 1.4, 2.0, 30.0}) {
    const auto family =
        kit::family_of("kappa", {{{"threshold", threshold}, {"window", std::int64_t{5}}}});
    kit::Random random(7);
    std::int64_t now = 0;
    for (int i = 0; i < 300; ++i) {
      now += random.below(3) == 0 ? random.below(40) : random.below(2);
      const kit::Arrival arrival = kit::beat(now, i);
      family->observe(arrival.at, arrival.observation);
      const LocalInstant deadline = family->deadline(0);
      if (deadline == LocalInstant::never()) continue;
      CAPTURE(threshold, i, now, deadline.ns);
      REQUIRE(family->suspicion(0, deadline) >= threshold);
      if (deadline > arrival.at)
        REQUIRE(family->suspicion(0, deadline - nanoseconds(1)) < threshold);
      REQUIRE(family->suspicion(0, arrival.at + Duration{std::int64_t{1} << 60}) >= threshold);
    }
  }
}
