// flatline fit: a trace turned into a scenario and a report.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "build_info.hpp"
#include "cli/command.hpp"
#include "cli/fit_output.hpp"
#include "cli/fit_page.hpp"
#include "flatline/base/text.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

namespace {

constexpr std::int64_t kMostBeats = 5'000'000;

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

fit::Record record_of(const FitRequest& request, const TraceScan& scanned) {
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

nlohmann::ordered_json stalls_json(const fit::StallPart& stalls) {
  nlohmann::ordered_json out{{"threshold_s", stalls.threshold.seconds()},
                             {"seen", stalls.seen},
                             {"law", stalls.recorded ? "empirical" : "fitted"},
                             {"parameters", json_of(std::vector{stalls.mean_time_between})},
                             {"dispersion_p_value", number(stalls.dispersion_p_value)}};
  if (stalls.length) out["length"] = json_of(*stalls.length);
  return out;
}

nlohmann::ordered_json loss_json(const fit::LossFit& loss) {
  nlohmann::ordered_json out{{"sent", loss.sent},
                             {"lost", loss.lost},
                             {"law", loss.choose_bursts ? "gilbert_elliott" : "bernoulli"},
                             {"parameters", json_of(std::vector{loss.probability})},
                             {"burst_p_value", number(loss.burst_p_value)},
                             {"gap_p_value", number(loss.gap_p_value)}};
  if (loss.bursts) out["gilbert_elliott"] = json_of(loss.bursts->parameters);
  return out;
}

// Everything that was found, for scripts.
nlohmann::ordered_json numbers_of(const fit::TraceFit& fit) {
  nlohmann::ordered_json out{
      {"heartbeats", fit.received},           {"duplicates", fit.duplicates},
      {"reordered", fit.reordered},           {"observed_s", number(fit.observed_s)},
      {"interval_s", fit.interval.seconds()}, {"free_running", fit.free_running}};
  if (fit.loss) out["loss"] = loss_json(*fit.loss);
  out["delay"] = {
      {"law", fit.delay_recorded ? "empirical"
                                 : std::string(random::name_of(fit.families.front().law.family))},
      {"farthest_tail", fit.farthest_tail}};
  for (const fit::LawFit& law : fit.families) out["delay"]["families"].push_back(json_of(law));
  out["sender_stalls"] = stalls_json(fit.sender);
  if (fit.way) out["hold_ups"] = stalls_json(*fit.way);
  if (fit.monitor) out["monitor_stalls"] = stalls_json(*fit.monitor);
  for (const double value : fit.correlation) out["delay_correlation"].push_back(number(value));
  out["features"] = json_of(fit.features);
  return out;
}

int fit_trace(const FitRequest& request) {
  TraceScan scanned = scan(request.input);
  const fit::TraceFit fitted = fit::fit_trace(record_of(request, scanned), request.options);
  const FitName name = name_of_fit(request);
  const std::string size =
      std::to_string(fitted.received) + " heartbeats over " + readable_seconds(fitted.observed_s);
  FitFiles files;
  files.remarks = remarks_on(scanned);
  files.scenario =
      scenario_of(fitted, name.slug,
                  "Fitted by flatline " FLATLINE_VERSION " from " + name.file + ": " + size + ".");
  files.page = page_of(fitted, name.file);
  files.summary =
      size + ", every " + format_duration(fitted.interval) + "\n" + feature_lines(fitted.features);
  return write_fit(request, std::move(files), numbers_of(fitted));
}

// One of the three kinds of files, by its first lines; a table of numbers is one if a column is
// named.
int fit_file(const FitRequest& request) {
  const trace::Format format = value_or_fail(trace::format_of(request.input.path), kInvalid);
  const trace::ArrivalOptions& columns = request.input.columns;
  const bool named = !columns.column.empty() || !columns.send_column.empty();
  if (format == trace::Format::matrix && !named) return fit_matrix(request);
  if (trace::is_pause_log(format)) return fit_pause_log(request);
  if (request.resolution.ns > 0)
    fail(kUsage, "--resolution is that of a log of histograms; this is none");
  return fit_trace(request);
}

}  // namespace

int fit_command(const Command& command, const Arguments& arguments) {
  po::options_description options("Options");
  options.add_options()("interval", po::value<std::string>(),
                        "the sender's nominal interval (default: as the trace says, or measured)")(
      "stall", po::value<std::string>(),
      "a heartbeat later than this met a stall (default: ten times what is ordinary); of logs of "
      "pauses, only longer ones count")(
      "least-delay", po::value<std::string>(),
      "added to all delays: what two clocks cannot tell, half a round trip for example")(
      "laws", po::value<std::string>()->default_value("auto"),
      "of delays and stalls: family: the best; recorded: the durations themselves; auto: the "
      "best if it fits");
  options.add_options()("resolution", po::value<std::string>(),
                        "of jHiccup (-r), whose made-up values are taken back (default: 1ms)");
  add_trace_options(options);
  options.add_options()("out", po::value<std::string>(),
                        "folder for scenario, report and numbers (default: results/fit-NAME)")(
      "format", po::value<std::string>()->default_value("table"),
      "summary on stdout: table or json")("quiet,q", "no messages");
  po::variables_map values;
  if (!parse(command, arguments, options, {"trace"}, values)) return kOk;
  FitRequest request;
  const std::string path = required(values, "trace", command);
  request.interval = duration_of(values, "interval");
  request.resolution = duration_of(values, "resolution");
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
  return fit_file(request);
}

}  // namespace flatline::cli
