// Entries of "faults": one kind each, whom it strikes and when.

#include <algorithm>

#include "flatline/base/text.hpp"
#include "scenario/fault_reader.hpp"

namespace flatline::scenario {

void FaultReader::read(const Spot& entry) {
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
  if (const Spot spot = fields.get("route_change")) read_route_change(spot);
  if (const Spot spot = fields.get("overload")) read_overload(spot);
  if (const Spot spot = fields.get("gray_failure")) read_gray_failure(spot);
  if (const Spot spot = fields.get("clock_step")) read_clock_step(spot);
}

std::optional<FaultReader::Struck> FaultReader::struck(Fields& fields) {
  const Spot one = fields.get("node");
  const Spot many = fields.get("nodes");
  const Spot places = fields.get("places");
  if (!fields.valid()) return std::nullopt;
  std::vector<std::string> named;
  for (const char* key : {"node", "nodes", "places"}) {
    if (fields.has(key)) named.emplace_back(key);
  }
  if (named.size() != 1) {
    context_.add(fields.spot(),
                 named.empty()
                     ? "the fault names no nodes"
                     : "the fault has both " + in_quotes(named[0]) + " and " + in_quotes(named[1]),
                 named.empty() ? "\"node\", \"nodes\" or \"places\"" : "one of them");
    return std::nullopt;
  }
  Struck out;
  if (places) {
    auto found = nodes_.places_at(context_, places, /*groups=*/false);
    if (!found) return std::nullopt;
    out.places = *std::move(found);
    out.written = Nodes::written(places);
    return out;
  }
  if (one && one.node->kind == Kind::list) {
    context_.add(one, "a list is not one node", "\"nodes\" for several");
    return std::nullopt;
  }
  const Spot& spot = one ? one : many;
  auto found = nodes_.at(context_, spot);
  if (!found) return std::nullopt;
  if (one && found->size() != 1) {
    context_.add(one, describe(*one.node) + " means " + std::to_string(found->size()) + " nodes",
                 "one node such as " + in_quotes(one.node->text + "/0") + ", or \"nodes\"");
    return std::nullopt;
  }
  out.nodes = *std::move(found);
  out.written = Nodes::written(spot);
  return out;
}

FaultReader::When FaultReader::when(Fields& fields, Words only_scheduled, Words only_random) {
  When out;
  if (!fields.valid()) return out;
  std::vector<std::string> named;
  for (const char* key : {"at", "mean_time_between", "time_between"}) {
    if (fields.has(key)) named.emplace_back(key);
  }
  if (named.size() != 1) {
    context_.add(fields.spot(),
                 named.empty()
                     ? "the fault has no time"
                     : "the fault has both " + in_quotes(named[0]) + " and " + in_quotes(named[1]),
                 named.empty() ? "\"at\" for a set time, or \"mean_time_between\" or "
                                 "\"time_between\" for random ones"
                               : "one of them");
    return out;
  }
  const bool is_set = named.front() == "at";
  const auto refuse = [&](std::string_view key, const char* expected) {
    if (!fields.has(key)) return;
    context_.add(fields.get(key), in_quotes(key) + " does not go with " + in_quotes(named.front()),
                 expected);
  };
  for (const auto key : is_set ? only_random : only_scheduled) {
    refuse(key, is_set ? "only at random times" : "only at a set time");
  }
  for (const char* key : {"every", "times"}) {
    if (!is_set) refuse(key, "only at a set time");
  }
  for (const char* key : {"diurnal", "bursty"}) {
    if (named.front() != "mean_time_between") refuse(key, "only with \"mean_time_between\"");
  }
  out.timing = is_set ? Timing::scheduled : Timing::random;
  if (is_set) {
    out.at = start(fields);
    out.good = out.at.has_value();
    read_repeat(fields, out);
  } else {
    read_rate(fields, out);
  }
  return out;
}

void FaultReader::read_repeat(Fields& fields, When& out) {
  const auto every = fields.duration("every");
  const auto times = fields.count("times");
  if (fields.has("times") && !fields.has("every")) {
    context_.add(fields.get("times"), "\"times\" stands without \"every\"",
                 "\"every\", the time from one to the next");
  }
  out.repeat.every = every.value_or(Duration{});
  out.repeat.times = every ? times.value_or(0) : 0;
  if (fields.has("every") && !every) out.good = false;
}

void FaultReader::read_rate(Fields& fields, When& out) {
  if (fields.has("time_between")) {
    out.variation.between = law(fields, "time_between");
    if (out.variation.between && is_never_above_zero(*out.variation.between)) {
      context_.add(fields.get("time_between"), "this time is always zero",
                   "a law with durations above 0s");
      return;
    }
    out.good = out.variation.between.has_value();
    return;
  }
  const auto mean = fields.duration("mean_time_between");
  out.mean = mean.value_or(Duration{});
  out.good = mean.has_value();
  const Spot diurnal = fields.get("diurnal");
  const Spot bursty = fields.get("bursty");
  if (diurnal && bursty) {
    context_.add(bursty, "the fault has both \"diurnal\" and \"bursty\"", "one of them");
  }
  if (diurnal) {
    Fields inner(context_, diurnal, "diurnal");
    world::Diurnal rate;
    rate.period = inner.duration("period").value_or(rate.period);
    rate.peak = inner.duration("peak").value_or(rate.peak);
    rate.amplitude = inner.number("amplitude").value_or(rate.amplitude);
    out.variation.diurnal = rate;
  }
  if (bursty) {
    Fields inner(context_, bursty, "bursty");
    world::Bursty rate;
    rate.calm_mean = inner.duration("calm_mean").value_or(seconds(1));
    rate.busy_mean = inner.duration("busy_mean").value_or(seconds(1));
    rate.factor = inner.number("factor").value_or(rate.factor);
    out.variation.bursty = rate;
  }
}

void FaultReader::check_every(Fields& fields, const When& when, std::optional<Duration> length) {
  if (when.repeat.every.ns == 0 || !length || when.repeat.every > *length) return;
  context_.add(fields.get("every"),
               "a fault of " + format_duration(*length) + " comes again every " +
                   format_duration(when.repeat.every) + ", before it is over",
               "more than " + format_duration(*length));
}

std::optional<Duration> FaultReader::start(Fields& fields) {
  const auto at = fields.duration("at");
  if (at && end_ && *at >= *end_) {
    context_.add(fields.get("at"), "the fault strikes after the end of the run",
                 "less than the duration of " + format_duration(*end_));
  }
  return at;
}

std::optional<random::Distribution> FaultReader::law(Fields& fields, std::string_view key) {
  const Spot spot = fields.get(key);
  return spot ? law_at(context_, spot) : std::nullopt;
}

std::optional<Duration> FaultReader::set_duration(Fields& fields, std::string_view key) {
  const Spot spot = fields.get(key);
  return spot ? duration_at(context_, spot, true) : std::nullopt;
}

std::optional<world::Strikes> FaultReader::strikes(Fields& fields, bool has_length) {
  const When when = this->when(fields);
  auto length = has_length ? law(fields, "length") : random::Distribution::constant(Duration{});
  if (length && length->family == random::Family::constant) {
    check_every(fields, when, length->value + length->plus);
  }
  if (!when.good || !length) return std::nullopt;
  return world::Strikes{when.at, when.repeat, when.mean, when.variation, *std::move(length)};
}

world::FaultTarget FaultReader::target(const Struck& struck, std::string_view kind) {
  return {struck.nodes, stream(std::string(kind) + "/" + struck.written), struck.places};
}

void FaultReader::report_down(const Placed& crash, const world::ScheduledCrash& before,
                              Duration from) {
  const std::string until = before.recover_after
                                ? " until " + format_duration(from + *before.recover_after)
                                : " for good";
  context_.add(crash.at,
               nodes_.cluster.name(crash.crash.node) + " is down already, from " +
                   format_duration(from) + until,
               "a crash while the node is up");
}

bool FaultReader::report_overlap(const Placed& crash, const Placed& other) {
  const world::ScheduledCrash& later = crash.crash;
  const world::ScheduledCrash& before = other.crash;
  const world::Repeat& repeat = before.repeat;
  const std::int64_t every = repeat.every.ns;
  std::int64_t strike = every > 0 ? (later.at - before.at).ns / every : 0;
  if (repeat.times > 0) strike = std::min(strike, repeat.times - 1);
  const Duration from = before.at + Duration{strike * every};
  if (!before.recover_after || later.at < from + *before.recover_after) {
    report_down(crash, before, from);
    return true;
  }
  const Duration next = from + repeat.every;
  const bool comes = every > 0 && (repeat.times == 0 || strike + 1 < repeat.times) &&
                     next < end_.value_or(kLongestTime);
  if (!comes || (later.recover_after && next >= later.at + *later.recover_after)) return false;
  report_down(other, later, later.at);
  return true;
}

void FaultReader::check_crashes() {
  std::stable_sort(crashes_.begin(), crashes_.end(), [](const Placed& a, const Placed& b) {
    return std::pair(a.crash.node, a.crash.at) < std::pair(b.crash.node, b.crash.at);
  });
  std::vector<const Placed*> repeating;  // of this node, and before this crash
  for (std::size_t i = 1; i < crashes_.size(); ++i) {
    const Placed& before = crashes_[i - 1];
    const Placed& crash = crashes_[i];
    if (before.crash.node != crash.crash.node) {
      repeating.clear();
      continue;
    }
    if (before.crash.repeat.every.ns > 0) repeating.push_back(&before);
    if (report_overlap(crash, before)) continue;
    for (const Placed* other : repeating) {
      if (other != &before && report_overlap(crash, *other)) break;
    }
  }
}

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
