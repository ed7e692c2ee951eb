#!/usr/bin/env python3
"""The same scenario and seed give the same bytes, whoever computes them.

    digest_test.py FLATLINE threads          any number of threads, any engine; another seed gives others
    digest_test.py FLATLINE builds SOURCE    g++ and clang++, with and without optimisation: minutes
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCENARIOS = sorted((Path(__file__).parent / "scenarios").glob("*.json"))
FILES = ("cells.csv", "detection.csv", "timeline.csv", "scenario.json")
COMPILERS = ("g++", "clang++")
LEVELS = ("-O0", "-O3")

PROGRAM = ""
SOURCE = ""


def results(program, folder, scenario, *arguments):
    """What the program makes of the scenario: the digest and the bytes of its files."""
    done = subprocess.run([program, "sweep", str(scenario), "--out", str(folder), "--quiet", "--format", "csv",
                           *arguments], capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{scenario.name} {arguments}: exit {done.returncode}: {done.stderr.decode()}")
    digest = json.loads((folder / "manifest.json").read_text())["digest"]
    return {"digest": digest, **{name: (folder / name).read_bytes() for name in FILES}}


def difference(a, b):
    """The first column and row in which two tables differ, for the message."""
    for number, (x, y) in enumerate(zip(a.decode().splitlines(), b.decode().splitlines()), 1):
        if x != y:
            header = a.decode().splitlines()[0].split(",")
            columns = [f"{h}: {p} and {q}" for h, p, q in zip(header, x.split(","), y.split(",")) if p != q]
            return f"line {number}: " + "; ".join(columns[:5])
    return "one is longer"


class DigestTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="flatline-digest-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def same(self, a, b, what):
        for name in FILES:
            self.assertTrue(a[name] == b[name], f"{what}: {name} differs: {difference(a[name], b[name])}")
        self.assertEqual(a["digest"], b["digest"], what)


class Threads(DigestTest):
    def test_the_number_of_threads_changes_nothing(self):
        for scenario in SCENARIOS:
            with self.subTest(scenario=scenario.name):
                one = results(PROGRAM, self.folder / f"{scenario.stem}-1", scenario, "--jobs", "1")
                for jobs in ("2", "7"):
                    other = results(PROGRAM, self.folder / f"{scenario.stem}-{jobs}", scenario, "--jobs", jobs)
                    self.same(one, other, f"{scenario.name} with {jobs} threads")

    def test_the_engine_changes_nothing(self):
        for scenario in SCENARIOS:
            with self.subTest(scenario=scenario.name):
                event = results(PROGRAM, self.folder / f"{scenario.stem}-event", scenario, "--engine", "event")
                for engine in ("stream", "auto"):
                    folder = self.folder / f"{scenario.stem}-{engine}"
                    self.same(event, results(PROGRAM, folder, scenario, "--engine", engine),
                              f"{scenario.name} on {engine}")
                    self.assertEqual(json.loads((folder / "manifest.json").read_text())["engine"], "stream")

    def test_another_seed_gives_other_results(self):
        for scenario in SCENARIOS:
            with self.subTest(scenario=scenario.name):
                digests = {results(PROGRAM, self.folder / f"{scenario.stem}-{seed}", scenario, "--seed",
                                   seed)["digest"] for seed in ("1", "2", "3")}
                self.assertEqual(len(digests), 3)

    def test_the_scenarios_use_every_detector_and_law(self):
        text = "".join(path.read_text() for path in SCENARIOS)
        listed = subprocess.run([PROGRAM, "list", "detectors"], capture_output=True, text=True, check=True).stdout
        names = [line.split()[0] for line in listed.split("\n\n")[0].splitlines() if not line.startswith(" ")]
        self.assertGreater(len(names), 3)
        laws = subprocess.run([PROGRAM, "list", "distributions"], capture_output=True, text=True, check=True).stdout
        names += [line.split('"')[1] for line in laws.splitlines() if line.startswith('{"')]
        for name in [*names, "gilbert_elliott", "crash", "stall", "partition", "jitter", "duplicate", "fifo"]:
            self.assertIn(f'"{name}"', text)


class Builds(DigestTest):
    def build(self, compiler, level):
        folder = self.folder / f"{compiler}{level}"
        for command in (["cmake", "-S", SOURCE, "-B", str(folder), "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={compiler}",
                         "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_CXX_FLAGS_RELEASE={level}", "-DFLATLINE_TESTS=OFF",
                         "-DFLATLINE_BENCH=OFF", "-DFLATLINE_REPORT_JS=OFF"],
                        ["cmake", "--build", str(folder), "--target", "flatline", "--parallel",
                         str(os.cpu_count() or 1)]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout[-4000:] + done.stderr[-4000:])
        return str(folder / "flatline")

    def test_compilers_and_optimisation_change_nothing(self):
        compilers = [c for c in COMPILERS if shutil.which(c)]
        if len(compilers) < 2:
            print(f"only {compilers} found; the comparison of compilers is left out", file=sys.stderr)
        expected = {s: results(PROGRAM, self.folder / f"{s.stem}-own", s) for s in SCENARIOS}
        for compiler in compilers:
            for level in LEVELS:
                program = self.build(compiler, level)
                for scenario in SCENARIOS:
                    with self.subTest(scenario=scenario.name, compiler=compiler, level=level):
                        other = results(program, self.folder / f"{scenario.stem}-{compiler}{level}", scenario)
                        self.same(expected[scenario], other, f"{scenario.name} by {compiler} {level}")


if __name__ == "__main__":
    PROGRAM = str(Path(sys.argv[1]).resolve())
    if sys.argv[2] == "builds":
        SOURCE = sys.argv[3]
    unittest.main(argv=sys.argv[:1], defaultTest={"threads": "Threads", "builds": "Builds"}[sys.argv[2]])
