"""Programs that cannot be recorded are refused in one line before anything starts; those that
only look like them are recorded."""

import glob
import os
import shutil
import subprocess
import unittest
from pathlib import Path

import misfits
from harness import BUILD, HEAPTALLY, Case, Recording, run

NOBODY = 65534


class RefusalCase(Case):
    def assert_misfit(self, path, *says, prefix=(), heaptally=HEAPTALLY):
        """Refused with all that `says` names, twice: an existing recording is kept."""
        before = {name: name.read_bytes() for name in self.folder.iterdir() if name.is_file()}
        precious = self.folder / "precious.heaptally"
        precious.write_text("precious\n")
        for output in ("out.heaptally", precious.name):
            result = run(*prefix, heaptally, "record", "-f", "-o", output, "--", path,
                         cwd=self.folder)
            self.assertEqual(result.status, 2, result)
            self.assertEqual(result.stdout, "", result)
            self.assertRegex(result.stderr, r"\Aheaptally: [^\n]+; [^\n]+\n\Z", "not one line")
            for text in (str(path), *says):
                self.assertIn(text, result.stderr)
        self.assertEqual(precious.read_text(), "precious\n")
        precious.unlink()
        after = {name: name.read_bytes() for name in self.folder.iterdir() if name.is_file()}
        self.assertEqual(after, before)

    def assert_recorded(self, path, allocations=10):
        recording = self.record(path)
        self.assertEqual(recording.result.status, 0, recording.result)
        self.assertEqual(recording.result.stdout, "done\n")
        self.assertGreaterEqual(recording.header("total_count"), allocations)
        return recording


class Linking(RefusalCase):
    def test_static(self):
        for make in (misfits.static, misfits.static_pie):
            with self.subTest(make.__name__):
                program = make(self.folder / make.__name__)
                self.assert_misfit(program, "statically", "without -static")
                run("strip", program)
                self.assert_misfit(program, "statically")

    def test_the_loader_run_as_a_program(self):
        program = misfits.compile_program(self.folder / "plain")
        recording = self.record("/lib64/ld-linux-x86-64.so.2", program)
        self.assertEqual(recording.result.stdout, "done\n")
        self.assertGreater(recording.header("total_count"), 0)

    def test_another_c_library(self):
        program = misfits.musl(self.folder / "program")
        self.assertEqual(run(program).stdout, "done\n")
        self.assert_misfit(program, "glibc", "ld-musl-x86_64.so.1")

    def test_thirty_two_bits(self):
        program = misfits.thirty_two_bits(self.folder / "program")
        self.assertEqual(run(program).stdout, "done\n")
        self.assert_misfit(program, "32-bit", "x86-64")

    def test_another_processor(self):
        program = misfits.compile_program(self.folder / "program")
        image = bytearray(program.read_bytes())
        image[18:20] = (183).to_bytes(2, "little")
        program.write_bytes(image)
        self.assert_misfit(program, "aarch64", "x86-64")

    def test_a_loader_that_is_missing(self):
        program = misfits.compile_program(self.folder / "program",
                                          "-Wl,-dynamic-linker,/no/such/ld-linux-x86-64.so.2")
        self.assert_misfit(program, "/no/such/ld-linux-x86-64.so.2", "missing")

    def test_an_object_file(self):
        program = misfits.compile_program(self.folder / "program", "-c")
        program.chmod(0o755)
        self.assert_misfit(program, "not a program")


class Allocators(RefusalCase):
    def test_jemalloc_linked_statically(self):
        for options in ((), ("-s",), ("-no-pie",), ("-Wl,--hash-style=sysv",)):
            with self.subTest(options):
                program = misfits.jemalloc(self.folder / "program", *options)
                self.assert_misfit(program, "jemalloc", "shared library")

    def test_one_that_nobody_knows(self):
        program = misfits.own_malloc(self.folder / "program")
        self.assert_misfit(program, "a malloc of its own")

    def test_others_are_known_by_their_messages(self):
        for name, greeting in (("mimalloc", "mimalloc: %s"), ("tcmalloc", "src/tcmalloc.cc")):
            with self.subTest(name):
                program = misfits.own_malloc(self.folder / "program", "-s", greeting=greeting)
                self.assert_misfit(program, name, "shared library")

    def test_one_in_a_shared_library_is_recorded(self):
        (library,) = glob.glob("/usr/lib/*/libjemalloc.so.2")
        program = misfits.compile_program(self.folder / "program", library)
        recording = self.assert_recorded(program)
        self.assertNotIn("of its own", recording.result.stderr)

    def test_one_that_is_not_exported_is_told_of(self):
        program = misfits.own_malloc(self.folder / "program",
                                     seen='__attribute__((visibility("hidden")))')
        recording = self.assert_recorded(program, allocations=0)
        self.assertIn("has a malloc of its own that cannot be hooked", recording.result.stderr)

    def test_one_under_another_name_is_told_of(self):
        recording = self.assert_recorded(self.renamed_jemalloc())
        self.assertIn("has a jemalloc of its own that cannot be hooked", recording.result.stderr)

    def renamed_jemalloc(self):
        """As Rust's and Redis' builds have it: a prefix before each function's name."""
        (archive,) = glob.glob("/usr/lib/*/libjemalloc.a")
        renamed = self.folder / "librenamed.a"
        names = ("malloc", "free", "calloc", "realloc", "posix_memalign", "aligned_alloc",
                 "memalign", "valloc", "malloc_usable_size")
        subprocess.run(["objcopy", *(f"--redefine-sym={name}=je_{name}" for name in names), archive,
                        str(renamed)], check=True)
        source = misfits.ALLOCATES.replace(
            "int main(void) {", "void *je_malloc(size_t);\nint main(void) {\n  je_malloc(7);")
        return misfits.compile_program(self.folder / "program", str(renamed), "-lm", "-lstdc++",
                                       "-s", source=source)

    def test_heaptally_itself_which_knows_their_names(self):
        recording = self.record(HEAPTALLY, "--version")
        self.assertEqual(recording.result.status, 0, recording.result)
        self.assertNotIn("of its own", recording.result.stderr)

    def test_an_ordinary_program_has_nothing_said_of_it(self):
        recording = self.assert_recorded(misfits.compile_program(self.folder / "program"))
        self.assertEqual(recording.result.stderr.count("\n"), 1, recording.result)


class Sanitizers(RefusalCase):
    def test_those_with_an_allocator(self):
        for compiler, *options in (("gcc", "-fsanitize=address"),
                                   ("gcc", "-fsanitize=address", "-static-libasan"),
                                   ("clang", "-fsanitize=address"), ("clang", "-fsanitize=memory"),
                                   ("clang", "-fsanitize=thread"), ("clang", "-fsanitize=leak")):
            with self.subTest((compiler, *options)):
                program = misfits.compile_program(self.folder / "program", *options,
                                                  compiler=compiler)
                self.assert_misfit(program, "sanitizer", f"without {options[0]}")

    def test_those_without(self):
        for compiler in ("gcc", "clang"):
            program = misfits.compile_program(self.folder / "program", "-fsanitize=undefined",
                                              compiler=compiler)
            self.assert_recorded(program)


class Scripts(RefusalCase):
    def script(self, line):
        path = self.folder / "script"
        path.write_text(f"#!{line}\necho done\n")
        path.chmod(0o755)
        return path

    def test_an_interpreter_that_is_missing(self):
        self.assert_misfit(self.script("/no/such/interpreter -x"), "/no/such/interpreter", "missing")

    def test_an_interpreter_that_cannot_be_recorded(self):
        program = misfits.static(self.folder / "program")
        self.assert_misfit(self.script(program), f"its interpreter {program} is linked statically")

    def test_env_finds_the_interpreter(self):
        self.assert_recorded(self.script("/usr/bin/env sh"))


class Surroundings(RefusalCase):
    def as_nobody(self):
        """A command that anybody may run, with the words before it that make it anybody's."""
        self.folder.chmod(0o777)
        if os.geteuid() != 0:
            return (), HEAPTALLY
        installed = self.folder / "installed"
        shutil.copytree(BUILD / "lib" / "heaptally", installed / "lib" / "heaptally",
                        ignore=lambda folder, names: [name for name in names
                                                      if not name.endswith("_preload.so")])
        (installed / "bin").mkdir()
        shutil.copy(HEAPTALLY, installed / "bin")
        run("chmod", "-R", "a+rX", installed)
        return ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"), \
            installed / "bin" / "heaptally"

    def privileged(self, *command):
        """A program that tells whether it is, after `command` was run on it by root."""
        program = misfits.compile_program(self.folder / "program", source=misfits.SECURE)
        program.chmod(0o755)
        if command:
            result = run(*command, program)
            self.assertEqual(result.status, 0, result)
        return program

    def test_a_program_of_the_system_that_sets_its_user(self):
        programs = [path for name in ("passwd", "su", "mount", "chsh", "newgrp")
                    for path in (Path("/usr/bin") / name,)
                    if path.exists() and path.stat().st_mode & 0o4000]
        self.assertTrue(programs, "no set-user-ID program is installed")
        prefix, heaptally = self.as_nobody()
        self.assert_misfit(programs[0], "set-user-ID", "record a copy", prefix=prefix,
                           heaptally=heaptally)

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file rights")
    def test_rights_that_take_effect(self):
        prefix, heaptally = self.as_nobody()
        for says, *command in (("set-user-ID", "chmod", "4755"), ("set-group-ID", "chmod", "2755"),
                               ("file capabilities", "setcap", "cap_net_raw+ep")):
            with self.subTest(says):
                program = self.privileged(*command)
                self.assertEqual(run(*prefix, program).stdout, "secure=1\n")
                self.assert_misfit(program, says, prefix=prefix, heaptally=heaptally)
                program.unlink()

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file rights")
    def test_rights_that_do_not(self):
        nobody, heaptally = self.as_nobody()
        for prefix, *command in (((), "chmod", "4755"), ((), "setcap", "cap_net_raw+ep"),
                                 ((*nobody, "--no-new-privs"), "chmod", "6755"),
                                 (nobody, "setcap", "cap_net_raw+i")):
            with self.subTest((prefix, *command)):
                program = self.privileged(*command)
                path = self.folder / "out.heaptally"
                result = run(*prefix, heaptally, "record", "-fo", path, "--", program,
                             cwd=self.folder)
                self.assertEqual((result.status, result.stdout), (0, "secure=0\n"), result)
                self.assertGreater(Recording(path).header("total_count"), 0)
                path.unlink()
                program.unlink()

    def test_a_program_that_cannot_be_read_is_recorded(self):
        prefix, heaptally = self.as_nobody()
        program = misfits.compile_program(self.folder / "program")
        program.chmod(0o711 if prefix else 0o111)
        result = run(*prefix, heaptally, "record", "-o", "out.heaptally", program, cwd=self.folder)
        self.assertEqual((result.status, result.stdout), (0, "done\n"), result)
        self.assertGreaterEqual(Recording(self.folder / "out.heaptally").header("total_count"), 10)

    def test_a_shim_that_cannot_be_read(self):
        prefix, heaptally = self.as_nobody()
        if not prefix:
            self.skipTest("the build is not this test's to change")
        shim = heaptally.parent.parent / "lib" / "heaptally" / "libheaptally_preload.so"
        shim.chmod(0o600)
        result = run(*prefix, heaptally, "record", "true", cwd=self.folder)
        self.assertEqual(result.status, 1, result)
        self.assertRegex(result.stderr, rf"\Aheaptally: {shim}: the shim cannot be read: [^\n]*\n\Z")

    def test_without_proc(self):
        hide = ("unshare", "--map-root-user", "--mount", "sh", "-c",
                'mount -t tmpfs none /proc && exec "$@"', "sh")
        if run(*hide, "true").status != 0:
            self.skipTest("this machine lets nobody hide /proc")
        result = run(*hide, HEAPTALLY, "record", "true", cwd=self.folder)
        self.assertEqual(result.status, 1, result)
        self.assertRegex(result.stderr, r"\Aheaptally: /proc: is not mounted[^\n]*; [^\n]+\n\Z")
        self.assertEqual(os.listdir(self.folder), [])

    def test_where_nothing_may_be_executed(self):
        hide = ("unshare", "--map-root-user", "--mount", "sh", "-c",
                'mount -t tmpfs -o noexec none "$0" && cp /bin/true "$0" && exec "$@"', self.folder)
        if run(*hide, "true").status != 0:
            self.skipTest("this machine lets nobody mount anything")
        result = run(*hide, HEAPTALLY, "record", self.folder / "true")
        self.assertEqual(result.status, 2, result)
        self.assertRegex(result.stderr, r"\Aheaptally: [^\n]*/true: [^\n]* noexec; [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()
