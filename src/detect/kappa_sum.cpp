#include "detect/kappa_sum.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "flatline/base/plain_math.hpp"

namespace flatline::detect {
namespace {

// Beyond it a tail is below half a unit of the last place of 1, and only the nearest matters.
constexpr double kFar = 8.5;
// From here on (deviations per gap) the sum is as good as an integral with its corrections: the
// first one left out is below 1e-16.
constexpr double kSmooth = 32;
// From here on heartbeats are not counted one by one: a double hardly tells them apart.
constexpr double kUncountable = 0x1p50;

struct Tail {
  double mass = 0;     ///< P(Z > z).
  double density = 0;  ///< Of Z at z.
};

/// Tails from a table with Taylor's series around its knots: some tens of nanoseconds where the
/// series and continued fraction behind normal_tail take a microsecond.
class Tails {
 public:
  Tails() {
    for (std::size_t i = 0; i < kKnots; ++i) {
      const double z = static_cast<double>(i) / kPerUnit;
      knots_[i] = {normal_tail(z), normal_density(z)};
    }
    for (std::size_t n = 1; n < kTerms + 2; ++n) inverse_[n] = 1 / static_cast<double>(n);
  }

  /// REQUIRES: z >= 0.
  [[nodiscard]] Tail at(double z) const {
    if (z > kFar) return {normal_tail(z), normal_density(z)};
    const auto i = static_cast<std::size_t>(z * kPerUnit + 0.5);
    const double knot = static_cast<double>(i) / kPerUnit;
    const double h = z - knot;
    // b_n = (-h)^n He_n(knot) / n!: the density's terms; those of its integral are h b_n / (n + 1).
    double before = 0;
    double term = 1;
    double density = 0;
    double integral = 0;
    for (std::size_t n = 0; n < kTerms; ++n) {
      density += term;
      integral += term * inverse_[n + 1];
      const double next = -(knot * h * term + h * h * before) * inverse_[n + 1];
      before = term;
      term = next;
    }
    const Tail& base = knots_[i];
    return {base.mass - base.density * h * integral, base.density * density};
  }

 private:
  static constexpr double kPerUnit = 4;
  static constexpr std::size_t kKnots = 36;  // 0 to 8.75
  static constexpr std::size_t kTerms = 18;  // |h| <= 1/8: the next is below 1e-17

  std::array<Tail, kKnots> knots_{};
  std::array<double, kTerms + 2> inverse_{};
};

const Tails& tails() {
  static const Tails kTails;
  return kTails;
}

/// Many heartbeats within a deviation: Euler and Maclaurin's sum at midpoints, from j = 1/2 on.
KappaSum smooth_sum(double y, double gap, double deviation) {
  const double r = deviation / gap;
  const Tail tail = tails().at(std::abs(y));
  const double below = y < 0 ? tail.mass : 1 - tail.mass;
  const double r2 = r * r;
  const double square = y * y;
  const double corrections = (-1.0 / 24 + (7.0 / 5760) * (square - 1) / r2 -
                              (31.0 / 967680) * (square * square - 6 * square + 3) / (r2 * r2)) *
                             tail.density / r;
  const double level = r * (y * below + tail.density) + corrections;
  return {std::max(level, 0.0), below / gap};
}

}  // namespace

KappaSum kappa_sum(double elapsed, double gap, double deviation) {
  if (deviation >= kSmooth * gap) {
    return smooth_sum((elapsed - gap / 2) / deviation, gap, deviation);
  }
  const double due = std::max(0.0, std::floor(elapsed / gap));
  if (due > kUncountable) return {due, 1 / gap};
  double lacking = 0;  // what the heartbeats that are due still lack to 1 each
  double early = 0;    // what those not yet due contribute
  double density = 0;
  double nearest_due = std::numeric_limits<double>::infinity();
  for (double j = due; j >= 1; --j) {
    const double z = std::max(0.0, (elapsed - j * gap) / deviation);
    if (z > kFar && j < due) break;
    if (j == due) nearest_due = z;
    const Tail tail = tails().at(z);
    lacking += tail.mass;
    density += tail.density;
  }
  double nearest_early = 0;
  for (double j = due + 1;; ++j) {
    const double z = std::max(0.0, (j * gap - elapsed) / deviation);
    if (z > kFar && j > due + 1) break;
    if (j == due + 1) nearest_early = z;
    const Tail tail = tails().at(z);
    early += tail.mass;
    density += tail.density;
  }
  double level = due + (early - lacking);
  const bool short_of = early < lacking || (early == lacking && nearest_due < nearest_early);
  if (short_of && level >= due) level = std::nextafter(due, 0.0);
  return {level, density / deviation};
}

}  // namespace flatline::detect
