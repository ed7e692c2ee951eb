#include "failing.hpp"
#include "helpers.hpp"

using namespace flatline;
using namespace flatline::scenario;
using namespace flatline::scenario::test;

namespace {

using Names = std::vector<std::string>;

const std::string kRich = R"({
  "name": "rich",
  "nodes": {"worker": 3, "monitor": {"count": 1}},
  "links": [
    {"from": "worker", "to": "monitor", "loss": 0.1},
    {"from": "monitor", "to": "worker", "loss": {"gilbert_elliott": {"good_mean": "9s", "bad_mean": "1s"}},
     "delay": {"mixture": [{"weight": 1, "of": {"lognormal": {"median": "1ms", "sigma": 1}}}]}}
  ],
  "watch": {"push": {"from": "worker", "to": "monitor", "interval": "1s"}},
  "faults": [{"stall": {"nodes": "worker", "mean_time_between": "1h",
                        "length": {"lognormal": {"median": "1s", "sigma": 2}}}}],
  "detectors": [
    {"phi_normal": {"threshold": 8, "min_deviation": "1ms"}},
    {"fixed_timeout": {"timeout": "3s"}, "label": "3x"},
    {"phi_normal": {"threshold": 9, "window": 50, "min_deviation": "1ms"}}
  ],
  "duration": "1h"
})";

Names places(const std::string& name, const std::string& text = kRich) {
  const auto found = document_of(text).places(name);
  INFO((found.ok() ? std::string() : text_of(found.problems())));
  REQUIRE(found.ok());
  return found.value();
}

}  // namespace

TEST_CASE("a parameter addresses every detector that has it, given or not") {
  CHECK(places("threshold") ==
        Names{"/detectors/0/phi_normal/threshold", "/detectors/2/phi_normal/threshold"});
  CHECK(places("window") ==
        Names{"/detectors/0/phi_normal/window", "/detectors/2/phi_normal/window"});
  CHECK(places("dead_after") ==
        Names{"/detectors/0/dead_after", "/detectors/1/dead_after", "/detectors/2/dead_after"});
}

TEST_CASE("a label and a parameter address one detector") {
  CHECK(places("3x.timeout") == Names{"/detectors/1/fixed_timeout/timeout"});
  CHECK(places("3x.check_every") == Names{"/detectors/1/check_every"});
  CHECK(places("phi_normal.threshold") == Names{"/detectors/0/phi_normal/threshold"});
  CHECK(places("phi_normal#2.threshold") == Names{"/detectors/2/phi_normal/threshold"});
}

TEST_CASE("the keys of the world have short names") {
  CHECK(places("interval") == Names{"/watch/push/interval"});
  CHECK(places("jitter") == Names{"/watch/push/jitter/ratio"});
  CHECK(places("bytes") == Names{"/watch/push/bytes"});
  CHECK(places("seed") == Names{"/seed"});
  CHECK(places("replications") == Names{"/replications"});
  CHECK(places("loss") == Names{"/links/0/loss", "/links/1/loss"});
  CHECK(places("delay") == Names{"/links/1/delay"});
  CHECK(places("order") == Names{"/link/order"});
  CHECK(places("good_mean") == Names{"/links/1/loss/gilbert_elliott/good_mean"});
  CHECK(places("loss_bad") == Names{"/links/1/loss/gilbert_elliott/loss_bad"});
  CHECK(places("sigma") == Names{"/links/1/delay/mixture/0/of/lognormal/sigma",
                                 "/faults/0/stall/length/lognormal/sigma"});
  CHECK(places("worker") == Names{"/nodes/worker"});
  CHECK(places("monitor") == Names{"/nodes/monitor/count"});
}

TEST_CASE("a pointer addresses what is there or could be") {
  CHECK(places("/links/0/loss") == Names{"/links/0/loss"});
  CHECK(places("/link/loss") == Names{"/link/loss"});
  CHECK(places("/detectors/0/phi_normal/window") == Names{"/detectors/0/phi_normal/window"});
}

TEST_CASE("a name that addresses nothing gets the nearest one") {
  const Document document = document_of(kRich);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"treshold", "threshold"},
      {"3x.timout", "3x.timeout"},
      {"intervall", "interval"},
      {"/watch/push/intervl", "interval"},
      {"/detectors/9/label", ""},
      {"zzzzzzzz", ""},
      {"shift", ""},
      {"", ""}};
  for (const auto& [name, nearest] : cases) {
    const auto found = document.places(name);
    INFO(name);
    REQUIRE_FALSE(found.ok());
    CHECK(found.problems()[0].suggestion == nearest);
  }
}

TEST_CASE("the keys of a world that fails have short names") {
  const auto at = [](const std::string& name) { return places(name, kFailing); };
  CHECK(at("size") == Names{"/places/rack/size"});
  CHECK(at("drift_ppm") == Names{"/clocks/0/drift_ppm"});
  CHECK(at("granularity") == Names{"/clocks/0/granularity", "/clocks/1/granularity"});
  CHECK(at("load") == Names{"/link/queue/load", "/links/0/queue/load"});
  CHECK(at("buffer_bytes") == Names{"/link/queue/buffer_bytes", "/links/0/queue/buffer_bytes"});
  CHECK(at("retries") == Names{"/link/tcp/retries", "/links/1/tcp/retries"});
  CHECK(at("transport") == Names{"/link/transport", "/links/0/transport"});
  CHECK(at("bad") == Names{"/links/0/loss/alternating/bad"});
  CHECK(at("on_monitor_wake") == Names{"/watch/push/on_monitor_wake"});
  CHECK(at("every") == Names{"/faults/0/crash/every", "/faults/3/stall/every",
                             "/faults/6/partition/every", "/faults/11/gray_failure/every"});
  CHECK(at("stagger") == Names{"/faults/0/crash/stagger"});
  CHECK(at("amplitude") == Names{"/faults/4/stall/diurnal/amplitude"});
  CHECK(at("factor") == Names{"/faults/10/overload/bursty/factor"});
  CHECK(at("extra") == Names{"/faults/8/route_change/extra", "/faults/9/route_change/extra"});
  CHECK(at("forward") == Names{"/faults/13/clock_step/forward"});
  CHECK(at("jitter") == Names{"/watch/push/jitter/ratio"});  // not that of zones
  CHECK(at("/zones/jitter") == Names{"/zones/jitter"});
  CHECK(at("/places/eu/1") == Names{"/places/eu/1"});
  CHECK(at("/places/rack/of") == Names{"/places/rack/of"});
  CHECK(places("transport") == Names{"/link/transport"});
  CHECK(places("correlation_time") == Names{"/link/correlation_time"});
}

TEST_CASE("the clock and the guard of detectors have short names, given or not") {
  CHECK(places("3x.clock") == Names{"/detectors/1/clock"});
  CHECK(places("3x.pause") == Names{"/detectors/1/guard/pause"});
  CHECK(places("hold") ==
        Names{"/detectors/0/guard/hold", "/detectors/1/guard/hold", "/detectors/2/guard/hold"});
  CHECK(places("/detectors/0/guard/pause") == Names{"/detectors/0/guard/pause"});
}

TEST_CASE("an axis may set the world that fails and the guard of a detector") {
  const auto swept = [](const std::string& axis) {
    std::string text = kFailing;
    return read(text.replace(text.rfind("\n}"), 0, ",\n  \"sweep\": {" + axis + "}"));
  };
  const auto good =
      swept(R"("pause": ["1s", "2s"], "clock": ["wall", "monotonic"], "load": [0.1, 0.2],
      "growth": {"from": 1, "to": 3, "step": 1}, "size": {"from": 2, "to": 4, "points": 3})");
  INFO((good.ok() ? std::string() : text_of(good.problems())));
  REQUIRE(good.ok());
  CHECK(good.value().sweep.axes[4].values == Names{"2", "3", "4"});
  CHECK_FALSE(swept(R"("clock": ["wal"])").ok());
  CHECK_FALSE(swept(R"("load": [1])").ok());
  // rack/1 is named and must stay.
  CHECK_FALSE(swept(R"("size": [6])").ok());
}
