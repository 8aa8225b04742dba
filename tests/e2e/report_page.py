"""A page of `heaptally report` or `flame`, as a reader sees and uses it."""

import re

from browser import Browser, Keys
from harness import Case

TOO_SMALL = "(sites too small to show)"


class Page:
    """A page in a browser that it shares with others, which came before."""

    def __init__(self, browser, path):
        self.browser = browser
        self.path = path
        browser.open(path)

    def state(self, key):
        return self.browser.script("return heaptally.model.state[arguments[0]]", key)

    # Sums are shown to the byte above the flame graph.
    def total(self):
        text = self.browser.text("#flame-details")
        if text.startswith("Nothing here"):
            return 0
        found = re.search(r"\((-?[\d,]+) B\)|(-?[\d,]+) blocks?,", text)
        assert found, text
        return int((found[1] or found[2]).replace(",", ""))

    def metric(self, name):
        self.browser.click(f'[data-metric="{name}"]')

    def unit(self, name):
        self.browser.click(f'[data-unit="{name}"]')

    def moment(self, name):
        self.browser.click(f'[data-moment="{name}"]')

    def search(self, text):
        field = self.browser.find("#search")
        field.send_keys(Keys.CONTROL + "a")
        field.send_keys(Keys.DELETE)
        field.send_keys(text)

    def drag(self, start, end):
        """Over the timeline, in shares of its width."""
        canvas = self.browser.find("#timeline")
        width = canvas.size["width"]
        begin = self.browser.point(canvas, start * width, 100)
        finish = self.browser.point(canvas, end * width, 100)
        actions = self.browser.actions()
        actions.move_to_element_with_offset(canvas, *begin).click_and_hold()
        actions.move_to_element_with_offset(canvas, *finish).release().perform()

    def stretch(self):
        """The selected stretch of time, as options of heaptally."""
        start, end = self.state("range")
        return f"--from={start}ns", f"--to={end}ns"

    def columns(self):
        return self.browser.script(
            "return [...document.querySelectorAll('#lines thead th')].map(e => e.dataset.key)")

    def rows(self):
        """{name: {key of column: text}} of the table, all of it, in its order."""
        while self.browser.is_shown("#more"):
            self.browser.click("#more")
        return dict(self.browser.script("""
            return [...document.querySelectorAll('#lines tbody tr:not(.nothing)')].map(row => [
              row.querySelector('th button').textContent,
              Object.fromEntries([...row.querySelectorAll('td')].map(
                cell => [cell.dataset.key, cell.textContent]))])
            """))

    def sort(self, key):
        self.browser.click(f'#lines thead [data-key="{key}"] button')

    def boxes(self, parent=0):
        """[(name, width in bytes or blocks)] of the boxes below one."""
        return self.browser.script("""
            const {flame} = heaptally;
            return flame.children(arguments[0]).map(
              node => [flame.view.name(node), flame.width_[node]])
            """, parent)

    def box(self, name):
        """Where the widest box of a name is: its middle, in the flame graph."""
        found = self.browser.script("""
            const {flame} = heaptally;
            return flame.boxes.filter(box => flame.view.name(box.node) === arguments[0])
              .sort((a, b) => b.width - a.width)[0]
            """, name)
        assert found, name
        return found["x"] + found["width"] / 2, (found["y"] + 0.5) * 20

    def click_box(self, name, *held):
        x, y = self.box(name)
        canvas = self.browser.find("#flame")
        # To the middle of the window, below what sticks to its top.
        self.browser.script("window.scrollBy(0, arguments[0].getBoundingClientRect().top +"
                            " arguments[1] - window.innerHeight / 2)", canvas, y)
        middle = (round(x - canvas.size["width"] / 2), round(y - canvas.size["height"] / 2))
        actions = self.browser.actions()
        for key in held:
            actions.key_down(key)
        actions.move_to_element_with_offset(canvas, *middle).click()
        for key in held:
            actions.key_up(key)
        actions.perform()

    def notes(self):
        return self.browser.text("#notes")


class PageCase(Case):
    """Cases with a browser, in which every page has to be silent."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def make(self, command, *files, options=()):
        """Writes a page, and opens it. What it must not do, it must not until the test's end."""
        path = self.folder / f"{command}-{len(list(self.folder.iterdir()))}.html"
        result = self.heaptally(command, *[file.path for file in files], "-o", path, *options)
        self.assertEqual(result.status, 0, result)
        self.assertLess(path.stat().st_size, 10 << 20)
        self.browser.resize(1280, 1000)
        page = Page(self.browser, path)
        self.assertEqual(self.browser.script("return document.body.dataset.state"), "ready",
                         self.browser.text("#failure"))
        self.addCleanup(self.assert_silent)
        return page

    def assert_silent(self):
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.requests(), [])
        self.assertEqual(self.browser.script(
            "return performance.getEntriesByType('resource').map(e => e.name)"
            ".filter(name => !name.startsWith('data:'))"), [])


__all__ = ["Keys", "Page", "PageCase", "TOO_SMALL"]
