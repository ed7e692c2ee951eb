#pragma once
// What the world is made of, as data: nodes in groups and places, links per ordered pair, clocks,
// faults. The scenario room fills this in; the timelines, links and clocks of this room bring it to
// life (timeline.hpp, link.hpp, clock.hpp).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flatline/base/ids.hpp"
#include "flatline/base/time.hpp"
#include "flatline/random/distribution.hpp"
#include "flatline/world/faults.hpp"

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
  explicit Cluster(std::vector<NodeGroup> groups, std::vector<Place> places = {});

  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] const std::vector<NodeGroup>& groups() const { return groups_; }
  /// Hosts, racks, zones: sets of nodes with a name of their own. A node may lie in several.
  [[nodiscard]] const std::vector<Place>& places() const { return places_; }
  /// "worker/3". REQUIRES: the node exists.
  [[nodiscard]] std::string name(NodeId node) const;
  /// The members of a group ("worker") or of a place ("eu", "rack/3", or "rack" for all racks), or
  /// the one node ("worker/3"); empty if there is no such name. A node is named once.
  [[nodiscard]] std::vector<NodeId> find(std::string_view name) const;
  /// The node's rank when all are sorted by (group name, index): breaks ties between simultaneous
  /// events, whatever the order of the groups in the file.
  [[nodiscard]] std::uint32_t rank(NodeId node) const;

 private:
  std::vector<NodeGroup> groups_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> first_;       // first node of each group
  std::vector<std::uint32_t> first_rank_;  // the same, in name order
  std::uint32_t size_ = 0;
};

/// Two-state loss that lives in time; loss is decided at the send instant. Sojourns are exponential
/// with the means given (Gilbert-Elliott), or follow any laws (long outages: alternating renewal).
struct GilbertElliott {
  Duration good_mean{};  ///< Mean sojourn in the good state, > 0. Not read if there are laws.
  Duration bad_mean{};   ///< Mean sojourn in the bad state, > 0. Not read if there are laws.
  double loss_good = 0;  ///< Loss probability while good.
  double loss_bad = 1;   ///< Loss probability while bad.
  /// Laws of the sojourns; then time starts with a whole good one instead of in equilibrium.
  struct Laws {
    random::Distribution good, bad;
  };
  std::optional<Laws> laws = {};
  std::string shared = {};  ///< Links that give the same name share the state: one uplink.
};

/// Independent loss, or Gilbert-Elliott.
struct Loss {
  double probability = 0;  ///< Read only without `bursts`.
  std::optional<GilbertElliott> bursts;
};

enum class Order : std::uint8_t { any, fifo };

/// A bottleneck of finite rate: messages and cross traffic wait for each other, first come, first
/// served (Lindley's recursion). Cross traffic comes as a Poisson process of packets of one size.
struct Queue {
  std::int64_t bytes_per_second = 0;  ///< > 0.
  std::int64_t buffer_bytes = 0;      ///< What does not fit is lost; 0: it holds everything.
  double load = 0;                    ///< Share of the rate that cross traffic takes, 0 to below 1.
  std::int64_t packet_bytes = 1500;   ///< Size of a packet of cross traffic, > 0.
  std::string shared = {};            ///< Links that give the same name share one queue, which
                                      ///< couples their channels: event engine only.
};

/// A reliable transport: what is lost is sent again, and everything behind it waits.
struct Tcp {
  Duration first_timeout = milliseconds(200);  ///< Before the first retransmission (RTO), > 0.
  Duration longest_timeout = seconds(120);     ///< The timeout doubles up to this.
  std::int64_t retries =
      15;  ///< After so many the connection is reset: what waits is lost. 0 to 63.
};

enum class Transport : std::uint8_t { udp, tcp };

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
  /// tau of the delays' correlation exp(-gap / tau) between successive messages (a Gaussian copula,
  /// so that the law of the delay stays as it is); 0: independent.
  std::optional<Duration> correlation_time = {};
  std::optional<Queue> queue = {};  ///< bytes_per_second 0: none.
  std::optional<Transport> transport = {};
  std::optional<Tcp> tcp = {};
};

/// Round trips between zones: what a message needs at least from zone to zone is half of one.
struct Zones {
  std::vector<std::int32_t> zone_of;           ///< By node; -1: in none.
  std::vector<Duration> one_way;               ///< Row by row: from, to; within one zone as well.
  std::size_t count = 0;                       ///< Of zones.
  std::optional<random::Distribution> jitter;  ///< Added to each message's least delay.
};

/// What the clocks of some nodes show; keys that are absent leave the matter to an earlier rule.
struct ClockRule {
  std::vector<NodeId> nodes;
  std::optional<double> drift_ppm;  ///< Constant error of the rate, -10^5 to 10^5.
  std::optional<double>
      drift_spread_ppm;  ///< Deviation of a normal addition to it, drawn per node.
  /// The rate wanders as a random walk: deviation of its change in one hour, ppm.
  std::optional<double> wander_ppm;
  std::optional<Duration> granularity;  ///< Timers fire at whole multiples of this: never early.
};

/// The world of one scenario.
struct Model {
  Cluster cluster;
  LinkRule default_link;          ///< "link": from and to are empty, it fits every pair.
  std::vector<LinkRule> links;    ///< In file order: per key the last that fits wins.
  std::optional<Zones> zones;     ///< A pair in zones takes its delay from here, unless a rule of
                                  ///< `links` gives it one.
  std::vector<ClockRule> clocks;  ///< Per key the last that fits wins.
  Faults faults;
};

}  // namespace flatline::world
