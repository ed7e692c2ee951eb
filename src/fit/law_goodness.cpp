#include "fit/law_goodness.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "fit/cells.hpp"
#include "fit/chi_squared.hpp"
#include "fit/law_functions.hpp"
#include "flatline/base/check.hpp"
#include "flatline/fit/law.hpp"

namespace flatline::fit {
namespace {

constexpr double kLeastExpected = 5;  // Of a cell of Pearson's test: the usual rule.
constexpr int kQuantilesPerOctave = 4;

class Judged {
 public:
  Judged(const random::Distribution& law, std::span<const std::int64_t> sorted_ns, double tick)
      : law_(law), values_(sorted_ns), tick_(tick) {}

  [[nodiscard]] double p_value(int fitted) const;
  [[nodiscard]] double distance() const;
  [[nodiscard]] double tail_octaves() const;

 private:
  struct Point;
  [[nodiscard]] double n() const { return static_cast<double>(values_.size()); }
  [[nodiscard]] Point point(std::size_t index) const;
  [[nodiscard]] std::vector<double> bounds() const;
  [[nodiscard]] std::size_t count_up_to(double bound) const;

  LawFunctions law_;
  std::span<const std::int64_t> values_;
  double tick_;
};

// The law just below and just above the ticks of a value, and the share of the data there.
struct Judged::Point {
  std::size_t first = 0, after = 0;  ///< Indices of the values that tie.
  double law_below = 0, law_above = 0;
};

std::size_t Judged::count_up_to(double bound) const {
  const auto after = std::partition_point(values_.begin(), values_.end(), [bound](std::int64_t v) {
    return static_cast<double>(v) <= bound;
  });
  return static_cast<std::size_t>(after - values_.begin());
}

// Ends of cells of equal probability, the topmost halved again and again while it is expected to
// hold enough; moved to the middle between two ticks.
std::vector<double> Judged::bounds() const {
  const double most = std::max(1.0, std::floor(n() / (2 * kLeastExpected)));
  const double cells = std::clamp(std::floor(2 * std::pow(n(), 0.4)), 1.0, most);
  std::vector<double> bounds;
  for (double k = 1; k < cells; ++k) {
    const double p = k / cells;
    bounds.push_back(law_.quantile(p <= 0.5 ? p : 1 - p, p > 0.5));
  }
  for (double p = 0.5 / cells; n() * p >= kLeastExpected; p /= 2) {
    bounds.push_back(law_.quantile(p, true));
  }
  const auto origin = static_cast<double>(values_.front());
  for (double& bound : bounds) {
    bound = origin + (std::floor((bound - origin) / tick_) + 0.5) * tick_;
  }
  std::sort(bounds.begin(), bounds.end());
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  return bounds;
}

double Judged::p_value(int fitted) const {
  double statistic = 0;
  int cells = 0;
  Tails before;
  std::size_t counted = 0;
  std::vector<double> all = bounds();
  const auto judge = [&](const Tails& here, std::size_t up_to) {
    const double p = here.lower < 0.5 ? here.lower - before.lower : before.upper - here.upper;
    const double expected = n() * p;
    const auto seen = static_cast<double>(up_to - counted);
    statistic += (seen - expected) * (seen - expected) / std::max(expected, 1e-9);
    ++cells;
    before = here;
    counted = up_to;
  };
  for (const double bound : all) {
    const Tails here = law_.tails(bound);
    // Moving to the ticks may have emptied a cell, or what is left above it: join it to the next.
    const double enough = 0.5 * kLeastExpected / n();
    if (before.upper - here.upper < enough || here.upper < enough) continue;
    judge(here, count_up_to(bound));
  }
  judge({1, 0}, values_.size());
  const int freedom = cells - 1 - fitted;
  if (freedom < 1) return 1;
  return chi_squared_tail(statistic, freedom);
}

Judged::Point Judged::point(std::size_t index) const {
  const std::int64_t v = values_[index];
  const auto range = std::equal_range(values_.begin(), values_.end(), v);
  Point p;
  p.first = static_cast<std::size_t>(range.first - values_.begin());
  p.after = static_cast<std::size_t>(range.second - values_.begin());
  p.law_below = law_.tails(static_cast<double>(v) - tick_ / 2).lower;
  p.law_above = law_.tails(static_cast<double>(v) + tick_ / 2).lower;
  return p;
}

// Halves ranges of values as long as a larger difference may hide in them: far fewer than n calls.
double Judged::distance() const {
  double largest = 0;
  const auto take = [&](std::size_t index) {
    const Point p = point(index);
    largest = std::max({largest, std::abs(p.law_below - static_cast<double>(p.first) / n()),
                        std::abs(p.law_above - static_cast<double>(p.after) / n())});
    return p;
  };
  std::vector<std::pair<Point, Point>> ranges;
  ranges.emplace_back(take(0), take(values_.size() - 1));
  while (!ranges.empty()) {
    const auto [left, right] = ranges.back();
    ranges.pop_back();
    if (left.after >= right.first) continue;
    const double hidden = std::max(right.law_below - static_cast<double>(left.after) / n(),
                                   static_cast<double>(right.first) / n() - left.law_above);
    if (hidden <= largest) continue;
    const Point middle = take(left.after + (right.first - left.after) / 2);
    ranges.emplace_back(left, middle);
    ranges.emplace_back(middle, right);
  }
  return largest;
}

double Judged::tail_octaves() const {
  double largest = 0;
  for (int k = 0;; ++k) {
    const double tail = std::exp2(-1 - static_cast<double>(k) / kQuantilesPerOctave);
    if (k > 0 && tail * n() < 10) break;
    const auto index = static_cast<std::size_t>(std::ceil((1 - tail) * n())) - 1;
    // A recorded 0 stands for half a tick at most.
    const double seen = std::max(static_cast<double>(values_[index]), tick_ / 2);
    const double expected = std::max(law_.quantile(tail, true), tick_ / 2);
    largest = std::max(largest, std::abs(std::log2(expected / seen)));
  }
  return largest;
}

}  // namespace

Goodness goodness_of_ticks(const random::Distribution& law, std::span<const std::int64_t> sorted_ns,
                           int fitted, double tick) {
  FLATLINE_CHECK(sorted_ns.size() >= kLeastValues, "enough values");
  FLATLINE_CHECK(fitted >= 0, "a number of parameters");
  const Judged judged(law, sorted_ns, tick);
  return {judged.p_value(fitted), judged.distance(), judged.tail_octaves()};
}

Goodness goodness_of(const random::Distribution& law, std::span<const std::int64_t> sorted_ns,
                     int fitted) {
  return goodness_of_ticks(law, sorted_ns, fitted, static_cast<double>(tick_of(sorted_ns)));
}

}  // namespace flatline::fit
