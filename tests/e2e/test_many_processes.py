"""Very many processes and threads: their sums are exact, and nothing hangs or grows."""

import unittest

from harness import Case, key_values, marked_line, program
from trees import FORK, assert_nothing_lost, images

CROWD = "tests/e2e/programs/crowd.cpp"
THREADS = "tests/e2e/programs/threads.cpp"

# Seconds; a hang is to fail a test, not the machine.
WATCHDOG = 60


class Crowd(Case):
    def crowd(self, mode, *arguments):
        """The recording, and what the processes counted."""
        recording = self.record(program("crowd"), mode, *arguments, timeout=WATCHDOG)
        self.assertEqual(recording.result.status, 0, recording.result)
        return recording, key_values(recording.result.stdout)

    def count_at(self, recording, marker, *options, source=CROWD):
        return recording.at_line(source, marked_line(source, marker), *options)[1]

    def assert_sums(self, recording, sums):
        """Nothing is lost, each process is there, and the line that allocates is exact."""
        assert_nothing_lost(self, recording)
        self.assertEqual(sum(row.processes for row in images(recording)), sums["processes"])
        total = self.count_at(recording, "allocates", "--metric", "total")
        live = self.count_at(recording, "allocates", "--at", "end")
        self.assertEqual((total, live), (sums["allocated"], sums["allocated"] - sums["freed"]))

    def test_forked_children_start_threads_while_threads_allocate(self):
        for attempt in range(20):
            with self.subTest(attempt=attempt):
                # Every other time on stacks of the least size there may be.
                recording, sums = self.crowd("threads", 0 if attempt % 2 else 65536)
                self.assertEqual(sums["processes"], 41)
                self.assert_sums(recording, sums)
                children = [row for row in images(recording) if row.origin == FORK]
                self.assertEqual([row.exit_status for row in children], [0] * 40)

    def test_a_thousand_forks_in_flight_and_ten_thousand_in_all(self):
        recording, sums = self.crowd("burst", 10, 1000)
        self.assertEqual(sums["processes"], 10_001)
        self.assert_sums(recording, sums)
        self.assertLess(recording.path.stat().st_size, 5_000_000)

    def test_a_handler_that_allocates_at_1_khz_while_processes_fork(self):
        for attempt in range(3):
            with self.subTest(attempt=attempt):
                recording, sums = self.crowd("profiled", 20)
                self.assertGreater(sums["handled"], 100)
                self.assert_sums(recording, sums)
                # A handler that came inside of the C library's allocator is part of that, and
                # counted so: its allocation and its free.
                inner = recording.header("inner_events")
                self.assertEqual(inner % 2, 0)
                handled = self.count_at(recording, "handles", "--metric", "total")
                self.assertEqual(handled + inner // 2, sums["handled"])
                self.assertEqual(self.count_at(recording, "handles", "--at", "end"), 0)

    def test_processes_killed_while_they_fork(self):
        for seed in range(3):
            with self.subTest(seed=seed):
                recording, sums = self.crowd("killed", 100, seed)
                self.assertEqual(sums["killed"], 100)
                assert_nothing_lost(self, recording)
                # A process that is killed may be between a call's return and its count, or not have
                # come to be counted itself.
                processes = sum(row.processes for row in images(recording))
                self.assertGreaterEqual(processes, sums["processes"])
                total = self.count_at(recording, "allocates", "--metric", "total")
                self.assertGreaterEqual(total, sums["allocated"])
                self.assertLessEqual(total, sums["allocated"] + processes)

    def test_a_daemon_whose_parents_end_at_once(self):
        """Whoever starts it may be gone before it, or its parent, was seen."""
        for attempt in range(30):
            with self.subTest(attempt=attempt):
                done = self.folder / f"done{attempt}"
                recording = self.record(program("crowd"), "daemon", done, timeout=WATCHDOG)
                self.assertEqual(recording.result.status, 0, recording.result)
                self.assertTrue(done.exists(), "record did not wait for it")
                assert_nothing_lost(self, recording)
                rows = images(recording)
                self.assertEqual([row.origin for row in rows], [0, FORK, FORK])
                self.assertEqual([row.parent_pid for row in rows[1:]], [row.pid for row in rows[:2]])
                self.assertEqual([row.exit_status for row in rows], [0, 0, 7])
                self.assertEqual(str(rows[2].pid), done.read_text())
                self.assertEqual(self.count_at(recording, "allocates", "--metric", "total"), 200)


    def test_daemons_of_programs_that_a_shell_runs(self):
        """The memory of a program stays while there are such in it, though others run on."""
        text = f"for i in 1 2 3 4 5 6 7 8 9 10; do {program('crowd')} daemon done$i; done; sleep 0.1"
        recording = self.record("/bin/sh", "-c", text, timeout=WATCHDOG)
        self.assertEqual(recording.result.status, 0, recording.result)
        assert_nothing_lost(self, recording)
        self.assertEqual(len(list(self.folder.glob("done*"))), 10)
        ends = [row.exit_status for row in images(recording) if row.program == "crowd"]
        self.assertEqual(sorted(ends), [0] * 20 + [7] * 10)
        self.assertEqual(self.count_at(recording, "allocates", "--metric", "total"), 2000)


class ManyThreads(Case):
    def test_a_thousand_threads_at_once(self):
        recording = self.record(program("threads"), "named", 1000, timeout=WATCHDOG)
        self.assertEqual(recording.result.status, 0, recording.result)
        assert_nothing_lost(self, recording)
        line = marked_line(THREADS, "allocates")
        count = 100 * sum(10 + i for i in range(10))
        self.assertEqual(recording.at_line(THREADS, line, "--metric", "total")[1], count)
        self.assertEqual(recording.query("SELECT sum(threads) FROM tasks"), [(1001,)])

    def test_threads_that_come_and_go(self):
        for attempt in range(20):
            with self.subTest(attempt=attempt):
                recording = self.record(program("threads"), "short", 1000, timeout=WATCHDOG)
                self.assertEqual(recording.result.status, 0, recording.result)
                assert_nothing_lost(self, recording)
                line = marked_line(THREADS, "allocates")
                self.assertEqual(recording.at_line(THREADS, line, "--metric", "total")[1], 10_000)


if __name__ == "__main__":
    unittest.main()
