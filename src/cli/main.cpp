// flatline: which heartbeat settings to run.

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "cli/command.hpp"
#include "flatline/base/check.hpp"
#include "flatline/base/text.hpp"

namespace flatline::cli {
namespace {

constexpr const char* kRunExamples =
    "  flatline run scenarios/database-failover.json\n"
    "  flatline run scenario.json --set timeout=5s --set loss=0.01 --format json\n"
    "  flatline run scenario.json --record beats.csv.gz\n"
    "  flatline run scenario.json --plugin ./libmine.so\n";
constexpr const char* kSweepExamples =
    "  flatline sweep scenarios/timeout-multiples-lan.json --jobs 2\n"
    "  flatline sweep scenario.json --axis timeout=1s:10s:500ms --axis interval=500ms,1s,2s\n"
    "  flatline sweep scenario.json --axis timeout=log:1s:1m:64 --dry-run\n";
constexpr const char* kReplayExamples =
    "  flatline replay arrivals.csv --unit ms --detector fixed_timeout --set timeout=3s\n"
    "  flatline replay arrivals.csv.gz --column received --unit ns \\\n"
    "      --detector phi_normal --set threshold=8 --set window=1000 --format json\n"
    "  flatline replay recording.csv.gz --detector fixed_timeout --detector phi_normal \\\n"
    "      --axis timeout=log:50ms:2s:16 --axis threshold=1,2,4,8,16 --out results/mine\n"
    "  flatline replay arrivals.csv --detector akka --set acceptable_heartbeat_pause=3s \\\n"
    "      --query times.csv --unit ms --format json\n";
constexpr const char* kRecordExamples =
    "  flatline record --listen 7000 --note \"db1 to db2, one rack\"\n"
    "  flatline record --to db2:7000 --interval 100ms --count 36000\n";

constexpr const char* kFitExamples =
    "  flatline fit recording.csv.gz\n"
    "  flatline fit ping.txt --out results/my-network\n"
    "  flatline fit gc.log --interval 500ms\n"
    "  flatline fit arrivals.csv --unit ms --seq-column seq --interval 1s --stall 200ms\n";

constexpr const char* kExplainExamples =
    "  flatline explain detector akka\n"
    "  flatline explain detector phi_normal --interval 5s --jitter 100ms --set min_deviation=0s\n"
    "  flatline explain detector cassandra --scenario scenarios/service-mesh.json\n"
    "  flatline explain detectors --format markdown\n"
    "  flatline explain causes scenarios/flapping-causes.json\n"
    "  flatline explain causes --help\n";

const Command* find(const std::string& name) {
  for (const Command& command : commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

void print_help(std::ostream& out) {
  out << "flatline tells which heartbeat settings to run: it simulates a cluster, runs failure "
         "detectors\n"
         "against it, and weighs detection time against false suspicions.\n\n"
         "Usage: flatline COMMAND [arguments]\n\nCommands:\n";
  std::size_t width = 0;
  for (const Command& command : commands())
    width = std::max(width, std::string(command.name).size());
  for (const Command& command : commands()) {
    const std::string name = command.name;
    out << "  " << name << std::string(width + 3 - name.size(), ' ') << command.summary << "\n";
  }
  out << "\nStart here:\n"
         "  flatline run scenarios/database-failover.json\n"
         "  flatline help run\n"
         "\nEvery command takes --color auto|always|never (errors on a terminal are coloured; "
         "NO_COLOR is honoured).\n"
         "Data goes to stdout, everything else to stderr. Exit codes: 0 ok, 1 run failed, 2 "
         "usage,\n"
         "3 scenario or trace invalid, 4 input/output, 130 interrupted (what was done is kept).\n";
}

int help_command(const Command&, const Arguments& arguments) {
  if (arguments.empty() || arguments.front().starts_with("-")) {
    print_help(std::cout);
    return kOk;
  }
  const Command* command = find(arguments.front());
  if (command == nullptr || std::string(command->name) == "help") {
    if (command == nullptr)
      fail(kUsage, "no command \"" + arguments.front() + "\"; see flatline help");
    print_help(std::cout);
    return kOk;
  }
  return command->run(*command, {"--help"});
}

enum class Colour { automatic, always, never };
Colour colour_mode = Colour::automatic;  // --color; set once, before anything is printed

bool use_colour() {
  if (colour_mode != Colour::automatic) return colour_mode == Colour::always;
  const char* no_colour = std::getenv("NO_COLOR");
  return (no_colour == nullptr || *no_colour == '\0') && isatty(STDERR_FILENO) == 1;
}

// --color belongs to every command: it is taken out before the command sees its arguments.
Arguments without_colour(const Arguments& arguments) {
  Arguments rest;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string mode;
    if (arguments[i].starts_with("--color=")) {
      mode = arguments[i].substr(8);
    } else if (arguments[i] == "--color") {
      if (++i < arguments.size()) mode = arguments[i];
    } else {
      rest.push_back(arguments[i]);
      continue;
    }
    if (mode != "auto" && mode != "always" && mode != "never") {
      fail(kUsage, "--color \"" + mode + "\" is not auto, always or never");
    }
    colour_mode = mode == "auto"     ? Colour::automatic
                  : mode == "always" ? Colour::always
                                     : Colour::never;
  }
  return rest;
}

void print_error(const std::string& message) {
  const bool colour = use_colour();
  std::cerr << (colour ? "\033[1;31mflatline:\033[0m " : "flatline: ") << message << "\n";
}

int dispatch(const Arguments& arguments) {
  if (arguments.empty()) {
    print_help(std::cerr);
    return kUsage;
  }
  std::string name = arguments.front();
  if (name == "--help" || name == "-h") name = "help";
  if (name == "--version") name = "version";
  const Command* command = find(name);
  if (command == nullptr) {
    std::vector<std::string> names;
    for (const Command& known : commands()) names.emplace_back(known.name);
    const std::string nearest = nearest_name(name, names);
    fail(kUsage, "no command \"" + name + "\"" +
                     (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?") +
                     "\ntry: flatline help");
  }
  return command->run(*command, {arguments.begin() + 1, arguments.end()});
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      {"run", "simulate one scenario: a row per detector and state", "run SCENARIO [options]",
       kRunExamples, run_command},
      {"sweep", "simulate every combination of a scenario's axes", "sweep SCENARIO [options]",
       kSweepExamples, sweep_command},
      {"report", "turn a results folder into one HTML page and SVG charts",
       "report FOLDER [options]", "  flatline report results/timeout-multiples-lan\n",
       report_command},
      {"replay", "run detectors on recorded arrivals", "replay TRACE --detector NAME [options]",
       kReplayExamples, replay_command},
      {"record", "send heartbeats to another host, or record those that come",
       "record --listen [ADDRESS:]PORT | --to HOST:PORT [options]", kRecordExamples,
       record_command},
      {"fit", "turn a trace into a scenario and a report", "fit TRACE [options]", kFitExamples,
       fit_command},
      {"validate", "check a scenario file without running it", "validate SCENARIO [options]",
       "  flatline validate scenario.json\n  flatline validate --resolved scenario.json\n",
       validate_command},
      {"schema", "print the JSON Schema of scenario files", "schema [options]", "", schema_command},
      {"list", "list detectors, distributions or measures",
       "list [detectors|distributions|measures] [options]",
       "  flatline list detectors\n  flatline list detectors --plugin ./libmine.so\n",
       list_command},
      {"explain", "tell what a detector's parameters mean in seconds, or what makes mistakes",
       "explain detector NAME | detectors | causes SCENARIO [options]", kExplainExamples,
       explain_command},
      {"version", "print the version and how it was built", "version", "", version_command},
      {"help", "show this help, or that of a command", "help [COMMAND]", "", help_command},
  };
  return all;
}

}  // namespace flatline::cli

int main(int argc, char** argv) {
  using namespace flatline::cli;
  try {
    const int code = dispatch(without_colour(Arguments(argv + 1, argv + argc)));
    std::cout.flush();
    if (!std::cout) {
      print_error("stdout could not be written");
      return kInputOutput;
    }
    return code;
  } catch (const Failure& failure) {
    print_error(failure.message);
    return failure.code;
  } catch (const flatline::ContractViolation& violation) {
    print_error(std::string("this is a defect of flatline, please report it: ") + violation.what());
  } catch (const std::bad_alloc&) {
    print_error("out of memory");
  } catch (const std::exception& error) {
    print_error(error.what());
  }
  return kFailed;
}
