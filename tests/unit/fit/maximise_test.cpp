#include "fit/maximise.hpp"

#include <cmath>

#include "support/catch.hpp"

using flatline::fit::maximise;

TEST_CASE("The maximiser climbs a curved ridge to its top, with the Hessian of the formula there") {
  // Rosenbrock's valley upside down, the classic hard case: top (1, 1), Hessian -[802 -400; -400
  // 200].
  const auto ridge = [](std::span<const double> x) {
    return -100 * std::pow(x[1] - x[0] * x[0], 2) - std::pow(1 - x[0], 2);
  };
  const auto top = maximise(ridge, std::vector{-1.2, 1.0}, std::vector{0.1, 0.1});
  REQUIRE(top.converged);
  // Central differences of step 1e-4 have an error of about h^2 f''''/12 = 2e-6 in the Hessian and
  // 1e-6 in the place where the gradient vanishes.
  CHECK(top.at[0] == Approx(1).margin(1e-5));
  CHECK(top.at[1] == Approx(1).margin(1e-5));
  CHECK(top.hessian[0] == Approx(-802).epsilon(1e-4));
  CHECK(top.hessian[1] == Approx(400).epsilon(1e-4));
  CHECK(top.hessian[3] == Approx(-200).epsilon(1e-4));
  const auto covariance = top.covariance();
  REQUIRE(covariance.size() == 4);
  CHECK(covariance[0] == Approx(0.5).epsilon(2e-3));  // 200 / (802 * 200 - 400^2), ill conditioned
}

TEST_CASE("The maximiser stays where the function is defined") {
  const auto f = [](std::span<const double> x) { return 3 * std::log(x[0]) - x[0]; };
  const auto top = maximise(f, std::vector{0.01}, std::vector{0.5});
  REQUIRE(top.converged);
  CHECK(top.at[0] == Approx(3).epsilon(1e-6));  // h^2 with h = 5e-4
  CHECK(top.hessian[0] == Approx(-1.0 / 3).epsilon(1e-4));
}

TEST_CASE("A flat direction has no covariance") {
  const auto f = [](std::span<const double> x) { return -x[0] * x[0]; };
  const auto top = maximise(f, std::vector{1.0, 1.0}, std::vector{0.5, 0.5});
  CHECK(top.covariance().empty());
}
