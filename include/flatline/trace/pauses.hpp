#pragma once
// Pauses of a process as its own logs tell them:
//
// - garbage collection logs of a JVM: unified logging (JDK 9 and later), the older formats of
//   HotSpot (-verbose:gc, PrintGCDetails with time stamps) and of JRockit (-Xverbose:memory). Only
//   what stops the world counts; concurrent phases do not. Where a log also tells of all safepoints
//   ("Total time for which application threads were stopped"), these are taken instead: collections
//   are among them.
// - interval logs of HdrHistogram, as jHiccup writes them.
//
// Lines that tell of no pause are passed over and counted: such logs share their file with others.

#include <cstdint>
#include <string>
#include <vector>

#include "flatline/base/result.hpp"
#include "flatline/base/time.hpp"
#include "flatline/trace/arrivals.hpp"

namespace flatline::trace {

/// How a log of histograms is read; logs of a JVM need none of it.
struct PauseOptions {
  /// Only longer pauses are taken. 0: all; of a log of histograms ten times what 90 % of the values
  /// stay below, at most 20 ms.
  Duration threshold{};
  /// Histograms: the recorder's sampling period, whose made-up values ("coordinated omission") are
  /// taken back. 0: 1 ms if jHiccup wrote the log, else nothing is taken back.
  Duration resolution{};
  /// Of the values of histograms: ns us ms s. "": ns, and Interval_Max must be in ms then.
  std::string unit;
  /// Of the rows of histograms: "": the only one.
  std::string tag;
};

struct Pause {
  std::int64_t at_ns = 0;  ///< When it began, from the log's own zero.
  std::int64_t length_ns = 0;
};

struct PauseKind {
  std::string name;  ///< As in the log, numbers left out: "Pause Young (Normal)".
  std::int64_t count = 0;
};

/// What a log tells.
struct PauseLog {
  std::string format;         ///< "a log of JVM unified logging", "a log of jHiccup" ...
  std::vector<Pause> pauses;  ///< By beginning; at least two.
  std::vector<PauseKind> kinds;
  Duration threshold{};  ///< Only longer ones were taken.
  Duration watched{};    ///< Time in which they would have been told of.
  /// Whether `watched` reaches from the beginning of the first to the end of the last, since the
  /// log does not say more, so that one of them is no news.
  bool ends_at_pauses = true;
  bool exact_times = true;       ///< Not in histograms, which tell the interval only.
  std::int64_t collections = 0;  ///< Collections that stand in the log.
  std::int64_t safepoints = 0;   ///< Stops at safepoints; if any is taken, all pauses are.
  std::int64_t passed_over = 0;  ///< Lines without a pause.
  Duration resolution{};         ///< Whose made-up values were taken back; 0: none were.
  std::vector<Repair> repairs;
};

/// Reads all pauses. Fails, with file, line and column, on: a file of another format, a pause
/// without a time stamp, a number that is none, time that goes backwards by more than a minute (a
/// second log), a histogram that cannot be decoded or whose unit is not known, fewer than two
/// pauses, and pauses that all have the length 0. Some may.
Result<PauseLog> read_pauses(const std::string& path, const PauseOptions& options = {});

}  // namespace flatline::trace
