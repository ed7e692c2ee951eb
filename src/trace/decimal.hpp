#pragma once
// Decimal text to whole nanoseconds, exactly, and the units of times.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "flatline/base/result.hpp"

namespace flatline::trace {

/// A unit of time as a power of ten of nanoseconds.
struct Unit {
  int power = 0;
  bool operator==(const Unit&) const = default;
};

inline constexpr std::string_view kUnitsExpected = "one of ns us ms s";

/// "ns", "us", "ms" or "s"; nothing for anything else.
std::optional<Unit> unit_of(std::string_view name);
std::string_view name_of(Unit unit);

/// The unit that a column's name ends in ("delay_ms"), if it does.
std::optional<Unit> unit_suffix(std::string_view column);

enum class DecimalStatus { good, not_a_number, not_finite, too_large };

struct Decimal {
  DecimalStatus status = DecimalStatus::not_a_number;
  std::int64_t ns = 0;
  bool rounded = false;  ///< The text says more than whole nanoseconds.
};

/// Reads all of `text`, an optional sign, digits with at most one point, an optional exponent
/// ("-1.5",
/// ".5", "1.7e+09"), as a time in `unit`, rounded to whole nanoseconds, ties to even.
Decimal read_decimal(std::string_view text, Unit unit);

/// Splits "12.3ms" into the number and the unit's name: letters at the end that follow a digit or a
/// point. An exponent is no unit. The name is empty if there are no such letters.
struct NumberWithUnit {
  std::string_view number;
  std::string_view unit;
};
NumberWithUnit split_unit(std::string_view text);

/// Why a time that was rounded is refused where only whole nanoseconds will do.
std::string rounded_problem(std::string_view text);

/// Why a field is not a usable time, as the message of a problem.
std::string decimal_problem(std::string_view text, DecimalStatus status);

/// Text from a file as it may stand in a message: at most 40 characters, nothing unprintable.
std::string shown(std::string_view text);

}  // namespace flatline::trace
