#!/usr/bin/env python3
"""Records samples and shows what there is to learn from them.

usage: samples/tour.py BIN FOLDER            all of them, and one table
       samples/tour.py BIN FOLDER list       which there are
       samples/tour.py BIN FOLDER NAME [SIZE]

BIN has the programs heaptally and samples/; recordings go to FOLDER, a folder for each sample.
`./run.sh` and `./run.sh samples ...` call it.
"""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from catalogue import Sample, all_samples, command  # noqa: E402

FACTS = ("peak_bytes", "total_bytes", "total_count", "temporary_count", "duration_ns")


class Trouble(Exception):
    """What ends the tour, in one line."""


class Tour:
    def __init__(self, programs, folder):
        self.heaptally = programs / "heaptally"
        self.programs = programs / "samples"
        self.folder = folder

    def run(self, sample, *words, status=0):
        """A command in the sample's folder, which ends as expected: (stdout, stderr)."""
        done = subprocess.run([str(word) for word in words], cwd=self.folder / sample.name,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != status:
            raise Trouble(f"{sample.name}: {shlex.join(map(str, words))} ended with "
                          f"{done.returncode}: {done.stderr.strip()}")
        return done.stdout, done.stderr

    def call(self, sample, *words):
        """stdout of a command in the sample's folder that succeeds."""
        return self.run(sample, *words)[0]

    def record(self, sample, size):
        """Records all programs; what each of them printed, by its name."""
        folder = self.folder / sample.name
        folder.mkdir(parents=True, exist_ok=True)
        # Recordings show commands as they were given: shorter so, and the same on every machine.
        programs = Path(os.path.relpath(self.programs, folder))
        for words in sample.prepare:
            self.call(sample, *command(words, programs, size))
        said = {}
        for program in sample.programs:
            output, errors = self.run(
                sample, self.heaptally, "record", "--force", "-o", f"{program.name}.heaptally",
                *program.options, "--", *command(program.run, programs, size),
                status=program.status)
            said[program.name] = output + "".join(
                line for line in errors.splitlines(keepends=True)
                if not line.startswith("heaptally: "))
        # One that fails has no result to agree on.
        self.require_same(sample, {program.name: said[program.name]
                                   for program in sample.programs if program.status == 0})
        return said

    @staticmethod
    def require_same(sample, said):
        """Versions of a sample do the same work, or comparing them would mean nothing."""
        for key in sample.same:
            found = {name: [line for line in text.splitlines() if line.startswith(key + "=")]
                     for name, text in said.items()}
            if len({tuple(lines) for lines in found.values()}) != 1:
                raise Trouble(f"{sample.name}: the programs do not agree on {key}: {found}")

    def page(self, sample, a, b):
        """Writes the page of two recordings to page.html."""
        self.call(sample, self.heaptally, "compare", "--force", "-o", "page.html",
                  f"{a}.heaptally", f"{b}.heaptally")

    def facts(self, sample, program):
        """What a recording amounts to, by FACTS, and the line of source that held
        most at the peak."""
        file = f"{program.name}.heaptally"
        values = json.loads(self.call(sample, self.heaptally, "sql", "--format", "json", file,
                                      "SELECT key, value FROM header"))
        facts = {row["key"]: row["value"] for row in values}
        top = json.loads(self.call(sample, self.heaptally, "stats", "--format", "json",
                                   "--limit", "0", file))["statistics"]
        # What the C++ library sets aside before main has no line, and is the same everywhere.
        lines = [f"{row['file'].rpartition('samples/')[2]}:{row['line']}"
                 for row in top if row["file"]]
        return [facts[key] for key in FACTS], lines[0] if lines else ""


def size_text(size):
    for unit in ("B", "KiB", "MiB"):
        if size < 10 * 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def factor_text(first, other):
    factor = max(first, other) / max(1, min(first, other))
    if factor < 1.05:
        return ""
    return f"{factor:.{0 if factor >= 100 else 1}f} x {'less' if other < first else 'more'}"


HEADING = f"{'':30} {'peak':>9} {'':>11} {'total':>9} {'allocations':>11} {'temporary':>9} {'time':>8}  most in"


def label(program):
    return program.name if program.name == program.kind else f"{program.name} ({program.kind})"


def rows(tour, sample):
    """The sample's part of the table: a line for each program, compared with the first."""
    first = None
    for program in sample.programs:
        (peak, total, count, temporary, duration), top = tour.facts(sample, program)
        first = peak if first is None else first
        factor = "" if program.alone else factor_text(first, peak)
        yield (f"  {label(program):28} {size_text(peak):>9} "
               f"{factor:>11} {size_text(total):>9} {count:>11,} "
               f"{temporary:>9,} {duration / 1e6:>5.0f} ms  {top}").rstrip()


def show_all(tour):
    print("Each sample does the same work in several ways. Peak: the most memory at one time,\n"
          "and on the right the line that held most of it then.\n")
    print(HEADING)
    for sample in all_samples():
        tour.record(sample, sample.size)
        print(f"{sample.name}: {sample.title}")
        for row in rows(tour, sample):
            print(row, flush=True)
    print(f"\nThe recordings are in {tour.folder}. One sample, with what to learn from it:\n"
          "  ./run.sh samples NAME [SIZE]")


def show_one(tour, sample, size):
    print(f"{sample.title}\n{'=' * len(sample.title)}\n\n{sample.lesson}\n")
    for program, text in tour.record(sample, size).items():
        print(f"---- {program} says\n{text}")
    print(f"---- heaptally says\n{HEADING}")
    for row in rows(tour, sample):
        print(row)
    for line in sample.ask:
        print(f"\n$ heaptally {line}", flush=True)
        print(tour.call(sample, tour.heaptally, *shlex.split(line)), end="")
    first, last = sample.programs[0].name, sample.programs[-1].name
    tour.page(sample, first, last)
    print(f"\nThe recordings are in {tour.folder / sample.name}, and {first} beside {last} for a "
          "browser:\n  " + str(tour.folder / sample.name / "page.html"))


def chosen(name):
    samples = {sample.name: sample for sample in all_samples()}
    if name not in samples:
        raise Trouble(f"there is no sample {name}; there are {', '.join(samples)}")
    return samples[name]


def chosen_size(sample, words):
    if not words:
        return sample.size
    if len(words) > 1 or sample.size is None or not words[0].isdecimal():
        raise Trouble(f"{sample.name} takes " + (
            "no size" if sample.size is None
            else f"one size, in {sample.size_of} ({sample.size} if none is given)"))
    return int(words[0])


def main(programs, folder, *words):
    tour = Tour(Path(programs).resolve(), Path(folder).resolve())
    if not words:
        show_all(tour)
    elif words == ("list",):
        for sample in all_samples():
            print(f"{sample.name:14} {sample.title}")
    else:
        sample = chosen(words[0])
        show_one(tour, sample, chosen_size(sample, words[1:]))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Trouble as trouble:
        sys.exit(f"samples: {trouble}")
