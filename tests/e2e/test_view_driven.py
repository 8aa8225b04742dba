"""heaptally-view as a user has it: a window, a keyboard and a mouse."""

import json
import os
import shutil
import signal
import tempfile
import time
import unittest
from pathlib import Path

from harness import HEAPTALLY, program, run
from view_window import window

HELD = Path(tempfile.mkdtemp(prefix="heaptally-view-"))


def setUpModule():
    for name in ("first", "second"):
        result = run(HEAPTALLY, "record", "-o", HELD / f"{name}.heaptally", "--",
                     program("pairs"))
        assert (HELD / f"{name}.heaptally").exists(), result


def tearDownModule():
    shutil.rmtree(HELD)


class DrivenTest(unittest.TestCase):
    def window(self, *arguments, **how):
        """A window that is gone at the end of the test."""
        shown = window(*arguments, **how)
        self.addCleanup(shown.__exit__, None, None, None)
        return shown.__enter__()

    def opened(self, *more, **how):
        return self.window(HELD / "first.heaptally", *more, **how)


class FilesTest(DrivenTest):
    def test_a_recording_is_opened_by_the_dialog_and_remembered(self):
        home = Path(tempfile.mkdtemp(dir=HELD))
        shown = self.window(home=home, where=HELD)
        self.assertEqual(shown.state()["file"], "")
        shown.key("ctrl+o")
        self.assertIn("first.heaptally", shown.wait()["dialog"]["rows"])
        shown.type("first")
        self.assertEqual(shown.wait()["dialog"]["rows"], ["first.heaptally"])
        shown.key("Return")
        file = str(HELD / "first.heaptally")
        self.assertEqual(shown.wait(lambda state: state["file"])["file"], file)
        settings = json.loads((home / "heaptally" / "view.json").read_text())
        self.assertEqual(settings["recent"], [file])

    def test_settings_that_make_no_sense_are_told_of_and_kept(self):
        home = Path(tempfile.mkdtemp(dir=HELD))
        (home / "heaptally").mkdir()
        broken = home / "heaptally" / "view.json"
        broken.write_text("{")
        shown = self.window(home=home)
        self.assertIn("makes no sense", shown.state()["notice"])
        shown.key("t")
        self.assertTrue(shown.wait()["dark"])
        self.assertEqual(broken.read_text(), "{")

    def test_a_file_that_cannot_be_opened_leaves_the_first(self):
        shown = self.opened()
        shown.key("ctrl+o")
        shown.type("/no/such.heaptally")
        shown.key("Return")
        state = shown.wait(lambda state: state["problem"])
        self.assertIn("/no/such.heaptally", state["notice"])
        self.assertEqual(state["file"], str(HELD / "first.heaptally"))

    def test_two_files_are_compared(self):
        shown = self.opened()
        shown.key("ctrl+shift+o")
        shown.type("second")
        shown.key("Return")
        state = shown.wait(lambda state: state["other"])
        self.assertEqual(state["panel"], "compare")
        self.assertTrue(state["other"].endswith("second.heaptally"))

    def test_exports_are_written_whole(self):
        shown = self.opened()
        shown.key("ctrl+p")
        name = HELD / "window.png"
        shown.type(str(name))
        shown.key("Return")
        shown.wait(lambda state: state["notice"].startswith("Written"))
        self.assertEqual(name.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
        shown.click("menu:File")
        shown.click("item:Export the report (HTML)...")
        shown.type(str(HELD / "report.html"))
        shown.key("Return")
        shown.wait(lambda state: state["notice"].startswith("Written"))
        self.assertIn("</html>", (HELD / "report.html").read_text())
        shown.click("menu:File")
        shown.click("item:Export folded stacks...")
        shown.type("/proc/none/x.folded")
        shown.key("Return")
        state = shown.wait(lambda state: state["problem"])
        self.assertIn("/proc/none/x.folded: cannot be written", state["notice"])


class SelectionTest(DrivenTest):
    def test_metrics_by_click_and_the_way_back(self):
        shown = self.opened()
        shown.click("metric:total")
        self.assertEqual(shown.wait()["selection"]["metric"], "total")
        shown.key("b")
        self.assertEqual(shown.wait()["selection"]["unit"], "blocks")
        shown.key("Escape", "Escape")
        state = shown.wait()
        self.assertEqual((state["selection"]["metric"], state["selection"]["unit"]),
                         ("live", "bytes"))
        self.assertFalse(state["can_go_back"])

    def test_filters_are_typed_and_clicked_away(self):
        shown = self.opened()
        shown.key("slash")
        shown.type("*/none.cpp")
        shown.key("Return")
        shown.wait(lambda state: state["selection"]["filters"] == ["*/none.cpp"])
        shown.click("chip:only:0")
        shown.wait(lambda state: state["selection"]["filters"] == [])

    def test_tabs_by_click_and_by_number(self):
        shown = self.opened()
        shown.click("tab:tree")
        self.assertEqual(shown.wait()["panel"], "tree")
        shown.key("2")
        self.assertEqual(shown.wait()["panel"], "lines")


class ProcessTest(DrivenTest):
    def test_idle_draws_nothing(self):
        shown = self.opened()
        shown.xdotool("mousemove", 5, 700)
        before = shown.wait()["frames"]
        while True:
            time.sleep(2)
            frames = shown.state()["frames"]
            # Events of the start may still come; what matters is that they end.
            if frames == before:
                break
            before = frames
        time.sleep(2)
        self.assertEqual(shown.state()["frames"], frames)

    def test_signals_end_it_as_closing_does(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            shown = self.opened()
            os.kill(shown.process.pid, number)
            self.assertEqual(shown.process.wait(60), 0)
            self.assertEqual(shown.process.stderr.read(), "")

    def test_quits_by_key(self):
        shown = self.opened()
        shown.xdotool("key", "ctrl+q")
        self.assertEqual(shown.process.wait(60), 0)


if __name__ == "__main__":
    unittest.main()
