"""samples/snapshots: what the program prints of its own snapshots, and what heaptally says."""

import re
import unittest

from harness import Case, Recording, marked_line, run_alone, sample

# Each program's lines that allocate, by marker: the key of what it knows of them, and the size of
# one block (None: one block for all).
SITES = {
    "boxed": {"list": ("list_bytes", None), "numbers": ("numbers_bytes", 8),
              "buckets": ("buckets_bytes", None), "nodes": ("nodes_bytes", 24)},
    "packed": {"list": ("list_bytes", None), "table": ("table_bytes", None)},
}
ROW = re.compile(r"(?P<place>\S+): size=(?P<size>[^,]+), count=(?P<count>[^,]+), average=.*")


def split(output):
    """(rows, numbers by key) of what a program printed."""
    lines = output.splitlines()
    rows = [ROW.fullmatch(line) for line in lines if ROW.fullmatch(line)]
    values = dict(line.split("=") for line in lines if not ROW.fullmatch(line))
    return rows, {key: int(value) for key, value in values.items()}


class Snapshots(Case):
    def recorded(self, name, *arguments, options=("--stopped",)):
        recording = self.record(sample(f"snapshots/{name}"), *arguments, options=options)
        self.assertEqual(recording.result.status, 0, recording.result)
        return recording, *split(recording.result.stdout)

    def snapshot(self, name, when):
        return Recording(self.folder / f"{name}-{when}.heaptally")

    def line(self, name, marker):
        return marked_line(f"samples/snapshots/{name}.cpp", f"allocates the {marker}")

    def test_own_numbers(self):
        for name, sites in SITES.items():
            for count in ("0", "10", "5000"):
                with self.subTest(name, count=count):
                    recording, _, own = self.recorded(name, count)
                    after = self.snapshot(name, "after")
                    for marker, (key, block) in sites.items():
                        size = own[key]
                        wanted = (size, size // block if block else int(size > 0))
                        line = self.line(name, marker)
                        path = f"samples/snapshots/{name}.cpp"
                        self.assertEqual(after.at_line(path, line, "--at", "end"), wanted, marker)
                        self.assertEqual(recording.at_line(path, line, "--metric", "total"), wanted)
                        self.assertEqual(recording.at_line(path, line, "--at", "end"), (0, 0))

    def test_prints_the_top_lines(self):
        """Those of stats and diff, word for word but for the path, and the largest first."""
        for name, sites in SITES.items():
            with self.subTest(name):
                _, rows, _ = self.recorded(name, "5000")
                shown = len(sites) if name == "packed" else 3
                self.assertEqual(len(rows), 2 * shown)
                texts = [row.group() for row in rows]
                stats = self.snapshot(name, "after").ask(
                    "stats", "--at", "end", "--limit", "3")
                diff = self.snapshot(name, "after").ask(
                    "diff", "--from", "end", "--to", "end", "--limit", "3",
                    self.folder / f"{name}-before.heaptally")
                for text in texts[:shown]:
                    self.assertIn(f"\n{text}\n", stats)
                for text in texts[shown:]:
                    self.assertIn(f"\n{text}\n", diff)
                self.assertIn(f":{self.line(name, 'list')}", rows[0]["place"] + rows[1]["place"])

    def test_nothing_of_the_reading_is_recorded(self):
        """All that the recording holds are the lines of the program, and stdio's buffer not."""
        recording, _, own = self.recorded("packed", "5000")
        total = recording.stats("--metric", "total")["total"]
        self.assertEqual((total["bytes"], total["count"]),
                         (own["list_bytes"] + own["table_bytes"], 2))

    def test_alone_it_says_so(self):
        for name in SITES:
            alone = run_alone(sample(f"snapshots/{name}"), "100", cwd=self.folder)
            rows, own = split(alone.stdout)
            self.assertEqual((alone.status, rows, own["sum_of_tenths"]), (0, [], 540), alone)
            self.assertRegex(alone.stderr, rf"\A{name}-before.heaptally: the program is not recorded; "
                                           r"run it by heaptally record --stopped\n\Z")

    def test_a_folder_that_cannot_be_written(self):
        (self.folder / "packed-before.heaptally").mkdir()
        (self.folder / "packed-before.heaptally" / "file").touch()
        recording = self.record(sample("snapshots/packed"), "100", options=("--stopped",))
        self.assertEqual(recording.result.status, 0, recording.result)
        self.assertIn("packed-before.heaptally: File exists\n", recording.result.stderr)

    def test_bad_arguments(self):
        result = run_alone(sample("snapshots/boxed"), "-1")
        self.assertEqual((result.status, result.stdout), (2, ""))
        self.assertRegex(result.stderr, r"\Ausage: [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()
