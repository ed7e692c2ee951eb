// Zones, clocks and who watches whom.

#include <cmath>
#include <filesystem>

#include "flatline/base/text.hpp"
#include "scenario/reader.hpp"

namespace flatline::scenario {
namespace {

class ZoneReader {
 public:
  ZoneReader(Context& context, const Nodes& nodes) : context_(context), nodes_(nodes) {}

  void read(const Spot& spot, Scenario& out) {
    Fields fields(context_, spot, "zones");
    if (!fields.valid()) return;
    ZoneSource source;
    world::Zones zones;
    const auto file = fields.text("round_trips");
    const std::size_t unit = fields.word("unit").value_or(kMilliseconds);
    source.unit = words_of(*find_key("zones", "unit"))[unit];
    const auto members = zones_at(fields, source);
    if (const Spot jitter = fields.get("jitter")) zones.jitter = law_at(context_, jitter);
    const Matrix* matrix = file ? matrix_at(fields.get("round_trips"), *file) : nullptr;
    if (!members) return;
    zones.count = members->size();
    zones.zone_of.assign(nodes_.cluster.size(), -1);
    place_nodes(*members, zones);
    if (matrix == nullptr || !read_ways(fields.get("round_trips"), *matrix, unit, zones)) return;
    source.round_trips = *file;
    out.zones = std::move(source);
    out.world.zones = std::move(zones);
  }

 private:
  static constexpr std::size_t kMilliseconds = 2;  // among the words of "unit"

  /// A zone and where it is named.
  struct Member {
    std::vector<NodeId> nodes;
    std::string name;
    Spot spot;
  };

  static std::vector<std::string> names_of(const Spot& spot) {
    if (spot.node->kind != Kind::list) return {spot.node->text};
    std::vector<std::string> names;
    for (const auto& member : spot.node->members) names.push_back(member.value.text);
    return names;
  }

  std::optional<std::vector<Member>> zones_at(Fields& fields, ZoneSource& source) {
    const Spot names = fields.get("names");
    const Spot of = fields.get("of");
    if (static_cast<bool>(names) == static_cast<bool>(of)) {
      context_.add(
          fields.spot(),
          names ? "the zones have both \"names\" and \"of\"" : "the zones have no nodes",
          names ? "one of them" : "\"names\" of places, or \"of\" for a zone for each node");
      return std::nullopt;
    }
    std::vector<Member> members;
    if (of) {
      const auto found = nodes_.at(context_, of);
      if (!found) return std::nullopt;
      for (const NodeId node : *found) members.push_back({{node}, nodes_.cluster.name(node), of});
      source.of = names_of(of);
      return members;
    }
    const auto found = nodes_.places_at(context_, names, /*groups=*/true);
    if (!found) return std::nullopt;
    for (const auto& place : *found) members.push_back({place.nodes, place.name, names});
    source.names = names_of(names);
    return members;
  }

  /// Every node lies in one zone at most.
  void place_nodes(const std::vector<Member>& members, world::Zones& zones) {
    for (std::size_t zone = 0; zone < members.size(); ++zone) {
      for (const NodeId node : members[zone].nodes) {
        std::int32_t& place = zones.zone_of[node.value];
        if (place >= 0) {
          context_.add(members[zone].spot,
                       nodes_.cluster.name(node) + " lies in the zones " +
                           in_quotes(members[static_cast<std::size_t>(place)].name) + " and " +
                           in_quotes(members[zone].name),
                       "zones without a common node");
          return;
        }
        place = static_cast<std::int32_t>(zone);
      }
    }
  }

  const Matrix* matrix_at(const Spot& spot, const std::string& file) {
    Session& session = context_.session();
    if (!session.options.read_matrix) {
      context_.add(spot, "round trips cannot be read here: no reader of matrices was given",
                   "a scenario without zones");
      return nullptr;
    }
    const std::string path = (std::filesystem::path(session.base_folder) / file).string();
    auto found = session.matrices.find(path);
    if (found == session.matrices.end()) {
      found = session.matrices.emplace(path, session.options.read_matrix(path)).first;
    }
    if (found->second) return &found->second.value();
    for (const Problem& problem : found->second.problems()) context_.add(spot, problem.text());
    return nullptr;
  }

  /// Half of each round trip, in whole nanoseconds.
  bool read_ways(const Spot& spot, const Matrix& matrix, std::size_t unit, world::Zones& zones) {
    constexpr double kUnits[] = {1, 1e3, 1e6, 1e9};
    for (const auto& row : matrix) {
      if (row.size() == zones.count && matrix.size() == zones.count) continue;
      const std::string count = std::to_string(zones.count);
      context_.add(spot,
                   "the matrix has " + std::to_string(matrix.size()) + " rows of " +
                       std::to_string(row.size()),
                   count + " by " + count + " numbers, a row and a column for each zone");
      return false;
    }
    if (matrix.empty()) {
      context_.add(spot, "the matrix is empty", "a row and a column for each zone");
      return false;
    }
    for (std::size_t from = 0; from < zones.count; ++from) {
      for (std::size_t to = 0; to < zones.count; ++to) {
        const double way = matrix[from][to] * kUnits[unit] / 2;
        if (!(way >= 0) || way > static_cast<double>(kLongestTime.ns)) {
          context_.add(spot,
                       "row " + std::to_string(from + 1) + ", column " + std::to_string(to + 1) +
                           " of the matrix is " + format_number(matrix[from][to]),
                       "a round trip from 0 to 36 years");
          return false;
        }
        zones.one_way.push_back(Duration{std::llround(way)});
      }
    }
    return true;
  }

  Context& context_;
  const Nodes& nodes_;
};

void read_push(Context& context, const Spot& spot, const Nodes& nodes,
               protocol::PushSettings& push) {
  Fields fields(context, spot, "push");
  const Spot from = fields.get("from");
  const Spot to = fields.get("to");
  const auto senders = from ? nodes.at(context, from) : std::nullopt;
  const auto monitors = to ? nodes.at(context, to) : std::nullopt;
  if (senders && monitors) {
    push.from = *senders;
    push.to = *monitors;
    if (push.from.size() == 1 && push.from == push.to) {
      context.add(to, "nobody is watched: a node does not watch itself", "at least one other node");
    }
  }
  if (const auto interval = fields.duration("interval")) push.interval = *interval;
  if (const auto word = fields.word("phase")) {
    push.phase = *word == 0 ? protocol::Phase::spread : protocol::Phase::synchronised;
  }
  if (const auto bytes = fields.count("bytes")) push.bytes = *bytes;
  push.timers_first = fields.word("on_monitor_wake").value_or(0) == 1;
  const Spot jitter = fields.get("jitter");
  if (!jitter) return;
  Fields inner(context, jitter, "jitter");
  const auto ratio = inner.number("ratio");
  const bool is_grid = inner.word("of").value_or(0) == 0;
  push.jitter_of = is_grid ? protocol::JitterOf::grid : protocol::JitterOf::interval;
  push.jitter_ratio = ratio.value_or(0);
  if (push.jitter_ratio >= (is_grid ? 0.5 : 1.0)) {
    const Spot place = inner.get("ratio");
    context.add(place, describe(*place.node) + " is too large",
                is_grid ? "a number below 0.5, so that heartbeats keep their order"
                        : "a number below 1, so that time moves on");
  }
}

}  // namespace

void read_zones(Context& context, Fields& scenario, const Nodes& nodes, Scenario& out) {
  if (const Spot spot = scenario.get("zones")) ZoneReader(context, nodes).read(spot, out);
}

void read_clocks(Context& context, Fields& scenario, const Nodes& nodes,
                 std::vector<world::ClockRule>& clocks) {
  const Spot list = scenario.get("clocks");
  if (!list || !is_list(context, list, 0)) return;
  for (std::size_t i = 0; i < list.node->members.size(); ++i) {
    Fields fields(context, list.at(i), "clock_rule");
    world::ClockRule rule;
    const Spot whose = fields.get("nodes");
    if (whose) rule.nodes = nodes.at(context, whose).value_or(std::vector<NodeId>{});
    rule.drift_ppm = fields.number("drift_ppm");
    rule.drift_spread_ppm = fields.number("drift_spread_ppm");
    rule.wander_ppm = fields.number("wander_ppm");
    rule.granularity = fields.duration("granularity");
    clocks.push_back(std::move(rule));
  }
}

void read_watch(Context& context, Fields& scenario, const Nodes& nodes,
                protocol::PushSettings& push) {
  const Spot spot = scenario.get("watch");
  if (!spot) return;
  Fields fields(context, spot, "watch");
  if (const Spot inner = fields.get("push")) read_push(context, inner, nodes, push);
}

}  // namespace flatline::scenario
