"""What the tests of the installed heaptally share, on top of tests/e2e/harness.py."""

import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

from harness import BUILD, Case, HEAPTALLY, SOURCE, run  # noqa: E402,F401  (for those who import)


def succeed(*command, **how):
    """stdout of a command that must succeed."""
    result = run(*command, **how)
    assert result.status == 0, f"{command}: {result}"
    return result.stdout


def install(prefix, destdir=None):
    environment = dict(os.environ)
    environment.pop("DESTDIR", None)
    if destdir is not None:
        environment["DESTDIR"] = str(destdir)
    succeed("cmake", "--install", BUILD, "--prefix", prefix, env=environment)


def library_files(version):
    """What there is of the library, below a prefix."""
    minor = version.rpartition(".")[0]
    names = ["include/heaptally/heaptally.h", "include/heaptally/profile.h",
             "lib/pkgconfig/heaptally.pc",
             "share/doc/heaptally/library.md", "lib/libheaptally.so", f"lib/libheaptally.so.{minor}",
             f"lib/libheaptally.so.{version}"]
    cache = (BUILD / "CMakeCache.txt").read_text()
    kind = re.search(r"^CMAKE_BUILD_TYPE:\w+=(.*)$", cache, re.MULTILINE)[1] or "Release"
    return {*names, *(f"lib/cmake/heaptally/heaptally-config{part}.cmake"
                      for part in ("", "-version", f"-{kind.lower()}"))}


def section(text, title):
    """The lines of a section of --help."""
    found = re.search(rf"^{title}:\n((?:  .*\n?)+)", text, re.MULTILINE)
    return found[1].splitlines() if found else []


def commands():
    """The commands of heaptally, "" for itself first."""
    return [""] + [line.split()[0] for line in section(succeed(HEAPTALLY, "--help"), "Subcommands")]


def help_of(command):
    return succeed(HEAPTALLY, *([command] if command else []), "--help")


def options_of(command):
    """The options that --help lists, less the value that it shows of a flag: --no-x{false}."""
    names = set()
    for line in section(help_of(command), "Options"):
        if line.startswith("  -"):
            names.update(name.split("{")[0] for name in line.split()[0].split(","))
    return names
