#include "flatline/oracle/nfd_s.hpp"

#include <cmath>

#include "printed.hpp"
#include "support/catch.hpp"

namespace flatline::oracle {
namespace {

const DelayLaw kExp02 = DelayLaw::exponential(.02);
const DelayLaw kLognormal = DelayLaw::lognormal(.1, 1);
const DelayLaw kGamma = DelayLaw::gamma(2, .05).shifted(.05);

struct Row {
  const char* name;
  DelayLaw law;
  double loss, eta, delta;
  int k;
  const char *p_s, *recurrence, *duration, *inaccuracy, *detection;
};

}  // namespace

// Values computed independently by adaptive quadrature and confirmed by simulation of up to 3
// million mistakes, except the last two, which no simulation reaches. Tolerance: half a unit of the
// last digit given.
TEST_CASE("NFD-S agrees with values computed elsewhere") {
  const Row rows[] = {
      {"N1", kExp02, .01, 1, 1, 1, "9.90000000e-3", "101.010101", ".0301010101", "2.98000000e-4",
       "1.48995"},
      {"N2", kExp02, .01, 1, 1.5, 2, "9.90000001e-5", "10101.0101", ".530101009", "5.24800e-5",
       "1.98991238"},
      {"N3", kExp02, .01, 1, 2, 2, "9.90000000e-5", "10101.0101", ".0301010101", "2.98000000e-6",
       "2.48989950"},
      {"N4", kExp02, .01, 1, 2.5, 3, "9.90000001e-7", "1010101.01", ".530101009", "5.24800e-7",
       "2.98989912"},
      {"N5", DelayLaw::exponential(.5), .01, 1, 2, 2, "4.00012349e-3", "249.992282", ".206440819",
       "8.25788771e-4", "2.48738997"},
      {"N6", kLognormal, .02, .25, .6, 3, "3.37929390e-3", "73.9799518", ".0782857717",
       "1.05820252e-3", ".715706389"},
      {"N7", kGamma, .05, .1, .25, 3, "5.57228478e-2", "1.79459600", ".0380597526", ".0212079780",
       ".292883664"},
      {"N9", DelayLaw::uniform(0, 3), 0, 1, 2.2, 3, ".149333333", "6.69642857", ".311111111",
       ".0464592593", "2.70000000"},
      {"N10", DelayLaw::constant(.1), .1, 1, 2.6, 3, "9.00000000e-4", "1111.11111", ".611111111",
       "5.50000000e-4", "2.98906200"},
      // 1 - P_A of the last two: E(T_M) / E(T_MR) of the values before it.
      {"N12", kLognormal, .02, .25, 2, 8, "4.96907568e-12", "5.03111678e10", ".0609780703",
       "1.21201858e-12", "2.11966193"},
      {"N13", kGamma, .05, .1, 1, 10, "1.37595661e-11", "7.26767103e9", ".0334014807",
       "4.59589881e-12", "1.04473684"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const NfdSQos qos = nfd_s(row.law, row.loss, row.eta, row.delta);
    CHECK(qos.k == row.k);
    CHECK_PRINTED(qos.p_s, row.p_s);
    CHECK_PRINTED(qos.mistake_recurrence, row.recurrence);
    CHECK_PRINTED(qos.mistake_duration, row.duration);
    CHECK_PRINTED(qos.one_minus_query_accuracy, row.inaccuracy);
    CHECK_PRINTED(qos.detection_time, row.detection);
    CHECK(qos.one_minus_query_accuracy ==
          Approx(qos.mistake_duration / qos.mistake_recurrence).epsilon(1e-12));
  }
  CHECK_PRINTED(nfd_s(DelayLaw::exponential(.5), .01, 1, 2).q_0, ".987546035");
  CHECK_PRINTED(nfd_s(kLognormal, .02, .25, .6).q_0, ".964148784");
  CHECK_PRINTED(nfd_s(kGamma, .05, .1, .25).q_0, ".933516298");
}

TEST_CASE("NFD-S follows the stairs of the published simulation set-up") {
  // eta = 1, loss .01, exponential delay .02; T_D^U = delta + eta. E(T_MR) jumps by 1 / loss at
  // whole T_D^U.
  struct Step {
    double bound;
    const char *recurrence, *duration;
  };
  for (const Step& step :
       {Step{1.20, "1.005581e2", ".826476"}, Step{1.50, "1.010101e2", ".530101"},
        Step{2.00, "1.010101e2", ".030101"}, Step{2.20, "1.005581e4", ".826476"},
        Step{2.50, "1.010101e4", ".530101"}, Step{3.00, "1.010101e4", ".030101"},
        Step{3.25, "1.009728e6", ".779821"}, Step{3.50, "1.010101e6", ".530101"}}) {
    CAPTURE(step.bound);
    const NfdSQos qos = nfd_s(kExp02, .01, 1, step.bound - 1);
    CHECK_PRINTED(qos.mistake_recurrence, step.recurrence);
    CHECK_PRINTED(qos.mistake_duration, step.duration);
  }
}

TEST_CASE("NFD-S without a cause for mistakes makes none") {
  const NfdSQos qos = nfd_s(DelayLaw::constant(.1), 0, 1, .5);
  CHECK(std::isinf(qos.mistake_recurrence));
  CHECK(qos.mistake_duration == 0);
  CHECK(qos.one_minus_query_accuracy == 0);
  CHECK(qos.detection_time == Approx(1.0));  // uniform on (delta, delta + eta)
}

TEST_CASE("NFD-S suspects for ever when no heartbeat can be in time") {
  const NfdSQos qos = nfd_s(DelayLaw::constant(3), 0, 1, .5);
  CHECK(qos.one_minus_query_accuracy == 1);
  CHECK(std::isinf(qos.mistake_recurrence));
  CHECK(qos.detection_time == 0);
}

TEST_CASE("NFD-S mistakes rarer than any simulation can see keep their digits") {
  // Constant delay: E(T_MR) = eta / ((1 - p) p^k'), k' = floor((delta - d) / eta) + 1 = 100 misses.
  const NfdSQos qos = nfd_s(DelayLaw::constant(.1), .001, 1, 99.5);
  CHECK(std::log10(qos.mistake_recurrence) == Approx(300 - std::log10(.999)).epsilon(1e-13));
  CHECK(qos.mistake_duration == Approx(.6 + .001 / .999).epsilon(1e-9));
}

}  // namespace flatline::oracle
