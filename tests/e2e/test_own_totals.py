"""A program that knows all that it allocates: the recording must say the same, every time."""

import os
import unittest

from harness import Case, key_values, marked_line, program, run_alone

SOURCE_FILE = "tests/e2e/programs/own_totals.cpp"
RUNS = 20

# What stats is asked for, and what the program calls it.
QUESTIONS = {
    "total": ("--metric", "total"),
    "temporary": ("--metric", "temporary"),
    "peak": ("--metric", "live", "--at", "peak"),
    "end": ("--metric", "live", "--at", "end"),
}
HEADER = {"total": "total", "temporary": "temporary", "peak": "peak", "end": "live_at_end"}

# Not in every C library, but in the shim.
EXTRA = ("cfree", "free_sized", "free_aligned_sized")


def own_lines(own, question):
    """{line: (size, count)} as the program printed it, without lines that have nothing."""
    names = {key.split(".")[0] for key in own if "." in key}
    values = {marked_line(SOURCE_FILE, name): (own[f"{name}.{question}_bytes"],
                                               own[f"{name}.{question}_count"]) for name in names}
    return {line: value for line, value in values.items() if value != (0, 0)}


def split(rows):
    """({line: (size, count)} of the program's own source, all other rows)."""
    own = {row["line"]: (row["size"], row["count"]) for row in rows
           if row["file"] and row["file"].endswith("/" + SOURCE_FILE)}
    others = [row for row in rows if not (row["file"] and row["file"].endswith("/" + SOURCE_FILE))]
    assert len(own) + len(others) == len(rows), rows
    return own, others


class OwnTotals(Case):
    maxDiff = None

    def assert_exact(self, recording):
        own = key_values(recording.result.stdout)
        self.assertEqual({name: own.pop(name) for name in EXTRA}, dict.fromkeys(EXTRA, 1))
        threads = own.pop("threads")
        creates = marked_line(SOURCE_FILE, "creates")
        for question, options in QUESTIONS.items():
            answer = recording.stats("--group", "lineno", *options)
            lines, others = split(answer["statistics"])
            # The loader's memory for the variables of a thread, charged to who made the thread.
            size, count = lines.pop(creates, (0, 0))
            self.assertEqual(count, 0 if question == "temporary" else threads)
            expected = own_lines(own, question)
            self.assertEqual(lines, expected, question)
            # One thing is not the program's: what libstdc++ sets aside for exceptions.
            for row in others:
                self.assertRegex(row["module"], r"/libstdc\+\+\.so\.6", row)
                self.assertEqual(row["count"], 1, row)
            self.assertEqual(len(others), 0 if question == "temporary" else 1, others)

            size += sum(v[0] for v in expected.values()) + sum(row["size"] for row in others)
            count += sum(v[1] for v in expected.values()) + len(others)
            self.assertEqual((answer["total"]["bytes"], answer["total"]["count"]), (size, count))
            self.assertTrue(answer["exact"] and not answer["incomplete"], answer["counts"])
            header = tuple(recording.header(f"{HEADER[question]}_{unit}")
                           for unit in ("bytes", "count"))
            self.assertEqual(header, (size, count), question)

    def test_every_line_is_exact_in_each_of_20_runs(self):
        lines = None
        for run in range(RUNS):
            with self.subTest(run=run):
                recording = self.record(program("own_totals"))
                self.assertEqual(recording.result.status, 0, recording.result)
                self.assert_exact(recording)
                lines = own_lines(key_values(recording.result.stdout), "total")
        self.assertGreater(len(lines), 30)  # the program did use them

    def test_without_the_time_stamp_counter(self):
        """As on machines whose counter cannot be trusted: stamps of CLOCK_MONOTONIC."""
        for run in range(3):
            with self.subTest(run=run):
                recording = self.record(program("own_totals"),
                                        env={**os.environ, "HEAPTALLY_CLOCK": "monotonic"})
                self.assertEqual(recording.header("clock"), "monotonic")
                self.assert_exact(recording)

    def test_it_says_the_same_alone(self):
        alone = key_values(run_alone(program("own_totals")).stdout)
        recorded = key_values(self.record(program("own_totals")).result.stdout)
        for name in EXTRA:
            alone.pop(name)
            recorded.pop(name)
        self.assertEqual(recorded, alone)


if __name__ == "__main__":
    unittest.main()
