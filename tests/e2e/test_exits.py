"""`record --snapshot-at-exit`: what is live when a process begins to exit; nothing else changes."""

import os
import sys
import unittest

from harness import Case, marked_line, program, run_alone

SOURCE_FILE = "tests/e2e/programs/exits.cpp"
# How the program ends, what of "global", "thread-local" and "handler" is live at the mark, and how
# many marks there are.
WAYS = {
    "return": (("global", "handler"), 1),  # objects of the thread go first
    "exit": (("global", "thread-local", "handler"), 1),
    "_exit": (("global", "thread-local", "handler"), 1),
    "_Exit": (("global", "thread-local", "handler"), 1),
    "thread": (("global", "thread-local", "handler"), 1),
    "fork": ((), 2),
    "quick_exit": (None, 0),
    "abort": (None, 0),
    "throw": (None, 0),
    "pthread_exit": (("global",), 1),
}
SIZES = {"global": 1000, "thread-local": 200, "handler": 30}


class Exits(Case):
    maxDiff = None

    def live(self, recording, marker, *options):
        return recording.at_line("exits.cpp", marked_line(SOURCE_FILE, marker), *options)

    def test_every_way_to_end(self):
        for way, (expected, marks) in WAYS.items():
            with self.subTest(way):
                recording = self.record(program("exits"), way, "a b",
                                        options=("--snapshot-at-exit",))
                alone = run_alone(program("exits"), way, "a b")
                self.assertEqual((recording.result.status, recording.result.stdout),
                                 (alone.status, alone.stdout))
                self.assertEqual(recording.query("SELECT count(*) FROM marks WHERE name = 'exit'"),
                                 [(marks,)])
                for loss in ("lost_events", "unknown_frees", "inferred_frees", "late_events"):
                    self.assertEqual(recording.header(loss), 0, loss)
                for marker in expected or ():
                    self.assertEqual(self.live(recording, marker, "--at", "mark:exit"),
                                     (SIZES[marker], 1), marker)

    def test_the_stacks_are_those_without_the_option(self):
        for way in ("return", "exit"):
            found = []
            for options in ((), ("--snapshot-at-exit",)):
                recording = self.record(program("exits"), way, options=options)
                found.append(recording.stats("--group", "traceback", "--metric", "total",
                                             "--raw")["statistics"])
            self.assertEqual(*found)
            self.assertGreater(len(found[0]), 3)

    def test_scripts_and_their_children(self):
        recording = self.record("sh", "-c", f"{sys.executable} -c 'import os; os._exit(3)'; exit 5",
                                options=("--snapshot-at-exit",))
        self.assertEqual(recording.result.status, 5)
        self.assertEqual(recording.query("SELECT name FROM marks"), [("exit",), ("exit",)])
        self.assertEqual(recording.query("SELECT count(DISTINCT process) FROM marks"), [(2,)])

    def test_stacks_are_what_libunwind_says(self):
        recording = self.record(sys.executable, "-c", "import json, decimal",
                                options=("--snapshot-at-exit",),
                                env={**os.environ, "HEAPTALLY_VERIFY": "1"})
        self.assertEqual(recording.result.status, 0, recording.result)
        self.assertIn(" 0 differ", recording.result.stderr)


if __name__ == "__main__":
    unittest.main()
