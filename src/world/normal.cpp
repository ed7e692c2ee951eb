#include "world/normal.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "flatline/base/plain_math.hpp"
#include "world/laws.hpp"

namespace flatline::world {
namespace {

// The normal law in units of 2^-32 deviations. Laws of durations are cut at zero: its mean lies 12
// deviations up, beyond what a draw reaches.
constexpr std::int64_t kUnit = std::int64_t{1} << 32;
constexpr std::int64_t kCentre = 12 * kUnit;

random::Sampler normal_law() {
  random::Distribution law;
  law.family = random::Family::normal;
  law.value = {kCentre};
  law.second = {kUnit};
  return compiled(law);
}

// The tail of the normal law at equal steps, with its slope there.
class TailTable {
 public:
  TailTable() {
    for (std::size_t i = 0; i < knots_.size(); ++i) {
      const double z = static_cast<double>(i) / kSteps;
      knots_[i] = {normal_tail(z), -normal_density(z) / kSteps};
    }
  }
  /// REQUIRES: 0 <= z < kEnd.
  [[nodiscard]] double operator()(double z) const {
    const double place = z * kSteps;
    const auto i = static_cast<std::size_t>(place);
    const double x = place - static_cast<double>(i);
    const auto& [from, slope_from] = knots_[i];
    const auto& [to, slope_to] = knots_[i + 1];
    // Hermite's cubic.
    const double rest = 1 - x;
    return rest * rest * ((1 + 2 * x) * from + x * slope_from) +
           x * x * ((1 + 2 * rest) * to - rest * slope_to);
  }
  static constexpr int kEnd = 9;

 private:
  static constexpr int kSteps = 128;
  struct Knot {
    double tail = 0, slope = 0;
  };
  std::array<Knot, kEnd * kSteps + 1> knots_;
};

}  // namespace

double normal_from(std::uint64_t bits) {
  static const random::Sampler kLaw = normal_law();
  return static_cast<double>(kLaw(bits) - kCentre) * 0x1p-32;
}

std::uint64_t normal_rank(double z) {
  static const TailTable kTail;
  const double distance = std::min(z < 0 ? -z : z, 38.0);
  const double tail = distance < TailTable::kEnd ? kTail(distance) : normal_tail(distance);
  // Not past the middle.
  const double scaled = std::min(tail * 0x1p64, 0x1.fffffffffffffp62);
  const auto rank = static_cast<std::uint64_t>(scaled);
  return z < 0 ? rank : ~rank;
}

}  // namespace flatline::world
