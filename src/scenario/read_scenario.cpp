#include <algorithm>

#include "flatline/base/text.hpp"
#include "scenario/reader.hpp"

namespace flatline::scenario {
namespace {

/// 1.5 windows of intervals, as DESIGN has it; 0 if the interval is not known.
Duration automatic_warm_up(const Scenario& scenario) {
  const __int128 time =
      static_cast<__int128>(longest_window(scenario)) * scenario.push.interval.ns * 3 / 2;
  return {static_cast<std::int64_t>(std::min<__int128>(time, kLongestTime.ns))};
}

void read_warm_up(Context& context, Fields& fields, Scenario& scenario) {
  const Spot spot = fields.get("warm_up");
  if (spot && spot.node->kind == Kind::text && spot.node->text != "auto") {
    scenario.warm_up = duration_at(context, spot, false);
  } else if (spot && spot.node->kind != Kind::text) {
    context.add(
        spot,
        describe(*spot.node) + (spot.node->is_number() ? " has no unit" : " is not a duration"),
        "a duration such as \"30s\", or \"auto\"");
  }
}

void check_total(Context& context, Fields& fields, const Scenario& scenario) {
  const Duration warm_up = scenario.warm_up.value_or(automatic_warm_up(scenario));
  if (scenario.duration + warm_up <= kLongestTime) return;
  const Spot spot = fields.get(scenario.warm_up ? "warm_up" : "duration");
  if (!spot) return;
  context.add(spot,
              "the warm-up of " + format_duration(warm_up) + " and the duration of " +
                  format_duration(scenario.duration) + " are too long together",
              "at most " + format_duration(kLongestTime) + " in all");
}

}  // namespace

Scenario read_body(Context& context, Fields& fields) {
  Scenario out;
  fields.get("$schema");
  out.name = fields.text("name").value_or("");
  if (fields.has("name") && fields.get("name").node->kind == Kind::text && out.name.empty()) {
    context.add(fields.get("name"), "the name is empty", "a text that names the scenario");
  }
  out.why = fields.text("why").value_or("");
  out.expect = fields.text("expect").value_or("");
  out.seed = static_cast<std::uint64_t>(fields.count("seed").value_or(1));
  const auto duration = fields.duration("duration");
  out.duration = duration.value_or(Duration{});
  read_warm_up(context, fields, out);
  out.replications = static_cast<std::uint32_t>(fields.count("replications").value_or(1));
  const Nodes nodes = read_nodes(context, fields);
  out.world.cluster = nodes.cluster;
  read_zones(context, fields, nodes, out);
  read_clocks(context, fields, nodes, out.world.clocks);
  read_links(context, fields, nodes, out.world);
  read_watch(context, fields, nodes, out.push);
  read_faults(context, fields, nodes, duration, out.world.faults);
  read_detectors(context, fields, out.push.interval, out.detectors);
  if (context.problems().empty()) check_total(context, fields, out);
  return out;
}

Result<Scenario> read_in_session(const Document& document, Session& session) {
  Context context(document, session);
  const Spot root{&document.root(), ""};
  if (root.node->kind != Kind::object) {
    context.add(root, describe(*root.node) + " is not a scenario", "an object in braces");
    return std::move(context.problems());
  }
  Fields fields(context, root, "scenario");
  Scenario scenario = read_body(context, fields);
  if (session.options.sweep) read_sweep(context, fields, scenario.sweep);
  if (!context.problems().empty()) return std::move(context.problems());
  return scenario;
}

Result<Scenario> read_scenario(const Document& document, const std::string& base_folder,
                               const ReadOptions& options) {
  Session session;
  session.base_folder = base_folder;
  session.options = options;
  return read_in_session(document, session);
}

}  // namespace flatline::scenario
