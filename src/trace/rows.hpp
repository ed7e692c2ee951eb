#pragma once
// Rows of fields: what arrivals and durations share. Finds the delimiter and the header, and hands
// out one row at a time, in memory that does not grow with the file.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decimal.hpp"
#include "flatline/trace/line_reader.hpp"

namespace flatline::trace {

class RowReader {
 public:
  /// Skips comments and blank lines, takes the header if there is one and keeps the first row for
  /// next_row(). `what` ("arrivals") names what the file lacks if it has no row.
  static Result<RowReader> open(LineReader lines, std::string_view what);

  /// The fields of the next row, trimmed and without quotes; empty after the last. The views hold
  /// until the next call. A line that repeats the header is passed over. Fails on a blank line
  /// between rows and a row shorter or longer than the first line.
  Result<std::span<const std::string_view>> next_row();

  /// Names of the columns; empty if the file has no header.
  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  /// The column's name in the header, or "column 2".
  [[nodiscard]] std::string name_of(std::size_t column) const;
  [[nodiscard]] std::int64_t line() const { return lines_.line(); }
  /// The line of the repeated header that next_row() has just passed over; 0 if it has not.
  [[nodiscard]] std::int64_t header_above() const { return header_above_; }
  [[nodiscard]] Problem problem(std::optional<std::size_t> column, std::string message,
                                std::string expected = {}) const;
  /// The same of the columns themselves: at the line of the header, or of the first row.
  [[nodiscard]] Problem header_problem(std::optional<std::size_t> column, std::string message,
                                       std::string expected = {}) const;

  /// The column of this name or number (from 1).
  [[nodiscard]] Result<std::size_t> find(const std::string& wanted) const;
  /// The only column, or the only one with the first of `names` that any has. Compared in lower
  /// case, without the unit that a name may end in.
  [[nodiscard]] Result<std::size_t> guess(std::initializer_list<std::string_view> names) const;

 private:
  explicit RowReader(LineReader lines) : lines_(std::move(lines)) {}
  void split(std::string_view line);
  [[nodiscard]] std::string columns_text() const;

  LineReader lines_;
  char delimiter_ = ',';  // ' ' means any run of blanks
  std::size_t width_ = 0;
  std::vector<std::string> columns_;
  std::string header_;  // the whole line, trimmed
  int first_line_ = 0;
  std::int64_t header_above_ = 0;
  std::vector<std::string_view> fields_;
  bool first_pending_ = false;  // fields_ already holds the row to give next
};

/// The unit of a column: what its name ends in, or `option`; an error if they differ or `option` is
/// unknown; nothing if neither is there.
Result<std::optional<Unit>> choose_unit(const RowReader& rows, std::size_t column,
                                        const std::string& option);

struct TimeColumn {
  std::size_t index = 0;
  Unit unit;
};

/// The column of times: `wanted`, or if that is empty the one that guess(names) finds; and its
/// unit, which must be known from its name or from `unit`.
Result<TimeColumn> time_column(const RowReader& rows, std::initializer_list<std::string_view> names,
                               const std::string& wanted, const std::string& unit);

/// The field of that column as whole nanoseconds; what is finer is rounded, or refused if `whole`.
Result<std::int64_t> read_time(const RowReader& rows, std::span<const std::string_view> row,
                               const TimeColumn& column, bool whole);

}  // namespace flatline::trace
