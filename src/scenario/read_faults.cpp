// Crashes, stalls and partitions, at set times or at random.

#include <algorithm>
#include <map>

#include "flatline/base/text.hpp"
#include "scenario/reader.hpp"

namespace flatline::scenario {
namespace {

/// A scheduled crash and where it stands.
struct Placed {
  world::ScheduledCrash crash;
  Spot at;
};

class FaultReader {
 public:
  FaultReader(Context& context, const Nodes& nodes, std::optional<Duration> end,
              world::Faults& faults)
      : context_(context), nodes_(nodes), end_(end), faults_(faults) {}

  void read(const Spot& entry) {
    Fields fields(context_, entry, "fault");
    if (!fields.valid()) return;
    const auto kinds = key_names("fault");
    std::vector<std::string> named;
    for (const std::string& kind : kinds) {
      if (fields.has(kind)) named.push_back(kind);
    }
    if (named.size() > 1) {
      context_.add(entry, "one entry names several faults: " + list_of(named), "an entry for each");
    }
    if (entry.node->members.empty()) {
      context_.add(entry, "the entry names no fault", list_of(kinds));
    }
    if (const Spot spot = fields.get("crash")) read_crash(spot);
    if (const Spot spot = fields.get("stall")) read_stall(spot);
    if (const Spot spot = fields.get("partition")) read_partition(spot);
  }

  /// No node crashes while it is down.
  void check_crashes() {
    std::stable_sort(crashes_.begin(), crashes_.end(), [](const Placed& a, const Placed& b) {
      return std::pair(a.crash.node, a.crash.at) < std::pair(b.crash.node, b.crash.at);
    });
    for (std::size_t i = 1; i < crashes_.size(); ++i) {
      const auto& before = crashes_[i - 1].crash;
      const auto& crash = crashes_[i].crash;
      if (before.node != crash.node) continue;
      if (before.recover_after && crash.at >= before.at + *before.recover_after) continue;
      const std::string until = before.recover_after
                                    ? " until " + format_duration(before.at + *before.recover_after)
                                    : " for good";
      context_.add(crashes_[i].at,
                   nodes_.cluster.name(crash.node) + " is down already, from " +
                       format_duration(before.at) + until,
                   "a crash while the node is up");
    }
  }

 private:
  enum class Timing { scheduled, random, unclear };

  /// Whether a fault has a set time; its keys must fit.
  Timing timing(Fields& fields, std::string_view only_scheduled, std::string_view only_random) {
    const bool is_set = fields.has("at");
    const bool is_random = fields.has("mean_time_between");
    if (!fields.valid()) return Timing::unclear;
    if (is_set == is_random) {
      context_.add(
          fields.spot(),
          is_set ? "the fault has both \"at\" and \"mean_time_between\"" : "the fault has no time",
          is_set ? "one of them"
                 : "\"at\" for a set time or \"mean_time_between\" for random ones");
      return Timing::unclear;
    }
    const std::string_view wrong = is_set ? only_random : only_scheduled;
    if (!wrong.empty() && fields.has(wrong)) {
      context_.add(fields.get(wrong),
                   in_quotes(wrong) + (is_set ? " does not go with \"at\""
                                              : " does not go with \"mean_time_between\""),
                   is_set ? "only at random times" : "only at a set time");
    }
    return is_set ? Timing::scheduled : Timing::random;
  }

  /// "node" or "nodes", exactly one of them; `written` gets the name as it stands.
  std::optional<std::vector<NodeId>> struck(Fields& fields, std::string& written) {
    const Spot one = fields.get("node");
    const Spot many = fields.get("nodes");
    if (!fields.valid()) return std::nullopt;
    if (static_cast<bool>(one) == static_cast<bool>(many)) {
      context_.add(fields.spot(),
                   one ? "the fault has both \"node\" and \"nodes\"" : "the fault names no nodes",
                   one ? "one of them" : "\"node\" or \"nodes\"");
      return std::nullopt;
    }
    if (one && one.node->kind == Kind::list) {
      context_.add(one, "a list is not one node", "\"nodes\" for several");
      return std::nullopt;
    }
    const Spot& spot = one ? one : many;
    auto found = nodes_.at(context_, spot);
    if (found && one && found->size() != 1) {
      context_.add(one, describe(*one.node) + " means " + std::to_string(found->size()) + " nodes",
                   "one node such as " + in_quotes(one.node->text + "/0") + ", or \"nodes\"");
      return std::nullopt;
    }
    if (found) written = Nodes::written(spot);
    return found;
  }

  /// When a scheduled fault strikes: before the end of the run.
  std::optional<Duration> start(Fields& fields) {
    const auto at = fields.duration("at");
    if (at && end_ && *at >= *end_) {
      context_.add(fields.get("at"), "the fault strikes after the end of the run",
                   "less than the duration of " + format_duration(*end_));
    }
    return at;
  }

  std::optional<random::Distribution> law(Fields& fields, std::string_view key) {
    const Spot spot = fields.get(key);
    return spot ? law_at(context_, spot) : std::nullopt;
  }

  std::optional<Duration> set_length(Fields& fields) {
    const Spot spot = fields.get("length");
    return spot ? duration_at(context_, spot, true) : std::nullopt;
  }

  /// "kind/nodes#n": the n-th fault of its kind on these nodes, whatever stands between them.
  std::string stream(const std::string& name) {
    return name + "#" + std::to_string(ordinals_[name]++);
  }

  void read_crash(const Spot& spot) {
    Fields fields(context_, spot, "crash");
    std::string written;
    const auto nodes = struck(fields, written);
    const Timing when = timing(fields, "recover_after", "down");
    if (when == Timing::scheduled) {
      const auto at = start(fields);
      const auto recover = fields.duration("recover_after");
      if (!nodes || !at) return;
      for (const NodeId node : *nodes) {
        crashes_.push_back({{node, *at, recover}, fields.get("at")});
        faults_.scheduled_crashes.push_back({node, *at, recover});
      }
    } else if (when == Timing::random) {
      const auto mean = fields.duration("mean_time_between");
      const auto down = law(fields, "down");
      if (!fields.has("down")) fields.missing("down", "a duration or a distribution");
      if (!nodes || !mean || !down) return;
      faults_.random_crashes.push_back({{*nodes, stream("crash/" + written)}, *mean, *down});
    }
  }

  void read_stall(const Spot& spot) {
    Fields fields(context_, spot, "stall");
    std::string written;
    const auto nodes = struck(fields, written);
    const auto on_wake =
        fields.word("on_wake").value_or(0) == 0 ? world::OnWake::send : world::OnWake::skip;
    const Timing when = timing(fields, "", "");
    if (when == Timing::scheduled) {
      const auto at = start(fields);
      const auto length = set_length(fields);
      if (!nodes || !at || !length) return;
      faults_.scheduled_stalls.push_back({*nodes, *at, *length, on_wake});
    } else if (when == Timing::random) {
      const auto mean = fields.duration("mean_time_between");
      const auto length = law(fields, "length");
      if (!nodes || !mean || !length) return;
      faults_.random_stalls.push_back(
          {{*nodes, stream("stall/" + written)}, *mean, *length, on_wake});
    }
  }

  void check_sides(const Spot& b, const world::PartitionSides& sides) {
    for (const NodeId node : sides.b) {
      if (std::find(sides.a.begin(), sides.a.end(), node) == sides.a.end()) continue;
      context_.add(b, nodes_.cluster.name(node) + " is on both sides",
                   "sides without a common node");
      return;
    }
  }

  void read_partition(const Spot& spot) {
    Fields fields(context_, spot, "partition");
    const Spot a = fields.get("a");
    const Spot b = fields.get("b");
    const auto side_a = a ? nodes_.at(context_, a) : std::nullopt;
    const auto side_b = b ? nodes_.at(context_, b) : std::nullopt;
    const auto direction = static_cast<world::Direction>(fields.word("direction").value_or(0));
    const bool has_sides = side_a && side_b;
    world::PartitionSides sides;
    if (has_sides) {
      sides = {*side_a, *side_b, direction};
      check_sides(b, sides);
    }
    const Timing when = timing(fields, "", "");
    if (when == Timing::scheduled) {
      const auto at = start(fields);
      const auto length = set_length(fields);
      if (has_sides && at && length) faults_.scheduled_partitions.push_back({sides, *at, *length});
    } else if (when == Timing::random) {
      const auto mean = fields.duration("mean_time_between");
      const auto length = law(fields, "length");
      if (!has_sides || !mean || !length) return;
      const std::string name = "partition/" + Nodes::written(a) + "|" + Nodes::written(b);
      faults_.random_partitions.push_back({sides, stream(name), *mean, *length});
    }
  }

  Context& context_;
  const Nodes& nodes_;
  std::optional<Duration> end_;
  world::Faults& faults_;
  std::vector<Placed> crashes_;
  std::map<std::string, int> ordinals_;
};

}  // namespace

void read_faults(Context& context, Fields& scenario, const Nodes& nodes,
                 std::optional<Duration> duration, world::Faults& faults) {
  const Spot list = scenario.get("faults");
  if (!list || !is_list(context, list, 0)) return;
  FaultReader reader(context, nodes, duration, faults);
  const std::vector<std::size_t>& idle = context.session().options.idle_faults;
  for (std::size_t i = 0; i < list.node->members.size(); ++i) {
    if (std::find(idle.begin(), idle.end(), i) == idle.end()) {
      reader.read(list.at(i));
    } else {
      const world::Faults others = faults;
      reader.read(list.at(i));
      faults = others;
    }
  }
  reader.check_crashes();
}

}  // namespace flatline::scenario
