// flatline fit: a trace turned into a scenario and a report.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "build_info.hpp"
#include "cli/command.hpp"
#include "cli/fit_page.hpp"
#include "cli/fit_scenario.hpp"
#include "cli/folder.hpp"
#include "cli/trace_input.hpp"
#include "flatline/base/text.hpp"
#include "flatline/results/sha256.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

namespace {

constexpr std::int64_t kMostBeats = 5'000'000;

struct Request {
  TraceInput input;
  fit::TraceFitOptions options;
  Duration interval{};
  std::string out;
  std::string format;
  bool quiet = false;
};

Duration duration_of(const po::variables_map& values, const char* name) {
  if (!values.contains(name)) return {};
  const auto text = values[name].as<std::string>();
  const auto duration = parse_duration(text);
  if (!duration.ok() || duration.value().ns == 0) {
    fail(kUsage,
         "--" + std::string(name) + " " + text + " is not a duration above 0, such as 100ms");
  }
  return duration.value();
}

fit::LawChoice law_choice(const std::string& text) {
  if (text == "auto") return fit::LawChoice::automatic;
  if (text == "family") return fit::LawChoice::family;
  if (text == "recorded") return fit::LawChoice::recorded;
  fail(kUsage, "--laws " + text + " is not auto, family or recorded");
}

fit::Record record_of(const Request& request, const TraceScan& scanned) {
  if (scanned.arrivals > kMostBeats) {
    fail(kInvalid, request.input.path + ": " + std::to_string(scanned.arrivals) +
                       " heartbeats are more than a fit holds in memory; expected at most " +
                       std::to_string(kMostBeats) + ", a part of the trace");
  }
  fit::Record record;
  record.has_seq = scanned.has_seq;
  record.has_sent = scanned.has_sent;
  record.has_waited = scanned.has_waited;
  record.round_trip = scanned.facts.round_trip;
  if (!scanned.one_clock) record.clocks = scanned.line;
  record.interval =
      request.interval.ns > 0 ? request.interval : scanned.facts.interval.value_or(Duration{});
  record.numbers_from = scanned.facts.format == trace::Format::ping ? 1 : 0;
  record.sent_total = scanned.facts.sent_total;
  record.beats.reserve(static_cast<std::size_t>(scanned.arrivals));
  for_each_arrival(request.input, [&](const trace::Arrival& arrival, std::int64_t) {
    record.beats.push_back({arrival.seq.value_or(0), arrival.sent.value_or(LocalInstant{}).ns,
                            arrival.at.ns, arrival.skipped,
                            arrival.waited.value_or(Duration{}).ns});
  });
  return record;
}

nlohmann::ordered_json number(double value) {
  if (!std::isfinite(value)) return nullptr;
  return value;
}

nlohmann::ordered_json json_of(const std::vector<fit::Parameter>& parameters) {
  auto out = nlohmann::ordered_json::object();
  for (const fit::Parameter& p : parameters) {
    out[p.name + (p.is_duration ? "_s" : "")] = {
        {"value", number(p.value)}, {"lo", number(p.lo)}, {"hi", number(p.hi)}};
  }
  return out;
}

nlohmann::ordered_json json_of(const fit::LawFit& law) {
  return {{"family", std::string(random::name_of(law.law.family))},
          {"parameters", json_of(law.parameters)},
          {"log_likelihood", number(law.log_likelihood)},
          {"bic", number(law.bic)},
          {"p_value", number(law.goodness.p_value)},
          {"distance", number(law.goodness.distance)},
          {"tail_octaves", number(law.goodness.tail_octaves)}};
}

nlohmann::ordered_json json_of(const fit::StallPart& stalls) {
  nlohmann::ordered_json out{{"threshold_s", stalls.threshold.seconds()},
                             {"seen", stalls.seen},
                             {"law", stalls.recorded ? "empirical" : "fitted"},
                             {"parameters", json_of({stalls.mean_time_between})},
                             {"dispersion_p_value", number(stalls.dispersion_p_value)}};
  if (stalls.length) out["length"] = json_of(*stalls.length);
  return out;
}

nlohmann::ordered_json json_of(const fit::LossFit& loss) {
  nlohmann::ordered_json out{{"sent", loss.sent},
                             {"lost", loss.lost},
                             {"law", loss.choose_bursts ? "gilbert_elliott" : "bernoulli"},
                             {"parameters", json_of({loss.probability})},
                             {"burst_p_value", number(loss.burst_p_value)},
                             {"gap_p_value", number(loss.gap_p_value)}};
  if (loss.bursts) out["gilbert_elliott"] = json_of(loss.bursts->parameters);
  return out;
}

// Everything that was found, for scripts.
std::string fit_json(const fit::TraceFit& fit, const std::string& identity,
                     const std::string& remarks) {
  nlohmann::ordered_json out{{"identity", identity},
                             {"version", FLATLINE_VERSION},
                             {"heartbeats", fit.received},
                             {"duplicates", fit.duplicates},
                             {"reordered", fit.reordered},
                             {"observed_s", number(fit.observed_s)},
                             {"interval_s", fit.interval.seconds()},
                             {"free_running", fit.free_running}};
  if (fit.loss) out["loss"] = json_of(*fit.loss);
  out["delay"] = {
      {"law", fit.delay_recorded ? "empirical"
                                 : std::string(random::name_of(fit.families.front().law.family))},
      {"farthest_tail", fit.farthest_tail}};
  for (const fit::LawFit& law : fit.families) out["delay"]["families"].push_back(json_of(law));
  out["sender_stalls"] = json_of(fit.sender);
  if (fit.way) out["hold_ups"] = json_of(*fit.way);
  if (fit.monitor) out["monitor_stalls"] = json_of(*fit.monitor);
  for (const double value : fit.correlation) out["delay_correlation"].push_back(number(value));
  for (const fit::Feature& feature : fit.features) {
    out["features"].push_back(
        {{"name", feature.name},
         {"holds", feature.holds},
         {"p_value", feature.p_value ? number(*feature.p_value) : nlohmann::ordered_json()},
         {"found", feature.found}});
  }
  out["remarks"] = remarks;
  return out.dump(1) + "\n";
}

// Where the results go: as asked, or the first default name that is free or holds this very fit.
std::string folder_for(const Request& request, const std::string& name,
                       const std::string& identity) {
  const auto is_ours = [&](const std::string& folder) {
    const auto text = results::read_file(folder + "/fit.json");
    return text.ok() && text.value().find(identity) != std::string::npos;
  };
  if (!request.out.empty()) {
    if (std::filesystem::exists(request.out) && !std::filesystem::is_empty(request.out) &&
        !is_ours(request.out)) {
      fail(kInputOutput, request.out +
                             ": holds something else; expected a new folder, or that of "
                             "the same fit");
    }
    return request.out;
  }
  for (int i = 1;; ++i) {
    const std::string folder = "results/fit-" + name + (i == 1 ? "" : "-" + std::to_string(i));
    if (!std::filesystem::exists(folder) || is_ours(folder)) return folder;
  }
}

void write(const std::string& path, const std::string& text) {
  value_or_fail(results::write_file(path, text), kInputOutput);
}

void print_summary(const fit::TraceFit& fit, const std::string& json, const std::string& format) {
  if (format == "json") {
    std::cout << json;
    return;
  }
  std::cout << fit.received << " heartbeats over " << readable_seconds(fit.observed_s) << ", every "
            << format_duration(fit.interval) << "\n";
  for (const fit::Feature& feature : fit.features) {
    const char* mark = feature.holds ? (feature.p_value ? "ok     " : "-      ") : "FAILS  ";
    std::cout << mark << feature.name << ": " << feature.found << "\n";
  }
}

int fit_trace(const Request& request) {
  TraceScan scanned = scan(request.input);
  const fit::TraceFit fitted = fit::fit_trace(record_of(request, scanned), request.options);
  const std::string remarks = remarks_on(scanned);
  std::string name = std::filesystem::path(request.input.path).filename().string();
  const std::string file = name;
  name = slug(name.substr(0, name.find('.')));
  const std::string identity = results::sha256_hex(
      file_sha256(request.input.path) + FLATLINE_VERSION + request.input.clocks + "," +
      format_duration(request.interval) + "," + format_duration(request.options.stall) + "," +
      format_duration(request.options.least_delay) + "," +
      std::to_string(static_cast<int>(request.options.laws)));
  const std::string folder = folder_for(request, name, identity);
  const std::string source = "Fitted by flatline " FLATLINE_VERSION " from " + file + ": " +
                             std::to_string(fitted.received) + " heartbeats over " +
                             readable_seconds(fitted.observed_s) + ".";
  const FittedScenario scenario = scenario_of(fitted, name, source);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail(kInputOutput, folder + ": " + error.message());
  for (const SideFile& side : scenario.files) write(folder + "/" + side.name, side.text);
  write(folder + "/scenario.json", scenario.text);
  const FitSource page_source{file, remarks, scenario.text, FLATLINE_VERSION};
  value_or_fail(report::write_chart_page(folder, page_of(fitted, page_source)), kInputOutput);
  const std::string json = fit_json(fitted, identity, remarks);
  write(folder + "/fit.json", json);
  print_summary(fitted, json, request.format);
  if (!request.quiet) {
    std::cerr << remarks << "report in " << folder
              << "/report.html; to find settings: flatline sweep " << folder << "/scenario.json\n";
  }
  return kOk;
}

}  // namespace

int fit_command(const Command& command, const Arguments& arguments) {
  po::options_description options("Options");
  options.add_options()("interval", po::value<std::string>(),
                        "the sender's nominal interval (default: as the trace says, or measured)")(
      "stall", po::value<std::string>(),
      "a heartbeat later than this met a stall (default: ten times what is ordinary)")(
      "least-delay", po::value<std::string>(),
      "added to all delays: what two clocks cannot tell, half a round trip for example")(
      "laws", po::value<std::string>()->default_value("auto"),
      "of delays and stalls: family: the best; recorded: the durations themselves; auto: the "
      "best if it fits");
  add_trace_options(options);
  options.add_options()("out", po::value<std::string>(),
                        "folder for scenario, report and numbers (default: results/fit-NAME)")(
      "format", po::value<std::string>()->default_value("table"),
      "summary on stdout: table or json")("quiet,q", "no messages");
  po::variables_map values;
  if (!parse(command, arguments, options, {"trace"}, values)) return kOk;
  Request request;
  const std::string path = required(values, "trace", command);
  request.interval = duration_of(values, "interval");
  request.options.stall = duration_of(values, "stall");
  request.options.least_delay = duration_of(values, "least-delay");
  if (request.options.least_delay > hours(24)) {
    fail(kUsage, "--least-delay " + values["least-delay"].as<std::string>() +
                     " is longer than a day; expected what a heartbeat takes at least");
  }
  request.options.laws = law_choice(values["laws"].as<std::string>());
  request.format = values["format"].as<std::string>();
  if (request.format != "table" && request.format != "json")
    fail(kUsage, "--format " + request.format + " is not table or json");
  if (values.contains("out")) request.out = values["out"].as<std::string>();
  request.quiet = values.contains("quiet");
  request.input = trace_input_of(values, path);
  return fit_trace(request);
}

}  // namespace flatline::cli
