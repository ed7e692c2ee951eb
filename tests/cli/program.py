"""Runs the program for the tests in this folder: each test in a folder of its own, nothing inherited that matters."""

import copy
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

FLATLINE = ""

# Small and quick; tests change what they are about.
SMALL = {
    "name": "small",
    "nodes": {"worker": 2, "monitor": 1},
    "link": {"delay": {"exponential": {"mean": "20ms"}}, "loss": 0.02},
    "watch": {"push": {"from": "worker", "to": "monitor", "interval": "1s"}},
    "detectors": [{"fixed_timeout": {"timeout": "2s"}}],
    "duration": "1h",
}


def small(**changes):
    """SMALL with other values for some keys, as a dictionary of its own."""
    return {**copy.deepcopy(SMALL), **changes}


def digest(folder):
    return json.loads((Path(folder) / "manifest.json").read_text())["digest"]


class Done:
    def __init__(self, process):
        self.code, self.out, self.err = process.returncode, process.stdout, process.stderr

    def __repr__(self):
        return f"exit {self.code}\nstdout: {self.out[:2000]}\nstderr: {self.err[:2000]}"


class ProgramTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="flatline-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FLATLINE_DATA")}

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
        return name

    def flatline(self, *arguments, timeout=300, **environment):
        process = subprocess.run([FLATLINE, *arguments], cwd=self.folder, env={**self.environment, **environment},
                                 stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False)
        process.stdout = process.stdout.decode()
        process.stderr = process.stderr.decode()
        return Done(process)

    def succeed(self, *arguments, **environment):
        done = self.flatline(*arguments, **environment)
        self.assertEqual(done.code, 0, done)
        return done

    def refuse(self, code, arguments, *fragments):
        """It ends with `code`, prints no data, says all `fragments` and leaves the folder as it was."""
        before = sorted(self.folder.rglob("*"))
        done = self.flatline(*arguments)
        self.assertEqual(done.code, code, (arguments, done))
        self.assertEqual(done.out, "", arguments)
        self.assertTrue(done.err.startswith("flatline: "), done)
        for fragment in fragments:
            self.assertIn(fragment, done.err, arguments)
        self.assertEqual(sorted(self.folder.rglob("*")), before, f"{arguments} left something behind")


def main():
    """First argument: the program. The others are unittest's."""
    global FLATLINE
    FLATLINE = str(Path(sys.argv[1]).resolve())
    unittest.main(module="__main__", argv=sys.argv[:1] + sys.argv[2:])
