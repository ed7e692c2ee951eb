// What goes wrong. Every kind of fault has the same keys for its timing.

#include "scenario/key_tables.hpp"

namespace flatline::scenario {
namespace {

/// The words in which kinds of faults differ.
struct Kind {
  std::string_view owner;
  std::string_view node;  // help of "node"; empty if it strikes no nodes
  std::string_view nodes;
  std::string_view places;
  std::string_view mean;  // help of "mean_time_between"
};

constexpr Kind kCrash{
    "crash", "The one node that crashes.", "The nodes that crash, instead of node.",
    "The places that crash, each as a whole, instead of node.",
    "Mean time from a recovery to the next crash, per node (exponential), instead of at."};
constexpr Kind kStall{
    "stall", "The one node that stalls.", "The nodes that stall, instead of node.",
    "The places that stall, each as a whole, instead of node.",
    "Mean time from the end of a stall to the next, per node (exponential), instead of at."};
constexpr Kind kPartition{
    "partition", "", "", "",
    "Mean time from the end of a partition to the next (exponential), instead of at."};
constexpr Kind kRouteChange{
    "route_change", "", "", "",
    "Mean time from the end of a change to the next (exponential), instead of at."};
constexpr Kind kOverload{
    "overload", "The one node that falls behind.", "The nodes that fall behind, instead of node.",
    "The places that fall behind, each as a whole, instead of node.",
    "Mean time from the end of an overload to the next, per node (exponential), instead of at."};
constexpr Kind kGrayFailure{
    "gray_failure", "The one node whose service dies.",
    "The nodes whose service dies, instead of node.",
    "The places whose services die, each as a whole, instead of node.",
    "Mean time from the end of a failure to the next, per node (exponential), instead of at."};
constexpr Kind kClockStep{"clock_step", "The one node whose clock is set.",
                          "The nodes whose clocks are set, instead of node.",
                          "The places whose clocks are set, each as a whole, instead of node.",
                          "Mean time from one step to the next, per node (exponential), instead "
                          "of at."};

class Table {
 public:
  void add(const Key& key) { keys_.push_back(key); }

  void add_struck(const Kind& kind) {
    add({kind.owner, "node", Takes::node, "", false, "", 0, 0, false, kind.node});
    add({kind.owner, "nodes", Takes::nodes, "", false, "", 0, 0, false, kind.nodes});
    add({kind.owner, "places", Takes::nodes, "", false, "", 0, 0, false, kind.places});
  }

  void add_timing(const Kind& kind) {
    add({kind.owner, "at", Takes::duration, "", false, "", 0, 0, false,
         "When it happens, counted from the end of the warm-up."});
    add({kind.owner, "every", Takes::duration, "", false, "", 0, 0, true,
         "It comes again this long after it began, instead of once."});
    add({kind.owner, "times", Takes::count, "", false, "", 1, 0, false,
         "How often it comes in all; absent: to the end of the run."});
    add({kind.owner, "mean_time_between", Takes::duration, "", false, "", 0, 0, true, kind.mean});
    add({kind.owner, "time_between", Takes::law, "", false, "", 0, 0, false,
         "Law of the time from one end to the next beginning, instead of its mean."});
    add({kind.owner, "diurnal", Takes::object, "diurnal", false, "", 0, 0, false,
         "A rate that follows the hour, with mean_time_between as its mean."});
    add({kind.owner, "bursty", Takes::object, "bursty", false, "", 0, 0, false,
         "A rate that calm and busy times change, with mean_time_between as its mean."});
  }

  std::vector<Key> take() { return std::move(keys_); }

 private:
  std::vector<Key> keys_;
};

void add_kinds(Table& table) {
  const auto kind = [&](std::string_view name, std::string_view help) {
    table.add({"fault", name, Takes::object, name, false, "", 0, 0, false, help});
  };
  kind("crash", "Nodes stop and, later, may start anew.");
  kind("stall", "Nodes pause: they neither send nor receive, then go on.");
  kind("partition", "Messages between two sides are lost.");
  kind("route_change", "Messages from one side to the other take longer.");
  kind("overload",
       "Nodes fall behind: what they send and take in is late, and later every second.");
  kind("gray_failure", "The service of nodes is dead while their heartbeats go on.");
  kind("clock_step", "Wall clocks are set, forward or back.");
}

void add_crash(Table& table) {
  table.add_struck(kCrash);
  table.add_timing(kCrash);
  table.add({"crash", "recover_after", Takes::duration, "", false, "", 0, 0, true,
             "How long the node stays down; absent: for good."});
  table.add({"crash", "stagger", Takes::duration, "", false, "", 0, 0, true,
             "Each next node, or place, crashes this much later: a rolling restart."});
  table.add({"crash", "down", Takes::law, "", false, "", 0, 0, false,
             "How long a random crash keeps the node down."});
  table.add({"crash", "slow_start", Takes::law, "", false, "", 0, 0, false,
             "For how long after each recovery the node neither sends nor receives; a duration for "
             "a crash at a set time."});
}

void add_stall(Table& table) {
  table.add_struck(kStall);
  table.add_timing(kStall);
  table.add({"stall", "length", Takes::law, "", true, "", 0, 0, false,
             "How long it lasts; a duration for a stall at a set time."});
  table.add({"stall", "on_wake", Takes::word, "send|skip|burst", false, "\"send\"", 0, 0, false,
             "What becomes of the heartbeats that were due. send: the last goes out at once, then "
             "the old grid; skip: none does; burst: all do."});
}

void add_cuts(Table& table) {
  table.add({"partition", "a", Takes::nodes, "", true, "", 0, 0, false, "One side."});
  table.add({"partition", "b", Takes::nodes, "", true, "", 0, 0, false,
             "The other side; no node is on both."});
  table.add_timing(kPartition);
  table.add({"partition", "length", Takes::law, "", true, "", 0, 0, false,
             "How long it lasts; a duration for a partition at a set time."});
  table.add({"partition", "direction", Takes::word, "both|a_to_b|b_to_a", false, "\"both\"", 0, 0,
             false, "Which messages are lost."});

  table.add({"route_change", "from", Takes::nodes, "", true, "", 0, 0, false, "The senders."});
  table.add({"route_change", "to", Takes::nodes, "", true, "", 0, 0, false, "The receivers."});
  table.add({"route_change", "both_ways", Takes::boolean, "", false, "false", 0, 0, false,
             "Whether the way back takes longer as well."});
  table.add_timing(kRouteChange);
  table.add(
      {"route_change", "length", Takes::law, "", true, "", 0, 0, false, "How long it lasts."});
  table.add({"route_change", "extra", Takes::law, "", true, "", 0, 0, false,
             "How much longer each message takes, drawn once for each change."});
}

void add_others(Table& table) {
  table.add_struck(kOverload);
  table.add_timing(kOverload);
  table.add({"overload", "length", Takes::law, "", true, "", 0, 0, false, "How long it lasts."});
  table.add({"overload", "growth", Takes::number, "", false, "1", 0, 1000, true,
             "Seconds by which the node falls behind in each second of overload."});
  table.add({"overload", "drain", Takes::number, "", false, "0.5", 0, 1, true,
             "Seconds that it makes up for in each second afterwards, below 1."});

  table.add_struck(kGrayFailure);
  table.add_timing(kGrayFailure);
  table.add(
      {"gray_failure", "length", Takes::law, "", true, "", 0, 0, false, "How long it lasts."});

  table.add_struck(kClockStep);
  table.add_timing(kClockStep);
  table.add({"clock_step", "forward", Takes::duration, "", false, "", 0, 0, true,
             "How far the clock is set forward."});
  table.add({"clock_step", "back", Takes::duration, "", false, "", 0, 0, true,
             "How far it is set back, instead of forward."});
}

void add_rates(Table& table) {
  table.add({"diurnal", "period", Takes::duration, "", false, "\"1d\"", 0, 0, true,
             "Time from one peak to the next."});
  table.add({"diurnal", "peak", Takes::duration, "", false, "\"0s\"", 0, 0, false,
             "When the rate is highest, counted from the end of the warm-up."});
  table.add({"diurnal", "amplitude", Takes::ratio, "", true, "", 0, 1, false,
             "How far the rate swings around its mean, as a share of it."});
  table.add({"bursty", "calm_mean", Takes::duration, "", true, "", 0, 0, true,
             "Mean length of a calm time (exponential)."});
  table.add({"bursty", "busy_mean", Takes::duration, "", true, "", 0, 0, true,
             "Mean length of a busy time (exponential)."});
  table.add({"bursty", "factor", Takes::number, "", true, "", 1, 1e6, false,
             "The rate in busy times over that in calm ones."});
}

}  // namespace

std::vector<Key> fault_keys() {
  Table table;
  add_kinds(table);
  add_crash(table);
  add_stall(table);
  add_cuts(table);
  add_others(table);
  add_rates(table);
  return table.take();
}

}  // namespace flatline::scenario
