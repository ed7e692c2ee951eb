#!/usr/bin/env python3
"""replay --query: what a detector says at given instants, against the answers of the products themselves."""

import gzip
import json
import math
import re
import statistics
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from program import ProgramTest, main

DATA = Path(__file__).resolve().parent.parent / "data"


def vectors(name):
    return json.loads(gzip.decompress((DATA / name).read_bytes()))


def lines(times):
    return "".join(f"{t}\n" for t in times)


def last_beat_of(events):
    return max(event[1] for event in events if event[0] == "H")


def asked_after_beats(events, kind):
    """The questions, but for those that the original was asked before a beat of the same millisecond."""
    later = set()
    out = []
    for event in reversed(events):
        if event[0] == "H":
            later.add(event[1])
        elif event[0] in kind and event[1] not in later:
            out.append(event)
    return out[::-1]


class Query(ProgramTest):
    def query(self, detector, *settings, arguments=()):
        options = [word for setting in settings for word in ("--set", setting)]
        done = self.succeed("replay", "arrivals.csv", "--detector", detector, *options, "--query", "times.csv",
                            "--unit", "ms", "--format", "json", *arguments)
        self.assertEqual(done.err, "")
        return json.loads(done.out, parse_float=Decimal)

    def files(self, arrivals, times):
        self.write("arrivals.csv", lines(arrivals))
        self.write("times.csv", lines(times))

    def assert_level(self, level, expected):
        if expected == "Infinity" or float(expected) >= 300:
            self.assertTrue(level == "inf" or float(level) >= 300, (level, expected))
            return
        expected = float(expected)
        self.assertLessEqual(abs(float(level) - expected), 1e-12 * abs(expected))
        self.assertEqual(math.copysign(1, float(level)), math.copysign(1, expected))

    def test_akka_answers_as_pekko_did(self):
        asked = crossings = 0
        for run in vectors("akka.json.gz")["runs"]:
            config = run["config"]
            deadline_only = config["detector"] == "deadline"
            names = (["acceptable_heartbeat_pause", "heartbeat_interval"] if deadline_only else
                     ["min_std_deviation", "acceptable_heartbeat_pause", "first_heartbeat_estimate"])
            settings = [f"{name}={config[name + '_ms']}ms" for name in names]
            if not deadline_only:
                settings += [f"{name}={config[name]}" for name in ("threshold", "max_sample_size")]
            for scenario in run["scenarios"]:
                with self.subTest(run=run["name"], scenario=scenario["name"]):
                    events = scenario["events"]
                    last = last_beat_of(events)
                    crossing = last + scenario["first_unavailable_ms_after_last_hb"]
                    questions = asked_after_beats(events, "QA")
                    self.files([e[1] for e in events if e[0] == "H"],
                               [e[1] for e in questions] + [crossing - 1, crossing])
                    answers = self.query("akka_deadline" if deadline_only else "akka", *settings)
                    self.assertEqual(len(answers), len(questions) + 2)
                    for question, answer in zip(questions, answers):
                        self.assertEqual(answer["time_ms"], question[1])
                        self.assertEqual(answer["suspected"], question[-1] == 0, question)
                        if deadline_only:
                            self.assertIsNone(answer["level"])
                        elif question[0] == "Q" and question[2] is not None:
                            self.assert_level(answer["level"], question[2])
                        asked += 1
                    self.assertEqual([answer["suspected"] for answer in answers[-2:]], [False, True])
                    self.assertEqual(answers[-1]["deadline_ms"], crossing)
                    self.assertIs(type(answers[-1]["deadline_ms"]), int)
                    crossings += 1
        self.assertEqual(crossings, 360)
        self.assertGreater(asked, 10000)

    def test_cassandra_answers_as_the_original_did(self):
        asked = crossings = 0
        for run in vectors("cassandra.json.gz")["runs"]:
            config = run["config"]
            threshold = config["phi_convict_threshold"]
            settings = [f"phi_convict_threshold={threshold}", f"sample_size={config['sample_size']}",
                        f"fd_initial_value={config['fd_initial_value_ms']}ms",
                        f"max_local_pause={config['max_local_pause_in_ms']}ms"]
            settings.append("release=5.0.0-5.0.6" if run["variant"] == "B"
                            else f"fd_max_interval={config['fd_max_interval_ms']}ms")
            for scenario in run["scenarios"]:
                with self.subTest(variant=run["variant"], scenario=scenario["name"]):
                    events = scenario["events"]
                    last = last_beat_of(events)
                    crossing = last + scenario["first_ms_phi_above_threshold_after_last_hb"]
                    questions = asked_after_beats(events, "Q")
                    self.files([e[1] for e in events if e[0] == "H"],
                               [e[1] for e in questions] + [crossing - 1, crossing])
                    answers = self.query("cassandra", *settings)
                    for question, answer in zip(questions, answers):
                        self.assert_level(answer["level"], question[3])
                        self.assertEqual(answer["suspected"], question[3] > threshold, question)
                        asked += 1
                    self.assertEqual([answer["suspected"] for answer in answers[-2:]], [False, True])
                    deadline = Decimal(answers[-1]["deadline_ms"]).to_integral_value(ROUND_CEILING)
                    self.assertEqual(deadline, crossing)
                    crossings += 1
        self.assertEqual(crossings, 144)
        self.assertGreater(asked, 4500)

    def test_the_array_is_the_one_promised(self):
        # Three beats a second apart: by hand, akka at -0.0 at first, and half way (phi = log10 2) at mean plus pause.
        self.files([0, 1000, 2000], [2000, 6000])
        answers = self.query("akka")
        self.assertEqual([list(answer) for answer in answers],
                         [["time_ms", "level", "suspected", "deadline_ms"]] * 2)
        self.assertAlmostEqual(float(answers[1]["level"]), math.log10(2), delta=1e-13)
        done = self.succeed("replay", "arrivals.csv", "--detector", "fixed_timeout", "--set", "timeout=3s", "--query",
                            "times.csv", "--unit", "ms", "--format", "json")
        self.assertEqual(done.out, '[\n  {"time_ms": 2000, "level": null, "suspected": false, "deadline_ms": 5000},\n'
                                   '  {"time_ms": 6000, "level": null, "suspected": true, "deadline_ms": 5000}\n]\n')

    def test_the_examples_of_the_docs_are_true(self):
        for name, arrivals, times in (("README.md", [0, 1000, 2000], [6000]),
                                      ("docs/TRACES.md", [0, 1000], [4000, 6500])):
            text = (DATA.parent.parent / name).read_text()
            found = re.search(r'^\[\n(  {"time_ms".*\n)+\]\n', text, re.MULTILINE)
            self.files(arrivals, times)
            done = self.succeed("replay", "arrivals.csv", "--detector", "akka", "--set", "threshold=8", "--set",
                                "acceptable_heartbeat_pause=3s", "--query", "times.csv", "--unit", "ms", "--format",
                                "json")
            self.assertEqual(found.group(), done.out, name)

    def test_an_arrival_at_the_instant_of_the_question_counts_before_it(self):
        self.files([0, 3000, 6001], [2999, 3000, 5999, 6000, 6001])
        answers = self.query("fixed_timeout", "timeout=3s")
        self.assertEqual([(a["suspected"], a["deadline_ms"]) for a in answers],
                         [(False, 3000), (False, 6000), (False, 6000), (True, 6000), (False, 9001)])

    def test_questions_are_answered_in_the_order_of_their_file(self):
        self.files([1000, 2000], [9000, 1500, 9000, 500])
        answers = self.query("fixed_timeout", "timeout=3s")
        self.assertEqual([(a["time_ms"], a["suspected"], a["deadline_ms"]) for a in answers],
                         [(9000, True, 5000), (1500, False, 4000), (9000, True, 5000), (500, False, None)])

    def test_before_the_first_beat_there_is_no_deadline_and_the_contract_says_who_suspects(self):
        self.files([1000, 2000], [999])
        self.assertEqual(self.query("akka"),
                         [{"time_ms": 999, "level": 0, "suspected": False, "deadline_ms": None}])
        self.assertEqual(self.query("nfd_e", "safety_margin=1s", arguments=["--interval", "1s"]),
                         [{"time_ms": 999, "level": None, "suspected": True, "deadline_ms": None}])
        # One gap is too few for phi: there is no deadline yet.
        self.files([1000, 2000], [99999])
        self.assertEqual(self.query("phi_normal", "threshold=8"),
                         [{"time_ms": 99999, "level": 0, "suspected": False, "deadline_ms": None}])

    def test_levels_are_numbers_inf_or_null(self):
        self.files([0], [100000])
        self.assertEqual(self.query("akka")[0]["level"], "inf")
        for detector, level in [("hazelcast", False), ("missed_beats", False), ("session", False), ("kappa", True),
                                ("chitchat", True), ("two_window", False)]:
            settings = {"session": ["timeout=3s"], "kappa": ["threshold=2"], "two_window": ["safety_margin=1s"]}
            self.files([0, 1000, 2000], [2500])
            answer = self.query(detector, *settings.get(detector, []), arguments=["--interval", "1s"])[0]
            self.assertEqual(answer["level"] is not None, level, detector)
        self.assertIsNotNone(self.query("hazelcast", "type=phi-accrual")[0]["level"])

    def test_durations_may_have_any_unit_and_bare_ones_that_of_the_option(self):
        self.files([0, 1000, 2000, 3000], [3500, 7000, 8000])
        expected = self.query("akka", "acceptable_heartbeat_pause=3s", "min_std_deviation=200ms")
        for pause, deviation in (("3000ms", "0.2s"), ("3000", "200"), ("3000.0", "200000us")):
            answers = self.query("akka", f"acceptable_heartbeat_pause={pause}", f"min_std_deviation={deviation}")
            self.assertEqual(answers, expected)
        self.assertNotEqual(self.query("akka", "min_std_deviation=200ms"),
                            self.query("akka", "min_std_deviation=300ms"))
        self.write("arrivals.csv", "t_s\n0\n1\n2\n3\n")
        self.write("times.csv", "t_s\n3.5\n")
        ask = ["replay", "arrivals.csv", "--detector", "akka", "--query", "times.csv", "--format", "json", "--set"]
        self.refuse(2, ask + ["acceptable_heartbeat_pause=3"], "has no unit", '"3s"')
        self.assertEqual(json.loads(self.succeed(*ask, "acceptable_heartbeat_pause=3s").out)[0]["time_s"], 3.5)
        # Counts and levels have no unit.
        self.files([0, 1000], [1500])
        self.refuse(2, ["replay", "arrivals.csv", "--detector", "akka", "--query", "times.csv", "--unit", "ms", "--set",
                        "threshold=8ms"], "threshold")

    def test_files_may_have_headers_comments_gzip_and_decimals(self):
        self.files([0, 1000, 2000], [2500.5])
        expected = self.query("fixed_timeout", "timeout=3s")
        self.assertEqual(expected[0]["time_ms"], Decimal("2500.5"))
        self.write("arrivals.csv", gzip.compress(b"# mine\n\narrival_ms\n0.0\n1e3\n2000.000000\n"))
        self.write("times.csv", gzip.compress(b"# asked\nquery_ms\n2500.500000\n\n"))
        self.assertEqual(self.query("fixed_timeout", "timeout=3s"), expected)

    def test_what_is_finer_than_a_nanosecond_is_refused_with_its_line(self):
        ask = ["replay", "arrivals.csv", "--detector", "fixed_timeout", "--set", "timeout=3s", "--query", "times.csv",
               "--unit", "ms"]
        self.files([0, "1000.0000005"], [1])
        self.refuse(3, ask, "arrivals.csv:2", "no whole number of nanoseconds")
        self.files([0, 1000], ["1.0000005"])
        self.refuse(3, ask, "times.csv:1", "no whole number of nanoseconds")

    def test_times_are_exact_in_every_unit(self):
        for unit, at, deadline in [("ns", "1700000000123456789", "1700000003123456789"),
                                   ("us", "1700000000123456.789", "1700000003123456.789"),
                                   ("s", "1700000000.123456789", "1700000003.123456789")]:
            self.files([at], [at])
            done = self.succeed("replay", "arrivals.csv", "--detector", "fixed_timeout", "--set", "timeout=3s",
                                "--query", "times.csv", "--unit", unit, "--format", "csv")
            self.assertEqual(done.out, f"time_{unit},level,suspected,deadline_{unit}\n{at},,false,{deadline}\n")

    def test_other_formats_say_the_same(self):
        self.files([0, 1000, 2000], [500, 2000, 9000])
        ask = ["replay", "arrivals.csv", "--detector", "fixed_timeout", "--set", "timeout=3s", "--query", "times.csv",
               "--unit", "ms", "--format"]
        rows = json.loads(self.succeed(*ask, "json").out)
        self.assertEqual([json.loads(line) for line in self.succeed(*ask, "ndjson").out.splitlines()], rows)
        self.assertEqual(self.succeed(*ask, "csv").out.splitlines()[3], "9000,,true,5000")
        table = self.succeed(*ask, "table")
        self.assertEqual(table.out.splitlines()[3].split(), ["9000", "-", "true", "5000"])
        self.assertIn("3 arrivals, 3 questions", table.err)
        self.assertEqual(self.succeed(*ask, "table", "--quiet").err, "")

    def test_questions_do_not_touch_the_detector(self):
        # A long pause between questions would trip cassandra's guard if they counted as its looks.
        arrivals = list(range(0, 60001, 1000))
        self.files(arrivals, [100, 59999, 500000])
        few = self.query("cassandra", "max_local_pause=1s")
        self.files(arrivals, sorted([100, 59999, 500000] + list(range(0, 500000, 777))))
        many = {answer["time_ms"]: answer for answer in self.query("cassandra", "max_local_pause=1s")}
        self.assertEqual([many[answer["time_ms"]] for answer in few], few)
        self.assertTrue(few[-1]["suspected"])

    def test_check_every_asks_on_a_grid_and_drives_the_guard(self):
        # Due at 5.5 s: a monitor that looks every 2 s finds out at 6 s, and keeps to it until the beat at 7.5 s.
        self.files([0, 1000, 2500, 7500], [5500, 5999, 6000, 7499, 7500, 8000])
        settings = ["timeout=3s", "check_every=2s"]
        self.assertEqual([a["suspected"] for a in self.query("fixed_timeout", *settings)],
                         [False, False, True, True, False, False])
        # Looks farther apart than max_local_pause: the monitor never trusts itself to convict.
        self.files([0, 1000, 2000], [60000, 600000])
        self.assertEqual([a["suspected"] for a in self.query("cassandra")], [True, True])
        self.assertEqual([a["suspected"] for a in self.query("cassandra", "check_every=1s")], [True, True])
        self.assertEqual([a["suspected"] for a in self.query("cassandra", "check_every=6s")], [False, False])

    def test_numbers_count_from_0_and_the_interval_is_an_option(self):
        # Arrivals exactly on a grid of 1 s: nfd_e expects the next at 3 s.
        self.files([0, 1000, 2000], [2000])
        for arguments in (["--interval", "1s"], ["--interval", "1000"], ["--set", "interval=1s"]):
            answer = self.query("nfd_e", "safety_margin=250ms", arguments=arguments)[0]
            self.assertEqual(answer["deadline_ms"], 3250)
        ask = ["replay", "arrivals.csv", "--detector", "nfd_e", "--set", "safety_margin=1s", "--query", "times.csv",
               "--unit", "ms"]
        self.refuse(2, ask, "nfd_e needs --interval")
        self.refuse(2, ask + ["--interval", "0s"], "above 0s")
        self.refuse(2, ask + ["--interval", "1s", "--set", "interval=2s"], "given twice")
        self.write("beats.csv", "n,at_ms,sent_ms\n0,10,0\n1,1010,1000\n")
        done = self.succeed("replay", "beats.csv", "--detector", "nfd_s", "--set", "shift=500ms", "--query",
                            "times.csv", "--unit", "ms", "--interval", "1s", "--seq-column", "n", "--sent-column",
                            "sent_ms", "--column", "at_ms", "--format", "csv")
        self.assertIn("2000,,false,2500\n", done.out)

    def test_the_monitor_of_the_tutorials_is_strict(self):
        # now - last > 3 s, asked every 0.5 s: at 3.0 s still alive, at 3.5 s suspected; a beat brings it back.
        self.files([0, 4000], [3000, 3499, 3500, 3999, 4000, 7000, 7500])
        for timeout, verdicts in (("3s1ns", [False, False, True, True, False, False, True]),
                                  ("3s", [True, True, True, True, False, True, True])):
            answers = self.query("fixed_timeout", f"timeout={timeout}", "check_every=500ms")
            self.assertEqual([answer["suspected"] for answer in answers], verdicts, timeout)

    def test_the_phi_of_the_tutorials_has_the_sample_deviation(self):
        arrivals = [1100, 2120, 3080, 4300, 5110, 7090, 8500, 9050, 10110, 11100, 12140]
        times = [12500, 13000, 13500, 14000, 15000]
        self.files(arrivals, times)
        answers = self.query("phi_normal", "threshold=8", "window=100", "deviation=sample")
        gaps = [later - earlier for earlier, later in zip(arrivals, arrivals[1:])]
        for time, answer in zip(times, answers):
            z = (time - arrivals[-1] - statistics.mean(gaps)) / statistics.stdev(gaps)
            phi = -math.log10(math.erfc(z / math.sqrt(2)) / 2)
            # Mean and deviation are held to 2^-16 ns.
            self.assertAlmostEqual(float(answer["level"]), phi, delta=1e-9 * phi)
            self.assertEqual(answer["suspected"], phi >= 8)

    def test_what_a_query_cannot_be_is_refused(self):
        self.files([0, 1000, 2000], [2000])
        ask = ["replay", "arrivals.csv", "--query", "times.csv", "--unit", "ms", "--detector", "fixed_timeout"]
        timeout = ["--set", "timeout=3s"]
        self.refuse(2, ask + timeout + ["--detector", "akka"], "one --detector")
        self.refuse(2, ask + ["--axis", "timeout=1s,2s"], "--set in place of --axis")
        self.refuse(2, ask + timeout + ["--out", "r"], "no --out")
        self.refuse(2, ask + timeout + ["--set", "dead_after=1s"], "dead_after")
        self.refuse(2, ask + timeout + ["--set", "check_every=1ns"], "check_every", "looks")
        self.refuse(2, ask, "--set timeout=")
        self.write("times.csv", "# nothing\n")
        self.refuse(3, ask + timeout, "holds no times")
        self.write("times.csv", "2000\nsoon\n")
        self.refuse(3, ask + timeout, "times.csv:2", '"soon" is not a number')
        self.files([0, 1000], ["1e16"])
        self.refuse(3, ask + timeout, "times.csv")
        self.files([1000, 0], [1])
        self.refuse(3, ask + timeout, "arrivals.csv:2", "time goes backwards")
        (self.folder / "times.csv").unlink()
        self.refuse(4, ask + timeout, "times.csv", "cannot open")

    def test_a_recording_tells_its_interval_and_takes_the_unit_of_the_questions(self):
        self.write("r.csv", "# flatline trace 1\n# interval: 1s\n# clocks: one\n"
                            "seq,sent_ns,received_ns,skipped,waited_ns\n0,0,1000000,0,\n1,1000000000,1001000000,0,\n"
                            "# end: sent 2, dropped 0\n")
        self.write("times.csv", "1500\n")
        done = self.succeed("replay", "r.csv", "--detector", "nfd_e", "--set", "safety_margin=1s", "--query",
                            "times.csv", "--unit", "ms", "--format", "csv")
        self.assertEqual(done.out.splitlines()[1], "1500,,false,3001")


if __name__ == "__main__":
    main()
