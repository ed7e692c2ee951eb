// Reads timeline.csv into lanes: one per pair of monitored node and monitor.

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "charts.hpp"

namespace flatline::report {
namespace {

constexpr double kBeatsInWindow = 60;

Problem bad_timeline(int line, std::string column, std::string message, std::string expected) {
  Problem problem;
  problem.file = "timeline.csv";
  problem.line = line;
  problem.pointer = std::move(column);
  problem.message = std::move(message);
  problem.expected = std::move(expected);
  return problem;
}

struct Event {
  double time = 0;
  std::string monitored;
  std::string monitor;
  std::string label;
  std::string state;
  std::string what;
};

// The event that ends each kind of band.
struct BandKind {
  std::string_view begins;
  std::string_view ends;
};
constexpr std::array<BandKind, 4> kBands{
    {{"crash", "recover"}, {"stall", "wake"}, {"partition", "heal"}, {"gray", "mend"}}};

bool is_known(const std::string& what) {
  static constexpr std::array<std::string_view, 5> kPlain{
      {"send", "lost", "arrive", "suspect", "trust"}};
  return std::find(kPlain.begin(), kPlain.end(), what) != kPlain.end() ||
         std::any_of(kBands.begin(), kBands.end(),
                     [&](const BandKind& b) { return what == b.begins || what == b.ends; });
}

Result<std::vector<Event>> read_events(const results::Table& table) {
  const std::vector<std::string> wanted{"time_s", "monitored", "monitor",
                                        "label",  "state",     "event"};
  if (table.columns != wanted) {
    return bad_timeline(1, "", "the columns are not those of a timeline",
                        "time_s,monitored,monitor,label,state,event");
  }
  std::vector<Event> out;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const std::vector<results::Cell>& row = table.rows[i];
    const int line = static_cast<int>(i) + 2;
    if (row.size() != wanted.size())
      return bad_timeline(line, "", "the row has a wrong number of fields", "6");
    const std::optional<double> time = results::cell_number(row[0]);
    if (!time) return bad_timeline(line, "time_s", "the time is not a number", "seconds");
    const auto word = [&](std::size_t k) { return results::cell_text(row[k]); };
    if (!is_known(word(5))) {
      return bad_timeline(line, "event", "unknown event \"" + word(5) + "\"",
                          "send, lost, arrive, suspect, ...");
    }
    out.push_back({*time, word(1), word(2), word(3), word(4), word(5)});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Event& a, const Event& b) { return a.time < b.time; });
  return out;
}

// A truth about a node holds in each lane where that node sends or watches.
bool concerns(const Event& e, const Lane& lane) {
  if (!e.monitored.empty() && !e.monitor.empty()) {
    return (e.monitored == lane.monitored && e.monitor == lane.monitor) ||
           (e.monitored == lane.monitor && e.monitor == lane.monitored);
  }
  const std::string& node = e.monitored.empty() ? e.monitor : e.monitored;
  return node == lane.monitored || node == lane.monitor;
}

// Open spans of one lane, by what they are.
using Open = std::map<std::tuple<std::string, std::string>, double>;

void close_span(std::vector<Span>& spans, Open& open,
                const std::tuple<std::string, std::string>& key, double to) {
  const auto at = open.find(key);
  if (at == open.end()) return;
  spans.push_back({at->second, to, std::get<0>(key), std::get<1>(key)});
  open.erase(at);
}

void fill_lane(Lane& lane, const std::vector<Event>& events, double end) {
  Open truth;
  Open suspicion;
  for (const Event& e : events) {
    if (e.what == "suspect" || e.what == "trust" || e.what == "send" || e.what == "lost" ||
        e.what == "arrive") {
      if (e.monitored != lane.monitored || e.monitor != lane.monitor) continue;
      if (e.what == "send") lane.sends.push_back(e.time);
      if (e.what == "lost") lane.losses.push_back(e.time);
      if (e.what == "arrive") lane.arrivals.push_back(e.time);
      if (e.what == "suspect") suspicion.emplace(std::tuple{e.state, e.label}, e.time);
      if (e.what == "trust") close_span(lane.suspicions, suspicion, {e.state, e.label}, e.time);
      continue;
    }
    if (!concerns(e, lane)) continue;
    const std::string node = e.monitored.empty() ? e.monitor : e.monitored;
    for (const BandKind& band : kBands) {
      const std::tuple key{std::string(band.begins), node};
      if (e.what == band.begins) truth.emplace(key, e.time);
      if (e.what == band.ends) close_span(lane.truth, truth, key, e.time);
    }
  }
  while (!truth.empty()) close_span(lane.truth, truth, std::tuple(truth.begin()->first), end);
  while (!suspicion.empty())
    close_span(lane.suspicions, suspicion, std::tuple(suspicion.begin()->first), end);
}

void choose_window(Timeline& timeline) {
  double gap = 0;
  double first = -1;
  for (const Lane& lane : timeline.lanes) {
    if (lane.sends.size() > 1) {
      const double mean =
          (lane.sends.back() - lane.sends.front()) / static_cast<double>(lane.sends.size() - 1);
      gap = std::max(gap, mean);
    }
    for (const Span& s : lane.suspicions) first = first < 0 ? s.from : std::min(first, s.from);
  }
  const double length = gap > 0 ? std::min(timeline.end, gap * kBeatsInWindow) : timeline.end;
  const double latest = std::max(0.0, timeline.end - length);
  timeline.window_from = first < 0 ? 0 : std::clamp(first - length / 4, 0.0, latest);
  timeline.window_to = timeline.window_from + length;
}

}  // namespace

Result<Timeline> read_timeline(const results::Table& table, std::size_t most_lanes,
                               std::vector<std::string> labels) {
  Result<std::vector<Event>> read = read_events(table);
  if (!read) return read.problems();
  const std::vector<Event>& events = read.value();
  Timeline out;
  out.labels = std::move(labels);
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const Event& e : events) {
    out.end = std::max(out.end, e.time);
    if (!e.label.empty() &&
        std::find(out.labels.begin(), out.labels.end(), e.label) == out.labels.end()) {
      out.labels.push_back(e.label);
    }
    if (e.what != "send") continue;
    const std::pair pair{e.monitored, e.monitor};
    if (std::find(pairs.begin(), pairs.end(), pair) == pairs.end()) pairs.push_back(pair);
  }
  std::sort(pairs.begin(), pairs.end());
  out.hidden_lanes = pairs.size() - std::min(pairs.size(), most_lanes);
  pairs.resize(pairs.size() - out.hidden_lanes);
  for (const auto& [monitored, monitor] : pairs) {
    Lane lane;
    lane.monitored = monitored;
    lane.monitor = monitor;
    fill_lane(lane, events, out.end);
    out.lanes.push_back(std::move(lane));
  }
  choose_window(out);
  return out;
}

}  // namespace flatline::report
