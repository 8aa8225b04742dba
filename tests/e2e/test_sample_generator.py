"""The samples know their own allocations: the recording must say exactly the same."""

import unittest

from harness import Case, key_values, marked_line, run_alone, sample

# The line that allocates in each sample.
SITES = {"list": "samples/list/main.cpp", "generator": "samples/support/generator.h",
         "generator_by_clang": "samples/support/generator.h"}


class Samples(Case):
    def recorded(self, name, *arguments):
        """The recording of a sample, what it printed, and the line that allocates."""
        recording = self.record(sample(name), *arguments)
        self.assertEqual(recording.result.status, 0, recording.result)
        return recording, key_values(recording.result.stdout), marked_line(SITES[name], "allocates")

    def test_prints_the_same_as_alone(self):
        for name in SITES:
            with self.subTest(name):
                alone = run_alone(sample(name))
                recorded = self.record(sample(name)).result
                self.assertEqual((recorded.status, recorded.stdout), (alone.status, alone.stdout))

    def test_total_and_end_are_exact(self):
        for name, site in SITES.items():
            for count in ("0", "1", "1000", "1000000"):
                with self.subTest(name, count=count):
                    recording, own, line = self.recorded(name, count)
                    self.assertEqual(recording.at_line(site, line, "--metric", "total"),
                                     (own["bytes"], own["allocations"]))
                    self.assertEqual(recording.at_line(site, line, "--at", "end"), (0, 0))
                    self.assertEqual(own["live_at_end"], 0)

    def test_what_compilers_make_of_a_coroutine(self):
        for name, allocations in (("generator", 1), ("generator_by_clang", 0)):
            recording, _, line = self.recorded(name)
            self.assertEqual(recording.at_line(SITES[name], line, "--metric", "total")[1],
                             allocations)

    # Only the list's: the generator's few bytes are gone when stdio allocates the buffer
    # that makes the program's peak.
    def test_the_list_is_the_peak(self):
        recording, own, line = self.recorded("list")
        size, count = recording.at_line(SITES["list"], line, "--at", "peak")
        self.assertEqual((size, count), (own["peak_bytes"], 2))

    def test_a_summary_names_the_command(self):
        for name in SITES:
            with self.subTest(name):
                recording, _, _ = self.recorded(name)
                self.assertIn(str(sample(name)), recording.ask("summary"))

    def test_another_status_is_passed_on(self):
        recording = self.record(sample("list"), "many")
        self.assertEqual(recording.result.status, 2)
        self.assertTrue(recording.result.stderr.startswith("usage: "), recording.result)


if __name__ == "__main__":
    unittest.main()
