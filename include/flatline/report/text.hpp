#pragma once
// Results as a table for the terminal.

#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "flatline/base/result.hpp"
#include "flatline/results/table.hpp"

namespace flatline::report {

/// The rows of cells.csv as an aligned table with a heading, one row a line: detector label, the
/// setting (only what varies; the column is left out if nothing does), state, detection time (mean
/// with its 95 % interval, and p99), mistakes, their rate per hour (with its interval, or "none
/// seen, < bound"), how long a mistake lasts, query accuracy P_A and messages per second. Times
/// carry their unit. Plain text without colour; every line ends in '\n'. Fails if `table` is not
/// one of cells.csv.
Result<std::string> text_table(const results::Table& table);

/// Calls its argument with the rows of a table in order, some at a time; ends at the first problem.
using UseLot = std::function<Result<std::monostate>(const results::Table&)>;
using TableLots = std::function<Result<std::monostate>(const UseLot&)>;

/// The same text for a table that is too large for memory: goes through the rows three times and
/// hands each piece of text to print().
Result<std::monostate> print_text_table(const TableLots& lots,
                                        const std::function<void(std::string_view)>& print);

}  // namespace flatline::report
