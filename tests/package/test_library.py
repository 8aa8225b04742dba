"""The library as users link it: docs/library.md's example, built against the installed tree."""

import os
import re
import unittest

from package_harness import SOURCE, Case, install, run, succeed

PROGRAM = ("perl", "-e", "our $text = 'x' x 3000000;")


def examples():
    """The blocks of the page, by language."""
    page = (SOURCE / "docs" / "library.md").read_text()
    return dict(re.findall(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))


class LibraryTest(Case):
    def setUp(self):
        super().setUp()
        # It need not stay where it was installed.
        install("/usr", destdir=self.folder / "staged")
        self.prefix = self.folder / "prefix"
        (self.folder / "staged" / "usr").rename(self.prefix)
        self.work = self.folder / "work"
        self.work.mkdir()
        (self.work / "growth.cpp").write_text(examples()["cpp"])
        self.where = {"cwd": self.work,
                      "env": {**os.environ, "CMAKE_PREFIX_PATH": str(self.prefix),
                              "PKG_CONFIG_PATH": str(self.prefix / "lib" / "pkgconfig"),
                              "LD_LIBRARY_PATH": str(self.prefix / "lib")}}

    def answers(self, growth):
        """The program's output on a recording, which must say what `heaptally` says."""
        heaptally = self.prefix / "bin" / "heaptally"
        succeed(heaptally, "record", "-o", "run.heaptally", *PROGRAM, **self.where)
        lines = succeed(growth, "run.heaptally", **self.where).splitlines()
        top = succeed(heaptally, "stats", "run.heaptally", "--limit", "5", **self.where)
        self.assertEqual(lines[1:6], [row for row in top.splitlines() if row[:2] != "# "])
        size, count = re.fullmatch(r"peak: (\d+) bytes in (\d+) blocks", lines[0]).groups()
        self.assertGreater(int(size), 3000000)
        self.assertGreater(int(count), 5)
        self.assertEqual(lines[6], "grew by:")
        rows = [line for line in lines[7:] if not line.startswith("  ")]
        sizes = [abs(int(row.split()[0])) for row in rows]
        self.assertEqual(sizes, sorted(sizes, reverse=True))
        self.assertRegex(rows[0], r"/perl\b")
        for row in rows:
            self.assertNotIn(" /usr/lib/", row)
        frames = [line for line in lines[7:] if line.startswith("  File ")]
        self.assertLessEqual(1, len(frames))
        self.assertLessEqual(len(frames), 3)

    def test_with_cmake(self):
        (self.work / "CMakeLists.txt").write_text(examples()["cmake"])
        succeed("cmake", "-S", ".", "-B", "build", "-G", "Ninja", **self.where)
        succeed("cmake", "--build", "build", **self.where)
        self.answers(self.work / "build" / "growth")

    def test_with_pkg_config(self):
        succeed("sh", "-ec", examples()["sh"], **self.where)
        self.answers(self.work / "growth")

    def test_a_newer_version_is_not_there(self):
        (self.work / "CMakeLists.txt").write_text(
            examples()["cmake"].replace("heaptally 0.1", "heaptally 0.9"))
        refused = run("cmake", "-S", ".", "-B", "build", "-G", "Ninja", **self.where)
        self.assertEqual(refused.status, 1, refused)
        self.assertIn("heaptally-config.cmake, version: ", refused.stderr)

    def test_errors_are_one_line(self):
        succeed("sh", "-ec", examples()["sh"], **self.where)
        missing = run(self.work / "growth", "missing.heaptally", **self.where)
        self.assertEqual((missing.status, missing.stdout), (1, ""), missing)
        self.assertRegex(missing.stderr, r"\Amissing\.heaptally: .+\n\Z")
        self.assertEqual(run(self.work / "growth", **self.where).status, 2)

    def test_exports_what_the_header_declares(self):
        symbols = succeed("nm", "-DCP", "--defined-only", self.prefix / "lib" / "libheaptally.so")
        names = [line.rsplit(" ", 3)[0] for line in symbols.splitlines()]
        self.assertGreater(len(names), 20)
        for name in names:
            self.assertRegex(name, r"^(vtable for |typeinfo (name )?for )?heaptally::profile::")
        # Nor do the headers lead anywhere else.
        header = (self.prefix / "include" / "heaptally" / "profile.h").read_text()
        self.assertEqual(re.findall(r'#include "', header), [])


if __name__ == "__main__":
    unittest.main()
