"""However a program ends, all that it did before is in the recording."""

import os
import random
import resource
import signal
import struct
import time
import unittest

from harness import HEAPTALLY, Case, Recording, marked_line, program, run_alone, start

COUNTED = "tests/e2e/programs/counted.cpp"
ENDINGS = "tests/e2e/programs/endings.cpp"

# Of struct Lane in counted.cpp.
LANE_BYTES = 64


def no_core_file():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def assert_nothing_lost(case, recording):
    answer = recording.stats()
    case.assertFalse(answer["incomplete"], answer["counts"])
    case.assertTrue(answer["finished"])


class Killed(Case):
    """SIGKILL while several threads allocate: what had returned is there, and at most the one
    call of each thread that was under way."""

    def kill_one(self, threads, patience):
        counters = self.folder / f"counters-{self.recordings}"
        path = self.folder / f"{self.recordings}.heaptally"
        self.recordings += 1
        with start(HEAPTALLY, "record", "-o", path, "--", program("counted"), counters, threads,
                   cwd=self.folder) as recorder:
            pid = self.wait_for_child(recorder.pid, counters, threads)
            time.sleep(patience)
            os.kill(pid, signal.SIGKILL)
            _, errors = recorder.communicate(timeout=60)
        self.assertEqual(recorder.returncode, 128 + signal.SIGKILL, errors)
        lanes = [struct.unpack_from("QQQ", counters.read_bytes(), i * LANE_BYTES)
                 for i in range(threads)]
        return Recording(path), lanes

    def wait_for_child(self, recorder, counters, threads):
        """The PID of the recorded program, once all its threads have done something."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            content = counters.read_bytes() if counters.exists() else b""
            if len(content) >= threads * LANE_BYTES and all(
                    struct.unpack_from("QQQ", content, i * LANE_BYTES)[2] for i in range(threads)):
                with open(f"/proc/{recorder}/task/{recorder}/children", encoding="ascii") as file:
                    return int(file.read())
            time.sleep(0.005)
        self.fail("the program did not begin")

    def assert_all_there(self, recording, lanes):
        allocates = marked_line(COUNTED, "allocates")
        reallocates = marked_line(COUNTED, "reallocates")
        for i, (allocated, reallocated, freed) in enumerate(lanes):
            thread = ("--thread", f"lane-{chr(ord('a') + i)}")
            at = {}
            for name, options in (("total", ("--metric", "total")), ("end", ("--at", "end"))):
                for line in (allocates, reallocates):
                    at[name, line] = recording.at_line(COUNTED, line, *options, *thread)[1]
            more = [
                at["total", allocates] - allocated,
                at["total", reallocates] - reallocated,
                # Every realloc is a free as well.
                at["total", allocates] - at["end", allocates] - at["end", reallocates] - freed,
            ]
            self.assertTrue(all(n >= 0 for n in more) and sum(more) <= 1,
                            f"thread {i}: {more} more than {lanes[i]}")
            self.assertGreater(allocated, 500)
        assert_nothing_lost(self, recording)

    def test_by_sigkill(self):
        seconds = random.Random(1)
        for threads in (1, 4):
            for _ in range(6):
                patience = seconds.uniform(0, 0.3)
                with self.subTest(threads=threads, patience=patience):
                    self.assert_all_there(*self.kill_one(threads, patience))


class Ending(Case):
    COUNT = 20_000

    # How, the status, and how often it allocates COUNT blocks.
    WAYS = (
        ("return", 9, 1),
        ("segv", 128 + signal.SIGSEGV, 1),
        ("abort", 128 + signal.SIGABRT, 1),
        ("_exit", 3, 1),
        ("exit_group", 4, 1),
        ("quick_exit", 5, 1),
        ("exit", 6, 1),
        ("thread_exit", 7, 2),
        ("main_pthread_exit", 0, 2),
        ("throw", 128 + signal.SIGABRT, 1),
        ("overflow", 128 + signal.SIGSEGV, 1),
        ("term", 128 + signal.SIGTERM, 1),
        ("kill", 128 + signal.SIGKILL, 1),
        ("in_handler", 8, 2),
    )

    def test_every_way(self):
        line = marked_line(ENDINGS, "allocates")
        for how, status, times in self.WAYS:
            with self.subTest(how):
                command = (program("endings"), self.COUNT, how)
                alone = run_alone(*command, preexec_fn=no_core_file)
                self.assertEqual(alone.status, status)
                recording = self.record(*command, preexec_fn=no_core_file)
                self.assertEqual(recording.result.status, status, recording.result)
                self.assertEqual(recording.result.stdout, alone.stdout)
                self.assertTrue(recording.result.stderr.startswith(alone.stderr), recording.result)
                self.assertEqual(recording.header("exit_status"), status)
                count = self.COUNT * times
                self.assertEqual(recording.at_line(ENDINGS, line, "--metric", "total"),
                                 (24 * count, count))
                self.assertEqual(recording.at_line(ENDINGS, line, "--at", "end"),
                                 (12 * count, count // 2))
                assert_nothing_lost(self, recording)

    def test_a_stack_overflow_keeps_what_was_allocated(self):
        recording = self.record(program("endings"), 0, "overflow", preexec_fn=no_core_file)
        line = marked_line(ENDINGS, "recurses")
        size, count = recording.at_line(ENDINGS, line, "--metric", "total")
        self.assertEqual(size, 8 * count)
        self.assertGreater(count, 10_000)
        self.assertGreater(recording.header("cut_stacks"), 0)  # deeper than the limit


if __name__ == "__main__":
    unittest.main()
