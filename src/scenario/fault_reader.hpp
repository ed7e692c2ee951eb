#pragma once
// Reads the entries of "faults" one by one. What kinds of faults share (whom they strike, when) is
// in read_faults.cpp, each kind in read_fault_kinds.cpp.

#include <initializer_list>
#include <map>

#include "scenario/reader.hpp"

namespace flatline::scenario {

class FaultReader {
 public:
  /// `end` is when the run ends, if that is known.
  FaultReader(Context& context, const Nodes& nodes, std::optional<Duration> end,
              world::Faults& faults)
      : context_(context), nodes_(nodes), end_(end), faults_(faults) {}

  void read(const Spot& entry);
  /// No node crashes at a set time while it is down. Of two crashes that both repeat, only the
  /// first of each is held against the other; in a run, what overlaps is one crash.
  void check_crashes();

 private:
  using Words = std::initializer_list<std::string_view>;

  /// Whom a fault strikes: nodes one by one, or places each as a whole.
  struct Struck {
    std::vector<NodeId> nodes;
    std::vector<world::Place> places;
    std::string written;
  };
  enum class Timing { scheduled, random, unclear };
  /// When a fault strikes.
  struct When {
    Timing timing = Timing::unclear;
    std::optional<Duration> at;
    world::Repeat repeat;
    Duration mean{};
    world::Variation variation;
    bool good = false;  ///< Everything could be read.
  };
  /// A scheduled crash and where it stands.
  struct Placed {
    world::ScheduledCrash crash;
    Spot at;
  };

  void read_crash(const Spot& spot);
  void read_stall(const Spot& spot);
  void read_partition(const Spot& spot);
  void read_route_change(const Spot& spot);
  void read_overload(const Spot& spot);
  void read_gray_failure(const Spot& spot);
  void read_clock_step(const Spot& spot);

  /// "node", "nodes" or "places", exactly one of them.
  std::optional<Struck> struck(Fields& fields);
  /// Exactly one way of timing; the keys that go with the other way alone are refused.
  When when(Fields& fields, Words only_scheduled = {}, Words only_random = {});
  void read_repeat(Fields& fields, When& out);
  void read_rate(Fields& fields, When& out);
  /// A fault that repeats is over before it comes again.
  void check_every(Fields& fields, const When& when, std::optional<Duration> length);
  /// When a scheduled fault strikes: before the end of the run.
  std::optional<Duration> start(Fields& fields);
  std::optional<random::Distribution> law(Fields& fields, std::string_view key);
  /// A length that lasts, as a law or, at a set time, as a duration.
  std::optional<Duration> set_duration(Fields& fields, std::string_view key);
  void schedule_crashes(Fields& fields, const Struck& target, const When& when);
  /// The last of so many steps lies within the run.
  void check_stagger(Fields& fields, Duration at, Duration stagger, std::size_t steps);
  void check_sides(const Spot& b, const world::PartitionSides& sides);
  /// What the newer kinds have in common besides whom they strike.
  std::optional<world::Strikes> strikes(Fields& fields, bool has_length);
  world::FaultTarget target(const Struck& struck, std::string_view kind);
  /// "kind/nodes#n": the n-th fault of its kind on these nodes, whatever stands between them.
  std::string stream(const std::string& name) {
    return name + "#" + std::to_string(ordinals_[name]++);
  }

  void report_down(const Placed& crash, const world::ScheduledCrash& before, Duration from);
  /// Whether `other`, which begins no later, has the node down when `crash` first strikes, or
  /// strikes again while that one lasts.
  bool report_overlap(const Placed& crash, const Placed& other);

  Context& context_;
  const Nodes& nodes_;
  std::optional<Duration> end_;
  world::Faults& faults_;
  std::vector<Placed> crashes_;
  std::map<std::string, int> ordinals_;
};

}  // namespace flatline::scenario
