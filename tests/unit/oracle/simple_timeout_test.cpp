#include "flatline/oracle/simple_timeout.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "printed.hpp"
#include "support/catch.hpp"

namespace flatline::oracle {
namespace {

const DelayLaw kExp02 = DelayLaw::exponential(.02);
const DelayLaw kGamma = DelayLaw::gamma(2, .05).shifted(.05);

struct Row {
  const char* name;
  DelayLaw law;
  double loss, eta, timeout;
  Restart restart;
  const char *recurrence, *duration, *inaccuracy;
};

}  // namespace

// Values computed independently by quadrature and confirmed by simulation. Tolerance: half a unit
// of the last digit.
TEST_CASE("the simple timeout agrees with values computed elsewhere") {
  const auto any = Restart::any;
  const auto newest = Restart::newest;
  const Row rows[] = {
      {"T1", kExp02, .01, 1, 1.02, any, "5.258195", ".07049971", ".01340759"},
      {"T1", kExp02, .01, 1, 1.02, newest, "5.258195", ".07049971", ".01340759"},
      {"T2", kExp02, .01, 1, 1.5, any, "101.0101", ".5101010", "5.050000e-3"},
      {"T2", kExp02, .01, 1, 1.5, newest, "101.0101", ".5101010", "5.050000e-3"},
      {"T3", kExp02, .01, 1, 2, any, "200.0200", ".03960596", "1.980100e-4"},
      {"T3", kExp02, .01, 1, 2, newest, "200.0200", ".03960596", "1.980100e-4"},
      {"T4", kExp02, .01, 1, 2.5, any, "10101.01", ".5101010", "5.050000e-5"},
      {"T4", kExp02, .01, 1, 2.5, newest, "10101.01", ".5101010", "5.050000e-5"},
      {"T5", DelayLaw::exponential(.5), .01, 1, 2.5, any, "136.6684", ".2612395", "1.911484e-3"},
      {"T5", DelayLaw::exponential(.5), .01, 1, 2.5, newest, "126.7918", ".2622927", "2.068688e-3"},
      {"T6", kGamma, .05, .1, .3, any, "11.53675", ".03545184", "3.072948e-3"},
      {"T6", kGamma, .05, .1, .3, newest, "9.499860", ".03557578", "3.744875e-3"},
      {"T9", DelayLaw::constant(.1), .1, 1, 2.5, any, "111.111111", ".611111", "5.500000e-3"},
      {"T10", DelayLaw::constant(.1), .1, 1, 2, any, "111.111111", "1.111111", "1.000000e-2"},
      {"T11", DelayLaw::constant(.1), .05, .5, 1.7, any, "4210.526316", ".326316", "7.750000e-5"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name, row.restart == newest);
    const MistakeQos qos =
        simple_timeout(row.law, row.loss, row.eta, row.timeout, row.restart).mistakes;
    CHECK_PRINTED(qos.mistake_recurrence, row.recurrence);
    CHECK_PRINTED(qos.mistake_duration, row.duration);
    CHECK_PRINTED(qos.one_minus_query_accuracy, row.inaccuracy);
  }
}

TEST_CASE("the mean detection time of the simple timeout agrees with values computed elsewhere") {
  const auto mean = [](const DelayLaw& law, double loss, double eta, double timeout) {
    return simple_timeout(law, loss, eta, timeout, Restart::newest).detection_time.value();
  };
  CHECK_PRINTED(mean(kExp02, .01, 1, 1.5), "1.011140");
  CHECK_PRINTED(mean(DelayLaw::exponential(.5), .01, 1, 2.5), "2.489903");
  CHECK_PRINTED(mean(kGamma, .05, .1, .3), ".394737");
  CHECK_PRINTED(mean(DelayLaw::constant(.1), .1, 1, 2.5), "1.990620");
  CHECK_PRINTED(mean(DelayLaw::constant(.1), .1, 1, 2.0), "1.494045");
  CHECK_PRINTED(mean(DelayLaw::constant(.1), .05, .5, 1.7), "1.523692");
  CHECK_FALSE(simple_timeout(kExp02, .01, 1, 1.5, Restart::any).detection_time);
}

TEST_CASE("the simple detector with a cut-off follows the stairs of the published set-up") {
  // eta = 1, loss .01, exponential delay .02; T = T_D^U - c for c = .16 and .08.
  struct Step {
    double bound;
    const char *long_recurrence, *long_duration, *short_recurrence, *short_duration;
  };
  const Step steps[] = {
      {1.20, "1.312025e1", ".147079", "3.657505e1", ".908947"},
      {1.50, "9.779611e1", ".670440", "3.657505e1", ".608947"},
      {2.00, "9.779611e1", ".170440", "3.657505e1", ".108947"},
      {2.20, "1.269853e3", ".147079", "1.300100e3", ".908947"},
      {2.50, "9.465262e3", ".670440", "1.300100e3", ".608947"},
      {3.00, "9.465262e3", ".170440", "1.300100e3", ".108947"},
      {3.25, "6.104375e5", ".618917", "4.621349e4", ".858947"},
      {3.50, "9.161017e5", ".670440", "4.621349e4", ".608947"},
  };
  const auto mistakes = [](double bound, double cut_off) {
    return simple_timeout(kExp02.cut_off(cut_off), .01, 1, bound - cut_off, Restart::newest)
        .mistakes;
  };
  for (const Step& step : steps) {
    CAPTURE(step.bound);
    CHECK_PRINTED(mistakes(step.bound, .16).mistake_recurrence, step.long_recurrence);
    CHECK_PRINTED(mistakes(step.bound, .16).mistake_duration, step.long_duration);
    CHECK_PRINTED(mistakes(step.bound, .08).mistake_recurrence, step.short_recurrence);
    CHECK_PRINTED(mistakes(step.bound, .08).mistake_duration, step.short_duration);
  }
}

TEST_CASE("quadrature agrees with the explicit law of gaps without reordering") {
  // Uniform delay on (0, .2), eta = 1, T = 2.5: a mistake iff two losses or more in a row, whatever
  // the delays, so E(T_MR) = eta / ((1 - p) p^2) and E(T_M) = 3 - 2.5 + p / (1 - p). Relative
  // accuracy as promised.
  for (const Restart restart : {Restart::any, Restart::newest}) {
    const MistakeQos qos = simple_timeout(DelayLaw::uniform(0, .2), .1, 1, 2.5, restart).mistakes;
    CHECK(qos.mistake_recurrence == Approx(1 / (.9 * .01)).epsilon(1e-9));
    CHECK(qos.mistake_duration == Approx(.5 + .1 / .9).epsilon(1e-9));
  }
}

TEST_CASE("quadrature keeps its accuracy where a density is infinite") {
  // Gamma of shape .4: the density is infinite at zero and every heartbeat adds a kink. The values
  // come from a run with three times as many pieces and tolerances a thousand times smaller; 1e-9
  // is promised.
  const DelayLaw law = DelayLaw::gamma(.4, .2);
  CHECK(simple_timeout(law, .05, .1, .3, Restart::any).mistakes.mistake_recurrence ==
        Approx(7.113530365157).epsilon(1e-9));
  CHECK(simple_timeout(law, .05, .1, .3, Restart::newest).mistakes.mistake_recurrence ==
        Approx(5.320217907416).epsilon(1e-9));
}

TEST_CASE("a direct simulation agrees under heavy tails and reordering") {
  // Lognormal delay of median .1 and sigma 1, loss .02, eta = .25, T = .6: 4e5 heartbeats, about
  // 8000 mistakes. Mistakes are nearly independent; 4.5 / sqrt(n) = 5 % is 4.5 standard errors of
  // each of the four numbers (the standard deviation of T_M is near its mean): alpha 3e-5 in all.
  const DelayLaw law = DelayLaw::lognormal(.1, 1);
  constexpr double kLoss = .02, kEta = .25, kTimeout = .6;
  constexpr int kBeats = 400000;
  std::mt19937_64 bits(2002);
  const auto uniform = [&] { return (static_cast<double>(bits() >> 11) + .5) * 0x1p-53; };
  std::vector<std::pair<double, int>> arrivals;
  for (int i = 0; i < kBeats; ++i) {
    const bool lost = uniform() < kLoss;
    const double delay = law.upper_quantile(uniform());
    if (!lost) arrivals.emplace_back(i * kEta + delay, i);
  }
  std::sort(arrivals.begin(), arrivals.end());
  for (const Restart restart : {Restart::any, Restart::newest}) {
    double restarted = arrivals.front().first;
    int newest = -1, mistakes = 0;
    double suspected = 0;
    for (const auto& [time, beat] : arrivals) {
      if (restart == Restart::newest && beat < newest) continue;
      newest = beat;
      const double excess = time - restarted - kTimeout;
      restarted = time;
      if (excess <= 0) continue;
      ++mistakes;
      suspected += excess;
    }
    const MistakeQos exact = simple_timeout(law, kLoss, kEta, kTimeout, restart).mistakes;
    const double bound = 4.5 / std::sqrt(mistakes);
    CAPTURE(restart == Restart::newest, mistakes);
    CHECK(kBeats * kEta / mistakes == Approx(exact.mistake_recurrence).epsilon(bound));
    CHECK(suspected / mistakes == Approx(exact.mistake_duration).epsilon(bound));
  }
}

TEST_CASE("mistakes rarer than a double can multiply keep their digits") {
  // As before with loss 1e-3 and T = 102.5: 102 losses in a row, about 1e306 seconds.
  const MistakeQos qos =
      simple_timeout(DelayLaw::uniform(0, .2), 1e-3, 1, 102.5, Restart::newest).mistakes;
  CHECK(std::log10(qos.mistake_recurrence) == Approx(306 - std::log10(.999)).epsilon(1e-12));
  CHECK(qos.mistake_duration == Approx(.5 + .001 / .999).epsilon(1e-9));
}

TEST_CASE("an arrival exactly at the deadline is in time") {
  // k losses in a row are survived for T from k eta on, rounding of .1 * 3 forgiven.
  const DelayLaw law = DelayLaw::constant(.05);
  const double p = .1;
  CHECK(simple_timeout(law, p, .1, .3, Restart::any).mistakes.mistake_recurrence ==
        Approx(.1 / (.9 * p * p * p)).epsilon(1e-12));
  CHECK(simple_timeout(law, p, .1, .29, Restart::any).mistakes.mistake_recurrence ==
        Approx(.1 / (.9 * p * p)).epsilon(1e-12));
}

TEST_CASE("a timeout that is never reached makes no mistake") {
  for (const DelayLaw& law : {DelayLaw::uniform(0, .2), DelayLaw::constant(.1)}) {
    const MistakeQos qos = simple_timeout(law, 0, 1, 1.5, Restart::newest).mistakes;
    CHECK(std::isinf(qos.mistake_recurrence));
    CHECK(qos.mistake_duration == 0);
    CHECK(qos.one_minus_query_accuracy == 0);
  }
}

}  // namespace flatline::oracle
