"""The package that cpack makes, and what is installed from it on a Debian where nothing was built.

It needs to be root and may mount (unshare --mount); any other user goes through sudo. What
the machine does not allow is a failure."""

import gzip
import json
import os
import re
import sys
import unittest

from clean_root import make_clean_root, names_in, run_inside
from package_harness import BUILD, SOURCE, Case, HEAPTALLY, commands, library_files, run, succeed

# Beside heaptally: programs to record, and what shows its pages.
OTHERS = ["perl-base", "python3-minimal", "man-db"]


def field(package, name):
    return succeed("dpkg-deb", "-f", package, name).strip()


class PackageCase(Case):
    def make_package(self):
        succeed("cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", self.folder)
        (package,) = self.folder.glob("*.deb")
        return package


class FieldsTest(PackageCase):
    def test_fields(self):
        package = self.make_package()
        version = succeed(HEAPTALLY, "--version").split()[1]
        architecture = succeed("dpkg", "--print-architecture").strip()
        self.assertEqual(package.name, f"heaptally_{version}_{architecture}.deb")
        for name, value in (("Package", "heaptally"), ("Version", version), ("Section", "devel"),
                            ("Architecture", architecture), ("Priority", "optional"),
                            ("Maintainer", "heaptally developers <heaptally@invalid>"),
                            ("Recommends", "fonts-dejavu-core, libdebuginfod1, libgl1-mesa-dri"), ("Homepage", "")):
            self.assertEqual(field(package, name), value, name)
        summary, *description = field(package, "Description").splitlines()
        self.assertRegex(summary, r"\A[a-z][^.\n]{20,75}\Z")
        self.assertGreater(len(description), 3)
        for line in description:
            self.assertRegex(line, r"\A ( ?\S.{0,77})\Z")

    def test_depends_on_what_is_linked_and_on_what_is_loaded(self):
        depends = {name for (name,) in names_in(field(self.make_package(), "Depends"))}
        self.assertLessEqual({"libc6", "libdw1", "libelf1", "libsqlite3-0", "libunwind8",
                              "libzstd1", "libstdc++6"}, depends)
        self.assertFalse([name for name in depends if name.endswith("-dev")])

    def test_contents(self):
        package = self.make_package()
        rows = [line.partition(" -> ")[0].split(None, 5)
                for line in succeed("dpkg-deb", "-c", package).splitlines()]
        files = {path: mode for mode, *_, path in rows if not path.endswith("/")}
        pages = {f"./usr/share/man/man1/heaptally{command and '-'}{command}.1.gz"
                 for command in commands()}
        library = {f"./usr/{name}" for name in library_files(field(package, "Version"))}
        self.assertEqual(set(files) - pages, library | {
            "./usr/bin/heaptally", "./usr/bin/heaptally-view",
            "./usr/lib/heaptally/libheaptally_preload.so",
            "./usr/share/applications/heaptally-view.desktop",
            "./usr/share/mime/packages/heaptally.xml",
            "./usr/share/bash-completion/completions/heaptally",
            "./usr/share/zsh/vendor-completions/_heaptally",
            "./usr/share/doc/heaptally/README.md", "./usr/share/doc/heaptally/copyright",
            "./usr/share/doc/heaptally/changelog.gz"})
        self.assertLessEqual(pages, set(files))
        for mode, owner, *_, path in rows:
            self.assertEqual(owner, "root/root", path)
            self.assertIn(mode, ("drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x", "lrwxrwxrwx"), path)
        self.assertEqual({path for path, mode in files.items() if mode == "-rwxr-xr-x"},
                         {"./usr/bin/heaptally", "./usr/bin/heaptally-view"})

    def test_files_are_stripped_and_documents_true(self):
        package = self.make_package()
        root = self.folder / "root"
        succeed("dpkg-deb", "-x", package, root)
        for file in ("bin/heaptally", "bin/heaptally-view", "lib/heaptally/libheaptally_preload.so",
                     "lib/libheaptally.so"):
            sections = succeed("readelf", "-SW", root / "usr" / file)
            self.assertNotRegex(sections, r"\.symtab|\.debug_")
            self.assertIn(".eh_frame", sections)
        changelog = gzip.decompress(
            (root / "usr/share/doc/heaptally/changelog.gz").read_bytes()).decode()
        self.assertEqual(re.match(r"heaptally \((.*?)\)", changelog)[1], field(package, "Version"))


class CleanRootTest(PackageCase):
    def setUp(self):
        super().setUp()
        package = self.make_package()
        self.root = self.folder / "root"
        depends = [name for (name,) in names_in(field(package, "Depends"))]
        make_clean_root(self.root, depends + OTHERS)
        (self.root / "tmp" / package.name).write_bytes(package.read_bytes())
        self.inside("dpkg", "--force-unsafe-io", "-i", f"/tmp/{package.name}")

    def inside(self, *command, **how):
        return succeed(*run_inside(self.root, *command, **how), cwd="/")

    def records(self, user, program, expected):
        where = self.inside("mktemp", "-d", user=user).strip()
        result = run(*run_inside(self.root, "env", "-C", where, "HEAPTALLY_VERIFY=1", "heaptally",
                                 "record", "-o", "run.heaptally", "--", *program, user=user),
                     cwd="/")
        self.assertEqual((result.status, result.stdout), (0, expected), result)
        self.assertRegex(result.stderr, r"lost 0\n")
        self.assertRegex(result.stderr, r"[1-9]\d* stacks compared with libunwind's, 0 differ\n")
        stats = json.loads(self.inside("heaptally", "stats", f"{where}/run.heaptally", "--format",
                                       "json", "--metric", "total", "--limit", "0", user=user))
        self.assertGreater(max(row["size"] for row in stats["statistics"]), 2000000)
        self.assertIn(program[0], self.inside("heaptally", "summary", f"{where}/run.heaptally",
                                              user=user))

    def test_works_where_nothing_was_built(self):
        # What the test is about: none of what heaptally was built from is there.
        for path in (BUILD, SOURCE, "/usr/include/stdio.h", "/usr/bin/cmake", "/usr/bin/cc"):
            self.assertFalse((self.root / str(path).lstrip("/")).exists(), path)
        perl = ("perl", "-e", 'my $text = "x" x 2500000; print length($text), "\\n"')
        python = ("python3", "-c", "print(len(bytearray(2500000)))")
        for user in ("root", "65534:65534"):
            for program in (perl, python):
                with self.subTest(user=user, program=program[0]):
                    self.records(user, program, "2500000\n")
        for command in commands():
            page = f"heaptally-{command}" if command else "heaptally"
            self.assertEqual(self.inside("man", "-w", page).strip(),
                             f"/usr/share/man/man1/{page}.1.gz")
        self.inside("dpkg", "--force-unsafe-io", "--purge", "heaptally")
        self.assertEqual([str(path) for path in (self.root / "usr").rglob("*heaptally*")], [])


if __name__ == "__main__":
    if os.geteuid() != 0:
        kept = [f"{name}={os.environ[name]}" for name in ("HEAPTALLY_BUILD", "HEAPTALLY_SOURCE")]
        os.execvp("sudo", ["sudo", "-n", "env", *kept, sys.executable, "-B", *sys.argv])
    unittest.main()
