"""Symbols that were missing when a program was recorded are filled in afterwards."""

import contextlib
import ctypes
import os
import resource
import shutil
import signal
import sqlite3
import time
import unittest
from pathlib import Path

from harness import HEAPTALLY, Case, Recording, program, run, start

SOURCE_FILE = "tests/e2e/programs/frames.cpp"
FRAMES = "SELECT count(*) FROM frame_lines WHERE file LIKE '%/frames.cpp' AND line > 0"


def without_dac_override():
    """In root's place: a process that must respect the modes of files."""
    cap_dac_override, pr_capbset_drop = 1, 24
    assert ctypes.CDLL(None).prctl(pr_capbset_drop, cap_dac_override, 0, 0, 0) == 0


def small_files():
    """No file may grow beyond 8 KiB; what is written beyond fails."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))


class Resolve(Case):
    def setUp(self):
        super().setUp()
        os.environ.pop("DEBUGINFOD_URLS", None)
        self.stripped = self.folder / "stripped"
        self.debug = self.folder / "debug"
        self.debug.mkdir()
        self.must("objcopy", "--only-keep-debug", program("frames"), self.debug / "any.name")
        self.must("strip", "-o", self.stripped, program("frames"))
        self.recording = self.record(self.stripped)
        self.assertEqual(self.recording.query(FRAMES), [(0,)])

    def must(self, *command, **how):
        result = run(*command, **how)
        self.assertEqual(result.status, 0, result)
        return result.stdout

    def resolve(self, *arguments):
        return self.must(HEAPTALLY, "resolve", *arguments)

    def line_of(self, text, path):
        (line,) = [line for line in text.splitlines() if line.startswith(f"{path}: ")]
        return line

    def assert_resolved(self, recording):
        self.assertGreater(recording.query(FRAMES)[0][0], 3)
        files = {row["file"] for row in recording.stats("--metric", "total")["statistics"]}
        self.assertTrue([file for file in files if file and file.endswith(SOURCE_FILE)], files)
        ((debug,),) = recording.query("SELECT debug FROM modules WHERE path LIKE '%/stripped'")
        self.assertEqual(debug, "dwarf")

    def build_id(self):
        return self.recording.query(
            "SELECT build_id FROM modules WHERE path LIKE '%/stripped'")[0][0]


class WithDebugFiles(Resolve):
    def test_from_a_file_in_a_folder(self):
        text = self.resolve(self.recording.path, "--debug", self.debug)
        line = self.line_of(text, self.stripped)
        self.assertRegex(line, r"lines \d+ of \d+ \(before: 0\), functions \d+ of \d+ \(before: 0\)")
        self.assertIn(f"from {self.debug / 'any.name'}", line)
        self.assert_resolved(self.recording)
        # What is known stays so, and is not asked for again.
        before = self.recording.query("SELECT * FROM frame_lines ORDER BY frame, depth")
        text = self.resolve(self.recording.path)
        self.assertIn("0 frames resolved", text)
        self.assertEqual(self.recording.query("SELECT * FROM frame_lines ORDER BY frame, depth"),
                         before)
        self.assertEqual(os.listdir(self.folder / "debug"), ["any.name"])

    def test_from_the_file_itself(self):
        self.resolve(self.recording.path, "--debug", self.debug / "any.name")
        self.assert_resolved(self.recording)

    def test_from_what_was_not_stripped(self):
        self.stripped.unlink()
        self.resolve(self.recording.path, "--debug", program("frames"))
        self.assert_resolved(self.recording)

    def test_from_a_folder_of_build_ids(self):
        build_id = self.build_id()
        link = self.folder / "sysroot/usr/lib/debug/.build-id" / build_id[:2]
        link.mkdir(parents=True)
        shutil.move(self.debug / "any.name", link / f"{build_id[2:]}.debug")
        self.stripped.unlink()
        self.resolve("--debug", self.debug, self.folder / "sysroot", self.recording.path)
        self.assert_resolved(self.recording)

    def test_what_is_on_the_machine_now(self):
        shutil.copy(program("frames"), self.stripped)  # of the same build-id
        self.resolve(self.recording.path)
        self.assert_resolved(self.recording)

    def test_into_another_file(self):
        before = self.recording.path.read_bytes()
        other = self.folder / "other.heaptally"
        self.resolve(self.recording.path, "--debug", self.debug, "-o", other)
        self.assertEqual(self.recording.path.read_bytes(), before)
        self.assert_resolved(Recording(other))
        self.assert_refused(1, "--force", "resolve", self.recording.path, "-o", other)
        self.resolve(self.recording.path, "-f", "-o", other)
        self.assertEqual(Recording(other).query(FRAMES), [(0,)])
        self.resolve(other, "--debug", self.debug, "-f", "-o", other)
        self.assert_resolved(Recording(other))
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()),
                         ["1.heaptally", "debug", "other.heaptally", "stripped"])


class WithoutThem(Resolve):
    def test_another_build_is_not_used(self):
        other = self.folder / "stripped.other"
        self.must("g++", "-g", "-O1", "-x", "c++", "-", "-o", other,
                  input="int main() { return 0; }\n")
        shutil.copy(other, self.stripped)
        text = self.resolve(self.recording.path, "--debug", other, self.stripped)
        line = self.line_of(text, self.stripped)
        self.assertIn("another build", line)
        self.assertIn(self.build_id(), line)
        self.assertEqual(self.recording.query(FRAMES), [(0,)])

    def test_one_without_a_build_id_is_not_used_either(self):
        self.must("objcopy", "--remove-section", ".note.gnu.build-id", program("frames"),
                  self.stripped)
        self.assertIn("another build",
                      self.line_of(self.resolve(self.recording.path), self.stripped))
        self.assertEqual(self.recording.query(FRAMES), [(0,)])

    def test_without_any_build_id_the_name_decides_and_that_is_said(self):
        for tool in (("strip",), ("objcopy", "--remove-section", ".note.gnu.build-id")):
            self.must(*tool, self.stripped)
        recording = self.record(self.stripped)
        self.must("objcopy", "--only-keep-debug", "--remove-section", ".note.gnu.build-id",
                  program("frames"), self.debug / "stripped.debug")
        text = self.resolve(recording.path, "--debug", self.debug)
        self.assertIn("by name alone", self.line_of(text, self.stripped))
        self.assert_resolved(recording)

    def test_a_file_that_is_gone_is_named(self):
        self.stripped.unlink()
        line = self.line_of(self.resolve(self.recording.path), self.stripped)
        self.assertIn("file not found", line)
        self.assertIn(self.build_id(), line)


class Refused(Resolve):
    def test_what_is_no_recording(self):
        self.assert_refused(1, "is not a heaptally recording", "resolve", program("frames"))
        self.assert_refused(1, "does not exist", "resolve", self.folder / "missing")
        self.assert_refused(1, "directory", "resolve", self.folder)

    def test_a_debug_path_that_is_missing(self):
        self.assert_refused(2, "missing", "resolve", self.recording.path, "--debug", "missing")

    def test_a_file_that_may_not_be_written(self):
        drop = without_dac_override if os.geteuid() == 0 else None
        before = self.recording.path.read_bytes()
        for path, mode in ((self.recording.path, 0o444), (self.folder, 0o555)):
            usual = path.stat().st_mode
            path.chmod(mode)
            try:
                self.assert_refused(1, "-o", "resolve", self.recording.path, "--debug", self.debug,
                                    preexec_fn=drop)
            finally:
                path.chmod(usual)
        self.assertEqual(self.recording.path.read_bytes(), before)

    def test_a_failure_on_the_way_changes_nothing(self):
        before = self.recording.ask("stats", "--format", "csv")
        for ending in (small_files, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))):
            result = self.heaptally("resolve", self.recording.path, "--debug", self.debug,
                                    preexec_fn=ending)
            self.assertNotEqual(result.status, 0, result)  # an error, or killed by the signal
            self.assertEqual(self.recording.ask("stats", "--format", "csv"), before)
        self.resolve(self.recording.path, "--debug", self.debug)
        self.assert_resolved(self.recording)
        self.assertEqual([path.name for path in self.folder.glob("1.heaptally*")], ["1.heaptally"])


class KilledCollector(Resolve):
    """The most common use: the collector itself was killed before it had the symbols."""

    @contextlib.contextmanager
    def recorded(self, path, *command):
        with start(HEAPTALLY, "record", "-o", path, "--", *command, cwd=self.folder) as recorder:
            deadline = time.monotonic() + 60
            while not self.has_begun(path):
                self.assertLess(time.monotonic(), deadline, "nothing was recorded")
                time.sleep(0.05)
            children = Path(f"/proc/{recorder.pid}/task/{recorder.pid}/children").read_text()
            try:
                yield recorder
            finally:
                recorder.kill()
                for child in children.split():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(int(child), signal.SIGKILL)

    def has_begun(self, path):
        result = self.heaptally("sql", path, "SELECT count(*) FROM tallies", "--format", "csv")
        return result.status == 0 and int(result.stdout.split()[1]) > 100

    def test_it_is_completed(self):
        path = self.folder / "killed.heaptally"
        with self.recorded(path, "perl", "-e",
                           '@a = map { "x" x 1000 } 1 .. 1000; sleep 100') as recorder:
            self.assert_refused(1, "still being recorded", "resolve", path)
            recorder.kill()
        self.assertTrue(Path(f"{path}-wal").exists())
        # As if it had died before it resolved anything.
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("DELETE FROM locations")
            connection.commit()
        recording = Recording(path)
        self.assertEqual(recording.query("SELECT count(function) FROM frame_lines"), [(0,)])
        totals = recording.stats()["total"]
        self.resolve(path)
        self.assertEqual([path.name for path in self.folder.glob("killed*")], ["killed.heaptally"])
        self.assertEqual(recording.header("complete"), 0)
        functions = {name for (name,) in recording.query("SELECT function FROM frame_lines")}
        self.assertTrue([name for name in functions if name and name.startswith("Perl_")], functions)
        self.assertEqual(recording.stats()["total"], totals)


if __name__ == "__main__":
    unittest.main()
