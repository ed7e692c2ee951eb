"""Runs one shipped scenario and checks its rows against what it claims.

    check.py FLATLINE SCENARIO [--full]

Checked: "why" and "expect" are there; the sweep ends with exit code 0, prints as many rows as
`validate` announces, stores the same rows, and the claims of claims.py for this file hold. Without
--full the overrides that claims.py gives with them shorten the run.
"""

import csv
import io
import pathlib
import re
import subprocess
import sys
import tempfile

import claims


def output_of(*command):
    """What the command wrote to stdout and to stderr."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nexit code {done.returncode}\n{done.stderr}")
    return done.stdout, done.stderr


def announced_rows(flatline, scenario, text, overrides):
    """Rows that `validate` makes one expect: a cell of a detector with dead_after has two."""
    _, said = output_of(flatline, "validate", scenario, *overrides)
    found = re.search(r"is valid: \d+ worlds?, (\d+) cells?", said)
    if not found:
        sys.exit(f"validate does not tell the number of cells: {said}")
    cells = int(found.group(1))
    # All detectors of the shipped scenarios that use it have it.
    return cells * (2 if '"dead_after"' in text else 1)


def main():
    flatline, scenario = sys.argv[1:3]
    full = "--full" in sys.argv[3:]
    path = pathlib.Path(scenario)
    text = path.read_text(encoding="utf-8")
    failures = [f'"{key}" is missing' for key in ("$schema", "name", "why", "expect")
                if not re.search(rf'^\s*"{re.escape(key)}": "..*"', text, re.MULTILINE)]
    if path.stem not in claims.CLAIMS:
        sys.exit(f"tests/scenarios/claims.py has no claims for {path.stem}")
    claim = claims.CLAIMS[path.stem]
    overrides = [] if full else [word for setting in claim.quick for word in ("--set", setting)]

    with tempfile.TemporaryDirectory() as folder:
        printed, _ = output_of(flatline, "sweep", scenario, *overrides, "--quiet",
                               "--format", "csv", "--out", folder + "/results")
        stored = pathlib.Path(folder, "results", "cells.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(printed)))
    if rows != list(csv.DictReader(io.StringIO(stored))):
        failures.append("the rows printed are not those stored")
    announced = announced_rows(flatline, scenario, text, overrides)
    if len(rows) != announced:
        failures.append(f"{len(rows)} rows, validate announces {announced}")

    for what, holds in claim.check(claims.Rows(rows)):
        print(f"{'ok    ' if holds else 'FAILED'} {what}")
        if not holds:
            failures.append(what)
    if failures:
        sys.exit("\n".join(["", f"{path.name}:"] + failures))


if __name__ == "__main__":
    main()
