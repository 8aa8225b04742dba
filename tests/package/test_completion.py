"""What bash and zsh offer, beside what --help says."""

import re
import shutil
import unittest
from pathlib import Path

from package_harness import Case, HEAPTALLY, commands, install, options_of, run, succeed

HERE = Path(__file__).resolve().parent


class Completion:
    """The cases, for a shell that offers(line)."""

    def setUp(self):
        super().setUp()
        self.prefix = self.folder / "prefix"
        install(self.prefix)
        self.work = self.folder / "work"
        (self.work / "folder").mkdir(parents=True)
        for name in ("one.heaptally", "two.heaptally", "notes.txt"):
            (self.work / name).touch()

    def test_commands(self):
        self.assertEqual(self.offers("heaptally "), set(commands()) - {""})
        self.assertEqual(self.offers("heaptally st"), {"stats"})

    def test_options_are_those_of_help(self):
        for command in commands():
            with self.subTest(command=command):
                known = options_of(command)
                line = f"heaptally {command} ".replace("  ", " ")
                self.assertEqual({o for o in self.offers(line + "--") if o.startswith("--")},
                                 {option for option in known if option.startswith("--")})
                self.assertEqual(self.offers(line + "-"), known)

    def test_values_are_those_that_heaptally_names(self):
        seen = set()
        for command in commands()[1:]:
            for option in options_of(command):
                said = run(HEAPTALLY, command, "x", option, "?", cwd=self.work)
                known = re.search(r"; choose (.*)\n", said.stderr)
                if known:
                    with self.subTest(command=command, option=option):
                        self.assertEqual(self.offers(f"heaptally {command} {option} "),
                                         set(re.split(", | or ", known[1])))
                    seen.add((command, option))
        self.assertLessEqual({("stats", "--group"), ("stats", "--metric"), ("stats", "--sort"),
                              ("stats", "--format")}, seen)

    def test_values(self):
        self.assertEqual(self.offers("heaptally stats --metric=t"), {"total", "temporary"})
        moments = self.offers("heaptally stats --at ")
        self.assertEqual(moments, {"peak", "end"})
        for moment in moments:  # All that is said of these is that there is no such file.
            said = run(HEAPTALLY, "stats", "x", "--at", moment, cwd=self.work)
            self.assertEqual(said.status, 1, said)

    def test_recordings(self):
        recordings = {"one.heaptally", "two.heaptally", "folder"}
        self.assertEqual(self.offers("heaptally summary "), recordings)
        self.assertEqual(self.offers("heaptally stats --raw --group size "), recordings)
        self.assertEqual(self.offers("heaptally stats --filter src/*:3 o"), {"one.heaptally"})
        self.assertEqual(self.offers("heaptally record -o "), recordings)
        self.assertEqual(self.offers("heaptally record -fo t"), {"two.heaptally"})
        self.assertEqual(self.offers("heaptally record --output=t"), {"two.heaptally"})

    def test_no_second_recording(self):
        offered = self.offers("heaptally stats one.heaptally ")
        self.assertFalse([word for word in offered if not word.startswith("-")])

    def test_files(self):
        files = {"one.heaptally", "two.heaptally", "folder", "notes.txt"}
        for words in ("--debug ", "--debug notes.txt ", "x.heaptally --debug x y "):
            with self.subTest(words=words):
                self.assertEqual(self.offers("heaptally resolve " + words), files)
        self.assertEqual(self.offers("heaptally resolve --debug x --output o"), {"one.heaptally"})
        self.assertEqual(self.offers("heaptally import "), files)

    def test_programs(self):
        for line in ("record ", "record -f ", "record -o x ", "record --output=x ", "record -- "):
            with self.subTest(line=line):
                offered = self.offers(f"heaptally {line}sqlite")
                self.assertIn("sqlite3", offered)
                self.assertFalse([name for name in offered if not name.startswith("sqlite")])

    def test_the_arguments_of_a_program_are_its_own(self):
        for line in ("record ", "record -f -o x ", "record --output=x -- "):
            with self.subTest(line=line):
                self.assertEqual(self.offers(f"heaptally {line}gzip --deco"), {"--decompress"})
                self.assertEqual(self.offers(f"heaptally {line}heaptally stats --metric t"),
                                 {"total", "temporary"})


class BashTest(Completion, Case):
    def offers(self, line):
        words = re.findall(r"[=:]|[^\s=:]+", line) + ([""] if line.endswith(" ") else [])
        file = self.prefix / "share" / "bash-completion" / "completions" / "heaptally"
        result = run("bash", "--norc", HERE / "complete.bash", file, *words, cwd=self.work)
        self.assertEqual(result.stderr, "", result)
        return set(result.stdout.splitlines())

    def test_the_script_is_clean(self):
        succeed("shellcheck", self.prefix / "share" / "bash-completion" / "completions" /
                "heaptally")


class ZshTest(Completion, Case):
    def offers(self, line):
        folder = self.folder / "zsh"
        folder.mkdir(exist_ok=True)
        shutil.copy(self.prefix / "share" / "zsh" / "site-functions" / "_heaptally", folder)
        result = run("zsh", "-f", HERE / "complete.zsh", folder, line, cwd=self.work)
        self.assertEqual((result.status, result.stderr), (0, ""), result)
        # A dash alone, before a program, is a word of zsh's own.
        return set(result.stdout.splitlines()) - {"-"}


if __name__ == "__main__":
    unittest.main()
