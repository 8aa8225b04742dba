"""What the end-to-end tests share: programs are recorded by the heaptally that was built.

ctest sets two variables: HEAPTALLY_BUILD, the build folder, and HEAPTALLY_SOURCE, the
project's. To run one script by hand:
    HEAPTALLY_BUILD=build HEAPTALLY_SOURCE=. python3 tests/e2e/test_sample_generator.py
"""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path
from typing import NamedTuple

BUILD = Path(os.environ["HEAPTALLY_BUILD"]).resolve()
SOURCE = Path(os.environ["HEAPTALLY_SOURCE"]).resolve()
HEAPTALLY = BUILD / "bin" / "heaptally"

# Drawings are not in ASCII, whatever the language of who runs the tests.
os.environ.pop("LC_ALL", None)
os.environ.pop("LC_CTYPE", None)
os.environ["LANG"] = "C.UTF-8"

# Seconds; below ctest's own limit, so that it is the case that is named.
PATIENCE = 100


def program(name):
    """A program of tests/e2e/CMakeLists.txt."""
    return BUILD / "bin" / "e2e" / name


def sample(name):
    """A program of samples/."""
    return BUILD / "bin" / "samples" / name


def marked_line(source, marker):
    """The number of the one line of a source (below the project) that ends in `// MARKER`."""
    lines = (SOURCE / source).read_text().splitlines()
    found = [n for n, line in enumerate(lines, 1) if line.endswith("// " + marker)]
    assert len(found) == 1, f"{source}: {len(found)} lines are marked {marker}"
    return found[0]


def key_values(text):
    """The numbers of output that has one key=number a line."""
    return {key: int(value) for key, value in (line.split("=") for line in text.splitlines())}


class Result(NamedTuple):
    """How a program ended. Bytes of its output that are not UTF-8 are kept as surrogates."""

    status: int  # negative: the signal that killed it
    stdout: str
    stderr: str


def run(*command, **how):
    """Runs a command to its end. `how` is for subprocess.run; stdin is empty without `input`."""
    if "input" not in how:
        how.setdefault("stdin", subprocess.DEVNULL)
    how.setdefault("timeout", PATIENCE)
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False,
                          encoding="utf-8", errors="surrogateescape", **how)
    return Result(done.returncode, done.stdout, done.stderr)


def kill_tree(pid):
    """Kills a process with all below it, of which the test has lost control."""
    with contextlib.suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        os.kill(pid, signal.SIGKILL)
        for child in children:
            kill_tree(int(child))


@contextlib.contextmanager
def start(*command, **how):
    """A command that runs on, and is waited for at the end. `how` is for subprocess.Popen. After
    PATIENCE it is killed."""
    how.setdefault("stdin", subprocess.DEVNULL)
    how.setdefault("stdout", subprocess.PIPE)
    how.setdefault("stderr", subprocess.PIPE)
    with subprocess.Popen([str(word) for word in command], encoding="utf-8",
                          errors="surrogateescape", **how) as process:
        timer = threading.Timer(PATIENCE, kill_tree, [process.pid])
        timer.start()
        try:
            yield process
        except BaseException:
            kill_tree(process.pid)
            raise
        finally:
            process.wait()
            timer.cancel()


def run_alone(*command, **how):
    """run(), with the status that a shell, and heaptally record, would report."""
    result = run(*command, **how)
    return result._replace(status=128 - result.status) if result.status < 0 else result


class Recording:
    """A recording, and how the `heaptally record` that made it ended."""

    def __init__(self, path, result=None):
        self.path = path
        self.result = result

    def ask(self, command, *options):
        """stdout of a command that reads the recording and must succeed."""
        result = run(HEAPTALLY, command, *options, self.path)
        assert result.status == 0, f"{command} {options}: {result}"
        return result.stdout

    def stats(self, *options):
        """All of `stats --format json`: the heading's facts and every row."""
        return json.loads(self.ask("stats", "--format", "json", "--limit", "0", *options))

    def at_line(self, file, line, *options):
        """(size, count) that stats charges to a line; `file` is its path, or the end of it."""
        rows = [row for row in self.stats("--group", "lineno", *options)["statistics"]
                if row["line"] == line and ("/" + row["file"]).endswith("/" + file)]
        assert len(rows) <= 1, rows
        return (rows[0]["size"], rows[0]["count"]) if rows else (0, 0)

    def database(self):
        """A read-only connection; closing it is the caller's (contextlib.closing)."""
        return sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)

    def query(self, sql, *values):
        """All rows of a query."""
        connection = self.database()
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def header(self, key):
        """A value of the header table, None if it is not there."""
        rows = self.query("SELECT value FROM header WHERE key = ?", key)
        return rows[0][0] if rows else None


class Case(unittest.TestCase):
    """A test with a fresh folder of its own, which is the current one of what it runs."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="heaptally-e2e-")).resolve()
        self.addCleanup(shutil.rmtree, self.folder)
        self.recordings = 0

    def heaptally(self, *arguments, **how):
        how.setdefault("cwd", self.folder)
        return run(HEAPTALLY, *arguments, **how)

    def record(self, *command, options=(), **how):
        """Records a command into a new file. How it ended is for the caller to judge."""
        self.recordings += 1
        path = self.folder / f"{self.recordings}.heaptally"
        result = self.heaptally("record", "-o", path, *options, "--", *command, **how)
        self.assertTrue(path.exists(), f"no recording was made: {result}")
        return Recording(path, result)

    def assert_refused(self, status, says, *arguments, **how):
        """heaptally ends with `status`, one line on stderr that holds `says`, and no more."""
        result = self.heaptally(*arguments, **how)
        self.assertEqual(result.status, status, result)
        self.assertEqual(result.stdout, "", result)
        self.assertRegex(result.stderr, r"\A[^\n]+\n\Z", "not one line")
        self.assertIn(str(says), result.stderr)
        return result
