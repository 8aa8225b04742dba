"""What stats and summary say of a real recording: names, inlined frames, filters, formats."""

import csv
import io
import json
import re
import unittest

from harness import HEAPTALLY, Case, marked_line, program, run

FRAMES = "tests/e2e/programs/frames.cpp"
THREADS = "tests/e2e/programs/threads.cpp"


def line_of(marker):
    return marked_line(FRAMES, marker)


class Answers(Case):
    def recording(self):
        return self.record(program("frames"))

    def traceback(self, recording, marker):
        """The frames of the one stack charged to a line, oldest first."""
        rows = [row for row in
                recording.stats("--group", "traceback", "--metric", "total")["statistics"]
                if row["line"] == line_of(marker)]
        self.assertEqual(len(rows), 1, rows)
        return rows[0]["traceback"]

    def test_names_are_demangled(self):
        recording = self.recording()
        functions = {row["function"] for row in
                     recording.stats("--group", "function", "--metric", "total")["statistics"]}
        for part in (r"shapes::Store<std::.*string.*>::add\(", r"shapes::Counter::operator\+=\(int\)",
                     r"\bmain\b"):
            self.assertTrue(any(re.search(part, name or "") for name in functions),
                            f"{part} is not in {functions}")
        self.assertFalse(any((name or "").startswith("_Z") for name in functions), functions)

    def test_lines_are_exact(self):
        recording = self.recording()
        expected = {
            "paints": (1000, 1),
            "adds": (700, 1),
            "makes": (8, 1),
            # A vector of 1, 2, 4, ... 128 strings.
            "grows": (32 * 255, 8),
            # Ten nodes of the tree, and the text of each, which is moved in.
            "maps": (10 * (72 + 301), 20),
        }
        for marker, value in expected.items():
            found = recording.at_line(FRAMES, line_of(marker), "--metric", "total")
            self.assertEqual(found, value, marker)

    def test_inlined_frames_are_shown(self):
        frames = self.traceback(self.recording(), "paints")
        places = [(frame["function"], frame["line"]) for frame in frames if frame["line"]]
        self.assertEqual(places[-1][1], line_of("paints"))
        inner = places[-3:]
        self.assertEqual([line for _, line in inner],
                         [line_of("draws"), line_of("fills"), line_of("paints")])
        for (function, _), name in zip(inner, ("draw", "fill", "paint")):
            self.assertRegex(function, rf"shapes::Square::{name}\(")
        self.assertIn("main", [frame["function"] for frame in frames])

    def test_raw_charges_the_library(self):
        rows = self.recording().stats("--raw", "--metric", "total")["statistics"]
        self.assertFalse(any(row["line"] == line_of("grows") for row in rows))
        self.assertTrue(any("libstdc++" in row["module"] or "libc" in row["module"]
                            or (row["file"] or "").startswith("/usr/include/") for row in rows))

    def test_cumulative_counts_callers(self):
        recording = self.recording()
        rows = recording.stats("--cumulative", "--metric", "total")
        by_line = {row["line"]: row for row in rows["statistics"]
                   if (row["file"] or "").endswith("/frames.cpp")}
        for marker in ("paints", "fills", "draws"):
            self.assertEqual((by_line[line_of(marker)]["size"], by_line[line_of(marker)]["count"]),
                             (1000, 1), marker)
        # main called all but what was allocated before it.
        functions = recording.stats("--cumulative", "--metric", "total", "--group", "function")
        (main,) = [row for row in functions["statistics"] if row["function"] == "main"]
        whole = functions["unfiltered"]
        before = [row for row in recording.stats("--metric", "total")["statistics"]
                  if "libstdc++" in row["module"]]
        self.assertEqual(main["size"], whole["bytes"] - sum(row["size"] for row in before))

    def test_filters(self):
        recording = self.recording()
        line = line_of("paints")
        only = recording.stats("--metric", "total", "--filter", f"*/frames.cpp:{line}")
        self.assertEqual(only["total"], {"bytes": 1000, "count": 1})
        whole = only["unfiltered"]
        others = recording.stats("--metric", "total", "--exclude", f"*/frames.cpp:{line}")
        self.assertEqual(others["total"], {"bytes": whole["bytes"] - 1000,
                                           "count": whole["count"] - 1})
        none = recording.stats("--metric", "total", "--filter", "*/frames.cpp:1")
        self.assertEqual((none["total"]["count"], none["statistics"]), (0, []))
        callers = f"*/frames.cpp:{line_of('draws')}"
        self.assertEqual(recording.stats("--metric", "total", "--filter", callers)["total"]["count"], 0)
        every = recording.stats("--metric", "total", "--filter", callers, "--all-frames")
        self.assertEqual(every["total"], {"bytes": 1000, "count": 1})

    def test_machinery_moves_the_site_outward(self):
        recording = self.recording()
        line = line_of("adds")
        options = ("--metric", "total", "--machinery", "*operator+=*")
        self.assertEqual(recording.at_line(FRAMES, line, *options), (0, 0))
        self.assertEqual(recording.stats(*options)["total"], recording.stats("--metric", "total")["total"])

    def test_formats_say_the_same(self):
        recording = self.recording()
        rows = recording.stats("--metric", "total")["statistics"]
        options = ("--metric", "total", "--limit", "0")
        table = list(csv.DictReader(io.StringIO(recording.ask("stats", *options, "--format", "csv"))))
        self.assertEqual([(row["label"], int(row["size"]), int(row["count"])) for row in table],
                         [(row["label"], row["size"], row["count"]) for row in rows])
        text = [line for line in recording.ask("stats", *options).splitlines()
                if not line.startswith("#")]
        self.assertEqual([line.split(": size=")[0] for line in text],
                         [row["label"] for row in rows])
        self.assertEqual([int(re.search(r"count=(\d+)", line)[1]) for line in text],
                         [row["count"] for row in rows])

    def test_every_group_and_metric_adds_up(self):
        recording = self.recording()
        for metric in ("live", "total", "temporary"):
            for group in ("lineno", "filename", "function", "module", "traceback", "thread", "size"):
                with self.subTest(metric=metric, group=group):
                    answer = recording.stats("--group", group, "--metric", metric)
                    rows = answer["statistics"]
                    self.assertEqual({"bytes": sum(row["size"] for row in rows),
                                      "count": sum(row["count"] for row in rows)}, answer["total"])
                    self.assertEqual(answer["total"], answer["unfiltered"])

    def test_limit_and_sort(self):
        recording = self.recording()
        every = recording.stats("--metric", "total", "--sort", "count")["statistics"]
        counts = [row["count"] for row in every]
        self.assertEqual(counts, sorted(counts, reverse=True))
        few = json.loads(recording.ask("stats", "--metric", "total", "--sort", "count",
                                       "--limit", "2", "--format", "json"))
        self.assertEqual(few["statistics"], every[:2])
        self.assertEqual(few["groups"], len(every))

    def test_at_a_time(self):
        recording = self.record(program("threads"), "short", 400)
        end = recording.header("duration_ns") / 1e9
        line = marked_line(THREADS, "allocates")
        for moment in ("end", "100%", f"{end:.9f}s"):
            self.assertEqual(recording.at_line("threads.cpp", line, "--at", moment)[1], 2000)
        self.assert_refused(2, "the run took", "stats", recording.path, "--at", f"{end + 1}s")
        self.assertEqual(recording.stats("--at", "0s")["total"]["count"], 0)

    def test_threads_are_asked_by_name_and_number(self):
        recording = self.record(program("threads"), "named", 10)
        ((tid,),) = recording.query("SELECT tid FROM tasks WHERE name = 'name-7'")
        line = marked_line(THREADS, "allocates")
        for thread in ("name-7", str(tid), "*-7"):
            self.assertEqual(
                recording.at_line("threads.cpp", line, "--metric", "total", "--thread", thread),
                (16 * 17, 17), thread)
        result = run(HEAPTALLY, "stats", "--thread", "nobody", recording.path)
        self.assertNotEqual(result.status, 0)
        self.assertIn("nobody", result.stderr)

    def test_the_summary_has_the_facts(self):
        recording = self.recording()
        text = recording.ask("summary")
        for part in ("allocations", "frees", "temporary", "peak", "live at end", "threads",
                     "duration", str(program("frames")), "top lines"):
            self.assertIn(part, text)
        self.assertIn(f"{recording.header('total_count'):,}", text)


class Help(Case):
    def test_help_has_examples(self):
        for words in ((), ("record",), ("stats",), ("summary",)):
            result = run(HEAPTALLY, *words, "--help")
            self.assertEqual((result.status, result.stderr), (0, ""))
            self.assertIn("Examples:", result.stdout)
        self.assertRegex(run(HEAPTALLY, "--version").stdout, r"\Aheaptally [0-9.]+\n\Z")


if __name__ == "__main__":
    unittest.main()
