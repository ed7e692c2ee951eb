// NFD-S and the simple timeout in worlds of independent losses and delays.

#include "flatline/oracle/nfd_s.hpp"
#include "flatline/oracle/simple_timeout.hpp"
#include "kit.hpp"

namespace flatline::oracle {
namespace {

using random::Family;
using test::ms;
using test::s;

/// A world, in the words of both sides.
struct World {
  DelayLaw law;
  random::Distribution delay;
  double loss = 0;
  Duration eta;

  [[nodiscard]] scenario::Scenario lasting(double beats) const {
    return test::push_world(1, eta, delay, loss, eta * static_cast<std::int64_t>(beats));
  }

  [[nodiscard]] Row nfd_s_row(const std::string& name, Duration delta, const char* recurrence,
                              const char* duration, const char* inaccuracy,
                              const char* detection) const {
    const NfdSQos qos = oracle::nfd_s(law, loss, eta.seconds(), delta.seconds());
    CAPTURE(name);
    CHECK_PRINTED(qos.mistake_recurrence, recurrence);
    CHECK_PRINTED(qos.mistake_duration, duration);
    CHECK_PRINTED(qos.one_minus_query_accuracy, inaccuracy);
    CHECK_PRINTED(qos.detection_time, detection);
    const bool edge = delta.ns % eta.ns == 0;
    return {name,
            test::judged("nfd_s", {{"shift", format_duration(delta)}}),
            {qos.mistake_recurrence, qos.mistake_duration, qos.one_minus_query_accuracy,
             qos.detection_time},
            edge ? Dependence::batch_means : Dependence::independent,
            delta + eta};
  }

  [[nodiscard]] Row timeout_row(const std::string& name, Duration timeout, Restart restart,
                                const char* recurrence, const char* duration,
                                const char* inaccuracy, const char* detection = "") const {
    const SimpleTimeoutQos qos =
        simple_timeout(law, loss, eta.seconds(), timeout.seconds(), restart);
    CAPTURE(name);
    if (*recurrence != 0) CHECK_PRINTED(qos.mistakes.mistake_recurrence, recurrence);
    if (*duration != 0) CHECK_PRINTED(qos.mistakes.mistake_duration, duration);
    if (*inaccuracy != 0) CHECK_PRINTED(qos.mistakes.one_minus_query_accuracy, inaccuracy);
    if (*detection != 0) CHECK_PRINTED(qos.detection_time.value(), detection);
    const bool edge = timeout.ns % eta.ns == 0;
    const char* rule = restart == Restart::any ? "any" : "newest";
    return {name + " " + rule,
            test::judged("fixed_timeout",
                         {{"timeout", format_duration(timeout)}, {"restart_on", rule}}),
            {qos.mistakes.mistake_recurrence, qos.mistakes.mistake_duration,
             qos.mistakes.one_minus_query_accuracy, qos.detection_time},
            edge ? Dependence::batch_means : Dependence::independent,
            law.is_constant() ? std::optional(delay.value + timeout) : std::nullopt};
  }
};

const World kExp02{DelayLaw::exponential(.02), test::exponential(ms(20)), .01, s(1)};
const World kExp5{DelayLaw::exponential(.5), test::exponential(ms(500)), .01, s(1)};
const World kLognormal{DelayLaw::lognormal(.1, 1), test::law(Family::lognormal, ms(100), 1), .02,
                       ms(250)};
const World kGamma{DelayLaw::gamma(2, .05).shifted(.05),
                   test::law(Family::gamma, ms(50), 2, ms(50)), .05, ms(100)};
const World kConstant{DelayLaw::constant(.1), random::Distribution::constant(ms(100)), .1, s(1)};
const World kHalf{DelayLaw::constant(.1), random::Distribution::constant(ms(100)), .05, ms(500)};
constexpr Restart kAny = Restart::any;
constexpr Restart kNewest = Restart::newest;

}  // namespace

TEST_CASE("short delays: N1, T1, T2 and T3 come out of the simulation") {
  const World& w = kExp02;
  std::vector<Row> rows{
      w.nfd_s_row("N1", s(1), "101.010101", ".0301010101", "2.98000000e-4", "1.48995")};
  for (const Restart restart : {kAny, kNewest}) {
    rows.push_back(w.timeout_row("T1", ms(1020), restart, "5.258195", ".07049971", ".01340759"));
    rows.push_back(w.timeout_row("T2", ms(1500), restart, "101.0101", ".5101010", "5.050000e-3",
                                 restart == kNewest ? "1.011140" : ""));
    rows.push_back(w.timeout_row("T3", s(2), restart, "200.0200", ".03960596", "1.980100e-4"));
  }
  check_world(w.lasting(2.3e6), rows);
}

TEST_CASE("short delays, rare mistakes: N2, N3, N4 and T4 come out of the simulation", "[long]") {
  const World& w = kExp02;
  std::vector<Row> rows{
      w.nfd_s_row("N2", ms(1500), "10101.0101", ".530101009", "5.24800e-5", "1.98991238"),
      w.nfd_s_row("N3", s(2), "10101.0101", ".0301010101", "2.98000000e-6", "2.48989950"),
      w.nfd_s_row("N4", ms(2500), "1010101.01", ".530101009", "5.24800e-7", "2.98989912"),
      w.timeout_row("T4", ms(2500), kAny, "10101.01", ".5101010", "5.050000e-5"),
      w.timeout_row("T4", ms(2500), kNewest, "10101.01", ".5101010", "5.050000e-5")};
  rows[2].least_mistakes = 500;
  check_world(w.lasting(6e8), rows);
}

TEST_CASE("delays that reorder: N5 and T5 come out of the simulation") {
  const World& w = kExp5;
  check_world(
      w.lasting(2.8e6),
      {w.nfd_s_row("N5", s(2), "249.992282", ".206440819", "8.25788771e-4", "2.48738997"),
       w.timeout_row("T5", ms(2500), kAny, "136.6684", ".2612395", "1.911484e-3"),
       w.timeout_row("T5", ms(2500), kNewest, "126.7918", ".2622927", "2.068688e-3", "2.489903")});
}

TEST_CASE("heavy tails: N6 comes out of the simulation") {
  const World& w = kLognormal;
  check_world(w.lasting(3.3e6), {w.nfd_s_row("N6", ms(600), "73.9799518", ".0782857717",
                                             "1.05820252e-3", ".715706389")});
}

TEST_CASE("delays as long as the interval: N7 and T6 come out of the simulation") {
  const World& w = kGamma;
  check_world(
      w.lasting(1.3e6),
      {w.nfd_s_row("N7", ms(250), "1.79459600", ".0380597526", ".0212079780", ".292883664"),
       w.timeout_row("T6", ms(300), kAny, "11.53675", ".03545184", "3.072948e-3"),
       w.timeout_row("T6", ms(300), kNewest, "9.499860", ".03557578", "3.744875e-3", ".394737")});
}

TEST_CASE("delays over three intervals: N9 comes out of the simulation, and detection is bounded") {
  const World w{DelayLaw::uniform(0, 3), test::law(Family::uniform, {}, 0, {}, s(3)), 0, s(1)};
  Row timeout = w.timeout_row("uniform", s(2), kNewest, "", "", "");
  timeout.detection_bound = s(5);  // D_max + T
  check_world(w.lasting(1e6),
              {w.nfd_s_row("N9", ms(2200), "6.69642857", ".311111111", ".0464592593", "2.70000000"),
               timeout});
}

TEST_CASE("constant delays: N10, T9 and T10 come out of the simulation") {
  const World& w = kConstant;
  std::vector<Row> rows{
      w.nfd_s_row("N10", ms(2600), "1111.11111", ".611111111", "5.50000000e-4", "2.98906200")};
  for (const Restart restart : {kAny, kNewest}) {
    rows.push_back(
        w.timeout_row("T9", ms(2500), restart, "111.111111", ".611111", "5.500000e-3", "1.990620"));
    rows.push_back(
        w.timeout_row("T10", s(2), restart, "111.111111", "1.111111", "1.000000e-2", "1.494045"));
  }
  check_world(w.lasting(1.2e7), rows);
}

TEST_CASE("constant delays, rare mistakes: T11 comes out of the simulation") {
  const World& w = kHalf;
  check_world(w.lasting(9e7), {w.timeout_row("T11", ms(1700), kAny, "4210.526316", ".326316",
                                             "7.750000e-5", "1.523692"),
                               w.timeout_row("T11", ms(1700), kNewest, "4210.526316", ".326316",
                                             "7.750000e-5", "1.523692")});
}

// No closed form: values from an independent simulation, standard error 3e-4 and 4e-5 there.
TEST_CASE("detection by a timer that old heartbeats restart takes as long as simulated elsewhere") {
  const auto mean = [](const World& w, const char* timeout, double beats) {
    const scenario::Scenario scenario = w.lasting(beats);
    const auto tally =
        test::run(scenario, {test::judged("fixed_timeout", {{"timeout", timeout}})}, s(100));
    return test::measured(tally, 0, scenario, "detection_time_mean_s").mean.value();
  };
  CHECK(std::abs(mean(kExp5, "2.5s", 2e6) - 2.52782) < 4 * 3.5e-4);
  CHECK(std::abs(mean(kGamma, "0.3s", 1e6) - .40433) < 4 * 1e-4);
}

}  // namespace flatline::oracle
