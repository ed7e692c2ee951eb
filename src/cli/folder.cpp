#include "cli/folder.hpp"

#include <cctype>
#include <fstream>
#include <iostream>

#include "build_info.hpp"
#include "cli/output.hpp"
#include "flatline/base/text.hpp"
#include "flatline/results/sha256.hpp"

namespace flatline::cli {
namespace {

std::string quoted(const std::string& argument) {
  if (argument.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+%@") ==
          std::string::npos &&
      !argument.empty()) {
    return argument;
  }
  std::string out = "'";
  for (const char c : argument) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

std::string command_line(const Command& command, const Arguments& arguments) {
  std::string line = "flatline " + std::string(command.name);
  for (const std::string& argument : arguments) line += " " + quoted(argument);
  return line;
}

std::string slug(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) != 0) {
      out += static_cast<char>(std::tolower(u));
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out.empty() ? "run" : out;
}

std::string file_sha256(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  results::Sha256 hash;
  std::string piece(1 << 20, '\0');
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0)
    hash.update(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount())));
  return hash.hex();
}

void print_stored(const results::ResultsFolder& folder, const std::string& format) {
  print_file(folder.path() + "/cells.csv", format);
}

int show_stored(const results::ResultsFolder& folder, const std::string& format, bool quiet) {
  if (!quiet) std::cerr << folder.path() << " already holds this result\n";
  print_stored(folder, format);
  return kOk;
}

void finish_folder(const results::ResultsFolder& folder, const sweep::Plan& plan,
                   const results::FinishedFiles& files, const Origin& origin,
                   const std::string& format, bool quiet) {
  results::Manifest manifest;
  manifest.name = plan.base.name;
  manifest.seed = plan.base.seed;
  manifest.replications = plan.base.replications;
  manifest.engine = origin.engine;
  manifest.version = FLATLINE_VERSION;
  manifest.compiler = FLATLINE_COMPILER;
  manifest.build_type = FLATLINE_BUILD_TYPE;
  manifest.rows = plan.rows;
  manifest.worlds = plan.worlds.size();
  manifest.duration = format_duration(plan.base.duration);
  manifest.command = origin.command;
  manifest = value_or_fail(folder.finish(files, manifest), kInputOutput);
  print_stored(folder, format);
  if (quiet) return;
  std::cerr << "results in " << folder.path() << " (" << origin.engine
            << (origin.engine == "replay" ? "" : " engine") << ", digest "
            << manifest.digest.substr(0, 12) << "); for the report: flatline report "
            << folder.path() << "\n";
}

}  // namespace flatline::cli
