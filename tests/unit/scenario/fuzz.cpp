// Mutated scenarios: whatever the text, reading ends with a scenario or with problems that say
// something.

#include <random>

#include "failing.hpp"
#include "helpers.hpp"

using namespace flatline;
using namespace flatline::scenario;
using namespace flatline::scenario::test;

namespace {

const std::string kSeedText = R"({
  "name": "seed", "seed": 3, "warm_up": "10s", "replications": 2,
  "nodes": {"worker": 4, "monitor": {"count": 1}},
  "link": {"delay": {"lognormal": {"median": "1ms", "sigma": 0.5}, "plus": "1ms"}, "loss": 0.001},
  "links": [{"from": "worker", "to": "monitor", "both_ways": true, "order": "fifo",
    "loss": {"gilbert_elliott": {"good_mean": "9s", "bad_mean": "1s"}},
    "delay": {"mixture": [{"weight": 1, "of": {"uniform": ["0s", "3ms"]}}]}}],
  "watch": {"push": {"from": "worker", "to": "monitor", "interval": "1s", "jitter": {"ratio": 0.1}}},
  "faults": [{"crash": {"node": "worker/1", "at": "1m", "recover_after": "10s"}},
    {"stall": {"nodes": "worker", "mean_time_between": "1h", "length": "1s"}},
    {"partition": {"a": ["worker/0"], "b": "monitor", "at": "2m", "length": "30s"}}],
  "detectors": [{"fixed_timeout": {"timeout": "3s"}, "label": "3x", "dead_after": "3s"},
    {"phi_exponential": {"threshold": 8}}],
  "duration": "1h",
  "sweep": {"3x.timeout": {"from": "1s", "to": "10s", "points": 4, "scale": "log"}, "threshold": [1, 2],
    "where": "3x.timeout > 2s"} // end
})";

const std::vector<std::string> kTokens = {"null",
                                          "true",
                                          "-1",
                                          "0",
                                          "1e308",
                                          "1e-308",
                                          "2.5",
                                          "\"\"",
                                          "\"0s\"",
                                          "\"36y\"",
                                          "\"99999999d\"",
                                          "[]",
                                          "{}",
                                          "[[]]",
                                          "9223372036854775807",
                                          "\"worker\"",
                                          "\"worker/99\"",
                                          "\"auto\"",
                                          "NaN",
                                          "{\"a\":1,\"a\":2}",
                                          "\"\\u0000\"",
                                          ",",
                                          ":",
                                          "/*",
                                          "//"};

/// One of several small damages.
std::string damaged(std::string text, std::mt19937_64& draw) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(draw() % n); };
  switch (below(5)) {
    case 0:
      return text.substr(0, below(text.size()));
    case 1:
      for (std::size_t i = 0; i <= below(4); ++i) {
        text[below(text.size())] ^= static_cast<char>(1u << below(8));
      }
      return text;
    case 2: {  // a value for another
      auto at = text.find(": ", below(text.size()));
      if (at == std::string::npos) at = text.find(": ");
      const auto end = text.find_first_of(",}]\n", at + 2);
      return text.replace(at + 2, end - at - 2, kTokens[below(kTokens.size())]);
    }
    case 3:
      return text.insert(below(text.size()), kTokens[below(kTokens.size())]);
    default: {
      const auto from = below(text.size());
      return text.erase(from, 1 + below(30));
    }
  }
}

}  // namespace

TEST_CASE("a damaged scenario is read or refused with words") {
  REQUIRE(read(kSeedText).ok());
  REQUIRE(read(kFailing).ok());
  std::mt19937_64 draw(20240229);
  int good = 0;
  int refused = 0;
  constexpr int kRounds = 8000;
  for (int i = 0; i < kRounds; ++i) {
    const std::string text = damaged(i % 2 == 0 ? kSeedText : kFailing, draw);
    const auto scenario = read(text);
    if (scenario.ok()) {
      ++good;
      if (!read(resolved_json(scenario.value())).ok()) FAIL("resolved is refused: " << text);
      continue;
    }
    ++refused;
    for (const Problem& problem : scenario.problems()) {
      if (problem.message.empty() || problem.file != "test.json" || problem.line < 1) {
        FAIL(problem.text() << "\n" << text);
      }
    }
  }
  // Both ways are taken often, or the damages would prove nothing.
  CHECK(good > kRounds / 100);
  CHECK(refused > kRounds / 2);
}

TEST_CASE("a damaged setting, axis or condition is read or refused with words") {
  const Document document = document_of(kSeedText);
  std::mt19937_64 draw(7);
  for (int i = 0; i < 3000; ++i) {
    std::string text = i % 3 == 0   ? "3x.timeout=log:1s:10s:4"
                       : i % 3 == 1 ? "(a >= 2 * b) and not c < 3s"
                                    : "/link/loss";
    for (int k = 0; k < 3; ++k) text[draw() % text.size()] = static_cast<char>(' ' + draw() % 95);
    const auto axis = parse_axis(text);
    if (!axis && axis.problems()[0].message.empty()) FAIL(text);
    const auto condition = Condition::parse(text, {"a", "b", "c"});
    if (!condition && condition.problems()[0].message.empty()) FAIL(text);
    const auto places = document.places(text);
    if (!places && places.problems()[0].message.empty()) FAIL(text);
  }
  SUCCEED();
}
