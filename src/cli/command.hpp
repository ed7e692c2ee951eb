#pragma once
// What every command shares: exit codes, how it is called, and how it says what went wrong. Only
// this room knows stdout, stderr, signals and exit codes.

#include <atomic>
#include <boost/program_options.hpp>
#include <iosfwd>
#include <string>
#include <vector>

#include "flatline/base/result.hpp"

namespace flatline::cli {

/// Exit codes; users script against them (README).
enum ExitCode : int {
  kOk = 0,
  kFailed = 1,  // the run failed, or flatline is wrong
  kUsage = 2,
  kInvalid = 3,  // scenario or trace
  kInputOutput = 4,
  kInterrupted = 130,
};

/// Ends a command with a message on stderr.
struct Failure {
  int code = kFailed;
  std::string message;  // may be several lines
};

/// Throws a Failure with every problem on a line of its own.
[[noreturn]] void fail(int code, const Problems& problems);
[[noreturn]] void fail(int code, const std::string& message);

template <typename T>
T value_or_fail(Result<T> result, int code) {
  if (!result.ok()) fail(code, result.problems());
  return std::move(result).value();
}

using Arguments = std::vector<std::string>;

struct Command {
  const char* name;
  const char* summary;
  const char* usage;     // "run SCENARIO [options]"
  const char* examples;  // lines for --help
  int (*run)(const Command& command, const Arguments& arguments);
};

/// All commands, in the order of the help.
const std::vector<Command>& commands();

/// Parses a command's arguments: `visible` options, positional ones named `positional` (the last
/// may repeat if `repeat`). Prints the help and returns false if --help is among them. Throws
/// Failure(kUsage).
bool parse(const Command& command, const Arguments& arguments,
           boost::program_options::options_description& visible,
           const std::vector<std::string>& positional,
           boost::program_options::variables_map& values);

/// The one positional argument, or Failure(kUsage) naming what is missing.
std::string required(const boost::program_options::variables_map& values, const std::string& name,
                     const Command& command);

/// The option's text, or `otherwise` if it was not given.
std::string option_or(const boost::program_options::variables_map& values, const char* name,
                      const std::string& otherwise = {});

/// Set by SIGINT and SIGTERM.
std::atomic<bool>& interrupted();
void catch_signals();

int run_command(const Command& command, const Arguments& arguments);
int sweep_command(const Command& command, const Arguments& arguments);
int report_command(const Command& command, const Arguments& arguments);
int replay_command(const Command& command, const Arguments& arguments);
int record_command(const Command& command, const Arguments& arguments);
int fit_command(const Command& command, const Arguments& arguments);
int validate_command(const Command& command, const Arguments& arguments);
int schema_command(const Command& command, const Arguments& arguments);
int list_command(const Command& command, const Arguments& arguments);
int explain_command(const Command& command, const Arguments& arguments);
int version_command(const Command& command, const Arguments& arguments);

}  // namespace flatline::cli
