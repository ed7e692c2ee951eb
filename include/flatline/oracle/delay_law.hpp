#pragma once
// Message delays (and pause lengths) of the closed forms. Doubles in seconds: the oracle knows
// nothing of the simulation and its integer time.

#include <optional>
#include <vector>

namespace flatline::oracle {

/// A law of delays, possibly shifted and cut off. A value.
class DelayLaw {
 public:
  /// Always `value`. REQUIRES: value >= 0.
  static DelayLaw constant(double value);
  /// REQUIRES: mean > 0.
  static DelayLaw exponential(double mean);
  /// exp of a normal law with mean ln(median) and standard deviation sigma. REQUIRES: median, sigma
  /// > 0.
  static DelayLaw lognormal(double median, double sigma);
  /// Mean shape * scale. REQUIRES: shape, scale > 0.
  static DelayLaw gamma(double shape, double scale);
  /// REQUIRES: 0 <= lo < hi.
  static DelayLaw uniform(double lo, double hi);

  /// The same law, later by `by` seconds. REQUIRES: by >= 0, no cut-off yet.
  [[nodiscard]] DelayLaw shifted(double by) const;

  /// The law under which the receiver drops messages delayed by more than `at` (the simple detector
  /// with cut-off of Chen, Toueg and Aguilera 2002). The law becomes that of the accepted messages;
  /// the closed forms count the others as lost. REQUIRES: some messages are accepted.
  [[nodiscard]] DelayLaw cut_off(double at) const;

  /// Fraction of the delivered messages that is accepted: 1 without a cut-off.
  [[nodiscard]] double accepted() const { return accepted_; }
  /// Loss probability with the dropped messages counted in.
  [[nodiscard]] double loss_with_cut_off(double loss) const { return 1 - (1 - loss) * accepted_; }

  /// Pr(D <= x). A constant delay within 1e-12 (relative, or seconds) of x counts as equal to x.
  [[nodiscard]] double cdf(double x) const;
  /// Pr(D < x); differs from cdf at a constant delay only.
  [[nodiscard]] double below(double x) const;
  /// Pr(D > x), accurate in the far tail.
  [[nodiscard]] double sf(double x) const;
  /// Density. REQUIRES: not constant.
  [[nodiscard]] double pdf(double x) const;
  /// The x with Pr(D > x) = q. REQUIRES: 0 < q < 1.
  [[nodiscard]] double upper_quantile(double q) const;

  [[nodiscard]] bool is_constant() const { return kind_ == Kind::constant; }
  /// Smallest delay.
  [[nodiscard]] double lower() const;
  /// Largest delay, or where Pr(D > x) falls to 1e-14.
  [[nodiscard]] double upper() const;
  /// Points at which an integrand made of this law bends or begins to change: where quadrature is
  /// split.
  [[nodiscard]] std::vector<double> landmarks() const;

 private:
  enum class Kind { constant, exponential, lognormal, gamma, uniform };
  DelayLaw(Kind kind, double first, double second) : kind_(kind), a_(first), b_(second) {}

  double whole_sf(double x) const;   // without cut-off
  double whole_cdf(double x) const;  // without cut-off

  Kind kind_;
  double a_;
  double b_;
  double shift_ = 0;
  std::optional<double> cut_off_;
  double accepted_ = 1;
};

}  // namespace flatline::oracle
