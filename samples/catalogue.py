"""What samples there are: every folder here with a sample.toml, in the order of ORDER.

A sample.toml has
    title     what it is about, in a few words
    lesson    what to learn from it and where to look
    size      optional: {usual = NUMBER, small = NUMBER, of = "WHAT"}; `{size}` in the commands
              below; the small one is for tests
    prepare   optional: commands to run before, not recorded, each a list of words
    same      the keys that all programs print with the same value, but for those that fail
    ask       heaptally commands to show; a program's recording is NAME.heaptally
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


@dataclass(frozen=True)
class Sample:
    name: str
    title: str
    lesson: str
    programs: list[Program]
    same: list[str]
    ask: list[str]
    prepare: list[list[str]]
    size: int | None  # the usual one
    small_size: int | None
    size_of: str      # what it counts

    @staticmethod
    def load(name):
        about = tomllib.loads((HERE / name / "sample.toml").read_text())
        size = about.get("size", {})
        return Sample(name=name, title=about["title"], lesson=about["lesson"].strip(),
                      programs=[Program(**program) for program in about["programs"]],
                      same=about["same"], ask=about["ask"], prepare=about.get("prepare", []),
                      size=size.get("usual"), small_size=size.get("small"),
                      size_of=size.get("of", ""))


def all_samples():
    return [Sample.load(name) for name in ORDER]


def command(words, programs, size):
    """The words of a command, ready to run. `programs`: the folder bin/samples."""
    return [str(programs / words[0]), *(word.replace("{size}", str(size)) for word in words[1:])]
