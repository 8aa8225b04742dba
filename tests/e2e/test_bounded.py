"""A recording grows with the code that allocates, not with how often it does."""

import unittest

from harness import Case, marked_line, program

PAIRS = "tests/e2e/programs/pairs.cpp"
COUNT = 20_000_000
MIB = 1 << 20


class Bounded(Case):
    def test_20_million_pairs_are_below_a_mebibyte(self):
        recording = self.record(program("pairs"), COUNT, timeout=580)
        self.assertEqual(recording.result.status, 0, recording.result)
        self.assertLess(recording.path.stat().st_size, MIB)
        own = sum(i % 1000 for i in range(0, COUNT, 4)) + COUNT // 4 * (16 + 100 + 5000)
        line = marked_line(PAIRS, "allocates")
        for metric in ("total", "temporary"):
            self.assertEqual(recording.at_line(PAIRS, line, "--metric", metric), (own, COUNT))
        self.assertEqual(recording.at_line(PAIRS, line, "--at", "end"), (0, 0))
        self.assertGreaterEqual(recording.header("frees"), COUNT)
        self.assertFalse(recording.stats()["incomplete"])

    def test_the_file_is_all_that_is_left(self):
        recording = self.record(program("pairs"), 4000)
        self.assertEqual([path.name for path in self.folder.iterdir()], [recording.path.name])


if __name__ == "__main__":
    unittest.main()
