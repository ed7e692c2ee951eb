#pragma once
// The engine for passive protocols: one (monitored, monitor) pair at a time, its sends, its
// messages in flight and the faults of both ends merged in time order, without a queue of the whole
// cluster. It makes the same draws and tells its channel the same things in the same order as the
// event engine, so that both give the same tallies to the last bit.

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "flatline/protocol/push.hpp"
#include "flatline/sim/run.hpp"
#include "flatline/world/timeline.hpp"
#include "sim/channel.hpp"
#include "sim/stage.hpp"

namespace flatline::sim {

/// What strikes one node, in order. At one instant: in the order of Kind.
class NodeFaults {
 public:
  enum class Kind : std::uint8_t { wake, recover, crash, stall, mend, gray };

  NodeFaults(world::Timeline crashes, world::Timeline stalls, world::Timeline gray_failures);

  [[nodiscard]] SimInstant at() const { return tracks_[next_].at; }
  [[nodiscard]] Kind kind() const { return tracks_[next_].kind; }
  /// What kind() begins or ends.
  [[nodiscard]] const world::Interval& interval() const { return tracks_[next_].now; }
  void advance();

 private:
  // One kind of fault: it begins, it ends, and the next one begins.
  struct Track {
    Track(world::Timeline faults, Kind begin, Kind end);
    void begin_next();
    void advance();

    world::Timeline timeline;
    Kind begins, ends;
    world::Interval now = {};
    SimInstant at = SimInstant::never();
    Kind kind = begins;
  };
  void find_next();

  std::array<Track, 3> tracks_;
  std::size_t next_ = 0;
};

/// One pair.
class StreamPair {
 public:
  /// Runs up to measured instant `end` and adds to `tally`. One pair at a time uses a stage.
  StreamPair(Stage& stage, NodeId sender, NodeId monitor, SimInstant end, qos::Tally& tally);

  /// Goes on to `until` or to the end, whichever comes first; false if `*stop` was set before.
  bool run_until(SimInstant until, const std::atomic<bool>* stop);
  /// Closes the account. Called once, when the end is reached.
  void finish();

 private:
  struct Process {
    NodeId id{};
    std::uint64_t rank = 0;
    std::string name;
    NodeFaults faults;
    world::TimelineView host_stalls;
    Incarnation incarnation{};
    bool up = true;
    bool stalled = false;
    bool must_start = false;  // recovered during a stall: starts on waking
  };
  // A heartbeat that was not lost.
  struct Message {
    SimInstant arrival{};
    std::uint64_t order = 0;  // among arrivals of one instant
    Incarnation incarnation{};
    SeqNo seq{};
    Sent sent{};
    [[nodiscard]] bool later_than(const Message& other) const {
      return arrival != other.arrival ? arrival > other.arrival : order > other.order;
    }
  };

  void handle(SimInstant fault, SimInstant arrival);
  // In stream_run.cpp: many heartbeats at once, while nothing happens but heartbeats.
  [[nodiscard]] SimInstant arrivals_before(SimInstant before) const;
  [[nodiscard]] bool may_run() const;
  bool run_many(SimInstant last, const std::atomic<bool>* stop);
  bool take_flights(RunBuffer& buffer);
  void make_beats(RunBuffer& buffer, SimInstant before);
  static void sort_out(RunBuffer& buffer, std::int64_t first, std::size_t n);
  std::size_t take_in_order(RunBuffer& buffer, SimInstant before);
  void give_back_flights(const RunBuffer& buffer);
  void announce_losses(SimInstant before);

  static Process process_of(const Stage& stage, NodeId id);
  void handle_fault(Process& process);
  void wake(Process& process, world::OnWake on_wake);
  void start(Process& process);
  void handle_timer(SimInstant now, protocol::CatchUp catch_up);
  void beat(SimInstant now, std::int64_t index);
  void set_timer();
  [[nodiscard]] LocalInstant sender_clock(SimInstant now);
  void arrive(const Message& message);
  void take_in(const Message& message);
  void fly(Message message);
  Message next_arrival();
  [[nodiscard]] std::uint64_t jitter_bits(std::int64_t index) const;
  void advance_schedule();

  Stage* stage_;
  const protocol::PushSettings* push_;
  SimInstant end_;
  qos::Tally* tally_;
  Process sender_, monitor_;
  world::TimelineView monitor_stalls_;
  world::Clock sender_clock_;
  std::unique_ptr<Account> account_;
  Channel& channel_;
  world::Link link_;
  random::Stream jitter_, phase_;

  SimInstant clock_;
  // The sender's program.
  protocol::BeatSchedule schedule_;
  SimInstant timer_ = SimInstant::never();  // when it is due
  bool overdue_ = false;                    // it came due during a stall
  // The monitor's program.
  Incarnation newest_{};
  std::vector<Message> flying_;  // a heap, the next arrival on top
  std::vector<Message> inbox_;   // came during a stall
  // Losses of heartbeats made ahead that the channel has not been told of.
  std::vector<SimInstant> losses_ahead_;
  int pause_ = 0, next_pause_ = 0;  // events until many are tried again

  std::int64_t sent_ = 0, arrived_ = 0;  // measured
};

}  // namespace flatline::sim
