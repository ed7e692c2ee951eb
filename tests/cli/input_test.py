#!/usr/bin/env python3
"""Bad files: each is refused with its exit code, the place of the error, and nothing left behind."""

import gzip
import json

from program import ProgramTest, main, small

TIMEOUT = ["replay", "t.csv", "--detector", "fixed_timeout", "--set", "timeout=3s"]


class Scenario(ProgramTest):
    def refuse_scenario(self, scenario, *fragments, command=("run",)):
        self.write("s.json", scenario)
        with self.subTest(fragments=fragments):
            self.refuse(3, [command[0], "s.json", *command[1:]], "s.json", *fragments)
            self.refuse(3, ["validate", "s.json"], *fragments)

    def push(self, **changes):
        return {"push": {"from": "worker", "to": "monitor", "interval": "1s", **changes}}

    def test_unknown_and_duplicate_keys(self):
        self.refuse_scenario(small(link={"dellay": "1s"}), "/link/dellay", "unknown key", '"delay"')
        self.refuse_scenario(small(replicatons=2), "/replicatons", '"replications"')
        text = json.dumps(small(), indent=1)
        self.refuse_scenario(text.replace('"duration"', '"name": "again",\n "duration"'), "/name", "line")

    def test_durations(self):
        for value, fragment in [(1, "no unit"), ("1", "no unit"), ("-1s", "negative"), ("99999999d", "36 years"),
                                ("99999999999999999999d", "too many digits"), ("1parsec", "unit"), ("0s", "zero"),
                                ("", "duration"), ("NaN", "duration"), ("infs", "duration"), (None, "duration"),
                                ([], "duration"), ({}, "duration"), (True, "duration")]:
            self.refuse_scenario(small(watch=self.push(interval=value)), "/watch/push/interval", fragment)

    def test_numbers(self):
        text = json.dumps(small(), indent=1)
        for bad in ("NaN", "Infinity", "-Infinity", "1e999", "nan", "0x1", "1.", ".5", "+1"):
            self.refuse_scenario(text.replace("0.02", bad), "s.json:")
        for bad, fragment in [(2, "probability"), (-0.1, "probability"), ("0.1", "/link/loss")]:
            self.refuse_scenario(small(link={"loss": bad}), "/link/loss", fragment)
        self.refuse_scenario(small(replications=0), "/replications", "too small")
        self.refuse_scenario(small(replications=1.5), "/replications", "whole number")
        self.refuse_scenario(small(nodes={"worker": 0, "monitor": 1}), "/nodes/worker", "too small")

    def test_files_that_are_no_json(self):
        text = json.dumps(small(), indent=1)
        for length in (1, 40, len(text) // 2, len(text) - 1):
            self.refuse_scenario(text[:length], "s.json:")
        self.refuse_scenario("", "empty")
        self.refuse_scenario("  \n\n", "s.json")
        self.refuse_scenario("[]", "list")
        self.refuse_scenario(text + "x", "s.json:")
        self.refuse_scenario(b"\xff\xfe" + text.encode("utf-16-le"), "s.json:")
        self.refuse_scenario(text.encode().replace(b"small", b"sm\xffll"), "s.json:")
        self.refuse_scenario(b"\0" * 100, "s.json:")

    def test_nesting_of_a_hundred_levels(self):
        deep = "[" * 100 + "]" * 100
        self.refuse_scenario(json.dumps(small(), indent=1).replace("0.02", deep), "/link/loss", "nested")
        self.refuse_scenario("[" * 1_000_000, "nested")

    def test_names_that_lead_nowhere(self):
        self.refuse_scenario(small(watch=self.push(**{"from": "wroker"})), "/watch/push/from", '"worker"')
        self.refuse_scenario(small(links=[{"from": "worker", "to": "moniter"}]), "/links/0/to", '"monitor"')
        cut = {"partition": {"a": ["worker/0"], "b": ["worker/7"], "at": "1m", "length": "1s"}}
        self.refuse_scenario(small(faults=[cut]), "/faults/0/partition/b", '"worker/7"')
        cut = {"partition": {"a": "worker", "b": "databse", "at": "1m", "length": "1s"}}
        self.refuse_scenario(small(faults=[cut]), "/faults/0/partition/b", '"databse"')
        self.refuse_scenario(small(link={"delay": {"empirical": "absent.csv"}}), "/link/delay/empirical", "absent.csv")

    def test_matrices_that_are_none(self):
        scenario = small(zones={"round_trips": "rtt.tsv", "names": ["worker", "monitor"]})
        self.refuse_scenario(scenario, "/zones/round_trips", "rtt.tsv")
        refused = [
            ("0\t1\nx\t0\n", "rtt.tsv:2: column 1", "not a finite number"),
            ("0\tnan\n1\t0\n", ":1: column 2", "not a finite number"),
            ("0 1e999\n1 0\n", ":1: column 2", "not a finite number"),
            ("0\t\n1\t0\n", ":1: column 2", "empty"),
            ("0,-1\n1,0\n", ":1: column 2", "negative"),
            ("# far\n0 1\n1\n", ":3: the row has 1 fields"),
            ("0\t1\n", "1 rows and 2 columns"),
            ("0 1 2\n1 0 2\n1 2 0\n", "3 rows of 3", "2 by 2"),
            ("", "no numbers"),
        ]
        for matrix, *fragments in refused:
            self.write("rtt.tsv", matrix)
            self.refuse_scenario(scenario, "/zones/round_trips", *fragments)
        for matrix in ("0\t1\n1\t0\n", "0,1\r\n1,0\r\n", "  0   1\n\n# back\n 1 0"):
            self.write("rtt.tsv", matrix)
            self.write("s.json", scenario)
            self.succeed("validate", "s.json")

    def test_faults_that_cannot_be(self):
        first = {"crash": {"node": "worker/1", "at": "10m", "recover_after": "5m"}}
        second = {"crash": {"node": "worker/1", "at": "12m"}}
        self.refuse_scenario(small(faults=[first, second]), "/faults/1/crash/at", "down already")
        self.refuse_scenario(small(faults=[{"crash": {"node": "worker/1", "at": "2h"}}]), "/faults/0/crash/at", "end")
        self.refuse_scenario(small(faults=[{}]), "/faults/0", "names no fault")

    def test_detectors_that_cannot_be(self):
        def detectors(name, **parameters):
            return small(detectors=[{name: parameters}])

        self.refuse_scenario(detectors("fixed_timeout", timeout="0s"), "/detectors/0/fixed_timeout/timeout",
                             "too small")
        self.refuse_scenario(detectors("fixed_timeout"), "/detectors/0/fixed_timeout", '"timeout"')
        for name in ("phi_normal", "phi_exponential"):
            self.refuse_scenario(detectors(name, threshold=8, window=0), f"/detectors/0/{name}/window", "too small")
            self.refuse_scenario(detectors(name, threshold=0), f"/detectors/0/{name}/threshold")
        self.refuse_scenario(detectors("fixed_timeot", timeout="1s"), "/detectors/0/fixed_timeot", '"fixed_timeout"')
        self.refuse_scenario(small(detectors=[]), "/detectors", "empty")

    def test_sweeps_that_cannot_be(self):
        def sweep(**axes):
            return small(sweep=axes)

        self.refuse_scenario(sweep(tineout=["1s"]), "/sweep/tineout", '"timeout"', command=("sweep",))
        many = {"from": "1s", "to": "100s", "points": 1_000_000, "scale": "linear"}
        self.refuse_scenario(sweep(timeout=many, interval={**many, "from": "1ms"}), "/sweep", "1000000000000",
                             command=("sweep",))
        self.refuse_scenario(sweep(timeout=["1s"], where="timeout >"), "/sweep/where", command=("sweep",))
        self.refuse_scenario(sweep(timeout=["1s"], where="timeout > 1h"), "/sweep/where", command=("sweep",))
        self.refuse_scenario(sweep(loss=[0.1, 2]), "/link/loss", command=("sweep",))
        self.write("s.json", small())
        self.refuse(3, ["sweep", "s.json", "--axis", "tineout=1s,2s"], "--axis", "/sweep/tineout", '"timeout"')
        self.refuse(3, ["sweep", "s.json", "--axis", "timeout=1s:1000000s:1ns"], "/sweep/timeout", "999999000000001")
        self.refuse(3, ["sweep", "s.json", "--axis", "timeout=linear:1s:100s:1000000", "--axis",
                        "interval=linear:1ms:1s:1000000"], "/sweep", "1000000000000 combinations")

    def test_every_problem_is_told_at_once(self):
        self.write("s.json", small(link={"los": 1, "delay": 5}, replications=0))
        done = self.flatline("validate", "s.json")
        self.assertEqual(done.code, 3)
        for pointer in ("/link/los:", "/link/delay:", "/replications:"):
            self.assertIn(pointer, done.err)


class Files(ProgramTest):
    def test_a_scenario_that_cannot_be_read(self):
        for command in ("run", "sweep", "validate"):
            self.refuse(4, [command, "absent.json"], "absent.json", "No such file")
            self.refuse(4, [command, "."], "directory")
        self.refuse(4, ["report", "absent"], "absent")

    def test_a_results_folder_that_cannot_be_written(self):
        self.write("s.json", small())
        self.write("file", "text")
        self.refuse(4, ["run", "s.json", "--out", "file"], "file", "not a folder")
        # Below a regular file nobody can write, not even root.
        self.refuse(4, ["run", "s.json", "--out", "file/below"], "file/below")
        self.write("full/notes.txt", "mine")
        self.refuse(4, ["run", "s.json", "--out", "full"], "full", "not empty")

    def test_a_results_folder_of_another_plan_is_left_alone(self):
        self.write("s.json", small())
        self.succeed("run", "s.json", "--out", "kept", "--quiet")

        def contents():
            return {p.name: p.read_bytes() for p in (self.folder / "kept").iterdir()}

        before = contents()
        self.refuse(4, ["run", "s.json", "--out", "kept", "--seed", "2"], "kept", "another plan")
        self.refuse(4, ["run", "s.json", "--out", "kept", "--set", "timeout=5s"], "kept", "another plan")
        self.assertEqual(contents(), before)

    def test_a_report_of_damaged_results_is_refused(self):
        self.write("s.json", small())
        self.succeed("run", "s.json", "--out", "kept", "--quiet")
        self.write("kept/manifest.json", "{}")
        done = self.flatline("report", "kept")
        self.assertEqual(done.code, 4, done)
        self.assertIn("manifest.json", done.err)


class Trace(ProgramTest):
    def refuse_trace(self, content, *fragments, arguments=()):
        self.write("t.csv", content)
        with self.subTest(fragments=fragments):
            self.refuse(3, [*TIMEOUT, *arguments], "t.csv", *fragments)

    def test_rows_that_are_no_arrivals(self):
        self.refuse_trace("arrival_ms\n1\n2\nx\n", "t.csv:4:", '"x"')
        self.refuse_trace("seq,arrival_ms\n1,1\n2,2\n3", "t.csv:4:", "1 field")
        self.refuse_trace("seq,arrival_ms\n1,1\n2,200\n3,NaN\n", "t.csv:4:", "NaN")
        self.refuse_trace("arrival_ms\n1\n2\ninf\n", "t.csv:4:")
        self.refuse_trace("arrival_ms\n1\n1e40\n", "t.csv:3:")
        self.refuse_trace("arrival_s\n10\n9\n", "t.csv:3:")
        self.refuse_trace("arrival_s\n" + "9" * 1_000_000, "t.csv:2:")

    def test_traces_without_enough_in_them(self):
        self.refuse_trace("", "no arrivals")
        self.refuse_trace("arrival_ms\n", "no arrivals")
        self.refuse_trace("arrival_ms\n1\n", "two arrivals")
        self.refuse_trace("arrival_ms\n1\n1\n1\n", "two arrivals")

    def test_units_and_columns(self):
        self.refuse_trace("1\n2\n3\n", "t.csv:1:", "unit", "ns us ms s")
        self.refuse_trace("arrival\n1\n2\n", "unit")
        self.refuse_trace("1\n2\n", '"parsec"', arguments=["--unit", "parsec"])
        self.refuse_trace("a_ms,b_ms\n1,2\n3,4\n", '"c"', arguments=["--column", "c"])
        self.refuse_trace("a_ms,b_ms\n1,2\n3,4\n", "5", arguments=["--column", "5"])

    def test_damaged_gzip_files(self):
        whole = gzip.compress(b"arrival_ms\n" + b"".join(b"%d\n" % (i * 1000) for i in range(5000)))
        self.refuse_trace(whole[:len(whole) // 2], "cut short")
        self.refuse_trace(whole[:-8] + bytes(8), "t.csv")

    def test_a_trace_that_cannot_be_read(self):
        self.refuse(4, TIMEOUT, "t.csv", "No such file")
        (self.folder / "t.csv").mkdir()
        self.refuse(4, TIMEOUT, "t.csv", "folder")


if __name__ == "__main__":
    main()
