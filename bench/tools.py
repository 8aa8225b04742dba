"""The tools that are compared: how each records, and how it gives its first report."""
import contextlib
import os
import pathlib
import shlex
import shutil
import sqlite3
import subprocess
from typing import NamedTuple

import measuring


class Tool(NamedTuple):
    name: str
    prefix: list  # the command that a program is put behind
    files: str  # what it leaves in the folder: a pattern

    def recording(self, folder):
        """Where the recording is."""
        found = list(pathlib.Path(folder).glob(self.files))
        if len(found) != 1:
            raise measuring.Failed(f"{self.name} left {len(found)} files {self.files}")
        return found[0]


BARE = "bare"
HEAPTALLY = "heaptally"
HEAPTRACK = "heaptrack"
HEAPTRACK_RAW = "heaptrack -r"


def all_tools(build):
    """In the order in which they take turns. heaptrack is left out where it is not installed."""
    # Not timed itself: heaptally refuses to record a program that is linked statically.
    record = [str(build / "bin/heaptally"), "record", "-o", "run.heaptally", "--", "/usr/bin/env"]
    tools = [Tool(BARE, [], "")]
    if shutil.which("heaptrack"):
        tools.append(Tool(HEAPTRACK, ["heaptrack", "-o", "run.track"], "run.track.*"))
        tools.append(Tool(HEAPTRACK_RAW, ["heaptrack", "-r", "-o", "run.track"], "run.track.*"))
    tools.append(Tool(HEAPTALLY, record, "run.heaptally"))
    return tools


def seconds_waited(tool, recording):
    """How long the program's threads waited for the collector, if the recording tells."""
    if tool.name != HEAPTALLY:
        return None
    with contextlib.closing(sqlite3.connect(f"{recording.as_uri()}?mode=ro", uri=True)) as file:
        rows = file.execute("SELECT value FROM header WHERE key = 'waited_ns'").fetchall()
    return rows[0][0] / 1e9 if rows else None


def interpreter():
    """heaptrack's own, as its script finds it."""
    script = pathlib.Path(shutil.which("heaptrack")).resolve()
    return script.parent.parent / "lib/heaptrack/libexec/heaptrack_interpret"


def report_command(tool, folder, build):
    """What gives the first report of a recording: of a raw one it has to be interpreted before."""
    file = tool.recording(folder)
    if tool.name == HEAPTALLY:
        return [str(build / "bin/heaptally"), "stats", str(file)]
    if tool.name == HEAPTRACK:
        return ["heaptrack_print", str(file)]
    unpack = "zstd -dc" if file.suffix == ".zst" else "gzip -dc"
    quoted = shlex.quote(str(file))
    return (f"{unpack} {quoted} | {shlex.quote(str(interpreter()))} | gzip -c > whole.gz"
            " && heaptrack_print whole.gz")


def first_line_of(command):
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "not installed"
    return (result.stdout or result.stderr).splitlines()[0].strip()


def value_in(path, key, separator):
    """The value of the first line `key SEPARATOR value` of a file, '' if there is none."""
    try:
        lines = pathlib.Path(path).read_text().splitlines()
    except OSError:
        return ""
    for line in lines:
        name, found, value = line.partition(separator)
        if found and name.strip() == key:
            return value.strip().strip('"')
    return ""


def machine():
    """A sentence on where the figures come from."""
    memory = value_in("/proc/meminfo", "MemTotal", ":").split()
    gigabytes = f"{int(memory[0]) / 1e6:.0f} GB of memory" if memory else "memory unknown"
    libc = os.confstr("CS_GNU_LIBC_VERSION")
    programs = [["heaptrack", "--version"], ["g++", "--version"], ["jq", "--version"],
                ["sqlite3", "--version"]]
    versions = [first_line_of(command) for command in programs]
    versions[3] = "SQLite " + versions[3].split()[0]
    return (f"{value_in('/proc/cpuinfo', 'model name', ':') or 'processor unknown'}, "
            f"{os.cpu_count()} CPUs, {gigabytes}; {value_in('/etc/os-release', 'PRETTY_NAME', '=')}, "
            f"Linux {os.uname().release}, {libc}; {', '.join(versions)}.")
