#pragma once
// Offset and drift of two clocks, from one-way heartbeats alone.

#include <cstdint>
#include <span>
#include <vector>

#include "flatline/fit/law.hpp"

namespace flatline::fit {

/// The line below all points (sent, received - sent): the lower edge of their convex hull that
/// carries the middle of the record (Moon, Skelly, Towsley 1999). What is above it is delay beyond
/// the least one; the least delay itself cannot be told from the offset.
struct ClockLine {
  double drift = 0;     ///< Of the receiver's clock against the sender's, seconds per second.
  double drift_lo = 0;  ///< Bounds of the drift that the hull allows at 95 %, from the noise of
  double drift_hi = 0;  ///< its edge (blocks of the record fitted one by one).
  std::int64_t origin_ns = 0;  ///< received - sent that the line has at sent = first sent.
};

/// REQUIRES: equal sizes, at least 2, `sent` not all equal. In any order.
ClockLine fit_clock(std::span<const std::int64_t> sent_ns,
                    std::span<const std::int64_t> received_ns);

/// The delays beyond the least one: received - sent - line, never negative, rounded down to whole
/// nanoseconds with integers or long double so that hours do not lose digits.
std::vector<std::int64_t> delays_above(const ClockLine& line, std::span<const std::int64_t> sent_ns,
                                       std::span<const std::int64_t> received_ns);

}  // namespace flatline::fit
