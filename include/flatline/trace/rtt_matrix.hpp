#pragma once
// Matrices of round trips between nodes, as measurements of whole networks are published: n rows of
// n fields set apart by tabs, row i and column j the round trip from node i to node j. A field that
// is empty, "-", "nan", "na" or negative was not measured. The diagonal is not read.

#include <cstdint>
#include <string>
#include <vector>

#include "flatline/base/result.hpp"

namespace flatline::trace {

struct RttMatrix {
  std::int64_t nodes = 0;
  std::vector<std::int64_t> ns;  ///< By rows; kNotMeasured where there is none.
  std::int64_t missing = 0;      ///< Fields beside the diagonal that say that nothing was measured.
  /// Round trips of 0, which are shorter than the measurement rounds to, or missing as well. They
  /// are kNotMeasured in `ns`.
  std::int64_t zeros = 0;

  static constexpr std::int64_t kNotMeasured = -1;
  static constexpr std::int64_t kMostNodes = 1500;

  [[nodiscard]] std::int64_t at(std::int64_t from, std::int64_t to) const {
    return ns[static_cast<std::size_t>(from * nodes + to)];
  }
};

/// `unit`: of the numbers, ns us ms s. Fails, with file, line and column, on: an unknown unit or
/// none, a field that is no number, a row with more or fewer fields than the first, more or fewer
/// rows than columns, a round trip longer than a day, and no round trip at all.
Result<RttMatrix> read_rtt_matrix(const std::string& path, const std::string& unit);

}  // namespace flatline::trace
