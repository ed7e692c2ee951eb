// Stalls of the sender, one per long gap: how many of them end in a suspicion.

#include "flatline/oracle/pauses.hpp"

#include "flatline/world/timeline.hpp"
#include "support/catch.hpp"
#include "support/worlds.hpp"
#include "unit/oracle/printed.hpp"

namespace flatline::oracle {
namespace {

using test::ms;
using test::s;

struct Counted {
  double stalls = 0;
  std::vector<double> suspicions;
};

Counted count(world::OnWake on_wake, const std::vector<const char*>& timeouts,
              test::Engine engine) {
  scenario::Scenario scenario =
      test::push_world(1, s(1), random::Distribution::constant(ms(100)), 0, s(2e7));
  scenario.world.faults.random_stalls.push_back({{scenario.push.from, "stall/worker#0"},
                                                 s(500),
                                                 test::law(random::Family::lognormal, ms(800), 1),
                                                 on_wake});
  std::vector<sim::JudgedSetting> settings;
  for (const char* timeout : timeouts) {
    settings.push_back(test::judged("fixed_timeout", {{"timeout", timeout}}));
  }
  const auto tally = test::run(scenario, settings, s(100), engine);
  Counted out;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const double mistakes = test::measured(tally, i, scenario, "mistakes").mean.value();
    // Nothing else goes wrong in this world.
    CHECK(test::measured(tally, i, scenario, "mistakes_by_sender_stall").mean.value() == mistakes);
    out.suspicions.push_back(mistakes);
  }
  const world::Truth truth(scenario.world, random::StreamFactory(scenario.seed, 0), s(100));
  world::Timeline stalls = truth.stalls(scenario.push.from.front());
  for (auto stall = stalls.next(); stall->start.ns < scenario.duration.ns; stall = stalls.next()) {
    out.stalls += stall->start.ns >= 0 ? 1 : 0;
  }
  return out;
}

// Stalls are independent: 4 standard errors of a binomial share (alpha 6e-5 each). Two stalls
// within one timeout of each other spoil at most 3 s / 500 s of them, by less than their own share:
// 0.6 %.
void check(world::OnWake on_wake, AfterPause after, const char* printed, test::Engine engine) {
  const DelayLaw pause = DelayLaw::lognormal(.8, 1);
  CHECK_PRINTED(false_suspicion_from_pause(pause, 1, 2.5, after), printed);
  const Counted counted = count(on_wake, {"1200ms", "2500ms", "3700ms"}, engine);
  REQUIRE(counted.stalls > 3.5e4);
  const double timeouts[] = {1.2, 2.5, 3.7};
  for (std::size_t i = 0; i < 3; ++i) {
    const double exact = false_suspicion_from_pause(pause, 1, timeouts[i], after);
    const double share = counted.suspicions[i] / counted.stalls;
    CAPTURE(timeouts[i], share, exact);
    CHECK(std::abs(share - exact) <=
          4 * std::sqrt(exact * (1 - exact) / counted.stalls) + 0.006 * exact);
  }
}

}  // namespace

TEST_CASE("a stalled sender that sends on waking is suspected as often as the formula says") {
  for (const test::Engine engine : {sim::run_events, sim::run_stream})
    check(world::OnWake::send, AfterPause::sends_at_once, ".185105", engine);
}

TEST_CASE("a stalled sender that skips to its grid is suspected as often as the formula says") {
  for (const test::Engine engine : {sim::run_events, sim::run_stream})
    check(world::OnWake::skip, AfterPause::skips_to_grid, ".274938", engine);
}

}  // namespace flatline::oracle
