#pragma once
// 50-digit arithmetic, to hold doubles and fixed point to.

#include <boost/math/special_functions/erf.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>

namespace flatline::detect::exact {

using Real = boost::multiprecision::cpp_bin_float_50;

/// P(Z > z), Z standard normal.
inline Real normal_tail(const Real& z) {
  return boost::math::erfc(z / sqrt(Real(2))) / 2;
}

inline Real normal_phi(const Real& z) {
  return z > 0 ? Real(-log10(normal_tail(z)))
               : Real(-boost::math::log1p(-normal_tail(-z)) / log(Real(10)));
}

inline Real logistic_phi(const Real& z) {
  const Real x = z * (Real("1.5976") + Real("0.070566") * z * z);
  return boost::math::log1p(exp(x)) / log(Real(10));
}

/// Where an increasing function reaches `level` between low and high, by bisection.
template <typename Function>
Real crossing(const Function& function, const Real& level, Real low, Real high) {
  for (int i = 0; i < 100; ++i) {
    const Real middle = (low + high) / 2;
    (function(middle) < level ? low : high) = middle;
  }
  return high;
}

/// |value / expected - 1|, as a double.
inline double relative_error(double value, const Real& expected) {
  return static_cast<double>(abs(Real(value) / expected - 1));
}

}  // namespace flatline::detect::exact
