#include "fit/correlation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fit/chi_squared.hpp"
#include "flatline/base/text.hpp"

namespace flatline::fit {
namespace {

constexpr std::size_t kLags = 20;
constexpr std::size_t kTestedLags = 10;
constexpr std::size_t kLeastForCorrelation = 100;

// Ranks from -1 to 1, ties sharing the middle one.
std::vector<double> ranks_of(const std::vector<std::int64_t>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  const double n = static_cast<double>(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t j = i;
    while (j < order.size() && values[order[j]] == values[order[i]]) ++j;
    const double middle = (static_cast<double>(i + j) - 1) / 2;
    for (; i < j; ++i) ranks[order[i]] = n > 1 ? 2 * middle / (n - 1) - 1 : 0;
  }
  return ranks;
}

std::vector<double> lags_of(const std::vector<std::int64_t>& values) {
  const std::vector<double> ranks = ranks_of(values);
  double variance = 0;
  for (const double r : ranks) variance += r * r;
  std::vector<double> out;
  if (variance <= 0) return out;
  for (std::size_t lag = 1; lag <= kLags && lag < ranks.size(); ++lag) {
    double sum = 0;
    for (std::size_t i = lag; i < ranks.size(); ++i) sum += ranks[i] * ranks[i - lag];
    out.push_back(sum / variance);
  }
  return out;
}

}  // namespace

std::string RankCorrelation::text() const {
  return "rank correlation " + format_number(lags.front(), 2) + " with the next, " +
         format_number(lags[kTestedLags - 1], 2) + " with the tenth";
}

RankCorrelation rank_correlation(const std::vector<std::int64_t>& values) {
  RankCorrelation out;
  out.lags = lags_of(values);
  const auto n = static_cast<double>(values.size());
  out.bound = 1.959964 / std::sqrt(n);
  if (values.size() < kLeastForCorrelation || out.lags.size() < kTestedLags) return out;
  double sum = 0;
  for (std::size_t k = 0; k < kTestedLags; ++k)
    sum += out.lags[k] * out.lags[k] / (n - static_cast<double>(k) - 1);
  out.p_value = chi_squared_tail(n * (n + 2) * sum, static_cast<double>(kTestedLags));
  return out;
}

}  // namespace flatline::fit
