#pragma once
// Stalls of a sender from how late its heartbeats left, and how often and how long they are.
//
// A stall that begins at a random moment and lasts P makes the next beat late by P - U, where U,
// the time from its beginning to the next place of the grid, is uniform over one interval eta; if P
// < U nobody sees it. So beats late by y come at the rate (lambda / eta) (S(y) - S(y + eta)) per
// unit of time, S being Pr(P > y): a Poisson process whose likelihood is maximised, stalls too
// short to be seen included.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "flatline/base/time.hpp"
#include "flatline/fit/law.hpp"

namespace flatline::fit {

/// One heartbeat's place and when it left, by the sender's clock.
struct Send {
  std::int64_t slot = 0;
  std::int64_t sent_ns = 0;
  std::int64_t skipped = 0;  ///< Places up to this one that were never sent, as a recording counts
                             ///< them; 0 throughout if nobody counted.
};

/// How late each heartbeat left, ns, against the grid origin + slot * interval. The origin and the
/// true length of the interval (a sender's timer may run slow) are the lower hull of the sends, so
/// no lateness is negative. A sender that numbers what it sends rather than places (a stall moves
/// all later beats by whole intervals) has its numbers put right first.
struct Lateness {
  std::vector<std::int64_t> late_ns;  ///< In the order given.
  double measured_interval_s = 0;
  /// The sender sleeps from each beat to the next, without a grid: lateness adds up and is never
  /// made good. It is then each beat's own: its gap less the interval, which is the median of them.
  bool free_running = false;
};
Lateness lateness(std::span<const Send> sends, Duration interval);

struct StallOptions {
  Duration threshold{};  ///< A beat later than this is a stall; > 0.
};

struct StallFit {
  std::int64_t seen = 0;  ///< Stalls later than the threshold; beats of one stall counted once.
  double observed_s = 0;  ///< Time watched.
  /// From the end of one to the start of the next; all stalls, also those too short to be seen,
  /// its interval averaged over the families by their AIC; or only those seen if there are too few
  /// for a law (Garwood 1936). Without any: value and hi infinite.
  Parameter mean_time_between;
  /// The best family by BIC with at least kLeastStalls seen: exponential, lognormal, weibull, gamma
  /// or pareto, the last with its scale held at the threshold. Goodness is that of the lateness
  /// beyond the threshold. Empty as well if no family has a likelihood with a top.
  std::optional<LawFit> length;
  std::vector<std::int64_t> lengths_ns;  ///< Each stall seen: its lateness and half an interval
                                         ///< more, ascending; what stands in for a law without one.
  double dispersion_p_value = 1;  ///< Whether they come as a Poisson process: index of dispersion
                                  ///< over 20 equal parts of the record; 1 if fewer than 40.
};
inline constexpr std::int64_t kLeastStalls = 20;

/// `sends` in order of slots, and their lateness. A beat is the first after a stall if it is later
/// than the threshold, places skipped just before it included, and the stall it belongs to does not
/// cover the beat before (its lateness is not that of the one before less their distance). Where
/// skipped places are not counted, they may as well have been lost: what is late is late by less
/// than an interval, and a stall of several is taken for a short one. REQUIRES: equal sizes, at
/// least 2, interval and threshold > 0.
StallFit fit_stalls(std::span<const Send> sends, std::span<const std::int64_t> late_ns,
                    Duration interval, const StallOptions& options);

}  // namespace flatline::fit
