"""Processes that keep books: each one's totals, leaks and peak, and the tree's, are exact."""

import collections
import os
import re
import struct
import unittest
from typing import NamedTuple

from harness import Case, program
from trees import FORK, amounts, assert_tree, images


class Entry(NamedTuple):
    """What an image of programs/family.cpp wrote into its books."""

    pid: int
    total: tuple
    live: tuple
    peak: tuple
    inherited: int


def books(path):
    """Their entries, in the order in which the images began."""
    data = path.read_bytes()
    (count,) = struct.unpack_from("Q", data)
    entries = [struct.unpack_from("8Q", data, 8 + 64 * i) for i in range(count)]
    return [Entry(e[0], e[1:3], e[3:5], e[5:7], e[7]) for e in entries]


class Families(Case):
    """What each process allocates, holds and frees, exactly as it says."""

    maxDiff = None

    def family(self, mode, *arguments, status=0, environment=None):
        """The recording, and for each entry of the books its image."""
        path = self.folder / f"{mode}.books"
        recording = self.record(program("family"), mode, path, *arguments,
                                env={**os.environ, **(environment or {})})
        self.assertEqual(recording.result.status, status, recording.result)
        entries = books(path)
        found = [row for row in images(recording) if row.program == "family"]
        self.assertEqual(len(found), len(entries))
        by_pid = collections.defaultdict(list)
        for row in found:
            by_pid[row.pid].append(row)
        pairs = [(entry, by_pid[entry.pid].pop(0)) for entry in entries]
        return recording, pairs

    def assert_exact(self, recording, pairs):
        assert_tree(self, recording)
        for entry, row in pairs:
            self.assertEqual((row.total, row.live_at_end, row.peak),
                             (entry.total, entry.live, entry.peak), row)
        self.assertEqual(recording.header("inherited_frees"),
                         sum(entry.inherited for entry, _ in pairs))

    def assert_forks(self, mode):
        recording, pairs = self.family(mode)
        self.assert_exact(recording, pairs)
        (_, root), *children = pairs
        self.assertEqual(len(children), 10)
        ends = {0: lambda i: i, 1: lambda i: i, 2: lambda i: 128 + 9, 3: lambda i: 128 + 15}
        for i, (entry, row) in enumerate(children):
            self.assertEqual((row.origin, row.parent_pid, row.exit_status),
                             (FORK, root.pid, ends[i % 4](i)), row)
            self.assertEqual(entry.inherited, i + 1)

    def test_forked_children(self):
        self.assert_forks("fork")

    def test_children_of_the_bare_system_call(self):
        self.assert_forks("raw")

    def test_forks_in_forks(self):
        recording, pairs = self.family("nested")
        self.assert_exact(recording, pairs)
        rows = [row for _, row in pairs]
        self.assertEqual([row.parent_pid for row in rows[1:]], [row.pid for row in rows[:-1]])
        self.assertEqual([row.exit_status for row in rows], [0, 6, 5, 4, 3, 2, 1])

    def test_the_peak_of_the_tree_and_of_each(self):
        recording, pairs = self.family("peak")
        self.assert_exact(recording, pairs)
        (_, root), (_, c), (_, b), (_, a) = pairs
        megabyte = 1_000_000
        self.assertEqual(amounts(recording, "peak"), (9 * megabyte, 9))

        def at(moment):
            rows = recording.stats("--at", moment, "--group", "process")["statistics"]
            return {row["pid"]: (row["size"], row["count"]) for row in rows if row["count"] != 0}

        self.assertEqual(at("peak"), {root.pid: (megabyte, 1), a.pid: (5 * megabyte, 5),
                                      b.pid: (3 * megabyte, 3)})
        for row, size, count in ((root, 3 * megabyte // 2, 2), (a, 5 * megabyte, 5),
                                 (b, 4 * megabyte, 4), (c, 2 * megabyte, 2)):
            self.assertEqual(at(f"peak:{row.pid}"), {row.pid: (size, count)})

    def test_a_process_that_executes_one_program_after_another(self):
        recording, pairs = self.family("exec", 7, status=42)
        self.assert_exact(recording, pairs)
        rows = [row for _, row in pairs]
        self.assertEqual(len(rows), 8)
        self.assertEqual([row.previous for row in rows], [None] + [row.id for row in rows[:-1]])
        self.assertEqual([row.exit_status for row in rows], [None] * 7 + [42])
        for left, row in zip(range(7, -1, -1), rows):
            self.assertEqual(row.live_at_end, (100 * (left + 1) ** 2, left + 1))
            self.assertTrue(row.command.endswith(f" {left}"), row)

    def test_vfork_and_posix_spawn(self):
        recording, pairs = self.family("spawn")
        self.assert_exact(recording, pairs)
        (root, root_row), *others = pairs
        # What a vfork child allocates is its parent's: it is the parent's memory.
        self.assertEqual(root.total, (10 + 1000 + 2000, 3))
        statuses = [row.exit_status for _, row in others]
        self.assertEqual(statuses, [3, 4, 5, None, 6, 7])
        self.assertEqual([row.parent_pid for _, row in others], [root_row.pid] * 6)
        forked, leaf = others[3][1], others[4][1]
        self.assertEqual((forked.origin, leaf.previous), (FORK, forked.id))

    def test_a_program_that_is_started_as_its_parent_ends(self):
        """Nothing is known of it until it has come to the handshake."""
        for attempt in range(20):
            with self.subTest(attempt=attempt):
                (self.folder / "leave.books").unlink(missing_ok=True)
                recording = self.record(program("family"), "leave", self.folder / "leave.books")
                rows = images(recording)
                self.assertEqual([(row.total, row.exit_status) for row in rows],
                                 [((0, 0), 0), ((64, 8), 8)])

    def test_stacks_in_forked_processes_are_libunwinds(self):
        for mode in ("fork", "raw", "nested", "peak", "spawn"):
            with self.subTest(mode):
                recording, pairs = self.family(mode, environment={"HEAPTALLY_VERIFY": "1"})
                self.assert_exact(recording, pairs)
                text = recording.result.stderr
                verified = re.search(r"(\d+) stacks compared with libunwind's, (\d+) differ", text)
                self.assertIsNotNone(verified, text)
                self.assertGreater(int(verified[1]), 10)
                self.assertEqual(int(verified[2]), 0, text)


if __name__ == "__main__":
    unittest.main()
