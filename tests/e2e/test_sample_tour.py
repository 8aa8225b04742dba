"""The tour of the samples: what `./run.sh` and `./run.sh samples NAME` show."""

import sys
import unittest

from harness import BUILD, SOURCE, Case, run

sys.path.insert(0, str(SOURCE / "samples"))

from catalogue import ORDER, all_samples  # noqa: E402
from tour import Tour, Trouble, label  # noqa: E402


class TourCase(Case):
    def tour(self, *words):
        return run(sys.executable, "-B", SOURCE / "samples" / "tour.py", BUILD / "bin",
                   self.folder, *words)

    def test_every_sample_shows_what_it_promises(self):
        for sample in all_samples():
            with self.subTest(sample.name):
                size = [] if sample.small_size is None else [sample.small_size]
                result = self.tour(sample.name, *size)
                self.assertEqual((result.status, result.stderr), (0, ""), result)
                self.assertTrue(result.stdout.startswith(sample.title + "\n"), result.stdout)
                for program in sample.programs:
                    self.assertIn(f"\n  {label(program)} ", result.stdout)
                for line in sample.ask:
                    self.assertIn(f"\n$ heaptally {line}\n", result.stdout)
                self.assertIn("<html", (self.folder / sample.name / "page.html").read_text())

    def test_no_sample_is_forgotten(self):
        folders = {path.parent.name for path in (SOURCE / "samples").glob("*/sample.toml")}
        self.assertEqual(set(ORDER), folders)
        listed = self.tour("list").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in listed], list(ORDER))

    def test_bad_input(self):
        for says, *words in (("there is no sample nothing; there are generator", "nothing"),
                             ("generator takes one size, in numbers", "generator", "many"),
                             ("generator takes one size, in numbers", "generator", "1", "2")):
            with self.subTest(words):
                result = self.tour(*words)
                self.assertEqual((result.status, result.stdout), (1, ""), result)
                self.assertRegex(result.stderr, rf"\Asamples: {says}[^\n]*\n\Z")

    def test_programs_that_disagree_are_told(self):
        sample = all_samples()[0]
        with self.assertRaisesRegex(Trouble, "do not agree on sum"):
            Tour.require_same(sample, {"list": "count=1\nsum=1\n",
                                            "generator": "count=1\nsum=2\n"})


if __name__ == "__main__":
    unittest.main()
