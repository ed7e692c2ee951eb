// What is refused of places, zones, clocks, links and faults, and what would be right.

#include "helpers.hpp"

using namespace flatline;
using namespace flatline::scenario;
using namespace flatline::scenario::test;

namespace {

/// check_one on line 7 of kSmall, and what the problem says would be right.
void refused(const std::string& member, const std::string& pointer, const std::string& words,
             const std::string& expected) {
  INFO(member);
  const std::string text = with_member(member);
  check_one(text, 7, pointer, words);
  CHECK(problems_of(text)[0].expected.find(expected) != std::string::npos);
}

std::string fault(const std::string& kind, const std::string& inside) {
  return "\"faults\": [{\"" + kind + "\": {" + inside + "}}]";
}

}  // namespace

TEST_CASE("places have names of their own and hold nodes") {
  refused(R"("places": {"worker": "monitor"})", "/places/worker", "name of a group already",
          "a name of its own");
  refused(R"("places": {"a/b": "monitor"})", "/places/a~1b", "not a name for a place", "a letter");
  refused(R"("places": {"eu": ["worker/0", "worker/9"]})", "/places/eu/1", "there is no node",
          "\"worker/0\" to \"worker/2\"");
  refused(R"("places": {"eu": "worker", "all": ["eu", "monitor"]})", "/places/all/0",
          "\"eu\" is a place, and no place lies in another", "nodes or groups");
  refused(R"("places": {"rack": {"of": "worker", "size": 0}})", "/places/rack/size", "too small",
          "from 1");
  refused(R"("places": {"rack": {"of": "worker"}})", "/places/rack", "missing key \"size\"",
          "whole number");
  refused(R"("places": {"eu": []})", "/places/eu", "the list is empty", "at least one");
  refused(R"("places": ["worker"])", "/places", "is not an object", "places and their nodes");
}

TEST_CASE("a name of a place must exist, as it does for nodes") {
  const std::string places = R"("places": {"rack": {"of": "worker", "size": 2}, "eu": "worker"}, )";
  refused(places + R"("clocks": [{"nodes": "rack/2"}])", "/clocks/0/nodes", "there is no node",
          "\"rack/0\" to \"rack/1\"");
  refused(places + R"("clocks": [{"nodes": "eu/0"}])", "/clocks/0/nodes", "there is no node",
          "\"eu\"");
  check_one(with_member(places + R"("clocks": [{"nodes": "rck/1"}])"), 7, "/clocks/0/nodes",
            "unknown node or group \"rck/1\"", "rack/1");
  refused(places + fault("stall", R"("places": "worker", "at": "1s", "length": "1s")"),
          "/faults/0/stall/places", "\"worker\" is not a place", "one of \"rack\" or \"eu\"");
  refused(places + fault("stall", R"("places": ["rack", "monitor/0"], "at": "1s", "length": "1s")"),
          "/faults/0/stall/places/1", "\"monitor/0\" is not a place", "one of");
  refused(fault("stall", R"("places": "worker", "at": "1s", "length": "1s")"),
          "/faults/0/stall/places", "\"worker\" is not a place", "\"places\" names none");
}

TEST_CASE("zones need a matrix that fits them") {
  const auto zones = [](const std::string& inside) { return "\"zones\": {" + inside + "}"; };
  refused(zones(R"("round_trips": "two.tsv")"), "/zones", "the zones have no nodes", "\"names\"");
  refused(zones(R"("round_trips": "two.tsv", "of": "worker", "names": ["worker", "monitor"])"),
          "/zones", "both \"names\" and \"of\"", "one of them");
  refused(zones(R"("names": ["worker", "monitor"])"), "/zones", "missing key \"round_trips\"",
          "text");
  refused(zones(R"("round_trips": "two.tsv", "of": "worker")"), "/zones/round_trips", "2 rows of 2",
          "3 by 3 numbers, a row and a column for each zone");
  refused(zones(R"("round_trips": "ragged.tsv", "names": ["worker", "monitor"])"),
          "/zones/round_trips", "2 rows of 1", "2 by 2 numbers");
  refused(zones(R"("round_trips": "negative.tsv", "names": ["worker", "monitor"])"),
          "/zones/round_trips", "row 2, column 1 of the matrix is -1", "from 0 to 36 years");
  refused(zones(R"("round_trips": "bad.tsv", "names": ["worker", "monitor"])"),
          "/zones/round_trips", "folder/bad.tsv:2: column 3: \"x\" is not a finite number", "");
  refused(zones(R"("round_trips": "two.tsv", "names": ["worker", "worker/1"])"), "/zones/names",
          "worker/1 lies in the zones \"worker\" and \"worker/1\"", "without a common node");
  check_one(with_member(zones(R"("round_trips": "two.tsv", "names": ["worker", "monitors"])")), 7,
            "/zones/names/1", "unknown node or group", "monitor");
  check_one(with_member(zones(R"("round_trips": "three.tsv", "unit": "mss", "of": "worker")")), 7,
            "/zones/unit", "unknown word", "ms");

  const auto document =
      document_of(with_member(zones(R"("round_trips": "three.tsv", "of": "worker")")));
  const auto unread = read_scenario(document, "folder");
  REQUIRE_FALSE(unread.ok());
  CHECK(unread.problems()[0].message.find("cannot be read here") != std::string::npos);
}

TEST_CASE("the rate of a clock keeps to its range") {
  const auto clock = [](const std::string& inside) {
    return "\"clocks\": [{\"nodes\": \"worker\", " + inside + "}]";
  };
  refused(clock("\"drift_ppm\": -100001"), "/clocks/0/drift_ppm", "too small",
          "from -100000 to 100000");
  refused(clock("\"drift_ppm\": 1e6"), "/clocks/0/drift_ppm", "too large", "to 100000");
  refused(clock("\"drift_spread_ppm\": -1"), "/clocks/0/drift_spread_ppm", "too small", "from 0");
  refused(clock("\"wander_ppm\": -1"), "/clocks/0/wander_ppm", "too small", "from 0");
  refused(clock("\"granularity\": 10"), "/clocks/0/granularity", "has no unit", "duration");
  refused("\"clocks\": [{\"drift_ppm\": 1}]", "/clocks/0", "missing key \"nodes\"", "name");
}

TEST_CASE("what does not go together in one link is refused") {
  const auto link = [](const std::string& inside) { return "\"link\": {" + inside + "}"; };
  const auto rule = [](const std::string& inside) {
    return R"("links": [{"from": "worker", "to": "monitor", )" + inside + "}]";
  };
  refused(link(R"("transport": "tcp", "duplicate": 0.1)"), "/link/duplicate",
          "delivers nothing twice", "0");
  refused(rule(R"("transport": "tcp", "duplicate": 0.1)"), "/links/0/duplicate",
          "delivers nothing twice", "0");
  refused(link(R"("tcp": {"retries": 3})"), "/link/tcp", "beside the transport \"udp\"",
          "\"transport\": \"tcp\"");
  refused(rule(R"("tcp": {"retries": 3}, "transport": "udp")"), "/links/0/tcp",
          "beside the transport \"udp\"", "tcp");
  CHECK(read(with_member(rule(R"("tcp": {"retries": 3})"))).ok());  // the transport may be link's
  refused(link(R"("transport": "tcp", "tcp": {"first_timeout": "3m"})"), "/link/tcp/first_timeout",
          "shorter than the first", "at least 3m");
  refused(link(R"("transport": "tcp", "tcp": {"longest_timeout": "1ms"})"),
          "/link/tcp/longest_timeout", "shorter than the first", "at least 200ms");
  refused(link(R"("transport": "tcp", "tcp": {"retries": 64})"), "/link/tcp/retries", "too large",
          "0 to 63");
  const std::string mixture = R"("delay": {"mixture": [{"weight": 1, "of": "1ms"}]}, )";
  refused(link(mixture + R"("correlation_time": "1s")"), "/link/correlation_time", "have no order",
          "another law");
  CHECK(read(with_member(link(mixture + R"("correlation_time": "0s")"))).ok());
}

TEST_CASE("queues and states of loss are what they can be, and the same wherever they are shared") {
  const auto link = [](const std::string& inside) { return "\"link\": {" + inside + "}"; };
  refused(link(R"("queue": {"load": 0.5})"), "/link/queue", "missing key \"bytes_per_second\"",
          "whole number");
  refused(link(R"("queue": {"bytes_per_second": 1000, "load": 1})"), "/link/queue/load",
          "too large", "below 1");
  refused(link(R"("queue": {"bytes_per_second": 1000, "packet_bytes": 0})"),
          "/link/queue/packet_bytes", "too small", "from 1");
  refused(link(R"("queue": {"bytes_per_second": 1000, "shared": "a b"})"), "/link/queue/shared",
          "\"a b\" is not a name", "a letter");
  refused(link(R"("loss": {})"), "/link/loss", "names no process", "gilbert_elliott");
  refused(link(R"("loss": {"gilbert_elliott": {"good_mean": "1s", "bad_mean": "1s"},
           "alternating": {"good": "1s", "bad": "1s"}})"),
          "/link/loss", "several processes", "exactly one");
  refused(link(R"("loss": {"alternating": {"good": "1s"}})"), "/link/loss/alternating",
          "missing key \"bad\"", "distribution");
  refused(link(R"("loss": {"alternating": {"good": "1s", "bad": {"uniform": ["0s", "0s"]}}})"),
          "/link/loss/alternating/bad", "always zero", "above 0s");
  const auto two = [](const std::string& first, const std::string& second) {
    const std::string start = R"({"from": "worker", "to": "monitor", )";
    return "\"links\": [" + start + first + "}, " + start + second + "}]";
  };
  refused(two(R"("queue": {"bytes_per_second": 1000, "shared": "up"})",
              R"("queue": {"bytes_per_second": 2000, "shared": "up"})"),
          "/links/1/queue/shared", "is another at /links/0/queue", "the same values");
  refused(
      two(R"("loss": {"gilbert_elliott": {"good_mean": "1s", "bad_mean": "1s", "shared": "up"}})",
          R"("loss": {"alternating": {"good": "1s", "bad": "1s", "shared": "up"}})"),
      "/links/1/loss/alternating/shared", "other times at /links/0/loss/gilbert_elliott",
      "the same times");
  // What the state does to each link may differ.
  CHECK(
      read(
          with_member(two(
              R"("loss": {"alternating": {"good": "9s", "bad": "1s", "shared": "up"}})",
              R"("loss": {"alternating": {"good": "9s", "bad": "1s", "loss_bad": 0.5, "shared": "up"}})")))
          .ok());
}

TEST_CASE("a fault strikes some nodes, at times of one kind") {
  refused(fault("overload", R"("at": "1s", "length": "1s")"), "/faults/0/overload",
          "names no nodes", "\"node\", \"nodes\" or \"places\"");
  refused(
      fault("gray_failure", R"("node": "worker/0", "nodes": "worker", "at": "1s", "length": "1s")"),
      "/faults/0/gray_failure", "both \"node\" and \"nodes\"", "one of them");
  refused(fault("clock_step", R"("nodes": "worker", "forward": "1s")"), "/faults/0/clock_step",
          "the fault has no time", "\"at\"");
  refused(
      fault(
          "stall",
          R"("nodes": "worker", "length": "1s", "mean_time_between": "1s", "time_between": "1s")"),
      "/faults/0/stall", "both \"mean_time_between\" and \"time_between\"", "one of them");
  for (const char* rate : {R"("diurnal": {"amplitude": 0.5})",
                           R"("bursty": {"calm_mean": "1h", "busy_mean": "1m", "factor": 9})"}) {
    const std::string name = rate[1] == 'd' ? "diurnal" : "bursty";
    for (const char* timing : {"\"at\": \"1s\"", "\"time_between\": \"1m\""}) {
      refused(fault("stall",
                    R"("nodes": "worker", "length": "1s", )" + std::string(timing) + ", " + rate),
              "/faults/0/stall/" + name, "does not go with", "only with \"mean_time_between\"");
    }
  }
  for (const char* timing : {"mean_time_between", "time_between"}) {
    const std::string start =
        R"("nodes": "worker", "length": "1s", ")" + std::string(timing) + "\": \"1m\", ";
    refused(fault("stall", start + R"("every": "1m")"), "/faults/0/stall/every",
            "\"every\" does not go with \"" + std::string(timing) + "\"", "only at a set time");
    refused(fault("stall", start + R"("times": 2)"), "/faults/0/stall/times", "does not go with",
            "only at a set time");
  }
  refused(fault("stall", R"("nodes": "worker", "length": "1s", "time_between": "0s")"),
          "/faults/0/stall/time_between", "always zero", "above 0s");
  refused(fault("stall", R"("nodes": "worker", "length": "1s", "mean_time_between": "1s", )"
                         R"("diurnal": {"amplitude": 0.5}, )"
                         R"("bursty": {"calm_mean": "1h", "busy_mean": "1m", "factor": 9})"),
          "/faults/0/stall/bursty", "both \"diurnal\" and \"bursty\"", "one of them");
}

TEST_CASE("rates vary within their range") {
  const auto stall = [](const std::string& rate) {
    return fault("stall",
                 R"("nodes": "worker", "length": "1s", "mean_time_between": "1m", )" + rate);
  };
  refused(stall(R"("diurnal": {"amplitude": 1.1})"), "/faults/0/stall/diurnal/amplitude",
          "too large", "to 1");
  refused(stall(R"("diurnal": {"period": "0s", "amplitude": 1})"), "/faults/0/stall/diurnal/period",
          "zero", "above 0s");
  refused(stall(R"("bursty": {"calm_mean": "1h", "busy_mean": "1m", "factor": 0.5})"),
          "/faults/0/stall/bursty/factor", "too small", "from 1");
  refused(stall(R"("bursty": {"calm_mean": "1h", "factor": 2})"), "/faults/0/stall/bursty",
          "missing key \"busy_mean\"", "duration");
}

TEST_CASE("a fault that repeats is over before it comes again") {
  refused(fault("stall", R"("nodes": "worker", "at": "1s", "length": "10s", "every": "10s")"),
          "/faults/0/stall/every", "a fault of 10s comes again every 10s", "more than 10s");
  refused(fault("partition",
                R"("a": "worker", "b": "monitor", "at": "1s", "length": "10s", "every": "9s")"),
          "/faults/0/partition/every", "before it is over", "more than 10s");
  refused(fault("overload", R"("nodes": "worker", "at": "1s", "length": "10s", "every": "9s")"),
          "/faults/0/overload/every", "before it is over", "more than 10s");
  refused(fault("crash", R"("nodes": "worker", "at": "1s", "recover_after": "10s", "every": "9s")"),
          "/faults/0/crash/every", "before it is over", "more than 10s");
  refused(fault("crash", R"("nodes": "worker", "at": "1s", "every": "9s")"),
          "/faults/0/crash/every", "needs a node that recovers", "\"recover_after\"");
  refused(fault("stall", R"("nodes": "worker", "at": "1s", "length": "1s", "times": 3)"),
          "/faults/0/stall/times", "stands without \"every\"", "\"every\"");
  refused(
      fault("stall", R"("nodes": "worker", "at": "1s", "length": "1s", "every": "2s", "times": 0)"),
      "/faults/0/stall/times", "too small", "from 1");
  // Lengths that are drawn may overlap.
  CHECK(read(with_member(fault("overload", R"("nodes": "worker", "at": "1s", "every": "9s",
      "length": {"exponential": {"mean": "10s"}})")))
            .ok());
}

TEST_CASE("a node does not crash while a crash that repeats has it down") {
  const auto crashes = [](const std::string& first, const std::string& second) {
    return with_member("\"faults\": [\n{\"crash\": {\"node\": \"worker/1\", " + first +
                       "}},\n{\"crash\": {\"node\": \"worker/1\", " + second + "}}]");
  };
  const std::string every = R"("at": "1m", "recover_after": "1m", "every": "10m")";
  check_one(crashes(every, R"("at": "31m30s", "recover_after": "1s")"), 9, "/faults/1/crash/at",
            "worker/1 is down already, from 31m until 32m");
  CHECK(read(crashes(every, R"("at": "32m", "recover_after": "1s")")).ok());
  check_one(crashes(every, R"("at": "32m", "recover_after": "10m")"), 8, "/faults/0/crash/at",
            "worker/1 is down already, from 32m until 42m");
  check_one(crashes(every, R"("at": "32m")"), 8, "/faults/0/crash/at", "from 32m for good");
  CHECK(read(crashes(every + ", \"times\": 4", R"("at": "32m")")).ok());
}

TEST_CASE("rolling restarts end within the run and are of several nodes") {
  refused(
      fault("crash", R"("nodes": "worker", "at": "50m", "recover_after": "1m", "stagger": "5m")"),
      "/faults/0/crash/stagger", "after the end of the run", "before 1h");
  CHECK(
      read(with_member(fault("crash", R"("nodes": "worker", "at": "50m", "stagger": "4m")"))).ok());
  refused(fault("crash", R"("node": "worker/0", "at": "50m", "stagger": "5m")"),
          "/faults/0/crash/stagger", "does not go with \"node\"", "\"nodes\" or \"places\"");
  refused(fault("crash",
                R"("nodes": "worker", "mean_time_between": "50m", "down": "1m", "stagger": "5m")"),
          "/faults/0/crash/stagger", "does not go with", "only at a set time");
  refused(fault("crash", R"("nodes": "worker", "at": "5m", "slow_start": "5m")"),
          "/faults/0/crash/slow_start", "needs a node that recovers", "\"recover_after\"");
  refused(
      fault(
          "crash",
          R"("nodes": "worker", "at": "5m", "recover_after": "1m", "slow_start": {"exponential": {"mean": "1s"}})"),
      "/faults/0/crash/slow_start", "is not a duration", "duration");
}

TEST_CASE("routes, overloads and clock steps are what they can be") {
  refused(fault("route_change", R"("from": "worker", "to": "monitor", "at": "1s", "length": "1s")"),
          "/faults/0/route_change", "missing key \"extra\"", "distribution");
  refused(fault("route_change", R"("from": "worker", "at": "1s", "length": "1s", "extra": "1s")"),
          "/faults/0/route_change", "missing key \"to\"", "name");
  refused(fault("overload", R"("nodes": "worker", "at": "1s", "length": "1s", "drain": 1)"),
          "/faults/0/overload/drain", "too large", "below 1");
  refused(fault("overload", R"("nodes": "worker", "at": "1s", "length": "1s", "growth": 0)"),
          "/faults/0/overload/growth", "too small", "above 0");
  refused(fault("overload", R"("nodes": "worker", "at": "1s")"), "/faults/0/overload",
          "missing key \"length\"", "distribution");
  refused(fault("clock_step", R"("nodes": "worker", "at": "1s")"), "/faults/0/clock_step",
          "the clock is not set", "\"forward\" or \"back\"");
  refused(fault("clock_step", R"("nodes": "worker", "at": "1s", "back": "1s", "forward": "1s")"),
          "/faults/0/clock_step", "both \"forward\" and \"back\"", "one of them");
  refused(fault("clock_step", R"("nodes": "worker", "at": "1s", "back": "0s")"),
          "/faults/0/clock_step/back", "zero", "above 0s");
  check_one(with_member(fault("clock_step",
                              R"("nodes": "worker", "at": "1s", "back": "1s", "length": "1s")")),
            7, "/faults/0/clock_step/length", "unknown key");
}

TEST_CASE("guards and clocks of detectors are what they can be") {
  const auto entry = [](const std::string& beside) {
    return replaced("\"3s\"}}", "\"3s\"}, " + beside + "}");
  };
  check_one(entry(R"("clock": "wal")"), 5, "/detectors/0/clock", "unknown word", "wall");
  check_one(entry(R"("guard": {"hold": "1s"})"), 5, "/detectors/0/guard", "missing key \"pause\"");
  check_one(entry(R"("guard": {"pause": "0s"})"), 5, "/detectors/0/guard/pause", "zero");
  check_one(entry(R"("guard": {"pause": "1s", "hold": "0s"})"), 5, "/detectors/0/guard/hold",
            "zero");
  check_one(entry(R"("guard": "5s")"), 5, "/detectors/0/guard", "is not an object");
  check_one(replaced("\"1s\"", "\"1s\", \"on_monitor_wake\": \"drian\""), 4,
            "/watch/push/on_monitor_wake", "unknown word", "drain");
}
