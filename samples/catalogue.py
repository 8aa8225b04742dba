"""What samples there are: every folder here with a sample.toml, in the order of ORDER.

A sample.toml has
    title     what it is about, in a few words
    lesson    what to learn from it and where to look
    size      `{size}` in the commands below: {usual, small, least, most = NUMBER, of = "WHAT"};
              the small one is for tests
    prepare   optional: commands to run before, not recorded, each a list of words
    same      the keys that all programs print with the same value, but for those that fail
              and those that are alone
    ask       heaptally commands to show; a program's recording is NAME.heaptally
    pair      optional: the two programs that are set side by side; else the first and the last
    programs  name, kind ("eager", "lazy", "faulty", "fixed" ...), run: a list of words;
              optional: status, the exit status it ends with (0); options of `heaptally record`;
              alone = true: it does other work than the first, so is not compared with it
The first word of a command is a program in bin/samples. It runs in a folder of the sample's own.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ORDER = (
    "generator",
    "exhaustion",
    "large_file",
    "log_analysis",
    "backtracking",
    "threads",
    "handover",
    "processes",
    "server",
    "validation",
    "types",
    "snapshots",
)

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Program:
    name: str
    kind: str
    run: list[str]
    status: int = 0
    options: tuple[str, ...] = ()
    alone: bool = False


    def is_built(self, programs):
        """`programs`: the folder bin/samples. What lacks its library is not built."""
        return (programs / self.run[0]).exists()


@dataclass(frozen=True)
class Size:
    usual: int
    small: int
    least: int
    most: int
    of: str  # what it counts


@dataclass(frozen=True)
class Sample:
    name: str
    title: str
    lesson: str
    programs: list[Program]
    same: list[str]
    ask: list[str]
    prepare: list[list[str]]
    pair: tuple[str, str]
    size: Size

    @staticmethod
    def load(name):
        about = tomllib.loads((HERE / name / "sample.toml").read_text())
        programs = [Program(**program) for program in about["programs"]]
        return Sample(name=name, title=about["title"], lesson=about["lesson"].strip(),
                      programs=programs, same=about["same"], ask=about["ask"],
                      prepare=about.get("prepare", []),
                      pair=tuple(about.get("pair", (programs[0].name, programs[-1].name))),
                      size=Size(**about["size"]))


def all_samples():
    return [Sample.load(name) for name in ORDER]


def command(words, programs, size):
    """The words of a command, ready to run. `programs`: the folder bin/samples."""
    return [str(programs / words[0]), *(word.replace("{size}", str(size)) for word in words[1:])]
