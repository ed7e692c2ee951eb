#pragma once
// Whether events come at random.

#include <cstdint>
#include <span>

namespace flatline::fit {

/// Two-sided p value of the index of dispersion of the counts in 20 equal parts of the record; 1 if
/// there are fewer than 40 events. REQUIRES: begin < end.
double dispersion_p_value(std::span<const std::int64_t> at_ns, std::int64_t begin,
                          std::int64_t end);

}  // namespace flatline::fit
