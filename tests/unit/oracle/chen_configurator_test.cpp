#include "flatline/oracle/chen_configurator.hpp"

#include <cmath>

#include "flatline/base/check.hpp"
#include "flatline/oracle/nfd_s.hpp"
#include "printed.hpp"
#include "support/catch.hpp"

namespace flatline::oracle {
namespace {

constexpr double kLoss = 0.01;
constexpr double kMonth = 30 * 86400.0;

DelayLaw short_delay() {
  return DelayLaw::exponential(0.02);
}

}  // namespace

TEST_CASE("the configurators give the settings of the paper's example") {
  const QosRequirement requirement{30, kMonth, 60};
  const auto a = configure_nfd_s(requirement, short_delay(), kLoss);
  REQUIRE(a);
  CHECK_PRINTED(a->interval, "9.976436");
  CHECK_PRINTED(a->shift, "20.023564");
  // The paper's mean and variance are both 0.02.
  const auto b = configure_nfd_s(requirement, DelayMoments{0.02, 0.02}, kLoss);
  REQUIRE(b);
  CHECK_PRINTED(b->interval, "9.709804");
  CHECK_PRINTED(b->shift, "20.290196");
  const auto c = configure_nfd_e(requirement, 0.02, kLoss);
  REQUIRE(c);
  CHECK_PRINTED(c->interval, "9.716616");
  CHECK_PRINTED(c->shift, "20.283384");
  // As printed there, to 0.01 and cut rather than rounded.
  CHECK(std::floor(a->interval * 100) == 997);
  CHECK(std::floor(b->interval * 100) == 970);
}

TEST_CASE("the configurators agree with values computed elsewhere") {
  struct Row {
    QosRequirement requirement;
    const char *a, *a_shift, *b, *b_shift, *c, *c_shift;
  };
  const Row rows[] = {
      {{1, 60, .5}, ".495000", ".505000", ".483316", ".516684", ".493607", ".506393"},
      {{2, 3600, 1}, ".959306", "1.040694", ".907610", "1.092390", ".918485", "1.081515"},
      {{5, 86400, 5}, "1.655431", "3.344569", "1.645722", "3.354278", "1.652427", "3.347573"},
      {{10, 31536000, 30}, "2.486729", "7.513271", "2.476571", "7.523429", "2.481595", "7.518405"},
      {{30, kMonth, 60},
       "9.976436",
       "20.023564",
       "9.954531",
       "20.045469",
       "9.961216",
       "20.038784"}};
  for (const Row& row : rows) {
    CAPTURE(row.requirement.detection_time);
    const auto a = configure_nfd_s(row.requirement, short_delay(), kLoss);
    const auto b = configure_nfd_s(row.requirement, DelayMoments{0.02, 0.0004}, kLoss);
    const auto c = configure_nfd_e(row.requirement, 0.0004, kLoss);
    REQUIRE((a && b && c));
    CHECK_PRINTED(a->interval, row.a);
    CHECK_PRINTED(a->shift, row.a_shift);
    CHECK_PRINTED(b->interval, row.b);
    CHECK_PRINTED(b->shift, row.b_shift);
    CHECK_PRINTED(c->interval, row.c);
    CHECK_PRINTED(c->shift, row.c_shift);
  }
}

TEST_CASE("what procedure A sets delivers what was asked, and nothing much slower does") {
  for (const double recurrence : {60.0, 3600.0, 86400.0, 3e7, 1e9}) {
    for (const double detection : {0.5, 2.0, 5.0}) {
      CAPTURE(recurrence, detection);
      const QosRequirement requirement{detection, recurrence, 60};
      const auto setting = configure_nfd_s(requirement, DelayLaw::lognormal(0.03, 0.8), kLoss);
      REQUIRE(setting);
      const auto qos =
          nfd_s(DelayLaw::lognormal(0.03, 0.8), kLoss, setting->interval, setting->shift);
      // 1e-9: the accuracy of the closed form.
      CHECK(qos.mistake_recurrence >= recurrence * (1 - 1e-9));
      CHECK(qos.mistake_duration <= 60);
      // The procedure is exact for E(T_MR): every interval 0.1 % longer or more, on a grid,
      // misses the mark.
      const double longest = std::min(detection, 60.0);
      for (double eta = setting->interval * 1.001; eta < longest; eta *= 1.003) {
        CHECK(
            nfd_s(DelayLaw::lognormal(0.03, 0.8), kLoss, eta, detection - eta).mistake_recurrence <
            recurrence);
      }
    }
  }
}

TEST_CASE("knowing less costs heartbeats") {
  const QosRequirement requirement{4, 86400, 5};
  const auto a = configure_nfd_s(requirement, short_delay(), kLoss);
  const auto b = configure_nfd_s(requirement, DelayMoments{0.02, 0.0004}, kLoss);
  const auto doubtful = configure_nfd_s(requirement, DelayMoments{0.02, 0.04}, kLoss);
  REQUIRE((a && b && doubtful));
  CHECK(a->interval > b->interval);
  CHECK(b->interval > doubtful->interval);
}

TEST_CASE("without doubt the bounds alone decide") {
  // No loss and delays that are all in time: no mistakes, so one heartbeat per detection time does,
  // or one per allowed mistake.
  const auto free = configure_nfd_s({2, 1e12, 60}, DelayLaw::constant(0.1), 0);
  REQUIRE(free);
  CHECK(free->interval == Approx(1.9).epsilon(1e-9));  // at 2 each heartbeat would come too late
  const auto brief = configure_nfd_e({2, 1e12, 0.5}, 0, 0);
  REQUIRE(brief);
  CHECK(brief->interval == Approx(0.5));
  CHECK(brief->shift == Approx(1.5));
}

TEST_CASE("what cannot be had is refused") {
  CHECK_FALSE(configure_nfd_s({1, 60, 1}, DelayLaw::constant(2), 0));
  CHECK_FALSE(configure_nfd_s({1, 60, 1}, DelayMoments{1, 0.1}, 0));
  CHECK_FALSE(configure_nfd_e({1, 1e300, 1}, 1e6, 0.5));
  CHECK_THROWS_AS(configure_nfd_e({1, 60, 1}, 0.1, 1), ContractViolation);
  CHECK_THROWS_AS(configure_nfd_e({0, 60, 1}, 0.1, 0), ContractViolation);
  CHECK_THROWS_AS(configure_nfd_e({1, 60, 1}, -0.1, 0), ContractViolation);
}

}  // namespace flatline::oracle
