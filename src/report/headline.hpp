#pragma once
// The result in plain words.

#include <string>
#include <vector>

#include "rows.hpp"
#include "trade_off.hpp"

namespace flatline::report {

/// One setting that deserves a sentence.
struct Finding {
  std::string role;     ///< "Fastest", "Fewest mistakes", "In between".
  std::string setting;  ///< "3x: timeout 3 s".
  std::string text;     ///< What it costs and what it gives.
};

/// What holds under one condition of the world.
struct ConditionVerdict {
  std::string condition;  ///< Empty if no condition varies.
  std::string summary;    ///< How many settings, how many of them best, whose they are.
  std::vector<Finding> findings;
};

struct Headline {
  std::vector<ConditionVerdict> verdicts;  ///< At most four.
  std::vector<std::string> cautions;  ///< What the numbers do not say.
};

Headline headline(const Rows& rows, const std::vector<TradeGroup>& groups,
                  const std::string& state);

}  // namespace flatline::report
