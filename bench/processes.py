#!/usr/bin/env python3
"""What recording costs programs that start many others: bare and heaptally take turns.

usage: processes.py BUILD [--rounds N] [--count N] [WORKLOAD...]

Workloads: sh (a loop of COUNT times /bin/true), forks (as many forked children of a shell, which
execute nothing) and make (two jobs at a time, COUNT / 5 small files, made by tr and cat). Prints
for each the median seconds over the rounds, the median of the ratios of the pairs, and what
recording adds to each process.
"""
import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time

MAKEFILE = """all: {targets}
%.txt:
\t@echo $* $* | tr a-d e-h > $@.new
\t@cat $@.new $@.new > $@
"""


def sh_workload(count, _):
    return ["/bin/dash", "-c", f"i=0; while [ $i -lt {count} ]; do /bin/true; i=$((i + 1)); done"], count


def forks_workload(count, _):
    return ["/bin/dash", "-c", f"i=0; while [ $i -lt {count} ]; do (:); i=$((i + 1)); done"], count


def make_workload(count, folder):
    names = [f"file{i}.txt" for i in range(count // 5)]
    (folder / "Makefile").write_text(MAKEFILE.format(targets=" ".join(names)))
    # For each file two shells, the first of which forks, and tr and cat.
    return ["/usr/bin/make", "-j2"], 4 * len(names)


WORKLOADS = {"sh": sh_workload, "forks": forks_workload, "make": make_workload}


def measure(prepare, count, prefix):
    """Seconds until the command has ended, and how many processes it started."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        command, processes = prepare(count, folder)
        begin = time.monotonic()
        subprocess.run(prefix + command, cwd=folder, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        return time.monotonic() - begin, processes


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS))
    options = parser.parse_intermixed_args()
    record = [str(options.build.resolve() / "bin/heaptally"), "record", "-f", "-o", "run.heaptally"]
    for name in options.workloads:
        pairs = []
        for _ in range(options.rounds):
            bare, processes = measure(WORKLOADS[name], options.count, [])
            pairs.append((bare, measure(WORKLOADS[name], options.count, record)[0]))
        bare = statistics.median(pair[0] for pair in pairs)
        recorded = statistics.median(pair[1] for pair in pairs)
        ratio = statistics.median(pair[1] / pair[0] for pair in pairs)
        added = (recorded - bare) / processes * 1e6
        print(f"{name:8} bare {bare:7.3f} s   heaptally {recorded:7.3f} s   {ratio:6.2f} x bare"
              f"   {added:7.0f} us a process", flush=True)


if __name__ == "__main__":
    main()
