#pragma once
// What every command that simulates takes: seed, threads, engine, settings, plug-ins.

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "cli/load.hpp"
#include "cli/plugins.hpp"
#include "flatline/sweep/execute.hpp"

namespace flatline::cli {

struct Simulation {
  Overrides overrides;  ///< Seed and settings.
  std::string engine;   ///< "auto", "event" or "stream"
  unsigned jobs = 1;
  std::vector<LoadedPlugin> plugins;
};

/// Adds --seed, --jobs and --engine.
void add_simulation_options(boost::program_options::options_description& options);
/// Adds --set.
void add_set_option(boost::program_options::options_description& options);

/// What they say, --plugin included, which it loads. Throws Failure(kUsage).
Simulation simulation_of(const boost::program_options::variables_map& values);

/// The engine asked for, or the one that suits the plan.
sweep::Engine engine_of(const Simulation& simulation, const sweep::Plan& plan);

}  // namespace flatline::cli
