#pragma once
// --plugin: detectors from shared libraries.

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "flatline/detect/registry.hpp"
#include "flatline/scenario/scenario.hpp"

namespace flatline::cli {

/// Adds --plugin.
void add_plugin_option(boost::program_options::options_description& options);

/// A plug-in that was loaded, and the SHA-256 of its file.
struct LoadedPlugin {
  const detect::DetectorInfo* info = nullptr;
  std::string sha256;
};

/// Loads every --plugin; their detectors are then known by name everywhere. To be called before
/// anything is read. Throws Failure: 4 if a file cannot be read, 2 if it is no plug-in.
std::vector<LoadedPlugin> load_plugins(const boost::program_options::variables_map& values);

/// The version that a plan belongs to: flatline's, and the files of the plug-ins that the scenario
/// names. Results of another build of a plug-in are other results.
std::string version_of(const scenario::Scenario& scenario,
                       const std::vector<LoadedPlugin>& plugins);

}  // namespace flatline::cli
