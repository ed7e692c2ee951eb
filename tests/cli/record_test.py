#!/usr/bin/env python3
"""Both sides of flatline record over loopback, and a sender of our own that does what networks do."""

import gzip
import json
import re
import signal
import socket
import struct
import subprocess
import time

import program
from program import ProgramTest, main

BEAT, END, ACKNOWLEDGED = 1, 2, 3
FORMAT = "<8sHHIQqqqqQq"
PATIENCE = 300  # s; only a hang is longer


def packet(kind, number, session=7, sent=0, skipped=0, interval=1_000_000, clock=0, start=1):
    return struct.pack(FORMAT, b"FLATLINE", 1, kind, 0, session, number, sent, skipped, interval, clock, start)


def parse(text):
    lines = text.splitlines()
    header = [line for line in lines if line.startswith("#")]
    data = [line.split(",") for line in lines if not line.startswith("#")]
    return header, data[0], data[1:]


class Record(ProgramTest):
    def start(self, *arguments):
        process = subprocess.Popen([program.FLATLINE, "record", *arguments], cwd=self.folder, env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def listen(self, *arguments, address="127.0.0.1:0"):
        """A receiver that listens, and its port."""
        process = self.start("--listen", address, "--format", "json", *arguments)
        line = process.stderr.readline()
        self.assertRegex(line, r"UDP port \d+; writing ")
        return process, int(re.search(r"UDP port (\d+)", line).group(1))

    def end(self, process, code=0):
        """The summary's row and what was said."""
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, code, (out, err))
        return (json.loads(out)[0] if out else None), err

    def wait_for(self, name):
        until = time.monotonic() + PATIENCE
        while not (self.folder / name).exists():
            self.assertLess(time.monotonic(), until, f"{name} does not appear")
            time.sleep(0.01)

    def speak(self, port, *datagrams):
        """Sends them, then waits for the answer to the last, which is an end."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
            ours.settimeout(PATIENCE)
            for datagram in datagrams:
                ours.sendto(datagram, ("127.0.0.1", port))
            return ours.recv(1000)

    def test_every_heartbeat_is_in_the_file(self):
        receiver, port = self.listen("--out", "r.csv", "--note", "here to here", "--note", "again")
        sender = self.start("--to", f"127.0.0.1:{port}", "--interval", "1ms", "--count", "500", "--format", "json")
        out, err = self.end(sender)
        self.assertEqual((err, out["side"], out["acknowledged"]), ("", "sender", "yes"))
        self.assertEqual((out["sent"] + out["skipped"], out["refused"], out["unheard"]), (500, 0, 0))
        row, err = self.end(receiver)
        self.assertIn("next: flatline fit r.csv", err)
        self.assertEqual((row["sent"], row["received"]), (out["sent"], out["sent"]))
        for column in ("lost", "loss", "before_first", "duplicates", "reordered", "foreign", "dropped"):
            self.assertEqual(row[column], 0, column)
        self.assertEqual((row["clocks"], row["file"], row["interval_s"]), ("one", "r.csv", 0.001))
        self.assertGreater(row["delay_min_s"], 0)
        self.assertLessEqual(row["delay_min_s"], row["delay_p50_s"])
        self.assertLessEqual(row["gap_p50_s"], row["gap_max_s"])

        header, columns, rows = parse((self.folder / "r.csv").read_text())
        self.assertEqual(header[:3], ["# flatline trace 1", "# interval: 1ms", "# clocks: one"])
        self.assertRegex(header[3], r"\A# begun: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
        self.assertEqual(header[4:], ["# note: here to here", "# note: again",
                                      f"# end: sent {out['sent']}, dropped 0"])
        self.assertEqual(columns, ["seq", "sent_ns", "received_ns", "skipped", "waited_ns"])
        self.assertEqual(len(rows), out["sent"])
        skipped = 0
        for number, (seq, sent, received, missed, waited) in enumerate(rows):
            self.assertEqual(int(seq), number + int(missed))
            self.assertGreaterEqual(int(missed), skipped)
            self.assertGreaterEqual(int(sent), int(seq) * 1_000_000)
            self.assertGreaterEqual(int(received), int(sent))
            self.assertTrue(waited == "" or int(waited) >= 0)
            skipped = int(missed)

    def test_a_gzip_file_of_a_name_that_is_told(self):
        receiver, port = self.listen()
        self.speak(port, packet(BEAT, 0), packet(END, 1))
        row, _ = self.end(receiver)
        self.assertRegex(row["file"], r"\Atrace-\d{8}-\d{6}\.csv\.gz\Z")
        header, _, rows = parse(gzip.decompress((self.folder / row["file"]).read_bytes()).decode())
        self.assertEqual((header[0], len(rows)), ("# flatline trace 1", 1))

    def test_duplicates_reordering_and_losses_are_kept_and_counted(self):
        receiver, port = self.listen("--out", "r.csv")
        order = [3, 4, 7, 5, 7, 8, 20]  # 6 is lost; of 9 to 19 six were not sent, so five are lost
        beats = [packet(BEAT, seq, sent=seq * 1_000_000 + 5, skipped=6 if seq == 20 else 0) for seq in order]
        answer = self.speak(port, *beats, packet(END, 16, skipped=6))
        self.assertEqual(struct.unpack(FORMAT, answer)[2:6], (ACKNOWLEDGED, 0, 7, 16))
        row, _ = self.end(receiver)
        self.assertEqual([row[c] for c in ("received", "before_first", "lost", "duplicates", "reordered", "sent")],
                         [6, 3, 7, 1, 1, 16])  # and one was sent after 20 and lost
        self.assertEqual(row["loss"], round(7 / 13, 10))
        self.assertEqual((row["clocks"], row["delay_p50_s"]), ("two", None))
        header, _, rows = parse((self.folder / "r.csv").read_text())
        self.assertEqual([int(r[0]) for r in rows], order)
        self.assertEqual([int(r[1]) for r in rows], [seq * 1_000_000 + 5 for seq in order])
        self.assertEqual([int(r[3]) for r in rows], [0] * 6 + [6])
        received = [int(r[2]) for r in rows]
        self.assertEqual((received[0], received), (0, sorted(received)))  # two clocks: from the first receipt
        self.assertEqual(header[-1], "# end: sent 16, dropped 0")

    def test_junk_and_other_senders_are_counted_and_nothing_else(self):
        receiver, port = self.listen("--out", "r.csv")
        good = packet(BEAT, 0)
        junk = [b"", b"hello", b"\0" * 72, good[:-1], good + b"\0", b"f" + good[1:], packet(END, 5), packet(9, 1),
                packet(BEAT, -1), packet(BEAT, 2**62), packet(BEAT, 1, skipped=2), packet(BEAT, 1, interval=0),
                packet(ACKNOWLEDGED, 1)]
        others = [packet(BEAT, 1, session=8), packet(END, 1, session=8), packet(BEAT, 1, start=2),
                  packet(BEAT, 1, interval=2_000_000), packet(ACKNOWLEDGED, 1), *junk[:6]]
        self.speak(port, *junk, good, *others, packet(BEAT, 1), packet(END, 2))
        row, _ = self.end(receiver)
        self.assertEqual((row["foreign"], row["received"], row["lost"]), (len(junk) + len(others), 2, 0))
        self.assertEqual([r[0] for r in parse((self.folder / "r.csv").read_text())[2]], ["0", "1"])

    def test_an_interrupted_receiver_keeps_what_came(self):
        receiver, port = self.listen("--out", "r.csv")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
            for seq in range(3):
                ours.sendto(packet(BEAT, seq), ("127.0.0.1", port))
            self.wait_for("r.csv.part")
            receiver.send_signal(signal.SIGINT)
            row, err = self.end(receiver, 130)
        self.assertIn("interrupted; r.csv holds", err)
        header, _, rows = parse((self.folder / "r.csv").read_text())
        self.assertEqual(header[-1], "# end: sent unknown, dropped 0")
        self.assertEqual((row["sent"], row["received"]), (None, len(rows)))
        self.assertGreater(len(rows), 0)
        self.assertFalse((self.folder / "r.csv.part").exists())

    def test_an_interrupted_receiver_that_heard_nothing_leaves_nothing(self):
        receiver, port = self.listen("--out", "r.csv")
        receiver.send_signal(signal.SIGINT)
        row, err = self.end(receiver, 130)
        self.assertIsNone(row)
        self.assertIn("before any heartbeat", err)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_an_interrupted_sender_says_its_end(self):
        for interval in ("1ms", "1h"):
            with self.subTest(interval=interval):
                name = interval + ".csv"
                receiver, port = self.listen("--out", name)
                sender = self.start("--to", f"127.0.0.1:{port}", "--interval", interval, "--format", "json")
                self.wait_for(name + ".part")
                sender.send_signal(signal.SIGINT)
                out, err = self.end(sender, 130)
                self.assertIn("interrupted after", err)
                row, _ = self.end(receiver)
                self.assertEqual((row["sent"], row["received"], row["lost"]), (out["sent"], out["sent"], 0))
                header, _, rows = parse((self.folder / name).read_text())
                self.assertEqual((header[-1], len(rows)), (f"# end: sent {out['sent']}, dropped 0", out["sent"]))

    def test_a_stalled_sender_sends_once_on_waking_and_skips_the_places_it_missed(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
            ours.bind(("127.0.0.1", 0))
            ours.settimeout(PATIENCE)

            def hear():
                data, peer = ours.recvfrom(1000)
                self.assertEqual(data[:16], b"FLATLINE" + struct.pack("<HHI", 1, data[10], 0))
                return (*struct.unpack(FORMAT, data)[2:7], data, peer)

            sender = self.start("--to", f"127.0.0.1:{ours.getsockname()[1]}", "--interval", "1ms", "--format", "json")
            _, _, _, number, sent, _, _ = hear()
            before = (number, 0, sent)
            sender.send_signal(signal.SIGSTOP)
            time.sleep(0.3)  # at least; so 299 places pass, of which one is sent late
            sender.send_signal(signal.SIGCONT)
            beats = 1
            while True:
                kind, _, _, number, sent, data, _ = hear()
                skipped = struct.unpack(FORMAT, data)[7]
                self.assertEqual(kind, BEAT)
                self.assertGreaterEqual(sent, number * 1_000_000)
                beats += 1
                self.assertEqual(number - skipped, beats - 1)  # nothing is lost over loopback
                if skipped - before[1] >= 290:
                    break
                before = (number, skipped, sent)
            self.assertGreaterEqual(before[2] - before[0] * 1_000_000, 290_000_000)  # the one on waking
            sender.send_signal(signal.SIGINT)
            while kind != END:
                kind, _, _, number, _, data, peer = hear()
                beats += kind == BEAT
            self.assertEqual(number, beats)
            ours.sendto(data[:10] + struct.pack("<H", ACKNOWLEDGED) + data[12:], peer)
            out, _ = self.end(sender, 130)
        self.assertEqual((out["sent"], out["acknowledged"]), (beats, "yes"))
        self.assertGreaterEqual(out["skipped"], 290)
        self.assertGreaterEqual(out["late_max_s"], 0.29)

    def test_a_sender_that_nobody_hears_says_so(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        done = self.succeed("record", "--to", f"127.0.0.1:{port}", "--interval", "1ms", "--count", "5")
        self.assertIn("nobody listened at 127.0.0.1 port", done.err)
        self.assertRegex(done.out, r"(?m)^end acknowledged +no$")

    def test_the_table_and_quiet(self):
        receiver = self.start("--listen", "127.0.0.1:0", "--out", "r.csv")
        port = int(re.search(r"UDP port (\d+)", receiver.stderr.readline()).group(1))
        done = self.succeed("record", "--to", f"127.0.0.1:{port}", "--interval", "1ms", "--count", "10", "--quiet")
        self.assertEqual(done.err, "")
        self.assertRegex(done.out, r"(?m)^sent +\d+$")
        out, _ = receiver.communicate(timeout=PATIENCE)
        self.assertRegex(out, r"(?m)^received +\d+$")
        self.assertRegex(out, r"(?m)^loss +0 %$")

    def test_ipv6(self):
        try:
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as ours:
                ours.bind(("::1", 0))
        except OSError:
            self.skipTest("this host has no IPv6")
        receiver, port = self.listen("--out", "r.csv", address="[::1]:0")
        self.succeed("record", "--to", f"[::1]:{port}", "--interval", "1ms", "--count", "10")
        self.assertEqual(self.end(receiver)[0]["lost"], 0)

    def test_usage_errors(self):
        to = ["record", "--to", "localhost:7000"]
        for arguments, fragments in [
            (["record"], ["--listen or --to", "flatline help record"]),
            (["record", "--listen", "7000", "--to", "a:7000"], ["exclude each other"]),
            (["record", "--to", "a"], ["port is missing", "HOST:PORT"]),
            (["record", "--to", ":7000"], ["host is missing"]),
            (["record", "--to", "a:0"], ['port "0"', "from 1 to 65535"]),
            (["record", "--to", "a:seven"], ['port "seven"']),
            (["record", "--to", "::1:7000"], ["brackets", "[::1]:7000"]),
            (["record", "--to", "[::1]"], ["HOST:PORT"]),
            (["record", "--to", "[]:7000"], ["brackets are empty"]),
            (["record", "--listen", "65536"], ['port "65536"', "from 0 to 65535"]),
            (["record", "--listen", ""], ['port ""']),
            (["record", "--listen", "7000", "--count", "3"], ["--count belongs to the sending side"]),
            (["record", "--listen", "7000", "--interval", "1s"], ["--interval belongs to the sending side"]),
            (["record", "--listen", "7000", "--out", ""], ["--out is empty"]),
            (["record", "--listen", "7000", "--note", "a\nb"], ["line break"]),
            (["record", "--listen", "7000", "--format", "jsn"], ["did you mean json"]),
            ([*to, "--out", "r.csv"], ["--out belongs to the recording side"]),
            ([*to, "--note", "a"], ["--note belongs to the recording side"]),
            ([*to, "--interval", "100"], ["no unit", "did you mean 100ms?"]),
            ([*to, "--interval", "100msec"], ['unknown unit "msec"', "did you mean 100ms?"]),
            ([*to, "--interval", "2 Seconds"], ["unknown unit"]),
            ([*to, "--interval", "2Seconds"], ["did you mean 2s?"]),
            ([*to, "--interval", "99us"], ["--interval 99us", "from 100us to 1h"]),
            ([*to, "--interval", "61m"], ["from 100us to 1h"]),
            ([*to, "--count", "0"], ["--count 0", "from 1"]),
            ([*to, "--count", "-1"], ["--count -1"]),
            ([*to, "--count", "9000000000000000"], ["36 years"]),
            (["record", "7000"], ["too many arguments"]),
        ]:
            with self.subTest(arguments=arguments):
                self.refuse(2, arguments, *fragments)

    def test_what_the_system_refuses(self):
        self.refuse(4, ["record", "--to", "no-such-host.invalid:7000"], 'host "no-such-host.invalid"')
        self.write("there.csv", "mine")
        self.refuse(4, ["record", "--listen", "127.0.0.1:0", "--out", "there.csv"], "there.csv", "already")
        self.write("cut.csv.part", "mine")
        self.refuse(4, ["record", "--listen", "127.0.0.1:0", "--out", "cut.csv"], "cut.csv.part", "already")
        self.refuse(4, ["record", "--listen", "127.0.0.1:0", "--out", "no/folder.csv"], "no/folder.csv")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            self.refuse(4, ["record", "--listen", f"127.0.0.1:{port}"], f"port {port}", "in use")
            self.refuse(4, ["record", "--listen", str(port)], f"port {port}", "in use")
        self.refuse(4, ["record", "--listen", "192.0.2.1:0"], "192.0.2.1")


if __name__ == "__main__":
    main()
