// What the detectors of the literature do, by hand and against each other.

#include <cmath>
#include <deque>

#include "detect/bertier.hpp"
#include "exact.hpp"
#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

namespace {

constexpr std::int64_t kMs = 1'000'000;

LocalInstant at(std::int64_t ms) {
  return LocalInstant{ms * kMs};
}

void beat(Family& family, std::int64_t ms, std::int64_t seq, std::int64_t sent_ms = 0) {
  const kit::Arrival arrival = kit::beat(ms * kMs, seq, sent_ms * kMs);
  family.observe(arrival.at, arrival.observation);
}

LocalInstant deadline_of(const Family& family) {
  return kit::deadlines_of(family).at(0);
}

const Value kWindow4 = std::int64_t{4};

}  // namespace

TEST_CASE("nfd_u is nfd_s with the expected delay added to its shift") {
  // As the paper's analysis has it: the quality of NFD-S with delta = E(D) + alpha.
  const auto nfd_u = kit::family_of(
      "nfd_u", {{{"expected_delay", milliseconds(130)}, {"safety_margin", milliseconds(270)}}});
  const auto nfd_s = kit::family_of("nfd_s", {{{"shift", milliseconds(400)}}});
  CHECK(deadline_of(*nfd_u) == LocalInstant::before_all());
  for (const kit::Arrival& arrival : kit::rough_traffic(31, 200)) {
    nfd_u->observe(arrival.at, arrival.observation);
    nfd_s->observe(arrival.at, arrival.observation);
    REQUIRE(deadline_of(*nfd_u) == deadline_of(*nfd_s));
  }
}

TEST_CASE("two_window suspects at the later of nfd_e's two instants") {
  const auto nfd_e = [](std::int64_t window) {
    return kit::family_of("nfd_e",
                          {{{"safety_margin", milliseconds(50)}, {"window", Value(window)}}});
  };
  const auto both = kit::family_of("two_window", {{{"safety_margin", milliseconds(50)},
                                                   {"short_window", std::int64_t{2}},
                                                   {"long_window", std::int64_t{30}}}});
  const auto quick = nfd_e(2);
  const auto slow = nfd_e(30);
  int quick_decides = 0;
  int slow_decides = 0;
  for (const kit::Arrival& arrival : kit::rough_traffic(32, 400)) {
    for (Family* family : {both.get(), quick.get(), slow.get()}) {
      family->observe(arrival.at, arrival.observation);
    }
    REQUIRE(deadline_of(*both) == std::max(deadline_of(*quick), deadline_of(*slow)));
    quick_decides += deadline_of(*quick) > deadline_of(*slow) ? 1 : 0;
    slow_decides += deadline_of(*quick) < deadline_of(*slow) ? 1 : 0;
  }
  CHECK(quick_decides > 20);
  CHECK(slow_decides > 20);
}

TEST_CASE("bertier's margin is 0 where arrivals do not vary, or the least margin if there is one") {
  const auto bare = kit::family_of("bertier", {kit::Named{}});
  const auto floored = kit::family_of("bertier", {{{"min_margin", milliseconds(100)}}});
  for (int i = 0; i < 50; ++i) {
    beat(*bare, 1000 * i + 20, i);
    beat(*floored, 1000 * i + 20, i);
    CHECK(deadline_of(*bare) == at(1000 * i + 1020));
    CHECK(deadline_of(*floored) == at(1000 * i + 1120));
  }
}

TEST_CASE("bertier learns from new heartbeats only, but expects by all") {
  BertierEstimator estimator(seconds(1), 4, fixed_factor(0.5));
  const auto learn = [&](std::int64_t ms, std::int64_t seq) {
    const kit::Arrival arrival = kit::beat(ms * kMs, seq);
    estimator.beat(arrival.at, arrival.observation);
  };
  learn(1000, 1);
  learn(2100, 2);  // 100 ms late: both averages 50 ms
  CHECK(estimator.view().delay == fixed_time(milliseconds(50)));
  CHECK(estimator.view().variation == fixed_time(milliseconds(50)));
  CHECK(estimator.view().expected == at(3050));
  learn(2500, 2);  // twice
  learn(2600, 0);  // overtaken
  CHECK(estimator.view().delay == fixed_time(milliseconds(50)));
  CHECK(estimator.view().expected == at(3050));
  // Offsets 0, 100, 500, 2600: expected at 3800, 800 ms early; delay 50 - 850 / 2, variation
  // 50 + 800 / 2.
  learn(3000, 3);
  CHECK(estimator.view().delay == fixed_time(milliseconds(-375)));
  CHECK(estimator.view().variation == fixed_time(milliseconds(450)));
  CHECK(estimator.view().expected == at(4800));  // offsets 100, 500, 2600, 0
}

TEST_CASE("bertier follows the formula in 50 digits") {
  // Rounded up by less than 1 ns. The expected arrival is cut and the averages are rounded at 2^-16
  // ns, the gain at 2^-33 (of errors up to 2.5 s: 0.3 ns with the weights): 0.5 ns covers both.
  const auto bertier = kit::family_of("bertier", {{{"window", std::int64_t{8}}}});
  using exact::Real;
  std::deque<Real> offsets;
  Real delay = 0;
  Real variation = 0;
  std::int64_t newest = -1;
  Real deadline = 0;
  const auto mean = [&] {
    Real sum = 0;
    for (const Real& offset : offsets) sum += offset;
    return Real(sum / offsets.size());
  };
  for (const kit::Arrival& arrival : kit::rough_traffic(34, 300)) {
    const std::int64_t seq = arrival.observation.seq.value;
    const Real scheduled = Real(seq) * 1'000'000'000;
    if (seq > newest && !offsets.empty()) {
      const Real error = arrival.at.ns - (mean() + scheduled) - delay;
      delay += error / 10;
      variation += (abs(error) - variation) / 10;
    }
    offsets.push_back(arrival.at.ns - scheduled);
    if (offsets.size() > 8) offsets.pop_front();
    if (seq > newest) {
      newest = seq;
      deadline = mean() + scheduled + 1'000'000'000 + delay + 4 * variation;
    }
    bertier->observe(arrival.at, arrival.observation);
    const Real off = deadline_of(*bertier).ns - deadline;
    REQUIRE(off > -0.5);
    REQUIRE(off < 1.5);
  }
}

TEST_CASE("ed with E_d is phi_exponential with -log10(1 - E_d)") {
  for (const double chance : {1e-6, 0.3, 0.95, 0.9999999}) {
    CAPTURE(chance);
    const auto ed = kit::family_of("ed", {{{"threshold", chance}, {"window", kWindow4}}});
    const auto phi = kit::family_of(
        "phi_exponential",
        {{{"threshold", -std::log1p(-chance) / std::log(10.0)}, {"window", kWindow4}}});
    for (const kit::Arrival& arrival : kit::rough_traffic(35, 60)) {
      ed->observe(arrival.at, arrival.observation);
      phi->observe(arrival.at, arrival.observation);
      // The two factors may differ by one unit of 2^-32: below 1 ns for means below 4 s.
      REQUIRE(std::abs(deadline_of(*ed).ns - deadline_of(*phi).ns) <= 1);
    }
  }
}

TEST_CASE("ed acts where 1 - e^(-t / mean) reaches its threshold") {
  const auto ed = kit::family_of("ed", {{{"threshold", 0.95}}});
  for (int i = 0; i < 5; ++i) beat(*ed, 1000 * i, i);
  // 4 s + ln 20 = 2.995732273553991 s
  CHECK(deadline_of(*ed).ns == 6'995'732'274);
  CHECK(std::abs(ed->suspicion(0, at(5000)) - (1 - std::exp(-1.0))) < 1e-15);
}

TEST_CASE("satzger_histogram suspects at an order statistic of the gaps") {
  const std::vector<double> thresholds{0.01, 0.07, 0.28, 0.5, 0.55, 0.9, 0.999, 1};
  for (const std::size_t window : {1u, 2u, 7u, 100u}) {
    std::vector<kit::Named> settings;
    for (const double threshold : thresholds) {
      settings.push_back({{"threshold", threshold}, {"window", static_cast<std::int64_t>(window)}});
    }
    const auto satzger = kit::family_of("satzger_histogram", settings);
    std::deque<std::int64_t> gaps;
    LocalInstant last = LocalInstant::never();
    for (const kit::Arrival& arrival : kit::rough_traffic(36, 300)) {
      if (last != LocalInstant::never()) gaps.push_back((arrival.at - last).ns);
      if (gaps.size() > window) gaps.pop_front();
      last = arrival.at;
      satzger->observe(arrival.at, arrival.observation);
      const auto deadlines = kit::deadlines_of(*satzger);
      std::vector<std::int64_t> sorted(gaps.begin(), gaps.end());
      std::sort(sorted.begin(), sorted.end());
      for (std::size_t i = 0; i < thresholds.size(); ++i) {
        if (gaps.size() < std::min<std::size_t>(2, window)) {
          REQUIRE(deadlines[i] == LocalInstant::never());
          continue;
        }
        // ceil(U n), where 0.07 * 100 is 7 and 0.28 * 100 is 28 whatever a double makes of them.
        const auto n = static_cast<double>(gaps.size());
        const auto rank = static_cast<std::size_t>(std::ceil(thresholds[i] * n - 1e-9));
        REQUIRE(deadlines[i] == last + Duration{sorted[rank - 1]});
      }
    }
  }
}

TEST_CASE("satzger_histogram's level is the share of gaps outlasted, the silence scaled") {
  const auto plain =
      kit::family_of("satzger_histogram", {{{"threshold", 0.75}, {"window", kWindow4}}});
  const auto patient = kit::family_of(
      "satzger_histogram", {{{"threshold", 0.75}, {"window", kWindow4}, {"scale", 0.5}}});
  std::int64_t now = 0;
  int seq = 0;
  for (const int gap : {0, 5000, 1000, 2000, 2000, 4000}) {  // the first gap leaves the window
    now += gap;
    beat(*plain, now, seq);
    beat(*patient, now, seq++);
  }
  CHECK(plain->suspicion(0, at(now + 999)) == 0);
  CHECK(plain->suspicion(0, at(now + 1000)) == 0.25);
  CHECK(plain->suspicion(0, at(now + 2000)) == 0.75);
  CHECK(plain->suspicion(0, at(now + 4000)) == 1);
  CHECK(deadline_of(*plain) == at(now + 2000));
  CHECK(patient->suspicion(0, at(now + 1999)) == 0);
  CHECK(patient->suspicion(0, at(now + 2000)) == 0.25);
  CHECK(patient->suspicion(0, at(now + 8000)) == 1);
  CHECK(deadline_of(*patient) == at(now + 4000));
}
