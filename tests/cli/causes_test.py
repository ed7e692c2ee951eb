#!/usr/bin/env python3
"""explain causes: the tally adds up, and an ablation is a run without the source."""

import csv
import html.parser
import io
import json
import re
import signal
import subprocess
import time
from pathlib import Path

import program
from program import ProgramTest, main, small

FLAPPING = Path(__file__).resolve().parent.parent.parent / "scenarios" / "flapping-causes.json"

STALL = {"stall": {"nodes": "worker", "mean_time_between": "10m", "length": {"exponential": {"mean": "3s"}}}}
RARE = {"stall": {"nodes": "worker", "mean_time_between": "30m", "length": "6s"}}
CUT = {"partition": {"a": "worker/0", "b": "monitor", "mean_time_between": "1h", "length": "10s"}}
BURSTS = {"gilbert_elliott": {"good_mean": "10m", "bad_mean": "2s"}}


def troubled(**changes):
    return small(**{
        "duration": "20h",
        "link": {"delay": {"exponential": {"mean": "20ms"}}, "loss": BURSTS, "duplicate": 0.01},
        "watch": {"push": {"from": "worker", "to": "monitor", "interval": "1s", "jitter": {"ratio": 0.1}}},
        "faults": [STALL, RARE, CUT],
        "detectors": [{"fixed_timeout": {"timeout": "3s"}, "label": "3x", "dead_after": "2s"},
                      {"phi_normal": {"threshold": 4, "window": 100, "min_deviation": "50ms"}}],
        **changes})


class Causes(ProgramTest):
    def rows(self, file, *arguments):
        done = self.succeed("explain", "causes", file, "--format", "json", *arguments)
        return json.loads(done.out)

    def ran(self, scenario, name):
        """The rows of `flatline run`."""
        done = self.succeed("run", self.write(name + ".json", scenario), "--format", "json", "--quiet",
                            "--out", "results/" + name)
        return json.loads(done.out)

    @staticmethod
    def counts(row):
        return {key: value for key, value in row.items() if re.fullmatch("mistakes(_by_.*)?", key)}

    def same(self, explained, ran):
        self.assertEqual(len(explained), len(ran))
        for a, b in zip(explained, ran):
            self.assertEqual((a["label"], a["state"], a["kind"]), (b["label"], b["state"], b["kind"]))
            self.assertEqual(self.counts(a), self.counts(b))

    def test_each_row_has_a_baseline_that_run_gives_too_and_its_causes_add_up(self):
        rows = self.rows(self.write("s.json", troubled()))
        for row in rows:
            causes = [value for key, value in row.items() if key.startswith("mistakes_by_")]
            self.assertGreaterEqual(len(causes), 5)
            self.assertEqual(sum(causes), row["mistakes"], row)
        base = [row for row in rows if row["without"] is None]
        self.same(base, self.ran(troubled(), "base"))
        self.assertEqual([(row["label"], row["state"]) for row in base],
                         [("3x", "suspected"), ("3x", "dead"), ("phi_normal", "suspected")])
        for row in rows:
            all_of_it = next(b["mistakes"] for b in base if (b["label"], b["state"]) == (row["label"], row["state"]))
            self.assertAlmostEqual(row["remaining_share"], row["mistakes"] / all_of_it, places=9)

    def test_an_ablation_is_a_run_without_the_source(self):
        rows = self.rows(self.write("s.json", troubled()))
        push = troubled()["watch"]["push"]
        link = troubled()["link"]
        calm_push = {key: value for key, value in push.items() if key != "jitter"}
        # Without the first stalls the second would be the first of their kind; cut from the end they keep their place.
        expected = {
            "faults/1 stall worker": {"faults": [STALL, CUT]},
            "faults/2 partition worker/0 | monitor": {"faults": [STALL, RARE]},
            "every stall": {"faults": [CUT]},
            "loss": {"link": {**link, "loss": 0}},
            "delay variation": {"link": {**link, "delay": "13.862944ms"}},
            "duplicates": {"link": {**link, "duplicate": 0}},
            "heartbeat jitter": {"watch": {"push": calm_push}},
            "everything": {"faults": [], "watch": {"push": calm_push}, "link": {"delay": "13.862944ms"}},
        }
        names = {row["without"] for row in rows if row["without"] is not None}
        self.assertEqual(names, {*expected, "faults/0 stall worker"})
        for without, changes in expected.items():
            with self.subTest(without=without):
                self.same([row for row in rows if row["without"] == without],
                          self.ran(troubled(**changes), re.sub("[^a-z0-9]", "-", without)))

    def test_the_first_of_two_equal_faults_leaves_the_second_as_it_was(self):
        # Both strike at their own moments: each alone and both together add up, as far as they do not overlap.
        short = {"phase": "synchronised"}
        quiet = troubled(link={"delay": "1ms"}, detectors=[{"fixed_timeout": {"timeout": "3s"}}],
                         watch={"push": {"from": "worker", "to": "monitor", "interval": "1s", **short}},
                         faults=[RARE, RARE])
        rows = {row["without"]: row["mistakes"] for row in self.rows(self.write("s.json", quiet))}
        self.assertEqual(rows["every stall"], 0)
        both, second, first = rows[None], rows["faults/0 stall worker"], rows["faults/1 stall worker"]
        self.assertGreater(min(first, second), 20)
        # 6 s of every 30 min: about one stall in 150 overlaps another or follows it so closely that they merge.
        self.assertLessEqual(abs(first + second - both), 5)
        alone = self.ran({**quiet, "faults": [RARE]}, "alone")[0]["mistakes"]
        self.assertEqual(first, alone)
        self.assertNotEqual(first, second)  # streams of their own

    def test_what_helps_most_comes_first_and_everything_last(self):
        rows = self.rows(self.write("s.json", troubled()))
        for label, state in {(row["label"], row["state"]) for row in rows}:
            mine = [row for row in rows if (row["label"], row["state"]) == (label, state)]
            self.assertIsNone(mine[0]["without"])
            self.assertEqual(mine[-1]["without"], "everything")
            left = [row["mistakes"] for row in mine[1:-1]]
            self.assertEqual(left, sorted(left))

    def test_threads_and_engine_do_not_change_a_byte(self):
        name = self.write("s.json", troubled(duration="2h"))
        once = self.succeed("explain", "causes", name, "--format", "csv", "--jobs", "1").out
        for other in (["--jobs", "3"], ["--engine", "event"], ["--engine", "stream", "--jobs", "2"]):
            self.assertEqual(self.succeed("explain", "causes", name, "--format", "csv", *other).out, once)

    def test_settings_and_seed_are_those_of_run(self):
        name = self.write("s.json", troubled(duration="2h"))
        arguments = ["--set", "3x.timeout=5s", "--set", "/faults/0/stall/mean_time_between=5m", "--seed", "9"]
        base = [row for row in self.rows(name, *arguments) if row["without"] is None]
        self.same(base, json.loads(self.succeed("run", name, "--format", "json", "--out", "r", *arguments).out))

    def test_sweep_axes_are_left_out_as_run_leaves_them_out(self):
        swept = troubled(duration="2h", sweep={"window": [10, 400], "loss": [0, 0.5]})
        base = [row for row in self.rows(self.write("s.json", swept)) if row["without"] is None]
        self.same(base, self.ran(swept, "swept"))

    def test_formats_tell_the_same(self):
        name = self.write("s.json", troubled(duration="2h"))
        rows = self.rows(name)
        lines = self.succeed("explain", "causes", name, "--format", "ndjson").out.splitlines()
        self.assertEqual([json.loads(line) for line in lines], rows)
        table = list(csv.DictReader(io.StringIO(self.succeed("explain", "causes", name, "--format", "csv").out)))
        self.assertEqual([row["mistakes"] for row in table], [str(row["mistakes"]) for row in rows])
        self.assertEqual([row["without"] or None for row in table], [row["without"] for row in rows])
        text = self.succeed("explain", "causes", name).out
        markdown = self.succeed("explain", "causes", name, "--format", "markdown").out
        for row in rows:
            without = row["without"]
            if without is None or row["remaining_share"] is None:
                continue
            self.assertRegex(text, re.escape(without) + r" +" + str(row["mistakes"]) + r"  +")
            self.assertIn("| " + without.replace("|", "\\|") + " | " + str(row["mistakes"]) + " |", markdown)
        self.assertLessEqual(max(map(len, text.splitlines())), 130)
        self.assertIn("# What remains", markdown)
        columns = {line.count("|") - line.count("\\|") for line in markdown.splitlines() if line.startswith("| ")}
        self.assertLessEqual(len(columns), 2)

    def test_the_closing_sentence_names_the_source_that_helps_most(self):
        guilty = troubled(faults=[CUT, {**STALL}], link={"delay": "1ms", "loss": 0.001})
        name = self.write("s.json", guilty)
        rows = self.rows(name)
        first = [row for row in rows if (row["label"], row["state"]) == ("3x", "suspected")]
        self.assertEqual(first[1]["without"], "faults/1 stall worker")
        gone = 100 * (1 - first[1]["remaining_share"])
        told = 100 * first[0]["mistakes_by_sender_stall"] / first[0]["mistakes"]
        text = " ".join(self.succeed("explain", "causes", name).out.split())
        self.assertIn(f"Without faults/1 stall worker {gone:.0f} % of the mistakes of '3x, suspected' are gone; the "
                      f"tally says sender_stall for {told:.0f} %.", text)
        self.assertNotIn("differ on", text)
        said = self.flatline("explain", "causes", name, "--format", "csv")
        self.assertIn("Without faults/1 stall worker", said.err)
        self.assertNotIn("Without faults", self.flatline("explain", "causes", name, "--format", "csv", "-q").err)

    def test_a_tally_that_disagrees_is_said_to(self):
        # Two stalls of the sender: the tally has one name for both, the ablation tells them apart.
        alike = troubled(faults=[STALL, STALL], link={"delay": "1ms"})
        text = " ".join(self.succeed("explain", "causes", self.write("s.json", alike)).out.split())
        self.assertRegex(text, "No single source makes most of the mistakes|Without faults/. stall worker 5. %")
        self.assertIn("differ on", text)
        self.assertIn("Causes combine", text)

    def test_what_nothing_troubles_is_explained_too(self):
        calm = small(link={"delay": "1ms"}, duration="1h")
        text = self.succeed("explain", "causes", self.write("s.json", calm)).out
        self.assertIn("makes no mistakes", text)
        tight = small(link={"delay": "1ms"}, duration="1h", detectors=[{"fixed_timeout": {"timeout": "900ms"}}])
        text = " ".join(self.succeed("explain", "causes", self.write("t.json", tight)).out.split())
        self.assertIn("no source of trouble that could be switched off", text)
        self.assertEqual(len(self.rows("t.json")), 1)

    def test_the_page_is_one_file_that_loads_nothing(self):
        name = self.write("s.json", troubled(duration="2h"))
        before = sorted(self.folder.rglob("*"))
        done = self.succeed("explain", "causes", name, "--html", "causes.html")
        self.assertIn("page in causes.html", done.err)
        self.assertEqual(sorted(self.folder.rglob("*")), sorted([*before, self.folder / "causes.html"]))
        page = (self.folder / "causes.html").read_text()
        self.assertEqual(page.count("<svg"), 1 + 3)  # the tally, and each row
        self.assertIn("default-src 'none'", page)
        self.assertNotRegex(page, r"(src|href)\s*=|<script|url\(")
        html.parser.HTMLParser().feed(page)
        self.succeed("explain", "causes", name, "--html", "again.html", "--jobs", "2")
        self.assertEqual((self.folder / "again.html").read_text(), page)

    def test_what_is_wrong_is_refused_as_elsewhere(self):
        good = self.write("s.json", troubled(duration="1h"))
        self.write("bad.json", troubled(duration="1"))
        causes = ["explain", "causes"]
        self.refuse(4, [*causes, "missing.json"], "missing.json")
        self.refuse(3, [*causes, "bad.json"], "bad.json", "duration")
        self.refuse(2, [*causes], "a scenario is missing", "explain causes SCENARIO")
        self.refuse(2, [*causes, good, "--job", "2"], "unknown option", "--jobs")
        self.refuse(2, [*causes, good, "--jobs", "0"], "--jobs 0")
        self.refuse(2, [*causes, good, "--format", "markdow"], "did you mean markdown?")
        self.refuse(2, [*causes, good, "--engine", "fast"], "--engine fast")
        self.refuse(2, [*causes, good, "--set", "timout=3s"], "timout")
        self.refuse(2, [*causes, good, "more"], "too many arguments")
        self.refuse(2, [*causes, good, "--html", ""], "--html")
        self.refuse(4, [*causes, good, "--html", "no/such/causes.html"], "no/such")
        self.refuse(4, [*causes, good, "--html", "."], "is a folder")
        self.refuse(2, ["explain", "cause", good], "explain causes SCENARIO")
        help_text = self.succeed("explain", "causes", "--help").out
        for word in ("--set", "--jobs", "--engine", "--html", "explain causes SCENARIO"):
            self.assertIn(word, help_text)
        self.assertIn("causes SCENARIO", self.succeed("help", "explain").out)

    def test_an_interruption_ends_with_130_and_leaves_nothing(self):
        name = self.write("s.json", troubled(duration="3000d", replications=4))
        before = sorted(self.folder.rglob("*"))
        with subprocess.Popen([program.FLATLINE, "explain", "causes", name, "--html", "causes.html", "--jobs", "1"],
                              cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            time.sleep(1)  # it is at work for minutes
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertEqual(out, b"")
        self.assertIn(b"interrupted", err)
        self.assertEqual(sorted(self.folder.rglob("*")), before)

    def test_the_flapping_scenario_names_the_planted_cause(self):
        rows = json.loads(self.succeed("explain", "causes", str(FLAPPING), "--set", "/duration=1d", "--quiet",
                                       "--format", "json").out)
        for label in ("3 s", "5 s", "phi 8"):
            with self.subTest(detector=label):
                mine = [row for row in rows if row["label"] == label]
                base, best = mine[0], mine[1]
                self.assertGreater(base["mistakes"], 40)
                self.assertGreater(base["mistakes_by_sender_stall"], 0.75 * base["mistakes"])
                self.assertEqual(best["without"], "faults/1 stall node")
                self.assertLess(best["remaining_share"], 0.25)
                self.assertEqual(best["mistakes_by_sender_stall"], 0)
                others = [row for row in mine[2:-1] if row["without"] != "every stall"]
                self.assertTrue(all(row["remaining_share"] > 0.75 for row in others), others)


if __name__ == "__main__":
    main()
