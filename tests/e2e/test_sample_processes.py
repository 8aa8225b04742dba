"""samples/processes: what each worker says that it allocated, and what its process is charged."""

import json
import unittest

from harness import Case, key_values, marked_line, run_alone, sample

TABLE = "samples/processes/table.h"
FORKED = ("at_once", "in_turn")
PROGRAMS = ("one", *FORKED, "failing")
COUNT = 20_000
WORKERS = range(1, 5)


class Processes(Case):
    def recorded(self, name, status=0):
        """The recording, and what the program printed."""
        recording = self.record(sample(f"processes/{name}"), COUNT)
        self.assertEqual(recording.result.status, status, recording.result)
        return recording, key_values(recording.result.stdout)

    def copies(self, recording, *options):
        """At the line where a part is copied."""
        return recording.at_line(TABLE, marked_line(TABLE, "allocates"), *options)

    def table(self, recording, *options):
        """At the line where the table is made, before there are workers."""
        return recording.at_line(TABLE, marked_line(TABLE, "holds"), *options)

    def processes(self, recording):
        """The rows of `processes`, by PID."""
        rows = json.loads(recording.ask("processes", "--format", "json"))["processes"]
        return {row["pid"]: row for row in rows}

    def test_all_find_the_same(self):
        found = {}
        for name in PROGRAMS[:-1]:
            result = run_alone(sample(f"processes/{name}"), COUNT)
            self.assertEqual((result.status, result.stderr), (0, ""), result)
            own = key_values(result.stdout)
            found[name] = [own[key] for key in ("numbers", "different", "sum", "bytes")]
        self.assertEqual(found, dict.fromkeys(found, found["one"]))
        self.assertEqual(found["one"][0], COUNT)
        # Of n numbers drawn from n, about 1 - 1/e are different.
        self.assertAlmostEqual(found["one"][1] / COUNT, 0.632, delta=0.01)

    def test_one_process_holds_all(self):
        recording, own = self.recorded("one")
        self.assertEqual(own["peak_bytes"], 16 * COUNT)
        self.assertEqual(len(self.processes(recording)), 1)
        self.assert_tree(recording, own, copies=(8 * COUNT, 1))

    def assert_tree(self, recording, own, copies):
        """The whole tree; `copies`: live at its peak."""
        table = (own["table_bytes"], 1)
        self.assertEqual(self.copies(recording, "--metric", "total"),
                         (own["bytes"] - table[0], own["allocations"] - 1))
        self.assertEqual(self.table(recording, "--metric", "total"), table)
        self.assertEqual(self.copies(recording, "--at", "peak"), copies)
        self.assertEqual(self.table(recording, "--at", "peak"), table)
        self.assertEqual(own["peak_bytes"], table[0] + copies[0])
        for line in (self.copies, self.table):
            self.assertEqual(line(recording, "--at", "end"), (own["live_at_end"], 0))

    def assert_worker(self, recording, row, size, left=0):
        """It allocated its copy and nothing else, and has nothing of the table."""
        pid = row["pid"]
        self.assertEqual(tuple(row["total"].values()), (size, 1))
        self.assertEqual(tuple(row["peak"].values()), (size, 1))
        self.assertEqual(row["live_at_end"]["bytes"], left)
        for options in (("--metric", "total"), ("--at", f"peak:{pid}")):
            self.assertEqual(self.copies(recording, "--process", pid, *options), (size, 1))
            self.assertEqual(self.table(recording, "--process", pid, *options), (0, 0))

    def test_each_worker_has_what_it_says(self):
        for name in FORKED:
            with self.subTest(name):
                recording, own = self.recorded(name)
                sizes = {own[f"pid_{i}"]: own[f"bytes_{i}"] for i in WORKERS}
                self.assertEqual(sum(sizes.values()), 8 * COUNT)
                rows = self.processes(recording)
                (parent,) = set(rows) - set(sizes)
                self.assertEqual(len(rows), 5)
                for pid, size in sizes.items():
                    self.assertEqual((rows[pid]["parent_pid"], rows[pid]["exit_status"]),
                                     (parent, 0))
                    self.assert_worker(recording, rows[pid], size)

                # stats adds up the same, process by process.
                line = marked_line(TABLE, "allocates")
                answer = recording.stats("--group", "process", "--metric", "total", "--filter",
                                         f"*{TABLE}:{line}")
                self.assertEqual({row["pid"]: row["size"] for row in answer["statistics"]}, sizes)
                # Each worker freed its view of the table.
                self.assertEqual(recording.header("inherited_frees"), 4)
                self.assertFalse(answer["incomplete"])
                copies = ((sum(sizes.values()), 4) if name == "at_once"
                          else (max(sizes.values()), 1))
                self.assert_tree(recording, own, copies)

    def test_a_worker_that_fails(self):
        recording, own = self.recorded("failing", status=3)
        self.assertNotIn("different", own)
        self.assertNotIn("bytes_3", own)
        self.assertRegex(recording.result.stderr,
                         rf"(?m)^worker 3 \(PID {own['pid_3']}\) failed with status 3$")
        rows = self.processes(recording)
        sizes = {i: own[f"bytes_{i}"] for i in WORKERS if i != 3}
        sizes[3] = 8 * COUNT - sum(sizes.values())  # the parts make up the table
        for i, size in sizes.items():
            row = rows[own[f"pid_{i}"]]
            self.assertEqual(row["exit_status"], 3 if i == 3 else 0)
            self.assert_worker(recording, row, size, left=size if i == 3 else 0)
        self.assertEqual(self.copies(recording, "--at", "end"), (sizes[3], 1))
        self.assertEqual(self.table(recording, "--at", "end"), (0, 0))
        # Alone, the statuses are the same.
        self.assertEqual(run_alone(sample("processes/failing"), COUNT).status, 3)

    def test_bad_arguments(self):
        for name in PROGRAMS:
            for arguments in (["many"], ["999"], ["1000", "2"], ["10000001"]):
                with self.subTest(name, arguments=arguments):
                    result = run_alone(sample(f"processes/{name}"), *arguments)
                    self.assertEqual((result.status, result.stdout), (2, ""), result)
                    self.assertRegex(result.stderr, r"\Ausage: [^\n]+ \[COUNT\], [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()
