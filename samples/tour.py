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

from catalogue import all_samples, command  # noqa: E402

FACTS = ("peak_bytes", "total_bytes", "total_count", "temporary_count", "duration_ns")


def without_own_lines(errors):
    """What the program said on stderr, without what heaptally adds to it."""
    return "".join(line for line in errors.splitlines(keepends=True)
                   if not line.startswith("heaptally: "))


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
            said = without_own_lines(done.stderr).strip().replace("\n", "; ")
            raise Trouble(f"{sample.name}: {shlex.join(map(str, words))} ended with "
                          f"{done.returncode}: {said or done.stderr.strip()}")
        return done.stdout, done.stderr

    def call(self, sample, *words):
        """stdout of a command in the sample's folder that succeeds."""
        return self.run(sample, *words)[0]

    def record(self, sample, size):
        """Records all programs that are built; what each of them printed, by its name."""
        folder = self.folder / sample.name
        folder.mkdir(parents=True, exist_ok=True)
        # Recordings show commands as they were given: shorter so, and the same on every machine.
        programs = Path(os.path.relpath(self.programs, folder))
        for words in sample.prepare:
            self.call(sample, *command(words, programs, size))
        said = {}
        for program in self.built(sample):
            output, errors = self.run(
                sample, self.heaptally, "record", "--force", "-o", f"{program.name}.heaptally",
                *program.options, "--", *command(program.run, programs, size),
                status=program.status)
            said[program.name] = output + without_own_lines(errors)
        # One that fails has no result to agree on.
        self.require_same(sample, {program.name: said[program.name] for program in self.built(sample)
                                   if program.status == 0 and not program.alone})
        return said

    def built(self, sample):
        return [program for program in sample.programs if program.is_built(self.programs)]

    def left_out(self, sample):
        """What is to be said of programs that are not there; empty if all are."""
        missing = [program.name for program in sample.programs
                   if not program.is_built(self.programs)]
        return f"not built, and left out: {', '.join(missing)}" if missing else ""

    @staticmethod
    def require_same(sample, said):
        """Versions of a sample do the same work, or comparing them would mean nothing."""
        for key in sample.same:
            found = {name: [line for line in text.splitlines() if line.startswith(key + "=")]
                     for name, text in said.items()}
            if not all(found.values()):
                raise Trouble(f"{sample.name}: not all programs say {key}: {found}")
            if len({tuple(lines) for lines in found.values()}) > 1:
                raise Trouble(f"{sample.name}: the programs do not agree on {key}: {found}")

    def page(self, sample):
        """Writes the page of the sample's pair to page.html; where it is, None if one is missing."""
        built = {program.name for program in self.built(sample)}
        if not built.issuperset(sample.pair):
            return None
        self.call(sample, self.heaptally, "compare", "--force", "-o", "page.html",
                  *(f"{name}.heaptally" for name in sample.pair))
        return self.folder / sample.name / "page.html"

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


HEADING = (f"{'':30} {'peak':>9} {'':>11} {'total':>9} {'allocations':>11} {'temporary':>9} "
           f"{'time':>8}  most in")


def label(program):
    return program.name if program.name == program.kind else f"{program.name} ({program.kind})"


def rows(tour, sample):
    """The sample's part of the table: a line for each program, compared with the first."""
    first = None
    for program in tour.built(sample):
        (peak, total, count, temporary, duration), top = tour.facts(sample, program)
        first = peak if first is None else first
        factor = "" if program.alone else factor_text(first, peak)
        yield (f"  {label(program):28} {size_text(peak):>9} "
               f"{factor:>11} {size_text(total):>9} {count:>11,} "
               f"{temporary:>9,} {duration / 1e6:>5.0f} ms  {top}").rstrip()


def show_all(tour, samples):
    print("Each sample does the same work in several ways. Peak: the most memory at one time,\n"
          "and on the right the line that held most of it then.\n")
    print(HEADING)
    for sample in samples:
        print(f"{sample.name}: {sample.title}")
        if missing := tour.left_out(sample):
            print("  " + missing)
        if not tour.built(sample):
            continue
        tour.record(sample, sample.size.usual)
        for row in rows(tour, sample):
            print(row, flush=True)
    print(f"\nThe recordings are in {tour.folder}. One sample, with what to learn from it:\n"
          "  ./run.sh samples NAME [SIZE]")


def show_one(tour, sample, size):
    print(f"{sample.title}\n{'=' * len(sample.title)}\n\n{sample.lesson}\n", flush=True)
    if missing := tour.left_out(sample):
        print(missing + "\n")
    if not tour.built(sample):
        return
    said = tour.record(sample, size)
    for program, text in said.items():
        print(f"---- {program} says\n{text}")
    print(f"---- heaptally says\n{HEADING}")
    for row in rows(tour, sample):
        print(row)
    for line in sample.ask:
        words = shlex.split(line)
        recordings = {word.removesuffix(".heaptally") for word in words}
        if recordings & {program.name for program in sample.programs} <= said.keys():
            print(f"\n$ heaptally {line}", flush=True)
            print(tour.call(sample, tour.heaptally, *words), end="")
    print(f"\nThe recordings are in {tour.folder / sample.name}")
    if page := tour.page(sample):
        print(f"{' beside '.join(sample.pair)}, for a browser: {page}")


def chosen(name):
    samples = {sample.name: sample for sample in all_samples()}
    if name not in samples:
        raise Trouble(f"there is no sample {name}; there are {', '.join(samples)}")
    return samples[name]


def chosen_size(sample, words):
    size = sample.size
    if not words:
        return size.usual
    if (len(words) > 1 or not words[0].isdecimal()
            or not size.least <= int(words[0]) <= size.most):
        raise Trouble(f"{sample.name} takes one size, in {size.of}: from {size.least:,} to "
                      f"{size.most:,}, {size.usual:,} if none is given")
    return int(words[0])


def main(*words):
    if len(words) < 2:
        sys.exit(__doc__)
    programs, folder, *words = words
    tour = Tour(Path(programs).resolve(), Path(folder).resolve())
    if not words:
        show_all(tour, all_samples())
    elif words == ["list"]:
        for sample in all_samples():
            print(f"{sample.name:14} {sample.title}")
    else:
        sample = chosen(words[0])
        show_one(tour, sample, chosen_size(sample, words[1:]))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (Trouble, OSError) as trouble:
        sys.exit(f"samples: {trouble}")
