#pragma once
// A whole trace turned into a model that a scenario can name: loss, delay, duplicates, and stalls
// of the sender, of the way and of the monitor; with checks of every assumption the model makes.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "flatline/fit/clock.hpp"
#include "flatline/fit/law.hpp"
#include "flatline/fit/loss.hpp"
#include "flatline/fit/stalls.hpp"

namespace flatline::fit {

/// One heartbeat as received, in ns.
struct Beat {
  std::int64_t seq = 0;      ///< Its place on the sender's grid.
  std::int64_t sent = 0;     ///< By the sender's clock; read only with Record::has_sent.
  std::int64_t at = 0;       ///< By the receiver's clock.
  std::int64_t skipped = 0;  ///< Places up to seq that were never sent.
  std::int64_t waited = 0;   ///< In the receiver's socket; read only with Record::has_waited.
};

/// A trace in memory.
struct Record {
  std::vector<Beat> beats;  ///< In order of receipt, duplicates included.
  bool has_seq = false;     ///< Without, beats are numbered as they came and none is known lost.
  bool has_sent = false;
  bool has_waited = false;
  bool round_trip = false;
  std::optional<ClockLine> clocks;         ///< Where sender and receiver have different clocks.
  Duration interval{};                     ///< Nominal; 0: unknown.
  std::int64_t numbers_from = 0;           ///< The number of the first heartbeat sent (ping: 1).
  std::optional<std::int64_t> sent_total;  ///< Heartbeats sent, as the sender said.
};

/// Stalls of one part of a heartbeat's way, and what the model draws.
struct StallPart : StallFit {
  Duration threshold{};  ///< What is later than this counts as a stall.
  bool recorded =
      false;             ///< The model draws from lengths_ns: no law was found, or it does not fit.
  bool too_far = false;  ///< Its law fits, but goes_too_far.
  /// Of the stalls that the model draws: all by the law, else those seen. From the end of one to
  /// the start of the next.
  Parameter between;
};

enum class LawChoice : std::uint8_t {
  automatic,  ///< The best family if it passes its test and does not go too far, else what was
              ///< recorded. Stalls too.
  family,     ///< The best family, passing or not.
  recorded    ///< The recorded delays.
};

struct TraceFitOptions {
  /// What is later than this met a stall; 0: for each part ten times the lateness that 90 % stay
  /// below, from 1 % of the interval to half of it.
  Duration stall{};
  Duration least_delay{};  ///< Added to all delays: what two clocks cannot tell.
  LawChoice laws = LawChoice::automatic;
};

/// Whether a law that fits goes too far beyond a record to be drawn from: at two decades beyond the
/// `n` durations that the record stands for, it is more than ten times the largest one seen. Laws
/// of infinite variance are such.
bool goes_too_far(const LawFit& law, double n, std::int64_t largest_ns);

/// Whether the model draws from what was recorded instead of `law`, the best one (null: there is
/// none). `too_far`: see goes_too_far.
bool draws_recorded(LawChoice choice, const LawFit* law, bool too_far);

/// An assumption of the model, held against the trace.
struct Feature {
  std::string name;
  bool holds = true;
  std::optional<double> p_value;  ///< Empty: not a test but a statement.
  std::string found;
};
/// Features with a smaller p value do not hold.
inline constexpr double kLeastPValue = 0.01;

/// How the time of a heartbeat comes about: quantiles of each part, ns.
struct PartQuantiles {
  std::string name;
  std::vector<double> quantiles;  ///< At kPartShares.
};
inline constexpr double kPartShares[] = {0, 0.5, 0.9, 0.99, 0.999, 1};

struct TraceFit {
  // What was read.
  std::int64_t received = 0;  ///< Different heartbeats.
  std::int64_t duplicates = 0;
  std::int64_t reordered = 0;  ///< Arrived after a higher number.
  Duration interval{};         ///< Of the sender's grid as measured, whole nanoseconds.
  bool nominal = false;        ///< Within 0.1 % of the nominal one, which is then `interval`.
  bool free_running = false;   ///< Each interval starts at the last send: there is no grid.
  double observed_s = 0;

  // The model.
  std::optional<LossFit> loss;       ///< With Record::has_seq.
  std::vector<LawFit> families;      ///< Of the delay, best first; may be empty.
  bool delay_too_far = false;        ///< The best family fits, but goes_too_far.
  bool delay_recorded = false;       ///< The model draws from `delays`, not from families.front().
  std::vector<std::int64_t> delays;  ///< Ascending; what is due to stalls taken off.
  std::vector<std::int64_t> in_order;  ///< The same in the order of sending.
  StallPart sender;
  std::optional<StallPart> way;      ///< Several heartbeats held up and let go together; with
                                     ///< Record::has_sent.
  std::optional<StallPart> monitor;  ///< With Record::has_waited.
  bool fifo = false;  ///< Never reordered, although independent delays would have been.
  double duplicate_ratio = 0;
  double jitter_ratio = 0;  ///< Only if free_running: uniform share of the interval.

  // How well.
  std::vector<PartQuantiles> parts;
  std::vector<double> correlation;  ///< Of the ranks of successive delays, lags 1 ...
  double correlation_bound = 0;     ///< 95 % of the values lie within, if delays are independent.
  double farthest_tail = 0;         ///< See farthest_tail().
  std::vector<Feature> features;
};

/// Fits a record. REQUIRES: at least two beats at different times.
TraceFit fit_trace(const Record& record, const TraceFitOptions& options = {});

}  // namespace flatline::fit
