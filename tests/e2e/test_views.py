"""timeline, sizes, lifetimes, threads, processes and temporary of a program that knows all that it
allocates: each must add up to the same, filtered or not, and the formats must agree."""

import contextlib
import csv
import io
import json
import re
import sqlite3
import unittest
from xml.etree import ElementTree

from harness import Case, key_values, marked_line, program

SVG = "{http://www.w3.org/2000/svg}"
SOURCE_FILE = "tests/e2e/programs/own_totals.cpp"


class Views(Case):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.recording = self.record(program("own_totals"))
        self.own = key_values(self.recording.result.stdout)
        self.total = self.recording.stats("--metric", "total")["total"]
        self.end = self.recording.stats("--at", "end")["total"]
        self.peak = self.recording.stats("--at", "peak")["total"]
        self.temporary = self.recording.stats("--metric", "temporary")["total"]

    def ask(self, command, *options):
        return json.loads(self.recording.ask(command, "--format", "json", *options))

    def assert_csv_agrees(self, command, rows, *options):
        text = self.recording.ask(command, "--format", "csv", *options)
        self.assertEqual(len(list(csv.DictReader(io.StringIO(text)))), len(rows), text)

    def own_lines(self, question):
        """{line: (size, count)} as the program printed it, without lines that have nothing."""
        names = {key.split(".")[0] for key in self.own if "." in key}
        values = {marked_line(SOURCE_FILE, name): (self.own[f"{name}.{question}_bytes"],
                                                   self.own[f"{name}.{question}_count"])
                  for name in names}
        return {line: value for line, value in values.items() if value != (0, 0)}

    def test_timeline(self):
        answer = self.ask("timeline")
        rows = answer["timeline"]
        self.assertEqual(sum(row["allocated_bytes"] for row in rows), self.total["bytes"])
        self.assertEqual(sum(row["allocated_count"] for row in rows), self.total["count"])
        self.assertEqual(max(row["max_live_bytes"] for row in rows), self.peak["bytes"])
        self.assertEqual(answer["peak"]["bytes"], self.peak["bytes"])
        self.assertTrue(answer["peak"]["exact"] and answer["recorded_maxima"])
        live = 0
        for row in rows:
            live += row["allocated_bytes"] - row["freed_bytes"]
            self.assertEqual(row["live_bytes"], live, row)
            self.assertGreaterEqual(row["max_live_bytes"], live, row)
        self.assert_csv_agrees("timeline", rows)

    def picture(self, *options):
        """The timeline as SVG: its root, which a parser of XML has read."""
        return ElementTree.fromstring(self.recording.ask("timeline", "--format", "svg", *options))

    def test_timeline_as_a_picture(self):
        root = self.picture("--width", "500", "--height", "300")
        self.assertEqual((root.tag, root.get("viewBox")), (f"{SVG}svg", "0 0 500 300"))
        texts = [text.text for text in root.iter(f"{SVG}text")]
        summary = self.recording.ask("summary")
        peak = re.search(r"^peak +(.*) in .* at (.*)$", summary, re.MULTILINE)
        self.assertIn(f"peak {peak[1]} at {peak[2]}", texts)
        self.assertEqual({path.get("class") for path in root.iter(f"{SVG}path")} - {"rss"},
                         {"live"})
        self.assertIn("rss", {path.get("class")
                              for path in self.picture("--rss").iter(f"{SVG}path")})
        # Nothing is fetched, run or linked to.
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        self.assertLessEqual(tags, {"svg", "title", "style", "rect", "line", "text", "path", "g",
                                    "circle"})

    def test_timeline_with_names_of_hostile_marks(self):
        name = "</text><script>alert(1)</script>&\"'\x07"
        with contextlib.closing(sqlite3.connect(self.recording.path)) as database:
            database.execute("INSERT INTO marks VALUES(0, 0, ?, 0)", (name,))
            database.commit()
        root = self.picture()
        self.assertEqual([element for element in root.iter() if "script" in element.tag], [])
        names = [text.text for text in root.iter(f"{SVG}text")
                 if "name" in (text.get("class") or "")]
        self.assertEqual(names, [name.replace("\x07", "\\x07")])

    def test_timeline_in_a_file(self):
        path = self.recording.path
        for ending in ("svg", "csv", "json"):
            file = self.folder / f"timeline.{ending}"
            self.assertEqual(self.heaptally("timeline", path, "-o", file).status, 0)
            self.assertEqual(file.read_text(),
                             self.recording.ask("timeline", "--format", ending))
            self.assert_refused(1, "exists", "timeline", path, "-o", file)
            self.assertEqual(self.heaptally("timeline", path, "-f", "-o", file).status, 0)
        nowhere = self.folder / "nowhere" / "timeline.svg"
        self.assert_refused(1, nowhere, "timeline", path, "-o", nowhere)
        self.assert_refused(1, "does not exist", "timeline", "none", "-o", "none.svg")
        self.assertEqual(len(list(self.folder.iterdir())), 4)  # the recording is one of them
        self.assert_refused(2, "--format pdf: ", "timeline", path, "--format", "pdf")
        self.assert_refused(2, "--width 40: ", "timeline", path, "--format", "svg", "--width", "40")

    def test_timeline_of_a_line(self):
        line, (size, count) = max(self.own_lines("total").items(), key=lambda item: item[1])
        answer = self.ask("timeline", "--filter", f"*/own_totals.cpp:{line}")
        rows = answer["timeline"]
        self.assertFalse(answer["recorded_maxima"])
        self.assertEqual((sum(row["allocated_bytes"] for row in rows),
                          sum(row["allocated_count"] for row in rows)), (size, count))

    def test_plot_fits(self):
        for options in ((), ("--blocks", "--rss", "--cpu"), ("--rss",)):
            lines = self.recording.ask("timeline", "--width", "60", "--height", "7",
                                       *options).splitlines()
            plot = [line for line in lines if "│" in line or "┤" in line]
            self.assertEqual(len(plot), 7, lines)
            self.assertTrue(all(len(line) <= 60 for line in plot), plot)
            self.assertTrue(any("▼" in line for line in lines), lines)
            self.assertFalse(any("\x1b" in line for line in lines), lines)

    def test_sizes(self):
        for moment, live in (("peak", self.peak), ("end", self.end)):
            answer = self.ask("sizes", "--at", moment)
            self.assertEqual(answer["total"], self.total)
            self.assertEqual(answer["live"], live)
            for row in answer["sizes"]:
                for bytes_, count in ((row["total_bytes"], row["total_count"]),
                                      (row["live_bytes"], row["live_count"])):
                    self.assertLessEqual(row["size_from"] * count, bytes_, row)
                    self.assertLessEqual(bytes_, row["size_to"] * count, row)
            self.assertEqual(sum(row["total_count"] for row in answer["sizes"]),
                             self.total["count"])
            self.assert_csv_agrees("sizes", answer["sizes"], "--at", moment)

    def test_lifetimes(self):
        answer = self.ask("lifetimes")
        self.assertEqual(answer["freed"] + self.end["count"], self.total["count"])
        self.assertEqual(sum(row["count"] for row in answer["lifetimes"]), answer["freed"])
        self.assertEqual(answer["never_freed"], self.end)
        self.assert_csv_agrees("lifetimes", answer["lifetimes"])

    def test_threads(self):
        answer = self.ask("threads", "--limit", "0")
        self.assertEqual(len(answer["threads"]), self.own["threads"] + 1)
        for name, expected in (("total", self.total), ("temporary", self.temporary),
                               ("live_at_peak", self.peak), ("live_at_end", self.end)):
            self.assertEqual(answer[name], expected)
            self.assertEqual(sum(row[name]["bytes"] for row in answer["threads"]),
                             expected["bytes"])
        self.assert_csv_agrees("threads", answer["threads"], "--limit", "0")

    def test_processes(self):
        answer = self.ask("processes")
        self.assertEqual(len(answer["processes"]), 1)
        process = answer["processes"][0]
        for name, expected in (("total", self.total), ("temporary", self.temporary),
                               ("peak", self.peak), ("live_at_peak", self.peak),
                               ("live_at_end", self.end)):
            self.assertEqual(process[name], expected, name)
        self.assertEqual(process["exit_status"], 0)
        self.assert_csv_agrees("processes", answer["processes"])
        only = self.ask("processes", "--filter", "*/own_totals.cpp")["processes"][0]
        self.assertLess(only["total"]["bytes"], self.total["bytes"])

    def test_temporary(self):
        answer = self.ask("temporary", "--limit", "0")
        rows = {row["line"]: row for row in answer["statistics"]
                if (row["file"] or "").endswith("/" + SOURCE_FILE)}
        self.assertEqual({line: (row["size"], row["count"]) for line, row in rows.items()},
                         self.own_lines("temporary"))
        totals = self.own_lines("total")
        for line, row in rows.items():
            self.assertEqual((row["total_size"], row["total_count"]), totals[line])
            self.assertEqual(row["share"], row["count"] / row["total_count"])
        self.assert_csv_agrees("temporary", answer["statistics"], "--limit", "0")

    def test_bad_questions_are_one_line(self):
        path = self.recording.path
        for says, *question in (
                ("--width 10", "timeline", path, "--width", "10"),
                ("--height x", "timeline", path, "--height", "x"),
                ("--from end", "timeline", path, "--from", "end", "--to", "start"),
                ("--sort size", "threads", path, "--sort", "size"),
                ("--format xml", "sizes", path, "--format", "xml"),
                ("no such thread", "lifetimes", path, "--thread", "nobody"),
                ("no such process", "processes", path, "--process", "nobody"),
                ("--to mark:x", "temporary", path, "--to", "mark:x")):
            with self.subTest(says):
                self.assert_refused(2, says, *question)

    def test_a_filter_that_matches_nothing_shows_nothing(self):
        for command in ("timeline", "sizes", "lifetimes", "threads", "processes", "temporary"):
            with self.subTest(command):
                text = self.recording.ask(command, "--filter", "/nowhere/*")
                self.assertIn("--filter '/nowhere/*'", text)
                self.ask(command, "--filter", "/nowhere/*")


if __name__ == "__main__":
    unittest.main()
