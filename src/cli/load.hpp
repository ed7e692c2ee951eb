#pragma once
// From a file and --set/--seed/--axis to a validated scenario.

#include <string>
#include <vector>

#include "flatline/scenario/scenario.hpp"

namespace flatline::cli {

struct Overrides {
  std::vector<std::string> set;   ///< KEY=VALUE
  std::vector<std::string> axes;  ///< NAME=values
  std::string seed;               ///< Empty: as the file says.
};

struct Loaded {
  scenario::Document document;
  scenario::Scenario scenario;
  std::string folder;  ///< Where relative file names start.
};

/// Options for read_scenario: empirical laws are read with the trace room, round trips with
/// read_matrix.
scenario::ReadOptions read_options();

/// Throws Failure: 4 if the file cannot be read, 2 for a bad --set or --axis, 3 for a bad scenario.
Loaded load(const std::string& path, const Overrides& overrides);

/// Splits KEY=VALUE; throws Failure(kUsage) naming `option`.
std::pair<std::string, std::string> key_value(const std::string& text, const std::string& option);

}  // namespace flatline::cli
