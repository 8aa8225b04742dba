"""The page of `heaptally report`, opened and used: whatever is selected in it must come to what
the other commands say of the same selection, in the same units."""

import re
import unittest

from harness import marked_line, program
from real_programs import real_program
from report_page import TOO_SMALL, Keys, PageCase

SOURCE_FILE = "tests/e2e/programs/own_totals.cpp"

PYTHON = """
import json
tables = [{str(i): [i] * 7 for i in range(300)} for _ in range(40)]
text = json.dumps(tables)
del tables
again = json.loads(text)
"""
PERL = "my @all = map { { name => 'x' x $_, list => [1 .. $_ % 50] } } 1 .. 4000; print scalar @all"
JQ = "[range(20000) | {key: tostring, value: [., . * 2]}] | group_by(.value[0] % 10) | length"


def sites(recording, *options):
    """{label: (size, count)} as `stats` writes them."""
    text = recording.ask("stats", "--limit", "0", *options)
    return {found[1]: (found[2], found[3]) for found in
            re.finditer(r"^(.+): size=([^,]+), count=(\d+)", text, re.MULTILINE)}


class AgreesCase(PageCase):
    """What the page says, against what the commands say."""

    def assert_rows(self, page, recording, columns, *options):
        """Each row of the table says in `columns`, a size and a count, what `stats` says."""
        expected = sites(recording, *options)
        rows = page.rows()
        for name, cells in rows.items():
            if name == TOO_SMALL:
                continue
            size, count = expected.get(name, ("0 B", "0"))
            shown = (cells[columns[0]], cells[columns[1]].replace(",", ""))
            self.assertEqual(shown, (size, count), name)
        for name in expected:
            self.assertTrue(name in rows or TOO_SMALL in rows, name)

    def assert_total(self, page, total):
        """In bytes and in blocks; leaves the page at bytes."""
        page.unit("count")
        self.assertEqual(page.total(), total["count"])
        page.unit("bytes")
        self.assertEqual(page.total(), total["bytes"])

    def assert_agrees(self, page, recording):
        """All that can be asked of the whole run, and of a stretch of it."""
        for moment in ("peak", "end"):
            page.metric("live")
            page.moment(moment)
            self.assert_total(page, recording.stats("--at", moment)["total"])
            self.assert_rows(page, recording, ("live", "blocks"), "--at", moment)
        for metric, columns in (("total", ("total", "allocations")),):
            page.metric(metric)
            self.assert_total(page, recording.stats("--metric", metric)["total"])
            self.assert_rows(page, recording, columns, "--metric", metric)
        page.metric("temporary")
        self.assert_total(page, recording.stats("--metric", "temporary")["total"])
        for start, end in ((0.3, 0.7), (0.55, 0.2), (0.5, 1.0)):
            page.drag(start, end)
            self.assert_stretch(page, recording)

    def assert_stretch(self, page, recording):
        stretch = page.stretch()
        for metric in ("total", "temporary"):
            page.metric(metric)
            answer = recording.stats("--metric", metric, *stretch)
            self.assertEqual(answer["moment_ns"], page.state("range")[1])
            self.assertEqual(answer["from_ns"], page.state("range")[0])
            self.assert_total(page, answer["total"])
        self.assert_rows(page, recording, ("total", "allocations"), "--metric", "total", *stretch)
        at_end = stretch[1].replace("--to", "--at")
        page.metric("live")
        self.assert_total(page, recording.stats(at_end)["total"])
        self.assert_rows(page, recording, ("live", "blocks"), at_end)
        page.metric("growth")
        before = recording.stats(stretch[0].replace("--from", "--at"))["total"]
        after = recording.stats(at_end)["total"]
        rows = self.browser.script(
            "return heaptally.model.table().map(row => [row.live[0], row.blocks[0]])")
        for i, unit in enumerate(("bytes", "count")):
            self.assertEqual(sum(row[i] for row in rows), after[unit] - before[unit])


class OwnTotals(AgreesCase):
    def setUp(self):
        super().setUp()
        self.recording = self.record(program("own_totals"))
        self.page = self.make("report", self.recording)

    def line_label(self, name):
        return f"{SOURCE_FILE}:{marked_line(SOURCE_FILE, name)}"

    def own_rows(self):
        return {name: cells for name, cells in self.page.rows().items() if SOURCE_FILE in name}

    def test_agrees(self):
        self.assert_agrees(self.page, self.recording)

    def test_figures(self):
        figures = dict(self.browser.script(
            "return [...document.querySelectorAll('.figure')].map(e => "
            "[e.querySelector('dt').textContent, e.querySelector('dd').textContent])"))
        figures = {title: text.replace("\xa0", " ") for title, text in figures.items()}
        for title, options in (("Peak", ("--at", "peak")), ("Live at the end", ("--at", "end")),
                               ("Allocated", ("--metric", "total"))):
            text = self.recording.ask("stats", *options)
            self.assertIn(figures[title], text, title)
        temporary = self.recording.stats("--metric", "temporary")["total"]["count"]
        self.assertEqual(figures["Temporary"], f"{temporary:,}")
        self.assertIn(figures["Duration"], self.recording.ask("summary"))
        self.assertFalse(self.browser.is_shown("#names"))

    def test_whole_run_again(self):
        page = self.page
        whole = page.total()
        page.drag(0.4, 0.6)
        self.assertEqual(page.state("metric"), "growth")
        self.assertIn(" to ", self.browser.text("#range-text"))
        self.browser.click("#range-clear")
        self.assertEqual(self.browser.text("#range-text"), "Whole run")
        page.metric("live")
        self.assertEqual(page.total(), whole)

    def test_search(self):
        page = self.page
        self.browser.click('[data-kind="line"]')
        page.search("OWN_totals.cpp")
        rows = page.rows()
        self.assertTrue(rows)
        self.assertTrue(all("own_totals.cpp" in name for name in rows), rows)
        found = self.recording.stats("--all-frames", "--filter", f"*/{SOURCE_FILE}")["total"]
        page.unit("count")
        self.assertIn(f"“OWN_totals.cpp” matches {found['count']:,}, ",
                      self.browser.text("#flame-details"))
        page.search("no such name")
        self.assertEqual(page.rows(), {})
        self.assertIn("matches 0, 0.0 %", self.browser.text("#flame-details"))
        self.assertIn("Nothing", self.browser.text("#lines tbody"))
        page.search("")
        self.assertTrue(page.rows())

    def test_zoom_and_back(self):
        page = self.page
        whole = page.total()
        name, width = page.boxes()[0]
        page.click_box(name)
        self.assertNotEqual(page.state("zoom"), 0)
        self.assertEqual(page.total(), width)
        self.assertTrue(self.browser.is_shown("#zoom-out"))
        self.browser.click("#back")
        self.assertEqual(page.state("zoom"), 0)
        self.browser.click("#forward")
        self.assertEqual(page.total(), width)
        self.browser.click("#zoom-out")
        self.assertFalse(self.browser.is_shown("#zoom-out"))
        self.browser.press("0")
        self.assertEqual(self.browser.script("return heaptally.flame.width_[0]"), whole)

    def test_inverted_boxes_are_the_sites(self):
        page = self.page
        self.browser.click('[data-kind="line"]')
        self.browser.click('[data-inverted="true"]')
        answer = {row["label"]: row["size"] for row in self.recording.stats()["statistics"]}
        shown = dict(page.boxes())
        self.assertEqual(sum(shown.values()), sum(answer.values()))
        for name, size in shown.items():
            if name != TOO_SMALL:
                self.assertEqual(size, answer[name], name)

    def test_focus(self):
        page = self.page
        name = max(self.own_rows())
        line = name.rsplit(":", 1)[1]
        self.browser.script("""[...document.querySelectorAll('#lines tbody button')]
            .find(e => e.textContent === arguments[0]).click()""", name)
        through = ("--all-frames", "--filter", f"*/{SOURCE_FILE}:{line}")
        expected = self.recording.stats(*through)
        self.assertTrue(self.browser.is_shown("#focus-chip"))
        self.assertEqual(self.browser.text("#focus-name"), name)
        self.assert_total(page, expected["total"])
        self.assertIn(f"through {name}", self.browser.text("#table-note"))
        self.assert_rows(page, self.recording, ("live", "blocks"), *through)
        self.browser.click("#focus-clear")
        self.assert_total(page, self.recording.stats()["total"])

    def test_shift_click_focuses(self):
        name, width = self.page.boxes()[0]
        self.page.click_box(name, Keys.SHIFT)
        self.assertEqual(self.browser.text("#focus-name"), name)
        self.assertEqual(self.page.total(), width)

    def test_sort(self):
        page = self.page
        for key in page.columns()[1:]:
            with self.subTest(key):
                page.sort(key)
                if self.browser.find(f'#lines [data-key="{key}"]').get_attribute(
                        "aria-sort") != "descending":
                    page.sort(key)
                for direction in ("descending", "ascending"):
                    self.assertEqual(self.browser.find(
                        f'#lines [data-key="{key}"]').get_attribute("aria-sort"), direction)
                    values = self.browser.script("""
                        const {table} = heaptally;
                        return table.sorted(table.columns()).map(row => row[arguments[0]][0])
                        """, key)
                    self.assertEqual(values, sorted(values, reverse=direction == "descending"))
                    page.sort(key)
        page.sort("name")
        names = list(page.rows())
        self.assertEqual(names, sorted(names))
        page.sort("name")
        self.assertEqual(list(page.rows()), names[::-1])

    def test_groups(self):
        page = self.page
        for group, option in (("function", "function"), ("file", "filename"), ("module", "module")):
            self.browser.script("""const e = document.getElementById('group');
                e.value = arguments[0]; e.dispatchEvent(new Event('change'))""", group)
            rows = page.rows()
            answer = self.recording.stats("--group", option)
            sizes = self.browser.script("return heaptally.table.rows.map(row => row.live[0])")
            self.assertEqual(sum(sizes), answer["total"]["bytes"])
            self.assertTrue(rows)
        self.browser.click("#cumulative")
        module = self.recording.stats("--group", "module", "--cumulative")["statistics"][0]
        self.assertEqual(self.browser.script(
            "return heaptally.table.rows.find(row => row.name === arguments[0]).live[0]",
            module["module"]), module["size"])
        self.assertIn("overlap", self.browser.text("#table-note"))

    def test_source(self):
        self.assertTrue(self.browser.is_shown("#source"))
        text = (self.browser.script("return heaptally.model.raw.sources.length"))
        self.assertGreater(text, 0)
        self.browser.script("""const e = document.querySelector('#source select');
            e.value = [...e.options].map(o => o.value).find(v => v.endsWith(arguments[0]));
            e.dispatchEvent(new Event('change'))""", SOURCE_FILE)
        hot = dict(self.browser.script("""
            return [...document.querySelectorAll('#source tr.hot')].map(row =>
              [row.dataset.line, row.cells[0].textContent])"""))
        self.assertTrue(hot)
        expected = {name.rsplit(":", 1)[1]: size for name, (size, _) in
                    sites(self.recording).items() if SOURCE_FILE in name}
        self.assertEqual(hot, expected)

    def test_theme(self):
        def dark():
            return self.browser.script("return getComputedStyle(document.body).backgroundColor")
        light = dark()
        self.browser.click("#theme")
        self.assertNotEqual(dark(), light)
        self.browser.click("#theme")
        self.assertEqual(dark(), light)

    def test_on_paper(self):
        """Light, as wide as paper, and afterwards as before."""
        self.browser.emulate(dark=True)
        self.addCleanup(self.browser.emulate)
        state = "return [timeline.width, document.documentElement.dataset.theme]"
        wide = self.browser.script(state)
        self.browser.script("""
            window.addEventListener('beforeprint', () => {
              window.paper = [timeline.width, getComputedStyle(document.body).color];
            })""")
        paper = self.browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
        self.assertGreater(len(paper["data"]), 20_000)
        width, colour = self.browser.script("return window.paper")
        self.assertEqual(width, 2 * 760)
        self.assertEqual(colour, "rgb(28, 32, 36)")
        self.browser.wait(lambda: self.browser.script(state) == wide)

    def test_widths(self):
        for width in (320, 390, 1280, 2560):
            self.browser.resize(width, 900)
            self.browser.wait(lambda: self.browser.script(
                "return heaptally.timeline.width <= window.innerWidth"))
            self.assertLessEqual(
                self.browser.script("return document.documentElement.scrollWidth"),
                self.browser.script("return document.documentElement.clientWidth"), width)


class Keyboard(PageCase):
    def setUp(self):
        super().setUp()
        self.page = self.make("report", self.record(program("own_totals")))

    def focus(self, selector):
        self.browser.script("document.querySelector(arguments[0]).focus()", selector)

    def test_tab_goes_everywhere(self):
        self.browser.script("document.activeElement.blur()")
        order = []
        for _ in range(24):
            self.browser.press(Keys.TAB)
            order.append(self.browser.focused())
        wanted = ["theme", "show-help", "timeline", "metric=live", "metric=growth", "metric=total",
                  "metric=temporary", "moment=peak", "moment=end", "unit=bytes", "unit=count",
                  "search", "kind=function", "kind=line", "inverted=false", "inverted=true",
                  "flame", "group", "cumulative"]
        self.assertEqual([name for name in order if name in wanted], wanted)

    def test_focus_is_seen(self):
        for selector in ("#timeline", "#flame", "#search", '[data-metric="total"]'):
            self.browser.script("document.activeElement.blur()")
            self.focus(selector)
            self.browser.press(Keys.SHIFT)  # a key: focus is then the keyboard's
            style = self.browser.script(
                "const s = getComputedStyle(document.activeElement); return s.outlineStyle")
            self.assertNotEqual(style, "none", selector)

    def test_timeline(self):
        self.focus("#timeline")
        self.browser.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
        start, end = self.page.state("range")
        edges = self.browser.script("return [...heaptally.model.latest.edges]")
        self.assertEqual((start, end), (0, edges[-3]))
        self.browser.press((Keys.SHIFT, Keys.ARROW_RIGHT))
        self.assertEqual(self.page.state("range"), [edges[1], edges[-3]])
        text = self.browser.find("#timeline").get_attribute("aria-valuetext")
        self.assertRegex(text, r"^from .+ to .+$")
        self.browser.press(Keys.ESCAPE)
        self.assertIsNone(self.page.state("range"))

    def test_flame(self):
        page = self.page
        self.focus("#flame")
        self.browser.press(Keys.ARROW_DOWN)
        first = page.boxes()[0]
        self.assertIn(first[0], self.browser.text("#flame-details"))
        self.browser.press(Keys.ENTER)
        self.assertEqual(page.total(), first[1])
        self.assertNotEqual(page.state("zoom"), 0)
        self.browser.press(Keys.ESCAPE)
        self.assertEqual(page.state("zoom"), 0)
        if len(page.boxes()) > 1:
            self.browser.press(Keys.ARROW_RIGHT)
            self.assertIn(page.boxes()[1][0], self.browser.text("#flame-details"))
            self.browser.press(Keys.ARROW_LEFT)
        self.browser.press("f")
        self.assertEqual(self.browser.text("#focus-name"), first[0])
        self.browser.press(Keys.ESCAPE)
        self.assertIsNone(page.state("focus"))
        self.browser.press(Keys.ARROW_UP, Keys.ARROW_UP)
        self.assertTrue(self.browser.text("#flame-details").startswith("all"))

    def test_shortcuts(self):
        page = self.page
        self.browser.press("/")
        self.assertEqual(self.browser.focused(), "search")
        self.browser.press("m", "a", "i", "n")
        self.assertEqual(page.state("search"), "main")
        self.browser.press(Keys.ESCAPE)
        self.assertNotEqual(self.browser.focused(), "search")
        self.browser.press("i")
        self.assertTrue(page.state("inverted"))
        self.browser.press((Keys.ALT, Keys.ARROW_LEFT))
        self.assertFalse(page.state("inverted"))
        self.browser.press((Keys.ALT, Keys.ARROW_RIGHT))
        self.assertTrue(page.state("inverted"))
        page.drag(0.3, 0.6)
        self.browser.press("0")
        self.assertIsNone(page.state("range"))
        self.browser.press("?")
        self.assertTrue(self.browser.is_shown("#help"))
        self.browser.press(Keys.ESCAPE)
        self.assertFalse(self.browser.is_shown("#help"))

    def test_table_by_keyboard(self):
        self.focus('#lines thead [data-key="total"] button')
        self.browser.press(Keys.ENTER)
        cell = self.browser.find('#lines thead [data-key="total"]')
        self.assertEqual(cell.get_attribute("aria-sort"), "descending")
        self.browser.press(Keys.ENTER)  # the focus has stayed
        cell = self.browser.find('#lines thead [data-key="total"]')
        self.assertEqual(cell.get_attribute("aria-sort"), "ascending")


class RealPrograms(AgreesCase):
    def record_program(self, name, *arguments, **how):
        recording = self.record(real_program(name), *arguments, **how)
        self.assertEqual(recording.result.status, 0, recording.result)
        return recording

    def test_python(self):
        recording = self.record_program("python3", "-c", PYTHON)
        self.assert_agrees(self.make("report", recording), recording)

    def test_perl(self):
        recording = self.record_program("perl", "-e", PERL)
        self.assert_agrees(self.make("report", recording), recording)

    def test_jq(self):
        recording = self.record_program("jq", "-n", JQ)
        self.assert_agrees(self.make("report", recording), recording)


if __name__ == "__main__":
    unittest.main()
