#!/usr/bin/env python3
"""A run that is stopped keeps what is done; the same command goes on and gives what it would have given."""

import signal
import subprocess
import time

import program
from program import ProgramTest, digest, main, small

# The first worlds are done in a moment, the last ones take most of the time.
SCENARIO = small(name="long", nodes={"worker": 4, "monitor": 1}, duration="2h",
                 detectors=[{"fixed_timeout": {"timeout": "10s"}}, {"phi_normal": {"threshold": 8, "window": 200}}],
                 sweep={"interval": ["10s", "5s", "2s", "40ms", "35ms", "30ms", "25ms", "20ms"]})
ENOUGH_PARTS = 2
PATIENCE_S = 120  # for a slow machine; nothing is measured by it


class Resume(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("s.json", SCENARIO)

    def parts(self):
        return sorted(p.name for p in (self.folder / "out/parts").glob("*") if not p.name.startswith("."))

    def stop_with(self, number):
        """Starts the sweep, and stops it when some worlds are done."""
        with subprocess.Popen([program.FLATLINE, "sweep", "s.json", "--out", "out", "--jobs", "2"], cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            end = time.monotonic() + PATIENCE_S
            while len(self.parts()) < ENOUGH_PARTS:
                self.assertIsNone(process.poll(), "it ended before it could be stopped")
                self.assertLess(time.monotonic(), end, "no part in time")
                time.sleep(0.002)
            process.send_signal(number)
            out, err = process.communicate(timeout=PATIENCE_S)
            return process.returncode, out.decode(), err.decode()

    def check_goes_on(self):
        kept = self.parts()
        self.assertGreaterEqual(len(kept), ENOUGH_PARTS)
        self.assertFalse((self.folder / "out/manifest.json").exists())
        self.assertEqual(self.flatline("report", "out").code, 4)
        done = self.succeed("sweep", "s.json", "--out", "out", "--jobs", "1")
        self.assertRegex(done.err, r"resuming: \d of 8 worlds are done")
        self.assertFalse((self.folder / "out/parts").exists())
        whole = self.succeed("sweep", "s.json", "--out", "whole", "--jobs", "2")
        self.assertEqual(done.out, whole.out)
        for name in ("cells.csv", "detection.csv", "timeline.csv", "scenario.json"):
            self.assertEqual((self.folder / "out" / name).read_bytes(), (self.folder / "whole" / name).read_bytes(),
                             name)
        self.assertEqual(digest(self.folder / "out"), digest(self.folder / "whole"))

    def test_an_interrupted_sweep_ends_with_130_and_goes_on(self):
        code, out, err = self.stop_with(signal.SIGINT)
        self.assertEqual((code, out), (130, ""))
        self.assertRegex(err, r"interrupted; [2-7] of 8 worlds are done and kept in out, the same command goes on")
        self.assertIn("out", err)
        # Another plan must not touch what is kept, finished or not.
        parts = self.parts()
        self.refuse(4, ["sweep", "s.json", "--out", "out", "--seed", "2"], "another plan")
        self.assertEqual(self.parts(), parts)
        self.check_goes_on()

    def test_a_terminated_sweep_ends_with_130(self):
        code, out, _ = self.stop_with(signal.SIGTERM)
        self.assertEqual((code, out), (130, ""))
        self.assertGreaterEqual(len(self.parts()), ENOUGH_PARTS)

    def test_a_killed_sweep_goes_on(self):
        code, _, _ = self.stop_with(signal.SIGKILL)
        self.assertEqual(code, -signal.SIGKILL)
        self.check_goes_on()

    def test_a_damaged_part_is_made_again(self):
        self.stop_with(signal.SIGKILL)
        part = self.folder / "out/parts" / self.parts()[0]
        part.write_bytes(part.read_bytes()[:-20])
        self.check_goes_on()


if __name__ == "__main__":
    main()
