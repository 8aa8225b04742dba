"""The page of two recordings: old beside new, as `heaptally diff` has them."""

import re
import unittest

from harness import sample
from real_programs import real_program
from report_page import TOO_SMALL, PageCase

PROGRAM = "[range(%d) | {key: tostring, value: [., . * 2]}] | group_by(.value[0] %% 10) | length"


class Comparison(PageCase):
    def setUp(self):
        super().setUp()
        self.old = self.record(real_program("jq"), "-n", PROGRAM % 3000)
        self.new = self.record(real_program("jq"), "-n", PROGRAM % 9000)
        self.page = self.make("report", self.old, self.new)

    def sums(self):
        """(old, new) of all that the flame graph shows."""
        return tuple(self.browser.script("return heaptally.flame.sums.map(sums => sums[0])"))

    def totals(self, *options):
        return tuple(recording.stats(*options)["total"] for recording in (self.old, self.new))

    def assert_shows(self, totals):
        for unit in ("count", "bytes"):
            self.page.unit(unit)
            self.assertEqual(self.sums(), tuple(total[unit] for total in totals))

    def test_totals(self):
        self.assertEqual(self.browser.text("#title"), "Comparison")
        self.assert_shows(self.totals("--at", "peak"))
        self.page.moment("end")
        self.assert_shows(self.totals("--at", "end"))
        for metric in ("total", "temporary"):
            self.page.metric(metric)
            self.assert_shows(self.totals("--metric", metric))

    def test_stretch(self):
        page = self.page
        page.drag(0.2, 0.6)
        start, end = page.state("range")
        page.metric("total")
        stretches = []
        for recording in (self.old, self.new):
            last = recording.header("duration_ns")
            stretches.append(recording.stats("--metric", "total", f"--from={min(start, last)}ns",
                                             f"--to={min(end, last)}ns")["total"])
        self.assert_shows(stretches)

    def test_table(self):
        """What changed most, first; all four columns of a line are those of `diff`."""
        page = self.page
        page.metric("total")
        text = self.new.ask("diff", self.old.path, "--metric", "total", "--limit", "0")
        answer = {found[1]: found.groups()[1:] for found in re.finditer(
            r"^(.+): size=([^ ]+ \w+)(?: \(([^)]+)\))?, count=", text, re.MULTILINE)}
        rows = page.rows()
        self.assertTrue(rows)
        self.assertEqual(page.columns(), ["name", "before", "after", "change", "factor"])
        changes = self.browser.script(
            "return heaptally.table.rows.map(row => row.total[1] - row.total[0])")
        shown = self.browser.script("""const {table} = heaptally;
            return table.sorted(table.columns()).map(
              row => Math.abs(row.total[1] - row.total[0]))""")
        self.assertEqual(shown, sorted((abs(change) for change in changes), reverse=True))
        self.assertEqual(sum(changes), self.sums()[1] - self.sums()[0])
        compared = 0
        for name, cells in rows.items():
            if name == TOO_SMALL or name not in answer:
                continue
            size, change = answer[name]
            self.assertEqual(cells["after"], size, name)
            self.assertEqual(cells["change"], change or "+0 B", name)
            compared += 1
        self.assertGreater(compared, 0)

    def test_sorted_by_factor_and_name(self):
        page = self.page
        for key in ("factor", "before", "after", "name"):
            page.sort(key)
            self.assertIsNotNone(self.browser.find(
                f'#lines [data-key="{key}"]').get_attribute("aria-sort"), key)
        names = list(page.rows())
        self.assertEqual(names, sorted(names))

    def test_of_one_with_itself_nothing_changed(self):
        page = self.make("report", self.old, self.old)
        self.assertEqual(self.sums()[0], self.sums()[1])
        self.assertEqual({cells["change"] for cells in page.rows().values()}, {"+0 B"})
        self.assertIn("the same", self.browser.text("#figures"))


class Samples(PageCase):
    def setUp(self):
        super().setUp()
        self.pair = [self.record(sample(name)) for name in ("list", "generator")]

    def test_the_facts_are_those_of_the_text(self):
        """The page of `compare` has its names, numbers and factors, and says what is A and B."""
        text = self.heaptally("compare", "--no-timeline", *[one.path for one in self.pair]).stdout
        expected = [(found[1], f"{found[2]} → {found[3]}", found[4]) for found in re.finditer(
            r"^(\w[\w ]+?)  +(\S+(?: \w+)?)  +(\S+(?: \w+)?)  (.+)$", text, re.MULTILINE)]
        self.assertEqual([name for name, *_ in expected],
                         ["peak", "blocks at peak", "total", "allocations", "temporary",
                          "live at end", "wall time", "CPU time", "peak RSS"])
        self.make("compare", *self.pair, options=("--no-timeline",))
        figures = self.browser.script("""
            return [...document.querySelectorAll('.figure')].map(
              figure => ['dt', 'dd', 'small'].map(tag => figure.querySelector(tag)?.textContent))
            """)
        self.assertEqual([tuple(text and text.replace("\xa0", " ") for text in figure)
                          for figure in figures], [*expected, ("exit status", "0 → 0", None)])
        self.assertEqual(self.browser.text("#names").split(),
                         ["A", str(sample("list")), "B", str(sample("generator"))])
        self.assertEqual(self.browser.script(
            "return [...document.querySelectorAll('#legend li')].map(e => e.textContent)"),
            [f"{name}: {command}" if len(str(command)) <= 70 else f"{name}: {str(command)[:70]}…"
             for name, command in (("A", sample("list")), ("B", sample("generator")))])
        self.assertEqual(self.browser.script(
            "return [...document.querySelectorAll('#lines thead button')].map(e => e.textContent)"),
            ["Line", "A", "B", "Change", "Factor"])

    def test_the_calls_of_either(self):
        """What the lazy one does not hold any more has its boxes, too."""
        page = self.make("compare", *self.pair)
        peaks = [recording.stats("--at", "peak")["total"]["bytes"] for recording in self.pair]
        self.assertEqual(page.state("side"), "before")
        self.assertEqual(self.browser.script("return heaptally.flame.width_[0]"), peaks[0])
        names = "return heaptally.flame.boxes.map(box => heaptally.flame.view.name(box.node))"
        self.assertIn("main", self.browser.script(names))
        self.browser.click('[data-side="after"]')
        self.assertEqual(self.browser.script("return heaptally.flame.width_[0]"), peaks[1])
        self.assertEqual(self.browser.text('[data-side="after"]'), "of B")

    def test_a_run_that_is_much_shorter(self):
        """Time is that of the longer run; what ended before stays as it was."""
        long = self.record("perl", "-e", "my @a = map { select undef, undef, undef, 0.05; "
                                         "'x' x 1e5 } 1 .. 10")
        page = self.make("compare", long, self.pair[1])
        page.drag(0.5, 0.9)
        start, end = page.state("range")
        lasts = self.pair[1].header("duration_ns")
        self.assertGreater(start, lasts)
        page.metric("total")
        grown = long.stats("--metric", "total", f"--from={start}ns", f"--to={end}ns")
        self.assertEqual(self.browser.script("return heaptally.flame.sums.map(sums => sums[0])"),
                         [grown["total"]["bytes"], 0])
        self.assertEqual(self.browser.script(
            "return heaptally.timeline.tipLines(arguments[0])[2]", end)[:9], "B: ended ")

    def test_eager_and_lazy(self):
        """The pairs that the project shows: what the lazy one saves is what the page says."""
        pair = self.pair
        self.make("report", *pair)
        peaks = [recording.stats("--at", "peak")["total"]["bytes"] for recording in pair]
        self.assertEqual(self.browser.script("return heaptally.flame.sums.map(sums => sums[0])"),
                         peaks)


if __name__ == "__main__":
    unittest.main()
