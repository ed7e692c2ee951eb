#pragma once
// Traces drawn from planted laws, for the tests of fit/law.hpp.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "flatline/base/check.hpp"
#include "flatline/fit/law.hpp"
#include "flatline/random/stream.hpp"

namespace flatline::fit::traces {

using random::Distribution;
using random::Family;

inline Distribution law(Family family, Duration value, double shape, Duration plus,
                        Duration second = {}) {
  Distribution out;
  out.family = family;
  out.value = value;
  out.second = second;
  out.shape = shape;
  out.plus = plus;
  return out;
}

inline random::Sampler compiled(const Distribution& d) {
  auto sampler = random::compile(d);
  FLATLINE_CHECK(sampler.ok(), "a law that compiles");
  return sampler.value();
}

/// n sorted values of one stream, rounded to whole `tick` ns.
inline std::vector<std::int64_t> draw(const random::Sampler& sampler, const std::string& stream,
                                      std::uint64_t trace, std::size_t n, std::int64_t tick = 1) {
  const random::Stream bits = random::StreamFactory(20260701, trace).stream(stream);
  std::vector<std::int64_t> values;
  for (std::size_t i = 0; i < n; ++i) {
    values.push_back((sampler(bits.bits(i)) + tick / 2) / tick * tick);
  }
  std::sort(values.begin(), values.end());
  return values;
}

inline std::string label(const Distribution& d) {
  return std::string(random::name_of(d.family)) + " shape " + std::to_string(d.shape) + " plus " +
         std::to_string(d.plus.ns);
}

inline constexpr Duration k5ms = milliseconds(5);
inline constexpr Duration k10ms = milliseconds(10);

}  // namespace flatline::fit::traces
