#pragma once
// What `explain causes` found: gathered by causes.cpp, told by causes_text.cpp, causes_words.cpp
// and causes_page.cpp.

#include <cstdint>
#include <string>
#include <vector>

#include "flatline/report/page_of_charts.hpp"
#include "flatline/results/table.hpp"

namespace flatline::cli {

/// The mistakes of one detector row.
struct Mistakes {
  std::int64_t all = 0;
  std::vector<std::int64_t> by;  ///< One per cause.
};

/// The scenario without one source of trouble, or as it is.
struct Ablation {
  std::string without;              ///< "faults/1 stall worker"; empty: as it is.
  std::string how;                  ///< "never strikes"
  bool whole = true;                ///< One source, not several together.
  std::vector<std::string> causes;  ///< The tally's names for its mistakes.
  std::vector<Mistakes> rows;
};

/// A detector row: a setting and a state.
struct CauseRow {
  std::string name;  ///< "3x", or "3x, dead" where there are rows of both states
  std::string kind, label, state;
};

struct Causes {
  std::vector<std::string> names;  ///< "sender_stall": from the columns mistakes_by_*.
  std::vector<CauseRow> rows;
  Ablation baseline;
  std::vector<Ablation> ablations;  ///< In the order of the scenario; the last is everything.
};

/// The ablations as `row` sees them: what leaves the fewest mistakes first, everything last.
std::vector<const Ablation*> ranking(const Causes& causes, std::size_t row);

/// `part` of `all`: "97 %", "0.4 %"; "-" of nothing.
std::string share_text(std::int64_t part, std::int64_t all);

/// "sender_stall 391, loss 12": the causes that there are, most frequent first, at most `most`.
std::string causes_text(const Causes& causes, const Mistakes& mistakes, std::size_t most);

/// What a row's numbers say in plain words, a sentence each: which source makes most of its
/// mistakes, whether tally and ablation agree, and what no source explains.
std::vector<std::string> conclusions(const Causes& causes, std::size_t row);

/// What is done to each source that is no fault: "delay variation: every delay its median; ...".
std::string switches_text(const Causes& causes);

/// One line per row and ablation, the baseline first of each row.
results::Table causes_table(const Causes& causes);

/// Prints them as "table" or "markdown", with the conclusions on the first row.
void print_causes(const Causes& causes, const std::string& format);

/// What the page says beyond the numbers.
struct CausesSource {
  std::string name;  ///< Of the scenario.
  std::string why;
  std::vector<std::string> facts;
  std::string scenario;  ///< Resolved.
  std::string version;
};

report::ChartPage page_of(const Causes& causes, const CausesSource& source);

/// `explain causes SCENARIO`; the arguments are those after "causes".
int explain_causes(const std::vector<std::string>& arguments);

}  // namespace flatline::cli
