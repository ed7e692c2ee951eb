#pragma once
// What troubles a scenario, and the scenario without each of it: the ablation behind `explain
// causes`.

#include <cstddef>
#include <string>
#include <vector>

#include "flatline/base/result.hpp"
#include "flatline/scenario/document.hpp"
#include "flatline/scenario/scenario.hpp"

namespace flatline::scenario {

/// A source of trouble, switched off.
struct Trouble {
  std::string name;   ///< "faults/1 stall worker", "loss", "everything"
  std::string off;    ///< What was done to it: "never strikes", "loss 0"
  bool whole = true;  ///< One source; false for several taken together ("every stall").
  /// The causes (columns mistakes_by_*) under which its mistakes are booked; may be empty.
  std::vector<std::string> causes;
  Document document;                     ///< The scenario with it switched off ...
  std::vector<std::size_t> idle_faults;  ///< ... if it is read with these faults idle.
};

/// Every source of trouble that is there: each entry of "faults", all of one kind if there are
/// several, loss, variation of delays, what else links and clocks do, duplicates, jitter of the
/// heartbeats; at the end all of them at once. Empty if nothing troubles the scenario. REQUIRES:
/// read_scenario takes `document` with the same arguments. A delay without its variation is its
/// median at every draw. Faults are not cut out of the list but left idle, and links are not cut
/// out either, so that whatever remains keeps its random streams.
Result<std::vector<Trouble>> troubles(const Document& document, const std::string& base_folder,
                                      const ReadOptions& options = {});

}  // namespace flatline::scenario
