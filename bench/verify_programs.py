#!/usr/bin/env python3
"""Whether the stacks of real programs are exact: each one is compared with libunwind's own.

usage: verify_programs.py BUILD [--scale X] [--jobs N] [--patience SECONDS] [PROGRAM...]

Records python3 (with its own allocator and with PYTHONMALLOC=malloc), perl, cc1plus, sqlite3, jq,
clang, node and the torture program of tests/preload (all that was built of it) under
HEAPTALLY_VERIFY=1, and prints for each how many captured stacks were compared, how many differ,
how many fell back to libunwind's own stepping (with the causes that the recording names), how many
were broken (ended where no step was possible) and cut. What is not installed is named and left out.

Ends with 1 if any stack differs, if a program failed, or if fewer than ten million were compared in
all. Sizes grow with --scale; at 1, the default, it takes some ten minutes of CPU time.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
from typing import NamedTuple

import workloads

LEAST_COMPARED = 10_000_000
TORTURE_ITERATIONS = 1000


class Verdict(NamedTuple):
    """What the comparison of one program's stacks gave."""

    name: str
    compared: int
    differ: int
    header: dict
    failure: str = ""

    def count(self, key):
        return self.header.get(key, 0)

    def causes(self):
        """The recording's own counts of why stacks fell back, as text."""
        known = {key.removeprefix("fallbacks_"): value for key, value in self.header.items()
                 if key.startswith("fallbacks_") and value}
        return ", ".join(f"{key.replace('_', ' ')} {value:,}" for key, value in known.items())


def header_of(recording):
    """The header's numbers."""
    connection = sqlite3.connect(f"{recording.as_uri()}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT key, value FROM header").fetchall()
    finally:
        connection.close()
    return {key: value for key, value in rows if isinstance(value, int)}


def run(command, folder, patience, **how):
    """(status, stderr). The whole process group is stopped when patience runs out."""
    with subprocess.Popen(command, cwd=folder, text=True, errors="replace",
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          start_new_session=True, **how) as process:
        try:
            _, errors = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None, ""
    return process.returncode, errors


def verify(name, workload, folder, options):
    recording = folder / "run.heaptally"
    command = [str(options.build / "bin/heaptally"), "record", "-o", str(recording), "--"]
    environment = os.environ | workload.environment | {"HEAPTALLY_VERIFY": "1"}
    stdin = open(workload.stdin, "rb") if workload.stdin else None
    try:
        status, errors = run(command + workload.command, folder, options.patience, env=environment,
                             stdin=stdin or subprocess.DEVNULL)
    finally:
        if stdin:
            stdin.close()
    if status is None:
        return Verdict(name, 0, 0, {}, f"not done after {options.patience:.0f} s")
    told = re.search(r"(\d+) stacks compared with libunwind's, (\d+) differ", errors)
    if told is None or (status != 0 and told[2] == "0"):
        return Verdict(name, 0, 0, {}, f"status {status}: {errors.strip()[-300:]}")
    return Verdict(name, int(told[1]), int(told[2]), header_of(recording))


def verify_program(name, options):
    with tempfile.TemporaryDirectory(prefix="heaptally-verify-") as text:
        folder = pathlib.Path(text)
        try:
            workload = workloads.prepare(name, folder, options.scale)
        except workloads.Missing as missing:
            return Verdict(name, 0, 0, {}, f"left out: {missing}")
        return verify(name, workload, folder, options)


def torture_builds(build):
    traps = build / "bin/traps"
    return sorted(path.name for path in traps.glob("torture_*") if path.is_file())


def verify_torture(name, options):
    traps = options.build / "bin/traps"
    iterations = max(1, round(TORTURE_ITERATIONS * options.scale))
    command = [traps / name, iterations, 1, traps / "libtorture_short.so",
               traps / "libtorture_large.so"]
    with tempfile.TemporaryDirectory(prefix="heaptally-verify-") as folder:
        workload = workloads.Workload([str(word) for word in command])
        return verify(name, workload, pathlib.Path(folder), options)


def tasks(options):
    """(name, function) of all that is to be recorded, what takes longest first."""
    slow_first = sorted(workloads.PROGRAMS, key=lambda name: name not in ("clang", "node"))
    yield from ((name, verify_program) for name in slow_first if name in options.programs)
    if "torture" in options.programs:
        builds = torture_builds(options.build)
        if not builds:
            yield "torture", lambda name, _: Verdict(
                name, 0, 0, {}, "it is not built: build the target tests/preload/all")
        yield from ((name, verify_torture) for name in builds)


def row(name, *cells):
    widths = (12, 10, 10, 9, 8, 6)
    numbers = " ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths))
    return f"{name:26} {numbers}  {cells[-1]}".rstrip()


def counts_of(compared, differ, fell_back, broken, cut, causes):
    share = f"{100 * fell_back / compared:.3f} %" if compared else "-"
    return f"{compared:,}", f"{differ:,}", f"{fell_back:,}", share, f"{broken:,}", f"{cut:,}", causes


def print_verdict(verdict):
    if verdict.failure:
        print(f"{verdict.name:26} {verdict.failure}", flush=True)
        return
    keys = ("fallback_stacks", "broken_stacks", "cut_stacks")
    print(row(verdict.name, *counts_of(verdict.compared, verdict.differ,
                                       *(verdict.count(key) for key in keys), verdict.causes())),
          flush=True)


def judge(verdicts):
    """Prints the sums. The exit status."""
    compared = sum(verdict.compared for verdict in verdicts)
    differ = sum(verdict.differ for verdict in verdicts)
    counts = (sum(verdict.count(key) for verdict in verdicts)
              for key in ("fallback_stacks", "broken_stacks", "cut_stacks"))
    print(row("in all", *counts_of(compared, differ, *counts, "")))
    failed = [verdict.name for verdict in verdicts
              if verdict.failure and not verdict.failure.startswith("left out")]
    if failed:
        print(f"failed: {', '.join(failed)}")
    if compared < LEAST_COMPARED:
        print(f"fewer than {LEAST_COMPARED:,} were compared: try a greater --scale")
    return 1 if differ or failed or compared < LEAST_COMPARED else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--patience", type=float, default=1800)
    parser.add_argument("programs", nargs="*", default=[*workloads.PROGRAMS, "torture"])
    options = parser.parse_intermixed_args()
    known = [*workloads.PROGRAMS, "torture"]
    for name in options.programs:
        if name not in known:
            parser.error(f"{name}: no such program; there are {', '.join(known)}")
    planned = list(tasks(options))
    print(row("program", "compared", "different", "fell back", "share", "broken", "cut", "causes"))
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = [pool.submit(function, name, options) for name, function in planned]
        verdicts = []
        for done in concurrent.futures.as_completed(running):
            verdicts.append(done.result())
            print_verdict(verdicts[-1])
    return judge(verdicts)


if __name__ == "__main__":
    sys.exit(main())
