#pragma once
// replay --query: what one detector says at given instants of a trace.

#include <string>

#include "cli/trace_input.hpp"
#include "flatline/sim/run.hpp"

namespace flatline::cli {

struct Query {
  sim::JudgedSetting judged;
  Duration interval{};  ///< The sender's; 0: not known.
  std::string times;    ///< File of the instants asked about.
  std::string format;
  bool quiet = false;
};

/// Prints one answer per instant, in the order of their file. Throws Failure.
int answer_queries(const Query& query, TraceInput input);

}  // namespace flatline::cli
