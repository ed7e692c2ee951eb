#!/usr/bin/env python3
"""Executes the notebooks without a browser and checks what comes out. Ends with 77 if Python lacks what they need.

    run_notebooks.py FLATLINE SOURCE
"""

import csv
import gzip
import importlib.util
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

MODULES = ("nbclient", "nbformat", "ipykernel", "pandas", "matplotlib")
PACKAGES = "python3-nbclient python3-nbformat python3-ipykernel python3-pandas python3-matplotlib"
SYSTEM_PYTHON = "/usr/bin/python3"
SKIPPED = 77
CELL_SECONDS = 900

FLATLINE = ""
SOURCE = Path()

# Small enough for seconds, with settings that make mistakes and some that make none.
SCENARIO = {
    "name": "for the notebook",
    "nodes": {"worker": 2, "monitor": 1},
    "link": {"delay": {"exponential": {"mean": "20ms"}}, "loss": 0.02},
    "watch": {"push": {"from": "worker", "to": "monitor", "interval": "1s"}},
    "detectors": [{"fixed_timeout": {"timeout": "2s"}, "label": "fixed"}, {"nfd_e": {"safety_margin": "1s"}}],
    "duration": "2h",
    "sweep": {"timeout": ["1100ms", "2100ms", "3100ms", "60s"], "safety_margin": ["100ms", "1100ms"]},
}


def python_with_modules():
    """This Python, the system's, or none."""
    if all(importlib.util.find_spec(name) for name in MODULES):
        return sys.executable
    try:
        probe = subprocess.run([SYSTEM_PYTHON, "-c", "import " + ", ".join(MODULES)], capture_output=True, check=False)
    except OSError:
        return None
    return SYSTEM_PYTHON if probe.returncode == 0 else None


def flatline(*arguments):
    return subprocess.run([FLATLINE, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


class Notebooks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="flatline-notebooks-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        before = dict(os.environ)
        self.addCleanup(lambda: (os.environ.clear(), os.environ.update(before)))
        for name in ("FLATLINE_RESULTS", "FLATLINE_TRACE", "MPLBACKEND"):
            os.environ.pop(name, None)
        # Nothing of the user's own Jupyter is read or written, and nothing is left in the source tree.
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR",
                     "TMPDIR"):
            os.environ[name] = str(self.folder / name.lower())
            Path(os.environ[name]).mkdir()
        os.environ.update(FLATLINE=FLATLINE, PYTHONDONTWRITEBYTECODE="1", PYDEVD_DISABLE_FILE_VALIDATION="1")

    def execute(self, name, figures, **environment):
        """The outputs of the notebook and the summary that it prints."""
        import nbclient
        import nbformat

        os.environ.update(environment)
        notebooks = SOURCE / "notebooks"
        book = nbformat.read(notebooks / name, as_version=4)
        nbformat.validate(book)
        nbclient.NotebookClient(book, timeout=CELL_SECONDS, kernel_name="python3",
                                resources={"metadata": {"path": str(notebooks)}}).execute()
        outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
        self.assertEqual([o for o in outputs if o.output_type == "error"], [])
        self.assertEqual([o.text for o in outputs if o.output_type == "stream" and o.name == "stderr"], [])
        self.assertEqual(sum("image/png" in o.get("data", {}) for o in outputs), figures)
        printed = [line for o in outputs if o.output_type == "stream" for line in o.text.splitlines()]
        summaries = [line for line in printed if line.startswith("summary ")]
        self.assertEqual(len(summaries), 1, printed)
        return outputs, json.loads(summaries[0][len("summary "):])

    def replayed(self, trace, columns, **settings):
        arguments = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
        rows = list(csv.DictReader(io.StringIO(flatline("replay", trace, *columns, "--detector", "phi_normal",
                                                        *arguments, "--quiet", "--format", "csv"))))
        self.assertEqual(len(rows), 1)
        return rows[0]

    def check_phi(self, summary, columns):
        """The notebook's numbers are those of the program, asked for one setting at a time."""
        self.assertEqual([f["floor_ms"] for f in summary["floors"]], [0, 10, 100])
        for floor in summary["floors"]:
            row = self.replayed(summary["trace"], columns, window=summary["window"], threshold=summary["threshold"],
                                min_deviation=f"{floor['floor_ms']:g}ms")
            for key, column in (("mistakes", "mistakes"), ("heartbeats", "heartbeats"),
                                ("observed_lo", "mistakes_per_heartbeat_lo"),
                                ("observed_hi", "mistakes_per_heartbeat_hi"),
                                ("detection_time_mean_s", "detection_time_mean_s")):
                self.assertEqual(floor[key], float(row[column] or 0), (floor, column))
            # Counted by the notebook from the gaps alone. Not quite equal where the deviation is lost in rounding or a
            # heartbeat comes twice.
            self.assertAlmostEqual(floor["counted"], floor["mistakes"], delta=max(2, 0.02 * floor["mistakes"]))

    def test_phi_eight_on_the_shipped_trace(self):
        _, summary = self.execute("phi-eight.ipynb", figures=3)
        with gzip.open(summary["trace"], "rt", encoding="utf-8") as file:
            recording = file.readline().startswith("# flatline trace")
        self.check_phi(summary, [] if recording else ["--seq-column", "seq", "--sent-column", "sent_ns",
                                                      "--column", "received_ns"])
        bare, _, widest = summary["floors"]
        self.assertEqual(summary["promised"], 1e-8)
        # The claim: with no floor even the lower end of the interval is more than a thousand times the promise, and a
        # floor of 100 ms buys quiet with time.
        self.assertGreater(bare["observed_lo"], 1000 * summary["promised"])
        self.assertLess(widest["mistakes"], bare["mistakes"])
        self.assertGreater(widest["detection_time_mean_s"], bare["detection_time_mean_s"])

    def test_phi_eight_on_a_recording(self):
        scenario = self.folder / "s.json"
        scenario.write_text(json.dumps({**SCENARIO, "sweep": {}}))
        recording = self.folder / "recording.csv"
        flatline("run", scenario, "--record", recording, "--out", self.folder / "run", "--quiet")
        _, summary = self.execute("phi-eight.ipynb", figures=3, FLATLINE_TRACE=str(recording))
        self.assertEqual(summary["trace"], str(recording))
        self.check_phi(summary, [])
        self.assertGreater(summary["floors"][0]["mistakes"], 0)

    def test_tuning_curves_of_a_given_folder(self):
        (self.folder / "s.json").write_text(json.dumps(SCENARIO))
        results = self.folder / "results"
        flatline("sweep", self.folder / "s.json", "--out", results, "--quiet")
        with open(results / "cells.csv", newline="", encoding="utf-8") as file:
            cells = list(csv.DictReader(file))
        self.assertTrue(any(row["mistakes"] == "0" for row in cells), "some settings must show the bounds")
        # One figure less: with one interval there is nothing to compare.
        _, summary = self.execute("tuning-curves.ipynb", figures=3, FLATLINE_RESULTS=str(results))
        self.assertEqual(summary["folder"], str(results))
        self.assertEqual((summary["rows"], summary["series"]), (len(cells), ["fixed", "nfd_e"]))
        self.assertFalse(summary["intervals"])
        self.assertEqual(summary["fastest_s"], min(float(row["detection_time_p99_s"]) for row in cells))
        few = [row for row in cells if float(row["detection_time_p99_s"]) < 5
               and float(row["mistake_rate_per_hour"] or 0) * 24 <= 1]
        self.assertEqual(summary["meet"], len(few))

    def test_tuning_curves_without_results(self):
        """The notebook sweeps for itself, unless the maker's own results are there."""
        _, summary = self.execute("tuning-curves.ipynb", figures=4)
        self.assertTrue(summary["intervals"])
        self.assertGreaterEqual(len(summary["series"]), 4)
        self.assertGreater(summary["meet"], 0)
        self.assertGreater(summary["front"], 5)

    def test_a_folder_that_is_not_there_is_an_error(self):
        import nbclient

        with self.assertRaisesRegex(nbclient.exceptions.CellExecutionError, "is not a results folder"):
            self.execute("tuning-curves.ipynb", figures=0, FLATLINE_RESULTS=str(self.folder / "nowhere"))


if __name__ == "__main__":
    python = python_with_modules()
    if python is None:
        print(f"skipped: Python has not all of {', '.join(MODULES)}; on Debian: apt-get install {PACKAGES}")
        sys.exit(SKIPPED)
    if python != sys.executable:
        os.execv(python, [python, "-B", *sys.argv])
    FLATLINE, SOURCE = str(Path(sys.argv.pop(1)).resolve()), Path(sys.argv.pop(1)).resolve()
    unittest.main()
