#pragma once
// How far twice the log-likelihood falls to the ends of a 95 % interval.
//
// Regular parameters: 3.84, the 95 % point of chi squared with one degree of freedom (Wilks 1938).
// An end of a law's range where the density does not vanish is not regular: with n values, the
// distance from the end to the first value, in mean spacings, is t, exponential with mean 1, and
// the profile likelihood of cells is ln t - t up to a constant. Twice its loss, 2 (t - 1 - ln t),
// stays below 4.41 with probability 95 %. It is exact for the least value of a shifted exponential
// (Lawless, Statistical Models and Methods for Lifetime Data, 2003, section 4.3, has the same
// pivot), pareto's scale and uniform's ends.
//
// Between these cases (Smith 1985, Biometrika 72, 67-90) the least value of gamma and weibull of
// shapes 0.8 to 2 has 4.41 as well. Below, at the pole of the density, 3.84 is enough: the
// statistic is smaller there. The tests measure the coverage.

namespace flatline::fit {

inline constexpr double kRegularLoss = 3.841;
inline constexpr double kEndLoss = 4.41;
inline constexpr double kPoleShape = 0.8;

}  // namespace flatline::fit
