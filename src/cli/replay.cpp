// flatline replay: a detector on recorded arrivals.

#include "flatline/sim/replay.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>

#include "cli/command.hpp"
#include "cli/load.hpp"
#include "cli/output.hpp"
#include "flatline/base/text.hpp"
#include "flatline/sweep/rows.hpp"
#include "flatline/trace/arrivals.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

namespace {

// The detector and its parameters as the command line gives them; every problem at once.
scenario::DetectorEntry detector_of(const std::string& name,
                                    const std::vector<std::string>& settings, Duration& interval) {
  const detect::DetectorInfo* info = detect::find_detector(name);
  if (info == nullptr) {
    std::vector<std::string> names;
    for (const auto& known : detect::detectors()) names.push_back(known.name);
    const std::string nearest = nearest_name(name, names);
    fail(kUsage, "no detector \"" + name + "\"" +
                     (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?") +
                     "\ntry: flatline list detectors");
  }
  scenario::DetectorEntry entry;
  entry.info = info;
  entry.label = name;
  std::vector<std::string> known{"interval", "dead_after", "check_every"};
  for (const detect::ParameterInfo& parameter : info->parameters) {
    entry.setting.push_back(parameter.default_value);
    known.push_back(parameter.name);
  }
  Problems problems;
  const auto complain = [&](const std::string& setting, Problem problem) {
    problem.file = "--set " + setting;
    problems.push_back(std::move(problem));
  };
  for (const std::string& setting : settings) {
    const auto [key, text] = key_value(setting, "--set");
    if (key == "interval" || key == "dead_after" || key == "check_every") {
      const auto duration = parse_duration(text);
      if (!duration.ok()) {
        complain(setting, duration.problems().front());
      } else if (duration.value().ns == 0) {
        complain(setting, {{}, 0, {}, key + " is zero", "a duration above 0", {}});
      } else if (key == "interval") {
        interval = duration.value();
      } else {
        (key == "dead_after" ? entry.dead_after : entry.check_every) = duration.value();
      }
      continue;
    }
    bool found = false;
    for (std::size_t i = 0; i < info->parameters.size(); ++i) {
      if (info->parameters[i].name != key) continue;
      found = true;
      auto value = detect::parse_value(info->parameters[i], text);
      if (value.ok()) {
        entry.setting[i] = std::move(value).value();
      } else {
        complain(setting, value.problems().front());
      }
    }
    if (!found) {
      complain(
          setting,
          {{}, 0, {}, name + " has no parameter \"" + key + "\"", {}, nearest_name(key, known)});
    }
  }
  for (std::size_t i = 0; i < info->parameters.size(); ++i) {
    const detect::ParameterInfo& parameter = info->parameters[i];
    if (!entry.setting[i] && !parameter.optional) {
      const std::string wanted =
          " needs --set " + parameter.name + "=VALUE (" + parameter.help + ")";
      problems.push_back({{}, 0, {}, name + wanted, {}, {}});
    }
  }
  if (info->needs_interval && interval.ns == 0) {
    problems.push_back({{},
                        0,
                        {},
                        name + " needs --set interval=DURATION",
                        "the sender's heartbeat interval",
                        {}});
  }
  if (!problems.empty()) fail(kUsage, problems);
  return entry;
}

// A file that cannot be had is no invalid trace: it has its own exit code.
void require_readable(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    fail(kInputOutput, path + ": this is a folder; expected a trace");
  errno = 0;
  if (!std::ifstream(path))
    fail(kInputOutput, path + ": cannot open: " + std::generic_category().message(errno));
}

sim::TraceSpan span_of(const std::string& path, const trace::ArrivalOptions& options) {
  auto reader = value_or_fail(trace::ArrivalReader::open(path, options), kInvalid);
  sim::TraceSpan span;
  for (;;) {
    const auto arrival = value_or_fail(reader.next(), kInvalid);
    if (!arrival) break;
    if (span.arrivals++ == 0) span.first = arrival->at;
    span.last = arrival->at;
  }
  if (span.last <= span.first) {
    fail(kInvalid, path + ": a replay needs at least two arrivals at different times; found " +
                       std::to_string(span.arrivals));
  }
  return span;
}

// One world and one cell, so that a replay has the same columns as a run.
sweep::Plan plan_of(const scenario::DetectorEntry& entry, Duration duration) {
  sweep::Plan plan;
  plan.base.detectors.push_back(entry);
  plan.cells = 1;
  sweep::World world;
  world.scenario.duration = duration;
  world.cells.push_back({0, {entry.info, entry.setting, entry.dead_after, entry.check_every}});
  plan.worlds.push_back(std::move(world));
  return plan;
}

std::string text_or(const po::variables_map& values, const char* name) {
  return values.contains(name) ? values[name].as<std::string>() : std::string();
}

}  // namespace

int replay_command(const Command& command, const Arguments& arguments) {
  po::options_description options("Options");
  options.add_options()("detector", po::value<std::string>(),
                        "name of the detector (see flatline list detectors)")(
      "set", po::value<std::vector<std::string>>()->composing(),
      "PARAMETER=VALUE of the detector; also interval, dead_after, check_every; repeatable")(
      "column", po::value<std::string>(), "column of the arrival times: name, or number from 1")(
      "unit", po::value<std::string>(),
      "unit of the times: ns, us, ms or s (default: the column's name tells)")(
      "seq-column", po::value<std::string>(),
      "column of the sequence numbers (default: rows are numbered)")(
      "sent-column", po::value<std::string>(), "column of the sender's time stamps");
  add_format(options);
  options.add_options()("quiet,q", "no messages");
  po::variables_map values;
  if (!parse(command, arguments, options, {"trace"}, values)) return kOk;
  const std::string path = required(values, "trace", command);
  const std::string format = format_of(values);
  const std::string detector = text_or(values, "detector");
  if (detector.empty())
    fail(kUsage, "--detector is missing; usage: flatline " + std::string(command.usage));

  Duration interval{};
  const auto settings = values.contains("set") ? values["set"].as<std::vector<std::string>>()
                                               : std::vector<std::string>{};
  const scenario::DetectorEntry entry = detector_of(detector, settings, interval);
  trace::ArrivalOptions columns;
  columns.column = text_or(values, "column");
  columns.unit = text_or(values, "unit");
  columns.seq_column = text_or(values, "seq-column");
  columns.send_column = text_or(values, "sent-column");
  if (entry.info->needs_sent_at && columns.send_column.empty()) {
    fail(kUsage, detector + " needs the sender's time stamps: give --sent-column");
  }

  require_readable(path);
  const sim::TraceSpan span = span_of(path, columns);
  auto reader = value_or_fail(trace::ArrivalReader::open(path, columns), kInvalid);
  std::int64_t row = 0;
  const auto next = [&]() -> Result<std::optional<sim::Arrival>> {
    auto arrival = reader.next();
    if (!arrival.ok()) return arrival.problems();
    if (!arrival.value()) return std::optional<sim::Arrival>();
    const trace::Arrival& read = *arrival.value();
    return std::optional<sim::Arrival>(
        sim::Arrival{read.at, read.seq.value_or(row++), read.sent.value_or(read.at)});
  };
  const sweep::Plan plan = plan_of(entry, span.last - span.first);
  const sim::Replayed replayed =
      value_or_fail(sim::replay({plan.worlds[0].cells[0].judged}, interval, span, next), kInvalid);
  if (!values.contains("quiet") && format == "table") {
    std::cerr << span.arrivals << " arrivals over " << format_duration(replayed.duration) << "\n";
  }
  print_rows(sweep::cells_table(plan, plan.worlds[0], replayed.tally), format);
  return kOk;
}

}  // namespace flatline::cli
