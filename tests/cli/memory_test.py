#!/usr/bin/env python3
"""The memory of a sweep is that of the worlds in work, however many there are."""

import os
import subprocess

import program
from program import ProgramTest, main, small

FEW, MANY = 20, 400
# A heap wanders by a few MiB. Held in memory, the rows of 400 worlds took 130 MiB more than those of 20.
MARGIN_KIB = 8 * 1024


class Memory(ProgramTest):
    def peak_kib(self, worlds):
        self.write("s.json", small(duration="2m", detectors=[{"fixed_timeout": {"timeout": "2s"}}], sweep={
            "loss": [round(0.01 + i * 1e-4, 6) for i in range(worlds)],
            "timeout": [f"{1100 + 50 * i}ms" for i in range(10)]}))
        with open(os.devnull, "wb") as nothing:
            process = subprocess.Popen([program.FLATLINE, "sweep", "s.json", "--out", f"out-{worlds}", "--jobs", "1",
                                        "--quiet"], cwd=self.folder, stdout=nothing)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return usage.ru_maxrss

    def test_twenty_times_the_worlds_take_no_more_memory(self):
        few, many = self.peak_kib(FEW), self.peak_kib(MANY)
        self.assertLess(many - few, MARGIN_KIB, f"{FEW} worlds: {few} KiB, {MANY} worlds: {many} KiB")


if __name__ == "__main__":
    main()
