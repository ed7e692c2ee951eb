#pragma once
// Normal draws and scores without libm: the same bits everywhere.

#include <cstdint>

namespace flatline::world {

/// A standard normal number from 64 uniform bits, by the table of a normal law (resolution 2^-32,
/// to 8.3 deviations on either side).
double normal_from(std::uint64_t bits);

/// The 64 bits whose quantile `z` is: floor(2^64 P(Z < z)), in the upper half the inverse of
/// floor(2^64 P(Z > z)), so that both tails keep their digits (relative error of the tail
/// probability below 1e-8 up to 9 deviations).
std::uint64_t normal_rank(double z);

}  // namespace flatline::world
