#pragma once
// What replay and fit share: the options that say how a trace is read, and one look through it.

#include <boost/program_options.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "flatline/base/time.hpp"
#include "flatline/fit/clock.hpp"
#include "flatline/trace/arrivals.hpp"

namespace flatline::cli {

/// How a trace is read.
struct TraceInput {
  std::string path;
  trace::ArrivalOptions columns;
  std::string clocks;  ///< "auto", "one" or "two"
};

/// Throws Failure(kInputOutput) if the file cannot be had. `what` ("a trace") is what it should be.
void require_readable(const std::string& path, const std::string& what);
/// Adds --column, --unit, --seq-column, --sent-column and --clocks.
void add_trace_options(boost::program_options::options_description& options);
/// Throws Failure(kUsage) for bad options, Failure(kInputOutput) if the file cannot be had.
TraceInput trace_input_of(const boost::program_options::variables_map& values,
                          const std::string& path);

/// Calls take(arrival, line) for every arrival; gives what the file says of itself. Throws
/// Failure(kInvalid).
trace::TraceFacts for_each_arrival(
    const TraceInput& input, const std::function<void(const trace::Arrival&, std::int64_t)>& take);

/// What one look through a trace tells. Memory does not grow with the trace.
struct TraceScan {
  trace::TraceFacts facts;
  std::int64_t arrivals = 0;
  LocalInstant first{}, last{};
  bool has_seq = false, has_sent = false, has_waited = false;
  std::int64_t distinct_span = 0;  ///< Numbers from the lowest to the highest, both counted.
  std::int64_t skipped = 0;        ///< Of these, never sent.
  bool one_clock = true;
  fit::ClockLine line;  ///< Only if not one_clock.
  LocalInstant first_sent{};

  /// When a beat was sent, by the receiver's clock.
  [[nodiscard]] LocalInstant left(const trace::Arrival& arrival) const;
  /// Mean time between two places of the sender's grid; 0 if there is one only.
  [[nodiscard]] Duration mean_interval() const;
};
/// Fails (kInvalid) on a trace with less than two arrivals at different times, and on a sequence
/// number that is farther from the one before than any loss explains.
TraceScan scan(const TraceInput& input);

/// What a user should know of a trace, one sentence a line; empty if there is nothing to say.
std::string remarks_on(const TraceScan& scan);

}  // namespace flatline::cli
