#!/usr/bin/env python3
"""What flatline fit reads beside recordings and pings: each gives a scenario that runs, or is refused by line."""

import base64
import json
import random
import re
import struct
import zlib

from program import ProgramTest, main

GC = "{at:.3f}: [GC {at:.3f}: [ParNew: 8064K->0K(8128K), {inner:.7f} secs] 8064K->840K(131008K), {length:.7f} secs]\n"


def histogram(values, digits=2, lowest=20000):
    """HdrHistogram's encoding V2, from the description of the format."""
    cells = 1 << (2 * 10**digits - 1).bit_length()
    unit = lowest.bit_length() - 1
    counts = {}
    for value in values:
        octave = max(0, (value >> unit).bit_length() - (cells.bit_length() - 1))
        index = (value >> (unit + octave)) + octave * (cells // 2)
        counts[index] = counts.get(index, 0) + 1
    body, place = b"", 0
    for index in sorted(counts):
        for number in ([-(index - place)] if index - place > 1 else [0] * (index - place)) + [counts[index]]:
            zigzag = -2 * number - 1 if number < 0 else 2 * number
            while zigzag >= 128:
                body += bytes([zigzag & 127 | 128])
                zigzag >>= 7
            body += bytes([zigzag])
        place = index + 1
    inner = struct.pack(">IIIIQQd", 0x1C849313, len(body), 0, digits, lowest, 3600 * 10**9, 1.0) + body
    packed = zlib.compress(inner)
    return base64.b64encode(struct.pack(">II", 0x1C849314, len(packed)) + packed).decode()


def hiccup_row(start, hiccups):
    """Five seconds of jHiccup: quiet samples, and for each late one those that it missed."""
    values = [250_000 + i % 50 * 1000 for i in range(3000)]
    for value in hiccups:
        values += range(value, 999_999, -1_000_000)
    return f"{start:.3f},5.000,{max(values) / 1e6:.3f},{histogram(values)}\n"


class Formats(ProgramTest):
    def fit(self, file, *arguments):
        done = self.succeed("fit", file, "--out", "fitted", "--format", "json", "-q", *arguments)
        return json.loads(done.out)

    def scenario(self):
        text = (self.folder / "fitted/scenario.json").read_text()
        return text, json.loads(re.sub(r"(?m)^\s*//.*$", "", text))

    def runs(self, duration="10m"):
        done = self.succeed("run", "fitted/scenario.json", "--set", f"duration={duration}", "--format", "json", "-q")
        return json.loads(done.out)

    def gc_log(self, count, seed=3):
        dice, at, text = random.Random(seed), 1.0, ""
        for _ in range(count):
            length = round(dice.lognormvariate(-4.6, 0.8), 7)
            text += GC.format(at=at, inner=length * 0.9, length=length)
            at = round(at + length + dice.expovariate(1), 3)
        return text

    def test_a_collectors_log_gives_stalls_with_rate_and_law(self):
        self.write("gc.log", "Java HotSpot(TM) 64-Bit Server VM (25.1-b02) for linux\n" + self.gc_log(2000))
        fit = self.fit("gc.log")
        self.assertEqual((fit["pauses"], fit["law"], fit["families"][0]["family"]), (2000, "fitted", "lognormal"))
        self.assertEqual(fit["kinds"], {"GC": 2000})
        rate = fit["parameters"]["mean_time_between_s"]
        self.assertLess(rate["lo"], 1.05)
        self.assertGreater(rate["hi"], 0.95)
        self.assertIn("a garbage collection log of HotSpot", fit["remarks"])
        text, scenario = self.scenario()
        self.assertIn("lognormal", scenario["faults"][0]["stall"]["length"])
        self.assertIn("put your delay and loss here", text)
        self.assertEqual(scenario["watch"]["push"]["interval"], "1s")
        self.runs()
        page = (self.folder / "fitted/report.html").read_text()
        self.assertEqual(re.findall(r"(?:src|href)=[\"']?(?!#|data:)[^\"' >]+", page), [])
        for chart in ("pause_tail.svg", "pause_times.svg", "pause_gaps.svg", "pause_correlation.svg"):
            self.assertTrue((self.folder / "fitted" / chart).exists(), chart)
        # How far the data carry: two decades beyond 1/n, and hatched beyond the longest.
        self.assertAlmostEqual(fit["farthest_tail"], 1 / (100 * 2000))
        self.assertIn("nothing measured", page)

    def test_pauses_of_no_law_are_drawn_as_recorded(self):
        lines = self.gc_log(1000).splitlines(keepends=True)
        for i in range(0, 1000, 25):  # full collections among the young ones
            lines[i] = re.sub(r", [0-9.]+ secs\]\n", ", 0.9000000 secs]\n", lines[i])
        self.write("gc.log", "".join(lines))
        fit = self.fit("gc.log", "--interval", "200ms")
        self.assertEqual(fit["law"], "empirical")
        self.assertEqual(fit["quantiles_s"]["max"], 0.9)
        drawn = [int(line) for line in (self.folder / "fitted/sender-stalls.csv").read_text().split()[1:]]
        self.assertEqual((len(drawn), max(drawn)), (1000, 900_000_000))
        self.assertEqual(self.scenario()[1]["watch"]["push"]["interval"], "200ms")
        self.runs()
        self.succeed("fit", "gc.log", "--laws", "family", "--out", "law", "-q")
        self.assertNotIn("empirical", (self.folder / "law/scenario.json").read_text())
        self.succeed("fit", "gc.log", "--stall", "500ms", "--out", "long", "-q")
        self.assertEqual(json.loads((self.folder / "long/fit.json").read_text())["pauses"], 40)

    def test_unified_logging_and_jrockit(self):
        dice = random.Random(5)
        unified, jrockit = "[0.004s][info][gc] Using G1\n", "[memory ] GC strategy: gencon\n"
        for i in range(50):
            length = 1 + dice.random()
            unified += (f"[{i + 1}.000s][info][gc,start] GC({i}) Pause Young (Normal) (G1 Evacuation Pause)\n"
                        f"[{i + 1}.010s][info][gc] GC({i}) Pause Young (Normal) (G1 Evacuation Pause) "
                        f"24M->4M(64M) {length:.3f}ms\n")
            jrockit += f"[memory ] {i + 1}.000: Nursery GC 123930K->27087K (1048576K), {length:.3f} ms\n"
        for name, text, words in (("u.log", unified, "unified logging"), ("j.log", jrockit, "JRockit")):
            with self.subTest(name):
                self.write(name, text)
                self.succeed("fit", name, "--out", name + ".fit", "-q")
                fit = json.loads((self.folder / (name + ".fit") / "fit.json").read_text())
                self.assertEqual((fit["pauses"], len(fit["families"]) > 0), (50, True))
                self.assertIn(words, fit["format"])
                self.succeed("run", name + ".fit/scenario.json", "--set", "duration=10m", "-q")

    def test_jhiccup(self):
        dice = random.Random(7)
        planted, rows = [], ""
        for i in range(60):
            hiccups = [int(dice.lognormvariate(17.7, 0.6)) for _ in range(i % 2)]
            planted += [h for h in hiccups if h > 10_000_000]
            rows += hiccup_row(5 * i, hiccups)
        self.write("h.hlog", "#[Logged with jHiccup version 2.0.10]\n#[Histogram log format version 1.3]\n"
                   '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"\n' + rows)
        fit = self.fit("h.hlog", "--stall", "10ms")
        self.assertEqual((fit["pauses"], fit["watched_s"]), (len(planted), 300))
        # Two digits: a pause is known to its cell, 1/128 of it.
        self.assertLess(abs(fit["quantiles_s"]["max"] * 1e9 / max(planted) - 1), 1 / 100)
        self.assertIn("are taken back", fit["remarks"])
        self.runs()
        self.refuse(3, ["fit", "h.hlog", "--resolution", "100ms"], "more than one each resolution")

    def test_fping_of_one_target(self):
        dice = random.Random(11)
        text = ""
        for i in range(600):
            for host in ("a.example", "b.example"):
                delay = 10 + dice.expovariate(0.5)
                head = f"[{1609459200 + i + (delay / 1000 if i % 20 != 7 else 0.5):.5f}] {host} : [{i}], "
                text += head + (f"64 bytes, {delay:.3g} ms (12.1 avg, 0% loss)\n" if i % 20 != 7
                                else "timed out (12.1 avg, 5% loss)\n")
        self.write("f.txt", text)
        self.refuse(3, ["fit", "f.txt"], 'f.txt:2: a second target, "b.example"', "--target")
        fit = self.fit("f.txt", "--target", "b.example")
        self.assertEqual((fit["loss"]["sent"], fit["loss"]["lost"]), (600, 30))
        self.assertIn("fping measures round trips", fit["remarks"])
        self.runs()

    def test_rows_without_an_arrival_are_lost(self):
        rows = "".join(f"{i * 100},{'' if i % 25 == 3 else i * 100 + 5 + i % 7 / 10}\n" for i in range(1000))
        self.write("t.csv", "tx_ms,rx_ms\n" + rows)
        columns = ["--sent-column", "tx_ms", "--column", "rx_ms"]
        fit = self.fit("t.csv", *columns)
        self.assertEqual((fit["loss"]["sent"], fit["loss"]["lost"]), (1000, 40))
        self.assertIn("40 rows have no arrival", fit["remarks"])
        self.runs()
        # Without send times an empty field is an error still, and rows that are all there tell of no loss.
        self.refuse(3, ["fit", "t.csv", "--column", "rx_ms"], "t.csv:5: rx_ms")
        self.write("t.csv", "tx_ms,rx_ms\n" + "".join(f"{i * 100},{i * 100 + 5}\n" for i in range(100)))
        done = self.succeed("fit", "t.csv", *columns, "--out", "whole", "--format", "json", "-q")
        self.assertNotIn("loss", json.loads(done.out))

    def matrix(self, nodes):
        dice = random.Random(nodes)
        place = [(dice.random() * 100, dice.random() * 100) for _ in range(nodes)]
        return [[0 if i == j else round(1 + abs(a[0] - b[0]) + abs(a[1] - b[1]), 2) for j, b in enumerate(place)]
                for i, a in enumerate(place)]

    def test_a_small_matrix_gives_links_and_a_large_one_a_law(self):
        rows = self.matrix(5)
        rows[0][1], rows[2][3] = "nan", ""
        self.write("m.tsv", "\n".join("\t".join(map(str, row)) for row in rows) + "\n")
        fit = self.fit("m.tsv", "--unit", "ms")
        self.assertEqual((fit["nodes"], fit["measured"], fit["missing"], fit["symmetric"]), (5, 18, 2, True))
        scenario = self.scenario()[1]
        self.assertEqual(len(scenario["links"]), 18)
        self.assertEqual(scenario["nodes"], {"node": 5})
        first = next(l for l in scenario["links"] if (l["from"], l["to"]) == ("node/0", "node/2"))
        half = float(rows[0][2]) / 2  # in ms
        self.assertIn(first["delay"], (f"{half:.3f}".rstrip("0").rstrip(".") + "ms", f"{half * 1000:g}us"))
        self.runs("1m")
        self.write("big.tsv", "\n".join("\t".join(map(str, row)) for row in self.matrix(40)) + "\n")
        done = self.succeed("fit", "big.tsv", "--unit", "ms", "--out", "big")
        self.assertIn("more than 32 nodes", done.err)
        self.assertNotIn('"links"', (self.folder / "big/scenario.json").read_text())
        self.succeed("run", "big/scenario.json", "--set", "duration=1m", "-q")

    def test_what_cannot_be_read_is_refused_with_its_line_and_leaves_nothing_behind(self):
        good = GC.format(at=1, inner=0.1, length=0.2)
        for name, text, arguments, fragment in [
            ("no unit", "0\t1\t2\n1\t0\t2\n2\t2\t0\n", [], "the unit of the round trips is not known"),
            ("no number", "0\t1\t2\n1\t0\tx\n2\t2\t0\n", ["--unit", "ms"], 't:2: column 3: "x"'),
            ("not square", "0\t1\t2\n1\t0\t2\n", ["--unit", "ms"], "2 rows and 3 columns"),
            ("one pause", good, [], "the log tells of 1 pause"),
            ("no stamp", good + "[GC 9K->5K(11K), 0.1 secs]\n", [], "t:2: stamp: the pause has no time stamp"),
            ("two logs", good.replace("1.000", "100.0") + good, [], "t:2: stamp: time goes backwards"),
            ("a histogram that is cut", "#[Histogram log format version 1.2]\n1,5,1.0,HISTFAAAAA\n", [],
             "t:2: Interval_Compressed_Histogram: "),
            ("other use", good, ["--column", "2"], "is a log of pauses"),
        ]:
            with self.subTest(name):
                self.write("t", text)
                code = 2 if name == "other use" else 3
                self.refuse(code, ["fit", "t", *arguments], fragment)
        self.write("t", good)
        self.refuse(3, ["replay", "t", "--detector", "fixed_timeout", "--set", "timeout=1s"],
                    "this is a garbage collection log, which holds no arrivals")
        self.write("t.csv", "arrival_ms\n0\n1000\n2001\n3000\n")
        self.refuse(2, ["fit", "t.csv", "--resolution", "1ms"], "--resolution")
        self.refuse(3, ["fit", "t.csv", "--target", "a"], "a target is named")


if __name__ == "__main__":
    main()
