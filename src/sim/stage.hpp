#pragma once
// What engines that run one after the other share: laws compiled once, settings grouped once.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "flatline/protocol/program.hpp"
#include "flatline/sim/run.hpp"
#include "flatline/world/bottleneck.hpp"
#include "flatline/world/timeline.hpp"
#include "sim/channel.hpp"
#include "sim/panel.hpp"

namespace flatline::sim {

/// Bytes of a message besides its payload: IPv4 and UDP (28), Ethernet with preamble and gap (38).
inline constexpr std::int64_t kHeaderBytes = 66;

/// What is kept of an index to order events that share all else.
constexpr std::uint64_t index_bits(std::uint64_t index) {
  return index & 0x1fffff;
}

/// The order of arrivals of one pair at one instant: by the message's index, copies last.
constexpr std::uint64_t arrival_order(std::uint64_t index, bool copy) {
  return index_bits(index << 1 | (copy ? 1u : 0u));
}

/// What a program does about what came due during a stall that ends so.
constexpr protocol::CatchUp catch_up_of(world::OnWake on_wake) {
  switch (on_wake) {
    case world::OnWake::skip:
      return protocol::CatchUp::none;
    case world::OnWake::burst:
      return protocol::CatchUp::all;
    case world::OnWake::send:
      break;
  }
  return protocol::CatchUp::last;
}

/// Room to make the heartbeats of a run in.
struct RunBuffer {
  std::vector<std::uint64_t> bits;
  std::vector<LocalInstant> due;
  std::vector<SimInstant> made, fates;  ///< When each was sent, and when it arrives or never().
  // Of those on their way, and of those lost. The vectors are room, and only grow.
  std::size_t count = 0, losses = 0;
  std::vector<SimInstant> sent, at;
  std::vector<SeqNo> seq;
  std::vector<SimInstant> lost;

  /// For n heartbeats more.
  void make_room(std::size_t n);
  /// Forgets the first n on their way, and the first m losses.
  void drop(std::size_t n, std::size_t m);
};

/// A channel and what judges it.
struct Account {
  Account(const Panel& panel, Watchtower tower, ChannelPlace place, const qos::BatchPlan& batches,
          qos::Tally& tally, VerdictListener* listener, RunScratch& scratch)
      : judge(panel, std::move(tower)),
        channel(std::move(place), judge, batches, tally, listener, scratch) {}
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  Judge judge;
  Channel channel;
};

struct Stage {
  Stage(const PreparedWorld& prepared, const std::vector<JudgedSetting>& settings,
        std::uint32_t replication);

  /// One crash experiment in so many is booked row by row where rows share a slope: few enough to
  /// be cheap, and a power of two. Seen from the plan alone.
  static std::int64_t sample_every(const scenario::Scenario& scenario);

  /// The account of one pair. `stalls` are the monitor's, walked by the engine, and outlive it.
  [[nodiscard]] std::unique_ptr<Account> open_account(NodeId monitored, NodeId monitor,
                                                      world::TimelineView& stalls,
                                                      qos::Tally& tally, VerdictListener* listener);
  /// One direction of a pair.
  [[nodiscard]] world::Link open_link(NodeId from, NodeId to);

  const PreparedWorld* world;
  std::uint32_t replication;
  random::StreamFactory streams;
  world::Truth truth;
  Panel panel;
  RunScratch run_scratch;
  RunBuffer run_buffer;
  std::vector<std::uint32_t>
      places;  ///< By NodeId: the place among the running engine's nodes, or kAbsent.
  std::map<std::string, std::shared_ptr<world::Bottleneck>> queues;  ///< Those that links share.

  static constexpr std::uint32_t kAbsent = UINT32_MAX;

 private:
  [[nodiscard]] std::vector<Duration> check_phases(const std::string& monitor) const;
};

}  // namespace flatline::sim
