#include "flatline/scenario/troubles.hpp"

#include "helpers.hpp"
#include "scenario/node.hpp"

using namespace flatline;
using namespace flatline::scenario;
using namespace flatline::scenario::test;

namespace {

const std::string kTroubled = R"({
  "name": "troubled",
  "nodes": {"worker": 6, "monitor": 1},
  "link": {"delay": {"lognormal": {"median": "20ms", "sigma": 0.6}, "plus": "5ms"}, "loss": 0.01},
  "links": [{"from": "worker/1", "to": "monitor", "loss": 0,
             "delay": {"mixture": [{"weight": 3, "of": {"uniform": ["0ms", "10ms"]}},
                                   {"weight": 1, "of": {"uniform": ["90ms", "110ms"]}}]}},
            {"from": "worker/2", "to": "monitor", "delay": "3ms", "duplicate": 0.1,
             "loss": {"gilbert_elliott": {"good_mean": "9s", "bad_mean": "1s"}}}],
  "watch": {"push": {"from": "worker", "to": "monitor", "interval": "1s",
                     "jitter": {"ratio": 0.1}}},
  "faults": [
    {"stall": {"nodes": "worker", "mean_time_between": "1h", "length": "3s"}},
    {"stall": {"nodes": "worker", "mean_time_between": "2h", "length": "4s"}},
    {"partition": {"a": ["worker/0", "worker/1", "worker/2"], "b": "monitor", "at": "1m",
                   "length": "9s"}},
    {"crash": {"node": "worker/3", "at": "2m", "recover_after": "1m"}},
    {"stall": {"node": "monitor/0", "at": "3m", "length": "5s"}}],
  "detectors": [{"fixed_timeout": {"timeout": "3s"}}],
  "duration": "1h"
})";

std::vector<Trouble> found_in(const Document& document) {
  auto found = troubles(document, "folder", with_durations());
  REQUIRE(found.ok());
  return std::move(found).value();
}

std::vector<std::string> names_in(const Document& document) {
  std::vector<std::string> out;
  for (const Trouble& trouble : found_in(document)) out.push_back(trouble.name);
  return out;
}

const Trouble& named(const std::vector<Trouble>& all, const std::string& name) {
  for (const Trouble& trouble : all) {
    if (trouble.name == name) return trouble;
  }
  FAIL("no trouble " << name);
  throw std::logic_error(name);
}

Scenario read_without(const Trouble& trouble) {
  ReadOptions options = with_durations();
  options.idle_faults = trouble.idle_faults;
  auto scenario = read_scenario(trouble.document, "folder", options);
  INFO((scenario.ok() ? std::string() : text_of(scenario.problems())));
  REQUIRE(scenario.ok());
  return std::move(scenario).value();
}

}  // namespace

TEST_CASE("every source of trouble is named once, everything last") {
  const std::vector<std::string> expected{"faults/0 stall worker",
                                          "faults/1 stall worker",
                                          "faults/2 partition worker/0 and 2 more | monitor",
                                          "faults/3 crash worker/3",
                                          "faults/4 stall monitor/0",
                                          "every stall",
                                          "loss",
                                          "delay variation",
                                          "duplicates",
                                          "heartbeat jitter",
                                          "everything"};
  CHECK(names_in(document_of(kTroubled)) == expected);
  for (const Trouble& trouble : found_in(document_of(kTroubled))) {
    CHECK(trouble.whole == (trouble.name != "every stall" && trouble.name != "everything"));
  }
}

TEST_CASE("a scenario without trouble has none") {
  CHECK(names_in(document_of(kSmall)).empty());
}

TEST_CASE("a fault that is switched off leaves the streams of the others in place") {
  const auto all = found_in(document_of(kTroubled));
  const Scenario as_it_is = scenario_of(kTroubled);
  REQUIRE(as_it_is.world.faults.random_stalls.size() == 2);
  const Scenario without = read_without(named(all, "faults/0 stall worker"));
  REQUIRE(without.world.faults.random_stalls.size() == 1);
  CHECK(without.world.faults.random_stalls[0].target.stream == "stall/worker#1");
  CHECK(without.world.faults.random_stalls[0].target.stream ==
        as_it_is.world.faults.random_stalls[1].target.stream);
  CHECK(without.world.faults.scheduled_stalls.size() == 1);
  CHECK(without.world.faults.scheduled_partitions.size() == 1);
  CHECK(without.world.faults.scheduled_crashes.size() == 1);
  const Scenario no_stalls = read_without(named(all, "every stall"));
  CHECK(no_stalls.world.faults.random_stalls.empty());
  CHECK(no_stalls.world.faults.scheduled_stalls.empty());
  CHECK(no_stalls.world.faults.scheduled_crashes.size() == 1);
}

TEST_CASE("loss goes from the default and from every exception") {
  const auto all = found_in(document_of(kTroubled));
  const Scenario without = read_without(named(all, "loss"));
  CHECK(without.world.default_link.loss->probability == 0);
  for (const world::LinkRule& rule : without.world.links) {
    CHECK(rule.loss->probability == 0);
    CHECK_FALSE(rule.loss->bursts);
  }
  CHECK(without.world.links[1].duplicate == 0.1);
}

TEST_CASE("a delay without its variation is its median") {
  const auto all = found_in(document_of(kTroubled));
  const Scenario without = read_without(named(all, "delay variation"));
  CHECK(without.world.default_link.delay->family == random::Family::constant);
  CHECK(without.world.default_link.delay->value == milliseconds(25));
  // Half the weight lies below x where 3/4 * x / 10 ms = 1/2. The bound is a nanosecond of the
  // whole numbers that laws are made of.
  const Duration mixed = without.world.links[0].delay->value;
  CHECK(mixed.ns >= 6'666'665);
  CHECK(mixed.ns <= 6'666'668);
  CHECK(without.world.links[1].delay->value == milliseconds(3));
}

TEST_CASE("jitter and duplicates are taken away where they stand") {
  const auto all = found_in(document_of(kTroubled));
  CHECK(scenario_of(kTroubled).push.jitter_ratio > 0);
  CHECK(read_without(named(all, "heartbeat jitter")).push.jitter_ratio == 0);
  CHECK(read_without(named(all, "duplicates")).world.links[1].duplicate == 0);
}

TEST_CASE("with everything off nothing troubles the scenario") {
  const auto all = found_in(document_of(kTroubled));
  const Scenario without = read_without(all.back());
  const world::Faults& faults = without.world.faults;
  CHECK(faults.random_stalls.empty());
  CHECK(faults.scheduled_stalls.empty());
  CHECK(faults.scheduled_crashes.empty());
  CHECK(faults.scheduled_partitions.empty());
  for (const std::string& name : names_in(all.back().document)) {
    CHECK((name.starts_with("faults/") || name.starts_with("every")));  // those are left idle
  }
}

TEST_CASE("a stall is booked under whom it strikes") {
  const auto all = found_in(document_of(kTroubled));
  using Names = std::vector<std::string>;
  CHECK(named(all, "faults/0 stall worker").causes == Names{"sender_stall"});
  CHECK(named(all, "faults/4 stall monitor/0").causes == Names{"monitor_stall"});
  CHECK(named(all, "every stall").causes == Names{"sender_stall", "monitor_stall"});
  CHECK(named(all, "faults/3 crash worker/3").causes.empty());
}

TEST_CASE("keys of links and clocks that trouble by being there are removed wherever they stand") {
  // As text: what reads these keys is tested where they are read.
  const Document document = document_of(R"({"link": {"queue": {"rate": 1}, "transport": "udp",
      "delay": {"exponential": {"mean": "1ms"}}, "correlation_time": "5s"},
      "links": [{"transport": "tcp", "tcp": {"retries": 3}, "loss": 0.1}],
      "nodes": {"loss": 3, "queue": 1}, "zones": {"jitter": {"exponential": {"mean": "1ms"}}},
      "clocks": [{"nodes": "loss", "drift_ppm": 1}]})");
  const auto all = found_in(document);
  CHECK(names_in(document) == std::vector<std::string>{"loss", "delay variation",
                                                       "correlation time", "queue", "transport",
                                                       "clocks", "everything"});
  CHECK(json_of(all.back().document.root()) ==
        R"({"link":{"transport":"udp","delay":"693.147us"},"links":[{"loss":0}],)"
        R"("nodes":{"loss":3,"queue":1},"zones":{}})");
  // A correlation of what does not vary would be refused.
  CHECK(json_of(named(all, "delay variation").document.root()).find("correlation") ==
        std::string::npos);
  using Names = std::vector<std::string>;
  CHECK(named(all, "loss").causes == Names{"loss", "delay"});  // tcp makes one of the other
  CHECK(named(all, "queue").causes == Names{"delay", "loss"});
}

TEST_CASE("each kind of fault is booked under causes of its own") {
  const auto all = found_in(document_of(R"({"faults": [
      {"stall": {"places": "host", "at": "1s", "length": "1s"}},
      {"route_change": {"from": "a", "to": ["b", "c"]}}, {"overload": {"node": "a/0"}},
      {"clock_step": {"nodes": "a"}}, {"gray_failure": {"nodes": "a"}}]})"));
  using Names = std::vector<std::string>;
  CHECK(named(all, "faults/0 stall host").causes == Names{"host_stall"});
  CHECK(named(all, "faults/1 route_change a | b, c").causes == Names{"delay"});
  CHECK(named(all, "faults/2 overload a/0").causes == Names{"overload"});
  CHECK(named(all, "faults/3 clock_step a").causes == Names{"clock"});
  CHECK(named(all, "faults/4 gray_failure a").causes.empty());
}

TEST_CASE("a member is removed by its pointer and nothing else") {
  const Document document = document_of(R"({"a": {"b": 1, "c~/": 2}, "d": [{"e": 3}, 4]})");
  const auto left = [&](const char* pointer) { return json_of(document.without(pointer).root()); };
  CHECK(left("/a/b") == R"({"a":{"c~/":2},"d":[{"e":3},4]})");
  CHECK(left("/a/c~0~1") == R"({"a":{"b":1},"d":[{"e":3},4]})");
  CHECK(left("/d/0/e") == R"({"a":{"b":1,"c~/":2},"d":[{},4]})");
  for (const char* nowhere : {"", "a", "/x", "/a/x", "/d/1", "/d/7/e", "/a/b/c"}) {
    CHECK(left(nowhere) == json_of(document.root()));
  }
}
