#pragma once
// Distribution functions of every law, prepared once: an empirical law is sorted here and not at
// every call.

#include <memory>
#include <vector>

#include "flatline/random/distribution.hpp"

namespace flatline::fit {

/// A closed-form law with real parameters in ns, without `plus`. `a`: uniform's lower end, the mean
/// of exponential and normal, lognormal's median, else the scale. `b`: uniform's upper end,
/// normal's deviation, else shape or sigma.
struct RealLaw {
  random::Family family = random::Family::exponential;
  double a = 0;
  double b = 0;
};

/// Pr(X <= y) and Pr(X > y), each without cancellation where it is small (the lower one of the cut
/// normal only to an absolute 1e-16).
struct Tails {
  double lower = 0;
  double upper = 1;
};
Tails tails_of(const RealLaw& law, double y);

/// The value passed with probability p (upper) or not reached with probability p; 0 < p < 1.
double quantile_of(const RealLaw& law, double p, bool upper);

/// Any law, `plus` included.
class LawFunctions {
 public:
  explicit LawFunctions(const random::Distribution& law);
  [[nodiscard]] Tails tails(double ns) const;
  /// The least ns with Pr(X <= ns) >= p, or Pr(X > ns) <= p if `upper`; 0 < p < 1.
  [[nodiscard]] double quantile(double p, bool upper) const;

 private:
  struct Component;
  [[nodiscard]] double mixture_quantile(double p, bool upper) const;

  RealLaw real_;
  double plus_ = 0;
  std::vector<std::int64_t> sorted_;   ///< Empirical; one value for a constant.
  std::vector<Component> components_;  ///< Mixture.
};

struct LawFunctions::Component {
  double weight = 0;
  LawFunctions of;
};

}  // namespace flatline::fit
