#include "flatline/detect/phi.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "flatline/base/check.hpp"
#include "support/catch.hpp"

using namespace flatline::detect;

namespace {

double relative_error(double value, double expected) {
  return std::abs(value / expected - 1);
}

}  // namespace

TEST_CASE("normal_phi agrees with nine-digit oracle values") {
  // From 60-digit arithmetic, printed to nine digits: half a unit of the ninth digit is at most
  // 5e-9.
  const std::vector<std::pair<double, double>> oracle{
      {0, .301029996},   {1, .799545541},   {2, 1.64301608},     {3, 2.86969904},
      {4, 4.49933491},   {5, 6.54264567},   {6, 9.00586433},     {8, 15.2061426},
      {10, 23.1180534},  {20, 88.5600953},  {37, 299.242181},    {40, 349.437006},
      {100, 2173.87154}, {-1, .0750260130}, {-3, 5.86649314e-4}, {-5, 1.24491214e-7}};
  for (const auto& [z, phi] : oracle) {
    CAPTURE(z);
    CHECK(relative_error(normal_phi(z), phi) < 5e-9);
  }
}

TEST_CASE("normal_phi equals -log10 of the complementary error function where that is good") {
  // libm's erfc is good to a few units in the last place for moderate z: 1e-14 covers it and ours.
  for (double z = -6; z < 20; z += 0.0173) {
    CAPTURE(z);
    const double tail = std::erfc(std::abs(z) / std::sqrt(2.0)) / 2;
    const double expected = z > 0 ? -std::log10(tail) : -std::log1p(-tail) / std::log(10.0);
    CHECK(relative_error(normal_phi(z), expected) < 3e-14);
  }
}

TEST_CASE("normal_phi follows its asymptotic series far out") {
  for (double z = 40; z <= 1000; z += 7.3) {
    CAPTURE(z);
    const double s = 1 / (z * z);
    const double correction = -s + 3 * s * s - 15 * s * s * s + 105 * s * s * s * s;
    const double log_tail =
        -z * z / 2 - std::log(z * std::sqrt(2 * std::acos(-1.0))) + std::log1p(correction);
    CHECK(relative_error(normal_phi(z), -log_tail / std::log(10.0)) < 1e-14);
  }
}

TEST_CASE("normal_phi never falls and meets its limits") {
  double before = 0;
  // A step of 1/256 is far above the rounding of a value, so a fall would be a seam between two
  // formulas.
  for (double z = -39; z < 60; z += 1.0 / 256) {
    const double phi = normal_phi(z);
    REQUIRE(phi >= before);
    before = phi;
  }
  CHECK(normal_phi(-std::numeric_limits<double>::infinity()) == 0);
  CHECK(std::isinf(normal_phi(std::numeric_limits<double>::infinity())));
}

TEST_CASE("normal_phi_inverse agrees with eight-decimal oracle values") {
  const std::vector<std::pair<double, double>> oracle{
      {.5, .47827353},  {1, 1.28155157},  {2, 2.32634787}, {3, 3.09023231},
      {4, 3.71901649},  {5, 4.26489079},  {6, 4.75342431}, {8, 5.61200124},
      {10, 6.36134090}, {12, 7.03448383}, {16, 8.22208222}};
  for (const auto& [phi, z] : oracle) {
    CAPTURE(phi);
    CHECK(std::abs(normal_phi_inverse(phi) - z) < 5.1e-9);
  }
}

TEST_CASE("normal_phi_inverse undoes normal_phi") {
  // Below -6 the slope of phi is so small that only z, not phi, can be compared; 1e-13 of z as
  // documented.
  for (double z = -30; z < 1000; z += z < 12 ? 0.0371 : 5.9) {
    CAPTURE(z);
    CHECK(std::abs(normal_phi_inverse(normal_phi(z)) - z) <= 1e-13 * std::max(1.0, std::abs(z)));
  }
  CHECK(std::abs(normal_phi_inverse(std::log10(2.0))) < 1e-15);
}

TEST_CASE("normal_phi_inverse refuses what is no level") {
  CHECK_THROWS_AS(normal_phi_inverse(0), flatline::ContractViolation);
  CHECK_THROWS_AS(normal_phi_inverse(-1), flatline::ContractViolation);
  CHECK_THROWS_AS(normal_phi_inverse(std::nan("")), flatline::ContractViolation);
}
