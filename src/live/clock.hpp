#pragma once
// The only place that reads a clock. Times are nanoseconds.

#include <cstdint>
#include <string>

namespace flatline::live {

/// CLOCK_MONOTONIC: since some start of this host, never set, steered in rate only.
std::int64_t monotonic_now();

/// The monotonic and the wall clock at one time, within what reading them costs.
struct BothClocks {
  std::int64_t monotonic = 0;
  std::int64_t wall = 0;  // since 1970, UTC
};
BothClocks both_clocks();

/// Sleeps until the monotonic clock shows `at`; returns earlier on a signal.
void sleep_until(std::int64_t at);

/// The wall clock as "2026-11-21T15:00:00Z".
std::string utc_text(std::int64_t wall);

/// A digest of what tells this host's monotonic clock from others: the boot and the time namespace.
/// Equal digests mean one clock. 0 if the system does not tell.
std::uint64_t clock_digest();

/// A number that no other sender is likely to have chosen, from time and process.
std::uint64_t new_session();

/// Makes this thread's timers as exact as the kernel allows, for as long as the object lives.
class ExactTimers {
 public:
  ExactTimers();
  ~ExactTimers();
  ExactTimers(const ExactTimers&) = delete;
  ExactTimers& operator=(const ExactTimers&) = delete;

 private:
  int slack_;
};

}  // namespace flatline::live
