"""What cannot be done is refused in one clear line: 2 for usage, 1 for the rest."""

import contextlib
import os
import random
import sqlite3
import unittest
from pathlib import Path

from harness import HEAPTALLY, Case, run, sample

READERS = ("sql", "stats", "summary")


class Usage(Case):
    def test_an_unknown_command(self):
        self.assert_refused(2, "frobnicate", "frobnicate")

    def test_unknown_options(self):
        for command in ("record", *READERS):
            with self.subTest(command):
                self.assert_refused(2, "--frobnicate", command, "--frobnicate", "x")

    def test_what_is_missing(self):
        for arguments in ((), ("record",), ("record", "-o"), ("record", "-o", "out"),
                          ("record", "-o", "out", "--"), ("record", "--"), *((reader,) for reader in READERS)):
            with self.subTest(arguments):
                self.assert_refused(2, "", *arguments)
        self.assertEqual(os.listdir(self.folder), [])

    def test_values_that_do_not_exist(self):
        path = self.record(sample("generator")).path
        for option in ("--group", "--metric", "--sort", "--format", "--at", "--limit"):
            with self.subTest(option):
                self.assert_refused(2, "nonsense", "stats", path, option, "nonsense")


class Program(Case):
    """Nothing is written when there is nothing to record."""

    def assert_not_started(self, program):
        before = sorted(os.listdir(self.folder))
        self.assert_refused(2, program, "record", "-o", "out.heaptally", "--", program)
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_missing(self):
        for name in ("no-such-program", "./no-such-program", "/no/such/program"):
            with self.subTest(name):
                self.assert_not_started(name)

    def test_not_executable(self):
        text = self.folder / "text"
        text.write_text("hello\n")
        text.chmod(0o644)
        for name in ("./text", str(self.folder)):
            with self.subTest(name):
                self.assert_not_started(name)

    def test_of_another_kind(self):
        """Only the kernel can tell, once it is to be executed."""
        broken = self.folder / "broken"
        for start in (b"\x7fELF" + bytes(100), b"#!/no/such/interpreter\n"):
            with self.subTest(start):
                broken.write_bytes(start)
                broken.chmod(0o755)
                self.assert_not_started("./broken")

    def test_no_name_at_all(self):
        self.assert_refused(2, "name", "record", "-o", "out", "--", "")
        self.assertEqual(os.listdir(self.folder), [])

    def test_an_existing_file_survives_a_program_that_cannot_start(self):
        precious = self.folder / "out.heaptally"
        precious.write_text("precious\n")
        broken = self.folder / "broken"
        broken.write_bytes(b"\x7fELF" + bytes(100))
        broken.chmod(0o755)
        for name in ("./no-such-program", "./broken"):
            with self.subTest(name):
                self.assert_refused(2, name, "record", "-f", "-o", precious, "--", name)
                self.assertEqual(precious.read_text(), "precious\n")


class Output(Case):
    def test_an_existing_file_is_kept_without_force(self):
        path = self.folder / "precious"
        path.write_text("precious\n")
        arguments = ("-o", path, "--", "touch", "started")
        self.assert_refused(1, "--force", "record", *arguments)
        self.assertEqual(path.read_text(), "precious\n")
        self.assertFalse((self.folder / "started").exists())

        self.assertEqual(self.heaptally("record", "--force", *arguments).status, 0)
        self.assertTrue((self.folder / "started").exists())
        self.assertEqual(self.heaptally("stats", path).status, 0)

    def test_short_options_in_one_word(self):
        for word in (("-fo", "out"), ("-foout",), ("-f", "-oout"), ("--force", "--output=out")):
            with self.subTest(word):
                self.assertEqual(self.heaptally("record", *word, "touch", "started").status, 0)
                self.assertEqual(sorted(os.listdir(self.folder)), ["out", "started"])

    def test_a_folder_that_is_missing(self):
        path = self.folder / "missing" / "out.heaptally"
        self.assert_refused(1, path, "record", "-o", path, "--", "touch", "started")
        self.assertFalse((self.folder / "started").exists())

    def test_a_folder_that_is_not_writable(self):
        """Root may write anywhere but where the kernel itself says no."""
        folder = self.folder / "locked"
        folder.mkdir()
        folder.chmod(0o555)
        path = Path("/proc/self/out.heaptally") if os.geteuid() == 0 else folder / "out.heaptally"
        self.assert_refused(1, path, "record", "-o", path, "--", "touch", "started")
        self.assertFalse((self.folder / "started").exists())

    def test_an_output_that_is_a_folder(self):
        for options in ((), ("--force",)):
            self.assert_refused(1, self.folder, "record", *options, "-o", self.folder, "--", "touch",
                                "started")
        self.assertFalse((self.folder / "started").exists())

    def test_without_o_the_program_names_the_file(self):
        result = self.heaptally("record", sample("generator"))
        self.assertEqual(result.status, 0, result)
        (name,) = os.listdir(self.folder)
        self.assertRegex(name, r"\Agenerator\.[0-9]+\.heaptally\Z")
        self.assertIn(name, result.stderr)


class Unreadable(Case):
    def assert_unreadable(self, path):
        before = path.read_bytes() if path.is_file() else None
        for command in READERS:
            self.assert_refused(1, path, command, path)
        if before is not None:
            self.assertEqual(path.read_bytes(), before)

    def test_missing(self):
        self.assert_unreadable(self.folder / "missing.heaptally")

    def test_a_folder(self):
        self.assert_unreadable(self.folder)

    def test_foreign(self):
        text = self.folder / "text"
        text.write_text("Not a recording, however long it may be.\n" * 1000)
        self.assert_unreadable(text)

        database = self.folder / "database"
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("CREATE TABLE header(key TEXT, value)")
        self.assert_unreadable(database)

    def test_truncated(self):
        whole = self.record(sample("generator")).path.read_bytes()
        sizes = {0, 1, 15, 16, 99, 100, 101, 511, 512, 1024, len(whole) - 1}
        sizes |= set(range(4096, len(whole), 4096)) | set(range(2500, len(whole), len(whole) // 20))
        for size in sorted(sizes):
            with self.subTest(size=size, whole=len(whole)):
                part = self.folder / f"part-{size}"
                part.write_bytes(whole[:size])
                self.assert_unreadable(part)

    def test_nothing_else_is_said_where_nobody_reads_it(self):
        for command in READERS:
            words = ("sh", "-c", 'exec "$@" 2>&-', "sh", HEAPTALLY, command, self.folder / "missing")
            self.assertEqual(run(*words)[:2], (1, ""))

    def test_a_fifo(self):
        path = self.folder / "fifo"
        os.mkfifo(path)
        self.assert_unreadable(path)

    def test_scribbled_on(self):
        """Any byte may be wrong: an answer or one line of error, but no crash."""
        whole = self.record(sample("generator")).path.read_bytes()
        path = self.folder / "scribbled"
        numbers = random.Random(7)
        for _ in range(60):
            damaged = bytearray(whole)
            for _ in range(numbers.choice((1, 8, 64))):
                damaged[numbers.randrange(len(damaged))] = numbers.randrange(256)
            path.write_bytes(damaged)
            result = self.heaptally("stats", path)
            self.assertIn(result.status, (0, 1), result)
            if result.status == 1:
                self.assertRegex(result.stderr, r"\A[^\n]+\n\Z")
                self.assertEqual(result.stdout, "")

    def test_newer(self):
        path = self.record(sample("generator")).path
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 1000")
        self.assert_unreadable(path)
        self.assertIn("newer", self.heaptally("stats", path).stderr)


if __name__ == "__main__":
    unittest.main()
