#include "cli/load.hpp"

#include <filesystem>
#include <utility>

#include "cli/command.hpp"
#include "cli/matrix.hpp"
#include "flatline/results/store.hpp"
#include "flatline/trace/durations.hpp"

namespace flatline::cli {
namespace {

scenario::Document with_setting(scenario::Document document, const std::string& text) {
  const auto [key, value] = key_value(text, "--set");
  const auto places = value_or_fail(document.places(key), kUsage);
  for (const std::string& place : places) {
    document = value_or_fail(document.with(place, value, "--set " + text), kUsage);
  }
  return document;
}

}  // namespace

std::pair<std::string, std::string> key_value(const std::string& text, const std::string& option) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    fail(kUsage, option + " \"" + text + "\" is not KEY=VALUE");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

scenario::ReadOptions read_options() {
  scenario::ReadOptions options;
  options.read_durations = [](const std::string& path) { return trace::read_durations(path); };
  options.read_matrix = read_matrix;
  return options;
}

Loaded load(const std::string& path, const Overrides& overrides) {
  const std::string text = value_or_fail(results::read_file(path), kInputOutput);
  auto document = value_or_fail(scenario::Document::parse(text, path), kInvalid);
  for (const std::string& setting : overrides.set)
    document = with_setting(std::move(document), setting);
  if (!overrides.seed.empty()) {
    document = value_or_fail(document.with("/seed", overrides.seed, "--seed"), kUsage);
  }
  for (const std::string& axis : overrides.axes) {
    document = value_or_fail(scenario::with_axis(document, axis, "--axis"), kUsage);
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  auto scenario =
      value_or_fail(scenario::read_scenario(document, folder, read_options()), kInvalid);
  return {std::move(document), std::move(scenario), folder};
}

}  // namespace flatline::cli
