// flatline run and flatline sweep: the same way, with or without axes.

#include <cctype>
#include <filesystem>
#include <iostream>

#include "build_info.hpp"
#include "cli/command.hpp"
#include "cli/folder.hpp"
#include "cli/load.hpp"
#include "cli/output.hpp"
#include "cli/plugins.hpp"
#include "cli/simulation.hpp"
#include "flatline/base/text.hpp"
#include "flatline/sim/record.hpp"
#include "flatline/sweep/execute.hpp"
#include "flatline/sweep/rows.hpp"
#include "flatline/trace/recording.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

namespace {

constexpr double kNanosecondsPerHeartbeat = 90;  // rough, for --dry-run only
constexpr double kNanosecondsPerJudgement = 25;

struct Request {
  std::string scenario;
  Simulation simulation;
  std::string out;
  std::string format;
  std::string record;
  std::string command_line;
  bool quiet = false;
  bool dry_run = false;
  bool axes = false;
};

void add_options(po::options_description& options, bool sweep) {
  add_simulation_options(options);
  options.add_options()("out", po::value<std::string>(),
                        "results folder (default: results/NAME); the same plan resumes in it");
  add_set_option(options);
  add_plugin_option(options);
  if (!sweep) {
    options.add_options()("record", po::value<std::string>(),
                          "also write the heartbeats of the first pair as a recording");
  }
  if (sweep) {
    options.add_options()("axis", po::value<std::vector<std::string>>()->composing(),
                          "NAME=a,b,c | NAME=from:to:step | NAME=log:from:to:points; repeatable")(
        "dry-run", "list worlds, cells and cost, run nothing");
  }
  add_format(options);
  options.add_options()("quiet,q", "no progress, no messages");
}

Request request_of(const Command& command, const Arguments& arguments,
                   const po::variables_map& values) {
  Request request;
  request.scenario = required(values, "scenario", command);
  request.axes = std::string(command.name) == "sweep";
  request.format = format_of(values);
  request.quiet = values.contains("quiet");
  request.dry_run = values.contains("dry-run");
  request.simulation = simulation_of(values);
  if (values.contains("axis"))
    request.simulation.overrides.axes = values["axis"].as<std::vector<std::string>>();
  if (values.contains("out")) request.out = values["out"].as<std::string>();
  if (values.contains("record")) request.record = values["record"].as<std::string>();
  request.command_line = command_line(command, arguments);
  return request;
}

// --out as given must fit the plan; the default moves on to a name that does, so that an edited
// scenario can be run again without losing what it gave before.
results::ResultsFolder folder_for(const Request& request, const std::string& name,
                                  const std::string& plan) {
  if (!request.out.empty())
    return value_or_fail(results::ResultsFolder::open(request.out, plan), kInputOutput);
  const std::string base = "results/" + slug(name);
  for (int i = 1;; ++i) {
    auto folder =
        results::ResultsFolder::open(i == 1 ? base : base + "-" + std::to_string(i), plan);
    if (folder.ok() || i == 1000) return value_or_fail(std::move(folder), kInputOutput);
    if (!std::filesystem::is_directory(i == 1 ? base : base + "-" + std::to_string(i))) {
      return value_or_fail(std::move(folder), kInputOutput);
    }
  }
}

void print_plan(const sweep::Plan& plan) {
  std::size_t index = 0;
  for (const sweep::WorldOutline& outline : plan.worlds) {
    const sweep::World world = plan.world(index);
    std::cout << "world " << index++ << ":";
    for (std::size_t i = 0; i < world.values.size(); ++i) {
      std::cout << " " << plan.world_axes[i] << "=" << world.values[i];
    }
    std::cout << " cells " << outline.first_cell << ".." << outline.first_cell + outline.cells - 1
              << ", warm-up " << format_duration(world.warm_up) << ", "
              << format_number(outline.heartbeats, 3) << " heartbeats\n";
  }
  const double heartbeats = sweep::planned_heartbeats(plan);
  const double judgements = sweep::planned_judgements(plan);
  const double ns = heartbeats * kNanosecondsPerHeartbeat + judgements * kNanosecondsPerJudgement;
  std::cout << plan.worlds.size() << (plan.worlds.size() == 1 ? " world, " : " worlds, ")
            << plan.cells << (plan.cells == 1 ? " cell, " : " cells, ")
            << format_number(heartbeats, 3) << " heartbeats, " << format_number(judgements, 3)
            << " heartbeats x cells, about " << format_number(ns * 1e-9, 2) << " s on one core\n";
}

// The first pair as a recorder would have seen it.
void write_recording(const std::string& path, const sweep::World& world, bool quiet) {
  const scenario::Scenario& scenario = world.scenario;
  trace::RecordingHeader header;
  header.interval = scenario.push.interval;
  header.one_clock = true;
  header.notes = {"simulated by flatline " FLATLINE_VERSION " from \"" + scenario.name +
                  "\", seed " + std::to_string(scenario.seed)};
  auto writer = value_or_fail(trace::RecordingWriter::create(path, header), kInputOutput);
  const sim::PreparedWorld prepared(scenario, world.warm_up);
  const sim::BeatsTaken end = sim::record_pair(prepared, [&](const sim::BeatTaken& beat) {
    writer.add({beat.seq, {beat.sent.ns}, {beat.taken.ns}, beat.skipped, beat.waited});
  });
  value_or_fail(writer.finish({end.sent, 0}), kInputOutput);
  if (quiet) return;
  std::cerr << "heartbeats of the first pair in " << path
            << (end.restarted ? ", up to the first crash of either" : "") << "\n";
}

const char* name_of(sweep::Engine engine) {
  return engine == sweep::Engine::stream ? "stream" : "event";
}

int simulate(const Request& request) {
  const Loaded loaded = load(request.scenario, request.simulation.overrides);
  const sweep::Plan plan =
      value_or_fail(sweep::make_plan(loaded.document, loaded.scenario, loaded.folder,
                                     read_options(), request.axes),
                    kInvalid);
  if (request.dry_run) {
    print_plan(plan);
    std::cout << "engine: " << name_of(engine_of(request.simulation, plan)) << "\n";
    return kOk;
  }
  if (!request.record.empty()) write_recording(request.record, plan.world(0), request.quiet);
  const results::ResultsFolder folder = folder_for(
      request, plan.base.name, plan.sha256(version_of(plan.base, request.simulation.plugins)));
  if (folder.complete()) return show_stored(folder, request.format, request.quiet);

  catch_signals();
  ProgressMeter meter(request.quiet);
  sweep::ExecuteOptions options;
  options.engine = engine_of(request.simulation, plan);
  options.jobs = request.simulation.jobs;
  options.stop = &interrupted();
  options.on_progress = [&](const sweep::Progress& progress) { meter(progress); };
  auto executed = sweep::execute(plan, folder, options);
  meter.finish();
  const sweep::Executed done = value_or_fail(std::move(executed), kInputOutput);
  if (done.outcome == sweep::Outcome::interrupted) {
    fail(kInterrupted, "interrupted; " + std::to_string(done.worlds_done) + " of " +
                           std::to_string(plan.worlds.size()) + " worlds are done and kept in " +
                           folder.path() + ", the same command goes on from there");
  }
  finish_folder(folder, plan, sweep::stored_files(plan, folder),
                {name_of(options.engine), request.command_line}, request.format, request.quiet);
  return kOk;
}

int run_or_sweep(const Command& command, const Arguments& arguments) {
  po::options_description options("Options");
  add_options(options, std::string(command.name) == "sweep");
  po::variables_map values;
  if (!parse(command, arguments, options, {"scenario"}, values)) return kOk;
  return simulate(request_of(command, arguments, values));
}

}  // namespace

int run_command(const Command& command, const Arguments& arguments) {
  return run_or_sweep(command, arguments);
}
int sweep_command(const Command& command, const Arguments& arguments) {
  return run_or_sweep(command, arguments);
}

}  // namespace flatline::cli
