#pragma once
// Links: what happens to a message between two nodes. Everything is decided at the send instant:
// the cut, the loss, the delay. Draws are addressed by the message's index on its link, burst
// states by time, so changing the heartbeat interval changes neither the bursts nor another link.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "flatline/base/time.hpp"
#include "flatline/random/distribution.hpp"
#include "flatline/random/stream.hpp"
#include "flatline/world/bottleneck.hpp"
#include "flatline/world/burst_state.hpp"
#include "flatline/world/extra_delay.hpp"
#include "flatline/world/model.hpp"
#include "flatline/world/timeline.hpp"

namespace flatline::world {

/// What one direction of a pair is made of, resolved from the rules and compiled.
struct LinkLaw {
  random::Sampler delay;
  Duration shift{};  ///< Added to every delay: half the round trip between two zones.
  double loss = 0;   ///< Read only without `bursts`.
  std::optional<BurstLaw> bursts;
  double duplicate = 0;
  Order order = Order::any;
  Duration correlation_time{};  ///< 0: delays are independent.
  Queue queue;                  ///< bytes_per_second 0: none.
  CrossTraffic cross_traffic;   ///< Of `queue`.
  Transport transport = Transport::udp;
  Tcp tcp;
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
    CrossTraffic cross_traffic;
  };
  static CompiledRule compile_rule(const LinkRule& rule);
  static void apply(const LinkRule& rule, const CompiledRule& compiled, LinkLaw& law);
  void apply_zones(NodeId from, NodeId to, LinkLaw& law) const;

  const Model* model_;
  CompiledRule default_;
  random::Sampler jitter_;  // between zones
  std::vector<CompiledRule> rules_;
  std::vector<std::vector<bool>> rule_from_, rule_to_;  // per rule, per node
};

enum class Fate : std::uint8_t { delivered, lost, cut };

/// What became of one message.
struct Passage {
  Fate fate = Fate::delivered;
  SimInstant arrival{};
  std::optional<SimInstant> duplicate;  ///< When the second copy arrives, if there is one.
  /// tcp: what the first transmission met, if it or one that it waits for had to be sent again.
  Fate held_up_by = Fate::delivered;
};

/// What strikes a link from outside.
struct Conditions {
  Timeline partitions;
  std::vector<RouteShift> shifts;
  std::vector<Backlog> backlogs;
};

/// The queue of the links whose law names `law.queue.shared`, for all of them: its stream is
/// "shared/NAME/queue/cross". REQUIRES: the law has such a queue.
std::shared_ptr<Bottleneck> shared_queue(const LinkLaw& law, const random::StreamFactory& streams,
                                         SimInstant begin);

/// One direction of one pair, alive. Messages must be offered in send order.
class Link {
 public:
  /// `name` is "link/FROM/TO" with node names; its streams hang below it. A link whose queue is
  /// shared takes `queue`, one for all of them; without one it makes its own.
  Link(LinkLaw law, const random::StreamFactory& streams, const std::string& name,
       Conditions conditions, SimInstant begin, std::shared_ptr<Bottleneck> queue = nullptr);
  ~Link();
  Link(Link&& other) noexcept;
  Link& operator=(Link&& other) noexcept;

  /// Sends message `index` of `bytes` (headers included) at `t`. Arrival is at least 1 ns later.
  Passage transmit(SimInstant t, std::uint64_t index, std::int64_t bytes);

  /// Whether transmit_run() may be used: no message ever comes twice, and none is sent again.
  [[nodiscard]] bool runs() const { return !may_duplicate_ && !retransmits_; }
  /// When the link is next cut: `t` if it is, never() if it will never be. REQUIRES: `t` never goes
  /// back.
  [[nodiscard]] SimInstant next_cut(SimInstant t) { return partitions_.next_start(t); }
  /// transmit() of messages `first`, `first` + 1 ... sent at `sent`: when each arrives, or never()
  /// if it is lost. REQUIRES: runs(), and the last is sent before next_cut().
  void transmit_run(std::span<const SimInstant> sent, std::uint64_t first, std::int64_t bytes,
                    std::span<SimInstant> arrival);

 private:
  struct Extras;  // whatever a plain link does without

  [[nodiscard]] bool loses(SimInstant t, std::uint64_t index);
  [[nodiscard]] SimInstant arrival_after(SimInstant t, std::uint64_t bits, Duration extra);
  // What a message meets at its send instant.
  [[nodiscard]] Fate met(SimInstant t, std::uint64_t index);
  [[nodiscard]] Fate met_by(SimInstant t, std::uint64_t bits);
  void connect(const Tcp& law, const random::Stream& retries);
  Passage transmit_specially(SimInstant t, std::uint64_t index, std::int64_t bytes);
  Passage transmit_reliably(SimInstant t, std::uint64_t index, Fate first, Duration extra,
                            std::uint64_t bits);
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
  std::unique_ptr<Extras> extras_;
  Duration shift_{};
  Chance loss_good_;
  bool bursts_ = false;
  bool fifo_ = false;
  bool may_lose_ = false;
  bool may_duplicate_ = false;
  bool retransmits_ = false;
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

inline SimInstant Link::arrival_after(SimInstant t, std::uint64_t bits, Duration extra) {
  SimInstant arrival = t + Duration{std::max<std::int64_t>(1, delay_(bits) + extra.ns)};
  if (fifo_) {
    arrival = std::max(arrival, last_arrival_);
    last_arrival_ = arrival;
  }
  return arrival;
}

inline Fate Link::met(SimInstant t, std::uint64_t index) {
  if (partitions_.covers(t)) return Fate::cut;
  return loses(t, index) ? Fate::lost : Fate::delivered;
}

inline Passage Link::transmit(SimInstant t, std::uint64_t index, std::int64_t bytes) {
  if (extras_) [[unlikely]]
    return transmit_specially(t, index, bytes);
  Passage passage;
  passage.fate = met(t, index);
  if (passage.fate != Fate::delivered) return passage;
  passage.arrival = arrival_after(t, delay_draws_.bits(index), shift_);
  if (may_duplicate_ && duplicate_.hits(duplicate_draws_.bits(index))) {
    passage.duplicate = arrival_after(t, copy_delay_draws_.bits(index), shift_);
  }
  return passage;
}

}  // namespace flatline::world
