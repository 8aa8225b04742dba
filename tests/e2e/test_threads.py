"""Programs of many threads: each thread's allocations are its own, however many there are."""

import contextlib
import unittest

from harness import HEAPTALLY, Case, Recording, marked_line, program, start

THREADS = "tests/e2e/programs/threads.cpp"

# Of the tasks table, see docs/recording.md.
MOST_INDIVIDUAL = 256


class ManyThreads(Case):
    def rows_of_line(self, recording, *options):
        """{thread name: (size, count)} of the line where the threads allocate."""
        line = marked_line(THREADS, "allocates")
        answer = recording.stats("--group", "thread", "--metric", "total", "--filter",
                                 f"*/threads.cpp:{line}", *options)
        rows = {}
        for row in answer["statistics"]:
            size, count = rows.get(row["thread"], (0, 0))
            rows[row["thread"]] = (size + row["size"], count + row["count"])
        return rows

    def assert_line(self, recording, count, live):
        line = marked_line(THREADS, "allocates")
        self.assertEqual(recording.at_line(THREADS, line, "--metric", "total"), (16 * count, count))
        self.assertEqual(recording.at_line(THREADS, line, "--at", "end"), (16 * live, live))
        self.assertFalse(recording.stats()["incomplete"])

    def test_a_thousand_short_ones(self):
        recording = self.record(program("threads"), "short", 1000)
        self.assertEqual(recording.result.status, 0, recording.result)
        self.assert_line(recording, 10_000, 5_000)
        self.assertEqual(recording.query("SELECT sum(threads) FROM tasks"), [(1001,)])
        self.assertEqual(recording.query("SELECT count(*) FROM tasks WHERE threads > 1"), [(1,)])

    def test_those_beyond_256_are_folded_by_name(self):
        for run in range(5):
            with self.subTest(run=run):
                self.assert_folded_by_name()

    def assert_folded_by_name(self):
        recording = self.record(program("threads"), "named", 300)
        self.assertEqual(recording.result.status, 0, recording.result)
        self.assert_line(recording, 300 * 10 + 30 * sum(range(10)),
                         sum(30 * ((10 + i) // 2) for i in range(10)))
        self.assertEqual(recording.query("SELECT sum(threads) FROM tasks"), [(301,)])
        ((individual,),) = recording.query("SELECT count(*) FROM tasks WHERE threads = 1")
        self.assertLessEqual(individual, MOST_INDIVIDUAL + 10)
        folded = recording.query("SELECT name, threads FROM tasks WHERE id >= ?", MOST_INDIVIDUAL)
        self.assertEqual(sum(threads for _, threads in folded), 301 - MOST_INDIVIDUAL)
        self.assertEqual(len({name for name, _ in folded}), len(folded))

        # Folded or not, each name has exactly what its 30 threads allocated.
        expected = {f"name-{i}": (16 * 30 * (10 + i), 30 * (10 + i)) for i in range(10)}
        self.assertEqual(self.rows_of_line(recording), expected)
        for name, value in expected.items():
            self.assertEqual(self.rows_of_line(recording, "--thread", name), {name: value})
        self.assertEqual(self.rows_of_line(recording, "--thread", "name-[0-4]"),
                         {name: expected[name] for name in sorted(expected)[:5]})


class TwoAtOnce(Case):
    def test_they_do_not_meet(self):
        with contextlib.ExitStack() as running:
            processes = [
                running.enter_context(start(HEAPTALLY, "record", "-o", self.folder / f"{i}.heaptally",
                                            program("threads"), "short", 200 + 8 * i))
                for i in range(4)
            ]
            ends = [process.communicate(timeout=100) for process in processes]
        line = marked_line(THREADS, "allocates")
        for i, process in enumerate(processes):
            self.assertEqual(process.returncode, 0, ends[i])
            recording = Recording(self.folder / f"{i}.heaptally")
            count = 10 * (200 + 8 * i)
            self.assertEqual(recording.at_line(THREADS, line, "--metric", "total"),
                             (16 * count, count))
            self.assertEqual(recording.query("SELECT count(*) FROM processes"), [(1,)])


if __name__ == "__main__":
    unittest.main()
