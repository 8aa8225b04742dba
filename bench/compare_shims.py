#!/usr/bin/env python3
"""How much time a program spends in the shim: several builds of it, in turns.

usage: compare_shims.py BUILD [--rounds N] [--workload NAME] SHIM...

Runs the workload (of workloads.py; perl if none is named) under `undrained` with each shim, N times (5),
samples it with perf 5,000 times a second, and prints how many milliseconds fell into the shim and
into all else of the program: the least and the median. So two ways to do something in the shim are
told apart on a machine whose total times are not. SHIM: copies of libheaptally_preload.so.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

import workloads

FREQUENCY = 5000


def milliseconds(samples, shim, program):
    """(in the shim, in the rest of the program's process)."""
    report = subprocess.run(
        ["perf", "report", "-i", samples, "--comm", program, "--sort", "dso", "-n", "--stdio"],
        capture_output=True, text=True, check=True).stdout
    inside = outside = 0
    for line in report.splitlines():
        fields = line.split()
        if len(fields) < 3 or not fields[0].endswith("%"):
            continue
        if fields[2] == shim.name:
            inside += int(fields[1])
        else:
            outside += int(fields[1])
    return inside * 1000 / FREQUENCY, outside * 1000 / FREQUENCY


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("shims", nargs="+", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workload", default="perl", choices=workloads.PROGRAMS)
    options = parser.parse_args()
    if shutil.which("perf") is None:
        parser.error("perf is not installed; it is in the package linux-perf")
    undrained = options.build / "bin" / "bench" / "undrained"
    times = {shim: [] for shim in options.shims}
    with tempfile.TemporaryDirectory() as folder:
        workload = workloads.prepare(options.workload, folder)
        samples = os.path.join(folder, "perf.data")
        program = os.path.basename(workload.command[0])[:15]
        for _ in range(options.rounds):
            for shim in options.shims:
                subprocess.run(
                    ["perf", "record", "-q", "-o", samples, "-e", "cpu-clock", "-F",
                     str(FREQUENCY), undrained, shim.resolve(), *workload.command],
                    stdin=workload.stdin.open() if workload.stdin else subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
                    env=os.environ | workload.environment)
                times[shim].append(milliseconds(samples, shim, program))
    for shim, pairs in times.items():
        for name, values in zip(("in the shim", "elsewhere"), zip(*pairs)):
            print(f"{shim.name:28} {name:12} {min(values):6.0f} ms at least, "
                  f"{statistics.median(values):6.0f} ms in the middle")


if __name__ == "__main__":
    main()
