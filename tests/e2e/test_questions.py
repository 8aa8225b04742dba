"""Questions that make no sense are refused in one line, by every command alike; and questions to
which the answer is nothing are answered with that."""

import csv
import io
import json
import unittest

from harness import HEAPTALLY, Case, program, run
from terminal import shown

# What each command needs beside the recording.
COMMANDS = {
    "annotate": ("marks.cpp",), "compare": None, "diff": (), "leaks": (), "lifetimes": (),
    "processes": (), "sizes": (), "stats": (), "temporary": (), "threads": (), "timeline": (),
    "tree": (),
}
# Options with a fixed choice of values, and the commands that have them.
CHOICES = {
    "--group": ("compare", "diff", "leaks", "stats", "temporary", "tree"),
    "--metric": ("compare", "diff", "stats", "tree"),
    "--sort": ("compare", "diff", "leaks", "stats", "temporary", "threads", "tree"),
    "--limit": ("compare", "diff", "leaks", "stats", "temporary", "threads"),
    "--format": tuple(COMMANDS),
    "--min": ("tree",), "--depth": ("tree",), "--heat": ("annotate",),
    "--context": ("annotate",), "--width": ("timeline",), "--height": ("timeline",),
}
MOMENTS = {
    "--at": ("annotate", "compare", "sizes", "stats", "tree"),
    "--from": ("diff", "leaks", "timeline"),
    "--to": ("diff", "leaks", "timeline"),
}


class Questions(Case):
    def setUp(self):
        super().setUp()
        self.recording = self.record(program("marks"), "quiet")

    def words(self, command, *options):
        path = self.recording.path
        rest = (path, path) if command == "compare" else (path, *COMMANDS[command])
        return (command, *options, *rest)

    def test_values_that_do_not_exist(self):
        for option, commands in CHOICES.items():
            for command in commands:
                with self.subTest(command=command, option=option):
                    self.assert_refused(2, f"{option} nonsense", *self.words(command, option,
                                                                              "nonsense"))

    def test_moments_that_are_none(self):
        for option, commands in MOMENTS.items():
            for command in commands:
                for moment, says in (("soon", "is no moment"), ("101%", "is no moment"),
                                     ("-1", "is no moment"), ("9h", "the run took"),
                                     ("mark:never", "no such mark; there are worker-"),
                                     ("peak:1", "no such process")):
                    if option != "--at" and moment == "peak:1":
                        continue
                    with self.subTest(command=command, option=option, moment=moment):
                        self.assert_refused(2, says, *self.words(command, f"{option}={moment}"))

    def test_filters_that_are_none(self):
        for command in COMMANDS:
            for option, value, says in (("--filter", "a.cpp:0", "--filter"),
                                        ("--thread", "nobody", "nobody"),
                                        ("--process", "nobody", "nobody")):
                with self.subTest(command=command, option=option):
                    result = self.heaptally(*self.words(command, option, value))
                    if option == "--filter" and result.status == 0:
                        continue  # a name may end so
                    self.assert_refused(2, says, *self.words(command, option, value))

    def test_a_filter_that_nothing_matches_leaves_nothing(self):
        for command in COMMANDS:
            with self.subTest(command):
                words = self.words(command, "--filter", "/nowhere/*")
                text = self.heaptally(*words)
                self.assertEqual((text.status, text.stderr), (0, ""), text)
                says = "live 0 B in 0 blocks" if command == "annotate" else "nothing to show"
                self.assertIn(says, text.stdout)
                answer = self.heaptally(*words, "--format", "json")
                self.assertEqual((answer.status, answer.stderr), (0, ""))
                json.loads(answer.stdout)
                table = self.heaptally(*words, "--format", "csv")
                self.assertEqual((table.status, table.stderr), (0, ""))
                if command not in ("timeline", "tree"):  # of nothing they have rows, too
                    self.assertEqual(list(csv.DictReader(io.StringIO(table.stdout))), [])

    def test_output_that_cannot_be_written(self):
        for command in COMMANDS:
            with self.subTest(command):
                words = [str(word) for word in self.words(command)]
                result = run("sh", "-c", 'exec "$@" >/dev/full', "sh", HEAPTALLY, *words,
                             cwd=self.folder)
                self.assertEqual(result.status, 1, result)
                self.assertRegex(result.stderr, r"\A[^\n]*standard output[^\n]*\n\Z")

    def test_recordings_of_different_programs(self):
        other = self.record("true")
        for command in ("diff", "compare"):
            result = self.heaptally(command, self.recording.path, other.path)
            self.assertEqual((result.status, result.stderr), (0, ""), command)
        self.assertIn("# they are recordings of different programs",
                      self.heaptally("diff", self.recording.path, other.path).stdout)

    def test_colours_are_for_terminals_alone(self):
        for command in COMMANDS:
            with self.subTest(command):
                words = (HEAPTALLY, *self.words(command))
                usual = {"TERM": "xterm-256color", "NO_COLOR": "", "PAGER": "cat"}
                self.assertNotIn("\x1b", run(*words).stdout)
                if command in ("annotate", "lifetimes", "sizes", "threads", "timeline"):
                    self.assertIn("\x1b[", shown(50, *words, **usual)[0])
                for variable in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
                    text, status = shown(50, *words, **{**usual, **variable})
                    self.assertEqual((status, "\x1b" in text), (0, False), variable)


if __name__ == "__main__":
    unittest.main()
