// Commands that only tell: validate, schema, list, version.

#include <iostream>

#include "build_info.hpp"
#include "cli/command.hpp"
#include "cli/explain.hpp"
#include "cli/load.hpp"
#include "cli/plugins.hpp"
#include "flatline/base/text.hpp"
#include "flatline/qos/measures.hpp"
#include "flatline/random/distribution.hpp"
#include "flatline/report/report.hpp"
#include "flatline/sweep/plan.hpp"

namespace flatline::cli {

namespace po = boost::program_options;

namespace {

void list_distributions() {
  std::cout
      << "\"20ms\" (constant)\n"
         "{\"uniform\": [\"0s\", \"3s\"]}\n"
         "{\"exponential\": {\"mean\": \"20ms\"}}\n"
         "{\"normal\": {\"mean\": \"20ms\", \"deviation\": \"5ms\"}} (conditioned on being >= 0)\n"
         "{\"lognormal\": {\"median\": \"20ms\", \"sigma\": 0.6}}\n"
         "{\"gamma\": {\"shape\": 2, \"scale\": \"50ms\"}}\n"
         "{\"weibull\": {\"shape\": 0.7, \"scale\": \"50ms\"}}\n"
         "{\"pareto\": {\"shape\": 2.5, \"scale\": \"10ms\"}}\n"
         "{\"empirical\": \"trace.csv\"} (recorded values, drawn with equal weight)\n"
         "{\"mixture\": [{\"weight\": 0.99, \"of\": \"1ms\"}, {\"weight\": 0.01, \"of\": "
         "\"1s\"}]}\n"
         "Every law but a bare duration takes \"plus\":\n"
         "{\"exponential\": {\"mean\": \"20ms\"}, \"plus\": \"5ms\"}\n";
}

void list_measures() {
  for (const qos::MeasureInfo& measure : qos::measures())
    std::cout << measure.name << ": " << measure.meaning << "\n";
}

}  // namespace

int validate_command(const Command& command, const Arguments& arguments) {
  po::options_description options("Options");
  options.add_options()("resolved", "print the scenario with every default written out")(
      "set", po::value<std::vector<std::string>>()->composing(),
      "KEY=VALUE, as for run; repeatable")("quiet,q", "no messages");
  add_plugin_option(options);
  po::variables_map values;
  if (!parse(command, arguments, options, {"scenario"}, values)) return kOk;
  Overrides overrides;
  if (values.contains("set")) overrides.set = values["set"].as<std::vector<std::string>>();
  const std::string path = required(values, "scenario", command);
  load_plugins(values);
  const Loaded loaded = load(path, overrides);
  const sweep::Plan plan = value_or_fail(
      sweep::make_plan(loaded.document, loaded.scenario, loaded.folder, read_options(), true),
      kInvalid);
  if (values.contains("resolved")) std::cout << plan.resolved;
  if (!values.contains("quiet")) {
    std::cerr << path << " is valid: " << plan.worlds.size()
              << (plan.worlds.size() == 1 ? " world, " : " worlds, ") << plan.cells
              << (plan.cells == 1 ? " cell\n" : " cells\n");
  }
  return kOk;
}

int schema_command(const Command& command, const Arguments& arguments) {
  po::options_description options("Options");
  add_plugin_option(options);
  po::variables_map values;
  if (!parse(command, arguments, options, {}, values)) return kOk;
  load_plugins(values);
  std::cout << scenario::schema_json();
  return kOk;
}

int list_command(const Command& command, const Arguments& arguments) {
  po::options_description options("Options");
  options.add_options()("format", po::value<std::string>()->default_value("table"),
                        "table or json (detectors only)");
  add_plugin_option(options);
  po::variables_map values;
  if (!parse(command, arguments, options, {"topic"}, values)) return kOk;
  const auto format = values["format"].as<std::string>();
  if (format != "table" && format != "json")
    fail(kUsage, "--format " + format + " is not table or json");
  load_plugins(values);
  const std::string topic = values.contains("topic") ? values["topic"].as<std::string>() : "";
  if (topic == "detectors") {
    print_detectors(format);
  } else if (format == "json") {
    fail(kUsage, "--format json is for detectors; expected: list detectors --format json");
  } else if (topic == "distributions") {
    list_distributions();
  } else if (topic == "measures") {
    list_measures();
  } else if (topic.empty()) {
    std::cout << "detectors\ndistributions\nmeasures\n";
  } else {
    const std::vector<std::string> topics{"detectors", "distributions", "measures"};
    const std::string nearest = nearest_name(topic, topics);
    fail(kUsage, "nothing to list under \"" + topic +
                     "\"; there are detectors, distributions and measures" +
                     (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
  }
  return kOk;
}

int version_command(const Command& command, const Arguments& arguments) {
  po::options_description options("Options");
  po::variables_map values;
  if (!parse(command, arguments, options, {}, values)) return kOk;
  std::cout << "flatline " << FLATLINE_VERSION << "\ncompiler " << FLATLINE_COMPILER
            << "\nbuild type " << FLATLINE_BUILD_TYPE << "\nreport charts "
            << (report::has_interactive_charts() ? "interactive" : "static (built without npm)")
            << "\n";
  return kOk;
}

}  // namespace flatline::cli
