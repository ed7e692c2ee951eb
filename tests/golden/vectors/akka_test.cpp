// Pekko's own answers, event by event.

#include <cmath>
#include <limits>

#include "vectors.hpp"

using namespace flatline;
using namespace flatline::detect;
using golden::Json;

namespace {

std::unique_ptr<Family> family_of(const Json& config) {
  const auto ms = [&](const char* key) { return milliseconds(config.at(key)); };
  if (config.at("detector") == "deadline") {
    return kit::family_of("akka_deadline",
                          {{{"acceptable_heartbeat_pause", ms("acceptable_heartbeat_pause_ms")},
                            {"heartbeat_interval", ms("heartbeat_interval_ms")}}});
  }
  return kit::family_of("akka",
                        {{{"threshold", config.at("threshold").get<double>()},
                          {"max_sample_size", config.at("max_sample_size").get<std::int64_t>()},
                          {"min_std_deviation", ms("min_std_deviation_ms")},
                          {"acceptable_heartbeat_pause", ms("acceptable_heartbeat_pause_ms")},
                          {"first_heartbeat_estimate", ms("first_heartbeat_estimate_ms")}}});
}

double level_of(const Json& level) {
  return level.is_string() ? std::numeric_limits<double>::infinity() : level.get<double>();
}

struct Counts {
  int levels = 0;
  int verdicts = 0;
  int crossings = 0;
};

void replay(const Json& scenario, Family& family, Counts& counts) {
  LocalInstant last{};
  bool beaten = false;
  for (const Json& event : scenario.at("events")) {
    const std::string kind = event.at(0);
    const LocalInstant at = golden::at_ms(event.at(1));
    CAPTURE(kind, at.ns);
    if (kind == "H") {
      golden::beat_at(family, at);
      last = at;
      beaten = true;
      continue;
    }
    const bool available = event.back().get<int>() == 1;
    REQUIRE((family.deadline(0) > at) == available);
    ++counts.verdicts;
    if (kind != "Q" || event.at(2).is_null()) continue;
    const double expected = level_of(event.at(2));
    const double level = family.suspicion(0, at);
    CAPTURE(level, expected);
    REQUIRE(golden::same_level(level, expected));
    REQUIRE(std::signbit(level) == std::signbit(expected));
    ++counts.levels;
  }
  REQUIRE(beaten);
  CHECK(golden::first_ms_after(family.deadline(0), last) ==
        scenario.at("first_unavailable_ms_after_last_hb").get<std::int64_t>());
  ++counts.crossings;
}

}  // namespace

TEST_CASE("akka and akka_deadline give the levels, verdicts and crossings of Pekko 1.7.0") {
  const Json vectors = golden::load("akka.json.gz");
  Counts counts;
  for (const Json& run : vectors.at("runs")) {
    for (const Json& scenario : run.at("scenarios")) {
      CAPTURE(run.at("name").get<std::string>(), scenario.at("name").get<std::string>());
      replay(scenario, *family_of(run.at("config")), counts);
    }
  }
  // All there are: four configurations with a level, five with a verdict.
  CHECK(counts.levels == 10508);
  CHECK(counts.verdicts == 17005);
  CHECK(counts.crossings == 360);
}
