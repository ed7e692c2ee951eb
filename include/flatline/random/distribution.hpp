#pragma once
// Laws of durations. A Distribution says what a scenario wrote; compile() turns it, once, into a Sampler that
// maps one 64-bit draw to whole nanoseconds with integers only, so that every machine gives the same value.
// docs/MODEL.md states the error bounds of the tables.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flatline/base/draws.hpp"
#include "flatline/base/result.hpp"
#include "flatline/base/time.hpp"

namespace flatline::random {

enum class Family { constant, uniform, exponential, normal, lognormal, gamma, weibull, pareto, empirical, mixture };

std::string_view name_of(Family family);

/// A law of non-negative durations. Only the fields that `family` names are read.
struct Distribution {
  Family family = Family::constant;
  Duration value{};      ///< constant: the value. exponential, normal: mean. lognormal: median. gamma, weibull,
                         ///< pareto: scale. uniform: lower end.
  Duration second{};     ///< uniform: upper end (>= lower). normal: standard deviation (the law is conditioned on being
                         ///< >= 0: cut at zero).
  double shape = 0;      ///< lognormal: sigma. gamma, weibull, pareto: shape.
  Duration plus{};       ///< Added to every sample: a floor of the delay.
  std::string file;      ///< empirical: where the values came from (for messages and resolved output).
  std::vector<std::int64_t> values;  ///< empirical: recorded nanoseconds, >= 0, any order; drawn with equal weight.
  struct Component;
  std::vector<Component> mixture;    ///< mixture: at least one component, positive weights (normalised).

  static Distribution constant(Duration d);
};

struct Distribution::Component {
  double weight = 0;
  Distribution of;
};

/// A law compiled to integers. Cheap to copy (shared, immutable tables).
///
/// Table contract, for every engine (docs/adr/0002): of a draw u, the top bit picks the upper or the lower half of the
/// law; w, the other 63 bits (inverted in the upper half), gives the tail probability p = w / 2^64. Octave o is the
/// number of leading zeros of w in 63 bits; the 6 bits below its leading one are the sub-bin s, the next 32 the
/// fraction f (zeros where w has no more bits). With knots K at p = 2^-(o+2) (1 + s/64), 55 octaves and 64 sub-bins:
///     sample = K[j] + floor(f (K[j+1] - K[j]) / 2^32).
/// Beyond p = 2^-56 the sample is the last knot.
class Sampler {
 public:
  struct Table;

  /// The constant 0.
  Sampler();
  explicit Sampler(std::shared_ptr<const Table> table) : table_(std::move(table)) {}

  /// The sample that draw `bits` selects, in ns, always in [min_ns, max_ns]. Non-decreasing in `bits`, except for
  /// mixtures.
  [[nodiscard]] std::int64_t operator()(std::uint64_t bits) const;
  [[nodiscard]] std::int64_t min_ns() const;
  [[nodiscard]] std::int64_t max_ns() const;
  /// Mean of the table itself (what is sampled), seconds; for plans and reports, not for results.
  [[nodiscard]] double mean_seconds() const;

  [[nodiscard]] const Table& table() const { return *table_; }

 private:
  std::shared_ptr<const Table> table_;
};

struct Sampler::Table {
  enum class Kind : std::uint8_t { constant, uniform, quantiles, empirical, mixture };

  static constexpr int kOctaves = 55;
  static constexpr int kSubBits = 6;
  static constexpr std::size_t kKnots = (std::size_t{kOctaves} << kSubBits) + 1;

  Kind kind = Kind::constant;
  std::int64_t min = 0, max = 0;          ///< Inclusive, `plus` included.
  double mean_ns = 0;
  std::vector<std::int64_t> knots;        ///< quantiles: kKnots of the lower half, then kKnots of the upper half, each
                                          ///< from p = 2^-56 up to p = 1/2. empirical: the sorted values.
  std::vector<std::uint64_t> thresholds;  ///< mixture: component i is taken if bits < thresholds[i] and not before.
  std::vector<Sampler> components;        ///< mixture.

  [[nodiscard]] std::int64_t quantile_at(std::uint64_t bits) const;
  [[nodiscard]] std::int64_t component_at(std::uint64_t bits) const;
};

inline std::int64_t Sampler::Table::quantile_at(std::uint64_t bits) const {
  constexpr std::uint64_t kHalf = (std::uint64_t{1} << 63) - 1;
  const std::uint64_t upper = bits >> 63;
  const std::uint64_t w = (upper != 0 ? ~bits : bits) & kHalf;
  const std::int64_t* half = knots.data() + (upper != 0 ? kKnots : 0);
  if (w < (std::uint64_t{1} << (63 - kOctaves))) return *half;
  const int octave = __builtin_clzll(w) - 1;
  const std::uint64_t aligned = w << (octave + 1);
  const std::uint64_t sub = (aligned >> (63 - kSubBits)) & ((1u << kSubBits) - 1);
  const std::uint64_t fraction = (aligned >> (31 - kSubBits)) & 0xffffffffu;
  const std::int64_t* knot = half + ((static_cast<std::size_t>(kOctaves - 1 - octave) << kSubBits) + sub);
  const __int128 step = static_cast<__int128>(knot[1] - knot[0]) * static_cast<std::int64_t>(fraction);
  return knot[0] + static_cast<std::int64_t>(step >> 32);
}

inline std::int64_t Sampler::operator()(std::uint64_t bits) const {
  const Table& t = *table_;
  switch (t.kind) {
    case Table::Kind::quantiles:
      return t.quantile_at(bits);
    case Table::Kind::constant:
      return t.min;
    case Table::Kind::uniform:
      return t.min + static_cast<std::int64_t>(uniform_below(bits, static_cast<std::uint64_t>(t.max - t.min) + 1));
    case Table::Kind::empirical:
      return t.knots[uniform_below(bits, t.knots.size())];
    case Table::Kind::mixture:
      break;
  }
  return t.component_at(bits);
}

/// Compiles a law. Fails, with a message that names the parameter, on: a shape or sigma that is not finite and
/// positive (sigma 0 is a constant), a mean of 0 where the law needs more, no empirical values, weights that are not
/// positive, or a tail that passes kLongestTime before probability 2^-56.
Result<Sampler> compile(const Distribution& law);

}  // namespace flatline::random
