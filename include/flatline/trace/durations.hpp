#pragma once
// Recorded durations: the delays, gaps or pauses behind an {"empirical": "file"} law.
//
// The file is a table as in arrivals.hpp; one column of it is read. A value is a number with a unit
// ("12.3ms"; ns us ms s), so units may differ from row to row, or a bare number. The unit of bare
// numbers is that of the header ("delay_ms", "gap_us", "rtt_s") or of the options; without either
// they are refused. The simplest file is a list of bare numbers or of durations, one a line.
//
// The file may also be a recording of ours on one clock (recording.hpp): then the durations are
// received_ns - sent_ns of every row, duplicates too. On two clocks that is no delay, and a ping
// gives round trips: both are refused, naming "flatline fit".

#include <cstdint>
#include <string>
#include <vector>

#include "flatline/base/result.hpp"

namespace flatline::trace {

/// Which column to read, and its unit.
struct DurationOptions {
  /// Name or number from 1. "": the only column, else the one that is called delay, gap, rtt,
  /// latency, duration, pause, interval or length (with or without a unit).
  std::string column;
  /// Of bare numbers: ns us ms s. "": the end of the column's name tells; the two must agree.
  std::string unit;
};

/// All durations of the file in nanoseconds, in file order; at least one. Converted exactly, what
/// is finer than a nanosecond rounded to the nearest (ties to even). The values are held in memory,
/// the file is not. Fails, with file, line and column, on: a negative value, one longer than
/// kLongestTime, a bare number without a unit, and all that ArrivalReader names but the order of
/// times. A recording may be unfinished or repaired as ArrivalReader does it; options for it are
/// refused.
Result<std::vector<std::int64_t>> read_durations(const std::string& path,
                                                 const DurationOptions& options = {});

}  // namespace flatline::trace
