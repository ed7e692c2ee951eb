#pragma once
// exp, log and the normal tail of + - * / and exact scaling only, no libm: the same bits on every
// IEEE machine, so that what is decided by them is the same everywhere.

namespace flatline {

inline constexpr double kLn10 = 2.302585092994045684;

/// ln x. REQUIRES: x is positive and finite.
double plain_log(double x);

/// e^x, 0 where that is less than the smallest double. REQUIRES: x <= 0.
double plain_exp(double x);

/// -ln(1 - p), relative error of a few units in the last place also for a small p. REQUIRES: 0 <= p
/// < 1.
double log_of_rest(double p);

/// ln(1 + x) without forming 1 + x, which would lose a small x. REQUIRES: 0 <= x <= 1.
double log_one_plus(double x);

/// The standard normal density. REQUIRES: |z| <= 40.
double normal_density(double z);

/// P(Z > z), Z standard normal. REQUIRES: 0 <= z <= 40.
double normal_tail(double z);

/// normal_density(z) / normal_tail(z), for any z from 1.6 on.
double normal_tail_hazard(double z);

}  // namespace flatline
