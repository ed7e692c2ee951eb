#!/usr/bin/env python3
"""Detectors on recorded traces, if FLATLINE_DATA names their folder."""

import json
import os
import unittest
from pathlib import Path

from program import ProgramTest, main


class Recorded(ProgramTest):
    def folder_of_data(self):
        data = os.environ.get("FLATLINE_DATA", "")
        if not data:
            raise unittest.SkipTest("FLATLINE_DATA names no folder with planetlab/node{0,5,9}.csv.gz")
        return Path(data).resolve() / "planetlab"

    def test_a_fit_of_planetlab_senders_says_what_fails(self):
        data = self.folder_of_data()
        # No network here: what is left is how late the senders are, which wanders. Node 9 stalls in clusters.
        wandering = {"the delay follows a law", "successive delays are independent"}
        clustered = {"stalls of the sender: lengths", "stalls of the sender: come at random"}
        for node, failing in ((0, wandering), (5, wandering), (9, wandering | clustered)):
            done = self.succeed("fit", str(data / f"node{node}.csv.gz"), "--column", "timestamp_start_send", "--unit",
                                "ns", "--seq-column", "numseq", "--interval", "100ms", "--format", "json", "-q",
                                "--out", f"fit{node}")
            fit = json.loads(done.out)
            self.assertEqual((fit["heartbeats"], fit["loss"]["lost"]), (100001, 0))
            self.assertLessEqual(failing, {f["name"] for f in fit["features"] if not f["holds"]}, node)
            self.succeed("run", f"fit{node}/scenario.json", "--set", "duration=10m", "-q")

    def test_normal_phi_on_planetlab_senders(self):
        data = self.folder_of_data()
        for node, bare, floored in ((0, 16, 0), (5, 170, 3), (9, 563, 0)):
            for floor, mistakes in (("0ms", bare), ("10ms", floored)):
                done = self.succeed(
                    "replay", str(data / f"node{node}.csv.gz"),
                    "--column", "timestamp_start_send", "--detector", "phi_normal", "--unit", "ns", "--set",
                    "threshold=8", "--set", "window=1000", "--set", f"min_deviation={floor}", "--format", "json")
                self.assertEqual([row["mistakes"] for row in json.loads(done.out)], [mistakes], (node, floor))


if __name__ == "__main__":
    main()
