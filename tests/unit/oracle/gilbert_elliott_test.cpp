#include "flatline/oracle/gilbert_elliott.hpp"

#include <cmath>

#include "flatline/oracle/nfd_s.hpp"
#include "printed.hpp"
#include "support/catch.hpp"

namespace flatline::oracle {

// Values computed independently and confirmed by simulation. Tolerance: half a unit of the last
// digit given.
TEST_CASE("correlated loss agrees with values computed elsewhere") {
  const GilbertElliott g1{.01, .3, 0, 1}, g2{.005, .2, .001, .8}, g3{.02, .5, .01, .9},
      g4{.01, .3, .001, .95};
  CHECK_PRINTED(g1.mean_loss(), ".032258");
  CHECK_PRINTED(g2.mean_loss(), ".020488");
  CHECK_PRINTED(g3.mean_loss(), ".044231");
  CHECK_PRINTED(g4.mean_loss(), ".031613");

  const MistakeQos q1 = simple_timeout_gilbert_elliott(g1, 1, 3.5);
  CHECK_PRINTED(q1.mistake_recurrence, "210.884354");
  CHECK_PRINTED(q1.mistake_duration, "2.833333");
  CHECK_PRINTED(q1.one_minus_query_accuracy, "1.343548e-2");
  const MistakeQos q2 = simple_timeout_gilbert_elliott(g2, .5, 2.2);
  CHECK_PRINTED(q2.mistake_recurrence, "271.362262");
  CHECK_PRINTED(q2.mistake_duration, "1.188894");
  CHECK_PRINTED(q2.one_minus_query_accuracy, "4.381205e-3");
  const MistakeQos q3 = simple_timeout_gilbert_elliott(g3, .1, .35);
  CHECK_PRINTED(q3.mistake_recurrence, "25.352287");
  CHECK_PRINTED(q3.mistake_duration, ".131869");
  CHECK_PRINTED(q3.one_minus_query_accuracy, "5.201472e-3");

  const DelayLaw law = DelayLaw::exponential(.05).shifted(.05);
  const MistakeQos q4 = nfd_s_gilbert_elliott(law, g4, .1, .35);
  CHECK_PRINTED(q4.mistake_recurrence, "20.44656");
  CHECK_PRINTED(q4.mistake_duration, ".2298747");
  CHECK_PRINTED(q4.one_minus_query_accuracy, "1.124271e-2");
  CHECK_PRINTED(nfd_s(law, g4.mean_loss(), .1, .35).mistake_recurrence, "378.32");
}

TEST_CASE("a chain that forgets its state at once is independent loss") {
  // bad_to_good = 1 - good_to_bad: every slot is bad with probability .2 by itself; equal to
  // rounding.
  const GilbertElliott chain{.2, .8, .05, .5};
  const double loss = .8 * .05 + .2 * .5;
  const MistakeQos timeout = simple_timeout_gilbert_elliott(chain, .5, 2.2);
  const MistakeQos expected =
      simple_timeout(DelayLaw::constant(.1), loss, .5, 2.2, Restart::newest).mistakes;
  CHECK(timeout.mistake_recurrence == Approx(expected.mistake_recurrence).epsilon(1e-12));
  CHECK(timeout.mistake_duration == Approx(expected.mistake_duration).epsilon(1e-12));

  const DelayLaw law = DelayLaw::gamma(2, .05).shifted(.05).cut_off(.4);
  const MistakeQos nfd = nfd_s_gilbert_elliott(law, chain, .1, .25);
  const NfdSQos plain = nfd_s(law, loss, .1, .25);
  CHECK(nfd.mistake_recurrence == Approx(plain.mistake_recurrence).epsilon(1e-10));
  CHECK(nfd.mistake_duration == Approx(plain.mistake_duration).epsilon(1e-10));
  CHECK(nfd.one_minus_query_accuracy == Approx(plain.one_minus_query_accuracy).epsilon(1e-10));
}

TEST_CASE("simple Gilbert loss follows its short formula") {
  // rate = pi_G a (1 - r)^(k - 1) / eta, E(T_M) = (k + 1) eta - T + eta (1 - r) / r; k = 200 would
  // underflow a plain product of far longer runs, and needs all digits here.
  const double a = .01, r = .3;
  const MistakeQos qos = simple_timeout_gilbert_elliott({a, r, 0, 1}, 1, 200.5);
  CHECK(qos.mistake_recurrence ==
        Approx(1 / (r / (a + r) * a * std::pow(1 - r, 199))).epsilon(1e-10));
  CHECK(qos.mistake_duration == Approx(.5 + .7 / .3).epsilon(1e-12));
}

TEST_CASE("losses that never come in a row longer than the timeout are no mistake") {
  const MistakeQos qos = simple_timeout_gilbert_elliott({.1, 1, 0, 1}, 1, 2.5);
  CHECK(std::isinf(qos.mistake_recurrence));
  CHECK(qos.mistake_duration == 0);
}

TEST_CASE("a chain in time keeps its shares and composes over slots") {
  const GilbertElliott half = slot_chain(20, 1.5, .25, 0, 1);
  const GilbertElliott whole = slot_chain(20, 1.5, .5, 0, 1);
  CHECK(half.bad_share() == Approx(1.5 / 21.5).epsilon(1e-14));
  CHECK(whole.bad_share() == Approx(1.5 / 21.5).epsilon(1e-14));
  const double two_steps =
      (1 - half.good_to_bad) * half.good_to_bad + half.good_to_bad * (1 - half.bad_to_good);
  CHECK(whole.good_to_bad == Approx(two_steps).epsilon(1e-13));
  // Slots far apart are independent, slots near one another hardly change.
  CHECK(slot_chain(20, 1.5, 1e4, 0, 1).good_to_bad == Approx(1.5 / 21.5).epsilon(1e-12));
  CHECK(slot_chain(20, 1.5, 1e-6, 0, 1).good_to_bad == Approx(1e-6 / 20).epsilon(1e-6));
}

}  // namespace flatline::oracle
