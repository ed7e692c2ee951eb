// What the detectors of products do that the others do not; numbers from the products' own words.

#include <cmath>
#include <limits>

#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

namespace {

LocalInstant at(std::int64_t ms) {
  return LocalInstant{} + milliseconds(ms);
}

Value word(const char* text) {
  return std::string(text);
}

Value count(std::int64_t n) {
  return n;
}

void beat(Family& family, std::int64_t ms) {
  family.observe(at(ms), {});
}

/// A heartbeat every second from 0 to `last` seconds.
void regular(Family& family, int last) {
  for (int i = 0; i <= last; ++i) beat(family, 1000 * i);
}

LocalInstant deadline_of(const Family& family) {
  return kit::deadlines_of(family).at(0);
}

Observation probe(bool ok, bool answered) {
  Observation observation;
  observation.kind = answered ? ObservationKind::reply : ObservationKind::probe_failed;
  observation.ok = ok;
  return observation;
}

bool up(const Family& family, std::int64_t ms) {
  return family.deadline(0) > at(ms);
}

}  // namespace

TEST_CASE("Threshold 8 means three different silences, at heartbeats of one second") {
  const auto akka = kit::family_of("akka", {kit::Named{}});
  const auto cassandra = kit::family_of("cassandra", {{{"sample_size", count(100)}}});
  const auto chitchat = kit::family_of("chitchat", {kit::Named{}});
  for (Family* family : {akka.get(), cassandra.get(), chitchat.get()}) regular(*family, 1000);
  CHECK(deadline_of(*akka) == at(1'000'000 + 4523));
  // 8 ln 10 s, rounded up to a nanosecond.
  CHECK(deadline_of(*cassandra) == at(1'000'000) + nanoseconds(18'420'680'744));
  // 8 * (1000 * 1 + 5 * 5) / 1005 s.
  CHECK((deadline_of(*chitchat) - at(1'000'000)).seconds() == Approx(8.0 * 1025 / 1005));
}

TEST_CASE("akka leaves the gap out of its window that ends a suspicion, hazelcast does not") {
  const kit::Named pauses{{"acceptable_heartbeat_pause", seconds(0)}};
  const auto akka = kit::family_of("akka", {pauses});
  const auto hazelcast =
      kit::family_of("hazelcast", {{{"type", word("phi-accrual")},
                                    {"threshold", count(8)},
                                    {"sample_size", count(1000)},
                                    {"heartbeat_interval", seconds(1)},
                                    {"max_no_heartbeat", seconds(0) + milliseconds(1)}}});
  regular(*akka, 20);
  regular(*hazelcast, 20);
  const Duration before = deadline_of(*akka) - at(20'000);
  CHECK(deadline_of(*hazelcast) - at(20'000) - before == milliseconds(1));
  for (Family* family : {akka.get(), hazelcast.get()}) beat(*family, 50'000);
  CHECK(deadline_of(*akka) - at(50'000) == before);
  CHECK(deadline_of(*hazelcast) - at(50'000) > before + seconds(20));
}

TEST_CASE("akka's deadline is the first millisecond whose level is not below the threshold") {
  kit::Random random(21);
  for (const double threshold : {1e-16, 1e-6, 0.1, 0.30103, 1.0, 8.0, 16.0, 299.0, 320.0, 5000.0}) {
    const auto akka = kit::family_of(
        "akka", {{{"threshold", threshold},
                  {"min_std_deviation", milliseconds(3)},
                  {"acceptable_heartbeat_pause", milliseconds(random.below(2000))}}});
    std::int64_t now = 0;
    for (int i = 0; i < 200; ++i) {
      now += 1 + random.below(random.below(8) == 0 ? 6000 : 400);
      beat(*akka, now);
      const LocalInstant deadline = deadline_of(*akka);
      CAPTURE(threshold, now, deadline.ns);
      REQUIRE_FALSE(akka->suspicion(0, deadline) < threshold);
      REQUIRE(deadline.ns % 1'000'000 == 0);
      if (deadline > at(now)) {
        REQUIRE(akka->suspicion(0, deadline - nanoseconds(1)) < threshold);
      }
    }
  }
}

TEST_CASE("akka's level is as the product computes it: -0.0, infinity and NaN included") {
  const auto akka = kit::family_of("akka", {{{"min_std_deviation", milliseconds(1)}}});
  CHECK(akka->suspicion(0, at(0)) == 0);
  beat(*akka, 0);
  CHECK(std::signbit(akka->suspicion(0, at(0))));
  CHECK(akka->suspicion(0, at(100'000)) == std::numeric_limits<double>::infinity());
  // Gaps of nearly twenty years: the square of the mean is rounded to above the mean square.
  const auto poisoned = kit::family_of("akka", {{{"acceptable_heartbeat_pause", days(9000)},
                                                 {"first_heartbeat_estimate", days(11)}}});
  bool nan = false;
  for (int i = 0; i < 400 && !nan; ++i) {
    beat(*poisoned, 950'400'003LL * i);
    nan = std::isnan(poisoned->suspicion(0, at(950'400'003LL * i)));
    if (nan) CHECK(deadline_of(*poisoned) <= at(950'400'003LL * i));
  }
  CHECK(nan);
}

TEST_CASE("cassandra's deadline is the first nanosecond whose level is above the threshold") {
  kit::Random random(22);
  for (const double threshold : {1e-9, 0.3, 5.0, 8.0, 16.0, 9999.0}) {
    const auto cassandra = kit::family_of(
        "cassandra", {{{"phi_convict_threshold", threshold}, {"sample_size", count(50)}}});
    std::int64_t now = 0;
    for (int i = 0; i < 300; ++i) {
      now += random.below(3'000'000'000);
      cassandra->observe(LocalInstant{now}, {});
      const LocalInstant deadline = deadline_of(*cassandra);
      CAPTURE(threshold, now, deadline.ns);
      REQUIRE(cassandra->suspicion(0, deadline) > threshold);
      REQUIRE(cassandra->suspicion(0, deadline - nanoseconds(1)) <= threshold);
    }
  }
}

TEST_CASE("cassandra drops long gaps, but not in 5.0.0 to 5.0.6 unless the limit is set there") {
  const auto after_outage = [](const kit::Named& named) {
    const auto cassandra = kit::family_of("cassandra", {named});
    regular(*cassandra, 25);
    for (int i = 0; i < 5; ++i) beat(*cassandra, 85'000 + 1000 * i);
    return std::lround((deadline_of(*cassandra) - at(89'000)).seconds() * 100);
  };
  const std::pair<std::string, Value> broken{"release", word("5.0.0-5.0.6")};
  CHECK(after_outage({}) == after_outage({{"release", word("3.11-4.1")}}));
  CHECK(after_outage({broken}) > after_outage({}) + 3000);
  CHECK(after_outage({broken, {"fd_max_interval", seconds(2)}}) == after_outage({}));
}

TEST_CASE("cassandra's guard puts convictions off after a pause of its own, and undoes none") {
  const auto guarded = kit::family_of("cassandra", {kit::Named{}});
  const auto plain = kit::family_of("cassandra", {kit::Named{}});
  regular(*guarded, 20);
  regular(*plain, 20);
  const LocalInstant crossing = deadline_of(*plain);
  REQUIRE(crossing > at(38'000));
  REQUIRE(crossing < at(40'000));
  for (int s = 20; s <= 36; ++s) guarded->looked(at(1000 * s));
  guarded->looked(at(41'000));  // Exactly max_local_pause: no pause.
  CHECK(deadline_of(*guarded) == crossing);
  CHECK(deadline_of(*guarded->clone()) == crossing);
  guarded->looked(at(46'001));  // Convicted already: stays so.
  CHECK(deadline_of(*guarded) == crossing);
  beat(*guarded, 46'500);
  guarded->looked(at(75'000));
  CHECK(deadline_of(*guarded) == at(80'000));
  guarded->looked(at(80'000));
  CHECK(deadline_of(*guarded) <= at(80'000));
}

TEST_CASE("chitchat counts fewer than two heartbeats as dead, and empties its window at a death") {
  const auto chitchat = kit::family_of("chitchat", {kit::Named{}});
  CHECK(deadline_of(*chitchat) == LocalInstant::before_all());
  beat(*chitchat, 0);
  CHECK_FALSE(up(*chitchat, 0));
  beat(*chitchat, 1000);
  CHECK((deadline_of(*chitchat) - at(1000)).seconds() == Approx(8.0 * 26 / 6));
  for (int i = 2; i <= 10; ++i) beat(*chitchat, 1000 * i);
  // Ten gaps: 8 * 35 / 15 s.
  CHECK((deadline_of(*chitchat) - at(10'000)).seconds() == Approx(8.0 * 35 / 15));
  beat(*chitchat, 60'000);  // The gap is too long to count, and the window is empty.
  CHECK_FALSE(up(*chitchat, 60'000));
  beat(*chitchat, 61'000);
  CHECK((deadline_of(*chitchat) - at(61'000)).seconds() == Approx(8.0 * 26 / 6));
}

TEST_CASE("A session's timeout is held to the limits that are given") {
  const auto after = [](const kit::Named& named) {
    const auto session = kit::family_of("session", {named});
    beat(*session, 10);
    return deadline_of(*session).ns / 1'000'000;
  };
  CHECK(after({{"timeout", seconds(1)}}) == 2000);
  CHECK(after({{"timeout", seconds(1)}, {"min_timeout", seconds(4)}}) == 6000);
  CHECK(after({{"timeout", seconds(90)}}) == 92'000);
  CHECK(after({{"timeout", seconds(90)}, {"max_timeout", seconds(40)}}) == 42'000);
  CHECK(after({{"timeout", seconds(1)}, {"expiry", word("plain")}}) == 1010);
}

TEST_CASE("An expired session opens again at the next heartbeat, or stays closed until a restart") {
  const kit::Named lease{{"timeout", seconds(3)}, {"expiry", word("plain")}};
  kit::Named closing = lease;
  closing.push_back({"after_expiry", word("closed")});
  const auto reopened = kit::family_of("session", {lease});
  const auto closed = kit::family_of("session", {closing});
  for (Family* family : {reopened.get(), closed.get()}) {
    beat(*family, 0);
    beat(*family, 3000);  // At the very instant: in time.
    beat(*family, 6001);
  }
  CHECK(deadline_of(*reopened) == at(9001));
  CHECK(deadline_of(*closed) == at(6000));
  Observation restarted;
  restarted.kind = ObservationKind::restarted;
  restarted.incarnation = Incarnation{1};
  closed->observe(at(7000), restarted);
  restarted.kind = ObservationKind::heartbeat;
  closed->observe(at(7000), restarted);
  CHECK(deadline_of(*closed) == at(10'000));
}

TEST_CASE("etcd's timer falls in its range of ticks and is drawn anew only after a campaign") {
  const auto timer = kit::family_of("election_timer", {kit::Named{}});
  std::int64_t now = 0;
  std::vector<std::int64_t> seen(10);
  for (int k = 0; k < 2000; ++k) {
    timer->observe(LocalInstant{now}, {});
    const std::int64_t silence = deadline_of(*timer).ns - now;
    // From 10 to 19 ticks of 100 ms, the last of them begun.
    REQUIRE(silence > 900'000'000);
    REQUIRE(silence <= 1'900'000'000);
    // 50 ms later, still following: the same number of ticks from the last one, or the next.
    const LocalInstant before = deadline_of(*timer);
    timer->observe(LocalInstant{now + 50'000'000}, {});
    const Duration moved = deadline_of(*timer) - before;
    REQUIRE((moved == Duration{0} || moved == milliseconds(100)));
    timer->observe(LocalInstant{now + 100'000'000}, {});
    REQUIRE(deadline_of(*timer) - before == milliseconds(100));
    // Ticks end at the same phase for ever, so whole ticks show which number was drawn.
    ++seen[static_cast<std::size_t>((silence + 99'999'999) / 100'000'000 - 10)];
    now += 5'000'000'000;
  }
  // 2000 draws of ten: each within six standard deviations (13.4) of 200.
  for (const std::int64_t times : seen) CHECK(std::abs(times - 200) < 81);
}

TEST_CASE("hashicorp's timer looks one to two timeouts apart and suspects within one to three") {
  const auto timer = kit::family_of("election_timer", {{{"product", word("hashicorp")}}});
  kit::Random random(23);
  std::int64_t now = 0;
  double sum = 0;
  constexpr int kSilences = 4000;
  for (int k = 0; k < kSilences; ++k) {
    // A stretch of heartbeats every 150 ms, then silence until it campaigns.
    for (int i = 0; i < 20 + random.below(40); ++i) {
      now += 150'000'000;
      timer->observe(LocalInstant{now}, {});
    }
    const std::int64_t silence = deadline_of(*timer).ns - now;
    REQUIRE(silence >= 1'000'000'000);
    REQUIRE(silence < 3'000'000'000);
    sum += static_cast<double>(silence) * 1e-9;
    now += silence + 1;
  }
  // Mean 1.78 timeouts (7/4 + 1/36); the deviation is below 0.5, so 0.04 is five standard errors.
  CHECK(std::abs(sum / kSilences - 1.7778) < 0.04);
}

TEST_CASE("health_check counts results in a row, by each product's rules for a fresh target") {
  const auto fails_until_down = [](const char* product, bool answered) {
    const auto check = kit::family_of("health_check", {{{"product", word(product)}}});
    for (int i = 0; i < 9; ++i) {
      check->observe(at(1000 * i), probe(false, answered));
      if (!up(*check, 1000 * i)) return i + 1;
    }
    return 0;
  };
  CHECK(fails_until_down("alb", false) == 2);
  CHECK(fails_until_down("haproxy", false) == 1);
  CHECK(fails_until_down("envoy", false) == 3);
  CHECK(fails_until_down("envoy", true) == 1);  // A bad answer ejects at once.
  CHECK(fails_until_down("consul", false) == 1);
  CHECK(fails_until_down("kubernetes", false) == 3);
  CHECK(fails_until_down("kubernetes", true) == 3);
}

TEST_CASE("health_check falls and rises after so many results in a row") {
  const auto check = kit::family_of("health_check", {{{"product", word("haproxy")}}});
  std::int64_t now = 0;
  const auto see = [&](bool ok) {
    now += 2000;
    check->observe(at(now), probe(ok, ok));
    return up(*check, now);
  };
  CHECK(see(true));
  CHECK(deadline_of(*check) == LocalInstant::never());  // Silence is no result where probes come.
  CHECK(see(false));
  CHECK(see(false));
  CHECK(see(true));  // The count starts anew.
  CHECK(see(false));
  CHECK(see(false));
  CHECK_FALSE(see(false));
  CHECK_FALSE(see(true));
  CHECK_FALSE(see(false));
  CHECK_FALSE(see(true));
  CHECK(see(true));
}

TEST_CASE("health_check takes heartbeats for results where no probe reports") {
  const auto check = kit::family_of("health_check", {{{"product", word("alb")}}});
  beat(*check, 0);  // One success suffices at first.
  CHECK(deadline_of(*check) == at(65'000));
  beat(*check, 65'000);  // At the very limit: in time.
  CHECK(deadline_of(*check) == at(130'000));
  beat(*check, 130'001);
  for (int i = 1; i <= 3; ++i) {
    CHECK(deadline_of(*check) == at(130'000));
    beat(*check, 130'001 + 30'000 * i);
  }
  CHECK_FALSE(up(*check, 220'001));
  beat(*check, 250'001);  // The fifth.
  CHECK(deadline_of(*check) == at(315'001));
}

TEST_CASE("missed_beats suspects after k missed intervals and trusts after m heartbeats in a row") {
  const auto missed = kit::family_of("missed_beats", {{{"up_after", count(2)}}});
  beat(*missed, 500);
  CHECK(deadline_of(*missed) == at(3500));
  beat(*missed, 3600);
  CHECK(deadline_of(*missed) == at(3500));
  beat(*missed, 5700);  // An interval was missed between: the first of two again.
  CHECK(deadline_of(*missed) == at(3500));
  beat(*missed, 6600);
  CHECK(deadline_of(*missed) == at(9600));
}

TEST_CASE("missed_beats on the grid counts whole empty intervals of its own clock") {
  const auto missed =
      kit::family_of("missed_beats", {{{"windows", word("grid")}, {"up_after", count(2)}}});
  beat(*missed, 500);
  CHECK(deadline_of(*missed) == at(4000));
  beat(*missed, 3999);
  CHECK(deadline_of(*missed) == at(7000));
  beat(*missed, 7000);
  CHECK_FALSE(up(*missed, 7000));
  beat(*missed, 7500);  // The same interval counts once.
  CHECK_FALSE(up(*missed, 7500));
  beat(*missed, 8100);
  CHECK(deadline_of(*missed) == at(12'000));
}
