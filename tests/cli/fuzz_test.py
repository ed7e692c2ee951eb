#!/usr/bin/env python3
"""Mutated command lines, scenarios and traces, the same ones every time: whatever comes in, the program ends with a
known exit code and says why. A signal, another code or a request to report a defect is a failure."""

import json
import random
import shutil
import subprocess

import program
from program import ProgramTest, main, small

EXIT_CODES = {0, 2, 3, 4}
SEED = 20040901
COMMAND_LINES = 300
SCENARIOS = 300
TRACES = 100

# No absolute path and no "..", so that nothing outside the test's folder can be written, however it is put together.
WORDS = ["run", "sweep", "report", "replay", "fit", "validate", "schema", "list", "version", "help", "s.json", "t.csv",
         "out",
         "detectors", "--seed", "7", "--jobs", "2", "-j", "--engine", "event", "auto", "--out", "--set", "timeout=3s",
         "loss=0.1", "--set=/duration=1m", "fixed_timeout.timeout=1s", "--axis", "timeout=1s:3s:1s",
         "timeout=log:1s:4s:3", "interval=1s,2s", "--format", "json", "csv", "ndjson", "table", "--quiet", "-q",
         "--dry-run", "--detector", "fixed_timeout", "nfd_e", "safety_margin=1s", "--column", "arrival_ms", "1",
         "--unit", "ms", "--seq-column", "seq", "--sent-column",
         "--stall", "--target", "--resolution", "--clocks", "two", "--laws", "recorded", "--record", "r.csv",
         "--resolved", "--help", "-h", "--", "-", "", "=", "é",
         "\udcff", "%s%n", "1e999", "-0", "9" * 40, "x" * 5000]
LINES = [["run", "s.json", "--quiet"], ["sweep", "s.json", "--axis", "timeout=1s:3s:1s", "--format", "csv"],
         ["validate", "--resolved", "s.json"], ["report", "out"], ["list", "detectors"], ["help", "run"],
         ["replay", "t.csv", "--detector", "fixed_timeout", "--set", "timeout=3s", "--format", "json"],
         ["run", "s.json", "--out", "out", "--seed", "3", "--jobs", "2", "--set", "loss=0.1"],
         ["sweep", "s.json", "--set", "loss=2", "--dry-run"], ["validate", "t.csv"],
         ["fit", "t.csv", "--seq-column", "seq", "--interval", "1s", "--stall", "100ms", "--laws", "auto"],
         ["replay", "t.csv", "--detector", "fixed_timeout", "--axis", "timeout=1s:3s:1s", "--out", "out"],
         ["run", "s.json", "--record", "r.csv", "-q"]]
LETTERS = "abez019-+=,:;\"'{}[]\\ \t\n%é"
TOKENS = ["{", "}", "[", "]", ",", ":", '"', "\\", "//", "/*", "null", "true", "-1", "0", "1e400", "0.5", '"0s"',
          '"1s"', '"9999999d"', '"worker"', '"timeout"', "NaN", "\\u0000", "\\ud800", "\ufeff", "\0", '"\\n"',
          "18446744073709551616"]


class Fuzz(ProgramTest):
    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.scenario = json.dumps(small(duration="1m", warm_up="5s", faults=[
            {"stall": {"nodes": "worker", "mean_time_between": "20s", "length": "3s"}},
            {"crash": {"node": "worker/0", "at": "20s", "recover_after": "5s"}},
            {"partition": {"a": "worker", "b": ["monitor"], "at": "40s", "length": "5s"}}],
            sweep={"timeout": ["1s", "2s"], "where": "timeout >= 1s"}), indent=1)
        self.trace = "seq,arrival_ms\n" + "".join(f"{i},{i * 1000}\n" for i in range(40))

    def check(self, arguments):
        arguments = [a.replace("\0", "") for a in arguments]
        try:
            done = subprocess.run([program.FLATLINE, *arguments], cwd=self.folder, env=self.environment,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
        except subprocess.TimeoutExpired:
            self.fail(f"no end: {arguments}")
        self.assertIn(done.returncode, EXIT_CODES, (arguments, done.stderr[-2000:]))
        self.assertNotIn(b"defect", done.stderr, arguments)
        if done.returncode != 0:
            self.assertNotEqual(done.stderr, b"", arguments)
        return done.returncode

    def mutated_text(self, text, pieces):
        for _ in range(self.random.randint(1, 4)):
            at = self.random.randrange(len(text) + 1)
            end = min(len(text), at + self.random.choice([0, 0, 1, 1, 2, 8, 30]))
            choice = self.random.randrange(4)
            if choice == 0:
                text = text[:at] + text[end:]
            elif choice == 1:
                text = text[:at] + text[at:end] + text[at:]
            else:
                text = text[:at] + self.random.choice(pieces) + text[end:]
        return text

    def test_command_lines(self):
        self.write("s.json", self.scenario)
        self.write("t.csv", self.trace)
        codes = set()
        for _ in range(COMMAND_LINES):
            line = list(self.random.choice(LINES))
            for _ in range(self.random.randint(1, 3)):
                at = self.random.randrange(len(line) + 1)
                choice = self.random.randrange(5)
                if choice == 0 and line:
                    del line[min(at, len(line) - 1)]
                elif choice == 1 and line:
                    at = min(at, len(line) - 1)
                    line[at] = self.mutated_text(line[at], LETTERS)
                elif choice == 2:
                    line[at:at + 1] = [self.random.choice(WORDS)]
                else:
                    line.insert(at, self.random.choice(WORDS))
            codes.add(self.check(line))
        self.assertEqual(codes, EXIT_CODES, "the mutations reach too little")

    def test_scenarios(self):
        codes = set()
        for _ in range(SCENARIOS):
            text = self.mutated_text(self.scenario, TOKENS + list(LETTERS))
            self.write("m.json", text.encode("utf-8", "replace"))
            code = self.check(["validate", "--resolved", "m.json"])
            self.assertIn(code, {0, 3}, text)
            codes.add(code)
            # What is valid can be planned.
            self.assertEqual(self.check(["sweep", "m.json", "--dry-run"]), code, text)
        self.assertEqual(codes, {0, 3}, "the mutations reach too little")

    def test_traces(self):
        codes = set()
        for _ in range(TRACES):
            self.write("m.csv", self.mutated_text(self.trace, TOKENS + list(LETTERS)).encode("utf-8", "replace"))
            codes.add(self.check(["replay", "m.csv", "--detector", "fixed_timeout", "--set", "timeout=3s",
                                  "--unit", "ms", "--column", "arrival_ms"]))
            codes.add(self.check(["fit", "m.csv", "--unit", "ms", "--column", "arrival_ms", "--out", "f"]))
            shutil.rmtree(self.folder / "f", ignore_errors=True)
        self.assertEqual(codes, {0, 3}, "the mutations reach too little")

    def test_queries(self):
        text = "n,at_ms,sent_ms\n" + "".join(f"{i},{i * 1000 + 10 + i % 7},{i * 1000}\n" for i in range(30) if i % 9)
        times = "".join(f"{i * 700}.5\n" for i in range(30))
        detectors = [["fixed_timeout", "timeout=3s"], ["akka"], ["cassandra", "check_every=7s"], ["chitchat"],
                     ["phi_normal", "threshold=8", "window=5"], ["nfd_u", "safety_margin=1s", "expected_delay=1ms"],
                     ["kappa", "threshold=2.5"], ["missed_beats"], ["hazelcast", "type=phi-accrual"],
                     ["session", "timeout=3s", "check_every=1s"], ["two_window", "safety_margin=0s"],
                     ["satzger_histogram", "threshold=0.9"], ["bertier"], ["election_timer"], ["health_check"]]
        codes = set()
        for round_ in range(TRACES):
            self.write("m.csv", self.mutated_text(text, TOKENS + list(LETTERS)).encode("utf-8", "replace"))
            asked = times if round_ % 3 else self.mutated_text(times, TOKENS + list(LETTERS))
            self.write("q.csv", asked.encode("utf-8", "replace"))
            name, *settings = detectors[round_ % len(detectors)]
            words = [word for setting in settings for word in ("--set", setting)]
            codes.add(self.check(["replay", "m.csv", "--detector", name, *words, "--query", "q.csv", "--unit", "ms",
                                  "--column", "at_ms", "--seq-column", "n", "--sent-column", "sent_ms", "--interval",
                                  "1s", "--format", "json"]))
        self.assertEqual(codes - {2}, {0, 3}, "the mutations reach too little")  # 2: too many looks

    def test_recordings(self):
        text = "# flatline trace 1\n# interval: 1s\n# clocks: one\nseq,sent_ns,received_ns,skipped,waited_ns\n"
        text += "".join(f"{i},{i * 10**9},{i * 10**9 + 10**6 + i},0,{i}\n" for i in range(60) if i % 7)
        text += "# end: sent 60, dropped 0\n"
        codes = set()
        for _ in range(TRACES):
            self.write("m.csv", self.mutated_text(text, TOKENS + list(LETTERS)).encode("utf-8", "replace"))
            codes.add(self.check(["replay", "m.csv", "--detector", "fixed_timeout", "--set", "timeout=3s"]))
            codes.add(self.check(["fit", "m.csv", "--out", "f"]))
            shutil.rmtree(self.folder / "f", ignore_errors=True)
        self.assertEqual(codes, {0, 3}, "the mutations reach too little")

    def test_logs_and_matrices(self):
        gc = "".join(f"{i}.5: [GC {i}.5: [ParNew: 9K->5K(11K), 0.0{i:02}1 secs] 9K->5K(11K), 0.0{i:02}2 secs]\n"
                     for i in range(40))
        unified = "".join(f"[{i}.5s][info][gc] GC({i}) Pause Young (Normal) 24M->4M(64M) 3.{i}ms\n" for i in range(40))
        fping = "".join(f"[{1609459200 + i}.25] a.example : [{i}], 64 bytes, 12.{i} ms (12 avg, 0% loss)\n"
                        for i in range(40) if i % 9)
        matrix = "".join("\t".join(str((i - j) ** 2 / 2) for j in range(12)) + "\n" for i in range(12))
        codes = set()
        for round_ in range(TRACES):
            text = (gc, unified, fping, matrix)[round_ % 4]
            self.write("m.log", self.mutated_text(text, TOKENS + list(LETTERS)).encode("utf-8", "replace"))
            codes.add(self.check(["fit", "m.log", "--out", "f", *(["--unit", "ms"] if text == matrix else [])]))
            shutil.rmtree(self.folder / "f", ignore_errors=True)
        self.assertEqual(codes - {2}, {0, 3}, "the mutations reach too little")  # 2: a matrix taken for a table


if __name__ == "__main__":
    main()
