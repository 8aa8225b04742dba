"""heaptally from where `cmake --install` puts it, in PATH, through links, from any folder."""

import json
import os
import shutil
import subprocess
import unittest

from package_harness import (BUILD, SOURCE, Case, commands, help_of, install, library_files,
                             options_of, run, succeed)

SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES",
            "EXAMPLES", "SEE ALSO"]
PROGRAM = ("sqlite3", ":memory:", "SELECT length(randomblob(3000000))")


def page_name(command):
    return f"heaptally-{command}" if command else "heaptally"


class InstalledTest(Case):
    def setUp(self):
        super().setUp()
        self.prefix = self.folder / "prefix"
        self.elsewhere = self.folder / "elsewhere"
        self.elsewhere.mkdir()

    def works(self, folder):
        """Records and reads with the heaptally that is found in `folder`."""
        where = {"cwd": self.elsewhere,
                 "env": {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}}
        for old in self.elsewhere.iterdir():
            old.unlink()
        result = run("heaptally", "record", "-o", "here.heaptally", *PROGRAM, **where)
        self.assertEqual((result.status, result.stdout), (0, "3000000\n"), result)
        stats = json.loads(succeed("heaptally", "stats", "here.heaptally", "--format", "json",
                                   "--group", "module", "--limit", "0", **where))
        largest = max(row["size"] for row in stats["statistics"])
        self.assertGreaterEqual(largest, 3000000, "the program's block is not there")
        self.assertIn("sqlite3", succeed("heaptally", "summary", "here.heaptally", **where))

    def test_from_a_prefix(self):
        install(self.prefix)
        self.works(self.prefix / "bin")

    def test_after_the_tree_has_moved(self):
        install("/usr", destdir=self.folder / "staged")
        (self.folder / "staged" / "usr").rename(self.prefix)
        self.works(self.prefix / "bin")

    def test_through_a_link_to_the_command(self):
        install(self.prefix)
        links = self.folder / "links"
        links.mkdir()
        (links / "heaptally").symlink_to(self.prefix / "bin" / "heaptally")
        self.works(links)

    def test_stripped(self):
        install(self.prefix)
        shim = self.prefix / "lib" / "heaptally" / "libheaptally_preload.so"
        for file in (shim, self.prefix / "bin" / "heaptally"):
            succeed("strip", "--strip-unneeded", file)
        self.assertIn(".eh_frame", succeed("readelf", "-SW", shim))
        self.works(self.prefix / "bin")

    def test_nothing_points_into_the_build(self):
        install(self.prefix)
        for file in ("bin/heaptally", "bin/heaptally-view",
                     "lib/heaptally/libheaptally_preload.so", "lib/libheaptally.so"):
            dynamic = succeed("readelf", "-dW", self.prefix / file)
            self.assertNotRegex(dynamic, r"RPATH|RUNPATH")
        for file in self.prefix.rglob("*"):
            if file.is_file() and not file.read_bytes().startswith(b"\x7fELF"):
                self.assertNotIn(str(BUILD), file.read_text(), file)
                self.assertNotIn(str(SOURCE), file.read_text(), file)

    def test_nothing_else_is_installed(self):
        install(self.prefix)
        found = {str(file.relative_to(self.prefix)) for file in self.prefix.rglob("*")
                 if file.is_file()}
        pages = {f"share/man/man1/{page_name(command)}.1" for command in commands()}
        version = succeed(self.prefix / "bin" / "heaptally", "--version").split()[1]
        self.assertEqual(found - pages, library_files(version) | {
            "bin/heaptally", "bin/heaptally-view", "lib/heaptally/libheaptally_preload.so",
            "share/applications/heaptally-view.desktop", "share/mime/packages/heaptally.xml",
            "share/bash-completion/completions/heaptally", "share/zsh/site-functions/_heaptally",
            "share/doc/heaptally/README.md", "share/doc/heaptally/copyright",
            "share/doc/heaptally/changelog"})

    def test_a_shim_that_is_missing_is_named(self):
        install(self.prefix)
        shutil.rmtree(self.prefix / "lib")
        result = run(self.prefix / "bin" / "heaptally", "record", "true", cwd=self.elsewhere)
        self.assertEqual(result.status, 1, result)
        self.assertIn(f"{self.prefix}/lib/heaptally/libheaptally_preload.so", result.stderr)


class PagesTest(Case):
    def setUp(self):
        super().setUp()
        install(self.folder)
        self.man = self.folder / "share" / "man"

    def text(self, command):
        """The page as `man` finds and shows it, in ASCII, one line a paragraph."""
        environment = {**os.environ, "MANPATH": str(self.man), "MANWIDTH": "1000",
                       "LC_ALL": "C"}
        shown = subprocess.run(["man", page_name(command)], env=environment, check=True,
                               stdin=subprocess.DEVNULL, capture_output=True).stdout
        return subprocess.run(["col", "-bx"], input=shown, check=True,
                              capture_output=True).stdout.decode()

    def test_each_command_has_a_page_with_all_sections(self):
        for command in commands():
            with self.subTest(command=command):
                text = self.text(command)
                found = [line for line in text.splitlines() if line in SECTIONS]
                self.assertEqual(found, SECTIONS)
                self.assertNotIn("@", text)

    def test_pages_tell_each_option_and_example_of_help(self):
        for command in commands():
            with self.subTest(command=command):
                text = self.text(command)
                listed = text[text.index("\nOPTIONS\n"):text.index("\nEXIT STATUS\n")]
                for option in options_of(command):
                    self.assertRegex(listed, rf"(?m)^ +(-\S+, )?{option}\b")
                for line in help_of(command).partition("\nExamples:\n")[2].splitlines():
                    if line.startswith("  "):
                        example = line.strip().split("  ")[0]
                        self.assertIn(example, text)

    def test_pages_are_well_formed(self):
        for page in sorted((self.man / "man1").iterdir()):
            with self.subTest(page=page.name):
                lint = run("mandoc", "-T", "lint", "-W", "warning", page)
                self.assertEqual((lint.status, lint.stdout + lint.stderr), (0, ""))
                groff = run("groff", "-man", "-Tutf8", "-ww", "-rCHECKSTYLE=3", page)
                self.assertEqual((groff.status, groff.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
