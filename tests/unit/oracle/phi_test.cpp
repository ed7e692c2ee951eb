#include "flatline/oracle/phi.hpp"

#include <cmath>

#include "printed.hpp"
#include "support/catch.hpp"

namespace flatline::oracle {

// Values computed independently, the frequent ones confirmed by simulation. Tolerance: half a unit
// of the last digit.
TEST_CASE("the true false-positive rate of phi agrees with values computed elsewhere") {
  struct Row {
    int n;
    double threshold;
    const char *normal, *exponential;
  };
  const Row rows[] = {
      {10, 1, "1.3810e-1", "1.2590e-1"},     {10, 3, "1.0438e-2", "5.2377e-3"},
      {10, 5, "1.9302e-3", "4.7098e-4"},     {10, 8, "3.3311e-4", "2.9084e-5"},
      {10, 12, "6.5431e-5", "1.7561e-6"},    {20, 1, "1.1888e-1", "1.1311e-1"},
      {20, 3, "4.2082e-3", "2.6488e-3"},     {20, 5, "3.3654e-4", "1.1242e-4"},
      {20, 8, "1.8786e-5", "2.1345e-6"},     {20, 12, "1.0677e-6", "2.9027e-8"},
      {100, 1, "1.0374e-1", "1.0265e-1"},    {100, 3, "1.4264e-3", "1.2563e-3"},
      {100, 5, "2.6858e-5", "1.8513e-5"},    {100, 8, "1.1647e-7", "4.5420e-8"},
      {100, 12, "1.8335e-10", "2.5373e-11"}, {1000, 1, "1.0037e-1", "1.0027e-1"},
      {1000, 3, "1.0383e-3", "1.0240e-3"},   {1000, 5, "1.1156e-5", "1.0680e-5"},
      {1000, 8, "1.3362e-8", "1.1825e-8"},   {1000, 12, "1.9450e-12", "1.4548e-12"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.n, row.threshold);
    CHECK_PRINTED(phi_normal_false_positive(row.threshold, row.n, Deviation::population),
                  row.normal);
    CHECK_PRINTED(phi_exponential_false_positive(row.threshold, row.n), row.exponential);
  }
}

TEST_CASE("a long window keeps the promise of the threshold, a short one is optimistic") {
  for (const double threshold : {1.0, 4.0}) {
    const double promise = std::pow(10.0, -threshold);
    // The next order is of size (threshold ln 10)^2 / n: 1e-5 at n = 1e7.
    CHECK(phi_normal_false_positive(threshold, 10000000, Deviation::sample) ==
          Approx(promise).epsilon(1e-4));
    CHECK(phi_exponential_false_positive(threshold, 10000000) == Approx(promise).epsilon(1e-4));
    CHECK(phi_normal_false_positive(threshold, 5, Deviation::sample) > promise);
  }
  CHECK(phi_normal_false_positive(3, 10, Deviation::population) >
        phi_normal_false_positive(3, 10, Deviation::sample));
}

}  // namespace flatline::oracle
