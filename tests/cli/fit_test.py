#!/usr/bin/env python3
"""From a trace to a scenario that runs, and to a report that says what does not fit."""

import json
import random
import re

from program import ProgramTest, main, small

# Everything that a fit looks for: a delay with a floor, loss in bursts, a sender that stalls.
PLANTED = small(
    nodes={"worker": 1, "monitor": 1},
    link={"delay": {"lognormal": {"median": "2ms", "sigma": 0.7}, "plus": "5ms"},
          "loss": {"gilbert_elliott": {"good_mean": "40s", "bad_mean": "2s", "loss_good": 0.001, "loss_bad": 0.8}}},
    watch={"push": {"from": "worker", "to": "monitor", "interval": "100ms"}},
    faults=[{"stall": {"nodes": "worker", "mean_time_between": "20s", "length": {"exponential": {"mean": "400ms"}}}}],
    duration="1h")


class Fit(ProgramTest):
    def simulate(self, scenario, trace, *arguments):
        self.write("planted.json", scenario)
        self.succeed("run", "planted.json", "--out", f"run-{trace}", "--record", trace, "-q", *arguments)
        return trace

    def fit(self, trace, *arguments):
        done = self.succeed("fit", trace, "--out", "fitted", "--format", "json", "-q", *arguments)
        return json.loads(done.out)

    def features(self, fit):
        return {feature["name"]: feature["holds"] for feature in fit["features"]}

    def near(self, parameter, planted):
        """The planted value lies in a range three times as wide as the interval, which is wrong once in 10^8."""
        reach = 1.0 * (parameter["hi"] - parameter["lo"])
        self.assertLess(parameter["lo"] - reach, planted, parameter)
        self.assertGreater(parameter["hi"] + reach, planted, parameter)

    def test_a_simulated_trace_gives_back_what_was_planted(self):
        fit = self.fit(self.simulate(PLANTED, "t.csv.gz"))
        self.assertEqual((fit["interval_s"], fit["free_running"], fit["duplicates"]), (0.1, False, 0))
        self.assertEqual(fit["delay"]["law"], "lognormal")
        delay = fit["delay"]["families"][0]["parameters"]
        self.near(delay["median_s"], 0.002)
        self.near(delay["sigma"], 0.7)
        self.near(delay["plus_s"], 0.005)
        self.assertEqual(fit["loss"]["law"], "gilbert_elliott")
        for name, planted in (("good_mean_s", 40), ("bad_mean_s", 2), ("loss_good", 0.001), ("loss_bad", 0.8)):
            self.near(fit["loss"]["gilbert_elliott"][name], planted)
        self.near(fit["sender_stalls"]["parameters"]["mean_time_between_s"], 20)
        self.assertEqual(fit["sender_stalls"]["length"]["family"], "exponential")
        self.near(fit["sender_stalls"]["length"]["parameters"]["mean_s"], 0.4)
        self.assertEqual((fit["hold_ups"]["seen"], fit["monitor_stalls"]["seen"]), (0, 0))
        failing = [name for name, holds in self.features(fit).items() if not holds]
        self.assertEqual(failing, [])

    def test_what_is_simulated_from_a_fit_passes_the_tests_that_the_original_passed(self):
        first = self.features(self.fit(self.simulate(PLANTED, "t.csv.gz")))
        self.succeed("run", "fitted/scenario.json", "--set", "duration=1h", "--set", "sender=1", "--seed", "77",
                     "--record", "again.csv.gz", "-q", "--out", "again")
        done = self.succeed("fit", "again.csv.gz", "--out", "refitted", "--format", "json", "-q")
        second = self.features(json.loads(done.out))
        for name, holds in first.items():
            self.assertTrue(holds, name)
            self.assertTrue(second.get(name, True), name)

    def test_the_scenario_is_one_that_runs(self):
        self.fit(self.simulate(PLANTED, "t.csv.gz"))
        text = (self.folder / "fitted/scenario.json").read_text()
        self.assertIn("// Fitted by flatline", text)
        self.succeed("validate", "fitted/scenario.json")
        done = self.succeed("run", "fitted/scenario.json", "--set", "duration=10m", "--format", "json", "-q")
        self.assertEqual([row["label"] for row in json.loads(done.out)], ["fixed_timeout", "nfd_e", "phi_normal"])
        self.assertIn("cells", self.succeed("sweep", "fitted/scenario.json", "--dry-run").out)

    def test_the_report_stands_alone_and_equal_traces_give_equal_bytes(self):
        self.simulate(PLANTED, "t.csv.gz")
        self.fit("t.csv.gz")
        files = {path.name: path.read_bytes() for path in (self.folder / "fitted").iterdir()}
        page = files["report.html"].decode()
        self.assertEqual(re.findall(r"(?:src|href)=[\"']?(?!#|data:)[^\"' >]+", page), [])
        for name in ("delay_tail.svg", "loss_bursts.svg", "sender_stalls.svg", "scenario.json", "fit.json"):
            self.assertIn(name, files)
        self.fit("t.csv.gz")
        self.assertEqual({path.name: path.read_bytes() for path in (self.folder / "fitted").iterdir()}, files)
        self.simulate(PLANTED, "u.csv.gz", "--seed", "9")
        self.refuse(4, ["fit", "u.csv.gz", "--out", "fitted"], "fitted", "holds something else")

    def test_a_delay_of_no_known_law_is_drawn_as_recorded_and_said_so(self):
        dice = random.Random(3)
        lines = ["seq,sent_us,received_us"]
        for i in range(3000):
            slow = i // 100 % 3 == 0  # slow times and quick times, each of 10 s
            delay = dice.choice([900, 1000, 1100]) + (20000 + dice.randrange(9000) if slow else 0)
            lines.append(f"{i},{i * 100000},{i * 100000 + delay}")
        self.write("t.csv", "\n".join(lines) + "\n")
        fit = self.fit("t.csv", "--seq-column", "seq", "--sent-column", "sent_us")
        features = self.features(fit)
        self.assertFalse(features["the delay follows a law"])
        self.assertFalse(features["successive delays are independent"])
        self.assertEqual(fit["delay"]["law"], "empirical")
        values = [int(line) for line in (self.folder / "fitted/delays.csv").read_text().split()[1:]]
        self.assertEqual(len(values), 3000)
        self.assertLessEqual(max(values), 31_000_000)  # nothing slower than the slowest is made up
        self.succeed("run", "fitted/scenario.json", "--set", "duration=10m", "-q")
        # The law can be had all the same, for who wants it.
        self.succeed("fit", "t.csv", "--seq-column", "seq", "--sent-column", "sent_us", "--laws", "family",
                     "--out", "f")
        self.assertNotIn("empirical", (self.folder / "f/scenario.json").read_text())

    def test_hold_ups_on_the_way_are_told_from_stalls_of_the_sender(self):
        dice = random.Random(5)
        rows, holds = [], [(200.03 + 30 * k, 0.5 + 0.02 * k) for k in range(25)]
        for i in range(10000):
            sent = i * 0.1 + (0.4 if i % 1000 == 500 else 0)  # ten late sends
            arrival = sent + 0.002 + dice.random() * 0.001
            for start, length in holds:
                if start <= arrival < start + length:
                    arrival = start + length + dice.random() * 1e-4
            rows.append((i, sent, arrival))
        rows.sort(key=lambda row: row[2])
        self.write("t.csv", "seq,sent_s,received_s\n" + "".join(f"{i},{s:.6f},{a:.6f}\n" for i, s, a in rows))
        fit = self.fit("t.csv", "--seq-column", "seq", "--sent-column", "sent_s", "--interval", "100ms")
        self.assertEqual((fit["sender_stalls"]["seen"], fit["hold_ups"]["seen"]), (10, 25))
        self.near(fit["hold_ups"]["parameters"]["mean_time_between_s"], 30)
        self.assertIn("partition", (self.folder / "fitted/scenario.json").read_text())

    def test_two_clocks_are_brought_together(self):
        dice = random.Random(7)
        lines = ["seq,sent_ns,received_ns"]
        for i in range(5000):
            received = i * 10**8 + 3 * 10**6 + int(dice.expovariate(1) * 10**6)
            lines.append(f"{i},{i * 10**8},{received * 100003 // 100000 + 5 * 10**15}")
        self.write("t.csv", "\n".join(lines) + "\n")
        columns = ["--seq-column", "seq", "--sent-column", "sent_ns", "--column", "received_ns"]
        fit = self.fit("t.csv", *columns, "--interval", "100ms", "--least-delay", "3ms")
        self.assertIn("a drift of 30 ppm", fit["remarks"])
        mean = fit["delay"]["families"][0]
        self.assertEqual(mean["family"], "exponential")
        self.near(mean["parameters"]["mean_s"], 0.001)
        self.assertAlmostEqual(mean["parameters"]["plus_s"]["value"], 0.003, places=5)

    def test_pings_are_round_trips(self):
        dice = random.Random(11)
        lines = ["PING example.net (192.0.2.1) 56(84) bytes of data."]
        for i in range(1, 2001):
            if i % 50 == 0:
                continue
            time = 10 + dice.expovariate(0.5)
            lines.append(f"[{1609459200 + i * 0.2 + time / 1000:.6f}] 64 bytes from 192.0.2.1: icmp_seq={i} ttl=57 "
                         f"time={time:.3g} ms")
        lines += ["", "--- example.net ping statistics ---",
                  "2000 packets transmitted, 1960 received, 2% packet loss, time 400000ms"]
        self.write("ping.txt", "\n".join(lines) + "\n")
        fit = self.fit("ping.txt", "--interval", "200ms")
        self.assertIn("round trips", fit["remarks"])
        self.assertEqual((fit["loss"]["sent"], fit["loss"]["lost"]), (2000, 40))
        self.succeed("run", "fitted/scenario.json", "--set", "duration=10m", "-q")

    def test_arrivals_alone_give_stalls_and_lateness(self):
        gaps = ["0"] + [str(i * 1000 + (900 if i % 100 == 50 else i % 7)) for i in range(1, 600)]
        self.write("t.csv", "arrival_ms\n" + "\n".join(gaps) + "\n")
        fit = self.fit("t.csv")
        self.assertEqual((fit["interval_s"], fit["sender_stalls"]["seen"]), (1, 6))
        self.assertNotIn("loss", fit)
        self.assertIn("no send times", fit["remarks"])

    def test_few_heartbeats_are_enough_for_a_scenario(self):
        self.write("t.csv", "arrival_ms\n0\n1000\n2001\n3000\n")
        fit = self.fit("t.csv")
        self.assertEqual(fit["delay"]["law"], "empirical")
        self.succeed("run", "fitted/scenario.json", "--set", "duration=10m", "-q")

    def test_heartbeats_that_came_all_at_once_were_not_all_held_up(self):
        self.write("t.csv", "seq,sent_ms,received_ms\n0,0,250\n1,100,251\n2,200,252\n")
        fit = self.fit("t.csv", "--seq-column", "seq", "--sent-column", "sent_ms")
        self.assertEqual((fit["heartbeats"], fit["hold_ups"]["seen"]), (3, 0))
        self.succeed("run", "fitted/scenario.json", "-q")

    def test_numbers_may_leap_where_time_does_not(self):
        self.write("t.csv", "seq,rx_s\n0,0\n1,550000000\n2,1100000000\n10000002,1100000001\n")
        fit = self.fit("t.csv", "--column", "rx_s", "--seq-column", "seq")
        self.assertEqual((fit["heartbeats"], fit["loss"]["lost"]), (4, 9999999))

    def test_a_copy_takes_nothing_from_the_count_of_those_overtaken(self):
        self.write("t.csv", "seq,at_ms\n0,10\n1,20\n1,21\n2,30\n4,50\n3,51\n0,52\n5,60\n")
        fit = self.fit("t.csv", "--column", "at_ms", "--seq-column", "seq")
        self.assertEqual((fit["heartbeats"], fit["duplicates"], fit["reordered"]), (6, 2, 1))

    def test_numbers_and_times_that_cannot_be_are_refused(self):
        columns = ["--column", "rx_s", "--seq-column", "seq"]
        both = columns + ["--sent-column", "tx_s"]
        jumps = "\n".join(f"{9_000_000 * i},{i}" for i in range(10))
        for name, text, arguments, fragment in [
            ("one number", "seq,rx_s\n5,1\n5,2\n5,3\n", columns, "all 3 arrivals have the number 5"),
            ("largest number", "seq,rx_s\n9223372036854775807,1\n9223372036854775806,2\n", columns, "is very large"),
            ("no numbers", "seq,rx_s\n" + jumps + "\n", columns, "expected numbers that count heartbeats"),
            ("two clocks", "seq,tx_s,rx_s\n0,0,1700000000\n1,1,1700000001\n", both + ["--clocks", "one"],
             "expected --clocks two"),
            ("too far from 0", "seq,tx_s,rx_s\n0,-9000000000,9000000000\n1,-8999999999,9000000001\n", both,
             "t.csv:2: this time is too far from 0"),
            ("two traces", "seq,tx_s,rx_s\n0,0,1\n1,2000000000,2\n", both, "t.csv:3: sent more than 36 years"),
        ]:
            with self.subTest(name):
                self.write("t.csv", text)
                self.refuse(3, ["fit", "t.csv", *arguments], fragment)

    def test_bad_options_and_traces_leave_nothing_behind(self):
        self.write("t.csv", "arrival_ms\n0\n1000\n2001\n3000\n")
        self.write("junk.csv", bytes(range(256)) * 20)
        for arguments, code, fragment in [
            (["fit"], 2, "trace is missing"),
            (["fit", "none.csv"], 4, "No such file"),
            (["fit", "t.csv", "--stall", "0s"], 2, "--stall 0s"),
            (["fit", "t.csv", "--interval", "fast"], 2, "--interval fast"),
            (["fit", "t.csv", "--least-delay", "2d"], 2, "--least-delay 2d"),
            (["fit", "t.csv", "--laws", "guess"], 2, "--laws guess"),
            (["fit", "t.csv", "--format", "xml"], 2, "--format xml"),
            (["fit", "t.csv", "--seq-column", "n"], 3, '"n"'),
            (["fit", "junk.csv"], 3, "junk.csv"),
        ]:
            with self.subTest(arguments=arguments):
                self.refuse(code, arguments, fragment)


if __name__ == "__main__":
    main()
