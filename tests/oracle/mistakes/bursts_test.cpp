// Loss in bursts. The simulated states live in time and are looked at when a heartbeat is sent;
// sojourn means are chosen such that a slot of one interval has the chain's probabilities.

#include "flatline/oracle/gilbert_elliott.hpp"
#include "kit.hpp"

namespace flatline::oracle {
namespace {

using test::ms;
using test::s;

scenario::Scenario bursty_world(const GilbertElliott& chain, const random::Distribution& delay,
                                Duration eta, double beats) {
  // a = pi_B (1 - e^(-x)), r = pi_G (1 - e^(-x)), x = (alpha + beta) eta.
  const double rate = -std::log1p(-chain.good_to_bad - chain.bad_to_good) / eta.seconds();
  const double good_mean = 1 / (rate * chain.bad_share());
  const double bad_mean = 1 / (rate * (1 - chain.bad_share()));
  const GilbertElliott back =
      slot_chain(good_mean, bad_mean, eta.seconds(), chain.loss_good, chain.loss_bad);
  REQUIRE(back.good_to_bad == Approx(chain.good_to_bad).epsilon(1e-12));
  REQUIRE(back.bad_to_good == Approx(chain.bad_to_good).epsilon(1e-12));
  scenario::Scenario scenario =
      test::push_world(1, eta, delay, 0, eta * static_cast<std::int64_t>(beats));
  scenario.world.default_link.loss->bursts =
      world::GilbertElliott{s(good_mean), s(bad_mean), chain.loss_good, chain.loss_bad};
  return scenario;
}

Row row_of(const std::string& name, const sim::JudgedSetting& setting, const MistakeQos& qos,
           const char* recurrence, const char* duration, const char* inaccuracy) {
  CAPTURE(name);
  CHECK_PRINTED(qos.mistake_recurrence, recurrence);
  CHECK_PRINTED(qos.mistake_duration, duration);
  CHECK_PRINTED(qos.one_minus_query_accuracy, inaccuracy);
  return {name,
          setting,
          {qos.mistake_recurrence, qos.mistake_duration, qos.one_minus_query_accuracy, {}},
          Dependence::batch_means,
          std::nullopt};
}

void check_timeout(const std::string& name, const GilbertElliott& chain, Duration eta,
                   Duration timeout, double beats, const char* recurrence, const char* duration,
                   const char* inaccuracy) {
  const auto qos = simple_timeout_gilbert_elliott(chain, eta.seconds(), timeout.seconds());
  std::vector<Row> rows;
  for (const char* rule : {"any", "newest"}) {
    const auto setting = test::judged(
        "fixed_timeout", {{"timeout", format_duration(timeout)}, {"restart_on", rule}});
    rows.push_back(row_of(name + " " + rule, setting, qos, recurrence, duration, inaccuracy));
  }
  check_world(bursty_world(chain, random::Distribution::constant(eta / 20), eta, beats), rows);
}

}  // namespace

TEST_CASE("simple bursts: G1 comes out of the simulation") {
  check_timeout("G1", {.01, .3, 0, 1}, s(1), ms(3500), 2.5e6, "210.884354", "2.833333",
                "1.343548e-2");
}

TEST_CASE(
    "bursts that lose some and a good state that loses some: G2 and G3 come out of the "
    "simulation") {
  check_timeout("G2", {.005, .2, .001, .8}, ms(500), ms(2200), 6e6, "271.362262", "1.188894",
                "4.381205e-3");
  check_timeout("G3", {.02, .5, .01, .9}, ms(100), ms(350), 3e6, "25.352287", ".131869",
                "5.201472e-3");
}

TEST_CASE(
    "bursts and delays under NFD-S: G4 comes out of the simulation, far from independent loss") {
  const GilbertElliott chain{.01, .3, .001, .95};
  const DelayLaw law = DelayLaw::exponential(.05).shifted(.05);
  const auto qos = nfd_s_gilbert_elliott(law, chain, .1, .35);
  check_world(bursty_world(chain, test::exponential(ms(50), ms(50)), ms(100), 2.5e6),
              {row_of("G4", test::judged("nfd_s", {{"shift", "350ms"}}), qos, "20.44656",
                      ".2298747", "1.124271e-2")});
}

}  // namespace flatline::oracle
