#pragma once
// Recorded arrivals of heartbeats, read from a text file one by one in constant memory. The format
// is told from the first lines:
//
// - a recording of ours (recording.hpp): "# flatline trace 1"; its columns are known;
// - the output of `ping` with -D (time stamps in brackets): round trips, lost replies seen by their
//   numbers;
// - the output of `fping` with -D and -l or -c, one of its targets;
// - a table: rows of fields, plain or gzip. The delimiter (tab, semicolon, comma or blanks) is told
//   from the first row; a field may stand in double quotes. Lines that begin with "#" and blank
//   lines may stand before the first row, blank lines also at the end. The first row is a header if
//   none of its fields is a number. With a column of send times, a row without an arrival is a
//   message that was lost.
//
// Other formats that "flatline fit" reads are told as well, and refused here: pauses.hpp and
// rtt_matrix.hpp read them.
//
// What is harmless is repaired, counted and told (Repair); all else is a problem with file and
// line.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flatline/base/result.hpp"
#include "flatline/base/time.hpp"

namespace flatline::trace {

/// Which columns of a table to read. A column is given by its name in the header or by its number,
/// from 1. Recordings and pings have no choice of columns: there any option is a problem.
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
  /// Of the output of fping: the target, as it stands there. "": the only one.
  std::string target;
  /// Refuse times in tables that are finer than a nanosecond, instead of rounding them.
  bool whole_nanoseconds = false;
};

/// One heartbeat as recorded.
struct Arrival {
  LocalInstant at{};                 ///< By the receiver's clock; its zero is the recorder's.
  std::optional<std::int64_t> seq;   ///< With seq_column, in recordings and pings; with send_column
                                     ///< alone the row's number, from 0.
  std::optional<LocalInstant> sent;  ///< With send_column, in recordings and pings; by the sender's
                                     ///< clock.
  std::int64_t skipped =
      0;  ///< Recordings: numbers up to seq that were never sent (recording.hpp).
  std::optional<Duration> waited;  ///< Recordings: how long it lay in the receiver's socket.
};

enum class Format : std::uint8_t {
  table,
  recording,
  ping,
  fping,
  matrix,         ///< Of round trips: rtt_matrix.hpp.
  gc_unified,     ///< Logs of pauses, from here on: pauses.hpp.
  gc_hotspot,     //
  gc_jrockit,     //
  histogram_log,  //
};

/// The format of a file by its first lines. Fails only if it cannot be read.
Result<Format> format_of(const std::string& path);
/// Whether it is a log of pauses.
bool is_pause_log(Format format);

/// Whether sent and at are read from the same clock. A ping's are; a table does not say.
enum class Clocks : std::uint8_t { unknown, one, two };

/// Something harmless that was put right while reading.
struct Repair {
  std::string what;  ///< "repeated header", "last line cut off", "time stepped back" ...
  std::int64_t count = 0;
  std::int64_t first_line = 0;
};

/// What a file says of itself.
struct TraceFacts {
  Format format = Format::table;
  Clocks clocks = Clocks::unknown;
  bool round_trip = false;                 ///< at - sent is a round trip (ping), not one way.
  std::optional<Duration> interval;        ///< Nominal heartbeat interval; recordings.
  std::optional<std::int64_t> sent_total;  ///< Heartbeats sent (skipped ones not counted); known
                                           ///< once the end has been read, if the file tells.
  /// Tables with send_column: rows without an arrival so far. If there are none, and no
  /// seq_column, the numbers of rows do not tell what was lost.
  std::int64_t lost_rows = 0;
  bool numbered_by_rows = false;  ///< seq is the row's number.
  std::vector<Repair> repairs;    ///< Of what has been read so far.
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

  /// What the file says of itself, as far as it has been read.
  [[nodiscard]] const TraceFacts& facts() const;

  /// The line of the arrival that next() gave last.
  [[nodiscard]] std::int64_t line() const;

 private:
  struct State;
  explicit ArrivalReader(std::unique_ptr<State> state);
  std::unique_ptr<State> x_;
};

}  // namespace flatline::trace
