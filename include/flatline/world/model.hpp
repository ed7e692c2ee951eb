#pragma once
// What the world is made of, as data: nodes in groups, links per ordered pair, faults. The scenario
// room fills this in; the timelines and links of this room bring it to life (timeline.hpp,
// link.hpp).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flatline/base/ids.hpp"
#include "flatline/base/time.hpp"
#include "flatline/random/distribution.hpp"

namespace flatline::world {

/// A named group: members are name/0 ... name/(count-1).
struct NodeGroup {
  std::string name;
  std::uint32_t count = 0;
};

/// All nodes, in the order of the groups.
class Cluster {
 public:
  Cluster() = default;
  explicit Cluster(std::vector<NodeGroup> groups);

  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] const std::vector<NodeGroup>& groups() const { return groups_; }
  /// "worker/3". REQUIRES: the node exists.
  [[nodiscard]] std::string name(NodeId node) const;
  /// The members of a group ("worker"), or the one node ("worker/3"); empty if there is no such
  /// name.
  [[nodiscard]] std::vector<NodeId> find(std::string_view name) const;
  /// The node's rank when all are sorted by (group name, index): breaks ties between simultaneous
  /// events, whatever the order of the groups in the file.
  [[nodiscard]] std::uint32_t rank(NodeId node) const;

 private:
  std::vector<NodeGroup> groups_;
  std::vector<std::uint32_t> first_;       // first node of each group
  std::vector<std::uint32_t> first_rank_;  // the same, in name order
  std::uint32_t size_ = 0;
};

/// Two-state loss that lives in time: sojourns are exponential, loss is decided at the send
/// instant.
struct GilbertElliott {
  Duration good_mean{};  ///< Mean sojourn in the good state, > 0.
  Duration bad_mean{};   ///< Mean sojourn in the bad state, > 0.
  double loss_good = 0;  ///< Loss probability while good.
  double loss_bad = 1;   ///< Loss probability while bad.
};

/// Independent loss, or Gilbert-Elliott.
struct Loss {
  double probability = 0;  ///< Read only without `bursts`.
  std::optional<GilbertElliott> bursts;
};

enum class Order : std::uint8_t { any, fifo };

/// Delay of a pair that no rule gives one.
inline constexpr Duration kDefaultDelay = milliseconds(1);

/// What one link rule says; keys that are absent leave the matter to an earlier rule.
struct LinkRule {
  std::vector<NodeId> from;
  std::vector<NodeId> to;
  bool both_ways = false;  ///< The rule also holds for the reverse direction, drawn independently.
  std::optional<random::Distribution> delay;
  std::optional<Loss> loss;
  std::optional<double> duplicate;  ///< Probability that a delivered message arrives twice, 0 to 1.
  std::optional<Order> order;
};

/// Which nodes a fault strikes, and the name its random stream carries (stable when faults are
/// added elsewhere).
struct FaultTarget {
  std::vector<NodeId> nodes;
  std::string stream;  ///< "crash/worker#0": kind, nodes as written, ordinal among equal ones.
};

/// A crash at a set time. Without recover_after the node stays down.
struct ScheduledCrash {
  NodeId node{};
  Duration at{};  ///< After the clock's zero (the end of warm-up).
  std::optional<Duration> recover_after;
};

/// Crashes as a random process per node: up times exponential with the mean given, down times
/// drawn.
struct RandomCrashes {
  FaultTarget target;
  Duration mean_time_between{};  ///< From the end of one to the start of the next, > 0.
  random::Distribution down;
};

enum class OnWake : std::uint8_t { send, skip };

/// A stall at a set time: the process neither sends nor receives.
struct ScheduledStall {
  std::vector<NodeId> nodes;
  Duration at{};
  Duration length{};
  OnWake on_wake = OnWake::send;
};

/// Stalls as a random process per node.
struct RandomStalls {
  FaultTarget target;
  Duration mean_time_between{};
  random::Distribution length;
  OnWake on_wake = OnWake::send;
};

enum class Direction : std::uint8_t { both, a_to_b, b_to_a };

/// Messages between the sides are lost at the send instant; what is in flight arrives.
struct PartitionSides {
  std::vector<NodeId> a;
  std::vector<NodeId> b;
  Direction direction = Direction::both;
};

struct ScheduledPartition {
  PartitionSides sides;
  Duration at{};
  Duration length{};
};

struct RandomPartitions {
  PartitionSides sides;
  std::string stream;
  Duration mean_time_between{};
  random::Distribution length;
};

struct Faults {
  std::vector<ScheduledCrash> scheduled_crashes;
  std::vector<RandomCrashes> random_crashes;
  std::vector<ScheduledStall> scheduled_stalls;
  std::vector<RandomStalls> random_stalls;
  std::vector<ScheduledPartition> scheduled_partitions;
  std::vector<RandomPartitions> random_partitions;
};

/// The world of one scenario.
struct Model {
  Cluster cluster;
  LinkRule default_link;        ///< "link": from and to are empty, it fits every pair.
  std::vector<LinkRule> links;  ///< In file order: per key the last that fits wins.
  Faults faults;
};

}  // namespace flatline::world
