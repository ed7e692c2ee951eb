#!/usr/bin/env python3
"""list detectors and explain: what they tell is what the detectors do."""

import json
import math
from pathlib import Path

from program import ProgramTest, main, small

MANUAL = Path(__file__).resolve().parent.parent.parent / "docs" / "DETECTORS.md"


class Explain(ProgramTest):
    def explained(self, name, *arguments):
        return json.loads(self.succeed("explain", "detector", name, "--format", "json", *arguments).out)

    def silences(self, name, *arguments):
        return {row["setting"]: row["silence"] for row in self.explained(name, *arguments)["silence"]}

    def names(self):
        return [row["name"] for row in json.loads(self.succeed("list", "detectors", "--format", "json").out)]

    def test_the_list_names_every_detector_with_summary_and_source(self):
        names = self.names()
        schema = json.loads(self.succeed("schema").out)
        for name in names:
            self.assertIn(name, json.dumps(schema))
        text = self.succeed("list", "detectors").out
        heads = [line.split()[0] for line in text.splitlines() if line and not line.startswith(" ")]
        self.assertEqual(heads[:-1], names)  # the last line tells of explain
        self.assertEqual(text.count("Source: "), len(names))
        self.assertLessEqual(max(map(len, text.splitlines())), 100)

    def test_every_detector_is_explained_with_its_parameters_and_a_time(self):
        everything = json.loads(self.succeed("explain", "detectors", "--format", "json").out)
        self.assertEqual([one["name"] for one in everything], self.names())
        for one in everything:
            with self.subTest(detector=one["name"]):
                self.assertTrue(one["parameters"])
                for parameter in one["parameters"]:
                    self.assertTrue(parameter["help"])
                    self.assertEqual(parameter["unit"], "s" if parameter["type"] == "duration" else None)
                self.assertTrue(one["source"])
                self.assertTrue(any(row["given"] for row in one["silence"]))
                self.assertTrue(any(row["silence"] for row in one["silence"]), one["silence"])
                text = self.succeed("explain", "detector", one["name"]).out
                for word in ("Parameters", "In time", "Source: ", "a heartbeat every 1s"):
                    self.assertIn(word, text)
                self.assertLessEqual(max(map(len, text.splitlines())), 130)

    def test_phi_eight_has_three_meanings(self):
        # Delays with a deviation of 50 ms make gaps with one of 71 ms around a second. The points at which phi is 8:
        # 5.612 deviations (normal), 8 ln 10 means (exponential), 5.228 deviations (logistic).
        for name in ("phi_normal", "phi_exponential", "phi_logistic", "akka", "cassandra", "hazelcast", "chitchat"):
            group = next(g for g in self.explained(name)["namesakes"] if g["about"].startswith("phi = 8"))
            mean = {member["detector"]: member["silence"]["mean_s"] for member in group["members"]}
            self.assertAlmostEqual(mean["phi_normal"], 1 + 5.612 * math.sqrt(2) * 0.05, delta=0.02)
            self.assertAlmostEqual(mean["phi_exponential"], 8 * math.log(10), delta=0.02)
            self.assertAlmostEqual(mean["phi_logistic"], 1 + 5.228 * math.sqrt(2) * 0.05, delta=0.02)
            # Mean, pause of 3 s, and 5.228 times the floor of 100 ms; and Cassandra's scale.
            self.assertAlmostEqual(mean["akka"], 4 + 0.5228, delta=0.01)
            self.assertAlmostEqual(mean["cassandra"], 8 * math.log(10), delta=0.05)
        text = self.succeed("explain", "detector", "phi_normal").out
        self.assertIn("phi = 8 means another silence", text)

    def test_times_come_from_the_detector_on_the_link_that_is_asked_for(self):
        rows = self.silences("fixed_timeout", "--interval", "5s")
        self.assertEqual({name: row["mean_s"] for name, row in rows.items()},
                         {"timeout=7.5s": 7.5, "timeout=15s": 15, "timeout=30s": 30, "timeout=1m": 60})
        rows = self.silences("phi_exponential", "--interval", "5s")
        self.assertAlmostEqual(rows["threshold=8"]["mean_s"], 5 * 8 * math.log(10), delta=0.1)
        steady = self.silences("phi_normal", "--jitter", "0s", "--set", "min_deviation=100ms")["threshold=8"]
        self.assertAlmostEqual(steady["mean_s"], 1.5612, places=4)
        self.assertEqual(steady["least_s"], steady["most_s"])
        rows = self.silences("phi_normal", "--set", "threshold=7", "--jitter", "0s", "--set", "min_deviation=1s")
        self.assertIn("threshold=7", rows)

    def test_a_scenario_gives_its_link_without_its_faults(self):
        self.write("s.json", small(watch={"push": {"from": "worker", "to": "monitor", "interval": "2s"}},
                                   link={"delay": "1ms"},
                                   faults=[{"stall": {"nodes": "worker", "mean_time_between": "1m", "length": "9s"}}]))
        one = self.explained("phi_exponential", "--scenario", "s.json")
        self.assertIn("s.json", one["link"]["text"])
        found = {row["setting"]: row["silence"] for row in one["silence"]}["threshold=8"]
        self.assertAlmostEqual(found["mean_s"], 2 * 8 * math.log(10), places=6)
        self.refuse(2, ["explain", "detector", "akka", "--scenario", "s.json", "--interval", "1s"], "--scenario")
        self.refuse(4, ["explain", "detector", "akka", "--scenario", "absent.json"], "absent.json")

    def test_any_link_will_do(self):
        for interval, much in (("1ms", "100ms"), ("8h", "1d")):
            for jitter in ("0s", "1ns", much):
                self.succeed("explain", "detectors", "--interval", interval, "--jitter", jitter)
        for interval in ("999us", "481m"):
            self.refuse(2, ["explain", "detectors", "--interval", interval], "expected 1ms to 8h")
        self.refuse(3, ["explain", "detectors", "--interval", "1ms", "--jitter", "1d"], "no heartbeat gets through")
        self.write("lost.json", small(link={"delay": "1ms", "loss": 1}))
        self.refuse(3, ["explain", "detector", "akka", "--scenario", "lost.json"], "no heartbeat gets through")

    def test_unknown_names_come_with_the_nearest(self):
        self.refuse(2, ["explain", "detector", "phi_nromal"], 'no detector "phi_nromal"', '"phi_normal"')
        self.refuse(2, ["explain", "detector", "phi"], '"phi_normal", "phi_exponential", "phi_logistic"')
        self.refuse(2, ["explain", "detector", "akka_deadlin"], '"akka_deadline"')
        self.refuse(2, ["explain", "detector", "frobnicator"], "flatline list detectors")
        self.refuse(2, ["explain", "detector"], "name is missing")
        self.refuse(2, ["explain"], "topic is missing")
        self.refuse(2, ["explain", "planets"], "explain detector NAME")
        self.refuse(2, ["explain", "detectors", "akka"], "no name")
        self.refuse(2, ["explain", "detector", "akka", "--set", "treshold=8"], 'did you mean "threshold"')
        self.refuse(2, ["explain", "detector", "akka", "--set", "threshold=-1"], "--set threshold=-1")
        self.refuse(2, ["explain", "detector", "akka", "--interval", "0s"], "--interval 0s")
        self.refuse(2, ["explain", "detector", "akka", "--jitter", "much"], "--jitter much")
        self.refuse(2, ["explain", "detector", "akka", "--format", "xml"], "--format xml")
        self.refuse(2, ["list", "measures", "--format", "json"], "--format json")

    def test_the_manual_is_what_explain_prints(self):
        printed = self.succeed("explain", "detectors", "--format", "markdown").out
        self.assertEqual(MANUAL.read_text(), printed,
                         "run: flatline explain detectors --format markdown > docs/DETECTORS.md")


if __name__ == "__main__":
    main()
