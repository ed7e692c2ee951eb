#!/usr/bin/env python3
"""Detectors from shared libraries, from outside: the examples of the docs, and plug-ins that break their contract.

    plugin_test.py FLATLINE FOLDER_OF_LIBRARIES CC CXX
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/cli"))
import program  # noqa: E402
from program import ProgramTest, small  # noqa: E402

LIBRARIES = Path()
CC = CXX = ""

FAULTS = [{"crash": {"nodes": "worker", "mean_time_between": "20m", "down": "1m"}},
          {"stall": {"nodes": "monitor", "mean_time_between": "7m", "length": {"exponential": {"mean": "3s"}}}},
          {"stall": {"nodes": "worker", "mean_time_between": "9m", "length": "4s"}},
          {"partition": {"a": "worker/0", "b": "monitor", "mean_time_between": "15m", "length": "9s"}}]


def library(name):
    return str(LIBRARIES / f"lib{name}.so")


def busy(detectors, **changes):
    """Loss, overtaking, duplicates, crashes, stalls and partitions."""
    link = {"delay": {"exponential": {"mean": "400ms"}}, "loss": 0.05, "duplicate": 0.02}
    return small(link=link, faults=FAULTS, detectors=detectors, duration="12h", **changes)


class PluginTest(ProgramTest):
    def rows(self, scenario, *arguments, out="r", plugins=("k_missed", "widest_gap")):
        self.write("s.json", scenario)
        loads = [word for name in plugins for word in ("--plugin", library(name))]
        done = self.succeed("sweep", "s.json", *loads, "--out", out, "--format", "json", "-q", *arguments)
        self.assertEqual(done.err, "")
        return json.loads(done.out)


class Works(PluginTest):
    def test_a_plugin_that_is_a_fixed_timeout_gives_the_rows_of_fixed_timeout(self):
        both = [{"label": "ours", "fixed_timeout": {"timeout": "3s"}, "dead_after": "4s"},
                {"label": "theirs", "k_missed": {"misses": 3}, "dead_after": "4s"},
                {"label": "ours checked", "fixed_timeout": {"timeout": "2500ms"}, "check_every": "700ms"},
                {"label": "theirs checked", "k_missed": {"misses": 2, "grace": "500ms"}, "check_every": "700ms"}]
        rows = self.rows(busy(both))
        self.assertEqual([row["label"] for row in rows],
                         ["ours", "ours", "theirs", "theirs", "ours checked", "theirs checked"])
        measures = list(rows[0])[list(rows[0]).index("detection_time_mean_s"):]
        self.assertGreater(len(measures), 40)
        for ours, theirs in ((0, 2), (1, 3)):
            for measure in measures:
                self.assertEqual(rows[ours][measure], rows[theirs][measure], measure)
        # Checks lie on a grid of each row's own: alone, both draw the same one.
        for i, out in ((2, "a"), (3, "b")):
            checked = dict(both[i], label="it")
            row = self.rows(busy([checked]), out=out)[0]
            both[i] = {measure: row[measure] for measure in measures}
        self.assertEqual(both[2], both[3])
        self.assertGreater(rows[0]["mistakes"], 100)
        self.assertGreater(rows[1]["mistakes"], 5)

    def test_engine_and_threads_change_nothing(self):
        scenario = busy([{"k_missed": {}, "dead_after": "2s"}, {"label": "wide", "widest_gap": {"window": 20}},
                         {"fixed_timeout": {"timeout": "2s"}}],
                        replications=3, sweep={"misses": [1, 2, 4, 8, 16], "factor": [1.5, 2, 3]})
        first = self.rows(scenario, "--engine", "event", "--jobs", "1", out="event")
        self.assertEqual(len(first), 2 * 5 + 3 + 1)
        self.assertEqual([row["wide.factor"] for row in first if row["kind"] == "widest_gap"], [1.5, 2, 3])
        for engine, jobs in (("stream", "1"), ("stream", "5"), ("event", "3")):
            folder = f"{engine}{jobs}"
            self.assertEqual(self.rows(scenario, "--engine", engine, "--jobs", jobs, out=folder), first, folder)
            for name in ("cells.csv", "detection.csv", "timeline.csv", "scenario.json"):
                self.assertEqual((self.folder / folder / name).read_bytes(),
                                 (self.folder / "event" / name).read_bytes(), (folder, name))

    def test_a_larger_factor_detects_later_and_errs_less(self):
        scenario = busy([{"widest_gap": {"window": 50}}], sweep={"factor": [1, 1.5, 2, 4]})
        rows = self.rows(scenario)
        times = [row["detection_time_mean_s"] for row in rows]
        mistakes = [row["mistakes"] for row in rows]
        self.assertEqual((times, mistakes), (sorted(times), sorted(mistakes, reverse=True)))
        self.assertGreater(mistakes[0], mistakes[-1])

    def test_it_is_listed_validated_and_in_the_schema_like_any_other(self):
        listed = self.succeed("list", "detectors", "--plugin", library("widest_gap")).out
        self.assertRegex(listed, r"\nwidest_gap +Suspects when the silence is a multiple")
        self.assertIn(f"{library('widest_gap')}", listed)
        self.assertNotIn("widest_gap", self.succeed("list", "detectors").out)
        schema = self.succeed("schema", "--plugin", library("widest_gap")).out
        self.assertIn("widest_gap", json.loads(schema)["$defs"])
        self.write("s.json", small(detectors=[{"widest_gap": {"factor": 3}}]))
        resolved = self.succeed("validate", "s.json", "--resolved", "--plugin", library("widest_gap")).out
        self.assertEqual(json.loads(resolved)["detectors"][0]["widest_gap"], {"factor": 3, "window": 100})
        self.refuse(3, ["validate", "s.json"], "widest_gap")
        arguments = ["validate", "s.json", "--plugin", library("widest_gap"), "--set"]
        self.refuse(3, [*arguments, "factor=0.5"], "/detectors/0/widest_gap/factor", "too small")
        self.refuse(2, [*arguments, "factr=3"], '"factr"', '"factor"')

    def test_replay_judges_a_trace_with_it(self):
        gaps = [1000] * 200 + [9000] + [1000] * 200
        times = [sum(gaps[:i]) for i in range(len(gaps) + 1)]
        self.write("t.csv", "seq,arrival_ms\n" + "".join(f"{i},{t}\n" for i, t in enumerate(times)))

        def rows(*arguments):
            return json.loads(self.succeed("replay", "t.csv", *arguments, "--set", "interval=1s",
                                           "--format", "json").out)
        ours = rows("--detector", "fixed_timeout", "--set", "timeout=3s")[0]
        theirs = rows("--detector", "k_missed", "--plugin", library("k_missed"))[0]
        for name, value in ours.items():
            if name not in ("kind", "label") and "." not in name:
                self.assertEqual(theirs[name], value, name)
        wide = rows("--detector", "widest_gap", "--plugin", library("widest_gap"), "--axis", "factor=2,8,10",
                    "--set", "window=30")
        # 8 and 10 times the usual gap: only the silence of 9 s is long enough, for 2 and 8.
        self.assertEqual([row["mistakes"] for row in wide], [1, 1, 0])
        # The first gap is missing until all of the window is there.
        self.assertEqual({row["heartbeats"] for row in wide}, {len(times) - 30})

    def test_legal_oddities_are_no_faults(self):
        def mistakes(how):
            return self.rows(small(detectors=[{"bad": {"how": how}}]), out=how, plugins=["bad"])[0]
        good = mistakes("good")
        self.assertEqual(mistakes("infinite")["mistakes"], good["mistakes"])
        for how in ("past_deadline", "tiny_deadline"):
            self.assertLess(mistakes(how)["query_accuracy"], 0.01, how)
        never = mistakes("huge_deadline")
        self.assertEqual((never["mistakes"], never["query_accuracy"]), (0, 1))

    def test_results_belong_to_one_build_of_a_plugin(self):
        first, second = self.folder / "first.so", self.folder / "second.so"
        shutil.copy(library("k_missed"), first)
        second.write_bytes(first.read_bytes() + b"\0")
        self.write("s.json", small(detectors=[{"k_missed": {}}]))
        run = ["run", "s.json", "--out", "r", "-q", "--plugin"]
        done = self.succeed(*run, str(first))
        self.assertEqual(self.succeed(*run, str(first)).out, done.out)
        self.refuse(4, [*run, str(second)], "r")
        # A plug-in that the scenario does not name changes nothing.
        self.succeed(*run, str(first), "--plugin", library("bad"))

    def test_the_page_of_a_result_needs_no_plugin(self):
        self.rows(small(detectors=[{"k_missed": {}}]))
        self.succeed("report", "r")
        self.assertIn("k_missed", (self.folder / "r/report.html").read_text())


class Stopped(PluginTest):
    def fault(self, how, *fragments, engine="stream", jobs="2"):
        self.write("s.json", small(detectors=[{"fixed_timeout": {"timeout": "2s"}}, {"bad": {"how": how}}]))
        done = self.flatline("run", "s.json", "--plugin", library("bad"), "--out", "r", "--engine", engine, "--jobs",
                             jobs)
        self.assertEqual((done.code, done.out), (1, ""), (how, done))
        self.assertTrue(done.err.splitlines()[-1].startswith(f"flatline: plug-in bad ({library('bad')}): "), done)
        for fragment in fragments:
            self.assertIn(fragment, done.err, how)
        self.assertNotIn("defect of flatline", done.err)
        # Nothing that looks like a result.
        left = [path.name for path in (self.folder / "r").rglob("*") if path.is_file()]
        self.assertFalse({"cells.csv", "detection.csv", "timeline.csv", "scenario.json"} & set(left), left)
        if "manifest.json" in left:
            self.assertFalse(json.loads((self.folder / "r/manifest.json").read_text())["complete"])
        shutil.rmtree(self.folder / "r", ignore_errors=True)

    def test_a_broken_contract_ends_the_run_and_says_what_it_was(self):
        where = ('parameters {"how":"', "of the monitor's clock, after 5 observations")
        for how, what in [("nan", "suspicion() is not a number (NaN)"), ("minus_nan", "not a number (NaN)"),
                          ("fall", "suspicion() fell from "),
                          ("fall_from_infinity", "suspicion() fell from inf to "),
                          ("move_deadline", "deadline() changed from "),
                          ("fail_observe", "observe() failed with 7")]:
            for engine, jobs in (("stream", "1"), ("stream", "3"), ("event", "2")):
                with self.subTest(how=how, engine=engine, jobs=jobs):
                    self.fault(how, what, *where, engine=engine, jobs=jobs)
        for how, what in [("no_clone", "clone() gave no detector"), ("same_clone", "clone() gave the detector itself"),
                          ("throw_observe", "observe() threw a C++ exception")]:
            with self.subTest(how=how):
                self.fault(how, what)

    def test_worlds_that_were_finished_before_are_kept(self):
        # With an interval of two hours too few heartbeats come to do wrong.
        self.write("s.json", small(detectors=[{"bad": {"how": "nan", "timeout": "1s"}}],
                                   sweep={"interval": ["2h", "1s"]}))
        sweep = ["sweep", "s.json", "--plugin", library("bad"), "--out", "r", "--jobs", "1"]
        done = self.flatline(*sweep)
        self.assertEqual((done.code, done.out), (1, ""), done)
        self.assertNotIn("resuming", done.err)
        self.assertFalse((self.folder / "r/cells.csv").exists())
        again = self.flatline(*sweep)
        self.assertEqual(again.code, 1, again)
        self.assertIn("resuming: 1 of 2 worlds are done", again.err)
        self.assertIn("NaN", again.err)

    def test_one_wrong_setting_of_an_axis_ends_the_sweep(self):
        self.write("s.json", small(detectors=[{"bad": {"timeout": "1s"}}], sweep={"how": ["good", "fall"]}))
        done = self.flatline("sweep", "s.json", "--plugin", library("bad"), "--out", "r", "-q")
        self.assertEqual((done.code, done.out), (1, ""), done)
        self.assertIn('{"how":"fall","timeout":1000000000}', done.err)
        self.assertFalse((self.folder / "r/cells.csv").exists())

    def test_replay_is_stopped_too(self):
        self.write("t.csv", "arrival_ms\n" + "".join(f"{i * 1000}\n" for i in range(50)))
        for arguments in ([], ["--out", "r"]):
            done = self.flatline("replay", "t.csv", "--detector", "bad", "--plugin", library("bad"), "--set",
                                 "how=nan", "--set", "interval=1s", *arguments)
            self.assertEqual((done.code, done.out), (1, ""), done)
            self.assertIn("suspicion() is not a number", done.err)
            self.assertFalse((self.folder / "r/cells.csv").exists())

    def test_parameters_that_it_refuses_make_the_scenario_invalid(self):
        self.write("s.json", small(detectors=[{"bad": {"how": "refuse"}}]))
        for command in ("validate", "run"):
            self.refuse(3, [command, "s.json", "--plugin", library("bad")], "s.json:", "/detectors/0/bad",
                        "refuses these parameters: the moon is full")
        self.refuse(1, ["validate", "s.json", "--plugin", library("bad"), "--set", "how=throw_create"],
                    "create() threw a C++ exception")
        self.write("s.json", small(detectors=[{"k_missed": {"misses": 10}}], sweep={"interval": ["1s", "10000d"]}))
        self.refuse(3, ["sweep", "s.json", "--plugin", library("k_missed"), "--set", "misses=1000000"],
                    "missed heartbeats are longer than 36 years")

    def test_what_is_no_plugin_is_a_usage_error_that_names_the_file(self):
        self.write("s.json", small())
        self.write("text.so", "no library")
        for name, fragments in [
            (str(self.folder / "text.so"), ["cannot be loaded"]),
            ("text.so", ["text.so: it cannot be loaded"]),
            (library("no_symbol"), ["does not export flatline_detector_plugin()"]),
            (library("other_abi"), ["version 2 of the plug-in interface", "expected version 1"]),
            (library("short_description"), ["its description has 8 bytes"]),
            (library("taken_name"), ['there is a detector "fixed_timeout" already']),
            (library("reserved_name"), ['another meaning for its name "link"']),
            (library("odd_name"), ['"Not A Name" is not a name']),
            (library("bad_default"), ["its parameter timeout has a default that is wrong"]),
            (library("bad_parameter"), ["its parameter dead_after"]),
            (library("no_deadline"), ["it has no function deadline"]),
        ]:
            for command in (["run", "s.json"], ["sweep", "s.json"], ["validate", "s.json"], ["list", "detectors"],
                            ["replay", "t.csv", "--detector", "fixed_timeout"]):
                with self.subTest(name=name, command=command):
                    self.refuse(2, [*command, "--plugin", name], Path(name).name, *fragments)
        self.refuse(2, ["run", "s.json", *(["--plugin", library("bad")] * 2)], 'there is a detector "bad" already')
        self.refuse(4, ["run", "s.json", "--plugin", "absent.so"], "absent.so")


class Documented(PluginTest):
    def test_the_commands_of_the_manual_work_as_they_stand(self):
        manual = (SOURCE / "docs/PLUGINS.md").read_text()
        blocks = re.findall(r"```sh\n(.*?)```", manual, re.DOTALL)
        self.assertGreater(len(blocks), 0)
        for name in ("docs", "include", "scenarios"):
            (self.folder / name).symlink_to(SOURCE / name)
        compilers = {"cc": CC, "c++": CXX, "flatline": program.FLATLINE}
        commands = [shlex.split(line, comments=True) for line in "".join(blocks).splitlines() if line.strip()]
        self.assertEqual({command[0] for command in commands}, set(compilers))
        for command in commands:
            extra = ["-Wall", "-Wextra", "-Werror", "-pedantic"] if command[0] != "flatline" else []
            done = subprocess.run([compilers[command[0]], *command[1:], *extra], cwd=self.folder, capture_output=True,
                                  text=True, check=False)
            self.assertEqual((done.returncode, done.stdout == ""), (0, command[0] != "flatline"), (command, done))

    def test_the_header_stands_alone_in_c_and_in_cplusplus(self):
        self.write("only.c", '#include "flatline/detect/plugin.h"\n')
        for compiler, language, standard in ((CC, "c", "c99"), (CC, "c", "c17"), (CXX, "c++", "c++11"),
                                             (CXX, "c++", "c++20")):
            done = subprocess.run([compiler, "-x", language, f"-std={standard}", "-Wall", "-Wextra", "-Werror",
                                   "-pedantic", "-fsyntax-only", "-I", str(SOURCE / "include"), "only.c"],
                                  cwd=self.folder, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, (standard, done.stderr))


if __name__ == "__main__":
    program.FLATLINE = str(Path(sys.argv[1]).resolve())
    LIBRARIES = Path(sys.argv[2]).resolve()
    CC, CXX = sys.argv[3:5]
    unittest.main(argv=sys.argv[:1] + sys.argv[5:])
