#include "fit/dispersion.hpp"

#include <algorithm>
#include <vector>

#include "fit/chi_squared.hpp"

namespace flatline::fit {
namespace {

constexpr std::size_t kParts = 20;
constexpr std::size_t kLeastInParts = 40;

}  // namespace

double dispersion_p_value(std::span<const std::int64_t> at_ns, std::int64_t begin,
                          std::int64_t end) {
  if (at_ns.size() < kLeastInParts) return 1;
  std::vector<double> counts(kParts, 0);
  for (const std::int64_t at : at_ns) {
    const double place = static_cast<double>(at - begin) / static_cast<double>(end - begin);
    ++counts[std::min(kParts - 1, static_cast<std::size_t>(std::max(place, 0.0) * kParts))];
  }
  const double mean = static_cast<double>(at_ns.size()) / kParts;
  double x2 = 0;
  for (const double count : counts) x2 += (count - mean) * (count - mean) / mean;
  const double above = chi_squared_tail(x2, static_cast<double>(kParts - 1));
  return std::min(1.0, 2 * std::min(above, 1 - above));
}

}  // namespace flatline::fit
