// Clocks: drift, wander, steps, coarse timers. Readings and instants are exact inverses.

#include "flatline/world/clock.hpp"

#include <algorithm>

#include "support/catch.hpp"
#include "unit/world/kit.hpp"

namespace flatline::world {
namespace {

const random::StreamFactory kStreams(71, 0);
constexpr SimInstant kBegin{-seconds(100).ns};

Clock clock_of(const ClockLaw& law, Timeline steps = {}, const std::string& name = "a/0",
               const random::StreamFactory& streams = kStreams) {
  return {law, streams, name, std::move(steps), kBegin};
}

SimInstant after(Duration d) {
  return {d.ns};
}

Interval step(Duration at, Duration by) {
  Interval out;
  out.start = {at.ns};
  out.end = {at.ns + 1};
  out.by = by;
  return out;
}

}  // namespace

TEST_CASE("a clock of no law shows true time") {
  Clock plain, made = clock_of({});
  for (Clock* clock : {&plain, &made}) {
    CHECK(clock->perfect());
    CHECK(clock->at({12'345}, Face::wall).ns == 12'345);
    CHECK(clock->when({99}, Face::monotonic, {5}).ns == 99);
    CHECK(clock->when({3}, Face::monotonic, {5}).ns == 5);
    CHECK(clock->when(LocalInstant::never(), Face::wall, {5}) == SimInstant::never());
    CHECK_FALSE(clock->step_in({0}, {1'000'000}));
  }
  ClockLaw coarse;
  coarse.granularity = milliseconds(1);
  CHECK_FALSE(clock_of(coarse).perfect());
  CHECK_FALSE(clock_of({}, kit::fixed({step(seconds(1), seconds(1))})).perfect());
}

TEST_CASE("a drifting clock is off by rho T, to the nanosecond") {
  ClockLaw law;
  law.drift_ppm = 30;
  Clock fast = clock_of(law);
  CHECK(fast.at(kBegin, Face::monotonic).ns == kBegin.ns);
  // 30 ppm of 110 s; between 0 and 10 s they make 0.3 ms.
  CHECK(fast.at(after(seconds(10)), Face::monotonic).ns == (seconds(10) + microseconds(3300)).ns);
  CHECK((fast.at(after(seconds(10)), Face::wall) - fast.at({0}, Face::wall)).ns ==
        (seconds(10) + microseconds(300)).ns);
  law.drift_ppm = -0.0001;
  // A ten-thousandth of a ppm for three years.
  Clock slow = clock_of(law);
  const SimInstant far = after(days(1000));
  const std::int64_t error = -(far - kBegin).ns / 10'000'000'000;
  CHECK(std::abs((slow.at(far, Face::monotonic).ns - far.ns) - error) <= 1);
}

TEST_CASE("a timer fires at the first instant at which the clock shows its reading") {
  const random::Stream draws = kStreams.stream("test");
  std::uint64_t drawn = 0;
  for (const double ppm : {-100'000.0, -37.3, 12.345678, 100'000.0}) {
    for (const double wander : {0.0, 50.0}) {
      ClockLaw law;
      law.drift_ppm = ppm;
      law.wander_ppm = wander;
      Clock clock = clock_of(law, kit::fixed({step(seconds(40), milliseconds(7))}));
      SimInstant since{0};
      int wrong = 0;
      for (int i = 0; i < 2000; ++i) {
        since +=
            Duration{static_cast<std::int64_t>(uniform_below(draws.bits(drawn++), 50'000'000))};
        clock.forget_before(since);
        for (const Face face : {Face::monotonic, Face::wall}) {
          const Duration wait{
              1 + static_cast<std::int64_t>(uniform_below(draws.bits(drawn++), 60'000'000'000))};
          const LocalInstant reading = clock.at(since, face) + wait;
          const SimInstant at = clock.when(reading, face, since);
          wrong += at <= since || clock.at(at, face) < reading ||
                           clock.at(at - nanoseconds(1), face) >= reading
                       ? 1
                       : 0;
        }
      }
      INFO(ppm << " ppm, wander " << wander);
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("timers of a coarse clock fire at its ticks, never early") {
  ClockLaw law;
  law.granularity = milliseconds(10);
  law.drift_ppm = 100'000;  // 11 ms shown in 10
  Clock clock = clock_of(law);
  const SimInstant since{0};
  const LocalInstant now = clock.at(since, Face::monotonic);
  REQUIRE(now.ns == seconds(10).ns);
  CHECK(clock.when(now + milliseconds(1), Face::monotonic, since).ns ==
        (milliseconds(10).ns * 10 + 10) / 11);
  CHECK(clock.when(now + milliseconds(110), Face::monotonic, since).ns == milliseconds(100).ns);
  // What is due already is due at once.
  CHECK(clock.when(now, Face::monotonic, since) == since);
  CHECK(clock.when(now - seconds(1), Face::monotonic, since) == since);
  law.drift_ppm = 0;
  // Readings before zero are rounded up as well.
  CHECK(clock_of(law).when({-1}, Face::monotonic, {-5'000'000}).ns == 0);
  CHECK(clock_of(law).when({-10'000'001}, Face::monotonic, {-15'000'000}).ns == -10'000'000);
}

TEST_CASE("a wall clock set forwards fires its timers early, the monotonic one does not notice") {
  ClockLaw law;
  Clock clock = clock_of(law, kit::fixed({step(seconds(10), seconds(3))}));
  CHECK(clock.at(after(seconds(10)) - nanoseconds(1), Face::wall).ns == seconds(10).ns - 1);
  CHECK(clock.at(after(seconds(10)), Face::wall).ns == seconds(13).ns);
  CHECK(clock.at(after(seconds(10)), Face::monotonic).ns == seconds(10).ns);
  const SimInstant since = after(seconds(9));
  // 12 s are jumped over: the timer fires at the step.
  CHECK(clock.when({seconds(12).ns}, Face::wall, since) == after(seconds(10)));
  CHECK(clock.when({seconds(14).ns}, Face::wall, since) == after(seconds(11)));
  CHECK(clock.when({seconds(12).ns}, Face::monotonic, since) == after(seconds(12)));
  CHECK(clock.step_in({0}, after(seconds(10))) == after(seconds(10)));
  CHECK_FALSE(clock.step_in({0}, after(seconds(10)) - nanoseconds(1)));
  CHECK_FALSE(clock.step_in(after(seconds(10)), after(seconds(99))));
}

TEST_CASE("a wall clock set back fires its timers later by as much") {
  Clock clock = clock_of({}, kit::fixed({step(seconds(10), -seconds(3))}));
  CHECK(clock.at(after(seconds(11)), Face::wall).ns == seconds(11).ns);
  const SimInstant since = after(seconds(9));
  CHECK(clock.when({seconds(10).ns - 1}, Face::wall, since) == after(seconds(10)) - nanoseconds(1));
  CHECK(clock.when({seconds(10).ns}, Face::wall, since) == after(seconds(13)));
  CHECK(clock.when({seconds(12).ns}, Face::wall, since) == after(seconds(15)));
  CHECK(clock.when({seconds(12).ns}, Face::monotonic, since) == after(seconds(12)));
  // Set after the step: nothing is late.
  CHECK(clock.when({seconds(12).ns}, Face::wall, after(seconds(10))) == after(seconds(12)));
}

TEST_CASE("steps at one instant add up") {
  Model model;
  model.cluster = Cluster({{"a", 1}});
  for (const Duration by : {seconds(5), -seconds(2)}) {
    ClockStep each;
    each.target = {{{0}}, "step/" + std::to_string(by.ns), {}};
    each.strikes.at = seconds(10);
    each.strikes.repeat = {seconds(100), 2};
    each.by = by;
    model.faults.clock_steps.push_back(each);
  }
  const Truth truth(model, kStreams, seconds(100));
  Clock clock = truth.clock({0});
  CHECK(clock.at(after(seconds(11)), Face::wall).ns == seconds(14).ns);
  CHECK(clock.at(after(seconds(111)), Face::wall).ns == seconds(117).ns);
  CHECK(clock.step_in(after(seconds(11)), after(seconds(500))) == after(seconds(110)));
}

// Normal: of 4000 nodes the mean is within 4/sqrt(4000) = 6.3 % of a deviation, and the deviation
// within 4/sqrt(8000) = 4.5 % of itself.
TEST_CASE("each node's drift is its own, normal around the rule's") {
  ClockLaw law;
  law.drift_ppm = 10;
  law.drift_spread_ppm = 20;
  kit::Moments ppm;
  for (int i = 0; i < 4000; ++i) {
    Clock clock = clock_of(law, {}, "a/" + std::to_string(i));
    const SimInstant far = kBegin + seconds(1'000'000);
    ppm.add(static_cast<double>((clock.at(far, Face::monotonic) - LocalInstant{far.ns}).ns) / 1e9);
  }
  CHECK(std::abs(ppm.mean() - 10) < 20 * .063);
  CHECK(std::sqrt(ppm.variance()) == Approx(20).epsilon(.045));
}

// A rate that walks makes an offset of deviation q t^1.5 / sqrt(3): here in two hours, 720 steps
// whose discreteness takes 3/(2 x 720) off the variance; 2000 clocks give 4/sqrt(4000) = 6.3 %.
TEST_CASE("a wandering clock is off by q t^1.5 / sqrt(3)") {
  ClockLaw law;
  law.wander_ppm = .001;
  kit::Moments offset, rate;
  for (int i = 0; i < 2000; ++i) {
    Clock clock = clock_of(law, {}, "a/" + std::to_string(i));
    const SimInstant end = kBegin + hours(2);
    offset.add(static_cast<double>((clock.at(end, Face::monotonic) - LocalInstant{end.ns}).ns));
    const SimInstant later = end + seconds(10);
    rate.add(static_cast<double>(
        (clock.at(later, Face::monotonic) - clock.at(end, Face::monotonic)).ns - seconds(10).ns));
  }
  const double hour = 1e-9 * 3600e9;  // 0.001 ppm for an hour, in ns
  CHECK(std::sqrt(offset.variance()) ==
        Approx(hour * std::pow(2, 1.5) / std::sqrt(3)).epsilon(.065));
  CHECK(std::abs(offset.mean()) < 4 * std::sqrt(offset.variance() / 2000));
  // And the rate itself by q t^.5: in 10 s that makes 14 ns.
  CHECK(std::sqrt(rate.variance()) == Approx(.001 * std::sqrt(2.) * 1e4).epsilon(.065));
}

TEST_CASE("who asks seldom reads what who asks often does, and forgetting changes nothing") {
  ClockLaw law;
  law.drift_ppm = -3;
  law.wander_ppm = 20;
  const auto steps = [] {
    return kit::fixed({step(seconds(33), seconds(1)), step(seconds(66), -seconds(2))});
  };
  Clock often = clock_of(law, steps()), seldom = clock_of(law, steps());
  for (std::int64_t ms = 0; ms < 200'000; ms += 37) {
    const SimInstant t{milliseconds(ms).ns};
    often.forget_before(t);
    const LocalInstant shown = often.at(t, Face::wall);
    const SimInstant fires = often.when(shown + seconds(25), Face::wall, t);
    if (ms % 50 == 0) {
      REQUIRE(seldom.at(t, Face::wall) == shown);
      REQUIRE(seldom.when(shown + seconds(25), Face::wall, t) == fires);
    }
  }
}

TEST_CASE("per key the last rule of clocks that names the node wins") {
  Model model;
  model.cluster = Cluster({{"a", 2}});
  ClockRule all, one;
  all.nodes = {{0}, {1}};
  all.drift_ppm = 5;
  all.granularity = milliseconds(1);
  one.nodes = {{1}};
  one.drift_ppm = 7;
  one.wander_ppm = 2;
  model.clocks = {all, one};
  CHECK(clock_law(model, {0}).drift_ppm == 5);
  CHECK(clock_law(model, {1}).drift_ppm == 7);
  CHECK(clock_law(model, {1}).granularity == milliseconds(1));
  CHECK(clock_law(model, {1}).wander_ppm == 2);
  CHECK(clock_law(model, {0}).wander_ppm == 0);
  CHECK_FALSE(Truth(model, kStreams, {}).clock({0}).perfect());
}

}  // namespace flatline::world
