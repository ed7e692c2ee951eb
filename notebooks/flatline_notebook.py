"""What both notebooks need: where things are, how to run flatline, how figures look."""

import gzip
import io
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.ticker import LogLocator, NullFormatter

ROOT = Path(__file__).resolve().parent.parent
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#aa4499", "#e69f00", "#56b4e9", "#444444"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]


def use_style():
    """One look for all figures."""
    plt.rcParams.update({
        "figure.dpi": 110, "figure.figsize": (8.5, 5), "figure.constrained_layout.use": True,
        "axes.grid": True, "axes.spines.top": False, "axes.spines.right": False,
        "axes.titlesize": 11, "axes.titlelocation": "left", "axes.prop_cycle": plt.cycler(color=COLOURS),
        "grid.color": "#e4e4e4", "grid.linewidth": 0.7, "axes.axisbelow": True,
        "legend.frameon": False, "legend.fontsize": 9, "lines.markersize": 4.5, "lines.linewidth": 1.4,
    })


def find_program():
    """The program: the environment variable FLATLINE, else the release build, else the PATH."""
    given = os.environ.get("FLATLINE")
    built = ROOT / "build" / "release" / "flatline"
    found = given or (str(built) if built.is_file() else shutil.which("flatline"))
    if not found or not shutil.which(found):
        raise FileNotFoundError(f"{given} is no program" if given else
                                "no flatline: build it with tools/test, or set FLATLINE to the program")
    return found


def flatline(*arguments):
    """Runs the program and gives back what it writes to stdout."""
    done = subprocess.run([find_program(), *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"flatline {' '.join(map(str, arguments))}\n{done.stderr}")
    return done.stdout


def find_results(given, default, scenario, *changes):
    """The results folder to look at: `given`, which must be there, else `default`; without it a short sweep of
    `scenario`, with `changes` on the command line, is made in a temporary folder."""
    folder = Path(given or default)
    if (folder / "manifest.json").is_file():
        return folder
    if given:
        raise FileNotFoundError(f"{given} is not a results folder: it has no manifest.json")
    folder = Path(tempfile.mkdtemp(prefix="flatline-notebook-")) / "results"
    print(f"{default} is not there; sweeping {scenario} {' '.join(changes)}")
    flatline("sweep", scenario, *changes, "--out", folder, "--quiet", "--format", "csv")
    return folder


def read_results(folder):
    """manifest.json, cells.csv and detection.csv of a results folder."""
    manifest = json.loads((folder / "manifest.json").read_text())
    return manifest, pd.read_csv(folder / "cells.csv"), pd.read_csv(folder / "detection.csv")


def find_trace(given):
    """The trace to look at: `given`, else what is shipped; a recording before a mere table."""
    if given:
        return Path(given)
    shipped = sorted((ROOT / "scenarios" / "traces").glob("*.csv*"))
    if not shipped:
        raise FileNotFoundError("there is no trace in scenarios/traces")
    return next((path for path in shipped if is_recording(path)), shipped[0])


def is_recording(path):
    """Whether `flatline record` wrote it: docs/TRACES.md."""
    with open(path, "rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with (gzip.open if packed else open)(path, "rt", encoding="utf-8") as file:
        return file.readline().startswith("# flatline trace")


def replay(path, *arguments):
    """The rows of `flatline replay`, one for each setting."""
    columns = [] if is_recording(path) else ["--seq-column", "seq", "--sent-column", "sent_ns",
                                             "--column", "received_ns"]
    return pd.read_csv(io.StringIO(flatline("replay", path, *columns, *arguments, "--quiet", "--format", "csv")))


def short_name(column):
    """The name of a parameter without label and unit: timeout for fixed_timeout.timeout_s."""
    name = column.split(".")[-1]
    return name[:-2] if name.endswith("_s") else name


def parameters(rows):
    """The columns of parameters that differ between rows."""
    columns = list(rows.columns)
    columns = columns[columns.index("state") + 1:columns.index("detection_time_mean_s")]
    return [c for c in columns if rows[c].nunique(dropna=False) > 1]


def setting_text(row, columns):
    """The values that a row has in some columns of parameters, for people."""
    def value(column):
        number = isinstance(row[column], (int, float))
        return (f"{row[column]:g}" if number else str(row[column])) + (" s" if column.endswith("_s") else "")

    return ", ".join(f"{short_name(c)} {value(c)}" for c in columns if pd.notna(row[c]))


def log_axis(axis, fine=True):
    """A logarithmic axis with plain numbers, at 1, 2 and 5 of each decade if `fine`."""
    (axis.axes.set_xscale if axis.axis_name == "x" else axis.axes.set_yscale)("log")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if fine else (1,)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def plot_rates(axes, x, rate, low, high, per=1.0, joined=True, **style):
    """Rates with their 95 % intervals; where nothing was seen, an arrow down from the upper bound."""
    order = x.argsort()
    x, rate, low, high = (v.iloc[order] * f for v, f in ((x, 1), (rate, per), (low, per), (high, per)))
    seen = rate > 0
    # On a logarithmic axis an interval that reaches 0 has no lower end.
    low = low.fillna(rate).clip(lower=rate * 1e-3)
    error = [(rate - low)[seen], (high.fillna(rate) - rate)[seen]]
    line = "-" if joined else "none"
    drawn = axes.errorbar(x[seen], rate[seen], yerr=error, linestyle=line, elinewidth=0.8, capsize=2, **style)
    bound = {**style, "label": None, "marker": "none", "color": drawn[0].get_color()}
    axes.errorbar(x[~seen], high[~seen], yerr=high[~seen] * 0.5, uplims=True, linestyle="none", elinewidth=1,
                  capsize=3.5, **bound)
