// flatline replay: detectors on recorded arrivals.

#include "flatline/sim/replay.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <memory>
#include <set>

#include "build_info.hpp"
#include "cli/command.hpp"
#include "cli/folder.hpp"
#include "cli/load.hpp"
#include "cli/output.hpp"
#include "cli/plugins.hpp"
#include "cli/query.hpp"
#include "cli/trace_input.hpp"
#include "flatline/base/text.hpp"
#include "flatline/results/sha256.hpp"
#include "flatline/sweep/rows.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

namespace {

using Texts = std::vector<std::string>;

constexpr const char* kSource = "settings";  // names what the command line says, in problems
constexpr const char* kInterval = "/watch/push/interval";

Texts texts(const po::variables_map& values, const char* name) {
  return values.contains(name) ? values[name].as<Texts>() : Texts{};
}

void require_known(const Texts& detectors) {
  for (const std::string& name : detectors) {
    if (detect::find_detector(name) != nullptr) continue;
    Texts names;
    for (const auto& known : detect::detectors()) names.push_back(known.name);
    const std::string nearest = nearest_name(name, names);
    fail(kUsage, "no detector \"" + name + "\"" +
                     (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?") +
                     "\ntry: flatline list detectors");
  }
}

// One sender and one monitor, with the detectors that are asked for. Interval and duration stand in
// for what the trace will tell.
scenario::Document document_of(const Texts& detectors) {
  std::string entries;
  for (const std::string& name : detectors)
    entries += (entries.empty() ? "{\"" : ",{\"") + name + "\":{}}";
  return value_or_fail(
      scenario::Document::parse(
          R"({"name":"replay","nodes":{"sender":1,"monitor":1},"watch":{"push":{"from":"sender",)"
          R"("to":"monitor","interval":"1s"}},"detectors":[)" +
              entries + R"(],"duration":"1h"})",
          kSource),
      kUsage);
}

// The document while settings are written into it.
struct Written {
  scenario::Document document;
  Texts names;  // that can be set
  std::set<std::string> places;
};

Texts names_of(const Texts& detectors) {
  Texts names{"interval", "dead_after", "check_every", "pause", "hold"};
  for (const std::string& name : detectors) {
    for (const auto& parameter : detect::find_detector(name)->parameters) {
      names.push_back(parameter.name);
      names.push_back(name + "." + parameter.name);
    }
  }
  return names;
}

bool can_be_set(const std::string& place) {
  return place.starts_with("/detectors/") || place == kInterval;
}

// Whether a duration stands at a place that can be set.
bool takes_duration(const std::string& place) {
  const std::size_t slash = place.find_last_of('/');
  const std::size_t before = place.find_last_of('/', slash - 1);
  const std::string name = place.substr(slash + 1);
  const auto* info = detect::find_detector(place.substr(before + 1, slash - before - 1));
  if (info == nullptr) {
    const Texts durations{"interval", "dead_after", "check_every", "pause", "hold"};
    return std::find(durations.begin(), durations.end(), name) != durations.end();
  }
  return std::any_of(info->parameters.begin(), info->parameters.end(), [&](const auto& known) {
    return known.name == name && known.type == detect::ParameterType::duration;
  });
}

// Writes `value` wherever `key` stands. Only detectors and the nominal interval can be set: all
// else is what the trace says. A bare number for a duration is in `unit`, if that is given.
void write(Written& written, const std::string& key, const std::string& value,
           const std::string& unit, const std::string& source) {
  const auto places = written.document.places(key);
  if (!places.ok() || !std::all_of(places.value().begin(), places.value().end(), can_be_set)) {
    const std::string nearest = nearest_name(key, written.names);
    fail(kUsage, source + ": no detector has a parameter \"" + key + "\"" +
                     (nearest.empty() ? "; expected one, or interval"
                                      : "; did you mean \"" + nearest + "\"?"));
  }
  for (const std::string& place : places.value()) {
    const bool bare = !unit.empty() && takes_duration(place) && parse_number(value).ok();
    written.document =
        value_or_fail(written.document.with(place, bare ? value + unit : value, source), kUsage);
    written.places.insert(place);
  }
}

// Every parameter that must be given and is not.
void require_parameters(const Written& written, const Texts& detectors) {
  Problems missing;
  for (std::size_t i = 0; i < detectors.size(); ++i) {
    for (const auto& parameter : detect::find_detector(detectors[i])->parameters) {
      if (parameter.default_value || parameter.optional) continue;
      const std::string place =
          "/detectors/" + std::to_string(i) + "/" + detectors[i] + "/" + parameter.name;
      if (written.places.contains(place)) continue;
      missing.push_back({{},
                         0,
                         {},
                         detectors[i] + " needs --set " + parameter.name + "=VALUE (" +
                             parameter.help + ") or --axis",
                         {},
                         {}});
    }
  }
  if (!missing.empty()) fail(kUsage, missing);
}

struct Request {
  Texts detectors;
  Texts settings;
  Texts axes;
  std::string interval;
  std::string query;
  std::string unit;
  std::string out;
  std::string format;
  std::string command_line;
  std::vector<LoadedPlugin> plugins;
  bool quiet = false;
};

struct Judged {
  sweep::Plan plan;
  sweep::World world;   // the plan has one
  Duration interval{};  // as given; 0: not
};

Duration interval_of(const std::string& value, const std::string& unit, const std::string& source) {
  const bool bare = !unit.empty() && parse_number(value).ok();
  const auto interval = parse_duration(bare ? value + unit : value);
  if (!interval.ok()) fail(kUsage, source + ": " + interval.problems().front().text());
  if (interval.value().ns == 0) fail(kUsage, source + ": the interval is above 0s");
  return interval.value();
}

// What is judged, from the command line alone.
Judged judged_of(const Request& request) {
  require_known(request.detectors);
  Written written{document_of(request.detectors), names_of(request.detectors), {}};
  Judged judged;
  for (const std::string& text : request.axes) {
    const auto axis = value_or_fail(scenario::parse_axis(text), kUsage);
    // A parameter that must be given is, by its axis.
    write(written, axis.name, axis.values.front(), "", "--axis " + text);
    written.document = value_or_fail(scenario::with_axis(written.document, text, "--axis"), kUsage);
  }
  for (const std::string& text : request.settings) {
    const auto [key, value] = key_value(text, "--set");
    if (key == "interval" || key == kInterval) {
      judged.interval = interval_of(value, request.unit, "--set " + text);
    }
    write(written, key, value, request.unit, "--set " + text);
  }
  if (!request.interval.empty()) {
    const std::string source = "--interval " + request.interval;
    if (judged.interval.ns > 0) fail(kUsage, source + ": the interval is given twice");
    judged.interval = interval_of(request.interval, request.unit, source);
    write(written, kInterval, request.interval, request.unit, source);
  }
  require_parameters(written, request.detectors);
  const auto with_place = [](auto result) {
    if (result.ok()) return std::move(result).value();
    Problems problems = result.problems();
    for (Problem& problem : problems) problem.line = 0;  // there is no file to look into
    fail(kUsage, problems);
  };
  const scenario::Scenario base = with_place(scenario::read_scenario(written.document, "", {}));
  // All settings see the same pass over the trace.
  judged.plan = with_place(sweep::make_plan(written.document, base, "", {}, true,
                                            std::numeric_limits<std::size_t>::max()));
  if (!judged.plan.world_axes.empty())
    fail(kUsage, "--axis " + judged.plan.world_axes.front() + ": a trace has one interval");
  judged.world = judged.plan.world(0);
  return judged;
}

// Reads a trace from its beginning.
class Reading {
 public:
  Reading(const TraceInput& input, const TraceScan& scan)
      : scan_(scan),
        reader_(value_or_fail(trace::ArrivalReader::open(input.path, input.columns), kInvalid)) {}

  Result<std::optional<sim::Arrival>> operator()() {
    auto next = reader_.next();
    if (!next.ok()) return next.problems();
    if (!next.value()) return std::optional<sim::Arrival>();
    const trace::Arrival& read = *next.value();
    sim::Arrival arrival;
    arrival.at = read.at;
    arrival.seq = read.seq.value_or(row_++);
    arrival.sent_at = read.sent.value_or(read.at);
    arrival.left = scan_.left(read);
    arrival.skipped = read.skipped;
    arrival.waited = read.waited.value_or(Duration{});
    return std::optional<sim::Arrival>(arrival);
  }

 private:
  const TraceScan& scan_;
  trace::ArrivalReader reader_;
  std::int64_t row_ = 0;
};

sim::Arrivals arrivals_of(const TraceInput& input, const TraceScan& scan) {
  return [reading = std::make_shared<Reading>(input, scan)] { return (*reading)(); };
}

// Puts what the trace tells into the plan.
void settle_plan(Judged& judged, const TraceInput& input, const TraceScan& scan,
                 const sim::TraceSpan& span, Duration interval) {
  const Duration duration = span.last - span.zero + nanoseconds(1);
  for (scenario::Scenario* scenario : {&judged.plan.base, &judged.world.scenario}) {
    scenario->name = "replay of " + std::filesystem::path(input.path).filename().string();
    scenario->why = "What these detectors would have done on the recorded heartbeats.";
    scenario->duration = duration;
    scenario->push.interval =
        interval.ns > 0 ? interval : std::max(nanoseconds(1), scan.mean_interval());
  }
  judged.plan.resolved = scenario::resolved_json(judged.plan.base);
}

// Long times in messages need no nanoseconds.
std::string readable(Duration d) {
  const Duration step = d >= seconds(10) ? milliseconds(1) : nanoseconds(1);
  return format_duration({(d.ns + step.ns / 2) / step.ns * step.ns});
}

void say_what_was_read(const TraceScan& scan, const sim::TraceSpan& span) {
  std::cerr << scan.arrivals << " arrivals over " << readable(scan.last - scan.first);
  if (span.zero > span.first) {
    std::cerr << ", judged from " << readable(span.zero - span.first)
              << " on, when all windows are full";
  }
  std::cerr << "\n" << remarks_on(scan);
}

sim::TraceSpan span_of(const Judged& judged, const TraceInput& input, const TraceScan& scan,
                       Duration interval, const std::vector<sim::JudgedSetting>& settings) {
  const auto zero =
      value_or_fail(sim::filled_at(settings, interval, arrivals_of(input, scan)), kInvalid);
  if (!zero || *zero >= scan.last) {
    fail(kInvalid, input.path + ": its " + std::to_string(scan.arrivals) +
                       " arrivals do not fill the longest window (" +
                       std::to_string(scenario::longest_window(judged.plan.base)) +
                       "); expected a longer trace, or a smaller one with --set window=N");
  }
  return {scan.first, *zero, scan.last};
}

int replay_trace(const Request& request, Judged judged, const TraceInput& input) {
  std::vector<sim::JudgedSetting> settings;
  bool needs_sent = false, needs_interval = false;
  for (const sweep::Cell& cell : judged.world.cells) {
    settings.push_back(cell.judged);
    needs_sent = needs_sent || cell.judged.info->needs_sent_at;
    needs_interval = needs_interval || cell.judged.info->needs_interval;
  }
  const TraceScan scanned = scan(input);
  const Duration interval =
      judged.interval.ns > 0 ? judged.interval : scanned.facts.interval.value_or(Duration{});
  if (needs_interval && interval.ns == 0)
    fail(kUsage, "a detector needs --interval DURATION: the sender's heartbeat interval");
  if (needs_sent && !scanned.has_sent)
    fail(kUsage, "a detector needs the sender's time stamps: give --sent-column");
  const sim::TraceSpan span = span_of(judged, input, scanned, interval, settings);
  settle_plan(judged, input, scanned, span, interval);

  std::optional<results::ResultsFolder> folder;
  if (!request.out.empty()) {
    const std::string version = version_of(judged.plan.base, request.plugins);
    const std::string identity =
        results::sha256_hex(judged.plan.sha256(version) + file_sha256(input.path) + input.clocks);
    folder = value_or_fail(results::ResultsFolder::open(request.out, identity), kInputOutput);
    if (folder->complete()) return show_stored(*folder, request.format, request.quiet);
  }
  const sim::Replayed replayed =
      value_or_fail(sim::replay(settings, interval, span, arrivals_of(input, scanned)), kInvalid);
  if (!request.quiet && request.format == "table") say_what_was_read(scanned, span);
  if (!folder) {
    print_rows(sweep::cells_table(judged.plan, judged.world, replayed.tally), request.format);
    return kOk;
  }
  const sweep::Timeline shown = sweep::timeline_of(judged.world);
  const auto timeline =
      value_or_fail(sim::replay_timeline(shown.settings, interval, span,
                                         arrivals_of(input, scanned), shown.length, shown.entries),
                    kInvalid);
  finish_folder(*folder, judged.plan,
                sweep::files_of(judged.plan, judged.world, replayed.tally, timeline),
                {"replay", request.command_line}, request.format, request.quiet);
  return kOk;
}

// One detector with one setting, and no rows.
void require_query_alone(const Request& request) {
  const auto refuse = [](const std::string& what) {
    fail(kUsage, "--query asks one detector with one setting; expected " + what);
  };
  if (request.detectors.size() > 1) refuse("one --detector");
  if (!request.axes.empty()) refuse("--set in place of --axis");
  if (!request.out.empty()) refuse("no --out: the answers go to stdout");
}

int query_trace(const Request& request, const Judged& judged, const TraceInput& input) {
  const scenario::DetectorEntry& entry = judged.plan.base.detectors.front();
  if (entry.dead_after)
    fail(kUsage, "--query shows when the detector suspects; expected no dead_after");
  const sim::JudgedSetting setting{entry.info,        entry.setting,    {},
                                   entry.check_every, entry.wall_clock, entry.guard};
  return answer_queries({setting, judged.interval, request.query, request.format, request.quiet},
                        input);
}

}  // namespace

int replay_command(const Command& command, const Arguments& arguments) {
  po::options_description options("Options");
  options.add_options()("detector", po::value<Texts>()->composing(),
                        "name of a detector (see flatline list detectors); repeatable")(
      "set", po::value<Texts>()->composing(),
      "PARAMETER=VALUE, or LABEL.PARAMETER=VALUE; also dead_after, check_every, and interval, the "
      "sender's; repeatable. Durations have a unit (3s, 1500ms); a bare number is in --unit, if "
      "that is given")("interval", po::value<std::string>(),
                       "the sender's heartbeat interval, if the trace does "
                       "not tell it")(
      "query", po::value<std::string>(),
      "file of times, one a line, by the clock of the trace: print level, verdict and deadline of "
      "one detector at each")(
      "axis", po::value<Texts>()->composing(),
      "PARAMETER=a,b,c | =from:to:step | =log:from:to:points: every value in one pass; repeatable");
  add_plugin_option(options);
  add_trace_options(options);
  options.add_options()("out", po::value<std::string>(),
                        "results folder to write, as run does (default: none)");
  add_format(options);
  options.add_options()("quiet,q", "no messages");
  po::variables_map values;
  if (!parse(command, arguments, options, {"trace"}, values)) return kOk;
  Request request;
  const std::string path = required(values, "trace", command);
  request.format = format_of(values);
  request.detectors = texts(values, "detector");
  if (request.detectors.empty())
    fail(kUsage, "--detector is missing; usage: flatline " + std::string(command.usage));
  request.settings = texts(values, "set");
  request.axes = texts(values, "axis");
  if (values.contains("out")) request.out = values["out"].as<std::string>();
  request.interval = option_or(values, "interval");
  request.query = option_or(values, "query");
  request.unit = option_or(values, "unit");
  request.quiet = values.contains("quiet");
  request.command_line = command_line(command, arguments);
  request.plugins = load_plugins(values);
  // What is wrong with the command line comes before what is with the file.
  if (!request.query.empty()) require_query_alone(request);
  Judged judged = judged_of(request);
  if (!request.query.empty()) return query_trace(request, judged, trace_input_of(values, path));
  return replay_trace(request, std::move(judged), trace_input_of(values, path));
}

}  // namespace flatline::cli
