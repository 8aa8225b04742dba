"""Programs that execute what cannot be recorded: they see what they see alone, and the recording
says which child is missing, and why."""

import os
import re
import shutil
import sys
import unittest
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))
import misfits  # noqa: E402
from harness import BUILD, HEAPTALLY, Case, Recording, run, run_alone  # noqa: E402

EXECS = BUILD / "bin" / "traps" / "execs"
SHIM = BUILD / "lib" / "heaptally" / "libheaptally_preload.so"
NOBODY = 65534

# How often `execs all` executes a program; in how many of them it passes an environment.
CALLS = 15
WITH_ENVIRONMENT = 11

# Each reason by a word of it.
REASONS = {
    "static": "linked statically", "musl": "not glibc", "32": "32-bit", "sanitizer": "sanitizer",
    "own malloc": "malloc of its own", "rights": "privileges", "environment": "environment",
    "shim": "cannot be opened",
}


class ExecCase(Case):
    def record_same(self, *command, heaptally=HEAPTALLY, **how):
        """The recording of a command that prints and ends as it does alone."""
        how.setdefault("cwd", self.folder)
        alone = run_alone(*command, **how)
        path = self.folder / "out.heaptally"
        recorded = run(heaptally, "record", "-fo", path, "--", *command, **how)
        self.assertEqual(recorded.status, alone.status, recorded)
        self.assertEqual(recorded.stdout, alone.stdout)
        lines = recorded.stderr.splitlines(keepends=True)
        self.assertRegex(lines[-1], r"\Aheaptally: .*out\.heaptally: ")
        self.assertEqual(without_numbers("".join(lines[:-1])), without_numbers(alone.stderr))
        return Recording(path)

    def assert_missing(self, recording, program, reason, times):
        """That program, and no other, was not recorded: so often, for one reason."""
        rows = Counter(recording.query("SELECT command, not_recorded FROM processes "
                                       "WHERE coalesce(not_recorded, '') <> ''"))
        self.assertEqual([(Path(command).name, count) for (command, _), count in rows.items()],
                         [(Path(program).name, times)] if times else [], rows)
        for _, words in rows:
            self.assertIn(REASONS[reason], words)

    def assert_misfit(self, program, reason):
        # How many leaks the sanitizer finds depends on what is left in registers.
        recording = self.record_same(EXECS, "all", program,
                                     env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})
        self.assert_missing(recording, program, reason, CALLS)


def without_numbers(text):
    """Process ids and addresses are others each time."""
    return re.sub(r"0x[0-9a-f]+|==[0-9]+==|\b(pid|tid)=[0-9]+", "N", text)


class Misfits(ExecCase):
    def test_static(self):
        self.assert_misfit(misfits.static(self.folder / "program"), "static")

    def test_thirty_two_bits(self):
        self.assert_misfit(misfits.thirty_two_bits(self.folder / "program"), "32")

    def test_another_c_library(self):
        self.assert_misfit(misfits.musl(self.folder / "program"), "musl")

    def test_an_allocator_of_its_own(self):
        self.assert_misfit(misfits.own_malloc(self.folder / "program"), "own malloc")

    def test_sanitizers(self):
        for options in ((), ("-static-libasan",)):
            with self.subTest(options):
                self.assert_misfit(misfits.compile_program(
                    self.folder / "program", "-fsanitize=address", *options), "sanitizer")

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file to another user")
    def test_rights_of_its_own(self):
        program = misfits.compile_program(self.folder / "program", source=misfits.SECURE)
        os.chown(program, NOBODY, NOBODY)
        program.chmod(0o4755)
        self.assert_misfit(program, "rights")

    def test_scripts_of_an_interpreter_that_cannot_be_recorded(self):
        static = misfits.static(self.folder / "static")
        script = self.folder / "script"
        script.write_text(f"#!{static}\n")
        script.chmod(0o755)
        self.assert_misfit(script, "static")


class Calls(ExecCase):
    def test_recordable_programs_are_recorded_by_each_function(self):
        program = misfits.compile_program(self.folder / "program")
        recording = self.record_same(EXECS, "all", program)
        self.assert_missing(recording, program, "", 0)
        (recorded,) = recording.query("SELECT count(*) FROM processes WHERE total_count >= 10 AND "
                                      "command LIKE '%one two words'")
        self.assertEqual(recorded, (CALLS,))

    def test_what_cannot_be_executed_fails_as_alone(self):
        static = misfits.static(self.folder / "static")
        static.chmod(0o644)
        broken = self.folder / "broken"
        broken.write_text("#!/no/such/interpreter\n")
        broken.chmod(0o755)
        for program in (self.folder / "missing", static, broken, self.folder):
            with self.subTest(program):
                recording = self.record_same(EXECS, "all", program)
                self.assert_missing(recording, program, "", 0)

    def test_names_are_searched_for_in_path(self):
        misfits.thirty_two_bits(self.folder / "program")
        decoy = self.folder / "decoy"
        (decoy / "program").mkdir(parents=True)
        for path in (f"{decoy}:/no/such::/usr/bin", f"{self.folder}:/usr/bin", f"{decoy}:."):
            for function in ("execvp", "execlp", "execvpe", "spawnp"):
                with self.subTest(path=path, function=function):
                    recording = self.record_same(EXECS, function, "program",
                                                 env={**os.environ, "PATH": path})
                    self.assert_missing(recording, "program", "32", 1)

    def test_a_text_is_for_the_shell(self):
        text = self.folder / "text"
        text.write_text("echo $0 $1\n")
        text.chmod(0o755)
        recording = self.record_same(EXECS, "all", text)
        self.assert_missing(recording, text, "", 0)

    def test_an_environment_without_heaptallys(self):
        program = misfits.compile_program(self.folder / "program")
        recording = self.record_same(EXECS, "all", program, "no-environment")
        self.assert_missing(recording, program, "environment", WITH_ENVIRONMENT)
        # fexecve takes no null.
        recording = self.record_same(EXECS, "all", program, "null-environment")
        self.assert_missing(recording, program, "environment", WITH_ENVIRONMENT - 1)

    def test_other_preloads_are_kept(self):
        (library,) = Path("/lib/x86_64-linux-gnu").glob("libm.so.6")
        program = misfits.compile_program(self.folder / "program", "-fsanitize=address", source="""
            #include <stdio.h>
            #include <stdlib.h>
            int main(void) {
              const char *preload = getenv("LD_PRELOAD");
              puts(preload ? preload : "(none)");
            }""")
        (asan,) = {run("gcc", "-print-file-name=libasan.so").stdout.strip()}
        for preload in (f"{asan}:{library}", f"{asan} {library}", asan):
            with self.subTest(preload):
                path = self.folder / "out.heaptally"
                result = run(HEAPTALLY, "record", "-fo", path, "env", f"LD_PRELOAD={SHIM}:{preload}",
                             program)
                self.assertEqual(result.stdout, preload.replace(" ", ":") + "\n", result)
        result = run(HEAPTALLY, "record", "-fo", path, "env", program)
        self.assertEqual(result.stdout, "(none)\n", result)

    def test_an_environment_too_large_to_be_copied_is_passed_on(self):
        program = misfits.thirty_two_bits(self.folder / "program")
        large = {f"VARIABLE_{number}": "x" for number in range(5000)}
        path = self.folder / "out.heaptally"
        result = run(HEAPTALLY, "record", "-fo", path, EXECS, "execve", program,
                     env={**os.environ, **large})
        self.assertEqual(result.stdout, "done\nexecve: 0\n")
        self.assert_missing(Recording(path), program, "32", 1)


class Parents(ExecCase):
    def test_shells_and_interpreters(self):
        misfits.thirty_two_bits(self.folder / "program")
        self.assert_missing(
            self.record_same("sh", "-c", "./program; (./program); ./program | cat; exec ./program"),
            "program", "32", 4)
        self.assert_missing(self.record_same("perl", "-e", 'system("./program", "x"); `./program x`'),
                            "program", "32", 2)
        self.assert_missing(self.record_same(sys.executable, "-c", """
import os, subprocess
subprocess.run(["./program"])
subprocess.run(["./program"], preexec_fn=lambda: None)
subprocess.run(["./program"], close_fds=False)
os.waitpid(os.posix_spawn("./program", ["x"], os.environ), 0)
os.system("./program")
os.execv("./program", ["x"])
"""), "program", "32", 6)

    def test_a_child_of_a_process_that_is_not_recorded(self):
        """Its own environment is kept: what it starts is recorded again."""
        static = misfits.compile_program(self.folder / "static", "-static", source="""
            #include <unistd.h>
            int main(void) { execl("./plain", "plain", (char *)0); return 1; }""")
        misfits.compile_program(self.folder / "plain")
        recording = self.record_same("sh", "-c", "./static; true")
        self.assertEqual(recording.query("SELECT count(*) FROM processes WHERE total_count >= 10 "
                                         "AND command = 'plain'"), [(1,)])
        self.assert_missing(recording, static, "static", 1)


@unittest.skipUnless(os.geteuid() == 0, "only root may change its root or its user")
class Surroundings(ExecCase):
    def test_another_root(self):
        root = self.folder / "root"
        program = misfits.compile_program(self.folder / "program")
        for file in ("/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/libc.so.6"):
            (root / file[1:]).parent.mkdir(parents=True)
            shutil.copy(file, root / file[1:])
        shutil.copy(program, root)
        for function in ("execve", "vfork", "spawn"):
            with self.subTest(function):
                recording = self.record_same(EXECS, function, "/program", "root", root)
                self.assert_missing(recording, "program", "shim", 1)

    def test_another_user(self):
        private = self.folder / "private"
        (private / "bin").mkdir(parents=True)
        (private / "lib" / "heaptally").mkdir(parents=True)
        shutil.copy(HEAPTALLY, private / "bin")
        shutil.copy(SHIM, private / "lib" / "heaptally")
        private.chmod(0o700)
        self.folder.chmod(0o755)
        program = misfits.compile_program(self.folder / "program")
        recording = self.record_same(EXECS, "all", program, "user", NOBODY,
                                     heaptally=private / "bin" / "heaptally")
        self.assert_missing(recording, program, "shim", CALLS)


if __name__ == "__main__":
    unittest.main()
