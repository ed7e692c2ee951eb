#pragma once
// Laws of durations. A Distribution says what a scenario wrote; compile() turns it, once, into a
// Sampler that maps one 64-bit draw to whole nanoseconds with integers only, so that every machine
// gives the same value. docs/adr/0002 states the error bounds of the tables.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flatline/base/draws.hpp"
#include "flatline/base/result.hpp"
#include "flatline/base/time.hpp"

namespace flatline::random {

class Stream;

enum class Family {
  constant,
  uniform,
  exponential,
  normal,
  lognormal,
  gamma,
  weibull,
  pareto,
  empirical,
  mixture
};

std::string_view name_of(Family family);

/// A law of non-negative durations. Only the fields that `family` names are read.
struct Distribution {
  Family family = Family::constant;
  Duration value{};   ///< constant: the value. exponential, normal: mean. lognormal: median. gamma,
                      ///< weibull, pareto: scale. uniform: lower end.
  Duration second{};  ///< uniform: upper end (>= lower). normal: standard deviation (the law is
                      ///< conditioned on being
                      ///< >= 0: cut at zero).
  double shape = 0;   ///< lognormal: sigma. gamma, weibull, pareto: shape.
  Duration plus{};    ///< Added to every sample: a floor of the delay.
  std::string file;   ///< empirical: where the values came from (for messages and resolved output).
  std::vector<std::int64_t>
      values;  ///< empirical: recorded nanoseconds, >= 0, any order; drawn with equal weight.
  struct Component;
  std::vector<Component>
      mixture;  ///< mixture: at least one component, positive weights (normalised).

  static Distribution constant(Duration d);
};

struct Distribution::Component {
  double weight = 0;
  Distribution of;
};

/// A law compiled to integers. Cheap to copy (shared, immutable tables).
///
/// Table contract, for every engine (docs/adr/0002): of a draw u, the top bit picks the upper or
/// the lower half of the law; w, the other 63 bits (inverted in the upper half), gives the tail
/// probability p = w / 2^64. Octave o is the number of leading zeros of w in 63 bits; the 6 bits
/// below its leading one are the sub-bin s, the next 32 the fraction f (zeros where w has no more
/// bits). With knots K at p = 2^-(o+2) (1 + s/64), 55 octaves and 64 sub-bins:
///     sample = K[j] + floor(f (K[j+1] - K[j]) / 2^32).
/// Beyond p = 2^-56 the sample is the last knot. Knots are the exact quantiles, correctly rounded
/// to whole nanoseconds, or to 36 significant bits from 2^36 ns on (relative error at most 2^-36;
/// so that few lie too near a tie to be rounded from a double). A uniform law is lower + floor(u n
/// / 2^64), n the number of whole nanoseconds in it. An empirical law is its floor(u n / 2^64)th
/// sorted value of n. A mixture picks its component by u < threshold, and that component sees
/// rehash(u).
class Sampler {
 public:
  struct Table;

  /// The constant 0.
  Sampler();
  /// REQUIRES: a table that holds what its kind needs.
  explicit Sampler(std::shared_ptr<const Table> table);

  /// The sample that draw `bits` selects, in ns, always in [min_ns, max_ns]. Non-decreasing in
  /// `bits`, except for mixtures.
  [[nodiscard]] std::int64_t operator()(std::uint64_t bits) const;
  /// The samples of many draws. REQUIRES: out.size() == bits.size().
  void fill(std::span<const std::uint64_t> bits, std::span<std::int64_t> out) const;
  /// The samples of draws `first`, `first` + 1 ... of a stream: the same as drawing first, and
  /// faster.
  void fill(const Stream& stream, std::uint64_t first, std::span<std::int64_t> out) const;
  [[nodiscard]] std::int64_t min_ns() const;
  [[nodiscard]] std::int64_t max_ns() const;
  /// Mean of the table itself (what is sampled), seconds; for plans and reports, not for results.
  [[nodiscard]] double mean_seconds() const;

  [[nodiscard]] const Table& table() const { return *table_; }

 private:
  std::shared_ptr<const Table> table_;
  const std::int64_t* quantiles_ =
      nullptr;  ///< The knots, if this is the common kind: saves two loads a draw.
};

struct Sampler::Table {
  enum class Kind : std::uint8_t { constant, uniform, quantiles, empirical, mixture };

  static constexpr int kOctaves = 55;
  static constexpr int kSubBits = 6;
  static constexpr std::size_t kKnots = (std::size_t{kOctaves} << kSubBits) + 1;

  Kind kind = Kind::constant;
  std::int64_t min = 0, max = 0;  ///< Inclusive, `plus` included.
  double mean_ns = 0;
  std::vector<std::int64_t>
      knots;  ///< quantiles: kKnots of the lower half, then kKnots of the upper half, each
              ///< from p = 2^-56 up to p = 1/2. empirical: the sorted values.
  std::vector<std::uint64_t>
      thresholds;  ///< mixture: component i is taken if bits < thresholds[i] and not before.
  std::vector<Sampler> components;  ///< mixture.

  /// The sample of a quantile table with these `knots`.
  [[nodiscard]] static std::int64_t quantile_at(const std::int64_t* knots, std::uint64_t bits);
  /// The sample of any other kind.
  [[nodiscard]] std::int64_t other_at(std::uint64_t bits) const;
  [[nodiscard]] std::int64_t component_at(std::uint64_t bits) const;
};

inline std::int64_t Sampler::Table::quantile_at(const std::int64_t* knots, std::uint64_t bits) {
  // No branch on the half: it would be mispredicted for every second draw.
  const auto upper =
      static_cast<std::uint64_t>(static_cast<std::int64_t>(bits) >> 63);  // 0 or all ones
  const std::uint64_t w = (bits ^ upper) & ((std::uint64_t{1} << 63) - 1);
  const std::int64_t* half = knots + (upper & kKnots);
  if (w < (std::uint64_t{1} << (63 - kOctaves))) return *half;
  const int zeros = __builtin_clzll(w);
  const std::uint64_t aligned =
      w << zeros;  // the leading one is bit 63, above the sub-bin and the fraction
  const std::uint64_t sub = (aligned >> (63 - kSubBits)) & ((1u << kSubBits) - 1);
  const std::uint64_t fraction = (aligned >> (31 - kSubBits)) & 0xffffffffu;
  const std::int64_t* knot =
      half + ((static_cast<std::size_t>(kOctaves - zeros) << kSubBits) + sub);
  // floor(fraction * step / 2^32) in two halves of the step: each product fits 64 bits.
  const std::int64_t step = knot[1] - knot[0];
  const std::int64_t high = (step >> 32) * static_cast<std::int64_t>(fraction);
  const std::uint64_t low = ((static_cast<std::uint64_t>(step) & 0xffffffffu) * fraction) >> 32;
  return knot[0] + high + static_cast<std::int64_t>(low);
}

inline std::int64_t Sampler::Table::other_at(std::uint64_t bits) const {
  switch (kind) {
    case Kind::constant:
      return min;
    case Kind::uniform:
      return min + static_cast<std::int64_t>(
                       uniform_below(bits, static_cast<std::uint64_t>(max - min) + 1));
    case Kind::empirical:
      return knots[uniform_below(bits, knots.size())];
    case Kind::quantiles:
    case Kind::mixture:
      break;
  }
  return component_at(bits);
}

inline std::int64_t Sampler::operator()(std::uint64_t bits) const {
  if (quantiles_ != nullptr) [[likely]]
    return Table::quantile_at(quantiles_, bits);
  return table_->other_at(bits);
}

/// Compiles a law. Fails, with a message that names the parameter, on: a shape or sigma that is not
/// finite and positive, a gamma shape outside [0.001, 10000], a scale, mean or median of 0 where
/// the law needs more, no empirical values, weights that are not positive, or a tail that passes
/// kLongestTime before probability 2^-56.
Result<Sampler> compile(const Distribution& law);

}  // namespace flatline::random
