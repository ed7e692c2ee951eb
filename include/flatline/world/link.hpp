#pragma once
// Links: what happens to a message between two nodes. Everything is decided at the send instant:
// the cut, the loss, the delay. Draws are addressed by the message's index on its link, burst
// states by time, so changing the heartbeat interval changes neither the bursts nor another link.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "flatline/base/time.hpp"
#include "flatline/random/distribution.hpp"
#include "flatline/random/stream.hpp"
#include "flatline/world/model.hpp"
#include "flatline/world/timeline.hpp"

namespace flatline::world {

/// A Gilbert-Elliott law with its sojourns compiled.
struct BurstLaw {
  GilbertElliott law;
  random::Sampler good, bad;
};

/// What one direction of a pair is made of, resolved from the rules and compiled.
struct LinkLaw {
  random::Sampler delay;
  double loss = 0;  ///< Read only without `bursts`.
  std::optional<BurstLaw> bursts;
  double duplicate = 0;
  Order order = Order::any;
};

/// Resolves link laws; each rule's tables are compiled once.
class LinkTable {
 public:
  /// REQUIRES: `model` outlives this and its laws compile (the scenario reader has seen to that).
  explicit LinkTable(const Model& model);
  [[nodiscard]] LinkLaw law(NodeId from, NodeId to) const;

 private:
  struct CompiledRule {
    std::optional<random::Sampler> delay;
    std::optional<BurstLaw> bursts;
  };
  static CompiledRule compile_rule(const LinkRule& rule);
  static void apply(const LinkRule& rule, const CompiledRule& compiled, LinkLaw& law);

  const Model* model_;
  CompiledRule default_;
  std::vector<CompiledRule> rules_;
  std::vector<std::vector<bool>> rule_from_, rule_to_;  // per rule, per node
};

/// The state of a two-state loss process at an instant, walked forwards in time.
class BurstState {
 public:
  BurstState() = default;
  BurstState(BurstLaw law, const random::Stream& sojourns, SimInstant begin);
  /// REQUIRES: `t` never goes back.
  [[nodiscard]] bool bad_at(SimInstant t) {
    while (until_ <= t) flip();
    return is_bad_;
  }
  /// The state that bad_at() last told holds up to, not including, this instant.
  [[nodiscard]] SimInstant until() const { return until_; }

 private:
  void flip();

  void stay();

  random::Sampler good_, bad_;
  random::Stream sojourns_;
  std::uint64_t index_ = 0;
  SimInstant until_ = SimInstant::never();
  bool is_bad_ = false;
};

enum class Fate : std::uint8_t { delivered, lost, cut };

/// What became of one message.
struct Passage {
  Fate fate = Fate::delivered;
  SimInstant arrival{};
  std::optional<SimInstant> duplicate;  ///< When the second copy arrives, if there is one.
};

/// One direction of one pair, alive. Messages must be offered in send order.
class Link {
 public:
  /// `name` is "link/FROM/TO" with node names; its streams hang below it.
  Link(LinkLaw law, const random::StreamFactory& streams, const std::string& name,
       Timeline partitions, SimInstant begin);

  /// Sends message `index` at `t`. Arrival is at least 1 ns later.
  Passage transmit(SimInstant t, std::uint64_t index);

  /// Whether transmit_run() may be used: no message ever comes twice.
  [[nodiscard]] bool runs() const { return !may_duplicate_; }
  /// When the link is next cut: `t` if it is, never() if it will never be. REQUIRES: `t` never goes
  /// back.
  [[nodiscard]] SimInstant next_cut(SimInstant t) { return partitions_.next_start(t); }
  /// transmit() of messages `first`, `first` + 1 ... sent at `sent`: when each arrives, or never()
  /// if it is lost. REQUIRES: runs(), and the last is sent before next_cut().
  void transmit_run(std::span<const SimInstant> sent, std::uint64_t first,
                    std::span<SimInstant> arrival);

 private:
  [[nodiscard]] bool loses(SimInstant t, std::uint64_t index);
  [[nodiscard]] SimInstant arrival_after(SimInstant t, std::uint64_t bits);
  // Puts never() into the arrivals of the messages that are lost.
  void lose(std::span<const SimInstant> sent, std::uint64_t first,
            std::span<std::int64_t> arrival_ns);

  struct Chance {
    std::uint64_t threshold = 0;
    bool always = false;
    [[nodiscard]] bool hits(std::uint64_t bits) const { return always || bits < threshold; }
  };
  static Chance chance(double probability);
  void lose_by(const Chance& now, std::uint64_t first, std::span<std::int64_t> arrival_ns) const;

  // What every message reads comes first, close together.
  random::Sampler delay_;
  Chance loss_good_;
  bool bursts_ = false;
  bool fifo_ = false;
  bool may_lose_ = false;
  bool may_duplicate_ = false;
  random::Stream loss_draws_, delay_draws_;
  TimelineView partitions_;
  SimInstant last_arrival_ = SimInstant::before_all();
  Chance loss_bad_, duplicate_;
  BurstState state_;
  random::Stream duplicate_draws_, copy_delay_draws_;
};

// Once per message: here so that the caller can take them in.

inline bool Link::loses(SimInstant t, std::uint64_t index) {
  if (!may_lose_) return false;
  const Chance& now = bursts_ && state_.bad_at(t) ? loss_bad_ : loss_good_;
  return now.hits(loss_draws_.bits(index));
}

inline SimInstant Link::arrival_after(SimInstant t, std::uint64_t bits) {
  SimInstant arrival = t + Duration{std::max<std::int64_t>(1, delay_(bits))};
  if (fifo_) {
    arrival = std::max(arrival, last_arrival_);
    last_arrival_ = arrival;
  }
  return arrival;
}

inline Passage Link::transmit(SimInstant t, std::uint64_t index) {
  Passage passage;
  if (partitions_.covers(t)) {
    passage.fate = Fate::cut;
    return passage;
  }
  if (loses(t, index)) {
    passage.fate = Fate::lost;
    return passage;
  }
  passage.arrival = arrival_after(t, delay_draws_.bits(index));
  if (may_duplicate_ && duplicate_.hits(duplicate_draws_.bits(index))) {
    passage.duplicate = arrival_after(t, copy_delay_draws_.bits(index));
  }
  return passage;
}

}  // namespace flatline::world
