"""heaptally-view as a user has it: a window, a keyboard and a mouse."""

import json
import os
import shutil
import signal
import tempfile
import time
import unittest
from pathlib import Path

from harness import HEAPTALLY, run, sample
from view_window import window

HELD = Path(tempfile.mkdtemp(prefix="heaptally-view-"))


def setUpModule():
    for name, version in (("first", "boxed"), ("second", "packed")):
        result = run(HEAPTALLY, "record", "-o", HELD / f"{name}.heaptally", "--",
                     sample(f"snapshots/{version}"), "100", cwd=HELD)
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


    # Until the dialog takes what is typed.
    @staticmethod
    def ask(shown, key):
        shown.key(key)
        shown.wait(lambda state: state["dialog"]["open"])

    @staticmethod
    def choose(shown, item):
        shown.click("menu:File")
        shown.click("item:" + item)
        shown.wait(lambda state: state["dialog"]["open"])


class FilesTest(DrivenTest):
    def test_a_recording_is_opened_by_the_dialog_and_remembered(self):
        home = Path(tempfile.mkdtemp(dir=HELD))
        shown = self.window(home=home, where=HELD)
        self.assertEqual(shown.state()["file"], "")
        shown.key("ctrl+o")
        shown.wait(lambda state: "first.heaptally" in state["dialog"].get("rows", []))
        shown.type("first")
        shown.wait(lambda state: state["dialog"]["rows"] == ["first.heaptally"])
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
        shown.wait(lambda state: state["dark"])
        self.assertEqual(broken.read_text(), "{")

    def test_a_file_that_cannot_be_opened_leaves_the_first(self):
        shown = self.opened()
        self.ask(shown, "ctrl+o")
        shown.type("/no/such.heaptally")
        shown.key("Return")
        state = shown.wait(lambda state: state["problem"])
        self.assertIn("/no/such.heaptally", state["notice"])
        self.assertEqual(state["file"], str(HELD / "first.heaptally"))

    def test_two_files_are_compared(self):
        shown = self.opened()
        self.ask(shown, "ctrl+shift+o")
        shown.type("second")
        shown.key("Return")
        state = shown.wait(lambda state: state["other"])
        self.assertEqual(state["panel"], "compare")
        self.assertTrue(state["other"].endswith("second.heaptally"))

    def test_exports_are_written_whole(self):
        shown = self.opened()
        self.ask(shown, "ctrl+p")
        name = HELD / "window.png"
        shown.type(str(name))
        shown.key("Return")
        shown.wait(lambda state: state["notice"].startswith("Written"))
        self.assertEqual(name.read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
        self.choose(shown, "Export the report (HTML)...")
        shown.type(str(HELD / "report.html"))
        shown.key("Return")
        shown.wait(lambda state: state["notice"].startswith("Written"))
        self.assertIn("</html>", (HELD / "report.html").read_text())
        self.choose(shown, "Export folded stacks...")
        shown.type("/proc/none/x.folded")
        shown.key("Return")
        state = shown.wait(lambda state: state["problem"])
        self.assertIn("/proc/none/x.folded: cannot be written", state["notice"])


class SelectionTest(DrivenTest):
    def test_no_key_is_lost_however_short(self):
        shown = self.opened()
        shown.keys_at_once("b", "e", "r", "t")
        state = shown.wait(lambda state: state["dark"])
        steps = 0
        while state["can_go_back"]:
            steps += 1
            shown.key("Escape")
            state = shown.wait()
        self.assertEqual(steps, 3)

    def test_metrics_by_click_and_the_way_back(self):
        shown = self.opened()
        shown.click("metric:total")
        shown.wait(lambda state: state["selection"]["metric"] == "total")
        shown.key("b")
        shown.wait(lambda state: state["selection"]["unit"] == "blocks")
        shown.key("Escape")
        state = shown.wait(lambda state: state["selection"]["unit"] == "bytes")
        self.assertEqual(state["selection"]["metric"], "total")
        shown.key("Escape")
        state = shown.wait(lambda state: state["selection"]["metric"] == "live")
        self.assertFalse(state["can_go_back"])

    def test_a_range_is_dragged_and_taken_back(self):
        shown = self.opened("--panel", "lines")
        shown.drag("timeline", 0.3, 0.6)
        selection = shown.wait(lambda state: state["selection"]["to_ns"])["selection"]
        self.assertLess(selection["from_ns"], selection["to_ns"])
        shown.key("Escape")
        shown.wait(lambda state: state["selection"]["to_ns"] is None)

    def test_a_row_leads_to_its_source(self):
        shown = self.opened("--panel", "lines")
        shown.wait(lambda state: state["shown"]["rows"])
        shown.key("Down")
        place = shown.wait(lambda state: "boxed.cpp:" in state["shown"]["chosen"])["shown"]["chosen"]
        shown.key("Return")
        state = shown.wait(lambda state: state["panel"] == "source")
        self.assertIn(Path(place.rpartition(":")[0]).name, json.dumps(state["shown"]))

    def test_a_search_leaves_what_matches(self):
        shown = self.opened("--panel", "lines")
        shown.wait(lambda state: state["shown"]["rows"])
        shown.key("ctrl+f")
        shown.type("no such line")
        shown.wait(lambda state: not state["shown"]["rows"])

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
        shown.wait(lambda state: state["panel"] == "tree")
        shown.key("2")
        shown.wait(lambda state: state["panel"] == "lines")


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
            # Whoever runs this may ignore it, as shells have it for what runs in the background.
            signal.signal(number, signal.SIG_DFL)
            shown = self.opened()
            os.kill(shown.process.pid, number)
            self.assertEqual(shown.process.wait(60), 0)
            self.assertEqual(shown.process.stderr.read(), "")

    def test_quits_by_key(self):
        shown = self.opened()
        shown.xdotool("key", "--delay", 60, "ctrl+q")
        self.assertEqual(shown.process.wait(60), 0)


if __name__ == "__main__":
    unittest.main()
