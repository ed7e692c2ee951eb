#include "helpers.hpp"

using namespace flatline;
using namespace flatline::scenario;
using namespace flatline::scenario::test;

TEST_CASE("an unknown key is named with the nearest one") {
  check_one(replaced("\"timeout\"", "\"timeout\": \"3s\", \"timeot\""), 5,
            "/detectors/0/fixed_timeout/timeot", "unknown key \"timeot\"", "timeout");
  check_one(with_member("\"replicatons\": 2"), 7, "/replicatons", "unknown key", "replications");
  check_one(with_member("\"link\": {\"dellay\": \"1s\"}"), 7, "/link/dellay", "unknown key",
            "delay");
}

TEST_CASE("a duplicate key is named with both lines") {
  check_one(with_member("\"name\": \"again\""), 7, "/name", "first given on line 2");
}

TEST_CASE("a missing key is named at its object") {
  check_one(replaced("  \"duration\": \"1h\"", "  \"seed\": 1"), 1, "", "missing key \"duration\"");
  check_one(replaced("\"timeout\": \"3s\"", ""), 5, "/detectors/0/fixed_timeout",
            "missing key \"timeout\"");
}

TEST_CASE("durations need a unit, a sign is refused and so is more than 36 years") {
  check_one(replaced("\"1s\"", "1"), 4, "/watch/push/interval", "the number 1 has no unit");
  check_one(replaced("\"1s\"", "\"1\""), 4, "/watch/push/interval", "has no unit");
  check_one(replaced("\"1s\"", "\"-1s\""), 4, "/watch/push/interval", "is negative");
  check_one(replaced("\"1s\"", "\"1sec\""), 4, "/watch/push/interval", "unknown unit");
  check_one(replaced("\"1h\"", "\"99999d\""), 6, "/duration", "longer than 36 years");
  check_one(replaced("\"1h\"", "\"99999999999999999999d\""), 6, "/duration", "too many digits");
  check_one(replaced("\"3s\"", "3"), 5, "/detectors/0/fixed_timeout/timeout", "has no unit");
  check_one(replaced("\"1h\"", "null"), 6, "/duration", "null is not a duration");
}

TEST_CASE("nothing that must move on may be zero") {
  check_one(replaced("\"1s\"", "\"0s\""), 4, "/watch/push/interval", "zero");
  check_one(replaced("\"1h\"", "\"0s\""), 6, "/duration", "zero");
  check_one(replaced("\"3s\"", "\"0s\""), 5, "/detectors/0/fixed_timeout/timeout", "0s, too small");
  check_one(replaced("\"fixed_timeout\": {\"timeout\": \"3s\"}",
                     "\"phi_exponential\": {\"threshold\": 8, \"window\": 0}"),
            5, "/detectors/0/phi_exponential/window", "window is 0, too small");
  check_one(replaced("\"3s\"}}", "\"3s\"}, \"dead_after\": \"0s\"}"), 5, "/detectors/0/dead_after",
            "zero");
  check_one(replaced("\"3s\"}}", "\"3s\"}, \"check_every\": \"0s\"}"), 5,
            "/detectors/0/check_every", "zero");
}

TEST_CASE("whole numbers are exact") {
  check_one(with_member("\"replications\": 2.9"), 7, "/replications", "2.9 is not a whole number");
  check_one(with_member("\"replications\": 1e3"), 7, "/replications", "1e3 is not a whole number");
  check_one(with_member("\"replications\": 0"), 7, "/replications", "too small");
  check_one(with_member("\"replications\": 10001"), 7, "/replications", "too large");
  check_one(with_member("\"replications\": \"2\""), 7, "/replications", "\"2\" is not a number");
  check_one(with_member("\"seed\": -5"), 7, "/seed", "the number -5 is too small");
  check_one(with_member("\"seed\": 9223372036854775808"), 7, "/seed", "too large");
  check_one(with_member("\"seed\": 12345678901234567890123"), 7, "/seed", "too large");
  CHECK(scenario_of(with_member("\"seed\": 9223372036854775807")).seed == 9223372036854775807u);
  CHECK(scenario_of(with_member("\"seed\": 9007199254740993")).seed == 9007199254740993u);
}

TEST_CASE("probabilities and ratios keep to their range") {
  check_one(with_member("\"link\": {\"loss\": 1.01}"), 7, "/link/loss", "not a probability");
  check_one(with_member("\"link\": {\"loss\": -0.1}"), 7, "/link/loss", "not a probability");
  check_one(with_member("\"link\": {\"duplicate\": 2}"), 7, "/link/duplicate", "too large");
  check_one(with_member("\"link\": {\"order\": \"fif\"}"), 7, "/link/order", "unknown word",
            "fifo");
  check_one(replaced("\"1s\"", "\"1s\", \"jitter\": {\"ratio\": 0.5}"), 4,
            "/watch/push/jitter/ratio", "too large");
  check_one(replaced("\"1s\"", "\"1s\", \"jitter\": {\"ratio\": 1, \"of\": \"interval\"}"), 4,
            "/watch/push/jitter/ratio", "too large");
  CHECK(
      read(replaced("\"1s\"", "\"1s\", \"jitter\": {\"ratio\": 0.9, \"of\": \"interval\"}")).ok());
}

TEST_CASE("names of nodes must exist") {
  check_one(replaced("\"from\": \"worker\"", "\"from\": \"wroker\""), 4, "/watch/push/from",
            "unknown node or group \"wroker\"", "worker");
  check_one(with_member("\"links\": [{\"from\": \"worker\", \"to\": \"moniter\"}]"), 7,
            "/links/0/to", "unknown node or group", "monitor");
  check_one(
      with_member("\"links\": [{\"from\": [\"worker/0\", \"worker/3\"], \"to\": \"monitor\"}]"), 7,
      "/links/0/from/1", "there is no node \"worker/3\"");
  check_one(
      with_member(
          "\"faults\": [{\"partition\": {\"a\": \"worker\", \"b\": \"databse\", \"at\": \"1s\", "
          "\"length\": \"1s\"}}]"),
      7, "/faults/0/partition/b", "unknown node or group");
  check_one(replaced("\"to\": \"monitor\"", "\"to\": []"), 4, "/watch/push/to",
            "the list is empty");
  check_one(replaced("\"from\": \"worker\"", "\"from\": \"monitor\""), 4, "/watch/push/to",
            "nobody is watched");
}

TEST_CASE("groups have proper names and sizes") {
  check_one(replaced("\"worker\": 3", "\"worker\": 3, \"3x\": 1"), 3, "/nodes/3x", "not a name");
  check_one(replaced("\"worker\": 3", "\"worker\": 0"), 3, "/nodes/worker", "too small");
  check_one(replaced("\"worker\": 3", "\"worker\": 2.5"), 3, "/nodes/worker", "not a whole number");
  check_one(replaced("\"worker\": 3", "\"worker\": 1000000"), 3, "/nodes", "1000001 nodes");
}

TEST_CASE("a node cannot crash while it is down") {
  const auto crashes = [](const std::string& second) {
    return with_member(
        "\"faults\": [\n{\"crash\": {\"node\": \"worker/1\", \"at\": \"10m\", \"recover_after\": "
        "\"5m\"}},\n{\"crash\": " +
        second + "}]");
  };
  check_one(crashes(R"({"node": "worker/1", "at": "12m"})"), 9, "/faults/1/crash/at",
            "worker/1 is down already");
  check_one(crashes(R"({"nodes": "worker", "at": "12m"})"), 9, "/faults/1/crash/at",
            "from 10m until 15m");
  check_one(crashes(R"({"node": "worker/1", "at": "1m"})"), 8, "/faults/0/crash/at",
            "from 1m for good");
  CHECK(read(crashes(R"({"node": "worker/1", "at": "15m"})")).ok());
  CHECK(read(crashes(R"({"node": "worker/0", "at": "12m"})")).ok());
}

TEST_CASE("a fault has one way of timing and strikes within the run") {
  const auto fault = [](const std::string& text) {
    return with_member("\"faults\": [" + text + "]");
  };
  check_one(fault(R"({"crash": {"node": "worker/1", "at": "1h"}})"), 7, "/faults/0/crash/at",
            "after the end");
  check_one(fault(R"({"crash": {"node": "worker/1"}})"), 7, "/faults/0/crash", "no time");
  check_one(fault(R"({"crash": {"node": "worker/1", "at": "1s", "mean_time_between": "1s"}})"), 7,
            "/faults/0/crash", "both");
  check_one(fault(R"({"crash": {"node": "worker/1", "at": "1s", "down": "1s"}})"), 7,
            "/faults/0/crash/down", "does not go with");
  check_one(fault(R"({"crash": {"nodes": "worker", "mean_time_between": "1s"}})"), 7,
            "/faults/0/crash", "missing key \"down\"");
  check_one(fault(R"({"crash": {"node": "worker", "at": "1s"}})"), 7, "/faults/0/crash/node",
            "means 3 nodes");
  check_one(fault(R"({"crash": {"at": "1s"}})"), 7, "/faults/0/crash", "names no nodes");
  check_one(fault(R"({"stall": {"nodes": "worker", "at": "1s", "length": "0s"}})"), 7,
            "/faults/0/stall/length", "zero");
  check_one(fault(R"({"stall": {"nodes": "worker", "mean_time_between": "0s", "length": "1s"}})"),
            7, "/faults/0/stall/mean_time_between", "zero");
  check_one(
      fault(
          R"({"partition": {"a": "worker", "b": ["monitor", "worker/2"], "at": "1s", "length": "1s"}})"),
      7, "/faults/0/partition/b", "worker/2 is on both sides");
  check_one(fault("{}"), 7, "/faults/0", "names no fault");
}

TEST_CASE("an entry has one detector and a label of its own") {
  const auto detectors = [](const std::string& text) {
    return replaced("{\"fixed_timeout\": {\"timeout\": \"3s\"}}", text);
  };
  check_one(detectors(R"({"label": "x"})"), 5, "/detectors/0", "names no detector");
  check_one(detectors(R"({"fixed_timeot": {"timeout": "3s"}})"), 5, "/detectors/0/fixed_timeot",
            "unknown key", "fixed_timeout");
  check_one(detectors(R"({"fixed_timeout": {"timeout": "3s"}, "nfd_s": {"shift": "1s"}})"), 5,
            "/detectors/0", "several detectors");
  check_one(
      detectors(
          R"({"nfd_s": {"shift": "1s"}, "label": "a"}, {"nfd_s": {"shift": "2s"}, "label": "a"})"),
      5, "/detectors/1/label", "taken by detector 0");
  check_one(detectors(R"({"nfd_s": {"shift": "1s"}, "label": ""})"), 5, "/detectors/0/label",
            "not a label");
  check_one(detectors(""), 5, "/detectors", "the list is empty");
  check_one(detectors(R"({"phi_exponential": {"threshold": "8"}})"), 5,
            "/detectors/0/phi_exponential/threshold", "wrong kind");
}

TEST_CASE("a law must be one that can be drawn from") {
  const auto delay = [](const std::string& law) {
    return with_member("\"link\": {\"delay\": " + law + "}");
  };
  check_one(delay(R"({"lognormal": {"median": "1ms", "sigma": -1}})"), 7,
            "/link/delay/lognormal/sigma", "too small");
  check_one(delay(R"({"gamma": {"shape": 0, "scale": "1ms"}})"), 7, "/link/delay/gamma/shape",
            "too small");
  check_one(delay(R"({"uniform": ["3s", "1s"]})"), 7, "/link/delay/uniform", "above the second");
  check_one(delay(R"({"uniform": ["3s"]})"), 7, "/link/delay/uniform", "1 ends");
  check_one(delay(R"({"mixture": []})"), 7, "/link/delay/mixture", "the list is empty");
  check_one(delay(R"({"mixture": [{"weight": 0, "of": "1s"}]})"), 7, "/link/delay/mixture/0/weight",
            "too small");
  check_one(delay(R"({"plus": "1s"})"), 7, "/link/delay", "names no law");
  check_one(delay(R"({"exponental": {"mean": "1s"}})"), 7, "/link/delay/exponental", "unknown key",
            "exponential");
  // The far tail of this law lies beyond 36 years.
  check_one(delay(R"({"pareto": {"shape": 0.1, "scale": "1d"}})"), 7, "/link/delay", "");
  check_one(delay(R"({"empirical": "missing.csv"})"), 7, "/link/delay/empirical",
            "missing.csv: no such file");
  CHECK(scenario_of(delay(R"({"empirical": "delays.csv"})"))
            .world.default_link.delay->values.size() == 2);
}

TEST_CASE("an empirical law needs a reader of traces") {
  const auto document =
      document_of(with_member(R"("link": {"delay": {"empirical": "delays.csv"}})"));
  const auto scenario = read_scenario(document, "");
  REQUIRE_FALSE(scenario.ok());
  CHECK(scenario.problems()[0].message.find("cannot be read here") != std::string::npos);
}

TEST_CASE("the warm-up and the run fit on the clock together") {
  check_one(replaced("\"1h\"", "\"10000d\", \"warm_up\": \"5000d\""), 6, "/warm_up",
            "too long together");
  check_one(with_member("\"warm_up\": \"automatic\""), 7, "/warm_up", "not a duration");
  CHECK(scenario_of(with_member("\"warm_up\": \"0s\"")).warm_up == Duration{0});
}

TEST_CASE("every problem is reported at once") {
  const Problems problems = problems_of(R"({
    "nodes": {"worker": 2.5, "monitor": 1},
    "link": {"delay": 5, "los": 0.1},
    "watch": {"push": {"from": "wroker", "to": "monitor", "interval": "0s"}},
    "faults": [{"crash": {"node": "worker/0", "at": "2h"}}],
    "detectors": [{"fixed_timeout": {}}, {"nfd_e": {"safety_margin": 5}}],
    "duration": "1h",
    "sweep": {"treshold": [1, 2]}
  })");
  std::vector<std::string> pointers;
  for (const Problem& problem : problems) pointers.push_back(problem.pointer);
  CHECK(pointers == std::vector<std::string>{
                        "", "/nodes/worker", "/link/los", "/link/delay", "/watch/push/from",
                        "/watch/push/interval", "/faults/0/crash/at", "/detectors/0/fixed_timeout",
                        "/detectors/1/nfd_e/safety_margin", "/sweep/treshold"});
}

TEST_CASE("what is no object is no scenario") {
  check_one("[]", 1, "", "a list is not a scenario");
  check_one("5", 1, "", "the number 5 is not a scenario");
}
