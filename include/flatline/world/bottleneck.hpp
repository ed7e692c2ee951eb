#pragma once
// A queue of finite rate that messages share with cross traffic, first come, first served (Lindley
// 1952, with the unfinished work kept in time instead of from message to message).

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "flatline/base/time.hpp"
#include "flatline/random/distribution.hpp"
#include "flatline/random/stream.hpp"
#include "flatline/world/model.hpp"

namespace flatline::world {

/// The gaps between packets of cross traffic, compiled: exponential, in fractions of a nanosecond.
struct CrossTraffic {
  random::Sampler gap;
  int fraction_bits = 0;  ///< Gaps are in 2^-fraction_bits ns.
  bool any = false;       ///< False: there is none.
};

/// None if the load is 0, or so small that packets are more than half a year apart.
CrossTraffic cross_traffic(const Queue& queue);

class Bottleneck {
 public:
  /// Empty at `begin`. Draw i of "NAME/cross" belongs to the gap before packet i. REQUIRES: the
  /// queue has a rate.
  Bottleneck(const Queue& queue, CrossTraffic cross, const random::StreamFactory& streams,
             const std::string& name, SimInstant begin);

  /// How long a message of `bytes` that comes at `t` waits and is being served, rounded up to whole
  /// nanoseconds; nothing if it does not fit. At one instant cross traffic comes first. REQUIRES:
  /// `t` never goes back, bytes >= 0.
  [[nodiscard]] std::optional<Duration> pass(SimInstant t, std::int64_t bytes);

 private:
  // Work is counted in bytes x 1e9: a nanosecond takes off exactly the bytes per second, so nothing
  // is ever rounded.
  using Work = __int128;

  void walk_to(SimInstant t);
  void work_off(SimInstant t);
  bool take_in(Work work);
  void next_packet();

  std::int64_t rate_;
  Work room_;  // what fits, or 0: everything
  Work packet_;
  Work work_ = 0;  // unfinished
  SimInstant at_;  // then
  CrossTraffic cross_;
  random::Stream draws_;
  std::uint64_t drawn_ = 0;
  std::array<std::int64_t, 64> gaps_;
  SimInstant next_packet_ = SimInstant::never();
  std::int64_t fraction_ = 0;  // of the next packet's instant
};

}  // namespace flatline::world
