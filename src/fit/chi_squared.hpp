#pragma once
// The tail of Pearson's statistic.

namespace flatline::fit {

/// Pr(a chi-squared variable exceeds x). REQUIRES: x >= 0, freedom > 0; it need not be whole.
double chi_squared_tail(double x, double freedom);

}  // namespace flatline::fit
