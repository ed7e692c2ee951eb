// Levels far out in the tail, and their inverses, against 50-digit arithmetic.

#include <cmath>

#include "detect/fixed_point.hpp"
#include "exact.hpp"
#include "flatline/detect/phi.hpp"
#include "kit.hpp"
#include "support/catch.hpp"

using namespace flatline;
using namespace flatline::detect;

namespace {

/// From -5 to 1000, dense where formulas hand over to each other.
std::vector<double> places() {
  std::vector<double> out;
  for (double z = -5; z < 12; z += 0.0317) out.push_back(z);
  for (double z = 12; z < 1000; z += 7.77) out.push_back(z);
  for (const double z : {-5.0, -3.0, -1.0, 0.0, 1e-9, 2.0, 6.0, 8.3, 21.6, 37.5, 38.5, 1000.0}) {
    out.push_back(z);
  }
  return out;
}

/// Half the last of nine printed digits.
constexpr double kNineDigits = 5e-9;

}  // namespace

TEST_CASE("normal_phi is good to 1e-14 up to z = 1000") {
  for (const double z : places()) {
    CAPTURE(z);
    CHECK(exact::relative_error(normal_phi(z), exact::normal_phi(z)) < 1e-14);
  }
}

TEST_CASE("logistic_phi is good to 1e-14 up to z = 1000") {
  for (const double z : places()) {
    CAPTURE(z);
    CHECK(exact::relative_error(logistic_phi(z), exact::logistic_phi(z)) < 1e-14);
  }
  CHECK(logistic_phi(-std::numeric_limits<double>::infinity()) == 0);
  CHECK(std::isinf(logistic_phi(std::numeric_limits<double>::infinity())));
}

TEST_CASE("logistic_phi agrees with oracle values") {
  const std::vector<std::pair<double, double>> oracle{{2, 1.64283},  {3, 2.90948}, {4, 4.73669},
                                                      {5, 7.29995},  {6, 10.7826}, {8, 21.2416},
                                                      {10, 37.5847}, {20, 259.048}};
  for (const auto& [z, phi] : oracle) {
    CAPTURE(z);
    CHECK(std::abs(logistic_phi(z) / phi - 1) < 5e-6);  // six digits
  }
  CHECK(std::abs(logistic_phi(-1) / .0750330321 - 1) < kNineDigits);
}

TEST_CASE("logistic_phi_inverse agrees with oracle values") {
  const std::vector<std::pair<double, double>> oracle{
      {.5, .47787998},  {1, 1.28221534},  {2, 2.32274554}, {3, 3.05893782},
      {4, 3.63810976},  {5, 4.11919149},  {6, 4.53312692}, {8, 5.22598664},
      {10, 5.79902471}, {12, 6.29212410}, {16, 7.11968093}};
  for (const auto& [phi, y] : oracle) {
    CAPTURE(phi);
    CHECK(std::abs(logistic_phi_inverse(phi) - y) < 5.1e-9);
  }
  // phi 8 of the logistic form acts where the normal law says 7.062.
  CHECK(std::abs(normal_phi(logistic_phi_inverse(8)) - 7.062) < 5e-4);
}

TEST_CASE("The crossing by inverse is the crossing by bisection") {
  // 1e-13, relative or absolute, as documented.
  const auto near = [](double found, const exact::Real& root) {
    const double miss = static_cast<double>(abs(exact::Real(found) - root));
    return miss <= 1e-13 * std::max(1.0, std::abs(found));
  };
  for (const double phi : {1e-9, 0.001, 0.1, 0.3, 0.30102999566398, 0.5, 1.0, 2.0, 5.0, 8.0, 16.0,
                           37.0, 100.0, 299.3, 1000.0, 10000.0}) {
    CAPTURE(phi);
    CHECK(near(normal_phi_inverse(phi), exact::crossing(exact::normal_phi, phi, -8, 250)));
    CHECK(near(logistic_phi_inverse(phi), exact::crossing(exact::logistic_phi, phi, -9, 80)));
  }
  CHECK_THROWS_AS(logistic_phi_inverse(0), ContractViolation);
  CHECK_THROWS_AS(logistic_phi_inverse(-1), ContractViolation);
  CHECK_THROWS_AS(logistic_phi_inverse(std::nan("")), ContractViolation);
}

TEST_CASE("Levels of the phi detectors stay finite and exact a thousand deviations out") {
  // Gaps of 0.9 and 1.1 s by turns: mean 1 s and deviation 0.1 s exactly.
  const kit::Named named{{"threshold", 1.0}, {"window", std::int64_t{4}}};
  const auto normal = kit::family_of("phi_normal", {named});
  const auto logistic = kit::family_of("phi_logistic", {named});
  const auto exponential = kit::family_of("phi_exponential", {named});
  std::int64_t now = 0;
  for (int i = 0; i < 5; ++i) {
    for (Family* family : {normal.get(), logistic.get(), exponential.get()}) {
      family->observe(LocalInstant{now}, {});
    }
    now += i % 2 == 0 ? 900'000'000 : 1'100'000'000;
  }
  const LocalInstant last{4'000'000'000};
  for (const int z : {-5, -1, 0, 1, 7, 9, 22, 38, 40, 100, 1000}) {
    CAPTURE(z);
    const LocalInstant at = last + seconds(1) + milliseconds(100) * z;
    CHECK(exact::relative_error(normal->suspicion(0, at), exact::normal_phi(z)) < 1e-14);
    CHECK(exact::relative_error(logistic->suspicion(0, at), exact::logistic_phi(z)) < 1e-14);
    const exact::Real elapsed = 1 + exact::Real(z) / 10;
    CHECK(exact::relative_error(exponential->suspicion(0, at), elapsed / log(exact::Real(10))) <
          1e-14);
  }
}

TEST_CASE("z(threshold) of the logistic form freezes to the integers of 50-digit arithmetic") {
  for (const double phi : {0.001, 0.5, 1.0, 3.0, 8.0, 12.0, 100.0, 10000.0}) {
    CAPTURE(phi);
    const exact::Real y = exact::crossing(exact::logistic_phi, phi, -9, 80);
    const auto factor = static_cast<std::int64_t>(floor(ldexp(y, kFactorBits) + 0.5));
    CHECK(fixed_factor(logistic_phi_inverse(phi)) == factor);
  }
}
