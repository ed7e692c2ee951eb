#!/usr/bin/env python3
"""Record heartbeats over the loopback interface, as raw material for scenarios and replays.

Two processes on one machine: one sends small UDP datagrams at a fixed rate, the other receives
them. Both stamp with the same monotonic clock, so that the one-way delay is true and no clock can
step. What is measured is therefore not a network but the machine: how long a beat waits until
sender, kernel and receiver get a processor. That is where most false suspicions come from.

While it records, a load can run: --busy processes that hash without end and --writers processes
that write 4 MiB and fsync it, again and again, to a temporary file.

    tools/record_loopback.py --beats 40000 --rate 100 --busy 2 --writers 1 --out trace.csv.gz

The sender keeps a grid of start + i / rate. When it comes too late for one or more points of the
grid, it sends one beat at once and goes on with the next point (as "on_wake": "send" in scenarios);
the points in between are skipped and counted in the header.

Output: CSV (gzip if the name ends in .gz), header lines that begin with "#", then
    seq          number of the beat as sent, from 0; a number that is not there was lost
    sent_ns      just before the send call, nanoseconds since the sender's start
    received_ns  just after the receive call returned, on the same clock and zero
    delay_us     received_ns - sent_ns, in microseconds
It reads as {"empirical": "trace.csv.gz"} in a scenario (the column delay_us) and with
    flatline replay trace.csv.gz --seq-column seq --detector fixed_timeout --set timeout=30ms

Needs Python 3.8 on Linux and its standard library only. No host name or path is written.
"""

import argparse
import datetime
import gzip
import hashlib
import multiprocessing
import os
import platform
import socket
import struct
import sys
import tempfile
import time

BEAT = struct.Struct("!QQ")  # number, send time in nanoseconds
IDLE_S = 2.0  # the receiver gives up this long after the sender ended


def hash_without_end():
    """One busy process: SHA-256 over 1 MiB again and again."""
    block = os.urandom(1 << 20)
    while True:
        block = hashlib.sha256(block).digest() * (1 << 15)


def write_without_end():
    """One disk writer: 4 MiB, then fsync, over the same temporary file."""
    block = os.urandom(1 << 22)
    with tempfile.TemporaryFile() as file:
        while True:
            file.seek(0)
            file.write(block)
            file.flush()
            os.fsync(file.fileno())


def send(port, beats, period_ns, skipped):
    """Sends `beats` datagrams on the grid; `skipped` gets the number of grid points left out."""
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.connect(("127.0.0.1", port))
    start = time.monotonic_ns()
    point = 0
    for number in range(beats):
        wait = start + point * period_ns - time.monotonic_ns()
        if wait > 0:
            time.sleep(wait / 1e9)
        now = time.monotonic_ns()
        out.send(BEAT.pack(number, now - start) + struct.pack("!Q", start))
        following = max(point + 1, (now - start) // period_ns + 1)
        skipped.value += following - point - 1
        point = following


def record(beats, period_ns):
    """Returns (rows of (seq, sent, received) in order of arrival, skipped grid points)."""
    incoming = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    incoming.bind(("127.0.0.1", 0))
    incoming.settimeout(IDLE_S)
    skipped = multiprocessing.Value("q", 0)
    sender = multiprocessing.Process(
        target=send, args=(incoming.getsockname()[1], beats, period_ns, skipped), daemon=True)
    sender.start()
    rows = []
    while len(rows) < beats:
        try:
            datagram = incoming.recv(64)
        except socket.timeout:
            if sender.is_alive():
                continue
            break
        now = time.monotonic_ns()
        number, sent = BEAT.unpack_from(datagram)
        (start,) = struct.unpack_from("!Q", datagram, BEAT.size)
        rows.append((number, sent, now - start))
    sender.join()
    return rows, skipped.value


def quantile(ordered, share):
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def header(arguments, rows, skipped, loads):
    """What the recording is, in lines without the comment sign."""
    delays = sorted(received - sent for _, sent, received in rows)
    gaps = sorted(b[1] - a[1] for a, b in zip(rows, rows[1:]))
    marks = ((0.5, "50"), (0.99, "99"), (0.999, "99.9"), (0.9999, "99.99"), (1, "100"))

    def line(values, unit_ns, unit):
        return ", ".join(f"{name} % {quantile(values, share) / unit_ns:.1f} {unit}"
                         for share, name in marks)

    today = datetime.datetime.now(datetime.timezone.utc).date()
    yield "Heartbeats over loopback, one sender and one receiver process, one monotonic clock."
    yield (f"Recorded {today} with tools/record_loopback.py on {platform.system()}"
           f" {platform.machine()}, {os.cpu_count()} processors.")
    yield (f"{arguments.rate:g} beats a second; {arguments.beats} sent,"
           f" {arguments.beats - len(rows)} lost, {skipped} points of the sender's grid skipped.")
    yield (f"Load made by the recorder (processes): {arguments.busy} hashing,"
           f" {arguments.writers} writing 4 MiB and calling fsync in turn.")
    yield f"Load average of the machine: {loads[0]:.1f} before, {loads[1]:.1f} after."
    for note in arguments.note:
        yield note
    yield "delay:    " + line(delays, 1000, "us")
    yield "send gap: " + line(gaps, 1000000, "ms")
    yield "seq counts the beats as sent; times are ns since the sender's start; delay_us is"
    yield "received_ns - sent_ns."


def write(path, lines, rows):
    """The file, with a gzip header that holds neither name nor time."""
    text = "".join(f"# {line}\n" for line in lines) + "seq,sent_ns,received_ns,delay_us\n"
    text += "".join(f"{number},{sent},{received},{(received - sent) / 1000:.3f}\n"
                    for number, sent, received in rows)
    data = text.encode("ascii")
    if path.endswith(".gz"):
        data = gzip.compress(data, 9, mtime=0)
    with open(path, "wb") as file:
        file.write(data)


def main():
    parser = argparse.ArgumentParser(description="Record heartbeats over the loopback interface.")
    parser.add_argument("--out", required=True, help="CSV file to write; gzip if it ends in .gz")
    parser.add_argument("--beats", type=int, default=40000, help="heartbeats to send (%(default)s)")
    parser.add_argument("--rate", type=float, default=100, help="per second (%(default)s)")
    parser.add_argument("--busy", type=int, default=0, help="hashing processes (%(default)s)")
    parser.add_argument("--writers", type=int, default=0, help="disk writers (%(default)s)")
    parser.add_argument("--note", action="append", default=[],
                        help="a line for the header; repeatable")
    arguments = parser.parse_args()
    if arguments.beats < 2 or arguments.rate <= 0 or min(arguments.busy, arguments.writers) < 0:
        parser.error("at least 2 beats, a rate above 0, no negative number of processes")

    load = [multiprocessing.Process(target=hash_without_end, daemon=True)
            for _ in range(arguments.busy)]
    load += [multiprocessing.Process(target=write_without_end, daemon=True)
             for _ in range(arguments.writers)]
    for process in load:
        process.start()
    before = os.getloadavg()[0]
    try:
        rows, skipped = record(arguments.beats, round(1e9 / arguments.rate))
        loads = (before, os.getloadavg()[0])
    finally:
        for process in load:
            process.terminate()
    if len(rows) < 2:
        sys.exit("record_loopback: fewer than two beats arrived")
    lines = list(header(arguments, rows, skipped, loads))
    write(arguments.out, lines, rows)
    print("\n".join(lines), file=sys.stderr)


if __name__ == "__main__":
    main()
