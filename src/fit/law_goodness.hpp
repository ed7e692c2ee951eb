#pragma once

#include <cstdint>
#include <span>

#include "flatline/fit/law.hpp"

namespace flatline::fit {

/// goodness_of for values whose tick is known: finding it reads all values.
Goodness goodness_of_ticks(const random::Distribution& law, std::span<const std::int64_t> sorted_ns,
                           int fitted, double tick);

}  // namespace flatline::fit
