"""What the commands answer of the recordings in tests/recording/golden, of each version."""

import json
import unittest

from harness import SOURCE, Case

GOLDEN = SOURCE / "tests" / "recording" / "golden"
TREE = GOLDEN / "v2.heaptally"
PROCESSES = "prog (4000001), true (78), echo (4000 processes), ldconfig (80)"


class EachVersion(Case):
    def test_is_read_by_each_command(self):
        files = sorted(GOLDEN.glob("v*.heaptally"))
        self.assertGreaterEqual(len(files), 2)
        for file in files:
            for words in (("summary",), ("stats",), ("stats", "--group", "process"),
                          ("stats", "--at", "peak:78", "--process", "4000001"),
                          ("stats", "--at", "peak:4000001", "--metric", "total")):
                with self.subTest(file=file.name, words=words):
                    result = self.heaptally(*words, file)
                    self.assertEqual((result.status, result.stderr), (0, ""), result)

    def test_has_a_peak_of_each_process(self):
        """Version 1 knew none: it is worked out from its timeline."""
        for version, live in ((1, 5500), (2, 5600)):
            with self.subTest(version):
                answer = self.stats(GOLDEN / f"v{version}.heaptally", "--at", "peak:4000001")
                self.assertEqual(answer["total"]["bytes"], live)
                self.assertEqual(answer["exact"], version == 2)
                self.assertEqual(answer["moment_pid"], 4000001)

    def stats(self, file, *options):
        result = self.heaptally("stats", file, "--format", "json", *options)
        self.assertEqual(result.status, 0, result)
        return json.loads(result.stdout)


class Tree(Case):
    def test_by_process(self):
        result = self.heaptally("stats", TREE, "--group", "process")
        self.assertEqual(result.stdout.splitlines()[-2:], [
            "./prog --flag=a b (4000001): size=5000 B, count=51, average=98 B",
            "/usr/bin/true (78): size=1000 B, count=10, average=100 B"])

    def test_of_some_processes(self):
        for names in (("78",), ("true",), ("/usr/bin/*",), ("echo", "tru?")):
            with self.subTest(names):
                options = [word for name in names for word in ("--process", name)]
                result = self.heaptally("stats", TREE, "--group", "process", *options)
                self.assertIn("(78): size=1000 B", result.stdout)
                self.assertNotIn("(4000001): size", result.stdout)

    def test_in_the_summary(self):
        result = self.heaptally("summary", TREE)
        lines = [line.split() for line in result.stdout.splitlines()]
        for line in (
                "live at end 4000 B in 41 blocks (of each process, just before its end)",
                "note 13 frees of blocks from before a fork",
                "4000001 77 ./prog --flag=a b 3.400 s signal 11 5600 B 3000 B",
                "78 4000001 /usr/bin/true 1.500 s 0 1000 B 1000 B",
                "80 78 /sbin/ldconfig -p ? 2 not recorded: it is statically linked",
                "/bin/echo (4,000 processes) 700.0 ms 7 B 0 B"):
            with self.subTest(line):
                self.assertIn(line.split(), lines)
        self.assertEqual(self.heaptally("summary", "--all-processes", TREE), result)

    def test_refuses_processes_that_are_not_there(self):
        for words, problem in (
                (("--process", "nobody"), f"--process nobody: no such process; there are {PROCESSES}"),
                (("--at", "peak:7"), f"--at peak:7: no such process; there are {PROCESSES}"),
                (("--at", "peak:80"), "--at peak:80: the process was not recorded: it is statically"),
                (("--at", "peak:0"), "--at peak:0: is no moment of a run; give start, peak, peak:PID, peak-of:DOMAIN, end")):
            with self.subTest(words):
                self.assert_refused(2, problem, "stats", TREE, *words)


if __name__ == "__main__":
    unittest.main()
