#pragma once
// The suspicion levels of the accrual detectors with normal gaps and with the logistic stand-in for
// them, and their inverses.
//
// All are made of + - * / and exact scaling only, no libm: the same bits on every IEEE machine, so
// that a threshold frozen to fixed point is the same number everywhere
// (docs/adr/0003-integer-deadlines.md).

namespace flatline::detect {

/// phi(z) = -log10 P(Z > z), Z standard normal: the level of a silence that is `z` deviations
/// longer than the mean gap (Hayashibara, Defago, Yared, Katayama, SRDS 2004). Relative error below
/// 1e-14 for z from -10 to 1000 (1e-13 down to -37), where -log10(1 - cdf) would fail from z = 8.3.
/// Non-decreasing up to rounding; 0 far below, infinity for z = infinity.
double normal_phi(double z);

/// The z at which normal_phi reaches `phi`: how many deviations after the mean a detector with that
/// threshold suspects. Absolute or relative error below 1e-13, whichever is larger. REQUIRES: phi >
/// 0 and finite.
double normal_phi_inverse(double phi);

/// phi(z) = log10(1 + e^x), x = z (1.5976 + 0.070566 z^2): the level by the logistic approximation
/// of the normal tail that Akka uses (Bowling and others, A logistic approximation to the
/// cumulative normal distribution, 2009). Near normal_phi up to z = 3, far above it from 5 on: 8
/// here is about 7.06 there. Relative error below 1e-14 for z from -5 to 1000, where the usual form
/// is infinite from z = 21.6.
double logistic_phi(double z);

/// The z at which logistic_phi reaches `phi`. Absolute or relative error below 1e-13, whichever is
/// larger. REQUIRES: phi > 0 and finite.
double logistic_phi_inverse(double phi);

}  // namespace flatline::detect
