"""Terminals for commands that mind who sends their signals, or what shows their output."""

import contextlib
import fcntl
import os
import pty
import struct
import termios
import threading
import time

from harness import PATIENCE, start

# A shell that has one job: says when it is stopped, then continues it, and ends as it does.
SHELL = """
import os, signal, subprocess, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = subprocess.Popen(sys.argv[1:], process_group=0,
                       preexec_fn=lambda: signal.signal(signal.SIGTTOU, signal.SIG_DFL))
os.tcsetpgrp(2, job.pid)
_, status = os.waitpid(job.pid, os.WUNTRACED)
print("stopped by", os.WSTOPSIG(status) if os.WIFSTOPPED(status) else None, flush=True)
os.killpg(job.pid, signal.SIGCONT)
print("continued", flush=True)
sys.exit(job.wait())
"""


def shown(rows, *command, **environment):
    """What a terminal of so many rows shows of a command."""
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
        os.execve(command[0], [str(word) for word in command], os.environ | environment)
    text = b""
    try:
        while data := os.read(terminal, 65536):
            text += data
    except OSError:
        pass  # the end, on Linux
    os.close(terminal)
    return text.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Terminal:
    """A terminal of its own for a command: type into it, and it shows the command's stderr."""

    def __init__(self):
        self.keyboard, self.tty = pty.openpty()
        self.shown = b""
        self.reader = threading.Thread(target=self._read)

    def _read(self):
        try:
            while data := os.read(self.keyboard, 4096):
                self.shown += data
        except OSError:
            pass  # the last process that had it open has closed it

    @contextlib.contextmanager
    def start(self, *command, ignored=False, **how):
        """`ignored`: what it shows is not read, and hang_up() ends it in place of close()."""
        def take_terminal():
            fcntl.ioctl(2, termios.TIOCSCTTY, 0)

        with start(*command, stderr=self.tty, start_new_session=True, preexec_fn=take_terminal,
                   **how) as process:
            os.close(self.tty)
            if not ignored:
                self.reader.start()
            yield process

    def wait_for(self, text):
        """Until something has been shown."""
        end = time.monotonic() + PATIENCE
        while text not in self.shown and time.monotonic() < end:
            time.sleep(0.02)
        assert text in self.shown, self.shown

    def type(self, keys):
        os.write(self.keyboard, keys)

    def hang_up(self):
        os.close(self.keyboard)

    def close(self):
        self.reader.join(30)
        os.close(self.keyboard)
