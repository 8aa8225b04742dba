"""samples/threads: counters, exact or not, and what each thread holds."""

import json
import unittest

from harness import Case, key_values, marked_line, run_alone, sample

WORKERS = "samples/threads/workers.h"
FIXED = ("mutex", "atomic")
PROGRAMS = ("lost", *FIXED)


def counted(name, *arguments):
    """What a counter says, run alone."""
    result = run_alone(sample(f"threads/{name}"), *arguments)
    assert result.status == 0, result
    return key_values(result.stdout)


class Counters(Case):
    def test_fixed_ones_are_exact(self):
        for name in FIXED:
            for share, updates in ((), 10_000), (("1",), 10), (("50000",), 500_000):
                with self.subTest(name, updates=updates):
                    own = counted(name, *share)
                    self.assertEqual((own["updates"], own["counter"], own["different"], own["lost"]),
                                     (updates, updates, updates, 0))

    def test_the_other_loses_updates_every_time(self):
        for share, updates in ((), 10_000), (("1",), 10):
            for _ in range(20):
                own = counted("lost", *share)
                self.assertEqual(own["updates"], updates)
                self.assertEqual(own["counter"] + own["lost"], updates)
                self.assertGreaterEqual(own["counter"], 1)
                self.assertGreaterEqual(own["lost"], 3)
                self.assertLessEqual(own["different"], updates - 3)


class Shares(Case):
    def assert_shares(self, name, *arguments):
        recording = self.record(sample(f"threads/{name}"), *arguments)
        self.assertEqual(recording.result.status, 0, recording.result)
        own = key_values(recording.result.stdout)
        line = marked_line(WORKERS, "allocates")
        for options, expected in ((("--metric", "total"), (own["bytes"], own["allocations"])),
                                  (("--at", "peak"), (own["peak_bytes"], own["allocations"])),
                                  (("--at", "end"), (own["live_at_end"], 0))):
            self.assertEqual(recording.at_line(WORKERS, line, *options), expected, options)

        shares = {f"worker-{i}": (own[f"bytes_{i}"], 1) for i in range(1, 5)}
        only = ("--filter", f"*{WORKERS}:{line}")
        rows = json.loads(recording.ask("threads", "--format", "json", *only))["threads"]
        for column in ("total", "live_at_peak"):
            self.assertEqual({row["thread"]: tuple(row[column].values()) for row in rows}, shares)
        self.assertEqual({row["live_at_end"]["bytes"] for row in rows}, {0})
        for options in (("--metric", "total"), ("--at", "peak")):
            rows = recording.stats("--group", "thread", *options, *only)["statistics"]
            self.assertEqual({row["thread"]: (row["size"], row["count"]) for row in rows}, shares)
        # Nothing else is allocated by these threads.
        rows = recording.stats("--group", "thread", "--metric", "total", "--thread",
                               "worker-*")["statistics"]
        self.assertEqual({row["thread"]: (row["size"], row["count"]) for row in rows}, shares)
        return shares

    def test_each_thread_has_its_own(self):
        for name in PROGRAMS:
            with self.subTest(name):
                self.assertEqual(self.assert_shares(name), {
                    f"worker-{i}": (8000 * i, 1) for i in range(1, 5)})
        self.assert_shares("mutex", "7")

    def test_bad_arguments(self):
        for name in PROGRAMS:
            for arguments in (["many"], ["0"], ["1", "2"], ["1000001"]):
                with self.subTest(name, arguments=arguments):
                    result = run_alone(sample(f"threads/{name}"), *arguments)
                    self.assertEqual((result.status, result.stdout), (2, ""), result)
                    self.assertRegex(result.stderr, r"\Ausage: [^\n]+ \[SHARE\], [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()
