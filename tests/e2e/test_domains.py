"""Domains other than the heap: what the program maps, and what pools of its own tell of."""

import glob
import json
import os
import sys
import unittest

from harness import HEAPTALLY, Case, marked_line, program, run


class Books(Case):
    maxDiff = None

    def assert_line_by_line(self, recording, source, expected):
        """`expected`: {(mark, domain): {line: (size, count)}}."""
        for (mark, domain), book in expected.items():
            with self.subTest(mark=mark, domain=domain):
                answer = recording.stats("--domain", domain, "--at", f"mark:{mark}",
                                         *(("--process", self.child) if mark.startswith("child")
                                           else ()))
                lines = {row["line"]: (row["size"], row["count"]) for row in answer["statistics"]
                         if row["file"] and row["file"].endswith("/" + source)}
                self.assertEqual(lines, book)
                self.assertEqual((answer["exact"], answer["domains"]), (True, [domain]))
                self.assertFalse(answer["incomplete"], answer["counts"])

    def assert_groups_agree(self, recording, *domains):
        """Every grouping sums up to what the table of domains says."""
        rows = {name: (total, count) for name, total, count in recording.query(
            "SELECT name, total_bytes, total_count FROM domains")}
        for domain in domains:
            for group in ("lineno", "function", "module", "thread", "process", "size", "traceback"):
                with self.subTest(domain=domain, group=group):
                    answer = recording.stats("--domain", domain, "--group", group, "--metric",
                                             "total")
                    sums = (sum(row["size"] for row in answer["statistics"]),
                            sum(row["count"] for row in answer["statistics"]))
                    self.assertEqual(sums, rows[domain])
                    self.assertEqual(sums, (answer["total"]["bytes"], answer["total"]["count"]))
        every = recording.stats("--domain", "all", "--metric", "total")["total"]
        self.assertEqual((every["bytes"], every["count"]),
                         tuple(sum(column) for column in zip(*rows.values())))
        heap = recording.stats("--metric", "total")["total"]
        self.assertEqual((heap["bytes"], heap["count"]), rows["heap"])
        self.assertEqual(rows["heap"], (recording.header("total_bytes"),
                                        recording.header("total_count")))

    def child_of(self, recording):
        ((pid,),) = recording.query("SELECT pid FROM processes ORDER BY id DESC LIMIT 1")
        self.child = str(pid)


class Mappings(Books):
    SOURCE_FILE = "tests/e2e/programs/mappings.cpp"

    def books(self, text):
        found = {}
        for row in text.splitlines():
            mark, line, size, count = row.split("|")
            book = found.setdefault((mark, "mmap"), {})
            if int(count) != 0:
                book[marked_line(self.SOURCE_FILE, line)] = (int(size), int(count))
        return found

    def assert_exact(self, recording):
        self.assertEqual(recording.result.status, 0, recording.result)
        expected = self.books(recording.result.stdout)
        self.assertEqual(len({line for book in expected.values() for line in book}), 5)
        self.assert_line_by_line(recording, self.SOURCE_FILE, expected)
        self.assert_groups_agree(recording, "mmap", "allocator")

    def test_are_exact_line_by_line(self):
        self.assert_exact(self.record(program("mappings")))

    def test_by_the_other_clock_too(self):
        self.assert_exact(self.record(program("mappings"),
                                      env={**os.environ, "HEAPTALLY_CLOCK": "monotonic"}))

    def test_a_forked_child_begins_with_none(self):
        recording = self.record(program("mappings"), "fork")
        self.child_of(recording)
        self.assert_exact(recording)

    def test_the_program_does_what_it_does_alone(self):
        alone = run(program("mappings"), "fork")
        self.assertEqual(self.record(program("mappings"), "fork").result.stdout, alone.stdout)

    def test_other_answers_are_of_the_domain_too(self):
        recording = self.record(program("mappings"))
        held = recording.stats("--domain", "mmap", "--at", "end")["total"]
        leaks = json.loads(recording.ask("leaks", "--domain", "mmap", "--format", "json"))
        self.assertEqual(leaks["total"], held)
        since = json.loads(recording.ask("leaks", "--domain", "mmap", "--format", "json", "--from",
                                         "mark:start"))
        self.assertEqual(since["total"], held)
        ((peak,),) = recording.query("SELECT peak_bytes FROM domains WHERE name = 'mmap'")
        self.assertEqual(recording.stats("--at", "peak-of:mmap")["total"]["bytes"], peak)
        text = recording.ask("summary")
        self.assertRegex(text, r"\ndomain +mmap: .* in [\d,]+ allocations; peak .* at .*; live at ")
        self.assertNotIn("domain        allocator", text)
        for command in ("tree", "temporary", "sizes", "lifetimes", "threads", "processes",
                        "timeline"):
            with self.subTest(command):
                text = recording.ask(command, "--domain", "mmap")
                self.assertIn("--domain 'mmap'", text)
                self.assertNotIn("--domain", recording.ask(command, "--domain", "heap"))


class Pools(Books):
    SOURCE_FILE = "tests/e2e/programs/pools.cpp"

    def books(self, text):
        found = {}
        for row in text.splitlines():
            mark, domain, line, size, count = row.split("|")
            book = found.setdefault((mark, domain), {})
            if int(count) != 0:
                book[marked_line(self.SOURCE_FILE, line)] = (int(size), int(count))
        return found

    def assert_exact(self, recording):
        self.assertEqual(recording.result.status, 0, recording.result)
        self.assertEqual(recording.header("domain_inferred_frees"), 0)
        self.assertEqual(recording.header("domain_unknown_frees"), 0)
        expected = self.books(recording.result.stdout)
        self.assertGreaterEqual(len(expected), 16)
        self.assert_line_by_line(recording, self.SOURCE_FILE, expected)
        self.assert_groups_agree(recording, "pool", "arena of été")

    def test_are_exact_line_by_line(self):
        self.assert_exact(self.record(program("pools")))

    def test_a_forked_child_numbers_them_for_itself(self):
        recording = self.record(program("pools"), "fork")
        self.child_of(recording)
        self.assert_exact(recording)
        for domain, size in (("of the child", 7), ("of the parent", 9)):
            self.assertEqual(recording.stats("--domain", domain, "--metric", "total")["total"],
                             {"bytes": size, "count": 1})

    def test_without_heaptally_nothing_happens(self):
        self.assertEqual(run(program("pools"), "fork").status, 0)

    def test_that_are_not_there_are_named(self):
        recording = self.record(program("pools"))
        self.assert_refused(2, "--domain swimming: no such domain; there are heap, mmap, "
                            "allocator, arena of été, pool", "stats", "--domain", "swimming",
                            recording.path)
        both = recording.stats("--domain", "pool", "--domain", "arena*")["total"]["bytes"]
        one, other = (recording.stats("--domain", name)["total"]["bytes"]
                      for name in ("pool", "arena*"))
        self.assertEqual(both, one + other)


class Allocators(Books):
    def test_what_jemalloc_maps_is_apart(self):
        library = glob.glob("/usr/lib/*/libjemalloc.so.2")
        self.assertTrue(library, "libjemalloc2 is not installed")
        recording = self.record(sys.executable, "-c", "x = [[i] for i in range(200000)]",
                                env={**os.environ, "LD_PRELOAD": library[0],
                                     "PYTHONMALLOC": "malloc"})
        self.assertEqual(recording.result.status, 0, recording.result)
        self.assert_groups_agree(recording, "mmap", "allocator")
        self.assertGreater(recording.stats("--domain", "allocator", "--metric", "total")
                           ["total"]["bytes"], 8 << 20)
        # Python maps little by itself.
        self.assertLess(recording.stats("--domain", "mmap", "--metric", "total")["total"]["bytes"],
                        1 << 20)
        self.assertIn("\ndomain        allocator: ", recording.ask("summary"))

    def test_pythons_arenas_are_mappings(self):
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONMALLOC"}
        script = "x = [[i] for i in range(200000)]"
        recording = self.record(sys.executable, "-c", script, env=environment)
        self.assertEqual(recording.result.status, 0, recording.result)
        arenas = recording.stats("--domain", "mmap", "--metric", "total")["total"]
        self.assertGreater(arenas["bytes"], 200000 * 56)
        self.assert_groups_agree(recording, "mmap")


if __name__ == "__main__":
    unittest.main()
