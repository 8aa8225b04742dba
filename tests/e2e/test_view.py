"""heaptally-view without anyone to drive it: its command line, its refusals, its pictures."""

import os
import struct
import tempfile
import unittest
from pathlib import Path

from harness import HEAPTALLY, program, run
from view_window import VIEWER, display

HELD = Path(tempfile.mkdtemp(prefix="heaptally-view-"))


def setUpModule():
    result = run(HEAPTALLY, "record", "-o", HELD / "run.heaptally", "--", program("pairs"))
    assert (HELD / "run.heaptally").exists(), result


def tearDownModule():
    for file in HELD.iterdir():
        file.unlink()
    HELD.rmdir()


class CommandLineTest(unittest.TestCase):
    def refused(self, *words):
        """The one line on stderr of a command line that is wrong."""
        result = run(VIEWER, *words)
        self.assertEqual(result.status, 2, result)
        self.assertEqual(result.stderr.count("\n"), 1, result)
        return result.stderr

    def test_refusals_name_the_choices(self):
        self.assertIn("overview, lines, flame-graph", self.refused("x", "--panel", "none"))
        self.assertIn("live, total, temporary, growth", self.refused("x", "--metric", "none"))
        self.assertIn("from 640x400", self.refused("x", "--size", "10x10"))
        self.assertIn("two moments", self.refused("x", "--select", "1s"))
        self.assertIn("give one of them", self.refused("x", "--dark", "--light"))
        self.assertIn("needs a recording", self.refused("--screenshot", "x.png"))
        self.refused("--no-such-option")

    def test_the_command_hands_everything_on(self):
        self.assertEqual(run(HEAPTALLY, "view", "--help").stdout, run(VIEWER, "--help").stdout)
        self.assertEqual(run(HEAPTALLY, "view", "x", "--panel", "none"),
                         run(VIEWER, "x", "--panel", "none"))

    def test_without_a_display_the_line_names_what_to_use_instead(self):
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        result = run(VIEWER, HELD / "run.heaptally", env=environment)
        self.assertEqual(result.status, 1, result)
        self.assertEqual(result.stderr.count("\n"), 1, result)
        self.assertIn("heaptally report", result.stderr)

    def test_a_viewer_that_is_not_installed_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            alone = Path(folder) / "heaptally"
            alone.write_bytes(HEAPTALLY.read_bytes())
            alone.chmod(0o755)
            result = run(alone, "view", "x")
        self.assertEqual(result.status, 1, result)
        self.assertIn(f"{folder}/heaptally-view: is not installed", result.stderr)


class PictureTest(unittest.TestCase):
    def setUp(self):
        shown = display()
        self.environment = shown.__enter__()
        self.addCleanup(shown.__exit__, None, None, None)

    def picture(self, *options):
        file = HELD / "picture.png"
        result = run(VIEWER, HELD / "run.heaptally", "--screenshot", file, *options,
                     env=self.environment)
        self.assertEqual(result, (0, "", ""))
        return file.read_bytes()

    def test_has_the_size_that_was_asked_for_and_is_the_same_each_time(self):
        first = self.picture("--size", "1000x640", "--panel", "overview")
        self.assertEqual(struct.unpack(">II", first[16:24]), (1000, 640))
        self.assertEqual(first, self.picture("--size", "1000x640", "--panel", "overview"))
        self.assertNotEqual(first, self.picture("--size", "1000x640", "--panel", "overview",
                                                "--dark"))

    def test_of_what_cannot_be_read_there_is_none(self):
        for name, content in (("none", None), ("text", b"no recording"), ("empty", b"")):
            file = HELD / f"{name}.heaptally"
            if content is not None:
                file.write_bytes(content)
            result = run(VIEWER, file, "--screenshot", HELD / "none.png", env=self.environment)
            self.assertEqual(result.status, 1, result)
            self.assertIn(str(file), result.stderr)
            self.assertFalse((HELD / "none.png").exists())

    def test_a_moment_that_is_not_there_is_refused(self):
        result = run(VIEWER, HELD / "run.heaptally", "--screenshot", HELD / "none.png",
                     "--select", "mark:none..end", env=self.environment)
        self.assertEqual(result.status, 2, result)


if __name__ == "__main__":
    unittest.main()
