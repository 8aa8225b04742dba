"""Two commands, or two recordings, side by side."""

import json
import os
import unittest

from harness import Case, Recording, sample

# Prints, allocates and exits as it is told.
SAYS = "import sys; print(sys.argv[1]); sys.exit(int(sys.argv[2]))"


class Compare(Case):
    def compare(self, *arguments, **how):
        result = self.heaptally("compare", *arguments, **how)
        self.assertEqual(result.status, 0, result)
        return result

    def test_the_samples(self):
        a, b = self.folder / "a", self.folder / "b"
        result = self.compare("--keep-a", a, "--keep-b", b, "--", sample("list"), "--",
                              sample("generator"))
        self.assertIn(f"heaptally: A ({a}): ", result.stderr)
        self.assertRegex(result.stdout, r"\npeak +1[0-9.]+ MiB +[0-9.]+ KiB +[0-9.]+ x less\n")
        self.assertRegex(result.stdout, r"\n +[0-9.]+ MiB +0 B +-[0-9.]+ MiB +-[0-9]+  "
                                        r"samples/list/main.cpp:[0-9]+\n")
        answer = json.loads(self.compare("--format", "json", "--limit", "0", a, b).stdout)
        for side, file in (("a", a), ("b", b)):
            recording = Recording(file)
            for key in ("peak_bytes", "total_count", "temporary_count", "live_at_end_bytes",
                        "cpu_ns"):
                self.assertEqual(answer[side][key], recording.header(key), key)
            self.assertEqual(sum(row[f"size_{side}"] for row in answer["differences"]),
                             answer[side]["peak_bytes"])
            self.assertGreater(answer[side]["cpu_ns"], 0)

    def test_both_timelines_on_the_same_axes(self):
        a, b = self.record(sample("list")), self.record(sample("generator"))
        answer = json.loads(self.compare("--format", "json", a.path, b.path).stdout)
        timeline = answer["timeline"]
        self.assertEqual(len(timeline), 256)
        longer = max(answer[side]["wall_ns"] for side in "ab")
        self.assertEqual(timeline[-1]["end_ns"], longer)
        for side, recording in (("a", a), ("b", b)):
            alone = json.loads(recording.ask("timeline", "--format", "json"))
            self.assertEqual(answer[side]["timeline_peak"], alone["peak"])
            live = [row[f"max_live_bytes_{side}"] for row in timeline]
            lasts = sum(value is not None for value in live)
            self.assertEqual(max(live[:lasts]), answer[side]["peak_bytes"])
            self.assertEqual(live[lasts:], [None] * (256 - lasts))
            # To the end of the stretch that the run ended in.
            self.assertLess(abs(timeline[lasts - 1]["end_ns"] - answer[side]["wall_ns"]),
                            longer / 256 + 1)

    def test_the_plot(self):
        """Says what the facts say; A and B are told apart without colours, and in ASCII."""
        a, b = self.record(sample("list")).path, self.record(sample("generator")).path
        text = self.compare(a, b).stdout
        peaks = {side: text.split("\npeak ")[1].split("\n")[0].split()[i:i + 2]
                 for side, i in (("A", 0), ("B", 2))}
        ends = {side: text.split("\nwall time ")[1].split("\n")[0].split()[i:i + 2]
                for side, i in (("A", 0), ("B", 2))}
        for side, drawn in (("A", "⣿⣿"), ("B", "⠒⠒")):
            self.assertRegex(text, rf"\n  {side} {drawn}  peak {' '.join(peaks[side])} at [^;]+; "
                                   rf"ends at {' '.join(ends[side])}\n")
        self.assertRegex(text, r"\n     0 B └┬.*\n +0 ms.*\n     end +[AB] *[AB]\n\nlines that")
        in_ascii = self.compare("--width", "60", "--height", "6", a, b,
                                env=dict(os.environ, LANG="C")).stdout
        self.assertTrue(in_ascii.isascii(), in_ascii)
        plot = in_ascii.split("\n    peak ")[1].split("\n     0 B ")[0].split("\n")[1:]
        self.assertEqual(len(plot), 6)
        self.assertLessEqual(max(map(len, plot)), 60)
        self.assertIn("#", plot[0])
        self.assertIn("--", plot[-1])
        without = self.compare("--no-timeline", a, b).stdout
        self.assertNotIn("over time", without)
        self.assertEqual(json.loads(self.compare("--no-timeline", "--format", "json", a, b).stdout)
                         ["timeline"], [])

    def test_filters_hold_for_facts_and_timeline(self):
        a, b = self.record(sample("list")), self.record(sample("generator"))
        only = ("--filter", "*/list/main.cpp")
        answer = json.loads(self.compare("--format", "json", *only, a.path, b.path).stdout)
        for fact, options in (("peak", ("--at", "peak")), ("total", ("--metric", "total"))):
            kept = a.stats(*only, *options)["statistics"]
            for unit, column in (("bytes", "size"), ("count", "count")):
                self.assertEqual(answer["a"][f"{fact}_{unit}"], sum(row[column] for row in kept))
                self.assertEqual(answer["b"][f"{fact}_{unit}"], 0)
        self.assertGreater(answer["a"]["timeline_peak"]["bytes"], 0)
        self.assertEqual(answer["b"]["timeline_peak"]["bytes"], 0)
        self.assertFalse(answer["recorded_maxima"])
        self.assertIn("\n  B ⠒⠒  nothing live; ends at ",
                      self.compare(*only, a.path, b.path).stdout)

    def test_the_page_in_the_same_command(self):
        page = self.folder / "page.html"
        result = self.compare("-o", page, "--", "true", "--", "true")
        self.assertIn("\npeak ", result.stdout)
        self.assertTrue(page.read_text().startswith("<!doctype html>"))
        self.assertEqual(list(self.folder.iterdir()), [page])
        # Before anything runs.
        self.assert_refused(1, f"{page}: exists", "compare", "-o", page, "--", "echo", "a", "--",
                            "echo", "b")
        self.assert_refused(1, "cannot be written", "compare", "-o", self.folder / "no" / "page",
                            "--", "echo", "a", "--", "echo", "b")
        self.compare("--force", "-o", page, "--", "true", "--", "true")

    def test_several_runs(self):
        """In turn; what is shown and kept is each one's run of median wall time."""
        kept = self.folder / "kept"
        result = self.compare("--runs", "3", "--keep-a", kept, "--format", "json", "--",
                              "echo", "a", "--", "sh", "-c", "echo b")
        self.assertTrue(result.stdout.startswith("a\nb\n" * 3 + "{"), result.stdout)
        self.assertEqual([line.split()[1:3] for line in result.stderr.splitlines()],
                         [[side, f"{i}/3:"] if (side, i) != ("A", 1) else ["A", "1/3"]
                          for i in (1, 2, 3) for side in "AB"])
        answer = json.loads(result.stdout[len("a\nb\n" * 3):])
        self.assertEqual(answer["runs"], 3)
        for side in "ab":
            self.assertLessEqual(answer[side]["wall_least_ns"], answer[side]["wall_ns"])
            self.assertLessEqual(answer[side]["wall_ns"], answer[side]["wall_most_ns"])
        self.assertEqual(Recording(kept).header("duration_ns"), answer["a"]["wall_ns"])
        self.assertEqual(list(self.folder.iterdir()), [kept])
        text = self.compare("--runs", "2", "--", "true", "--", "true").stdout
        self.assertRegex(text, r"\n# of 2 runs of each the ones of median wall time; "
                               r"A took \S+ \w+ to \S+ \w+, B \S+ \w+ to \S+ \w+\n")

    def test_the_moment_of_the_rows(self):
        recording = self.record("perl", "-e", "1").path
        for options, says in ((("--at", "end"), "live at the end"),
                              (("--at", "40%"), "live at 40%"),
                              (("--metric", "total"), "total of all the run"),
                              (("--metric", "total", "--at", "40%"), "total until 40%")):
            self.assertIn(f"lines that differ most, {says}; 0 of ",
                          self.compare(*options, recording, recording).stdout)

    def test_the_programs_print_and_fail_as_alone(self):
        before = set(self.folder.iterdir())
        result = self.heaptally("compare", "--", "python3", "-c", SAYS, "one", "3", "--",
                                "python3", "-c", SAYS, "two", "4")
        self.assertEqual(result.status, 3, result)
        self.assertTrue(result.stdout.startswith("one\ntwo\n# A: "), result.stdout)
        self.assertRegex(result.stdout, r"\nexit status +3 +4\n")
        self.assertEqual(set(self.folder.iterdir()), before)

    def test_a_program_that_a_signal_ends(self):
        result = self.heaptally("compare", "--", "true", "--", "sh", "-c", "kill -9 $$")
        self.assertEqual(result.status, 128 + 9, result)
        self.assertRegex(result.stdout, r"\nexit status +0 +signal 9\n")

    def test_the_same_run_twice_does_not_differ(self):
        recording = self.record("perl", "-e", "1")
        text = self.compare(recording.path, recording.path).stdout
        self.assertRegex(text, r"\npeak +[0-9.]+ K?i?B +[0-9.]+ K?i?B +the same\n")
        self.assertRegex(text, r"lines that differ most, live at the peak; 0 of [0-9]+ differ\n\Z")

    def test_bad_input(self):
        there = self.record("true").path
        for says, *arguments in (
                ("what to compare is missing",),
                ("the second recording is missing", there),
                ("a command is missing", "--", "true"),
                ("a command is missing", "--", "true", "--"),
                ("more than two commands", "--", "true", "--", "a", "--", "b"),
                ("recordings and commands", there, there, "--", "true", "--", "true"),
                ("leave them out", "--keep-a", "x", there, there),
                ("name one file", "--keep-a", "x", "--keep-b", "x", "--", "true", "--", "true"),
                (f"{there}: exists", "--keep-b", there, "--", "true", "--", "true"),
                ("--output -: the text is on", "-o", "-", there, there),
                ("--open: is of a page", "--open", there, there),
                ("--no-sources: is of a page", "--no-sources", there, there),
                ("--runs 0:", "--runs", "0", "--", "true", "--", "true"),
                ("--runs: is of commands", "--runs", "2", there, there),
                ("--height 1:", "--height", "1", "--", "true", "--", "true"),
                ("--width x:", "--width", "x", there, there),
                ("no such program", "--", "true", "--", "no-such-program-anywhere"),
                ("--metric mood", "--metric", "mood", there, there)):
            with self.subTest(arguments):
                self.assert_refused(2, says, "compare", *arguments)


if __name__ == "__main__":
    unittest.main()
