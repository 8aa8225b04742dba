#!/usr/bin/env python3
"""What a long run leaves: the size of its recording, and how long reading it takes.

usage: long_run.py BUILD [--pairs N] [--rounds N]

Records N (20 million) pairs of malloc and free, then asks stats and summary ROUNDS (11) times
each and prints the median and the greatest time. A run may leave at most 1 MB, and
stats may take at most 0.2 s.
"""
import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time


def seconds(command):
    begin = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("usage: ")[1].split("\n")[0])
    parser.add_argument("build", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--pairs", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=11)
    options = parser.parse_args()
    heaptally = str(options.build / "bin/heaptally")
    program = [str(options.build / "bin/e2e/pairs"), str(options.pairs)]
    with tempfile.TemporaryDirectory(prefix="heaptally-bench-") as folder:
        recording = pathlib.Path(folder, "pairs.heaptally")
        alone = seconds(program)
        recorded = seconds([heaptally, "record", "-o", str(recording), "--", *program])
        print(f"{options.pairs} pairs: alone {alone:.2f} s, recorded {recorded:.2f} s, "
              f"{recording.stat().st_size / 1000:.0f} kB")
        for command in ("stats", "summary"):
            times = [seconds([heaptally, command, str(recording)]) for _ in range(options.rounds)]
            print(f"{command}: median {statistics.median(times) * 1000:.1f} ms, "
                  f"greatest {max(times) * 1000:.1f} ms")


if __name__ == "__main__":
    main()
