#!/usr/bin/env python3
"""Detectors on arrivals whose result can be counted by hand."""

import gzip
import json

from program import ProgramTest, main


def trace(gaps_ms, header="seq,arrival_ms"):
    at, lines = 0, [header, "0,0"]
    for number, gap in enumerate(gaps_ms, 1):
        at += gap
        lines.append(f"{number},{at}")
    return "\n".join(lines) + "\n"


class Replay(ProgramTest):
    def row(self, name, detector, *settings, arguments=()):
        options = [word for setting in settings for word in ("--set", setting)]
        done = self.succeed("replay", name, "--detector", detector, *options, "--format", "json", *arguments)
        self.assertEqual(done.err, "")
        rows = json.loads(done.out)
        return rows[0] if len(rows) == 1 else rows

    def test_two_silences_are_two_mistakes(self):
        # 1000 beats a second apart, but one gap of 5 s and one of 9 s: 3 s of silence end the trust.
        self.write("t.csv", trace([1000] * 400 + [5000] + [1000] * 400 + [9000] + [1000] * 197))
        row = self.row("t.csv", "fixed_timeout", "timeout=3s")
        self.assertEqual((row["mistakes"], row["heartbeats"]), (2, 1000))
        self.assertEqual(row["mistake_duration_mean_s"], (2 + 6) / 2)
        self.assertAlmostEqual(row["query_accuracy"], 1 - 8 / 1011, places=9)  # printed with ten digits
        self.assertAlmostEqual(row["mistake_rate_per_hour"], 2 * 3600 / 1011, places=5)

    def test_a_beat_exactly_at_its_deadline_is_in_time(self):
        self.write("t.csv", trace([1000] * 50 + [3000] + [1000] * 50))
        self.assertEqual(self.row("t.csv", "fixed_timeout", "timeout=3s")["mistakes"], 0)
        self.assertEqual(self.row("t.csv", "fixed_timeout", "timeout=2999999999ns")["mistakes"], 1)

    def test_a_suspicion_after_the_last_arrival_does_not_count(self):
        self.write("t.csv", trace([1000] * 50))
        row = self.row("t.csv", "fixed_timeout", "timeout=1s")
        self.assertEqual((row["mistakes"], row["query_accuracy"]), (0, 1))

    def test_gzip_units_and_columns_change_nothing(self):
        text = trace([1000, 1200, 900, 4000, 1000] * 40)
        self.write("t.csv", text)
        expected = self.row("t.csv", "fixed_timeout", "timeout=3s")
        self.assertEqual(expected["mistakes"], 40)
        self.write("t.csv.gz", gzip.compress(text.encode()))
        self.assertEqual(self.row("t.csv.gz", "fixed_timeout", "timeout=3s"), expected)
        self.write("bare.csv", "".join(line + "\n" for line in text.splitlines()[1:]))
        self.assertEqual(self.row("bare.csv", "fixed_timeout", "timeout=3s",
                                  arguments=["--column", "2", "--unit", "ms", "--seq-column", "1"]), expected)
        nanoseconds = "\n".join(line + "000000" for line in text.splitlines()[1:])
        self.write("ns.csv", "seq;when_ns\n" + nanoseconds.replace(",", ";") + "\n")
        self.assertEqual(self.row("ns.csv", "fixed_timeout", "timeout=3s", arguments=["--column", "when_ns"]), expected)

    def test_dead_is_a_state_of_its_own(self):
        self.write("t.csv", trace([1000] * 50 + [5000] + [1000] * 50 + [9000] + [1000] * 50))
        rows = self.row("t.csv", "fixed_timeout", "timeout=3s", "dead_after=4s")
        self.assertEqual([(row["state"], row["mistakes"]) for row in rows], [("suspected", 2), ("dead", 1)])

    def test_nfd_s_counts_from_the_senders_stamps(self):
        # Sent every second, delivered after 10 ms, but beat 20 after 1.61 s: freshness point = sent + 1 s + shift.
        # With 5 ms every beat but the first comes too late, number 20 even after its successor.
        lines = ["seq,sent_ms,arrival_ms"]
        for i in range(60):
            lines.append(f"{i},{i * 1000},{i * 1000 + (1610 if i == 20 else 10)}")
        lines.sort(key=lambda line: (0, 0) if line.startswith("seq") else (1, int(line.split(",")[2])))
        self.write("t.csv", "\n".join(lines) + "\n")
        for shift, mistakes in (("5ms", 58), ("500ms", 1), ("1010ms", 0)):
            row = self.row("t.csv", "nfd_s", f"shift={shift}", "interval=1s",
                           arguments=["--column", "arrival_ms", "--seq-column", "seq", "--sent-column", "sent_ms"])
            self.assertEqual(row["mistakes"], mistakes, shift)

    def test_every_detector_and_threshold_in_one_pass_is_as_if_alone(self):
        self.write("t.csv", trace([1000, 1100, 900, 2500, 1000] * 60))
        done = self.succeed("replay", "t.csv", "--detector", "fixed_timeout", "--detector", "phi_normal", "--axis",
                            "timeout=2s,3s", "--axis", "phi_normal.threshold=1,8", "--set", "window=20",
                            "--set", "phi_normal.dead_after=1s", "--format", "json")
        rows = json.loads(done.out)
        self.assertEqual([(row["label"], row["state"]) for row in rows],
                         [("fixed_timeout", "suspected")] * 2 +
                         [("phi_normal", "suspected"), ("phi_normal", "dead")] * 2)
        # All are judged from where the longest window is full, a single one from where its own is: phi's rows are
        # the same.
        for row, threshold in ((rows[2], 1), (rows[4], 8)):
            alone = self.row("t.csv", "phi_normal", f"threshold={threshold}", "window=20", "dead_after=1s")[0]
            for key in ("mistakes", "query_accuracy", "detection_time_mean_s", "detection_time_p99_s"):
                self.assertEqual(row[key], alone[key], (threshold, key))
        # The 20 gaps that fill the window hold 4 of the 60 silences.
        self.assertEqual([row["mistakes"] for row in rows[:2]], [56, 0])

    def test_detection_times_come_from_every_moment_as_a_crash(self):
        # Sent every second, 10 ms on the way: a crash at a moment uniform in the second after a send is noticed
        # 3 s after that beat's arrival, 2.01 to 3.01 s after the crash.
        lines = ["seq,sent_ms,arrival_ms"] + [f"{i},{i * 1000},{i * 1000 + 10}" for i in range(1000)]
        self.write("t.csv", "\n".join(lines) + "\n")
        columns = ["--seq-column", "seq", "--sent-column", "sent_ms"]
        row = self.row("t.csv", "fixed_timeout", "timeout=3s", arguments=columns)
        self.assertAlmostEqual(row["detection_time_mean_s"], 2.51, places=3)  # the last beat's span is cut at its end
        self.assertAlmostEqual(row["detection_time_max_s"], 3.01, places=9)
        self.assertEqual(row["delivered_ratio"], 1)

    def test_clocks_of_two_hosts_are_brought_together(self):
        # The same, but the receiver's clock is an hour off and runs 50 ppm fast: the way there is lost, the rest not.
        lines = ["seq,sent_us,arrival_us"]
        lines += [f"{i},{i * 10**6},{(i * 10**6 + 10000) * 100005 // 100000 + 36 * 10**8}" for i in range(1000)]
        self.write("t.csv", "\n".join(lines) + "\n")
        row = self.row("t.csv", "fixed_timeout", "timeout=3s",
                       arguments=["--seq-column", "seq", "--sent-column", "sent_us"])
        self.assertAlmostEqual(row["detection_time_mean_s"], 2.5, places=3)

    def test_missing_numbers_are_lost_and_late_senders_stalled(self):
        # Numbers 100 to 104 never come, and number 200 leaves 4 s late.
        lines = ["seq,sent_ms,arrival_ms"]
        for i in range(400):
            late = 4000 if i == 200 else 0
            if not 100 <= i <= 104:
                lines.append(f"{i},{i * 1000 + late},{i * 1000 + late + 10}")
        lines[1:] = sorted(lines[1:], key=lambda line: int(line.split(",")[2]))
        self.write("t.csv", "\n".join(lines) + "\n")
        row = self.row("t.csv", "fixed_timeout", "timeout=3s", "interval=1s",
                       arguments=["--seq-column", "seq", "--sent-column", "sent_ms"])
        # Time counts from the first arrival, so the first beat was sent before it.
        self.assertEqual((row["mistakes"], row["mistakes_by_loss"], row["heartbeats"]), (1, 1, 399))
        # Without the numbers nothing is known of the loss: the sender was silent.
        row = self.row("t.csv", "fixed_timeout", "timeout=3s", "interval=1s", arguments=["--sent-column", "sent_ms"])
        self.assertEqual((row["mistakes"], row["mistakes_by_sender_stall"]), (1, 1))

    def test_a_results_folder_belongs_to_one_trace(self):
        self.write("t.csv", trace([1000] * 100))
        arguments = ["replay", "t.csv", "--detector", "fixed_timeout", "--set", "timeout=3s", "--out", "r"]
        first = self.succeed(*arguments)
        manifest = json.loads((self.folder / "r/manifest.json").read_text())
        self.assertEqual((manifest["engine"], manifest["rows"]), ("replay", 1))
        again = self.succeed(*arguments)
        self.assertEqual(again.out, first.out)
        self.assertIn("already holds", again.err)
        self.succeed("report", "r")
        self.write("t.csv", trace([1000] * 101))
        self.refuse(4, arguments, "r")

    def test_a_trace_too_short_for_the_window_is_refused(self):
        self.write("t.csv", trace([1000] * 50))
        self.refuse(3, ["replay", "t.csv", "--detector", "phi_normal", "--set", "threshold=8", "--set", "window=100"],
                    "51 arrivals", "window (100)", "--set window=")

    def test_what_is_said_goes_to_stderr(self):
        self.write("t.csv", trace([1000] * 50))
        done = self.succeed("replay", "t.csv", "--detector", "fixed_timeout", "--set", "timeout=3s")
        self.assertIn("51 arrivals over 50s", done.err)
        self.assertEqual(len(done.out.splitlines()), 2)
        quiet = self.succeed("replay", "t.csv", "--detector", "fixed_timeout", "--set", "timeout=3s", "-q")
        self.assertEqual((quiet.out, quiet.err), (done.out, ""))


if __name__ == "__main__":
    main()
