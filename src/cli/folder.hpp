#pragma once
// Results folders, as run, sweep and replay fill them.

#include <string>

#include "cli/command.hpp"
#include "flatline/results/store.hpp"
#include "flatline/sweep/execute.hpp"

namespace flatline::cli {

/// The command line as one would type it again.
std::string command_line(const Command& command, const Arguments& arguments);

/// A name as part of a path: lower-case letters, digits and single dashes.
std::string slug(const std::string& name);

/// SHA-256 of a file's bytes, in hex.
std::string file_sha256(const std::string& path);

/// Prints the rows of a finished folder, a part of them in memory at a time.
void print_stored(const results::ResultsFolder& folder, const std::string& format);
/// The same, saying that the folder holds them already.
int show_stored(const results::ResultsFolder& folder, const std::string& format, bool quiet);

/// How rows came about.
struct Origin {
  std::string engine;
  std::string command;
};
/// Writes the files of a finished plan, prints its rows and says where they are.
void finish_folder(const results::ResultsFolder& folder, const sweep::Plan& plan,
                   const results::FinishedFiles& files, const Origin& origin,
                   const std::string& format, bool quiet);

}  // namespace flatline::cli
