"""One run of a program, alone or under a tool: what it took until it exited, what the tool took to
finish, and what memory the tool's own processes took."""
import contextlib
import os
import pathlib
import signal
import subprocess
import threading
import time
from typing import NamedTuple


class Run(NamedTuple):
    """Seconds and bytes. What is not known is None."""

    wall: float | None = None  # of the program, until it exited
    cpu: float | None = None  # of the program, user and system
    rss: int | None = None  # of the program, at its peak
    finishing: float | None = None  # of the tool, once the program had exited
    tool_rss: int | None = None  # of the tool's processes, the peaks of each summed
    file_bytes: int | None = None
    own_ns: float | None = None  # what the program says of itself: nanoseconds a pair
    waited: float | None = None  # of the program, for heaptally's collector, threads summed


class TookTooLong(Exception):
    """Beyond the patience. `run` has what is known of the program, if it had exited by then."""

    def __init__(self, run):
        super().__init__()
        self.run = run


class Failed(Exception):
    """A command that ended as it must not."""


class ToolMemory(threading.Thread):
    """Looks now and then at the peak RSS of a command and what it started; but not of `timed`, with
    which the program begins. Peaks only grow, so the last look at each process is what counts."""

    PERIOD = 0.05

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.peaks = {}
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(self.PERIOD):
            self.look_at(self.pid)

    def look_at(self, pid):
        with contextlib.suppress(OSError, ValueError):
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
            if facts["Name"] == "timed":
                self.peaks.pop(pid, None)  # was a copy of its parent until it was executed
                return
            if "VmHWM" in facts:
                self.peaks[pid] = int(facts["VmHWM"].split()[0]) * 1024
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                for child in (task / "children").read_text().split():
                    self.look_at(int(child))

    def sum(self):
        self.ended.set()
        self.join()
        return sum(self.peaks.values()) or None


def stop(process):
    """Ends a command with all of its process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    # heaptrack's script makes a pipe of this name, and has no time left to remove it.
    with contextlib.suppress(OSError):
        os.unlink(f"/tmp/heaptrack_fifo{process.pid}")


def read_timed(path):
    """What timed.c wrote, as a Run, and when the program ended (ns)."""
    begin, end, user, system, rss, status = (int(word) for word in path.read_text().split())
    if status != 0:
        raise Failed(f"the program ended with {status}")
    return Run(wall=(end - begin) / 1e9, cpu=(user + system) / 1e6, rss=rss * 1024), end


def own_figure(output):
    """The one number that a line of output is, if there is such a line: heaptrack adds lines."""
    for line in output.read_text(errors="replace").splitlines():
        with contextlib.suppress(ValueError):
            return float(line)
    return None


def measure(prefix, timed, workload, folder, patience):
    """Runs the workload once: `prefix` is the tool's command, [] for none. The Run lacks
    file_bytes, which the tool knows."""
    result, output, errors = folder / "timed", folder / "stdout", folder / "stderr"
    command = [*prefix, timed, str(result), *workload.command]
    with (open(output, "wb") as out, open(errors, "wb") as err,
          open(workload.stdin or os.devnull, "rb") as stdin):
        process = subprocess.Popen(command, cwd=folder, stdin=stdin, stdout=out, stderr=err,
                                   env=os.environ | workload.environment, start_new_session=True)
        memory = ToolMemory(process.pid)
        if prefix:
            memory.start()
        try:
            process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            stop(process)
            raise TookTooLong(read_timed(result)[0] if result.exists() else None) from None
        finally:
            tool_rss = memory.sum() if prefix else None
        ended = time.monotonic_ns()
    if not result.exists():
        raise Failed(f"{' '.join(command)}: {errors.read_text(errors='replace').strip()[-300:]}")
    run, program_ended = read_timed(result)
    return run._replace(finishing=(ended - program_ended) / 1e9 if prefix else None,
                        tool_rss=tool_rss, own_ns=own_figure(output) if workload.tells_ns else None)


def seconds_of(command, folder, patience):
    """How long a shell command or list of words takes, its output thrown away; None: longer than
    the patience."""
    begin = time.monotonic()
    with subprocess.Popen(command, shell=isinstance(command, str), cwd=folder,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            stop(process)
            return None
    if process.returncode != 0:
        raise Failed(f"{command}: it ended with {process.returncode}")
    return time.monotonic() - begin
