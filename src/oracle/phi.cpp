#include "flatline/oracle/phi.hpp"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "flatline/base/check.hpp"

namespace flatline::oracle {

double phi_normal_false_positive(double threshold, std::int64_t n, Deviation deviation) {
  FLATLINE_CHECK(threshold > 0 && threshold <= 300, "a threshold lies in (0, 300]");
  FLATLINE_CHECK(n >= 2, "a deviation needs two samples");
  namespace math = boost::math;
  const auto size = static_cast<double>(n);
  double z = math::quantile(math::complement(math::normal(), std::pow(10.0, -threshold)));
  if (deviation == Deviation::population) z *= std::sqrt((size - 1) / size);
  return math::cdf(math::complement(math::students_t(size - 1), z / std::sqrt(1 + 1 / size)));
}

double phi_exponential_false_positive(double threshold, std::int64_t n) {
  FLATLINE_CHECK(threshold > 0 && n >= 1, "a threshold is positive and a mean needs a sample");
  const auto size = static_cast<double>(n);
  return std::exp(-size * std::log1p(threshold * std::log(10.0) / size));
}

}  // namespace flatline::oracle
