#!/usr/bin/env python3
"""What the program prints and keeps when all is well: data on stdout, the rest on stderr, results in a folder."""

import csv
import io
import json

from program import ProgramTest, digest, main, small


class Output(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("s.json", small(detectors=[{"fixed_timeout": {"timeout": "2s"}, "dead_after": "1s"},
                                              {"phi_normal": {"threshold": 3, "window": 100}}]))

    def test_every_format_says_the_same(self):
        rows = json.loads(self.succeed("run", "s.json", "--format", "json").out)
        self.assertEqual([(row["label"], row["state"]) for row in rows],
                         [("fixed_timeout", "suspected"), ("fixed_timeout", "dead"), ("phi_normal", "suspected")])
        self.assertGreater(rows[0]["mistakes"], 0)
        lines = self.succeed("run", "s.json", "--format", "ndjson").out.splitlines()
        self.assertEqual([json.loads(line) for line in lines], rows)
        text = self.succeed("run", "s.json", "--format", "csv").out
        table = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual(list(table[0]), list(rows[0]))
        for printed, row in zip(table, rows):
            for key, value in row.items():
                if value is None:
                    self.assertEqual(printed[key], "", key)
                elif isinstance(value, str):
                    self.assertEqual(printed[key], value, key)
                else:
                    self.assertEqual(float(printed[key]), value, key)
        self.assertEqual((self.folder / "results/small/cells.csv").read_text(), text)
        table = self.succeed("run", "s.json").out
        self.assertEqual(len(table.splitlines()), 4, table)
        self.assertNotIn("\033", table)

    def test_bounds_enclose_what_they_bound(self):
        for row in json.loads(self.succeed("run", "s.json", "--format", "json").out):
            for key, value in row.items():
                low, high = row.get(key + "_lo"), row.get(key + "_hi")
                if None not in (value, low):
                    self.assertLessEqual(low, value, key)
                if None not in (value, high):
                    self.assertGreaterEqual(high, value, key)

    def test_quiet_silences_stderr_and_nothing_else(self):
        loud = self.succeed("run", "s.json", "--out", "a")
        quiet = self.succeed("run", "s.json", "--out", "b", "--quiet")
        self.assertIn("results in a", loud.err)
        self.assertEqual((quiet.out, quiet.err), (loud.out, ""))
        for arguments in (["run", "s.json", "--out", "b"], ["sweep", "s.json", "--out", "c"], ["validate", "s.json"],
                          ["report", "b"]):
            self.assertEqual(self.succeed(*arguments, "-q").err, "", arguments)
        self.assertIn("absent.json", self.flatline("run", "absent.json", "--quiet").err)

    def test_a_results_folder_holds_what_its_manifest_says(self):
        done = self.succeed("run", "s.json", "--seed", "5", "--format", "csv")
        folder = self.folder / "results/small"
        self.assertEqual(sorted(p.name for p in folder.iterdir()),
                         ["cells.csv", "detection.csv", "manifest.json", "scenario.json", "timeline.csv"])
        manifest = json.loads((folder / "manifest.json").read_text())
        self.assertEqual((manifest["seed"], manifest["rows"], manifest["worlds"], manifest["complete"]),
                         (5, 3, 1, True))
        self.assertEqual(manifest["command"], "flatline run s.json --seed 5 --format csv")
        self.assertIn(manifest["digest"][:12], done.err)
        # What is kept as scenario.json gives the same results again.
        self.succeed("run", "results/small/scenario.json", "--out", "again")
        self.assertEqual(digest(self.folder / "again"), manifest["digest"])

    def test_a_second_run_finds_the_result_and_simulates_nothing(self):
        first = self.succeed("run", "s.json")
        before = {p.name: p.stat().st_mtime_ns for p in (self.folder / "results/small").iterdir()}
        second = self.succeed("run", "s.json")
        self.assertIn("already holds", second.err)
        self.assertEqual(second.out, first.out)
        self.assertEqual({p.name: p.stat().st_mtime_ns for p in (self.folder / "results/small").iterdir()}, before)

    def test_an_edited_scenario_gets_a_folder_of_its_own(self):
        self.succeed("run", "s.json")
        kept = digest(self.folder / "results/small")
        self.write("s.json", small(duration="2h"))
        self.assertIn("results/small-2", self.succeed("run", "s.json").err)
        self.assertEqual(digest(self.folder / "results/small"), kept)
        self.assertNotEqual(digest(self.folder / "results/small-2"), kept)
        self.assertIn("results/small-2 already holds", self.succeed("run", "s.json").err)

    def test_validate_resolved_gives_back_itself(self):
        self.write("full.json", small(
            seed=7, replications=2, warm_up="30s",
            links=[{"from": "worker", "to": "monitor", "both_ways": True, "order": "fifo", "duplicate": 0.01,
                    "loss": {"gilbert_elliott": {"good_mean": "100s", "bad_mean": "1s"}},
                    "delay": {"mixture": [{"weight": 0.9, "of": "1ms"}, {"weight": 0.1, "of": {
                        "lognormal": {"median": "20ms", "sigma": 1}, "plus": "5ms"}}]}}],
            watch={"push": {"from": "worker", "to": "monitor", "interval": "1m30s", "phase": "synchronised",
                            "jitter": {"ratio": 0.1, "of": "interval"}}},
            faults=[{"stall": {"nodes": "worker", "mean_time_between": "10m", "length": "5s", "on_wake": "skip"}},
                    {"partition": {"a": "worker", "b": "monitor", "at": "10m", "length": "30s"}}],
            sweep={"timeout": {"from": "1s", "to": "4s", "points": 3, "scale": "log"}, "loss_bad": [0.5, 1],
                   "where": "timeout >= 1s"}))
        once = self.succeed("validate", "--resolved", "full.json")
        json.loads(once.out)  # strict JSON
        self.assertIn("valid", once.err)
        self.write("resolved.json", once.out)
        self.assertEqual(self.succeed("validate", "--resolved", "resolved.json").out, once.out)
        self.assertIn('"jitter": {"ratio": 0.1, "of": "interval"}', once.out)

    def test_comments_in_a_scenario_are_read_over(self):
        text = (self.folder / "s.json").read_text()
        self.write("c.json", "// a comment\n" + text.replace('"link"', '/* another */ "link"'))
        self.assertEqual(self.succeed("validate", "--resolved", "c.json").out,
                         self.succeed("validate", "--resolved", "s.json").out)

    def test_set_and_the_file_say_the_same(self):
        self.write("t.json", small(seed=9, duration="30m"))
        self.write("s.json", small())
        self.succeed("run", "t.json", "--out", "a")
        self.succeed("run", "s.json", "--set", "/duration=30m", "--seed", "9", "--out", "b")
        self.succeed("run", "s.json", "--set", "duration=30m", "--set", "seed=9", "--out", "c")
        self.assertEqual(digest(self.folder / "a"), digest(self.folder / "b"))
        self.assertEqual(digest(self.folder / "a"), digest(self.folder / "c"))

    def test_a_sweep_has_a_row_for_each_cell(self):
        self.write("s.json", small())
        rows = json.loads(self.succeed("sweep", "s.json", "--format", "json", "--axis", "timeout=1s:3s:1s",
                                       "--axis", "interval=500ms,1s").out)
        self.assertEqual([row["cell"] for row in rows], list(range(6)))
        self.assertEqual(sorted({row["fixed_timeout.timeout_s"] for row in rows}), [1, 2, 3])
        plan = self.succeed("sweep", "s.json", "--dry-run", "--axis", "timeout=1s:3s:1s", "--axis", "interval=500ms,1s")
        self.assertIn("2 worlds, 6 cells", plan.out)
        # Two pairs over an hour and the warm-up of 3 s.
        self.assertRegex(plan.out, r"world 1: interval=1s cells 3..5, warm-up 3s, 7\.21e\+03 heartbeats")

    def test_a_dry_run_leaves_nothing(self):
        self.succeed("sweep", "s.json", "--dry-run")
        self.assertFalse((self.folder / "results").exists())

    def test_a_full_disk_under_stdout_is_an_error(self):
        with open("/dev/full", "wb") as full:
            import subprocess
            import program
            done = subprocess.run([program.FLATLINE, "list", "detectors"], stdout=full, stderr=subprocess.PIPE,
                                  cwd=self.folder, check=False)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"stdout", done.stderr)

    def test_links_that_share_a_queue_run_together_on_the_event_engine(self):
        # 50 heartbeats of 130 bytes at once take 10 ms each: the first nine are in time.
        queue = {"bytes_per_second": 13000, "shared": "uplink"}
        text = {"name": "uplink", "duration": "10m", "nodes": {"worker": 50, "monitor": 1},
                "link": {"delay": "1ms", "queue": queue},
                "watch": {"push": {"from": "worker", "to": "monitor", "interval": "1s", "phase": "synchronised"}},
                "detectors": [{"nfd_s": {"shift": "100ms"}}]}
        self.write("uplink.json", text)
        for jobs in ("1", "2"):
            done = self.succeed("run", "uplink.json", "--jobs", jobs, "--out", "u" + jobs, "--format", "json")
            self.assertEqual(json.loads(done.out)[0]["mistakes"], 600 * 41)
        self.assertEqual(digest(self.folder / "u1"), digest(self.folder / "u2"))
        self.assertEqual(json.loads((self.folder / "u1/manifest.json").read_text())["engine"], "event")
        self.assertEqual(self.flatline("run", "uplink.json", "--engine", "stream", "--out", "u3").code, 2)
        del queue["shared"]  # a queue for each link: nobody waits
        self.write("uplink.json", text)
        done = self.succeed("run", "uplink.json", "--out", "own", "--format", "json")
        self.assertEqual(json.loads(done.out)[0]["mistakes"], 0)

    def test_a_report_draws_every_kind_of_fault(self):
        soon = {"mean_time_between": "5s", "length": "2s"}
        self.write("faults.json", small(duration="10m", faults=[
            {"crash": {"nodes": "worker", "mean_time_between": "20s", "down": "2s", "slow_start": "1s"}},
            {"stall": {"nodes": "monitor", **soon}}, {"partition": {"a": "worker", "b": "monitor", **soon}},
            {"gray_failure": {"nodes": "worker", **soon}}, {"overload": {"nodes": "worker", **soon}},
            {"route_change": {"from": "worker", "to": "monitor", "extra": "1s", **soon}},
            {"clock_step": {"nodes": "monitor", "mean_time_between": "5s", "back": "1s"}}]))
        self.succeed("run", "faults.json", "--out", "f")
        events = (self.folder / "f/timeline.csv").read_text()
        for event in ("crash", "stall", "partition", "gray", "mend"):
            self.assertIn(event + "\n", events)
        self.succeed("report", "f")
        chart = (self.folder / "f/timeline.svg").read_text()
        for band in ("crash", "stall", "partition", "gray"):
            self.assertGreater(chart.count(f'class="{band}"'), 1, band)

    def test_a_report_is_one_page_and_charts(self):
        self.succeed("run", "s.json")
        done = self.succeed("report", "results/small")
        names = done.out.split()
        self.assertEqual(names[0], "results/small/report.html")
        for name in names:
            self.assertGreater((self.folder / name).stat().st_size, 100)
        page = (self.folder / names[0]).read_text()
        self.assertIn("<html", page)
        for outside in ('src="http', "src='http", '<link rel="stylesheet"', "@import"):
            self.assertNotIn(outside, page)


if __name__ == "__main__":
    main()
