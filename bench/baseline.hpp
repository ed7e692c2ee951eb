#pragma once
// The heartbeat simulation that everybody would write first: std::priority_queue, std::mt19937_64,
// std:: distributions, double seconds, a timer per arrival whose generation tells whether it still
// counts.

#include <cstdint>

namespace flatline::bench {

struct BaselineResult {
  std::uint64_t heartbeats = 0;
  std::uint64_t mistakes = 0;
};

/// `workers` senders, interval U(0.9, 1.1) s, delay 5 ms + lognormal(median 20 ms, sigma 0.6), loss
/// 1 %, timeout 3 s restarted at every arrival, for `seconds` of simulated time.
BaselineResult run_baseline(int workers, double seconds, std::uint64_t seed);

}  // namespace flatline::bench
