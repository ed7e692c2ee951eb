#include "flatline/oracle/delay_law.hpp"

#include <cmath>
#include <vector>

#include "flatline/base/check.hpp"
#include "support/catch.hpp"

namespace flatline::oracle {

TEST_CASE("distribution, survival and density of every law belong together") {
  const std::vector<DelayLaw> laws{DelayLaw::exponential(.02),
                                   DelayLaw::lognormal(.1, 1),
                                   DelayLaw::gamma(2, .05).shifted(.05),
                                   DelayLaw::uniform(.1, .4),
                                   DelayLaw::exponential(.02).cut_off(.08),
                                   DelayLaw::gamma(2, .05).shifted(.05).cut_off(.3)};
  for (const DelayLaw& law : laws) {
    for (const double q : {0.99, 0.7, 0.3, 0.01}) {
      const double x = law.upper_quantile(q);
      CAPTURE(q, x);
      CHECK(law.sf(x) == Approx(q).epsilon(1e-10));
      CHECK(law.cdf(x) + law.sf(x) == Approx(1).epsilon(1e-12));
      // Central difference: error of order h^2, here below 1e-5 of the density.
      const double h = 1e-5;
      CHECK(law.pdf(x) == Approx((law.cdf(x + h) - law.cdf(x - h)) / (2 * h)).epsilon(1e-4));
    }
    CHECK(law.cdf(law.lower()) == 0);
    CHECK(law.sf(law.upper()) <= 1.01e-14);
  }
}

TEST_CASE("the far tail keeps its digits") {
  CHECK(DelayLaw::exponential(1).sf(600) == Approx(std::exp(-600.0)).epsilon(1e-12));
  // ln(Q(20)) of the normal law: 20^2 / 2 + ... = 88.5600953 on the scale of -log10.
  const double x = .1 * std::exp(20.0);
  CHECK(-std::log10(DelayLaw::lognormal(.1, 1).sf(x)) == Approx(88.5600953).epsilon(1e-9));
}

TEST_CASE("a constant delay is in time at its own instant") {
  const DelayLaw law = DelayLaw::constant(.1).shifted(.2);
  CHECK(law.sf(.3) == 0);
  CHECK(law.cdf(.3) == 1);
  CHECK(law.below(.3) == 0);
  CHECK(law.below(.3001) == 1);
  CHECK(law.sf(.2999) == 1);
}

TEST_CASE("a cut-off turns late messages into losses") {
  const DelayLaw law = DelayLaw::exponential(.02).cut_off(.08);
  CHECK(law.accepted() == Approx(1 - std::exp(-4.0)).epsilon(1e-14));
  CHECK(law.loss_with_cut_off(.01) == Approx(1 - .99 * (1 - std::exp(-4.0))).epsilon(1e-14));
  CHECK(law.sf(.08) == 0);
  CHECK(law.upper() == Approx(.08).epsilon(1e-12));
  CHECK_THROWS_AS(DelayLaw::constant(1).cut_off(.5), ContractViolation);
  CHECK_THROWS_AS(DelayLaw::exponential(0), ContractViolation);
}

}  // namespace flatline::oracle
