#pragma once
// Axes: from values to pixels, and the round values at which an axis is labelled.

#include <string>
#include <vector>

namespace flatline::report {

struct Tick {
  double value = 0;
  std::string label;  ///< Empty for a minor tick.
};

/// How tick values are written.
enum class TickText { number, seconds, percent };

/// "0.01", "1,000", "1e-6"; "10 ms", "5 s"; "50 %".
std::string tick_label(double value, TickText text);

/// Round values (1, 2 or 5 times a power of ten apart) inside [lo, hi], about `target` of them.
/// REQUIRES: lo < hi, target >= 1.
std::vector<double> linear_ticks(double lo, double hi, int target);

/// Ticks of a logarithmic axis inside [lo, hi]: each decade (or every nth of many), with 2 and 5
/// where there is room, unlabelled ones between; below one decade the round values of a linear
/// axis. REQUIRES: 0 < lo < hi.
std::vector<Tick> log_ticks(double lo, double hi, TickText text);

/// Maps [lo, hi] to pixels [from, to].
class Scale {
 public:
  /// REQUIRES: lo < hi, and 0 < lo if logarithmic.
  Scale(bool logarithmic, double lo, double hi, double from, double to);

  /// The pixel of `value`, kept within the axis.
  [[nodiscard]] double at(double value) const;
  [[nodiscard]] std::vector<Tick> ticks(TickText text) const;
  [[nodiscard]] double lo() const { return lo_; }
  [[nodiscard]] double hi() const { return hi_; }

 private:
  bool logarithmic_;
  double lo_;
  double hi_;
  double from_;
  double to_;
};

/// A logarithmic axis that holds `values` (those above zero), with a little room at both ends.
Scale log_scale_over(const std::vector<double>& values, double from, double to);

}  // namespace flatline::report
