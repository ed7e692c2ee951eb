#include <nlohmann/json.hpp>

#include "flatline/results/store.hpp"
#include "page.hpp"

namespace flatline::report {
namespace {

using Json = nlohmann::json;

Problem not_json(const std::string& file) {
  Problem problem;
  problem.file = file;
  problem.message = "is not a JSON object";
  problem.expected = "a file that flatline wrote";
  return problem;
}

std::string text_of(const Json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || at->is_null()) return "";
  if (at->is_string()) return at->get<std::string>();
  return at->dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Result<Source> read_source(const results::Manifest& manifest, const std::string& scenario_text) {
  const Json scenario = Json::parse(scenario_text, nullptr, false, true);
  if (!scenario.is_object()) return not_json("scenario.json");
  Source out;
  out.name = manifest.name;
  out.why = text_of(scenario, "why");
  out.expect = text_of(scenario, "expect");
  out.command = manifest.command;
  out.version = manifest.version;
  out.duration = manifest.duration;
  out.seed = std::to_string(manifest.seed);
  out.replications = manifest.replications;
  out.scenario_sha256 = manifest.scenario_sha256;
  out.digest = manifest.digest;
  out.complete = manifest.complete;
  out.scenario = scenario_text;
  out.replayed = manifest.engine == "replay";
  out.facts = {{"flatline version", manifest.version}};
  if (!out.replayed) out.facts.emplace_back("Seed", out.seed);
  out.facts.emplace_back("Duration", manifest.duration);
  if (!out.replayed) {
    out.facts.emplace_back("Replications", std::to_string(manifest.replications));
  }
  const std::string type = manifest.build_type.empty() ? "" : ", " + manifest.build_type;
  out.facts.insert(out.facts.end(), {{"Engine", manifest.engine},
                                     {"Rows", std::to_string(manifest.rows)},
                                     {"Digest of the rows", manifest.digest},
                                     {"Compiler", manifest.compiler + type}});
  return out;
}

}  // namespace flatline::report
