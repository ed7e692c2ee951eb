#pragma once
// Instants that a user asks about: a list of times by the clock of a trace.

#include <cstdint>
#include <string>
#include <vector>

#include "flatline/base/result.hpp"
#include "flatline/base/time.hpp"

namespace flatline::trace {

/// A list of instants, in file order.
struct Times {
  std::vector<LocalInstant> at;
  std::string unit;  ///< ns us ms s: of the file, by option or by its column's name.
};

/// Reads a table as in arrivals.hpp, most simply a time a line; plain or gzip. Of several columns
/// the one called time, query, at, t ... is read. `unit` is as ArrivalOptions::unit. Times stand in
/// any order and may repeat. Fails, with file, line and column, on what ArrivalReader names but the
/// order of times, and on a time that is no whole number of nanoseconds.
Result<Times> read_times(const std::string& path, const std::string& unit);

}  // namespace flatline::trace
