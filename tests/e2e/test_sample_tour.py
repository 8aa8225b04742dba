"""The tour of the samples: what `./run.sh` and `./run.sh samples NAME` show."""

import contextlib
import io
import sys
import unittest

from harness import BUILD, HEAPTALLY, SOURCE, Case, run

sys.path.insert(0, str(SOURCE / "samples"))

from catalogue import ORDER, all_samples, command  # noqa: E402
from tour import Tour, Trouble, label, show_all  # noqa: E402


class TourCase(Case):
    def tour(self, *words, programs=BUILD / "bin"):
        return run(sys.executable, "-B", SOURCE / "samples" / "tour.py", programs, self.folder,
                   *words)

    def test_every_sample_shows_what_it_promises(self):
        for sample in all_samples():
            with self.subTest(sample.name):
                result = self.tour(sample.name, sample.size.small)
                self.assertEqual((result.status, result.stderr), (0, ""), result)
                self.assertTrue(result.stdout.startswith(sample.title + "\n"), result.stdout)
                for program in sample.programs:
                    self.assertIn(f"\n  {label(program)} ", result.stdout)
                for line in sample.ask:
                    self.assertIn(f"\n$ heaptally {line}\n", result.stdout)
                self.assertIn("<html", (self.folder / sample.name / "page.html").read_text())

    def test_all_in_one_table(self):
        samples = [sample for sample in all_samples() if sample.name in ("generator", "threads")]
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            show_all(Tour(BUILD / "bin", self.folder), samples)
        lines = text.getvalue().splitlines()
        for sample in samples:
            at = lines.index(f"{sample.name}: {sample.title}")
            for place, program in enumerate(sample.programs, at + 1):
                self.assertTrue(lines[place].startswith(f"  {label(program)} "), lines[place])
        self.assertRegex(text.getvalue(), r"\n  list \(eager\) +12 MiB +16 MiB +23 +1 +[0-9]+ ms  "
                                          r"list/main.cpp:[0-9]+\n")
        self.assertRegex(text.getvalue(), r"\n  generator \(lazy\) +75 KiB  165 x less +75 KiB +3 ")

    def test_what_was_not_built_is_left_out(self):
        """As if the libraries were missing that it needs."""
        programs = self.folder / "bin"
        (programs / "samples").mkdir(parents=True)
        (programs / "heaptally").symlink_to(HEAPTALLY)
        for name in ("list", "generator"):
            (programs / "samples" / name).symlink_to(BUILD / "bin" / "samples" / name)
        result = self.tour("generator", "10", programs=programs)
        self.assertEqual((result.status, result.stderr), (0, ""), result)
        self.assertIn("\nnot built, and left out: generator_by_clang\n", result.stdout)
        self.assertIn("\n$ heaptally stats generator.heaptally ", result.stdout)
        self.assertNotIn("\n$ heaptally stats generator_by_clang", result.stdout)
        result = self.tour("server", programs=programs)
        self.assertEqual((result.status, result.stderr), (0, ""), result)
        self.assertIn("not built, and left out: scrape_eager, ", result.stdout)

    def test_no_sample_is_forgotten(self):
        folders = {path.parent.name for path in (SOURCE / "samples").glob("*/sample.toml")}
        self.assertEqual(set(ORDER), folders)
        listed = self.tour("list").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in listed], list(ORDER))

    def test_bad_input(self):
        for says, *words in (
                ("there is no sample nothing; there are generator", "nothing"),
                ("generator takes one size, in numbers: from 0 to 100,000,000, ", "generator",
                 "many"),
                ("generator takes one size, in numbers", "generator", "1", "2"),
                ("generator takes one size, in numbers", "generator", "100000001"),
                ("types takes one size, in objects of each kind: from 10 to ", "types", "9")):
            with self.subTest(words):
                result = self.tour(*words)
                self.assertEqual((result.status, result.stdout), (1, ""), result)
                self.assertRegex(result.stderr, rf"\Asamples: {says}[^\n]*\n\Z")

    def test_the_least_size_is_one_that_programs_take(self):
        for sample in all_samples():
            commands = [(words, 0) for words in sample.prepare]
            commands += [(program.run, program.status) for program in sample.programs]
            for words, status in commands:
                result = run(*command(words, BUILD / "bin" / "samples", sample.size.least),
                             cwd=self.folder)
                self.assertEqual(result.status, status, (words, result))

    def test_programs_that_disagree_are_told(self):
        sample = all_samples()[0]
        with self.assertRaisesRegex(Trouble, "do not agree on sum"):
            Tour.require_same(sample, {"list": "count=1\nsum=1\n", "generator": "count=1\nsum=2\n"})
        with self.assertRaisesRegex(Trouble, "not all programs say sum"):
            Tour.require_same(sample, {"list": "count=1\n", "generator": "count=1\n"})


if __name__ == "__main__":
    unittest.main()
