"""heaptally-view in a window of its own that no one sees, driven by keys and clicks.

The window is on an X server that is started for it (Xvfb, at a display that is free); xdotool is
its keyboard and mouse. What is shown is read from the file of --state, which also tells where on
the screen things are: no test knows a coordinate.
"""

import contextlib
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

from harness import BUILD, PATIENCE

VIEWER = BUILD / "bin" / "heaptally-view"


@contextlib.contextmanager
def display(size="1280x720"):
    """An X server; yields the environment of programs that are to use it."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp",
               "-noreset"]
    with subprocess.Popen(command, pass_fds=[writing], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        try:
            with os.fdopen(reading) as numbers:
                number = numbers.readline().strip()
            assert number, "Xvfb gave no display"
            yield {**os.environ, "DISPLAY": f":{number}", "LIBGL_ALWAYS_SOFTWARE": "1"}
        finally:
            server.terminate()


class Window:
    """A viewer that runs."""

    def __init__(self, process, state_file, environment):
        self.process = process
        self.state_file = state_file
        self.environment = environment

    def state(self):
        """What it told last; {} before it has."""
        try:
            return json.loads(self.state_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}

    def wait(self, holds=lambda state: True):
        """Until it has settled and `holds` of its state, which is returned."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            state = self.state()
            if state.get("settled") and holds(state):
                return state
            assert self.process.poll() is None, f"it ended with {self.process.returncode}"
            time.sleep(0.01)
        raise AssertionError(f"it did not come to that: {self.state()}")

    def xdotool(self, *words):
        subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True,
                       timeout=PATIENCE)

    def key(self, *keys):
        """Keys one after the other, as xdotool names them: "ctrl+o", "Return"."""
        for key in keys:
            self._after_a_frame(lambda key=key: self.xdotool("key", "--delay", 0, key))

    def keys_at_once(self, *keys):
        """Keys faster than frames are drawn."""
        self._after_a_frame(lambda: self.xdotool("key", "--delay", 0, *keys))

    def type(self, text):
        self._after_a_frame(lambda: self.xdotool("type", "--delay", 60, text))

    def _after_a_frame(self, act):
        """Acts, and waits until it was seen."""
        frames = self.state().get("frames", 0)
        act()
        self.wait(lambda state: state["frames"] > frames + 2)

    def middle(self, name, across=0.5):
        """A point in what the state calls `name`."""
        left, top, width, height = self.wait(lambda state: name in state["areas"])["areas"][name]
        return round(left + width * across), round(top + height / 2)

    def click(self, name, button=1):
        def act():
            self.xdotool("mousemove", *self.middle(name), "sleep", 0.1, "mousedown", button,
                         "sleep", 0.1, "mouseup", button)
        self._after_a_frame(act)

    def drag(self, name, start, end):
        """Across what is called `name`, between two shares of its width."""
        def act():
            half = (start + end) / 2
            self.xdotool("mousemove", *self.middle(name, start), "sleep", 0.1, "mousedown", 1,
                         "sleep", 0.1, "mousemove", *self.middle(name, half), "sleep", 0.1,
                         "mousemove", *self.middle(name, end), "sleep", 0.1, "mouseup", 1)
        self._after_a_frame(act)

    def picture(self, file):
        """What is on the screen; for whoever writes tests."""
        subprocess.run(["import", "-window", "root", str(file)], env=self.environment, check=True)


@contextlib.contextmanager
def window(*arguments, home=None, size="1280x720", where=None):
    """A viewer with these arguments, once it has settled. `home`: where its settings are."""
    with tempfile.TemporaryDirectory() as folder, display(size) as environment:
        environment["XDG_CONFIG_HOME"] = str(home or Path(folder) / "config")
        state_file = Path(folder) / "state.json"
        command = [str(VIEWER), *map(str, arguments), "--state", str(state_file), "--size", size]
        with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, cwd=where,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              encoding="utf-8") as process:
            try:
                shown = Window(process, state_file, environment)
                shown.wait()
                yield shown
            finally:
                process.terminate()
                process.wait(PATIENCE)
