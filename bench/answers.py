#!/usr/bin/env python3
"""How long heaptally takes to answer: whole commands, on large recordings that are made first.

usage: answers.py BUILD [--rounds N] [--folder FOLDER]

Prints for each question the median of the rounds, by the clock and in CPU time, from the start of
the program to its end. The recordings stay in FOLDER, if one is given, and are made only once.
"""
import argparse
import contextlib
import pathlib
import resource
import statistics
import subprocess
import tempfile
import time

# (TRACES, BUCKETS) and what is asked of such a recording.
QUESTIONS = {
    (200_000, 4_000): [
        ["stats", "--at", "end"],
        ["stats", "--at", "10%"],
        ["stats", "--at", "50%"],
        ["stats", "--at", "90%"],
        ["stats", "--metric", "total", "--from", "40%", "--to", "60%"],
        ["diff", "--from", "25%", "--to", "75%"],
        ["timeline"],
        ["tree"],
    ],
    (800_000, 4_000): [
        ["stats", "--at", "end"],
        ["stats", "--at", "50%"],
        ["tree", "--at", "end"],
        ["tree", "--at", "end", "--bottom-up"],
        ["tree", "--at", "end", "--min", "0", "--format", "csv"],
    ],
}


def seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--folder", type=pathlib.Path)
    options = parser.parse_args()
    programs = options.build.resolve() / "bin"
    with contextlib.ExitStack() as stack:
        folder = options.folder or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for (traces, buckets), questions in QUESTIONS.items():
            file = folder / f"{traces}-{buckets}.heaptally"
            if not file.exists():
                subprocess.run([programs / "bench" / "make_recording", file, str(traces),
                                str(buckets)], check=True)
            print(f"{traces:,} traces, {buckets:,} buckets, {file.stat().st_size / 1e6:.1f} MB")
            for question in questions:
                command = [programs / "heaptally", question[0], file, *question[1:]]
                runs = [seconds(command) for _ in range(options.rounds)]
                wall, cpu = (statistics.median(run[i] for run in runs) * 1e3 for i in (0, 1))
                print(f"  {wall:7.0f} ms  {cpu:7.0f} ms CPU  {' '.join(question)}", flush=True)


if __name__ == "__main__":
    main()
