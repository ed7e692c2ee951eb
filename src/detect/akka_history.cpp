#include "detect/akka_history.hpp"

#include "detect/crossing.hpp"
#include "flatline/base/plain_math.hpp"

namespace flatline::detect {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// As the product's log10: -infinity for 0.
double log10_of(double x) {
  if (x == 0) return -kInfinity;
  return plain_log(x) / kLn10;
}

double exp_of(double x) {
  if (x <= 0) return plain_exp(x);
  const double inverse = plain_exp(-x);
  return inverse == 0 ? kInfinity : 1 / inverse;
}

}  // namespace

double akka_phi(std::int64_t silence_ms, double mean_ms, double deviation_ms) {
  const auto silence = static_cast<double>(silence_ms);
  const double y = (silence - mean_ms) / deviation_ms;
  if (y != y) return y;
  // Both forms and the order of the factors are the product's: the digits depend on them.
  const double e = exp_of(-y * (1.5976 + 0.070566 * y * y));
  if (silence > mean_ms) return -log10_of(e / (1.0 + e));
  return -log10_of(1.0 - 1.0 / (1.0 + e));
}

AkkaThreshold::AkkaThreshold(double threshold) : threshold_(threshold) {
  // In standard deviations from the mean the level is the same function whatever the mean: with a
  // scale of 2^20 silences to the deviation, y is known to 1e-6.
  constexpr double kScale = 1 << 20;
  constexpr std::int64_t kFar = std::int64_t{1} << 26;
  const std::int64_t steps = first_true(
      -kFar, kFar, 0, [&](std::int64_t step) { return !(akka_phi(step, 0, kScale) < threshold); });
  crossing_y_ = static_cast<double>(steps) / kScale;
  // Outside this band rounding cannot decide. For tiny thresholds it can anywhere: the form for
  // silences below the mean loses all its digits. For huge ones the level jumps to infinity.
  if (threshold < 1e-3 || threshold > 300) return;
  constexpr double kBand = 4 / kScale;
  surely_below_ = crossing_y_ - kBand;
  surely_above_ = crossing_y_ + kBand;
}

std::int64_t AkkaThreshold::first_reached(double mean_ms, double deviation_ms) const {
  const double guess = std::ceil(mean_ms + crossing_y_ * deviation_ms);
  return first_true(0, kNeverMs, nearest_step(guess, 0, kNeverMs),
                    [&](std::int64_t ms) { return reached(ms, mean_ms, deviation_ms); });
}

}  // namespace flatline::detect
