#pragma once
// The level of the kappa detector with normal contributions.

namespace flatline::detect {

/// A level and how fast it rises.
struct KappaSum {
  double level = 0;
  double slope = 0;  ///< Per unit of `elapsed`.
};

/// Sum over j >= 1 of N((elapsed - j * gap) / deviation), N the normal distribution function
///: kappa with heartbeat j expected at T_last + j * gap. Made of + - * / alone. Between two
/// expected heartbeats that lie many deviations apart the level is a whole number but for a rest
/// that a double cannot hold; it is then rounded to the side on which the sum lies. REQUIRES: gap >
/// 0, deviation > 0, all finite.
KappaSum kappa_sum(double elapsed, double gap, double deviation);

}  // namespace flatline::detect
