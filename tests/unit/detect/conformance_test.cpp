// One suite for every detector. Examples are in kit.hpp.

#include <set>

#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;
using kit::Arrival;
using kit::Example;

namespace {

/// How far a level in doubles may put the crossing from the integer deadline: the deadline is
/// rounded up by less than 1 ns, and z or threshold * ln 10 to 2^-33, which is 0.12 ns per second
/// of deviation or mean.
constexpr std::int64_t kCrossingNs = 3;

constexpr LocalInstant kFar{std::int64_t{1} << 60};

std::unique_ptr<Family> family_of(const Example& example) {
  return kit::family_of(example.name, example.settings);
}

/// The first nanosecond from `from` on at which setting i's level reaches `level`; never() if not
/// by kFar.
LocalInstant crossing(const Family& family, std::size_t i, double level, LocalInstant from) {
  if (family.suspicion(i, kFar) < level) return LocalInstant::never();
  std::int64_t low = from.ns - 1;
  std::int64_t high = kFar.ns;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (family.suspicion(i, LocalInstant{middle}) >= level ? high : low) = middle;
  }
  return LocalInstant{high};
}

std::vector<Arrival> moved(std::vector<Arrival> arrivals, Duration by) {
  for (Arrival& arrival : arrivals) {
    arrival.at += by;
    arrival.observation.sent_at += by;
  }
  return arrivals;
}

bool is_finite(LocalInstant t) {
  return t != LocalInstant::never() && t != LocalInstant::before_all();
}

}  // namespace

TEST_CASE("Every detector has an example, with a level per setting") {
  std::set<std::string> shown;
  for (const Example& example : kit::examples()) {
    shown.insert(example.name);
    CHECK(example.levels.size() == example.settings.size());
  }
  for (const DetectorInfo& info : detectors()) {
    CAPTURE(info.name);
    CHECK(shown.count(info.name) == 1);
  }
}

TEST_CASE("Before the first beat a detector says its initial output") {
  for (const Example& example : kit::examples()) {
    CAPTURE(example.name);
    const bool suspects = find_detector(example.name)->initial == InitialOutput::suspect;
    const auto family = family_of(example);
    for (const LocalInstant deadline : kit::deadlines_of(*family)) {
      CHECK(deadline == (suspects ? LocalInstant::before_all() : LocalInstant::never()));
    }
    for (std::size_t i = 0; i < family->size(); ++i) {
      CHECK((family->suspicion(i, LocalInstant{5}) >= example.levels[i]) == suspects);
    }
  }
}

TEST_CASE("The deadline is where the level reaches the threshold") {
  const auto arrivals = kit::rough_traffic(1, 60);
  for (const Example& example : kit::examples()) {
    CAPTURE(example.name);
    const auto family = family_of(example);
    for (const Arrival& arrival : arrivals) {
      family->observe(arrival.at, arrival.observation);
      const auto deadlines = kit::deadlines_of(*family);
      for (std::size_t i = 0; i < family->size(); ++i) {
        CAPTURE(i, arrival.at.ns, deadlines[i].ns);
        const LocalInstant found = crossing(*family, i, example.levels[i], arrival.at);
        if (deadlines[i] == LocalInstant::never()) {
          REQUIRE(found == LocalInstant::never());
        } else {
          const std::int64_t expected = std::max(deadlines[i].ns, arrival.at.ns);
          REQUIRE(std::abs(found.ns - expected) <= kCrossingNs);
        }
      }
    }
  }
}

TEST_CASE("The level never falls between observations and is never NaN") {
  const auto arrivals = kit::rough_traffic(2, 60);
  for (const Example& example : kit::examples()) {
    CAPTURE(example.name);
    const auto family = family_of(example);
    for (const Arrival& arrival : arrivals) {
      family->observe(arrival.at, arrival.observation);
      for (std::size_t i = 0; i < family->size(); ++i) {
        double before = family->suspicion(i, arrival.at);
        REQUIRE(before == before);
        for (int step = 1; step <= 40; ++step) {
          const double level = family->suspicion(i, arrival.at + milliseconds(137) * step);
          REQUIRE(level >= before);
          before = level;
        }
      }
    }
  }
}

TEST_CASE("A higher threshold never suspects earlier") {
  const auto arrivals = kit::rough_traffic(3, 300);
  for (const Example& example : kit::examples()) {
    CAPTURE(example.name);
    const auto family = family_of(example);
    for (const Arrival& arrival : arrivals) {
      family->observe(arrival.at, arrival.observation);
      const auto deadlines = kit::deadlines_of(*family);
      REQUIRE(std::is_sorted(deadlines.begin(), deadlines.end()));
    }
  }
}

TEST_CASE("Moving every instant by whole steps of its clock moves the deadlines alike, exactly") {
  const auto arrivals = kit::rough_traffic(4, 100);
  for (const Duration wished : {days(365), -days(2) - nanoseconds(7), seconds(-13)}) {
    for (const Example& example : kit::examples()) {
      const Duration step = std::max(example.grid, find_detector(example.name)->resolution);
      const Duration by = step * (wished.ns / step.ns);
      CAPTURE(example.name, by.ns);
      const auto later = moved(arrivals, by);
      const auto here = family_of(example);
      const auto there = family_of(example);
      for (std::size_t k = 0; k < arrivals.size(); ++k) {
        here->observe(arrivals[k].at, arrivals[k].observation);
        there->observe(later[k].at, later[k].observation);
        auto expected = kit::deadlines_of(*here);
        for (LocalInstant& deadline : expected) {
          if (is_finite(deadline)) deadline += by;
        }
        REQUIRE(kit::deadlines_of(*there) == expected);
      }
    }
  }
}

TEST_CASE("Within a step of its clock a detector that reads it in steps sees no difference") {
  const auto arrivals = kit::rough_traffic(4, 100);
  int shown = 0;
  for (const Example& example : kit::examples()) {
    const Duration step = find_detector(example.name)->resolution;
    // A plain lease is the one that does not read its clock in the steps of its kin.
    if (step == nanoseconds(1) || example.name == "session") continue;
    CAPTURE(example.name);
    const auto exact = family_of(example);
    const auto cut = family_of(example);
    for (const Arrival& arrival : arrivals) {
      exact->observe(arrival.at, arrival.observation);
      cut->observe(LocalInstant{arrival.at.ns / step.ns * step.ns}, arrival.observation);
      REQUIRE(kit::deadlines_of(*exact) == kit::deadlines_of(*cut));
    }
    ++shown;
  }
  CHECK(shown > 3);
}

TEST_CASE("Slower time scales the deadlines of the detectors that have no fixed spans") {
  const auto arrivals = kit::rough_traffic(5, 100);
  const Value window = std::int64_t{8};
  const std::vector<std::pair<const char*, double>> detectors{
      {"phi_exponential", 3}, {"phi_normal", 3},          {"phi_logistic", 3},
      {"ed", 0.99},           {"satzger_histogram", 0.8}, {"kappa", 2.5}};
  for (const auto& [name, threshold] : detectors) {
    CAPTURE(name);
    const auto base = kit::family_of(name, {{{"threshold", threshold}, {"window", window}}});
    const auto slow = kit::family_of(name, {{{"threshold", threshold}, {"window", window}}});
    for (const Arrival& arrival : arrivals) {
      base->observe(arrival.at, arrival.observation);
      slow->observe(LocalInstant{arrival.at.ns * 10}, arrival.observation);
      const LocalInstant expected = kit::deadlines_of(*base)[0];
      if (!is_finite(expected)) continue;
      // Rounding up one nanosecond becomes ten.
      REQUIRE(std::abs(kit::deadlines_of(*slow)[0].ns - expected.ns * 10) <= 12);
    }
  }
}

TEST_CASE("A family of many settings says what families of one say") {
  const auto arrivals = kit::rough_traffic(6, 100);
  for (const Example& example : kit::examples()) {
    CAPTURE(example.name);
    const auto family = family_of(example);
    std::vector<std::unique_ptr<Family>> single;
    for (const auto& setting : example.settings) {
      single.push_back(kit::family_of(example.name, {setting}));
    }
    REQUIRE(family->size() == single.size());
    for (const Arrival& arrival : arrivals) {
      family->observe(arrival.at, arrival.observation);
      const auto deadlines = kit::deadlines_of(*family);
      const LocalInstant later = arrival.at + milliseconds(700);
      for (std::size_t i = 0; i < single.size(); ++i) {
        single[i]->observe(arrival.at, arrival.observation);
        REQUIRE(kit::deadlines_of(*single[i])[0] == deadlines[i]);
        REQUIRE(single[i]->suspicion(0, later) == family->suspicion(i, later));
        REQUIRE(single[i]->warmed_up(0) == family->warmed_up(i));
      }
    }
  }
}

TEST_CASE("A clone behaves alike and does not disturb its original") {
  const auto arrivals = kit::rough_traffic(7, 80);
  const auto half = arrivals.begin() + static_cast<std::ptrdiff_t>(arrivals.size() / 2);
  for (const Example& example : kit::examples()) {
    CAPTURE(example.name);
    const auto original = family_of(example);
    kit::feed(*original, {arrivals.begin(), half});
    const auto before = kit::deadlines_of(*original);
    const auto copy = original->clone();
    kit::feed(*copy, {half, arrivals.end()});
    CHECK(kit::deadlines_of(*original) == before);
    CHECK(kit::deadlines_of(*copy) != before);
    kit::feed(*original, {half, arrivals.end()});
    CHECK(kit::deadlines_of(*original) == kit::deadlines_of(*copy));
  }
}

TEST_CASE("A restart brings back the initial state") {
  const auto first = kit::rough_traffic(8, 40);
  auto second = moved(kit::rough_traffic(9, 40), hours(1));
  for (Arrival& arrival : second) arrival.observation.incarnation = Incarnation{1};
  for (const Example& example : kit::examples()) {
    CAPTURE(example.name);
    const auto used = family_of(example);
    const auto fresh = family_of(example);
    kit::feed(*used, first);
    Observation restarted;
    restarted.kind = ObservationKind::restarted;
    restarted.incarnation = Incarnation{1};
    used->observe(LocalInstant{seconds(600).ns}, restarted);
    CHECK(kit::deadlines_of(*used) == kit::deadlines_of(*fresh));
    for (const Arrival& arrival : second) {
      used->observe(arrival.at, arrival.observation);
      fresh->observe(arrival.at, arrival.observation);
      REQUIRE(kit::deadlines_of(*used) == kit::deadlines_of(*fresh));
      REQUIRE(used->warmed_up(0) == fresh->warmed_up(0));
    }
    Arrival old = second.back();
    old.at += seconds(9);
    old.observation.seq = SeqNo{1000};
    old.observation.incarnation = Incarnation{0};
    used->observe(old.at, old.observation);
    CHECK(kit::deadlines_of(*used) == kit::deadlines_of(*fresh));
  }
}

TEST_CASE("Replies count as heartbeats; failed probes and confirmations change nothing") {
  const auto arrivals = kit::rough_traffic(10, 40);
  for (const Example& example : kit::examples()) {
    if (example.counts_probes) continue;
    CAPTURE(example.name);
    const auto beats = family_of(example);
    const auto mixed = family_of(example);
    for (Arrival arrival : arrivals) {
      beats->observe(arrival.at, arrival.observation);
      arrival.observation.kind = ObservationKind::reply;
      mixed->observe(arrival.at, arrival.observation);
      for (const auto kind : {ObservationKind::probe_failed, ObservationKind::confirmation}) {
        arrival.observation.kind = kind;
        mixed->observe(arrival.at, arrival.observation);
      }
      REQUIRE(kit::deadlines_of(*beats) == kit::deadlines_of(*mixed));
    }
  }
}

TEST_CASE("Windowed detectors are warmed up when their window is full, the others at once") {
  for (const Example& example : kit::examples()) {
    CAPTURE(example.name);
    const std::set<std::string> windows{"window", "long_window", "max_sample_size", "sample_size",
                                        "sampling_window_size"};
    const auto& first = example.settings.front();
    const bool windowed = std::any_of(first.begin(), first.end(), [&](const auto& named) {
      return windows.count(named.first) > 0;
    });
    const auto family = family_of(example);
    CHECK(family->warmed_up(0) == !windowed);
    for (int i = 0; i < 9; ++i) {  // The window is 8: eight gaps need nine beats.
      family->observe(LocalInstant{seconds(i).ns}, kit::beat(0, i, seconds(i).ns).observation);
    }
    CHECK(family->warmed_up(0));
  }
}

TEST_CASE("A window of one sample works") {
  const Value one = std::int64_t{1};
  const auto nfd_e = kit::family_of("nfd_e", {{{"safety_margin", seconds(1)}, {"window", one}}});
  const auto normal = kit::family_of("phi_normal", {{{"threshold", 8.0}, {"window", one}}});
  const auto sample = kit::family_of(
      "phi_normal",
      {{{"threshold", 8.0}, {"window", one}, {"deviation", Value(std::string("sample"))}}});
  const auto exponential =
      kit::family_of("phi_exponential", {{{"threshold", 1.0}, {"window", one}}});
  std::int64_t at = 0;
  for (int i = 0; i < 5; ++i) {
    const std::int64_t gap = 1'000'000'000 + 1000 * i;
    at += gap;
    const Arrival arrival = kit::beat(at, i);
    for (Family* family : {nfd_e.get(), normal.get(), sample.get(), exponential.get()}) {
      family->observe(arrival.at, arrival.observation);
    }
    CHECK(kit::deadlines_of(*nfd_e)[0].ns == at + 2'000'000'000);
    if (i == 0) continue;
    CHECK(kit::deadlines_of(*normal)[0].ns == at + gap);  // One sample has no deviation.
    CHECK(kit::deadlines_of(*sample)[0].ns == at + gap);
    CHECK(kit::deadlines_of(*exponential)[0].ns ==
          at + static_cast<std::int64_t>(std::ceil(static_cast<double>(gap) * 2.302585092994046)));
  }
}

TEST_CASE("Time that goes back breaks the contract") {
  for (const Example& example : kit::examples()) {
    CAPTURE(example.name);
    const auto family = family_of(example);
    family->observe(LocalInstant{10}, {});
    family->observe(LocalInstant{10}, {});
    CHECK_THROWS_AS(family->observe(LocalInstant{9}, {}), ContractViolation);
  }
}
