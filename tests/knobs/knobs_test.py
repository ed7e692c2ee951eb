"""Every knob is alive: for each key of docs/SCENARIO.md (which a test holds against the schema) two values give
different rows. Usage: knobs_test.py PROGRAM SCENARIO.md"""

import copy
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM, DOCUMENT = sys.argv[1:3]

# Keys that say what a scenario is, not what happens in it.
SILENT = {"$schema", "name", "why", "expect"}

BASE = {
    "name": "knobs",
    "seed": 5,
    "duration": "30m",
    "nodes": {"w": 3, "m": {"count": 1}},
    "link": {"delay": {"lognormal": {"median": "40ms", "sigma": 1.0}}, "loss": 0.05},
    "watch": {"push": {"from": "w", "to": "m", "interval": "200ms"}},
    "detectors": [
        {"fixed_timeout": {"timeout": "450ms"}},
        {"phi_normal": {"threshold": 2, "window": 50, "min_deviation": "20ms"}},
        {"phi_exponential": {"threshold": 0.9, "window": 50}},
        {"nfd_s": {"shift": "150ms"}},
        {"nfd_e": {"safety_margin": "100ms", "window": 20}},
        {"nfd_u": {"safety_margin": "100ms", "expected_delay": "50ms"}},
        {"bertier": {"window": 20}},
        {"two_window": {"safety_margin": "100ms", "long_window": 20}},
        {"sfd": {"safety_margin": "100ms", "target_detection_time": "500ms", "target_mistake_rate": 3,
                 "target_query_accuracy": 0.98, "step": "40ms", "slot": 20, "window": 20}},
        {"phi_logistic": {"threshold": 2, "window": 50, "min_deviation": "20ms"}},
        {"ed": {"threshold": 0.9, "window": 50}},
        {"satzger_histogram": {"threshold": 0.9, "window": 50}},
        {"kappa": {"threshold": 1.5, "window": 50}},
        {"missed_beats": {"misses": 2}},
        {"akka": {"threshold": 2, "max_sample_size": 50, "min_std_deviation": "20ms",
                  "acceptable_heartbeat_pause": "0s", "first_heartbeat_estimate": "200ms"}},
        {"akka_deadline": {"acceptable_heartbeat_pause": "250ms", "heartbeat_interval": "200ms"}},
        {"cassandra": {"phi_convict_threshold": 1, "sample_size": 50, "fd_initial_value": "300ms"}},
        {"hazelcast": {"type": "phi-accrual", "max_no_heartbeat": "100ms", "heartbeat_interval": "200ms",
                       "threshold": 2, "sample_size": 50, "min_std_deviation": "20ms"}},
        {"chitchat": {"phi_threshold": 2, "sampling_window_size": 50, "max_interval": "1s",
                      "initial_interval": "200ms"}},
        {"session": {"timeout": "400ms", "tick": "100ms"}},
        {"election_timer": {"election_timeout": "400ms"}},
        {"health_check": {"product": "haproxy", "interval": "200ms", "timeout": "100ms"}},
    ],
}
GILBERT_ELLIOTT = {"good_mean": "20s", "bad_mean": "1s", "loss_good": 0.01, "loss_bad": 0.9}
CRASH = {"nodes": "w", "mean_time_between": "2m", "down": "20s"}
STALL = {"nodes": "w", "mean_time_between": "20s", "length": {"exponential": {"mean": "1s"}}}
SHORT_STALL = {"node": "w/0", "at": "5m", "length": "2s"}
PARTITION = {"a": ["w/0"], "b": ["m"], "at": "5m", "length": "20s"}
RULE = {"from": "w", "to": "m"}


def scenario(**changes):
    out = copy.deepcopy(BASE)
    out.update(changes)
    return out


def push(**changes):
    return scenario(watch={"push": {**BASE["watch"]["push"], **changes}})


def link(**changes):
    return scenario(link={**BASE["link"], **changes})


def rule(**changes):
    return scenario(links=[{**RULE, **changes}])


def bursts(**changes):
    return link(loss={"gilbert_elliott": {**GILBERT_ELLIOTT, **changes}})


def fault(kind, value):
    return scenario(faults=[{kind: value}])


def with_detector(name, **changes):
    return scenario(detectors=[{name: {**next(d[name] for d in BASE["detectors"] if name in d), **changes}}])


def one(name, value, beside=None):
    return scenario(detectors=[{name: value, **(beside or {})}])


def delay(law):
    return link(delay=law)


def sweep(axes):
    return scenario(detectors=BASE["detectors"][:1], sweep=axes)


BOTH_WAYS = scenario(
    watch={"push": {"from": ["w", "m"], "to": ["w", "m"], "interval": "200ms"}}, links=[{**RULE, "loss": 0.3}])


def both_ways(value):
    out = copy.deepcopy(BOTH_WAYS)
    out["links"][0]["both_ways"] = value
    return out


CASES = {
    "seed": (scenario(seed=1), scenario(seed=2)),
    "duration": (scenario(duration="20m"), scenario(duration="30m")),
    "warm_up": (scenario(warm_up="10s"), scenario(warm_up="17s")),
    "replications": (scenario(replications=1), scenario(replications=2)),
    "nodes": (scenario(nodes={"w": 3, "m": 1}), scenario(nodes={"w": 4, "m": 1})),
    "link": (scenario(link={"loss": 0.05}), BASE),
    "links": (BASE, rule(loss=0.2)),
    "watch": (BASE, push(interval="300ms")),
    "faults": (BASE, fault("crash", CRASH)),
    "detectors": (BASE, one("fixed_timeout", {"timeout": "1s"})),
    "sweep": (sweep({"timeout": ["1s"]}), sweep({"timeout": ["1s", "2s"]})),
    "node_group.count": (scenario(nodes={"w": {"count": 2}, "m": 1}), scenario(nodes={"w": {"count": 3}, "m": 1})),
    "link.delay": (link(delay="1ms"), link(delay="30ms")),
    "link.loss": (link(loss=0.01), link(loss=0.1)),
    "link.duplicate": (link(duplicate=0), link(duplicate=0.5)),
    "link.order": (link(order="any"), link(order="fifo")),
    "link_rule.from": (rule(loss=0.3, **{"from": "w/0"}), rule(loss=0.3, **{"from": ["w/0", "w/1"]})),
    "link_rule.to": (rule(loss=0.3), rule(loss=0.3, to="w/1")),
    "link_rule.both_ways": (both_ways(False), both_ways(True)),
    "link_rule.delay": (rule(delay="1ms"), rule(delay="30ms")),
    "link_rule.loss": (rule(loss=0.01), rule(loss=0.1)),
    "link_rule.duplicate": (rule(duplicate=0), rule(duplicate=0.5)),
    "link_rule.order": (rule(order="any"), rule(order="fifo")),
    "loss.gilbert_elliott": (BASE, bursts()),
    "gilbert_elliott.good_mean": (bursts(), bursts(good_mean="40s")),
    "gilbert_elliott.bad_mean": (bursts(), bursts(bad_mean="3s")),
    "gilbert_elliott.loss_good": (bursts(), bursts(loss_good=0.1)),
    "gilbert_elliott.loss_bad": (bursts(), bursts(loss_bad=0.5)),
    "watch.push": (BASE, push(interval="300ms")),
    "push.from": (push(), push(**{"from": ["w/0", "w/1"]})),
    "push.to": (scenario(nodes={"w": 3, "m": 2}), scenario(
        nodes={"w": 3, "m": 2}, watch={"push": {"from": "w", "to": "m/0", "interval": "200ms"}})),
    "push.interval": (push(interval="200ms"), push(interval="250ms")),
    "push.jitter": (push(), push(jitter={"ratio": 0.2, "of": "grid"})),
    "push.phase": (push(phase="spread"), push(phase="synchronised")),
    "push.bytes": (push(bytes=64), push(bytes=100)),
    "jitter.ratio": (push(jitter={"ratio": 0.1, "of": "grid"}), push(jitter={"ratio": 0.2, "of": "grid"})),
    "jitter.of": (push(jitter={"ratio": 0.1, "of": "grid"}), push(jitter={"ratio": 0.1, "of": "interval"})),
    "fault.crash": (BASE, fault("crash", CRASH)),
    "fault.stall": (BASE, fault("stall", STALL)),
    "fault.partition": (BASE, fault("partition", PARTITION)),
    "crash.node": (fault("crash", {"node": "w/0", "at": "5m"}), fault("crash", {"node": "w/1", "at": "5m"})),
    "crash.nodes": (fault("crash", CRASH), fault("crash", {**CRASH, "nodes": ["w/0"]})),
    "crash.at": (fault("crash", {"node": "w/0", "at": "5m"}), fault("crash", {"node": "w/0", "at": "6m"})),
    "crash.recover_after": (fault("crash", {"node": "w/0", "at": "5m"}),
                            fault("crash", {"node": "w/0", "at": "5m", "recover_after": "1m"})),
    "crash.mean_time_between": (fault("crash", CRASH), fault("crash", {**CRASH, "mean_time_between": "5m"})),
    "crash.down": (fault("crash", CRASH), fault("crash", {**CRASH, "down": "40s"})),
    "stall.node": (fault("stall", SHORT_STALL), fault("stall", {**SHORT_STALL, "node": "w/1"})),
    "stall.nodes": (fault("stall", STALL), fault("stall", {**STALL, "nodes": "w/2"})),
    "stall.at": (fault("stall", SHORT_STALL), fault("stall", {**SHORT_STALL, "at": "6m"})),
    "stall.mean_time_between": (fault("stall", STALL), fault("stall", {**STALL, "mean_time_between": "60s"})),
    "stall.length": (fault("stall", STALL), fault("stall", {**STALL, "length": "2s"})),
    "stall.on_wake": (fault("stall", {**STALL, "on_wake": "send"}), fault("stall", {**STALL, "on_wake": "skip"})),
    "partition.a": (fault("partition", PARTITION), fault("partition", {**PARTITION, "a": ["w/0", "w/1"]})),
    "partition.b": (fault("partition", PARTITION), fault("partition", {**PARTITION, "b": ["w/1"]})),
    "partition.at": (fault("partition", PARTITION), fault("partition", {**PARTITION, "at": "6m"})),
    "partition.mean_time_between": tuple(
        fault("partition", {"a": ["w/0"], "b": ["m"], "length": "20s", "mean_time_between": gap})
        for gap in ("3m", "6m")),
    "partition.length": (fault("partition", PARTITION), fault("partition", {**PARTITION, "length": "30s"})),
    "partition.direction": (fault("partition", PARTITION), fault("partition", {**PARTITION, "direction": "b_to_a"})),
    "detector.label": (one("fixed_timeout", {"timeout": "1s"}),
                       one("fixed_timeout", {"timeout": "1s"}, {"label": "other"})),
    "detector.dead_after": tuple(one("fixed_timeout", {"timeout": "450ms"}, {"dead_after": after})
                                 for after in ("450ms", "900ms")),
    "detector.check_every": tuple(one("fixed_timeout", {"timeout": "450ms"}, {"check_every": every})
                                  for every in ("100ms", "300ms")),
    "sweep.where": (sweep({"timeout": ["1s", "2s"]}), sweep({"timeout": ["1s", "2s"], "where": "timeout > 1s"})),
    "axis.from": tuple(sweep({"timeout": {"from": low, "to": "3s", "points": 3}}) for low in ("1s", "2s")),
    "axis.to": tuple(sweep({"timeout": {"from": "1s", "to": high, "points": 3}}) for high in ("3s", "4s")),
    "axis.step": tuple(sweep({"timeout": {"from": "1s", "to": "3s", "step": step}}) for step in ("1s", "500ms")),
    "axis.points": tuple(sweep({"timeout": {"from": "1s", "to": "3s", "points": points}}) for points in (3, 4)),
    "axis.scale": tuple(sweep({"timeout": {"from": "1s", "to": "4s", "points": 3, "scale": scale}})
                        for scale in ("linear", "log")),
    "law.plus": (delay({"exponential": {"mean": "40ms"}}), delay({"exponential": {"mean": "40ms"}, "plus": "9ms"})),
    "component.weight": tuple(
        delay({"mixture": [{"weight": w, "of": "1ms"}, {"weight": 1, "of": "300ms"}]}) for w in (1, 9)),
    "component.of": tuple(
        delay({"mixture": [{"weight": 9, "of": "1ms"}, {"weight": 1, "of": of}]}) for of in ("300ms", "600ms")),
}

def set_of(changes):
    """With two places, so that a key may name one or the other."""
    return scenario(places={"p": "w/0", "q": ["w/1", "m"]}, **changes)


def racks(of="w", size=1):
    return scenario(places={"rack": {"of": of, "size": size}}, links=[{**RULE, "from": "rack/0", "loss": 0.4}])


def zones(**changes):
    return scenario(zones={"round_trips": "near.tsv", "names": ["w", "m"], **changes})


def clock(**changes):
    return scenario(clocks=[{"nodes": "w", **changes}])


def queue(**changes):
    return link(queue={"bytes_per_second": 2000, "load": 0.5, "packet_bytes": 500, **changes})


def alternating(**changes):
    return link(loss={"alternating": {"good": "20s", "bad": {"exponential": {"mean": "2s"}}, **changes}})


def tcp(**changes):
    return link(loss=0.3, transport="tcp", tcp=changes)


def guarded(guard, wake="timers", **beside):
    """A monitor that stalls and, waking, judges before it reads."""
    return scenario(
        watch={"push": {**BASE["watch"]["push"], "on_monitor_wake": wake}},
        faults=[{"stall": {"nodes": "m", "mean_time_between": "20s", "length": "2s"}}],
        detectors=[{"fixed_timeout": {"timeout": "450ms"}, "check_every": "100ms",
                    **({"guard": guard} if guard else {}), **beside}])


def walls(faults, reads="wall"):
    """A detector on a clock that is set."""
    return set_of({"faults": faults, "detectors": [{"fixed_timeout": {"timeout": "450ms"}, "clock": reads}]})


CASES |= {
    "places": tuple(scenario(places={"p": nodes}, links=[{**RULE, "from": "p", "loss": 0.4}])
                    for nodes in ("w/0", ["w/0", "w/1"])),
    "place.of": (racks(), racks(of=["w/2", "w/1"])),
    "place.size": (racks(), racks(size=2)),
    "zones": (BASE, zones()),
    "zones.round_trips": (zones(), zones(round_trips="far.tsv")),
    "zones.unit": (zones(), zones(unit="us")),
    "zones.names": (zones(), zones(names=["m", "w"])),
    "zones.of": tuple(scenario(zones={"round_trips": "near.tsv", "of": of}) for of in (["w/0", "m"], ["m", "w/0"])),
    "zones.jitter": (zones(), zones(jitter={"exponential": {"mean": "80ms"}})),
    "clocks": (BASE, clock(drift_ppm=50000)),
    "clock_rule.nodes": (clock(drift_ppm=50000), clock(drift_ppm=50000, nodes="w/0")),
    "clock_rule.drift_ppm": (clock(drift_ppm=50000), clock(drift_ppm=-50000)),
    "clock_rule.drift_spread_ppm": (clock(drift_spread_ppm=1000), clock(drift_spread_ppm=20000)),
    "clock_rule.wander_ppm": (clock(wander_ppm=1000), clock(wander_ppm=20000)),
    "clock_rule.granularity": (clock(granularity="0s"), clock(granularity="150ms")),
    "loss.alternating": (BASE, alternating()),
    "alternating.good": (alternating(), alternating(good="40s")),
    "alternating.bad": (alternating(), alternating(bad="5s")),
    "alternating.loss_good": (alternating(), alternating(loss_good=0.1)),
    "alternating.loss_bad": (alternating(), alternating(loss_bad=0.5)),
    "alternating.shared": (alternating(), alternating(shared="uplink")),
    "gilbert_elliott.shared": (bursts(), bursts(shared="uplink")),
    "queue.bytes_per_second": (queue(), queue(bytes_per_second=4000)),
    "queue.buffer_bytes": (queue(load=0.8), queue(load=0.8, buffer_bytes=2000)),
    "queue.load": (queue(), queue(load=0.2)),
    "queue.packet_bytes": (queue(), queue(packet_bytes=100)),
    "queue.shared": (queue(), queue(shared="uplink")),
    "tcp.first_timeout": (tcp(), tcp(first_timeout="1s")),
    "tcp.longest_timeout": (tcp(), tcp(longest_timeout="200ms")),
    "tcp.retries": (tcp(), tcp(retries=0)),
    "push.on_monitor_wake": (guarded(None), guarded(None, wake="drain")),
    "detector.clock": tuple(walls([{"clock_step": {"nodes": "m", "at": "5m", "every": "1m", "back": "5s"}}], reads)
                            for reads in ("wall", "monotonic")),
    "detector.guard": (guarded(None), guarded({"pause": "1s"})),
    "guard.pause": (guarded({"pause": "1s", "hold": "3s"}), guarded({"pause": "10s", "hold": "3s"})),
    "guard.hold": (guarded({"pause": "1s"}), guarded({"pause": "1s", "hold": "10s"})),
    "cassandra.max_local_pause": tuple(
        scenario(faults=[{"stall": {"nodes": "m", "mean_time_between": "1m", "length": "8s"}}],
                 detectors=[{"cassandra": {"phi_convict_threshold": 1, "max_local_pause": pause}, "check_every": "1s"}])
        for pause in ("5s", "20s")),
}
for of, make in (("link", link), ("link_rule", rule)):
    CASES |= {
        of + ".correlation_time": (make(delay=BASE["link"]["delay"]),
                                   make(delay=BASE["link"]["delay"], correlation_time="5s")),
        of + ".queue": (make(), make(queue={"bytes_per_second": 2000})),
        of + ".transport": (make(), make(transport="tcp")),
        of + ".tcp": (make(loss=0.3, transport="tcp"),
                      make(loss=0.3, transport="tcp", tcp={"first_timeout": "1s"})),
    }

# Every kind of fault: what it strikes and does, and at set times what else. Those of which little is seen come often.
STRUCK = {
    "crash": ({"down": "5s"}, {"recover_after": "5s"}),
    "stall": ({"length": "2s"}, {}),
    "partition": ({"length": "2s"}, {}),
    "route_change": ({"length": "5s", "extra": "300ms"}, {}),
    "overload": ({"length": "5s", "growth": 0.5}, {}),
    "gray_failure": ({"length": "5s"}, {}),
    "clock_step": ({"back": "5s"}, {}),
}
SIDES = {"partition": {"a": "w", "b": "m"}, "route_change": {"from": "w", "to": "m"}}
BURSTY = {"calm_mean": "2m", "busy_mean": "20s", "factor": 20}
DIURNAL = {"period": "10m", "amplitude": 1}
for kind, (does, when_set) in STRUCK.items():
    monitor = kind == "clock_step"  # the monitor's wall clock is the one that is read
    make = (lambda value, kind=kind: walls([{kind: value}])) if monitor else (
        lambda value, kind=kind: set_of({"faults": [{kind: value}]}))
    whom = SIDES.get(kind, {"nodes": "m" if monitor else "w"})
    at = {**(when_set or does), "at": "5m", "every": "30s"}
    often = {**whom, **does, "mean_time_between": "30s"}
    cases = {
        "at": ({**whom, **at}, {**whom, **at, "at": "25m"}),
        "every": ({**whom, **at}, {**whom, **at, "every": "60s"}),
        "times": ({**whom, **at, "times": 2}, {**whom, **at, "times": 20}),
        "mean_time_between": (often, {**often, "mean_time_between": "60s"}),
        "time_between": tuple({**whom, **does, "time_between": law} for law in ("30s", {"uniform": ["10s", "90s"]})),
        "diurnal": (often, {**often, "diurnal": DIURNAL}),
        "bursty": (often, {**often, "bursty": BURSTY}),
    }
    if kind not in SIDES:
        one_of, other = ("m/0", "w/0") if monitor else ("w/0", "w/1")
        cases |= {"node": ({"node": one_of, **at}, {"node": other, **at}),
                  "nodes": ({"nodes": whom["nodes"], **at}, {"nodes": [other], **at}),
                  "places": ({"places": "p", **at}, {"places": "q", **at})}
    CASES["fault." + kind] = (make({**often, "mean_time_between": "90d"}), make(often))
    for key, values in cases.items():
        CASES.setdefault(f"{kind}.{key}", tuple(make(value) for value in values))


def struck(kind, **changes):
    """With a fault that strikes often."""
    does, when_set = STRUCK[kind]
    timing = {"mean_time_between": "30s"} if kind != "crash" else {"at": "5m", "every": "1m"}
    whom = SIDES.get(kind, {"nodes": "m" if kind == "clock_step" else "w"})
    value = {**whom, **(when_set or does), **timing, **changes}
    value = {key: inner for key, inner in value.items() if inner is not None}
    return walls([{kind: value}]) if kind == "clock_step" else scenario(faults=[{kind: value}])


CASES |= {
    "crash.stagger": (struck("crash"), struck("crash", stagger="7s")),
    "crash.slow_start": (struck("crash"), struck("crash", slow_start="15s")),
    "route_change.from": (struck("route_change"), struck("route_change", **{"from": "w/0"})),
    "route_change.to": (struck("route_change"), struck("route_change", to="w/0")),
    "route_change.both_ways": tuple(
        struck("route_change", **{"from": "m", "to": "w", "both_ways": both}) for both in (False, True)),
    "route_change.length": (struck("route_change"), struck("route_change", length="20s")),
    "route_change.extra": (struck("route_change"), struck("route_change", extra="600ms")),
    "overload.length": (struck("overload"), struck("overload", length="10s")),
    "overload.growth": (struck("overload"), struck("overload", growth=0.1)),
    "overload.drain": (struck("overload"), struck("overload", drain=0.1)),
    "gray_failure.length": (struck("gray_failure"), struck("gray_failure", length="20s")),
    "clock_step.forward": tuple(struck("clock_step", back=None, forward=step) for step in ("100ms", "5s")),
    "clock_step.back": (struck("clock_step"), struck("clock_step", back="100ms")),
    "diurnal.period": tuple(struck("stall", diurnal={**DIURNAL, "period": period}) for period in ("10m", "20m")),
    "diurnal.peak": tuple(struck("stall", diurnal={**DIURNAL, "peak": peak}) for peak in ("0s", "5m")),
    "diurnal.amplitude": tuple(struck("stall", diurnal={**DIURNAL, "amplitude": share}) for share in (1, 0.3)),
    "bursty.calm_mean": tuple(struck("stall", bursty={**BURSTY, "calm_mean": calm}) for calm in ("2m", "30s")),
    "bursty.busy_mean": tuple(struck("stall", bursty={**BURSTY, "busy_mean": busy}) for busy in ("20s", "60s")),
    "bursty.factor": tuple(struck("stall", bursty={**BURSTY, "factor": factor}) for factor in (20, 2)),
}

# Each law against a constant, and each of its parameters at two values.
LAWS = {
    "exponential": {"mean": ("40ms", "80ms")},
    "normal": {"mean": ("40ms", "80ms"), "deviation": ("10ms", "30ms")},
    "lognormal": {"median": ("40ms", "80ms"), "sigma": (0.5, 1.0)},
    "gamma": {"shape": (2, 3), "scale": ("30ms", "50ms")},
    "weibull": {"shape": (0.8, 1.5), "scale": ("30ms", "50ms")},
    "pareto": {"shape": (2.5, 3.5), "scale": ("30ms", "50ms")},
}
for law, parameters in LAWS.items():
    first = {name: values[0] for name, values in parameters.items()}
    CASES["law." + law] = (delay("1ms"), delay({law: first}))
    for name, (_, second) in parameters.items():
        CASES[f"law_{law}.{name}"] = (delay({law: first}), delay({law: {**first, name: second}}))
CASES["law.uniform"] = (delay("1ms"), delay({"uniform": ["0s", "300ms"]}))
CASES["law.mixture"] = (delay("1ms"), delay({"mixture": [{"weight": 1, "of": "1ms"}, {"weight": 1, "of": "300ms"}]}))

# Each detector, and each of its parameters at two values.
DETECTORS = {
    "fixed_timeout": {"timeout": ("450ms", "600ms"), "restart_on": ("any", "newest")},
    "nfd_s": {"shift": ("150ms", "300ms")},
    "nfd_e": {"safety_margin": ("100ms", "200ms"), "window": (20, 3)},
    "nfd_u": {"safety_margin": ("100ms", "200ms"), "expected_delay": ("50ms", "150ms")},
    "bertier": {"delay_weight": (1, 3), "variation_weight": (4, 2), "gain": (0.1, 0.5), "window": (20, 3),
                "min_margin": ("0s", "400ms")},
    "two_window": {"safety_margin": ("100ms", "200ms"), "short_window": (1, 4), "long_window": (20, 5)},
    "sfd": {"safety_margin": ("100ms", "900ms"), "target_detection_time": ("500ms", "250ms"),
            "target_mistake_rate": (3, 0), "target_query_accuracy": (0.98, 0.9), "step": ("40ms", "10ms"),
            "gain": (0.5, 0.1), "slot": (20, 50), "window": (20, 3)},
    "phi_normal": {"threshold": (2, 3), "window": (50, 10), "min_deviation": ("20ms", "200ms"),
                   "acceptable_pause": ("0s", "100ms"), "deviation": ("population", "sample"),
                   "first_beat_estimate": ("200ms", "900ms")},
    "phi_exponential": {"threshold": (0.9, 1.5), "window": (50, 10), "first_beat_estimate": ("200ms", "900ms")},
    "phi_logistic": {"threshold": (2, 3), "window": (50, 10), "min_deviation": ("20ms", "200ms"),
                     "acceptable_pause": ("0s", "100ms"), "deviation": ("population", "sample"),
                     "first_beat_estimate": ("200ms", "900ms")},
    "ed": {"threshold": (0.9, 0.99), "window": (50, 10), "first_beat_estimate": ("200ms", "900ms")},
    "satzger_histogram": {"threshold": (0.9, 1), "window": (50, 10), "scale": (1, 0.5)},
    "kappa": {"threshold": (1.5, 2.5), "contribution": ("normal", "step"), "offset": ("0s", "100ms"),
              "window": (50, 10), "min_deviation": ("0s", "400ms"), "first_beat_estimate": ("200ms", "900ms")},
    "missed_beats": {"misses": (2, 3), "up_after": (1, 3), "tolerance": ("0s", "50ms"),
                     "windows": ("since_beat", "grid")},
    "akka": {"threshold": (2, 3), "max_sample_size": (50, 10), "min_std_deviation": ("20ms", "200ms"),
             "acceptable_heartbeat_pause": ("0s", "100ms"), "first_heartbeat_estimate": ("200ms", "900ms")},
    "akka_deadline": {"acceptable_heartbeat_pause": ("250ms", "400ms"), "heartbeat_interval": ("200ms", "300ms")},
    "cassandra": {"phi_convict_threshold": (1, 1.5), "fd_initial_value": ("300ms", "900ms"),
                  "fd_max_interval": ("300ms", "900ms"), "sample_size": (50, 10),
                  "release": ("5.0.7", "5.0.0-5.0.6")},
    "hazelcast": {"type": ("phi-accrual", "deadline"), "max_no_heartbeat": ("100ms", "300ms"),
                  "heartbeat_interval": ("200ms", "900ms"), "threshold": (2, 3), "sample_size": (50, 10),
                  "min_std_deviation": ("20ms", "200ms")},
    "chitchat": {"phi_threshold": (2, 3), "sampling_window_size": (50, 10), "max_interval": ("1s", "300ms"),
                 "initial_interval": ("200ms", "900ms"), "prior_weight": (5, 50)},
    "session": {"timeout": ("400ms", "600ms"), "expiry": ("bucketed", "plain"), "tick": ("100ms", "300ms"),
                "min_timeout": ("100ms", "600ms"), "max_timeout": ("1s", "300ms"),
                "after_expiry": ("reopen", "closed")},
    "election_timer": {"product": ("etcd", "hashicorp"), "election_timeout": ("400ms", "600ms"),
                       "heartbeat_interval": ("100ms", "50ms")},
    "health_check": {"product": ("haproxy", "consul"), "interval": ("200ms", "250ms"), "timeout": ("100ms", "200ms"),
                     "fall": (2, 3), "rise": (1, 3)},
}
for detector, parameters in DETECTORS.items():
    CASES["detector." + detector] = (one("nfd_s" if detector == "fixed_timeout" else "fixed_timeout",
                                         {"shift": "1s"} if detector == "fixed_timeout" else {"timeout": "1s"}),
                                     with_detector(detector))
    for name, values in parameters.items():
        CASES[f"{detector}.{name}"] = tuple(with_detector(detector, **{name: value}) for value in values)
# What a detector does with its first beats shows where processes restart.
for detector in ("phi_normal", "phi_exponential", "phi_logistic", "ed", "kappa"):
    CASES[f"{detector}.first_beat_estimate"] = tuple(
        {**with_detector(detector, first_beat_estimate=value), "faults": [{"crash": CRASH}]}
        for value in DETECTORS[detector]["first_beat_estimate"])

# A parameter of a detector is a column of the rows: the rest must differ too.
SETTING_COLUMNS = re.compile(r"^(" + "|".join(DETECTORS) + r")\.")


def rows(document, folder, number):
    """The measures of every row, without the columns that repeat what was set."""
    path = f"{folder}/{number}.json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)
    done = subprocess.run([PROGRAM, "sweep", path, "--out", f"{folder}/{number}", "--format", "json", "--quiet"],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"exit {done.returncode}: {done.stderr}\n{json.dumps(document)}")
    measures = [{k: v for k, v in row.items() if not SETTING_COLUMNS.match(k)} for row in json.loads(done.stdout)]
    return hashlib.sha256(json.dumps(measures).encode()).hexdigest()


class Knobs(unittest.TestCase):
    def test_every_documented_key_has_two_values_that_differ(self):
        with open(DOCUMENT, encoding="utf-8") as file:
            documented = set(re.findall(r"^### `([^`]+)`$", file.read(), re.MULTILINE)) - SILENT
        self.assertGreater(len(documented), 80)
        # Recorded values need a file: tested below.
        self.assertEqual(documented - {"law.empirical"}, set(CASES))

    def test_both_values_give_different_rows(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, matrix in (("near", "1\t20\n90\t1\n"), ("far", "1\t500\n90\t1\n")):
                with open(f"{folder}/{name}.tsv", "w", encoding="utf-8") as file:
                    file.write(matrix)
            for number, (key, (first, second)) in enumerate(sorted(CASES.items())):
                with self.subTest(key=key):
                    self.assertNotEqual(rows(first, folder, f"{number}a"), rows(second, folder, f"{number}b"))

    def test_recorded_values_change_the_result(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, values in (("fast", "1ms\n2ms\n"), ("slow", "1ms\n400ms\n")):
                with open(f"{folder}/{name}.csv", "w", encoding="utf-8") as file:
                    file.write(values)
            first, second = (rows(delay({"empirical": f"{name}.csv"}), folder, name) for name in ("fast", "slow"))
            self.assertNotEqual(first, second)

    def test_equal_scenarios_give_equal_rows(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(rows(BASE, folder, "a"), rows(BASE, folder, "b"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
