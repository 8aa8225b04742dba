"""Two commands, or two recordings, side by side."""

import json
import unittest

from harness import Case, Recording, sample

# Prints, allocates and exits as it is told.
SAYS = "import sys; print(sys.argv[1]); sys.exit(int(sys.argv[2]))"


class Compare(Case):
    def compare(self, *arguments):
        result = self.heaptally("compare", *arguments)
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
                ("no such program", "--", "true", "--", "no-such-program-anywhere"),
                ("--metric mood", "--metric", "mood", there, there)):
            with self.subTest(arguments):
                self.assert_refused(2, says, "compare", *arguments)


if __name__ == "__main__":
    unittest.main()
