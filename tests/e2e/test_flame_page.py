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

    def test_deeper_than_a_canvas(self):
        """More rows than browsers can draw: zooming in reaches the rest."""
        page = self.make("flame", self.recording)
        self.browser.script("""
            const {model, flame} = heaptally, {calls} = model, deep = 5000;
            const start = calls.parent.length, row = model.latest.rowNode.length - 1;
            const extend = (old, value) =>
              Int32Array.from({length: start + deep}, (_, i) => i < start ? old[i] : value(i));
            calls.parent = extend(calls.parent, i => i === start ? 0 : i - 1);
            // Two places in turns: calls of one to itself would look alike.
            calls.place = extend(calls.place, i => 1 + i % 2);
            model.latest.rowNode[row] = start + deep - 1;
            model.latest.atPeak.bytes[row] = 1e9;
            model.views.clear();
            model.known.values.results.clear();
            model.set({metric: 'total'});
            model.set({metric: 'live'});""")
        self.assertIn("more calls below are not drawn", self.browser.text("#flame-details"))
        self.assertLessEqual(self.browser.script("return flame.height"), 16384)
        rows = self.browser.script("return Math.max(...heaptally.flame.boxes.map(box => box.y))")
        deepest = self.browser.script("""
            const {flame, model} = heaptally;
            const box = flame.boxes.reduce((a, b) => b.y > a.y ? b : a);
            model.set({zoom: box.node});
            const depth = node => node === 0 ? 0 : 1 + depth(flame.view.parent[node]);
            return Math.max(...flame.boxes.map(box => depth(box.node)))""")
        self.assertGreater(deepest, rows + 100)
        # What is drawn is drawn: a row in the middle has the colour of a box.
        self.assertNotEqual(self.browser.script(
            "return [...flame.getContext('2d').getImageData(200, 4000, 1, 1).data]"), [0, 0, 0, 0])
        self.assertGreater(page.total(), 0)

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
