#include "sample.hpp"

#include "support/catch.hpp"

namespace flatline::report::sample {
namespace {

std::string row(int cell, const std::string& kind, const std::string& label,
                const std::string& state, const std::string& parameters, double detection,
                int mistakes) {
  const auto number = [](double v) { return fixed(v, 6); };
  std::string out = std::to_string(cell) + "," + kind + "," + label + "," + state + "," +
                    parameters + "," + number(detection) + "," + number(detection * 0.98) + "," +
                    number(detection * 1.02) + "," + number(detection * 1.5) + "," +
                    std::to_string(mistakes) + ",";
  // 100 hours: no mistake bounds the rate by 0.0369 an hour (Garwood, two-sided 95 %).
  if (mistakes == 0) return out + ",,0.0369,1,0,2\n";
  return out + number(mistakes / 100.0) + "," + number(mistakes / 200.0) + "," +
         number(mistakes / 50.0) + ",0.9999,0,2\n";
}

}  // namespace

std::string cells_csv(bool both_states) {
  std::string out =
      "cell,kind,label,state,interval_s,3x.timeout_s,3x.restart_on,phi_normal.threshold,detection_"
      "time_mean_s,"
      "detection_time_mean_s_lo,detection_time_mean_s_hi,detection_time_p99_s,mistakes,mistake_"
      "rate_per_hour,"
      "mistake_rate_per_hour_lo,mistake_rate_per_hour_hi,query_accuracy,missed,messages_per_s\n";
  int cell = 0;
  for (const std::string interval : {"0.5", "1"}) {
    const double late = interval == "1" ? 0.25 : 0;
    const auto add = [&](const std::string& kind, const std::string& label,
                         const std::string& parameters, double detection, int mistakes) {
      out += row(cell, kind, label, "suspected", interval + "," + parameters, detection + late,
                 mistakes);
      if (both_states) {
        out += row(cell, kind, label, "dead", interval + "," + parameters, detection + late + 3,
                   mistakes / 2);
      }
      ++cell;
    };
    add("fixed_timeout", "3x", "2,any,", 1.5, 400);
    add("fixed_timeout", "3x", "3,any,", 2.5, 60);
    add("fixed_timeout", "3x", "5,any,", 4.5, 0);
    add("phi_normal", "phi_normal", ",,8", 2, 500);
    add("phi_normal", "phi_normal", ",,12", 2.2, 90);
  }
  return out;
}

std::string detection_csv() {
  return "cell,label,state,detection_time_ns,cumulative_ns,total_ns\n"
         "0,3x,suspected,1000000000,0,1000\n0,3x,suspected,1500000000,500,1000\n0,3x,suspected,"
         "2000000000,1000,1000\n"
         "3,phi_normal,suspected,1500000000,0,1000\n3,phi_normal,suspected,2500000000,999,1000\n";
}

std::string timeline_csv() {
  std::string out = "time_s,monitored,monitor,label,state,event\n";
  for (int i = 0; i < 30; ++i) {
    const std::string pair = ",worker/0,monitor/0,,,";
    if (i < 10 || i > 14) {
      out += std::to_string(i) + pair + "send\n";
      out += std::to_string(i) + (i == 4 ? pair + "lost\n" : ".1" + pair + "arrive\n");
    }
    if (i == 9) out += "9.5,worker/0,,,,stall\n";
    if (i == 12) out += "12.1,worker/0,monitor/0,3x,suspected,suspect\n";
    if (i == 14) out += "14.5,worker/0,,,,wake\n";
    if (i == 15) out += "15.1,worker/0,monitor/0,3x,suspected,trust\n";
  }
  return out;
}

results::Table table(const std::string& csv) {
  Result<results::Table> read = results::read_csv(csv);
  REQUIRE(read.ok());
  return std::move(read).value();
}

Rows rows(const std::string& csv) {
  Result<Rows> read = read_rows(table(csv));
  REQUIRE(read.ok());
  return std::move(read).value();
}

Report report(const std::string& cells) {
  Report out;
  results::Manifest manifest;
  manifest.name = "sample";
  manifest.version = "1.2.3";
  manifest.seed = 7;
  manifest.replications = 4;
  manifest.duration = "30d";
  manifest.complete = true;
  manifest.command = "flatline sweep sample.json --seed 7";
  manifest.scenario_sha256 = std::string(64, 'a');
  manifest.digest = std::string(64, 'b');
  out.source =
      read_source(manifest, R"({"name": "sample", "why": "to see", "expect": "a page"})").value();
  out.rows = rows(cells);
  out.state = out.rows.states.front();
  out.groups = trade_off(out.rows, out.state, Measure::detection_mean);
  out.words = headline(out.rows, out.groups, out.state);
  out.curves = read_curves(table(detection_csv()), out.rows).value();
  out.shown_curves = chosen_curves(out.curves, out.rows, out.groups, 8);
  out.timeline = read_timeline(table(timeline_csv()), 3).value();
  out.charts = {latency_chart(out.rows, out.groups, out.state), heat_chart(out.rows, out.state),
                distribution_chart(out.curves, out.shown_curves),
                timeline_chart(out.timeline, out.rows.labels)};
  return out;
}

}  // namespace flatline::report::sample
