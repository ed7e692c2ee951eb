#pragma once

#include <string>

namespace flatline::scenario::test {

/// Has every key of a world that fails.
inline const std::string kFailing = R"({
  "name": "failing",
  "nodes": {"worker": 6, "monitor": 2, "db": 1},
  "places": {"eu": ["worker/0", "worker/1", "monitor/0"], "us": "db", "rack": {"of": "worker", "size": 4}},
  "zones": {"round_trips": "two.tsv", "unit": "us", "names": ["eu", "us"], "jitter": {"uniform": ["0s", "2ms"]}},
  "clocks": [{"nodes": "eu", "drift_ppm": -20, "drift_spread_ppm": 10, "wander_ppm": 1, "granularity": "15.6ms"},
             {"nodes": ["db", "worker/5"], "granularity": "0s"}],
  "link": {"correlation_time": "2s", "transport": "tcp",
           "queue": {"bytes_per_second": 125000, "buffer_bytes": 65536, "load": 0.6, "packet_bytes": 1200,
                     "shared": "uplink"},
           "tcp": {"first_timeout": "300ms", "longest_timeout": "60s", "retries": 5}},
  "links": [
    {"from": "rack/1", "to": "us", "transport": "udp", "queue": {"bytes_per_second": 0}, "correlation_time": "0s",
     "loss": {"alternating": {"good": {"exponential": {"mean": "1h"}}, "bad": "1m", "loss_good": 0.01,
                              "loss_bad": 0.9, "shared": "up"}}},
    {"from": "db", "to": "rack", "tcp": {"retries": 3},
     "loss": {"gilbert_elliott": {"good_mean": "9s", "bad_mean": "1s", "shared": "down"}}}
  ],
  "watch": {"push": {"from": "worker", "to": "monitor", "interval": "1s", "on_monitor_wake": "timers"}},
  "faults": [
    {"crash": {"places": "rack", "at": "10m", "recover_after": "1m", "every": "5m", "times": 3,
               "stagger": "30s", "slow_start": "5s"}},
    {"crash": {"nodes": "db", "at": "1m", "recover_after": "10s"}},
    {"crash": {"places": ["eu", "us"], "time_between": {"weibull": {"shape": 0.7, "scale": "1h"}}, "down": "10s",
               "slow_start": {"exponential": {"mean": "1s"}}}},
    {"stall": {"places": ["rack", "us"], "at": "10m", "length": "10s", "on_wake": "burst", "every": "1m"}},
    {"stall": {"nodes": "rack", "mean_time_between": "10m", "length": "10s", "on_wake": "skip",
               "diurnal": {"period": "12h", "peak": "3h", "amplitude": 0.5}}},
    {"stall": {"places": "rack", "mean_time_between": "10m", "length": "10s"}},
    {"partition": {"a": "rack/0", "b": "monitor", "at": "10m", "length": "10s", "every": "1m", "times": 2}},
    {"partition": {"a": "rack", "b": "monitor", "length": "10s", "time_between": {"uniform": ["1m", "2m"]}}},
    {"route_change": {"from": "worker", "to": ["monitor/0", "db"], "both_ways": true, "at": "10m",
                      "length": {"exponential": {"mean": "10s"}}, "extra": "20ms"}},
    {"route_change": {"from": "worker", "to": ["monitor/0", "db"], "mean_time_between": "10m", "length": "1m",
                      "extra": {"exponential": {"mean": "20ms"}}}},
    {"overload": {"places": "rack/1", "mean_time_between": "10m", "length": "10s", "growth": 2, "drain": 0.25,
                  "bursty": {"calm_mean": "1h", "busy_mean": "5m", "factor": 20}}},
    {"gray_failure": {"node": "db/0", "at": "10m", "length": "10s", "every": "11s"}},
    {"clock_step": {"node": "worker/2", "at": "10m", "back": "10s"}},
    {"clock_step": {"nodes": "worker", "mean_time_between": "10m", "forward": "2s"}}
  ],
  "detectors": [{"fixed_timeout": {"timeout": "3s"}, "clock": "wall", "guard": {"pause": "5s", "hold": "30s"}},
                {"fixed_timeout": {"timeout": "3s"}, "guard": {"pause": "4s"}, "clock": "monotonic"}],
  "duration": "1h"
})";

}  // namespace flatline::scenario::test
