#include "cli/plugins.hpp"

#include <algorithm>

#include "build_info.hpp"
#include "cli/command.hpp"
#include "flatline/detect/plugin.hpp"
#include "flatline/plugin/load.hpp"
#include "flatline/results/sha256.hpp"
#include "flatline/results/store.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

void add_plugin_option(po::options_description& options) {
  options.add_options()("plugin", po::value<std::vector<std::string>>()->composing(),
                        "shared library with a detector of your own (docs/PLUGINS.md); its code is "
                        "run; repeatable");
}

std::vector<LoadedPlugin> load_plugins(const po::variables_map& values) {
  std::vector<LoadedPlugin> loaded;
  if (!values.contains("plugin")) return loaded;
  for (const std::string& path : values["plugin"].as<std::vector<std::string>>()) {
    const std::string bytes = value_or_fail(results::read_file(path), kInputOutput);
    const flatline_plugin* plugin = value_or_fail(plugin::load(path), kUsage);
    const std::vector<std::string> reserved = scenario::shape_names();
    const auto* info = value_or_fail(detect::add_plugin(plugin, path, reserved), kUsage);
    loaded.push_back({info, results::sha256_hex(bytes)});
  }
  return loaded;
}

std::string version_of(const scenario::Scenario& scenario,
                       const std::vector<LoadedPlugin>& plugins) {
  std::string version = FLATLINE_VERSION;
  for (const LoadedPlugin& plugin : plugins) {
    const bool used = std::any_of(scenario.detectors.begin(), scenario.detectors.end(),
                                  [&](const auto& entry) { return entry.info == plugin.info; });
    if (used) version += "\nplug-in " + plugin.info->name + " " + plugin.sha256;
  }
  return version;
}

}  // namespace flatline::cli
