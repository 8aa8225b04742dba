"""heaptally diff on real recordings, and what a terminal shows of long answers."""

import json
import unittest

from harness import HEAPTALLY, Case, program, run
from terminal import shown


def rows_of(answer):
    return json.loads(answer.stdout)["differences"]


class Differences(Case):
    def test_of_a_run_with_itself_are_none(self):
        file = self.record(program("frames")).path
        answer = run(HEAPTALLY, "diff", file, file, "--format", "json", "--limit", "0")
        rows = rows_of(answer)
        self.assertGreater(len(rows), 3)
        self.assertEqual({(row["size_change"], row["count_change"]) for row in rows}, {(0, 0)})

    def test_and_the_older_amounts_make_the_newer_ones(self):
        recording = self.record(program("frames"))
        old, new = (recording.stats("--metric", "total", "--at", at)["statistics"]
                    for at in ("50%", "end"))
        answer = run(HEAPTALLY, "diff", recording.path, "--metric", "total", "--from", "50%",
                     "--to", "end", "--format", "json", "--limit", "0")
        before = {row["label"]: (row["size"], row["count"]) for row in old}
        self.assertEqual(
            {row["label"]: (row["size"], row["count"]) for row in new},
            {row["label"]: (row["size"], row["count"]) for row in rows_of(answer)})
        for row in rows_of(answer):
            size, count = before.get(row["label"], (0, 0))
            self.assertEqual(row["size"] - row["size_change"], size)
            self.assertEqual(row["count"] - row["count_change"], count)

    def test_of_two_programs_say_so(self):
        files = [self.record(program(name)).path for name in ("frames", "pairs")]
        answer = run(HEAPTALLY, "diff", *files)
        self.assertEqual(answer.status, 0)
        self.assertIn("different programs", answer.stdout)

    def test_refuse_what_makes_no_sense(self):
        file = self.record(program("frames")).path
        for words, line in {
            ("--at", "peak"): "--at: is one moment; give --from and --to, or another recording",
            ("--from", "later"): "--from later: is no moment of a run;",
            ("--from", "900000"): "--from 900000: the run took",
            ("--to", "mark:x"): "--to mark:x: no such mark; the recording has no marks",
            ("--group", "x"): "--group x: is no group;",
        }.items():
            self.assert_refused(2, line, "diff", file, *words)


class LongAnswers(Case):
    def test_are_shown_by_a_pager(self):
        file = self.record(program("frames")).path
        command = (HEAPTALLY, "stats", file, "--metric", "total", "--limit", "0")
        whole = run(*command).stdout
        lines = whole.count("\n")
        self.assertGreater(lines, 5)
        counted, status = shown(5, *command, PAGER="wc -l")
        self.assertEqual((counted.strip(), status), (str(lines), 0))
        for rows, pager in ((lines + 2, "wc -l"), (5, ""), (5, "cat")):
            text, status = shown(rows, *command, PAGER=pager)
            self.assertEqual((text.replace("\r\n", "\n"), status), (whole, 0))

    def test_are_left_early(self):
        file = self.record(program("frames")).path
        first, status = shown(5, HEAPTALLY, "stats", file, "--limit", "0", "--metric", "total",
                              PAGER="head -n 1")
        self.assertTrue(first.startswith("# total"), first)
        self.assertEqual((first.count("\n"), status), (1, 0))


if __name__ == "__main__":
    unittest.main()
