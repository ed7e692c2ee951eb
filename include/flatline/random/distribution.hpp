#pragma once
// Laws of durations. A Distribution says what a scenario wrote; compile() turns it, once, into a Sampler that
// maps one 64-bit draw to whole nanoseconds with integers only, so that every machine gives the same value.
// docs/MODEL.md states the error bounds of the tables.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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
  Duration second{};     ///< uniform: upper end (>= lower). normal: standard deviation.
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
class Sampler {
 public:
  /// The constant 0.
  Sampler();
  /// The sample that draw `bits` selects, in ns, always in [min, max]. Non-decreasing in `bits`, except for mixtures.
  [[nodiscard]] std::int64_t operator()(std::uint64_t bits) const;
  [[nodiscard]] std::int64_t min_ns() const;
  [[nodiscard]] std::int64_t max_ns() const;
  /// Mean of the table itself (what is sampled), seconds; for plans and reports, not for results.
  [[nodiscard]] double mean_seconds() const;

  struct Table;
  explicit Sampler(std::shared_ptr<const Table> table);
  [[nodiscard]] const Table& table() const { return *table_; }

 private:
  std::shared_ptr<const Table> table_;
};

/// Compiles a law. Fails, with a message that names the parameter, on: a shape or sigma that is not finite and
/// positive (sigma 0 is a constant), a mean of 0 where the law needs more, no empirical values, weights that are not
/// positive, or a tail that passes kLongestTime before probability 2^-56.
Result<Sampler> compile(const Distribution& law);

}  // namespace flatline::random
