"""Flame graphs, as pages and as drawings: their totals are those of `stats`, and of one another."""

import re
import unittest
import xml.etree.ElementTree as ElementTree

from harness import program, sample
from report_page import PageCase

SVG = "{http://www.w3.org/2000/svg}"


class Flame(PageCase):
    def setUp(self):
        super().setUp()
        self.recording = self.record(program("own_totals"))

    def drawing(self, *files, options=()):
        """{title of a box: amounts in it}, in the order drawn; the first is the whole."""
        path = self.folder / "drawing.svg"
        result = self.heaptally("flame", "-f", *[file.path for file in files], "-o", path, *options)
        self.assertEqual(result.status, 0, result)
        self.browser.open(path)
        self.assertEqual(self.browser.find_all("parsererror"), [])
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.requests(), [])
        self.assertGreater(self.browser.find("rect").size["width"], 0)
        return [group.findtext(SVG + "title") for group in
                ElementTree.parse(path).getroot().iter(SVG + "g")]

    def folded_sum(self, *options):
        text = self.recording.ask("flame", "-o", "-", "--format", "folded", *options)
        return sum(int(line.rsplit(" ", 1)[1]) for line in text.splitlines())

    def test_page_drawing_and_stacks_agree(self):
        for metric, options in (("live", ()), ("total", ("--metric", "total")),
                                ("temporary", ("--metric", "temporary"))):
            with self.subTest(metric):
                expected = self.recording.stats(*options)["total"]
                page = self.make("flame", self.recording, options=options)
                self.assertEqual(page.state("metric"), metric)
                self.assertEqual(page.total(), expected["bytes"])
                self.assertFalse(self.browser.is_shown("#timeline"))
                self.assertFalse(self.browser.is_shown("#lines"))
                page.unit("count")
                self.assertEqual(page.total(), expected["count"])
                self.assert_silent()
                whole = self.drawing(self.recording, options=options)[0]
                self.assertIn(f"({expected['bytes']:,} B), 100.0 % of all", whole)
                self.assertEqual(self.folded_sum(*options), expected["bytes"])
                self.assertEqual(self.folded_sum("--sort", "count", *options), expected["count"])

    def test_every_selection(self):
        for options in (("--at", "end"), ("--metric", "total", "--from", "30%", "--to", "60%"),
                        ("--filter", "*/own_totals.cpp"), ("--at", "50%")):
            with self.subTest(options):
                expected = self.recording.stats(*options)["total"]["bytes"]
                whole = self.drawing(self.recording, options=options)[0]
                self.assertIn(f"({expected:,} B)", whole)
                self.assertEqual(self.folded_sum(*options), expected)

    def test_inverted(self):
        expected = self.recording.stats()["total"]["bytes"]
        page = self.make("flame", self.recording, options=("--invert",))
        self.assertTrue(page.state("inverted"))
        self.assertEqual(page.total(), expected)
        titles = self.drawing(self.recording, options=("--invert", "--group", "lineno"))
        first = max(self.recording.stats()["statistics"], key=lambda row: row["size"])
        self.assertIn(f"{first['file']}:{first['line']}", titles[1])
        self.assertIn(f"({first['size']:,} B)", titles[1])

    def test_zoom_search_and_reset(self):
        page = self.make("flame", self.recording)
        name, width = page.boxes()[0]
        page.click_box(name)
        self.assertEqual(page.total(), width)
        self.browser.press("0")
        page.search(name[:6])
        self.assertRegex(self.browser.text("#flame-details"), r"matches .+ % of all$")

    def test_comparison(self):
        other = self.record(sample("list"))
        expected = [recording.stats()["total"]["bytes"] for recording in (self.recording, other)]
        self.make("flame", self.recording, other)
        self.assertEqual(self.browser.script("return heaptally.flame.sums.map(sums => sums[0])"),
                         expected)
        self.assert_silent()
        whole = self.drawing(self.recording, other)[0]
        self.assertEqual([int(number.replace(",", "")) for number in
                          re.findall(r"\(([\d,]+) B\)", whole)], expected[::-1])


if __name__ == "__main__":
    unittest.main()
