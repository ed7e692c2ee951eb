#pragma once
// Quantiles of any number of times in constant memory: bins that grow with the value, 64 to each
// doubling, so that a quantile is right within 1/64 of itself.

#include <cstdint>
#include <vector>

#include "flatline/base/time.hpp"

namespace flatline::live {

class LogHistogram {
 public:
  LogHistogram();

  /// A negative time counts as 0.
  void add(Duration value);
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] Duration min() const { return min_; }  ///< 0 if empty, as are the others.
  [[nodiscard]] Duration max() const { return max_; }
  /// The least value that a share `q` (0 to 1) of the values does not exceed: the end of its bin,
  /// but never above max().
  [[nodiscard]] Duration quantile(double q) const;

 private:
  std::vector<std::int64_t> bins_;
  std::int64_t count_ = 0;
  Duration min_{};
  Duration max_{};
};

}  // namespace flatline::live
