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
// Elsewhere the least value is between these cases (Smith 1985, Biometrika 72, 67-90): where a
// density begins as a power or slower, the first cell pulls it down by a quarter of its standard
// error at n = 2000, which 4.41 makes good; where it begins with a pole (shape well below 1) 3.84
// is already more than enough.

namespace flatline::fit {

inline constexpr double kRegularLoss = 3.841;
inline constexpr double kEndLoss = 4.41;
inline constexpr double kPoleShape = 0.8;

}  // namespace flatline::fit
