#include "scenario/keys.hpp"

#include <array>

#include "flatline/detect/registry.hpp"

namespace flatline::scenario {
namespace {

constexpr double kMostNodes = 1e6;
constexpr double kMostReplications = 10'000;
constexpr double kMostBytes = 1e9;
constexpr double kMostAxisValues = 1e6;

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
    {"scenario", "link", Takes::object, "link", false, "{}", 0, 0, false,
     "What holds for every ordered pair of nodes unless an entry of links says otherwise."},
    {"scenario", "links", Takes::list, "link_rule", false, "[]", 0, 0, false,
     "Exceptions for some pairs; for each key the last entry that fits and has it wins."},
    {"scenario", "watch", Takes::object, "watch", true, "", 0, 0, false,
     "Who watches whom, and how."},
    {"scenario", "faults", Takes::list, "fault", false, "[]", 0, 0, false,
     "Crashes, stalls and partitions."},
    {"scenario", "detectors", Takes::list, "detector", true, "", 0, 0, false,
     "The failure detectors that judge the same heartbeats."},
    {"scenario", "sweep", Takes::axes, "axis", false, "{}", 0, 0, false,
     "Axes by name and the values that each takes; every combination is run."},

    {"node_group", "count", Takes::count, "", true, "", 1, kMostNodes, false,
     "Number of members; they are called group/0, group/1 and so on."},

    {"link", "delay", Takes::law, "", false, "\"1ms\"", 0, 0, false,
     "One-way delay of each message."},
    {"link", "loss", Takes::loss, "", false, "0", 0, 0, false,
     "Probability that a message is lost, or a loss process in bursts."},
    {"link", "duplicate", Takes::ratio, "", false, "0", 0, 1, false,
     "Probability that a delivered message arrives twice, the copy with a delay of its own."},
    {"link", "order", Takes::word, "any|fifo", false, "\"any\"", 0, 0, false,
     "any: messages overtake each other; fifo: none arrives before an earlier one."},

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

    {"loss", "gilbert_elliott", Takes::object, "gilbert_elliott", true, "", 0, 0, false,
     "Two states that alternate in time, each with its own probability of loss."},
    {"gilbert_elliott", "good_mean", Takes::duration, "", true, "", 0, 0, true,
     "Mean length of a good period (exponential)."},
    {"gilbert_elliott", "bad_mean", Takes::duration, "", true, "", 0, 0, true,
     "Mean length of a bad period (exponential)."},
    {"gilbert_elliott", "loss_good", Takes::ratio, "", false, "0", 0, 1, false,
     "Probability of loss in a good period."},
    {"gilbert_elliott", "loss_bad", Takes::ratio, "", false, "1", 0, 1, false,
     "Probability of loss in a bad period."},

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
    {"jitter", "ratio", Takes::ratio, "", true, "", 0, 1, false,
     "Largest deviation as a share of the interval: below 0.5 of the grid, below 1 of the "
     "interval."},
    {"jitter", "of", Takes::word, "grid|interval", false, "\"grid\"", 0, 0, false,
     "grid: each beat strays from its own place; interval: each gap is drawn, so the phase "
     "wanders."},

    {"fault", "crash", Takes::object, "crash", false, "", 0, 0, false,
     "Nodes stop and, later, may start anew."},
    {"fault", "stall", Takes::object, "stall", false, "", 0, 0, false,
     "Nodes pause: they neither send nor receive, then go on."},
    {"fault", "partition", Takes::object, "partition", false, "", 0, 0, false,
     "Messages between two sides are lost."},
    {"crash", "node", Takes::node, "", false, "", 0, 0, false, "The one node that crashes."},
    {"crash", "nodes", Takes::nodes, "", false, "", 0, 0, false,
     "The nodes that crash, instead of node."},
    {"crash", "at", Takes::duration, "", false, "", 0, 0, false,
     "When it happens, counted from the end of the warm-up."},
    {"crash", "recover_after", Takes::duration, "", false, "", 0, 0, true,
     "How long the node stays down; absent: for good."},
    {"crash", "mean_time_between", Takes::duration, "", false, "", 0, 0, true,
     "Mean time from a recovery to the next crash, per node (exponential), instead of at."},
    {"crash", "down", Takes::law, "", false, "", 0, 0, false,
     "How long a random crash keeps the node down."},
    {"stall", "node", Takes::node, "", false, "", 0, 0, false, "The one node that stalls."},
    {"stall", "nodes", Takes::nodes, "", false, "", 0, 0, false,
     "The nodes that stall, instead of node."},
    {"stall", "at", Takes::duration, "", false, "", 0, 0, false,
     "When it happens, counted from the end of the warm-up."},
    {"stall", "mean_time_between", Takes::duration, "", false, "", 0, 0, true,
     "Mean time from the end of a stall to the next, per node (exponential), instead of at."},
    {"stall", "length", Takes::law, "", true, "", 0, 0, false,
     "How long it lasts; a duration for a stall at a set time."},
    {"stall", "on_wake", Takes::word, "send|skip", false, "\"send\"", 0, 0, false,
     "send: one heartbeat at once, then the old grid; skip: wait for the next place of the grid."},
    {"partition", "a", Takes::nodes, "", true, "", 0, 0, false, "One side."},
    {"partition", "b", Takes::nodes, "", true, "", 0, 0, false,
     "The other side; no node is on both."},
    {"partition", "at", Takes::duration, "", false, "", 0, 0, false,
     "When it happens, counted from the end of the warm-up."},
    {"partition", "mean_time_between", Takes::duration, "", false, "", 0, 0, true,
     "Mean time from the end of a partition to the next (exponential), instead of at."},
    {"partition", "length", Takes::law, "", true, "", 0, 0, false,
     "How long it lasts; a duration for a partition at a set time."},
    {"partition", "direction", Takes::word, "both|a_to_b|b_to_a", false, "\"both\"", 0, 0, false,
     "Which messages are lost."},

    {"detector", "label", Takes::text, "", false, "", 0, 0, false,
     "What rows and settings call it; absent: the detector's name."},
    {"detector", "dead_after", Takes::duration, "", false, "", 0, 0, true,
     "Adds rows for the state dead: this long after the suspicion."},
    {"detector", "check_every", Takes::duration, "", false, "", 0, 0, true,
     "The monitor looks only this often; absent: it acts at the very instant."},

    {"axis", "from", Takes::scalar, "", true, "", 0, 0, false, "The first value."},
    {"axis", "to", Takes::scalar, "", true, "", 0, 0, false,
     "The last value, if the steps meet it."},
    {"axis", "step", Takes::scalar, "", false, "", 0, 0, true, "Distance of two values."},
    {"axis", "points", Takes::count, "", false, "", 2, kMostAxisValues, false,
     "Number of values, both ends included, instead of step."},
    {"axis", "scale", Takes::word, "linear|log", false, "\"linear\"", 0, 0, false,
     "How points are spaced; on a log scale they have 4 significant digits."},
    {"sweep", "where", Takes::text, "", false, "\"\"", 0, 0, false,
     "A condition on the axes; combinations that do not meet it are left out."},

    {"law", "uniform", Takes::laws, "", false, "", 0, 0, false, "Lowest and highest duration."},
    {"law", "exponential", Takes::object, "law_exponential", false, "", 0, 0, false,
     "Exponential law."},
    {"law", "normal", Takes::object, "law_normal", false, "", 0, 0, false,
     "Normal law, cut at zero."},
    {"law", "lognormal", Takes::object, "law_lognormal", false, "", 0, 0, false, "Lognormal law."},
    {"law", "gamma", Takes::object, "law_gamma", false, "", 0, 0, false, "Gamma law."},
    {"law", "weibull", Takes::object, "law_weibull", false, "", 0, 0, false, "Weibull law."},
    {"law", "pareto", Takes::object, "law_pareto", false, "", 0, 0, false, "Pareto law."},
    {"law", "empirical", Takes::text, "", false, "", 0, 0, false,
     "A file of recorded durations, drawn with equal weight; relative to the scenario's folder."},
    {"law", "mixture", Takes::list, "component", false, "", 0, 0, false,
     "Several laws, one of which is drawn first."},
    {"law", "plus", Takes::duration, "", false, "\"0s\"", 0, 0, false, "Added to every sample."},
    {"law_exponential", "mean", Takes::duration, "", true, "", 0, 0, true, "Mean."},
    {"law_normal", "mean", Takes::duration, "", true, "", 0, 0, false,
     "Mean before the cut at zero."},
    {"law_normal", "deviation", Takes::duration, "", true, "", 0, 0, false,
     "Standard deviation before the cut."},
    {"law_lognormal", "median", Takes::duration, "", true, "", 0, 0, true, "Median."},
    {"law_lognormal", "sigma", Takes::number, "", true, "", 0, 0, false,
     "Standard deviation of the natural logarithm."},
    {"law_gamma", "shape", Takes::number, "", true, "", 0, 0, true, "Shape parameter (k)."},
    {"law_gamma", "scale", Takes::duration, "", true, "", 0, 0, true, "Scale parameter (theta)."},
    {"law_weibull", "shape", Takes::number, "", true, "", 0, 0, true, "Shape parameter (k)."},
    {"law_weibull", "scale", Takes::duration, "", true, "", 0, 0, true,
     "Scale parameter (lambda)."},
    {"law_pareto", "shape", Takes::number, "", true, "", 0, 0, true, "Tail index (alpha)."},
    {"law_pareto", "scale", Takes::duration, "", true, "", 0, 0, true, "Smallest value (x_m)."},
    {"component", "weight", Takes::number, "", true, "", 0, 0, true,
     "Its share, relative to the other weights."},
    {"component", "of", Takes::law, "", true, "", 0, 0, false, "The law of this component."},
});

}  // namespace

std::span<const Key> keys() {
  return kKeys;
}

const Key* find_key(std::string_view owner, std::string_view name) {
  for (const Key& key : kKeys) {
    if (key.owner == owner && key.name == name) return &key;
  }
  return nullptr;
}

std::vector<std::string> key_names(std::string_view owner) {
  std::vector<std::string> names;
  if (const auto* info = detect::find_detector(owner)) {
    for (const auto& parameter : info->parameters) names.push_back(parameter.name);
    return names;
  }
  for (const Key& key : kKeys) {
    if (key.owner == owner) names.emplace_back(key.name);
  }
  if (owner == "detector") {
    for (const auto& info : detect::detectors()) names.push_back(info.name);
  }
  return names;
}

std::vector<std::string> shape_names() {
  std::vector<std::string> names{"scenario", "loss", "law", "detector", "axis"};
  for (const Key& key : kKeys) {
    for (const std::string_view name : {key.owner, key.shape}) names.emplace_back(name);
  }
  names.emplace_back("duration");
  return names;
}

std::vector<std::string> words_of(const Key& key) {
  std::vector<std::string> words(1);
  for (const char c : key.shape) {
    if (c == '|') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

}  // namespace flatline::scenario
