#include "cli/simulation.hpp"

#include <algorithm>
#include <thread>

#include "cli/command.hpp"
#include "flatline/base/text.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

namespace {

unsigned jobs_of(const po::variables_map& values) {
  if (!values.contains("jobs")) return std::max(1u, std::thread::hardware_concurrency());
  const auto jobs = parse_count(values["jobs"].as<std::string>());
  if (!jobs.ok() || jobs.value() < 1 || jobs.value() > 1024) {
    fail(kUsage,
         "--jobs " + values["jobs"].as<std::string>() + " is not a whole number from 1 to 1024");
  }
  return static_cast<unsigned>(jobs.value());
}

}  // namespace

void add_simulation_options(po::options_description& options) {
  options.add_options()("seed", po::value<std::string>(),
                        "seed of all randomness (default: the scenario's, else 1)")(
      "jobs,j", po::value<std::string>(),
      "threads (default: all cores); the result does not depend on it")(
      "engine", po::value<std::string>()->default_value("auto"),
      "auto, event or stream: how it is simulated; the rows are the same");
}

void add_set_option(po::options_description& options) {
  options.add_options()("set", po::value<std::vector<std::string>>()->composing(),
                        "KEY=VALUE: set a JSON pointer, LABEL.PARAMETER or short name; repeatable");
}

Simulation simulation_of(const po::variables_map& values) {
  Simulation out;
  out.jobs = jobs_of(values);
  if (values.contains("seed")) {
    out.overrides.seed = values["seed"].as<std::string>();
    if (!parse_count(out.overrides.seed).ok()) {
      fail(kUsage, "--seed " + out.overrides.seed + " is not a whole number from 0 on");
    }
  }
  if (values.contains("set")) out.overrides.set = values["set"].as<std::vector<std::string>>();
  out.engine = values["engine"].as<std::string>();
  if (out.engine != "auto" && out.engine != "event" && out.engine != "stream")
    fail(kUsage, "--engine " + out.engine + " is not auto, event or stream");
  out.plugins = load_plugins(values);
  return out;
}

sweep::Engine engine_of(const Simulation& simulation, const sweep::Plan& plan) {
  if (simulation.engine == "event") return sweep::Engine::event;
  const sweep::Engine suitable = sweep::suitable_engine(plan);
  if (simulation.engine == "stream" && suitable == sweep::Engine::event)
    fail(kUsage,
         "--engine stream does not take this scenario: links share a queue, which couples the "
         "pairs; use event or auto");
  return suitable;
}

}  // namespace flatline::cli
