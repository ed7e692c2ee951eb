#pragma once
// Durations and names as people write them. Used by scenario files, the command line and reports
// alike.

#include <span>
#include <string>
#include <string_view>

#include "flatline/base/result.hpp"
#include "flatline/base/time.hpp"

namespace flatline {

/// Reads a duration with a unit: "100ms", "1.5s", "1m30s", "7d". Units: ns us ms s m h d, largest
/// first in a compound, each at most once; a decimal must come to a whole number of nanoseconds
/// ("0.5ns" is refused). Fails on: no unit, unknown unit, negative, more than kLongestTime, not a
/// number. The problem carries message and expectation only; the caller adds the place.
Result<Duration> parse_duration(std::string_view text);

/// Writes a duration so that parse_duration gives it back: "1m30s", "1.5s", "250ms", "0s"; a
/// leading "-" if it is negative (which parse_duration refuses).
std::string format_duration(Duration d);

/// Reads a finite decimal number ("0.05", "1e-3"), all of `text`.
Result<double> parse_number(std::string_view text);

/// Reads a whole number from 0 to 2^63 - 1, all of `text`.
Result<std::int64_t> parse_count(std::string_view text);

/// The name nearest to `name` (edit distance at most a third of its length, at least 2), or "" if
/// none is near.
std::string nearest_name(std::string_view name, std::span<const std::string> known);

/// A number with `digits` significant digits, shortest form, never locale-dependent: "0.0301",
/// "1e-09", "inf".
std::string format_number(double value, int digits = 10);

}  // namespace flatline
