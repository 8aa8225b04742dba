"""Whatever record is started from: closed descriptors, pipes without a reader, odd folders."""

import os
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

from harness import HEAPTALLY, Case, Recording, marked_line, program, run, run_alone, start

SIGNALS = "tests/e2e/programs/signals.cpp"
ENDINGS = "tests/e2e/programs/endings.cpp"

# Which of the standard descriptors are open, as the program's exit status.
OPEN_ONES = ("status=0; for fd in 0 1 2; do test -e /proc/self/fd/$fd && "
             "status=$((status + (1 << fd))); done; exit $status")


class Descriptors(Case):
    def command(self, *words):
        self.path = self.folder / "out.heaptally"
        return [str(word) for word in (HEAPTALLY, "record", "-fo", self.path, "--", *words)]

    def assert_recorded(self, count):
        recording = Recording(self.path)
        line = marked_line(ENDINGS, "allocates")
        self.assertEqual(recording.at_line(ENDINGS, line, "--metric", "total"), (24 * count, count))
        self.assertEqual(recording.header("complete"), 1)

    def test_the_program_has_those_that_record_has(self):
        for closed in ((), (0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)):
            with self.subTest(closed=closed):
                redirections = " ".join(f"{fd}>&-" for fd in closed)
                script = f'exec "$@" {redirections}'
                words = ("sh", "-c", script, "sh")
                alone = run(*words, "sh", "-c", OPEN_ONES)
                recorded = run(*words, *self.command("sh", "-c", OPEN_ONES))
                self.assertEqual(alone.status, 7 - sum(1 << fd for fd in closed))
                self.assertEqual(recorded.status, alone.status, recorded)
                counted = run(*words, *self.command(program("endings"), 1000, "return"))
                self.assertEqual(counted.status, 9, counted)
                self.assert_recorded(1000)

    def test_no_more_descriptors_than_alone(self):
        listing = ("sh", "-c", "cd /proc/self/fd && echo *")
        self.assertEqual(run(*self.command(*listing)).stdout, run(*listing).stdout)

    def test_a_reader_that_has_gone(self):
        """The program gets SIGPIPE as alone, and record says how it ended."""
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            for words, status in ((("cat", "/etc/services"), 128 + signal.SIGPIPE),
                                  ((program("endings"), 1000, "return"), 9)):
                result = subprocess.run(self.command(*words), stdin=subprocess.DEVNULL, stdout=pipe,
                                        stderr=subprocess.PIPE, check=False, timeout=60)
                self.assertEqual(result.returncode, status, result)
                self.assertIn(str(self.path), result.stderr.decode())
        self.assert_recorded(1000)

    def test_nobody_who_reads_the_closing_line(self):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            result = subprocess.run(self.command(program("endings"), 1000, "_exit"),
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=pipe,
                                    check=False, timeout=60)
        self.assertEqual(result.returncode, 3)
        self.assert_recorded(1000)

    def test_output_comes_while_the_program_runs(self):
        """Through the pipe itself, not through a copy of record's."""
        with start(*self.command("cat"), stdin=subprocess.PIPE) as process:
            for line in ("one\n", "two\n"):
                process.stdin.write(line)
                process.stdin.flush()
                self.assertEqual(process.stdout.readline(), line)
            process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)


class Programs(Case):
    def test_a_script_records_its_interpreter(self):
        script = self.folder / "script"
        for first in ("#!/bin/sh\n", ""):
            with self.subTest(first):
                script.write_text(first + 'echo "$0 $1"; exit 6\n')
                script.chmod(0o755)
                alone = run_alone("sh", "./script", "argument", cwd=self.folder)
                recording = self.record("./script", "argument")
                self.assertEqual(recording.result.status, 6, recording.result)
                self.assertEqual(recording.result.stdout, alone.stdout)
                self.assertGreater(recording.header("total_count"), 0)

    def test_names_with_blanks_quotes_and_letters(self):
        for name in ("with blank", "quote's \"own\"", "ünïcödé", "per%cent?#&"):
            with self.subTest(name):
                folder = self.folder / name
                folder.mkdir()
                shutil.copy(program("endings"), folder / name)
                result = self.heaptally("record", "-o", f"{name}.heaptally", f"./{name}", "1000",
                                        "exit", cwd=folder)
                self.assertEqual(result.status, 6, result)
                recording = Recording(folder / f"{name}.heaptally")
                line = marked_line(ENDINGS, "allocates")
                self.assertEqual(recording.at_line(ENDINGS, line, "--metric", "total")[1], 1000)
                self.assertIn(name, recording.ask("summary"))

    def test_options_of_the_program_are_its_own(self):
        result = self.heaptally("record", "-o", "out", "echo", "--force", "-o", "x", "--", "--help")
        self.assertEqual(result.stdout, "--force -o x -- --help\n")
        self.assertEqual(result.status, 0)
        self.assertEqual(os.listdir(self.folder), ["out"])

    def test_the_environment_is_the_same_but_for_two(self):
        alone = run("env", "-0", env={"A": "1", "PATH": os.environ["PATH"]}).stdout.split("\0")
        recorded = self.record("env", "-0", env={"A": "1", "PATH": os.environ["PATH"]})
        added = set(recorded.result.stdout.split("\0")) - set(alone)
        self.assertEqual({entry.split("=")[0] for entry in added},
                         {"LD_PRELOAD", "HEAPTALLY_SESSION"})
        self.assertEqual(set(alone) - set(recorded.result.stdout.split("\0")), set())

    def test_an_ld_preload_that_is_there_is_kept(self):
        (library,) = sorted(Path("/lib/x86_64-linux-gnu").glob("libm.so.6"))
        recording = self.record("env", env=os.environ | {"LD_PRELOAD": str(library)})
        (line,) = [line for line in recording.result.stdout.splitlines()
                   if line.startswith("LD_PRELOAD=")]
        self.assertTrue(line.endswith(":" + str(library)), line)
        self.assertGreater(recording.header("total_count"), 0)

    def test_a_program_that_execs_another(self):
        recording = self.record("sh", "-c", 'exec "$0" 1000 exit', program("endings"))
        self.assertEqual(recording.result.status, 6)
        line = marked_line(ENDINGS, "allocates")
        self.assertEqual(recording.at_line(ENDINGS, line, "--metric", "total"), (24000, 1000))
        self.assertEqual(recording.at_line(ENDINGS, line, "--at", "end"), (12000, 500))
        self.assertEqual(recording.query("SELECT count(*) FROM processes"), [(2,)])


if __name__ == "__main__":
    unittest.main()
