#pragma once
// The likelihood of a record of losses under the two-state chain, and how long its runs are.

#include <cstdint>
#include <span>
#include <vector>

#include "flatline/fit/loss.hpp"

namespace flatline::fit {

/// A Gilbert-Elliott law with its sojourns in seconds.
struct BurstParameters {
  double good_s = 0;
  double bad_s = 0;
  double loss_good = 0;
  double loss_bad = 1;
};

/// A 2 x 2 matrix over the states good (0) and bad (1); rows are "from".
struct Matrix2 {
  double m[2][2] = {{1, 0}, {0, 1}};
};
Matrix2 product(const Matrix2& a, const Matrix2& b);

/// Transition probabilities of the chain over `span_s` seconds: exp(span Q).
Matrix2 transition(const BurstParameters& law, double span_s);

/// A record of losses, equal neighbours counted: stretches without loss cost one matrix power each,
/// however long they are.
class LossRecord {
 public:
  /// REQUIRES: at least one fate, slots ascending, interval > 0.
  LossRecord(std::span<const Fate> fates, Duration interval);

  /// Log-likelihood by the forward recursion (Rabiner 1989, eq. 19 to 21, scaled as in his section
  /// V.A), the chain stationary at the first heartbeat. -infinity if the law excludes the record.
  [[nodiscard]] double log_likelihood(const BurstParameters& law) const;

  /// Lengths of the runs of lost and of delivered heartbeats that other ones end on both sides.
  [[nodiscard]] const std::vector<std::int64_t>& bursts() const { return bursts_; }
  [[nodiscard]] const std::vector<std::int64_t>& gaps() const { return gaps_; }
  [[nodiscard]] std::int64_t sent() const { return sent_; }
  [[nodiscard]] std::int64_t lost() const { return lost_; }
  [[nodiscard]] double interval_s() const { return interval_s_; }

 private:
  struct Kind {
    std::int64_t step = 1;  // Places since the heartbeat before.
    bool lost = false;
    std::int64_t most = 0;  // The longest stretch of this kind.
  };
  struct Stretch {
    std::size_t kind = 0;
    std::int64_t count = 0;
  };
  void add_step(std::int64_t step, bool lost);

  double interval_s_ = 0;
  bool first_lost_ = false;
  std::int64_t sent_ = 0, lost_ = 0;
  std::vector<Kind> kinds_;
  std::vector<Stretch> stretches_;
  std::vector<std::int64_t> bursts_, gaps_;
};

}  // namespace flatline::fit
