#pragma once
// Whether values that follow each other depend on each other.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flatline::fit {

struct RankCorrelation {
  std::vector<double> lags;  ///< Of values that are 1, 2 ... apart; empty if all are equal.
  double bound = 0;          ///< 95 % of them lie within if the values are independent.
  /// Of the first ten together (Ljung and Box 1978); empty if there are too few values.
  std::optional<double> p_value;

  /// "rank correlation 0.1 with the next, 0.02 with the tenth". REQUIRES: p_value.
  [[nodiscard]] std::string text() const;
};

RankCorrelation rank_correlation(const std::vector<std::int64_t>& values);

}  // namespace flatline::fit
