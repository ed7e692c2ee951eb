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
  double drift = 0;  ///< Of the receiver's clock against the sender's, seconds per second.
  /// 95 % bounds: Sen's interval (1968) for the slope of the lowest points of up to 40 blocks of
  /// the record, which needs no law of delays but that the blocks are alike; widened to hold
  /// `drift`. Infinite with fewer than 6 points.
  double drift_lo = 0;
  double drift_hi = 0;
  std::int64_t first_sent_ns = 0;  ///< The first send time, where the line begins.
  std::int64_t origin_ns = 0;      ///< received - sent that the line has there.
};

/// REQUIRES: equal sizes, at least 2, `sent` not all equal. In any order.
ClockLine fit_clock(std::span<const std::int64_t> sent_ns,
                    std::span<const std::int64_t> received_ns);

/// A delay beyond the least one: received - sent - line, never negative, rounded down to whole
/// nanoseconds so that hours do not lose digits.
std::int64_t delay_above(const ClockLine& line, std::int64_t sent_ns, std::int64_t received_ns);

/// The same for all heartbeats of a record.
std::vector<std::int64_t> delays_above(const ClockLine& line, std::span<const std::int64_t> sent_ns,
                                       std::span<const std::int64_t> received_ns);

}  // namespace flatline::fit
