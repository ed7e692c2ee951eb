#pragma once
// Numbers as people read them: "1.23 s [1.20, 1.26]", "0.012 [0.0094, 0.016]", "none seen, < 0.12".

#include <limits>
#include <string>
#include <string_view>

namespace flatline::report {

inline constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

/// A measure with its 95 % interval; NaN where the results hold nothing.
struct Estimate {
  double mean = kAbsent;
  double lo = kAbsent;
  double hi = kAbsent;

  [[nodiscard]] bool has_mean() const { return mean == mean; }
  [[nodiscard]] bool has_lo() const { return lo == lo; }
  [[nodiscard]] bool has_hi() const { return hi == hi; }
};

/// A unit of time and how many seconds it holds.
struct TimeUnit {
  std::string_view name;
  double seconds;
};

/// The unit in which `seconds` reads best: the largest that leaves at least 1 (at least 2 from
/// minutes up).
TimeUnit time_unit(double seconds);

/// `value` with `decimals` digits after the point.
std::string fixed(double value, int decimals);

/// Plain number with three significant digits, trailing zeros kept only where they carry meaning:
/// "0.0301", "12.5", "1,234", "1.2e-7".
std::string plain_number(double value);

/// As plain_number with two digits, an exponent from a hundredth down: "0.12", "1.7e-3".
std::string short_number(double value);

/// "1.23 s", "250 ms", "2.5 min"; "-" for NaN.
std::string readable_time(double seconds);

/// A value that was set, not measured, in the best unit: "3 s", "1.25 s", "100 ms". Ten digits, or
/// as many as asked.
std::string exact_time(double seconds, int digits = 10);

/// "1.23 s [1.20, 1.26]": one unit and as many digits as the interval supports. Without a mean: ">
/// 3 s",
/// "< 3 s", or "-".
std::string readable_time(const Estimate& estimate);

/// "0.012 [0.0094, 0.016]"; without a mean "< 0.12", "> 3" or "-".
std::string readable_number(const Estimate& estimate);

/// A rate of events of which `count` were seen: as readable_number, but "none seen, < 0.12" for
/// none.
std::string readable_rate(const Estimate& rate, double count);

/// A share of time near 1, with as many nines as it has: "0.999923".
std::string readable_share(double share);

/// "12,345".
std::string readable_count(double count);

}  // namespace flatline::report
