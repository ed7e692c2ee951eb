#pragma once
// What the tests of this room share: laws, links of one pair, walks.

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "flatline/world/link.hpp"
#include "flatline/world/timeline.hpp"

namespace flatline::world::kit {

inline random::Distribution law(random::Family family, Duration value, Duration second = {}) {
  random::Distribution out;
  out.family = family;
  out.value = value;
  out.second = second;
  return out;
}
inline random::Distribution constant(Duration value) {
  return random::Distribution::constant(value);
}
inline random::Distribution exponential(Duration mean) {
  return law(random::Family::exponential, mean);
}
inline random::Sampler sampler(const random::Distribution& of) {
  return random::compile(of).value();
}

inline Timeline fixed(std::vector<Interval> intervals) {
  std::vector<IntervalSource> sources;
  sources.emplace_back(std::move(intervals));
  return Timeline(std::move(sources));
}

/// The link from a/0 to b/0 by one rule.
inline LinkLaw law_of(const LinkRule& rule) {
  Model model;
  model.cluster = Cluster({{"a", 1}, {"b", 1}});
  model.default_link = rule;
  return LinkTable(model).law({0}, {1});
}
inline Link link_of(const LinkRule& rule, const random::StreamFactory& streams,
                    Conditions conditions = {}) {
  return {law_of(rule), streams, "link/a/0/b/0", std::move(conditions), {0}};
}

inline std::vector<std::pair<std::int64_t, std::int64_t>> walk(Timeline timeline,
                                                               std::size_t most = 1000) {
  std::vector<std::pair<std::int64_t, std::int64_t>> out;
  while (out.size() < most) {
    const auto interval = timeline.next();
    if (!interval) break;
    out.emplace_back(interval->start.ns, interval->end.ns);
  }
  return out;
}

/// Mean and variance of what is added.
class Moments {
 public:
  void add(double x) {
    n_ += 1;
    sum_ += x;
    squares_ += x * x;
  }
  [[nodiscard]] double count() const { return n_; }
  [[nodiscard]] double mean() const { return sum_ / n_; }
  [[nodiscard]] double variance() const { return squares_ / n_ - mean() * mean(); }

 private:
  double n_ = 0, sum_ = 0, squares_ = 0;
};

}  // namespace flatline::world::kit
