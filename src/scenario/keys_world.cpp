// What a world is made of: nodes, places, zones, clocks, links, and who watches whom.

#include <array>

#include "scenario/key_tables.hpp"

namespace flatline::scenario {
namespace {

constexpr double kMostNodes = 1e6;
constexpr double kMostReplications = 10'000;
constexpr double kMostBytes = 1e9;
constexpr double kMostRate = 1e12;
constexpr double kMostDrift = 1e5;

// owner, name, takes, shape or words, required, default, min, max, above min, help
constexpr auto kKeys = std::to_array<Key>({
    {"scenario", "$schema", Takes::text, "", false, "", 0, 0, false,
     "Where an editor finds the schema of this file; not read."},
    {"scenario", "name", Takes::text, "", true, "", 0, 0, false,
     "What the scenario is called in results and reports."},
    {"scenario", "why", Takes::text, "", false, "\"\"", 0, 0, false,
     "The question that the scenario answers."},
    {"scenario", "expect", Takes::text, "", false, "\"\"", 0, 0, false,
     "The answer that its author expects."},
    {"scenario", "seed", Takes::count, "", false, "1", 0, 0, false,
     "Start of every random stream: the same seed gives the same results."},
    {"scenario", "duration", Takes::duration, "", true, "", 0, 0, true,
     "Simulated and measured time of one replication, without the warm-up."},
    {"scenario", "warm_up", Takes::duration_or_auto, "", false, "\"auto\"", 0, 0, false,
     "Time simulated before measurement starts; auto: 1.5 times the largest window times the "
     "largest "
     "interval."},
    {"scenario", "replications", Takes::count, "", false, "1", 1, kMostReplications, false,
     "How many independent runs are pooled."},
    {"scenario", "nodes", Takes::groups, "node_group", true, "", 1, kMostNodes, false,
     "Groups of nodes by name, each with its number of members."},
    {"scenario", "places", Takes::places, "place", false, "{}", 0, 0, false,
     "Named sets of nodes: hosts, racks, regions. Usable wherever nodes are named."},
    {"scenario", "zones", Takes::object, "zones", false, "", 0, 0, false,
     "Where nodes lie, and how far from each other: delays from a matrix of round trips."},
    {"scenario", "clocks", Takes::list, "clock_rule", false, "[]", 0, 0, false,
     "What the clocks of nodes show; for each key the last entry that names a node and has it "
     "wins."},
    {"scenario", "link", Takes::object, "link", false, "{}", 0, 0, false,
     "What holds for every ordered pair of nodes unless an entry of links says otherwise."},
    {"scenario", "links", Takes::list, "link_rule", false, "[]", 0, 0, false,
     "Exceptions for some pairs; for each key the last entry that fits and has it wins."},
    {"scenario", "watch", Takes::object, "watch", true, "", 0, 0, false,
     "Who watches whom, and how."},
    {"scenario", "faults", Takes::list, "fault", false, "[]", 0, 0, false,
     "What goes wrong: crashes, stalls, partitions and more."},
    {"scenario", "detectors", Takes::list, "detector", true, "", 0, 0, false,
     "The failure detectors that judge the same heartbeats."},
    {"scenario", "sweep", Takes::axes, "axis", false, "{}", 0, 0, false,
     "Axes by name and the values that each takes; every combination is run."},

    {"node_group", "count", Takes::count, "", true, "", 1, kMostNodes, false,
     "Number of members; they are called group/0, group/1 and so on."},

    {"place", "of", Takes::nodes, "", true, "", 0, 0, false,
     "The nodes that are shared out, in their order."},
    {"place", "size", Takes::count, "", true, "", 1, kMostNodes, false,
     "How many lie in each place; the last may have fewer."},
    {"zones", "round_trips", Takes::text, "", true, "", 0, 0, false,
     "A file with a square matrix of round trips, row by row; relative to the scenario's folder."},
    {"zones", "unit", Takes::word, "ns|us|ms|s", false, "\"ms\"", 0, 0, false,
     "Unit of the numbers in the file."},
    {"zones", "names", Takes::nodes, "", false, "", 0, 0, false,
     "The nodes of each zone, as places or groups, in the order of the rows."},
    {"zones", "of", Takes::nodes, "", false, "", 0, 0, false,
     "One zone for each of these nodes, in order, instead of names."},
    {"zones", "jitter", Takes::law, "", false, "", 0, 0, false,
     "Added to half of the round trip, drawn for each message; absent: nothing."},

    {"clock_rule", "nodes", Takes::nodes, "", true, "", 0, 0, false, "Whose clocks."},
    {"clock_rule", "drift_ppm", Takes::number, "", false, "", -kMostDrift, kMostDrift, false,
     "How much too fast the clock runs, in millionths; negative: too slow."},
    {"clock_rule", "drift_spread_ppm", Takes::number, "", false, "", 0, kMostDrift, false,
     "Standard deviation of a normal error of the rate that is drawn for each node."},
    {"clock_rule", "wander_ppm", Takes::number, "", false, "", 0, kMostDrift, false,
     "The rate wanders as a random walk: standard deviation of its change in an hour."},
    {"clock_rule", "granularity", Takes::duration, "", false, "", 0, 0, false,
     "Timers fire only at whole multiples of this on the clock, never early; 0s: at any time."},

    {"link", "delay", Takes::law, "", false, "\"1ms\"", 0, 0, false,
     "One-way delay of each message."},
    {"link", "loss", Takes::loss, "", false, "0", 0, 0, false,
     "Probability that a message is lost, or a loss process in bursts."},
    {"link", "duplicate", Takes::ratio, "", false, "0", 0, 1, false,
     "Probability that a delivered message arrives twice, the copy with a delay of its own."},
    {"link", "order", Takes::word, "any|fifo", false, "\"any\"", 0, 0, false,
     "any: messages overtake each other; fifo: none arrives before an earlier one."},
    {"link", "correlation_time", Takes::duration, "", false, "\"0s\"", 0, 0, false,
     "Time in which the correlation of the delays of successive messages falls to 1/e; 0s: "
     "independent."},
    {"link", "queue", Takes::object, "queue", false, "", 0, 0, false,
     "A bottleneck of finite rate on each link, where messages wait for each other and for other "
     "traffic."},
    {"link", "transport", Takes::word, "udp|tcp", false, "\"udp\"", 0, 0, false,
     "udp: what is lost is lost; tcp: it is sent again, and everything behind it waits."},
    {"link", "tcp", Takes::object, "tcp", false, "", 0, 0, false, "How tcp sends again."},

    {"link_rule", "from", Takes::nodes, "", true, "", 0, 0, false, "The senders."},
    {"link_rule", "to", Takes::nodes, "", true, "", 0, 0, false, "The receivers."},
    {"link_rule", "both_ways", Takes::boolean, "", false, "false", 0, 0, false,
     "Whether the reverse direction gets an independent link of the same law."},
    {"link_rule", "delay", Takes::law, "", false, "", 0, 0, false,
     "One-way delay of each message on these links."},
    {"link_rule", "loss", Takes::loss, "", false, "", 0, 0, false,
     "Loss on these links: a probability, or a process in bursts."},
    {"link_rule", "duplicate", Takes::ratio, "", false, "", 0, 1, false,
     "Probability that a message delivered on these links arrives twice."},
    {"link_rule", "order", Takes::word, "any|fifo", false, "", 0, 0, false,
     "Whether messages on these links may overtake each other."},
    {"link_rule", "correlation_time", Takes::duration, "", false, "", 0, 0, false,
     "Time in which the correlation of the delays of successive messages on these links falls to "
     "1/e; 0s: independent."},
    {"link_rule", "queue", Takes::object, "queue", false, "", 0, 0, false,
     "A bottleneck of finite rate on each of these links, where messages wait for each other and "
     "for other traffic."},
    {"link_rule", "transport", Takes::word, "udp|tcp", false, "", 0, 0, false,
     "udp: what is lost is lost; tcp: it is sent again, and everything behind it waits."},
    {"link_rule", "tcp", Takes::object, "tcp", false, "", 0, 0, false, "How tcp sends again."},

    {"loss", "gilbert_elliott", Takes::object, "gilbert_elliott", false, "", 0, 0, false,
     "Two states that alternate in time, each with its own probability of loss."},
    {"loss", "alternating", Takes::object, "alternating", false, "", 0, 0, false,
     "The same with times in each state that follow any law: long outages."},
    {"gilbert_elliott", "good_mean", Takes::duration, "", true, "", 0, 0, true,
     "Mean length of a good period (exponential)."},
    {"gilbert_elliott", "bad_mean", Takes::duration, "", true, "", 0, 0, true,
     "Mean length of a bad period (exponential)."},
    {"gilbert_elliott", "loss_good", Takes::ratio, "", false, "0", 0, 1, false,
     "Probability of loss in a good period."},
    {"gilbert_elliott", "loss_bad", Takes::ratio, "", false, "1", 0, 1, false,
     "Probability of loss in a bad period."},
    {"gilbert_elliott", "shared", Takes::text, "", false, "", 0, 0, false,
     "Links that give the same name share the state, as those behind one uplink do."},

    {"alternating", "good", Takes::law, "", true, "", 0, 0, false,
     "How long a good period lasts; the run starts with a whole one."},
    {"alternating", "bad", Takes::law, "", true, "", 0, 0, false, "How long a bad period lasts."},
    {"alternating", "loss_good", Takes::ratio, "", false, "0", 0, 1, false,
     "Probability of loss in a good period."},
    {"alternating", "loss_bad", Takes::ratio, "", false, "1", 0, 1, false,
     "Probability of loss in a bad period."},
    {"alternating", "shared", Takes::text, "", false, "", 0, 0, false,
     "Links that give the same name share the state, as those behind one uplink do."},

    {"queue", "bytes_per_second", Takes::count, "", true, "", 0, kMostRate, false,
     "Rate of the bottleneck; 0: no queue, in spite of what an earlier rule says."},
    {"queue", "buffer_bytes", Takes::count, "", false, "0", 0, kMostRate, false,
     "What does not fit is lost; 0: everything fits."},
    {"queue", "load", Takes::ratio, "", false, "0", 0, 1, false,
     "Share of the rate that other traffic takes, below 1."},
    {"queue", "packet_bytes", Takes::count, "", false, "1500", 1, kMostBytes, false,
     "Size of a packet of the other traffic."},
    {"queue", "shared", Takes::text, "", false, "", 0, 0, false,
     "Links that give the same name share one queue, as those behind one uplink do; needs the "
     "event engine."},

    {"tcp", "first_timeout", Takes::duration, "", false, "\"200ms\"", 0, 0, true,
     "Wait before the first message is sent again."},
    {"tcp", "longest_timeout", Takes::duration, "", false, "\"2m\"", 0, 0, true,
     "The wait doubles each time, up to this."},
    {"tcp", "retries", Takes::count, "", false, "15", 0, 63, false,
     "After so many the connection is reset: what waits is lost."},

    {"watch", "push", Takes::object, "push", true, "", 0, 0, false,
     "Heartbeats that every watched node sends to every monitor by itself."},
    {"push", "from", Takes::nodes, "", true, "", 0, 0, false,
     "The nodes that send and are watched."},
    {"push", "to", Takes::nodes, "", true, "", 0, 0, false,
     "The monitors; a node on both sides does not watch itself."},
    {"push", "interval", Takes::duration, "", true, "", 0, 0, true,
     "Time between two heartbeats of one sender."},
    {"push", "jitter", Takes::object, "jitter", false, "", 0, 0, false,
     "How sending strays from the grid; absent: not at all."},
    {"push", "phase", Takes::word, "spread|synchronised", false, "\"spread\"", 0, 0, false,
     "spread: each sender starts uniformly within one interval; synchronised: all send together."},
    {"push", "bytes", Takes::count, "", false, "64", 0, kMostBytes, false,
     "Payload bytes of one heartbeat."},
    {"push", "on_monitor_wake", Takes::word, "drain|timers", false, "\"drain\"", 0, 0, false,
     "What a monitor does first when it wakes from a stall. drain: it reads what has come; timers: "
     "it judges, though heartbeats lie unread."},
    {"jitter", "ratio", Takes::ratio, "", true, "", 0, 1, false,
     "Largest deviation as a share of the interval: below 0.5 of the grid, below 1 of the "
     "interval."},
    {"jitter", "of", Takes::word, "grid|interval", false, "\"grid\"", 0, 0, false,
     "grid: each beat strays from its own place; interval: each gap is drawn, so the phase "
     "wanders."},
});

}  // namespace

std::span<const Key> world_keys() {
  return kKeys;
}

}  // namespace flatline::scenario
