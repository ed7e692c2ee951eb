#include "failing.hpp"
#include "helpers.hpp"
#include "scenario/node.hpp"

using namespace flatline;
using namespace flatline::scenario;
using namespace flatline::scenario::test;

namespace {

const std::string kFailover = R"({
  "name": "standby takes over",
  "nodes": {"primary": 2, "witness": 1},
  "link": {"delay": {"lognormal": {"median": "800us", "sigma": 0.4}}, "loss": 0.002},
  "watch": {"push": {"from": "primary", "to": "witness", "interval": "500ms"}},
  "detectors": [{"fixed_timeout": {"timeout": "2s"}}],
  "duration": "7d"
})";

const std::string kFull = R"({
  "$schema": "../docs/scenario.schema.json",
  "name": "two regions",              // with comments
  "why": "does an accrual detector flap less",
  "expect": "only with a floor",
  "seed": 11,
  "duration": "20d",
  "warm_up": "1h30m",
  "replications": 3,
  "nodes": {"agent": 20, "hub": {"count": 2}},
  "link": {"delay": "2ms"},
  "links": [
    {"from": "agent", "to": "hub", "both_ways": true,
     "delay": {"lognormal": {"median": "30ms", "sigma": 0.7}, "plus": "4ms"},
     "loss": {"gilbert_elliott": {"good_mean": "90s", "bad_mean": "2s", "loss_good": 0.001, "loss_bad": 0.9}},
     "duplicate": 0.01, "order": "fifo"},
    {"from": ["agent/0", "agent/7"], "to": "hub/1",
     "delay": {"mixture": [{"weight": 0.99, "of": {"gamma": {"shape": 2, "scale": "5ms"}}},
                           {"weight": 0.01, "of": {"pareto": {"shape": 2.5, "scale": "40ms"}, "plus": "1ms"}}]}},
    {"from": "hub", "to": "agent", "delay": {"empirical": "delays.csv"}, "loss": 0.25}
  ],
  "watch": {"push": {"from": "agent", "to": "hub", "interval": "2s",
                     "jitter": {"ratio": 0.2, "of": "interval"}, "phase": "synchronised", "bytes": 128}},
  "faults": [
    {"crash": {"node": "agent/3", "at": "12h", "recover_after": "10m"}},
    {"crash": {"nodes": "agent", "mean_time_between": "7d", "down": {"exponential": {"mean": "10m"}}}},
    {"crash": {"nodes": "agent", "mean_time_between": "9d", "down": {"weibull": {"shape": 0.7, "scale": "3m"}}}},
    {"stall": {"nodes": ["agent/1", "hub"], "at": "1h", "length": "20s", "on_wake": "skip"}},
    {"stall": {"nodes": ["agent/1", "hub"], "mean_time_between": "1h", "length": {"uniform": ["0s", "3s"]}}},
    {"partition": {"a": ["agent/0", "agent/1"], "b": "hub", "at": "1d", "length": "30s", "direction": "a_to_b"}},
    {"partition": {"a": "agent", "b": "hub", "mean_time_between": "3d",
                   "length": {"normal": {"mean": "20s", "deviation": "5s"}}, "direction": "b_to_a"}}
  ],
  "detectors": [
    {"fixed_timeout": {"timeout": "6s", "restart_on": "newest"}, "label": "3x", "dead_after": "5s"},
    {"phi_normal": {"threshold": 8, "window": 200, "min_deviation": "100ms", "acceptable_pause": "1s",
                    "deviation": "sample"}},
    {"phi_normal": {"threshold": 8, "min_deviation": "50ms"}},
    {"nfd_e": {"safety_margin": "500ms", "window": 1000}},
    {"nfd_s": {"shift": "1.5s"}},
    {"phi_exponential": {"threshold": 8, "window": 1000}, "check_every": "1s"}
  ],
  "sweep": {
    "interval":   ["100ms", "1s", "5s"],
    "3x.timeout": {"from": "1s", "to": "10s", "points": 7, "scale": "log"},
    "threshold":  {"from": 1, "to": 16, "step": 0.5},
    "where":      "3x.timeout >= 2 * interval"
  }
})";

}  // namespace

TEST_CASE("the smallest useful scenario is read with every default") {
  const Scenario scenario = scenario_of(kFailover);
  CHECK(scenario.name == "standby takes over");
  CHECK(scenario.seed == 1);
  CHECK(scenario.duration == days(7));
  CHECK_FALSE(scenario.warm_up.has_value());
  CHECK(scenario.replications == 1);
  CHECK(scenario.world.cluster.size() == 3);
  const auto& link = scenario.world.default_link;
  CHECK(link.delay->family == random::Family::lognormal);
  CHECK(link.delay->value == microseconds(800));
  CHECK(link.delay->shape == 0.4);
  CHECK(link.loss->probability == 0.002);
  CHECK(link.duplicate == 0.0);
  CHECK(link.order == world::Order::any);
  CHECK(scenario.push.from == std::vector<NodeId>{{0}, {1}});
  CHECK(scenario.push.to == std::vector<NodeId>{{2}});
  CHECK(scenario.push.interval == milliseconds(500));
  CHECK(scenario.push.jitter_of == protocol::JitterOf::none);
  CHECK(scenario.push.phase == protocol::Phase::spread);
  CHECK(scenario.push.bytes == 64);
  REQUIRE(scenario.detectors.size() == 1);
  CHECK(scenario.detectors[0].label == "fixed_timeout");
  CHECK(scenario.detectors[0].setting[0] == detect::Value(seconds(2)));
  CHECK(scenario.detectors[0].setting[1] == detect::Value(std::string("any")));
  CHECK(scenario.sweep.axes.empty());
  CHECK(longest_window(scenario) == 1);
}

TEST_CASE("links take groups, nodes and lists, and keep what they leave open") {
  const Scenario scenario = scenario_of(kFull);
  REQUIRE(scenario.world.links.size() == 3);
  const auto& first = scenario.world.links[0];
  CHECK(first.from.size() == 20);
  CHECK(first.both_ways);
  CHECK(first.delay->plus == milliseconds(4));
  CHECK(first.loss->bursts->good_mean == seconds(90));
  CHECK(first.loss->bursts->loss_bad == 0.9);
  CHECK(first.order == world::Order::fifo);
  const auto& second = scenario.world.links[1];
  CHECK(second.from == std::vector<NodeId>{{0}, {7}});
  CHECK(second.to == std::vector<NodeId>{{21}});
  CHECK(second.delay->mixture.size() == 2);
  CHECK(second.delay->mixture[1].of.plus == milliseconds(1));
  CHECK_FALSE(second.loss.has_value());
  CHECK_FALSE(second.duplicate.has_value());
  CHECK(scenario.world.links[2].delay->file == "delays.csv");
  CHECK(scenario.world.links[2].delay->values == std::vector<std::int64_t>{1'000'000, 3'000'000});
}

TEST_CASE("faults are scheduled or random, each random one with a stream of its own") {
  const auto faults = scenario_of(kFull).world.faults;
  REQUIRE(faults.scheduled_crashes.size() == 1);
  CHECK(faults.scheduled_crashes[0].node == NodeId{3});
  CHECK(faults.scheduled_crashes[0].recover_after == minutes(10));
  REQUIRE(faults.random_crashes.size() == 2);
  CHECK(faults.random_crashes[0].target.stream == "crash/agent#0");
  CHECK(faults.random_crashes[1].target.stream == "crash/agent#1");
  CHECK(faults.scheduled_stalls.at(0).nodes == std::vector<NodeId>{{1}, {20}, {21}});
  CHECK(faults.scheduled_stalls.at(0).on_wake == world::OnWake::skip);
  CHECK(faults.random_stalls.at(0).target.stream == "stall/agent/1,hub#0");
  CHECK(faults.scheduled_partitions.at(0).sides.direction == world::Direction::a_to_b);
  CHECK(faults.random_partitions.at(0).stream == "partition/agent|hub#0");
  CHECK(faults.random_partitions.at(0).sides.direction == world::Direction::b_to_a);
}

TEST_CASE("another fault in the list renames no stream") {
  std::string text = kFull;
  const auto at = text.find("{\"crash\": {\"node\"");
  text.insert(at, R"({"crash": {"nodes": "hub", "mean_time_between": "1d", "down": "1s"}},)");
  const auto faults = scenario_of(text).world.faults;
  CHECK(faults.random_crashes.at(0).target.stream == "crash/hub#0");
  CHECK(faults.random_crashes.at(1).target.stream == "crash/agent#0");
  CHECK(faults.random_crashes.at(2).target.stream == "crash/agent#1");
}

TEST_CASE("detectors get labels, states and complete settings") {
  const Scenario scenario = scenario_of(kFull);
  std::vector<std::string> labels;
  for (const auto& entry : scenario.detectors) labels.push_back(entry.label);
  CHECK(labels == std::vector<std::string>{"3x", "phi_normal", "phi_normal#2", "nfd_e", "nfd_s",
                                           "phi_exponential"});
  CHECK(scenario.detectors[0].dead_after == seconds(5));
  CHECK(scenario.detectors[5].check_every == seconds(1));
  for (const auto& entry : scenario.detectors) {
    REQUIRE(entry.setting.size() == entry.info->parameters.size());
    for (std::size_t i = 0; i < entry.setting.size(); ++i) {
      CHECK((entry.setting[i].has_value() || entry.info->parameters[i].optional));
    }
  }
  CHECK(longest_window(scenario) == 1000);
}

TEST_CASE("a label that looks like a made one makes room") {
  const Scenario scenario = scenario_of(replaced(
      "{\"fixed_timeout\": {\"timeout\": \"3s\"}}",
      R"({"nfd_s": {"shift": "1s"}}, {"nfd_s": {"shift": "2s"}}, {"nfd_s": {"shift": "3s"}, "label": "nfd_s#2"})"));
  CHECK(scenario.detectors[0].label == "nfd_s");
  CHECK(scenario.detectors[1].label == "nfd_s#3");
  CHECK(scenario.detectors[2].label == "nfd_s#2");
}

TEST_CASE("the resolved scenario reads back to the same scenario") {
  for (const std::string& text : {kFailover, kFull, kSmall, kFailing}) {
    const Scenario first = scenario_of(text);
    const std::string resolved = resolved_json(first);
    const Scenario second = scenario_of(resolved);
    CHECK(resolved_json(second) == resolved);
    CHECK(second.push.from == first.push.from);
    CHECK(second.sweep.where == first.sweep.where);
    REQUIRE(second.sweep.axes.size() == first.sweep.axes.size());
    for (std::size_t i = 0; i < first.sweep.axes.size(); ++i) {
      CHECK(second.sweep.axes[i].name == first.sweep.axes[i].name);
      CHECK(second.sweep.axes[i].values == first.sweep.axes[i].values);
    }
    REQUIRE(second.detectors.size() == first.detectors.size());
    for (std::size_t i = 0; i < first.detectors.size(); ++i) {
      CHECK(second.detectors[i].label == first.detectors[i].label);
      CHECK(second.detectors[i].setting == first.detectors[i].setting);
    }
    const auto& faults = first.world.faults;
    for (std::size_t i = 0; i < faults.random_stalls.size(); ++i) {
      CHECK(second.world.faults.random_stalls[i].target.stream ==
            faults.random_stalls[i].target.stream);
      CHECK(second.world.faults.random_stalls[i].target.nodes ==
            faults.random_stalls[i].target.nodes);
    }
    for (std::size_t i = 0; i < first.world.links.size(); ++i) {
      CHECK(second.world.links[i].from == first.world.links[i].from);
      CHECK(second.world.links[i].duplicate == first.world.links[i].duplicate);
    }
  }
}

TEST_CASE("the resolved scenario says what the file left open") {
  const Document resolved = document_of(resolved_json(scenario_of(kSmall)));
  const Node& root = resolved.root();
  CHECK(root.find("warm_up")->text == "auto");
  CHECK(root.find("link")->find("delay")->text == "1ms");
  CHECK(root.find("link")->find("order")->text == "any");
  CHECK(root.find("watch")->find("push")->find("phase")->text == "spread");
  CHECK(root.find("detectors")->members[0].value.find("fixed_timeout")->find("restart_on")->text ==
        "any");
}
