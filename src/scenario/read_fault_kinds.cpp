// Each kind of fault.

#include <algorithm>

#include "flatline/base/text.hpp"
#include "scenario/fault_reader.hpp"

namespace flatline::scenario {

void FaultReader::check_stagger(Fields& fields, Duration at, Duration stagger, std::size_t steps) {
  const Duration end = end_.value_or(kLongestTime);
  const __int128 last = __int128{at.ns} + __int128{stagger.ns} * static_cast<std::int64_t>(steps);
  if (last < end.ns || at >= end) return;
  context_.add(fields.get("stagger"), "the last crash comes after the end of the run",
               "a last one before " + format_duration(end));
}

void FaultReader::schedule_crashes(Fields& fields, const Struck& target, const When& when) {
  const auto recover = fields.duration("recover_after");
  world::ScheduledCrash crash;
  crash.recover_after = recover;
  crash.repeat = when.repeat;
  if (fields.has("slow_start")) {
    crash.slow_start = set_duration(fields, "slow_start").value_or(Duration{});
  }
  for (const char* key : {"every", "slow_start"}) {
    if (!fields.has(key) || fields.has("recover_after")) continue;
    context_.add(fields.get(key), in_quotes(key) + " needs a node that recovers",
                 "\"recover_after\", the time that it stays down");
  }
  check_every(fields, when, recover);
  const Duration stagger = fields.duration("stagger").value_or(Duration{});
  if (fields.has("stagger") && fields.has("node")) {
    context_.add(fields.get("stagger"), "\"stagger\" does not go with \"node\"",
                 "\"nodes\" or \"places\"");
  }
  // A node by itself is a place of one.
  std::vector<std::vector<NodeId>> together;
  for (const auto& place : target.places) together.push_back(place.nodes);
  for (const NodeId node : target.nodes) together.push_back({node});
  if (!when.good || together.empty()) return;
  check_stagger(fields, *when.at, stagger, together.size() - 1);
  crash.at = *when.at;
  for (const auto& nodes : together) {
    for (const NodeId node : nodes) {
      crash.node = node;
      crashes_.push_back({crash, fields.get("at")});
      faults_.scheduled_crashes.push_back(crash);
    }
    crash.at += stagger;
  }
}

void FaultReader::read_crash(const Spot& spot) {
  Fields fields(context_, spot, "crash");
  const auto target = struck(fields);
  const When when = this->when(fields, {"recover_after", "stagger"}, {"down"});
  if (when.timing == Timing::scheduled) {
    schedule_crashes(fields, target.value_or(Struck{}), when);
  } else if (when.timing == Timing::random) {
    const auto down = law(fields, "down");
    if (!fields.has("down")) fields.missing("down", "a duration or a distribution");
    const auto slow = law(fields, "slow_start");
    const bool is_slow = fields.has("slow_start");
    if (!target || !when.good || !down || (is_slow && !slow)) return;
    faults_.random_crashes.push_back(
        {this->target(*target, "crash"), when.mean, *down, when.variation, slow});
  }
}

void FaultReader::read_stall(const Spot& spot) {
  Fields fields(context_, spot, "stall");
  const auto target = struck(fields);
  const auto on_wake = static_cast<world::OnWake>(fields.word("on_wake").value_or(0));
  const When when = this->when(fields);
  if (when.timing == Timing::scheduled) {
    const auto length = set_duration(fields, "length");
    check_every(fields, when, length);
    if (!target || !when.good || !length) return;
    world::ScheduledStall stall{target->nodes, *when.at, *length, on_wake, when.repeat};
    if (target->places.empty()) faults_.scheduled_stalls.push_back(stall);
    stall.whole_host = true;
    for (const auto& place : target->places) {
      stall.nodes = place.nodes;
      faults_.scheduled_stalls.push_back(stall);
    }
  } else if (when.timing == Timing::random) {
    const auto length = law(fields, "length");
    if (!target || !when.good || !length) return;
    faults_.random_stalls.push_back(
        {this->target(*target, "stall"), when.mean, *length, on_wake, when.variation});
  }
}

void FaultReader::check_sides(const Spot& b, const world::PartitionSides& sides) {
  for (const NodeId node : sides.b) {
    if (std::find(sides.a.begin(), sides.a.end(), node) == sides.a.end()) continue;
    context_.add(b, nodes_.cluster.name(node) + " is on both sides", "sides without a common node");
    return;
  }
}

void FaultReader::read_partition(const Spot& spot) {
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
  const When when = this->when(fields);
  if (when.timing == Timing::scheduled) {
    const auto length = set_duration(fields, "length");
    check_every(fields, when, length);
    if (!has_sides || !when.good || !length) return;
    faults_.scheduled_partitions.push_back({sides, *when.at, *length, when.repeat});
  } else if (when.timing == Timing::random) {
    const auto length = law(fields, "length");
    if (!has_sides || !when.good || !length) return;
    const std::string name = "partition/" + Nodes::written(a) + "|" + Nodes::written(b);
    faults_.random_partitions.push_back({sides, stream(name), when.mean, *length, when.variation});
  }
}

void FaultReader::read_route_change(const Spot& spot) {
  Fields fields(context_, spot, "route_change");
  const Spot from = fields.get("from");
  const Spot to = fields.get("to");
  const auto senders = from ? nodes_.at(context_, from) : std::nullopt;
  const auto receivers = to ? nodes_.at(context_, to) : std::nullopt;
  const bool both = fields.boolean("both_ways").value_or(false);
  auto strikes = this->strikes(fields, true);
  auto extra = law(fields, "extra");
  if (!senders || !receivers || !strikes || !extra) return;
  const auto direction = both ? world::Direction::both : world::Direction::a_to_b;
  const std::string name = "route_change/" + Nodes::written(from) + ">" + Nodes::written(to);
  faults_.route_changes.push_back(
      {{*senders, *receivers, direction}, stream(name), *std::move(strikes), *std::move(extra)});
}

void FaultReader::read_overload(const Spot& spot) {
  Fields fields(context_, spot, "overload");
  const auto target = struck(fields);
  auto strikes = this->strikes(fields, true);
  world::Overload overload;
  overload.growth = fields.number("growth").value_or(overload.growth);
  overload.drain = fields.number("drain").value_or(overload.drain);
  if (overload.drain >= 1) {
    const Spot place = fields.get("drain");
    context_.add(place, describe(*place.node) + " is too large",
                 "a number below 1: what was sent first is done first");
  }
  if (!target || !strikes) return;
  overload.target = this->target(*target, "overload");
  overload.strikes = *std::move(strikes);
  faults_.overloads.push_back(std::move(overload));
}

void FaultReader::read_gray_failure(const Spot& spot) {
  Fields fields(context_, spot, "gray_failure");
  const auto target = struck(fields);
  auto strikes = this->strikes(fields, true);
  if (!target || !strikes) return;
  faults_.gray_failures.push_back({this->target(*target, "gray_failure"), *std::move(strikes)});
}

void FaultReader::read_clock_step(const Spot& spot) {
  Fields fields(context_, spot, "clock_step");
  const auto target = struck(fields);
  auto strikes = this->strikes(fields, false);
  const auto forward = fields.duration("forward");
  const auto back = fields.duration("back");
  if (fields.valid() && fields.has("forward") == fields.has("back")) {
    const bool both = fields.has("back");
    context_.add(fields.spot(),
                 both ? "the clock is set both \"forward\" and \"back\"" : "the clock is not set",
                 both ? "one of them" : "\"forward\" or \"back\"");
    return;
  }
  if (!target || !strikes || (!forward && !back)) return;
  const Duration by = forward ? *forward : -*back;
  faults_.clock_steps.push_back({this->target(*target, "clock_step"), *std::move(strikes), by});
}

}  // namespace flatline::scenario
