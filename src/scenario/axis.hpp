#pragma once
// Axes: from lists, steps and points to the values that they stand for.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flatline/base/result.hpp"

namespace flatline::scenario {

/// The most values that one axis may have.
inline constexpr std::int64_t kMostAxisValues = 1'000'000;

/// "from, to, step" or "from, to, points", each as written.
struct Range {
  std::string from;
  std::string to;
  std::string step;         ///< Empty: `points` counts.
  std::int64_t points = 0;  ///< At least 2 if there is no step.
  bool log = false;
};

/// The values of a range in rising order, without duplicates. With `whole` they are rounded to
/// whole numbers.
Result<std::vector<std::string>> expand(const Range& range, bool whole);

/// e^(ln(a) + share * (ln(b) - ln(a))) from additions and multiplications alone: the same bits on
/// every machine, with a relative error below 1e-12. REQUIRES: a and b are finite and positive.
double geometric_between(double a, double b, double share);

/// `value` rounded to 4 significant digits.
double four_digits(double value);

/// An axis as written on the command line.
struct AxisText {
  std::string name;
  std::vector<std::string> values;  ///< Of a list; empty for a range.
  Range range;
};
Result<AxisText> read_axis_text(std::string_view text);

}  // namespace flatline::scenario
