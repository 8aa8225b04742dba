"""Names that mean harm, and recordings of nothing: pages and drawings show them as text."""

import unittest
import xml.etree.ElementTree as ElementTree

from harness import BUILD, Recording, program, run
from report_page import Keys, PageCase

SVG = "{http://www.w3.org/2000/svg}"


class HostileNames(PageCase):
    def setUp(self):
        super().setUp()
        path = self.folder / "hostile.heaptally"
        result = run(BUILD / "bin" / "e2e" / "hostile_recording", path)
        self.assertEqual(result.status, 0, result)
        self.names = [bytes.fromhex(line) for line in result.stdout.split()]
        self.recording = Recording(path)

    @staticmethod
    def shown(name, length=400):
        """A name as pages show it: control characters as the terminal writes them, and its
        beginning if it is long. None if it is not UTF-8, of which there are many ways."""
        try:
            text = name.decode()
        except UnicodeDecodeError:
            return None
        text = "".join(f"\\x{ord(c):02x}" if ord(c) < 32 or ord(c) == 127 else c for c in text)
        return text[:length]

    def assert_harmless(self):
        """Nothing came to life: no element that the page has not by itself."""
        counts = {tag: len(self.browser.find_all(tag))
                  for tag in ("script", "style", "img", "svg", "b", "iframe", "object", "link")}
        self.assertEqual(counts, {"script": 2, "style": 1, "img": 0, "svg": 0, "b": 0, "iframe": 0,
                                  "object": 0, "link": 1})
        self.assertNotEqual(self.browser.driver.title, "owned")
        self.assertTrue(self.browser.driver.title.endswith("heaptally"))

    def assert_fits(self):
        self.assertLessEqual(self.browser.script("return document.documentElement.scrollWidth"),
                             self.browser.script("return document.documentElement.clientWidth"))

    def test_page(self):
        page = self.make("report", self.recording)
        self.assert_harmless()
        page.metric("total")
        for kind in ("line", "function", "file", "module"):
            self.browser.script("""const e = document.getElementById('group');
                e.value = arguments[0]; e.dispatchEvent(new Event('change'))""", kind)
            rows = list(page.rows())
            # Those that are the same as far as they are shown share a row or look alike.
            for name in self.names:
                text = self.shown(name, 100)
                if text is not None:
                    self.assertTrue(any(text in row for row in rows), (kind, text))
            self.assertTrue(all(len(row) < 1000 for row in rows))
            self.assert_harmless()
        self.assertEqual(page.total(), sum(1000 * (i + 1) for i in range(len(self.names))))
        for width in (390, 1280):
            self.browser.resize(width, 900)
            self.assert_fits()

    def test_every_box_is_text(self):
        page = self.make("report", self.recording)
        for kind in ("line", "function"):
            self.browser.click(f'[data-kind="{kind}"]')
            self.browser.script("document.getElementById('flame').focus()")
            for i, (name, _) in enumerate(page.boxes()):
                self.browser.press(Keys.ARROW_DOWN if i == 0 else Keys.ARROW_RIGHT)
                self.assertIn(name[:100], self.browser.text("#flame-details"))
        self.assert_harmless()

    def test_focus_and_search(self):
        page = self.make("report", self.recording)
        for name in self.names[:5]:
            text = name.decode()
            page.search(text)
            self.assertTrue(page.rows(), text)
            self.browser.click("#lines tbody button")
            self.assertIn(text, self.browser.text("#focus-name"))
            self.assertTrue(self.browser.script("return heaptally.model.kept(0).includes(1)"))
            self.browser.click("#focus-clear")
        self.assert_harmless()

    def test_marks_and_tips(self):
        page = self.make("report", self.recording)
        marks = self.browser.script("return heaptally.model.latest.marks.map(mark => mark[1])")
        for name, mark in zip(self.names, marks):
            text = self.shown(name, 100)
            if text is not None:
                self.assertTrue(mark.startswith(text), mark)
        canvas = self.browser.find("#flame")
        self.browser.actions().move_to_element(canvas).perform()
        self.assertTrue(self.browser.is_shown("#tip"))
        self.assertLess(len(self.browser.text("#tip")), 2000)
        self.assert_harmless()
        self.assertGreater(page.total(), 0)

    def test_flame_page(self):
        self.make("flame", self.recording)
        self.assert_harmless()

    def test_flame_drawing(self):
        path = self.folder / "hostile.svg"
        result = self.heaptally("flame", self.recording.path, "-o", path, "--group", "lineno")
        self.assertEqual(result.status, 0, result)
        root = ElementTree.parse(path).getroot()
        tags = {element.tag for element in root.iter()}
        self.assertEqual(tags,
                         {SVG + tag for tag in ("svg", "title", "style", "rect", "text", "g")})
        titles = [element.findtext(SVG + "title") for element in root.iter(SVG + "g")]
        for name in self.names[:5]:
            self.assertTrue(any(name.decode() in title for title in titles), name)
        self.browser.open(path)
        self.assertEqual(self.browser.find_all("parsererror"), [])
        self.assertEqual(self.browser.find_all("script"), [])
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.requests(), [])


class Nothing(PageCase):
    def test_filter_that_matches_nothing(self):
        recording = self.record(program("own_totals"))
        for files in ((recording,), (recording, recording)):
            page = self.make("report", *files, options=("--filter", "/nowhere/*"))
            for metric in ("live", "total", "temporary", "growth"):
                page.metric(metric)
                self.assertEqual(page.total(), 0)
                self.assertIn("Nothing", self.browser.text("#lines tbody"))
            page.drag(0.2, 0.8)
            self.assertEqual(page.total(), 0)
            self.assertIn("--filter '/nowhere/*'", page.notes())
            self.assertFalse(self.browser.is_shown("#source"))


if __name__ == "__main__":
    unittest.main()
