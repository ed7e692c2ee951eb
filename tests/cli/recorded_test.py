#!/usr/bin/env python3
"""Detectors on recorded traces, if FLATLINE_DATA names their folder."""

import json
import os
import unittest
from pathlib import Path

from program import ProgramTest, main


class Recorded(ProgramTest):
    def test_normal_phi_on_planetlab_senders(self):
        data = os.environ.get("FLATLINE_DATA", "")
        if not data:
            raise unittest.SkipTest("FLATLINE_DATA names no folder with planetlab/node{0,5,9}.csv.gz")
        for node, bare, floored in ((0, 16, 0), (5, 170, 3), (9, 563, 0)):
            for floor, mistakes in (("0ms", bare), ("10ms", floored)):
                done = self.succeed(
                    "replay", str(Path(data).resolve() / f"planetlab/node{node}.csv.gz"),
                    "--column", "timestamp_start_send", "--detector", "phi_normal", "--unit", "ns", "--set",
                    "threshold=8", "--set", "window=1000", "--set", f"min_deviation={floor}", "--format", "json")
                self.assertEqual([row["mistakes"] for row in json.loads(done.out)], [mistakes], (node, floor))


if __name__ == "__main__":
    main()
