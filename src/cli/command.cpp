#include "cli/command.hpp"

#include <csignal>
#include <iostream>

#include "flatline/base/text.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

void fail(int code, const Problems& problems) {
  std::string text = text_of(problems);
  if (!text.empty()) text.pop_back();
  throw Failure{code, text};
}

void fail(int code, const std::string& message) {
  throw Failure{code, message};
}

namespace {

std::string unknown_option(const po::unknown_option& error,
                           const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  const std::string nearest = nearest_name(error.get_option_name(), names);
  return "unknown option " + error.get_option_name() +
         (nearest.empty() ? "" : "; did you mean " + nearest + "?");
}

}  // namespace

bool parse(const Command& command, const Arguments& arguments, po::options_description& visible,
           const std::vector<std::string>& positional, po::variables_map& values) {
  visible.add_options()("help,h", "show this help");
  po::options_description all;
  all.add(visible);
  po::options_description hidden;
  po::positional_options_description places;
  for (const std::string& name : positional) {
    hidden.add_options()(name.c_str(), po::value<std::string>());
    places.add(name.c_str(), 1);
  }
  all.add(hidden);
  const std::string hint = "\ntry: flatline help " + std::string(command.name);
  try {
    po::store(
        po::command_line_parser(arguments)
            .options(all)
            .positional(places)
            .style(po::command_line_style::default_style & ~po::command_line_style::allow_guessing)
            .run(),
        values);
    po::notify(values);
  } catch (const po::unknown_option& error) {
    fail(kUsage, unknown_option(error, visible) + hint);
  } catch (const po::too_many_positional_options_error&) {
    fail(kUsage, "too many arguments; usage: flatline " + std::string(command.usage) + hint);
  } catch (const po::error& error) {
    fail(kUsage, error.what() + hint);
  }
  if (!values.contains("help")) return true;
  std::cout << command.summary << "\n\nUsage: flatline " << command.usage << "\n";
  if (*command.examples != '\0') std::cout << "\nExamples:\n" << command.examples;
  std::cout << "\n" << visible;
  return false;
}

std::string required(const po::variables_map& values, const std::string& name,
                     const Command& command) {
  if (!values.contains(name)) {
    fail(kUsage, "a " + name + " is missing; usage: flatline " + std::string(command.usage));
  }
  return values[name].as<std::string>();
}

std::string option_or(const po::variables_map& values, const char* name,
                      const std::string& otherwise) {
  return values.contains(name) ? values[name].as<std::string>() : otherwise;
}

std::atomic<bool>& interrupted() {
  static std::atomic<bool> flag{false};
  return flag;
}

void catch_signals() {
  static_assert(std::atomic<bool>::is_always_lock_free);
  const auto handler = [](int signal) {
    // The second signal ends the program at once.
    interrupted().store(true, std::memory_order_relaxed);
    std::signal(signal, SIG_DFL);
  };
  interrupted();
  std::signal(SIGINT, handler);
  std::signal(SIGTERM, handler);
}

}  // namespace flatline::cli
