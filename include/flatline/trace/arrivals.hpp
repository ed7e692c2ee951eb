#pragma once
// Recorded arrivals of heartbeats, read from a text table one by one in constant memory.
//
// The file: rows of fields, plain or gzip. The delimiter (tab, semicolon, comma or blanks) is told
// from the first row; a field may stand in double quotes. Lines that begin with "#" and blank lines
// may stand before the first row, blank lines also at the end. The first row is a header if none of
// its fields is a number.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "flatline/base/result.hpp"
#include "flatline/base/time.hpp"

namespace flatline::trace {

/// Which columns to read. A column is given by its name in the header or by its number, from 1.
struct ArrivalOptions {
  /// Of the arrival times. "": the only column, else the one that is called arrival, received, rx,
  /// timestamp, time or the like (with or without a unit, "rx_ns").
  std::string column;
  /// Of the times: ns us ms s. "": the end of the column's name tells ("rx_ns"); the two must
  /// agree.
  std::string unit;
  /// Of the sequence numbers (whole, from 0); "": none.
  std::string seq_column;
  /// Of the send times; "": none. In the unit of its own name, else in that of the arrivals.
  std::string send_column;
};

/// One heartbeat as recorded.
struct Arrival {
  LocalInstant at{};                 ///< By the receiver's clock; its zero is the recorder's.
  std::optional<std::int64_t> seq;   ///< With seq_column.
  std::optional<LocalInstant> sent;  ///< With send_column; by the sender's clock.
};

/// Reads arrivals in file order. Not for several threads at once.
class ArrivalReader {
 public:
  /// Opens the file and reads up to its first row. Fails on: a file that cannot be read or has no
  /// arrivals, an unknown unit or none, a column that is not there or not told (naming those that
  /// are).
  static Result<ArrivalReader> open(const std::string& path, const ArrivalOptions& options);

  ArrivalReader(ArrivalReader&&) noexcept;
  ArrivalReader& operator=(ArrivalReader&&) noexcept;
  ~ArrivalReader();

  /// The next arrival, or nothing after the last. Times are converted exactly from decimal to whole
  /// nanoseconds (what is finer is rounded to the nearest, ties to even); never through floating
  /// point. They may be negative and may repeat. Fails, with file, line and column, on: a field
  /// that is not a number, NaN or infinity, a number past 64 bits of nanoseconds, a row with more
  /// or fewer fields than the first line, a blank line between rows, a time before the one above it
  /// or more than kLongestTime after the first, and all that LineReader names. REQUIRES: no earlier
  /// call failed.
  Result<std::optional<Arrival>> next();

  /// The line of the arrival that next() gave last.
  [[nodiscard]] std::int64_t line() const;

 private:
  struct State;
  explicit ArrivalReader(std::unique_ptr<State> state);
  std::unique_ptr<State> x_;
};

}  // namespace flatline::trace
