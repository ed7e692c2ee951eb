#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "flatline/base/text.hpp"
#include "page.hpp"

namespace flatline::report {
namespace {

constexpr std::size_t kMostRows = 12'000;
constexpr std::size_t kMostCurves = 80;
constexpr std::size_t kMostBeats = 6'000;

struct DrawnMeasure {
  Measure measure;
  std::string_view key;
  std::string_view name;
  std::string_view unit;  ///< "s", "" or "share".
  bool more_is_worse = true;
};
constexpr DrawnMeasure kDrawn[] = {
    {Measure::detection_mean, "mean", "mean detection time", "s"},
    {Measure::detection_p50, "p50", "median detection time", "s"},
    {Measure::detection_p99, "p99", "99 % detection time", "s"},
    {Measure::detection_max, "max", "longest detection time", "s"},
    {Measure::mistake_rate, "rate", "mistakes per hour and pair", ""},
    {Measure::mistake_duration, "duration", "mean mistake duration", "s"},
    {Measure::query_accuracy, "accuracy", "query accuracy P_A", "share", false},
    {Measure::messages, "messages", "messages per second", ""},
    {Measure::mistakes, "mistakes", "mistakes seen", ""},
};

// Safe inside a script element: no "<" survives, nor anything but ASCII.
std::string json_text(std::string_view text) {
  const std::string json = nlohmann::json(std::string(text))
                               .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  std::string out;
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

std::string number(double value) {
  return std::isfinite(value) ? format_number(value, 6) : "null";
}

template <typename Range, typename Write>
std::string list(const Range& range, Write write) {
  std::string out = "[";
  bool first = true;
  for (const auto& item : range) {
    if (!first) out += ",";
    first = false;
    out += write(item);
  }
  return out + "]";
}

std::string numbers(const std::vector<double>& values) {
  return list(values, number);
}

std::vector<double> capped(const std::vector<double>& values) {
  return {values.begin(),
          values.begin() + std::min(std::ssize(values), static_cast<std::ptrdiff_t>(kMostBeats))};
}

std::size_t index_in(const std::vector<std::string>& list_of_names, const std::string& name) {
  return static_cast<std::size_t>(std::find(list_of_names.begin(), list_of_names.end(), name) -
                                  list_of_names.begin());
}

// All rows, or the best ones and an even choice of the others.
std::vector<std::size_t> chosen_rows(const Report& report) {
  const std::size_t n = report.rows.rows.size();
  const std::size_t every = (n + kMostRows - 1) / std::max<std::size_t>(1, kMostRows);
  std::set<std::size_t> best;
  for (const TradeGroup& group : report.groups) {
    for (const std::size_t i : group.front) best.insert(group.points[i].row);
  }
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < n; ++i) {
    if (every <= 1 || i % every == 0 || best.count(i) > 0) out.push_back(i);
  }
  return out;
}

std::vector<std::size_t> varying(const Rows& rows) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < rows.parameters.size(); ++i) {
    if (rows.parameters[i].varies) out.push_back(i);
  }
  return out;
}

// [label, state, setting, condition, [varying parameters], [mean, lo, hi of each measure]]
std::string row_data(const Report& report, std::size_t index,
                     const std::vector<std::size_t>& parameters) {
  const Rows& rows = report.rows;
  const Row& row = rows.rows[index];
  std::string out = "[" + std::to_string(index_in(rows.labels, row.label)) + "," +
                    std::to_string(index_in(rows.states, row.state)) + "," +
                    json_text(full_setting_text(rows, row)) + "," +
                    json_text(condition_text(rows, row)) + ",";
  out += list(parameters, [&](std::size_t i) -> std::string {
    if (row.parameters[i].empty()) return "null";
    const Result<double> value = parse_number(row.parameters[i]);
    return value ? format_number(value.value(), 12) : json_text(row.parameters[i]);
  });
  out += "," + list(kDrawn, [&](const DrawnMeasure& m) {
           const Estimate& e = row.of(m.measure);
           return number(e.mean) + "," + number(e.lo) + "," + number(e.hi);
         });
  return out + "]";
}

std::string spans(const std::vector<Span>& all) {
  return list(all, [](const Span& s) {
    return "[" + number(s.from) + "," + number(s.to) + "," + json_text(s.what) + "," +
           json_text(s.label) + "]";
  });
}

std::string timeline_data(const Timeline& t) {
  return "{\"from\":" + number(t.window_from) + ",\"to\":" + number(t.window_to) +
         ",\"end\":" + number(t.end) + ",\"labels\":" + list(t.labels, json_text) + ",\"lanes\":" +
         list(t.lanes,
              [](const Lane& lane) {
                return "{\"monitored\":" + json_text(lane.monitored) +
                       ",\"monitor\":" + json_text(lane.monitor) +
                       ",\"sends\":" + numbers(capped(lane.sends)) +
                       ",\"losses\":" + numbers(capped(lane.losses)) +
                       ",\"arrivals\":" + numbers(capped(lane.arrivals)) +
                       ",\"truth\":" + spans(lane.truth) +
                       ",\"suspicions\":" + spans(lane.suspicions) + "}";
              }) +
         "}";
}

std::string curve_data(const Report& report) {
  std::vector<bool> shown(report.curves.size(), false);
  for (const std::size_t i : report.shown_curves) shown[i] = true;
  const std::vector<std::size_t> chosen =
      chosen_curves(report.curves, report.rows, report.groups, kMostCurves);
  std::set<std::size_t> all(chosen.begin(), chosen.end());
  all.insert(report.shown_curves.begin(), report.shown_curves.end());
  for (std::size_t i = 0; i < report.curves.size() && all.size() < kMostCurves; ++i) all.insert(i);
  return list(all, [&](std::size_t i) {
    const Curve& c = report.curves[i];
    return "{\"name\":" + json_text(c.name) + ",\"shown\":" + (shown[i] ? "true" : "false") +
           ",\"seconds\":" + numbers(c.seconds) + ",\"share\":" + numbers(c.share) + "}";
  });
}

}  // namespace

std::string page_data(const Report& report) {
  const Rows& rows = report.rows;
  const std::vector<std::size_t> parameters = varying(rows);
  const std::vector<std::size_t> chosen = chosen_rows(report);
  std::string out = "{\"total\":" + std::to_string(rows.rows.size()) +
                    ",\"state\":" + json_text(report.state) +
                    ",\"states\":" + list(rows.states, json_text) +
                    ",\"labels\":" + list(rows.labels, json_text) +
                    ",\"names\":" + list(rows.labels, [&](const std::string& label) {
                      return json_text(series_name(rows, label));
                    });
  out += ",\"parameters\":" + list(parameters, [&](std::size_t i) {
           const Parameter& p = rows.parameters[i];
           return "{\"name\":" + json_text(p.name) + ",\"column\":" + json_text(p.column) +
                  ",\"label\":" + json_text(p.label) +
                  ",\"time\":" + (p.is_time ? "true" : "false") + "}";
         });
  out += ",\"measures\":" + list(kDrawn, [](const DrawnMeasure& m) {
           return "{\"key\":" + json_text(m.key) + ",\"name\":" + json_text(m.name) +
                  ",\"unit\":" + json_text(m.unit) +
                  ",\"worse\":" + (m.more_is_worse ? "true" : "false") + "}";
         });
  out +=
      ",\"rows\":" + list(chosen, [&](std::size_t i) { return row_data(report, i, parameters); });
  out += ",\"curves\":" + curve_data(report);
  out += ",\"timeline\":" + timeline_data(report.timeline) + "}";
  return out;
}

}  // namespace flatline::report
