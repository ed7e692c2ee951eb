#pragma once
// Laws that the scenario reader has compiled before: here they cannot fail.

#include <utility>

#include "flatline/base/check.hpp"
#include "flatline/random/distribution.hpp"

namespace flatline::world {

inline random::Sampler compiled(const random::Distribution& law) {
  auto sampler = random::compile(law);
  FLATLINE_CHECK(sampler.ok(), "the scenario reader has compiled this law before");
  return std::move(sampler).value();
}

inline random::Sampler exponential(Duration mean) {
  random::Distribution law;
  law.family = random::Family::exponential;
  law.value = mean;
  return compiled(law);
}

}  // namespace flatline::world
