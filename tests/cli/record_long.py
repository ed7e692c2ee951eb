#!/usr/bin/env python3
"""A thousand heartbeats a second for a minute over loopback: none is lost by our own fault."""

from record_test import Record as Base
from program import main

COUNT = 60_000

FIGURES = ("late_p50_s", "late_p99_s", "late_max_s", "stamp_p50_s", "stamp_p99_s", "gap_p50_s", "gap_p99_s",
           "gap_max_s", "delay_p50_s", "delay_p99_s", "waited_p50_s", "waited_p99_s", "clock_resolution_s",
           "clock_read_p50_s", "clock_read_p99_s", "sent", "skipped", "received", "dropped")


class Loopback(Base):
    def test_a_minute(self):
        receiver, port = self.listen("--out", "r.csv.gz")
        sender = self.start("--to", f"127.0.0.1:{port}", "--interval", "1ms", "--count", str(COUNT), "--format", "json")
        out, _ = self.end(sender)
        row, _ = self.end(receiver)
        for side in (out, row):
            print(side["side"], *(f"{name}={side[name]}" for name in FIGURES if name in side), flush=True)
        self.assertEqual((row["dropped"], row["lost"], row["before_first"], row["duplicates"]), (0, 0, 0, 0))
        self.assertEqual((out["refused"], out["unheard"]), (0, 0))
        self.assertEqual(row["received"] + out["skipped"], COUNT)


def load_tests(loader, _tests, _pattern):
    return loader.loadTestsFromName("test_a_minute", Loopback)


if __name__ == "__main__":
    main()
