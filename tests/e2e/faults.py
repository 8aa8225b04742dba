"""What the tests of faults share."""

import contextlib
import re
import subprocess
import sys
import time
import unittest

from harness import HEAPTALLY, Case, kill_tree, marked_line, program, run

CHURNER = "tests/e2e/programs/churner.cpp"
ENDINGS = "tests/e2e/programs/endings.cpp"
# Counts that are zero in a run where nothing was lost or guessed.
LOSSES = ("lost_events", "unknown_frees", "inferred_frees", "late_events", "rejected_events")
IMPORTS = """
import asyncio, email.mime.text, http.client, json, sys, unittest, time
time.sleep(1.5)
print("imported", flush=True)
sys.exit(5)"""
SHORT = 0.9  # seconds: nobody waits longer for a collector that is dead


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def dumped_bytes(pid):
    """How much of the private, writable memory of a process a core file would hold."""
    size, total = 0, 0
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as file:
        for line in file:
            if re.match("[0-9a-f]+-[0-9a-f]+ ", line):
                is_private = line.split()[1].startswith("rw")
            elif line.startswith("Size:"):
                size = int(line.split()[1]) * 1024
            elif line.startswith("VmFlags:") and is_private and " dd" not in line:
                total += size
    return total


class FaultCase(Case):
    @contextlib.contextmanager
    def recorder(self, *command, **how):
        """`heaptally record` in a process group of its own, all output in files. What is left of
        its tree at the end is killed."""
        self.recordings += 1
        self.path = self.folder / f"{self.recordings}.heaptally"
        self.books = self.folder / f"{self.recordings}.books"
        self.errors = self.folder / f"{self.recordings}.stderr"
        words = [str(word) for word in (HEAPTALLY, "record", "-o", self.path, "--", *command)]
        with open(self.errors, "wb") as errors, \
             subprocess.Popen(words, cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=errors, **how) as process:
            try:
                yield process
            finally:
                kill_tree(process.pid)

    def churner(self, processes, threads, milliseconds, *more):
        books = self.folder / f"{self.recordings + 1}.books"
        return (program("churner"), books, processes, threads, milliseconds, *more)

    def read_books(self, patience=30):
        """{process: (rounds, longest, held up)}, in seconds, once the last one has written."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            text = self.books.read_text() if self.books.exists() else ""
            if text.endswith("done\n"):
                rows = [line.split() for line in text.splitlines()[:-1]]
                return {int(pid): (int(rounds), int(longest) / 1e9, int(held) / 1e9)
                        for pid, rounds, longest, held in rows}
            time.sleep(0.02)
        self.fail(f"the program hangs: {text!r}, {self.errors.read_text()!r}")

    def wait_until(self, condition, patience=30):
        end = time.monotonic() + patience
        while not condition():
            self.assertLess(time.monotonic(), end, "waited in vain")
            time.sleep(0.005)

    def assert_counted(self, recording, count, file=ENDINGS):
        line = marked_line(file, "allocates")
        self.assertEqual(recording.at_line(file, line, "--metric", "total")[1], count)
