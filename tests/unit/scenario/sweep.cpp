#include <cmath>

#include "helpers.hpp"
#include "scenario/axis.hpp"

using namespace flatline;
using namespace flatline::scenario;
using namespace flatline::scenario::test;

namespace {

using Values = std::vector<std::string>;

std::string swept(const std::string& block) {
  return with_member("\"sweep\": {" + block + "}");
}

Values values_of(const std::string& axis) {
  const auto parsed = parse_axis(axis);
  INFO((parsed.ok() ? std::string() : text_of(parsed.problems())));
  REQUIRE(parsed.ok());
  return parsed.value().values;
}

}  // namespace

TEST_CASE("steps are exact and include the end that they meet") {
  CHECK(values_of("x=0.1:0.5:0.1") == Values{"0.1", "0.2", "0.3", "0.4", "0.5"});
  CHECK(values_of("x=1:2:0.4") == Values{"1", "1.4", "1.8"});
  CHECK(values_of("x=-1:1:1") == Values{"-1", "0", "1"});
  CHECK(values_of("x=1e-3:3e-3:1e-3") == Values{"0.001", "0.002", "0.003"});
  CHECK(values_of("x=100ms:1s:300ms") == Values{"100ms", "400ms", "700ms", "1s"});
  CHECK(values_of("x=5:5:1") == Values{"5"});
}

TEST_CASE("points on a log scale have 4 significant digits and no duplicates") {
  CHECK(values_of("x=log:1:1000:4") == Values{"1", "10", "100", "1000"});
  CHECK(values_of("x=log:1s:10s:4") == Values{"1s", "2.154s", "4.642s", "10s"});
  CHECK(values_of("x=log:0.001:0.1:5") == Values{"0.001", "0.003162", "0.01", "0.03162", "0.1"});
  CHECK(values_of("x=log:10000:40000:3") == Values{"10000", "20000", "40000"});
  // Only 1.0001 ... 1.0009 lie between, and none of them has 4 digits.
  CHECK(values_of("x=log:1:1.0009:50") == Values{"1", "1.0009"});
  CHECK(values_of("x=log:5:5:3") == Values{"5"});
}

TEST_CASE("points on a linear scale are evenly spaced") {
  CHECK(values_of("x=linear:0:1:5") == Values{"0", "0.25", "0.5", "0.75", "1"});
  CHECK(values_of("x=linear:0:1:4") == Values{"0", "0.333333333333", "0.666666666667", "1"});
  CHECK(values_of("x=linear:1s:2s:3") == Values{"1s", "1.5s", "2s"});
}

TEST_CASE("the portable power agrees with the library's") {
  // 1e-12 relative is far below the 4 digits that are kept.
  for (const double b : {1.5, 10.0, 1e6, 1e18, 1e-9}) {
    for (int i = 0; i <= 100; ++i) {
      const double share = i / 100.0;
      CHECK(geometric_between(1, b, share) == Approx(std::pow(b, share)).epsilon(1e-12));
    }
  }
}

TEST_CASE("lists are split at their own commas") {
  CHECK(values_of("3x.timeout=1s,2s") == Values{"1s", "2s"});
  CHECK(parse_axis("a.b=1").value().name == "a.b");
  CHECK(values_of(R"(delay=1ms,{"uniform":["0s","3s"],"plus":"1s"})") ==
        Values{"1ms", R"({"uniform":["0s","3s"],"plus":"1s"})"});
}

TEST_CASE("an axis that makes no sense is refused") {
  for (const char* text :
       {"", "x", "=1", "x=", "x=1,,2", "x=2:1:1", "x=1:2:0", "x=1:2:-1", "x=1s:2:1", "x=1s:2s:1",
        "x=1:2", "x=log:0:1:5", "x=log:1:2:1", "x=lag:1:2:3", "x=log:1:2:x", "x=a:b:c",
        "x=0:1:0.0000001", "x=log:1:2:1000001", "x=0.123456789012345678:1:1"}) {
    INFO(text);
    const auto axis = parse_axis(text);
    REQUIRE_FALSE(axis.ok());
    CHECK_FALSE(axis.problems()[0].message.empty());
    CHECK_FALSE(axis.problems()[0].expected.empty());
  }
}

TEST_CASE("the sweep of a file is expanded") {
  const Scenario scenario = scenario_of(
      swept(R"("timeout": {"from": "1s", "to": "3s", "step": "1s"}, "interval": ["100ms", "1s"],)"
            R"( "where": "timeout > interval")"));
  REQUIRE(scenario.sweep.axes.size() == 2);
  CHECK(scenario.sweep.axes[0].name == "timeout");
  CHECK(scenario.sweep.axes[0].values == Values{"1s", "2s", "3s"});
  CHECK(scenario.sweep.axes[1].values == Values{"100ms", "1s"});
  CHECK(scenario.sweep.where == "timeout > interval");
}

TEST_CASE("points of a whole-number parameter are whole") {
  const Scenario scenario =
      scenario_of(swept(R"("bytes": {"from": 1, "to": 20, "points": 6, "scale": "log"})"));
  CHECK(scenario.sweep.axes[0].values == Values{"1", "2", "3", "6", "11", "20"});
  check_one(swept(R"("bytes": {"from": 1, "to": 3, "step": 0.5})"), 7, "/sweep/bytes", "1.5");
}

TEST_CASE("an axis may hold whole laws") {
  const Scenario scenario =
      scenario_of(swept(R"("delay": ["1ms", {"exponential": {"mean": "1ms"}}])"));
  CHECK(scenario.sweep.axes[0].values == Values{"1ms", R"({"exponential":{"mean":"1ms"}})"});
}

TEST_CASE("an axis must name something and its values must fit") {
  check_one(swept(R"("timout": ["1s"])"), 7, "/sweep/timout", "names nothing", "timeout");
  check_one(swept(R"("timeout": ["1s", "0s"])"), 7, "/sweep/timeout/1",
            "with the value 0s, /detectors/0");
  check_one(swept(R"("timeout": ["1s", 5])"), 7, "/sweep/timeout/1", "has no unit");
  check_one(swept(R"("loss": {"from": 0, "to": 1.5, "step": 0.5})"), 7, "/sweep/loss", "1.5");
  check_one(swept(R"("replications": ["3"])"), 7, "/sweep/replications/0", "is not a number");
  check_one(swept(R"("timeout": ["1s", "1s"])"), 7, "/sweep/timeout/1", "twice");
  check_one(swept(R"("timeout": [])"), 7, "/sweep/timeout", "the list is empty");
  check_one(swept(R"("timeout": "1s")"), 7, "/sweep/timeout", "is not a list");
  check_one(swept(R"("timeout": {"from": "1s", "to": "2s"})"), 7, "/sweep/timeout", "no \"step\"");
  check_one(swept(R"("timeout": {"from": "2s", "to": "1s", "points": 3})"), 7, "/sweep/timeout",
            "down to");
  check_one(swept(R"("timeout": {"from": "1s", "to": "2s", "step": "0s"})"), 7, "/sweep/timeout",
            "the step is 0s");
  check_one(swept(R"("timeout": ["1s"], "fixed_timeout.timeout": ["2s"])"), 7,
            "/sweep/fixed_timeout.timeout", "so does the axis \"timeout\"");
  check_one(swept(R"("timeout": ["1s"], "where": "timeot > 1s")"), 7, "/sweep/where", "is no axis",
            "timeout");
}

TEST_CASE("a grid that nobody can run is refused with its size") {
  check_one(swept(R"("timeout": {"from": "1s", "to": "1000000s", "points": 1000000},
                     "interval": {"from": "1ms", "to": "1000000ms", "step": "1ms"})"),
            7, "/sweep", "1000000000000 combinations");
  check_one(swept(R"("timeout": {"from": "1ns", "to": "1s", "step": "1ns"})"), 7, "/sweep/timeout",
            "1000000000 values");
}

TEST_CASE("axes of different detectors do not multiply each other") {
  const std::string two =
      replaced("{\"fixed_timeout\": {\"timeout\": \"3s\"}}",
               R"({"fixed_timeout": {"timeout": "3s"}}, {"nfd_s": {"shift": "3s"}})");
  const auto end = two.rfind("\n}");
  const std::string text = two.substr(0, end) +
                           R"(, "sweep": {"timeout": {"from": "1s", "to": "5000s", "step": "1s"},
                                          "shift": {"from": "1s", "to": "5000s", "step": "1s"}}})";
  CHECK(read(text).ok());
}

TEST_CASE("windows of a sweep count for the longest one") {
  const std::string text =
      replaced("{\"fixed_timeout\": {\"timeout\": \"3s\"}}",
               R"({"nfd_e": {"safety_margin": "1s", "window": 10}, "label": "e"})");
  const auto end = text.rfind("\n}");
  const std::string axis = R"(, "sweep": {"e.window": [5, 300, 20]}})";
  CHECK(longest_window(scenario_of(text)) == 10);
  CHECK(longest_window(scenario_of(text.substr(0, end) + axis)) == 300);
}

TEST_CASE("an axis from the command line is checked like one of the file") {
  const Document document = document_of(kSmall);
  const auto added = with_axis(document, "timeout=log:1s:10s:3", "--axis");
  REQUIRE(added.ok());
  CHECK(read_scenario(added.value(), "").value().sweep.axes.at(0).values ==
        Values{"1s", "3.162s", "10s"});
  const auto listed = with_axis(added.value(), "timeout=2s,4s", "--axis");
  CHECK(read_scenario(listed.value(), "").value().sweep.axes.at(0).values == Values{"2s", "4s"});
  const auto stepped = with_axis(document, "interval=1s:3s:1s", "--axis");
  CHECK(read_scenario(stepped.value(), "").value().sweep.axes.at(0).values ==
        Values{"1s", "2s", "3s"});
  const auto wrong = with_axis(document, "timeot=1s", "--axis");
  REQUIRE(wrong.ok());
  const auto refused = read_scenario(wrong.value(), "");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.problems()[0].file == "--axis");
  CHECK_FALSE(with_axis(document, "nonsense", "--axis").ok());
}

TEST_CASE("the document of one cell is read without its sweep") {
  ReadOptions options;
  options.sweep = false;
  const auto scenario = read_scenario(document_of(swept(R"("timout": ["1s"])")), "", options);
  REQUIRE(scenario.ok());
  CHECK(scenario.value().sweep.axes.empty());
}
