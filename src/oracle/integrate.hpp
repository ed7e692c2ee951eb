#pragma once
// Quadrature split at the points where an integrand bends. Private to the oracle: Boost stays in
// .cpp files.

#include <algorithm>
#include <boost/math/quadrature/tanh_sinh.hpp>
#include <cmath>
#include <vector>

namespace flatline::oracle {

/// Integral of `f` over [from, to]. Breaks outside are ignored. Each piece between breaks is
/// refined until a step changes it by less than the relative `tolerance`; the error left is far
/// smaller, as each step of the tanh-sinh rule about doubles the number of right digits.
template <typename F>
double integrate(const F& f, double from, double to, std::vector<double> breaks = {},
                 double tolerance = 1e-9) {
  if (!(from < to)) return 0;
  // Not const: the rule refines its tables as it goes.
  thread_local boost::math::quadrature::tanh_sinh<double> rule(12);
  breaks.push_back(to);
  std::sort(breaks.begin(), breaks.end());
  double sum = 0;
  double left = from;
  for (const double point : breaks) {
    // Pieces as short as the rounding of the break itself hold nothing.
    const double shortest = 1e-14 * std::max(std::abs(from), std::abs(to));
    if (point > to || point - left <= shortest) continue;
    // Mapped by hand: Boost 1.74's own map of [a, b] can assert on the rounding of an end.
    const double half = (point - left) / 2;
    const double start = left;
    const auto on_unit = [&](double z, double to_end) {
      return f((z < 0 ? start : point) - half * to_end);
    };
    sum += half * rule.integrate(on_unit, tolerance);
    left = point;
  }
  return sum;
}

}  // namespace flatline::oracle
