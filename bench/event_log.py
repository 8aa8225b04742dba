#!/usr/bin/env python3
"""What the event log costs: bytes in the file for a million events, and time.

usage: event_log.py BUILD [--rounds N] [--pairs N] [--scale X] [--patience SECONDS] [WORKLOAD...]

An event is an allocation or a free. Each workload (those of overhead.py; python3, "python3 malloc",
perl, cc1plus, sqlite3, loop16, loop16-1t-100000 and loop16-2t-1000 without any) runs alone, recorded,
and recorded with --log by turns, ROUNDS (5) times. Printed is a table in Markdown: events, the
bytes of a million of them in the column `data` of the table `events`, and by how much the file
grew for each million; the medians of the wall time of the program alone, recorded and recorded with
a log; and of each round's quotient of the last two, the median.
"""
import argparse
import contextlib
import pathlib
import sqlite3
import statistics
import sys
import tempfile

import measuring
import overhead
import tools
import workloads

WORKLOADS = ["python3", "python3 malloc", "perl", "cc1plus", "sqlite3", "loop16",
             "loop16-1t-100000", "loop16-2t-1000"]


def run_once(prefix, name, options):
    """One Run, and (events, bytes of their column) if there is a log."""
    with tempfile.TemporaryDirectory(prefix="heaptally-bench-") as text:
        folder = pathlib.Path(text)
        workload = overhead.prepare(name, folder, options)
        timed = str(options.build / "bin/bench/timed")
        run = measuring.measure(prefix, timed, workload, folder, options.patience)
        if not prefix:
            return run, (0, 0)
        recording = folder / "run.heaptally"
        with contextlib.closing(sqlite3.connect(f"{recording.as_uri()}?mode=ro", uri=True)) as file:
            events = file.execute("SELECT sum(count), sum(length(data)) FROM events").fetchone()
        return run._replace(file_bytes=recording.stat().st_size), events


def row(name, options):
    record = [str(options.build / "bin/heaptally"), "record", "-o", "run.heaptally"]
    env = ["--", "/usr/bin/env"]
    prefixes = {"alone": [], "recorded": [*record, *env], "logged": [*record, "--log", *env]}
    runs = {kind: [] for kind in prefixes}
    events = (0, 0)
    for _ in range(options.rounds):
        for kind, prefix in prefixes.items():
            run, events = run_once(prefix, name, options)
            runs[kind].append(run)
    millions = events[0] / 1e6
    grown = (statistics.median(run.file_bytes for run in runs["logged"])
             - statistics.median(run.file_bytes for run in runs["recorded"]))
    walls = {kind: statistics.median(run.wall for run in of_kind) for kind, of_kind in runs.items()}
    factor = statistics.median(logged.wall / recorded.wall for logged, recorded
                               in zip(runs["logged"], runs["recorded"]))
    return (f"| {name} | {millions:.2f} | {events[1] / millions / 1e6:.2f} MB "
            f"| {grown / millions / 1e6:.2f} MB | {walls['alone']:.2f} s | {walls['recorded']:.2f} s "
            f"| {walls['logged']:.2f} s | {factor:.2f} |")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("build", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=5_000_000)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--patience", type=float, default=180)
    parser.add_argument("workloads", nargs="*", default=WORKLOADS)
    options = parser.parse_intermixed_args()
    print("| program | million events | a million in `data` | ... in the file | alone | recorded "
          "| with `--log` | factor |\n|---|---|---|---|---|---|---|---|", flush=True)
    failed = 0
    for name in options.workloads:
        try:
            print(row(name, options), flush=True)
        except (workloads.Missing, measuring.Failed, measuring.TookTooLong) as problem:
            print(f"{name}: left out: {problem}", file=sys.stderr)
            failed += 1
    print(f"\n{tools.machine()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
