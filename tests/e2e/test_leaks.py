"""A program that knows what it leaks, by line and by the phase in which it was allocated."""

import json
import unittest

from harness import SOURCE, Case, key_values, marked_line, program

SOURCE_FILE = "tests/e2e/programs/leaks.cpp"
NAMES = ("malloc", "calloc", "new")
PHASES = 4
QUIET_NS = 150_000_000  # half of what the program sleeps


def own_leaks(recording, first):
    """{line: (size, count)} of what the phases from `first` on have leaked, by the program."""
    own = key_values(recording.result.stdout)
    return {marked_line(SOURCE_FILE, name):
            tuple(sum(own[f"{phase}.{name}.{unit}"] for phase in range(first, PHASES))
                  for unit in ("bytes", "count")) for name in NAMES}


def phase_starts(recording):
    """When the phases began, in ns: the rows of the timeline that follow a silence."""
    rows = recording.query("SELECT start_ns, width_ns FROM timeline ORDER BY start_ns")
    starts = [now[0] for before, now in zip(rows, rows[1:]) if now[0] - sum(before) > QUIET_NS]
    assert len(starts) == PHASES - 1, rows
    return [0, *starts]


class Leaks(Case):
    def leaks(self, recording, *options):
        return json.loads(recording.ask("leaks", "--format", "json", "--limit", "0", *options))

    def lines(self, recording, *options):
        """{line: (size, count)} of the program's own source."""
        answer = self.leaks(recording, *options)
        self.assertTrue(answer["exact"] and answer["finished"], answer)
        return {row["line"]: (row["size"], row["count"]) for row in answer["leaks"]
                if row["file"] and row["file"].endswith("/" + SOURCE_FILE)}

    def assert_exact(self, recording):
        self.assertEqual(recording.result.status, 0, recording.result)
        self.assertEqual(self.lines(recording), own_leaks(recording, 0))
        for phase, start in enumerate(phase_starts(recording)):
            expected = own_leaks(recording, phase)
            with self.subTest(phase=phase):
                self.assertEqual(self.lines(recording, "--from", f"{start}ns"), expected)
                # In the silence before it every moment is an edge.
                if phase > 0:
                    self.assertEqual(self.lines(recording, "--from", f"{start - 50_000_000}ns"),
                                     expected)
        self.assertEqual(self.lines(recording, "--from", "end"), {})

    def test_each_line_from_each_phase_on(self):
        self.assert_exact(self.record(program("leaks")))

    def test_an_image_leaks_what_it_holds_when_another_program_replaces_it(self):
        self.assert_exact(self.record(program("leaks"), "exec"))

    def test_the_sum_from_any_edge_is_that_of_the_survivors(self):
        recording = self.record("perl", "-e", "my @a = map { [1 .. $_ % 30] } 1 .. 20000; exit 0")
        whole = self.leaks(recording)["total"]
        self.assertEqual(whole["bytes"], recording.header("live_at_end_bytes"))
        self.assertGreater(whole["count"], 1_000)
        self.assertEqual(self.leaks(recording, "--from", "0")["total"], whole)
        rows = recording.query("SELECT start_ns FROM survivors ORDER BY start_ns")
        totals = [self.leaks(recording, "--from", f"{start}ns")["total"]["bytes"]
                  for (start,) in rows[:20]]
        self.assertEqual(totals, sorted(totals, reverse=True))
        self.assertEqual(len(set(totals)), len(totals))
        self.assertEqual(totals[0], whole["bytes"])

    def test_suppressions(self):
        recording = self.record(program("leaks"))
        own = own_leaks(recording, 0)
        everything = self.leaks(recording)["total"]["bytes"]
        known = self.folder / "known.supp"
        known.write_text("# of the program\nleak:^nothing$\nleak:programs/leaks.cpp$\n")
        answer = self.leaks(recording, "--suppressions", known)
        suppressed = sum(size for size, _ in own.values())
        self.assertEqual([row["bytes"] for row in answer["suppressed"]], [0, suppressed])
        self.assertEqual(answer["total"]["bytes"], everything - suppressed)
        text = recording.ask("leaks", "--suppressions", known)
        self.assertIn("# suppressed: ", text)
        self.assertIn("leak:programs/leaks.cpp$", text)

    def test_bad_input(self):
        recording = self.record("true")
        broken = self.folder / "broken.supp"
        broken.write_text("leak:a\nrace:b\n")
        self.assert_refused(1, f"{broken}:2: ", "leaks", recording.path, "--suppressions", broken)
        self.assert_refused(1, "/nowhere: ", "leaks", recording.path, "--suppressions", "/nowhere")
        self.assert_refused(2, "--from soon: ", "leaks", recording.path, "--from", "soon")
        self.assert_refused(2, "--from 5h: ", "leaks", recording.path, "--from", "5h")

    def test_of_an_earlier_version(self):
        old = SOURCE / "tests/recording/golden/v2.heaptally"
        self.assertEqual(self.heaptally("leaks", old).status, 0)
        self.assert_refused(1, "an earlier version", "leaks", old, "--from", "1s")


if __name__ == "__main__":
    unittest.main()
