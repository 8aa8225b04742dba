"""Signals reach the program once, and the recording is finished."""

import os
import signal
import sys
import threading
import time
import unittest

from harness import HEAPTALLY, Case, Recording, marked_line, program, start
from terminal import SHELL, Terminal

SIGNALS = "tests/e2e/programs/signals.cpp"
PAIRS = "tests/e2e/programs/pairs.cpp"

class Signals(Case):
    def command(self, *words):
        self.path = self.folder / "signals.heaptally"
        return (HEAPTALLY, "record", "-o", self.path, "--", *words)

    def pid_when_ready(self, process):
        word, pid = process.stdout.readline().split()
        self.assertEqual(word, "ready")
        return int(pid)

    def assert_ended(self, output, interrupts=0, terminations=0, hangups=0):
        self.assertEqual(output, f"interrupts={interrupts} terminations={terminations} "
                                 f"hangups={hangups}\n")
        line = marked_line(SIGNALS, "allocates")
        recording = Recording(self.path)
        self.assertEqual(recording.at_line(SIGNALS, line, "--metric", "total"), (96000, 2000))
        self.assertFalse(recording.stats()["incomplete"])
        self.assertEqual(recording.header("complete"), 1)

    def test_ctrl_c_reaches_the_program_once(self):
        terminal = Terminal()
        with terminal.start(*self.command(program("signals"))) as process:
            self.pid_when_ready(process)
            terminal.type(b"\x03")
            output = process.stdout.read()
        terminal.close()
        self.assertEqual(process.returncode, 5, terminal.shown)
        self.assert_ended(output, interrupts=1)
        self.assertIn(b"2,00", terminal.shown)  # the closing line's allocations
        self.assertIn(str(self.path).encode(), terminal.shown)

    def test_ctrl_c_kills_a_program_that_does_not_mind_it(self):
        terminal = Terminal()
        with terminal.start(*self.command(program("pairs"), 4_000_000_000)) as process:
            time.sleep(0.5)
            terminal.type(b"\x03")
            process.wait(60)
        terminal.close()
        self.assertEqual(process.returncode, 128 + signal.SIGINT, terminal.shown)
        recording = Recording(self.path)
        line = marked_line(PAIRS, "allocates")
        _, total = recording.at_line(PAIRS, line, "--metric", "total")
        _, end = recording.at_line(PAIRS, line, "--at", "end")
        self.assertGreater(total, 1000)
        self.assertLessEqual(end, 1)
        self.assertEqual(recording.header("complete"), 1)

    def test_a_terminal_that_hangs_up(self):
        terminal = Terminal()
        with terminal.start(*self.command(program("signals")), ignored=True) as process:
            self.pid_when_ready(process)
            terminal.hang_up()
            output = process.stdout.read()
        self.assertEqual(process.returncode, 5)
        self.assert_ended(output, hangups=1)

    def test_ctrl_z_stops_and_continues_both(self):
        terminal = Terminal()
        command = (sys.executable, "-c", SHELL, *self.command(program("signals")))
        with terminal.start(*command) as shell:
            pid = self.pid_when_ready(shell)
            terminal.type(b"\x1a")
            self.assertEqual(shell.stdout.readline(), f"stopped by {int(signal.SIGTSTP)}\n")
            self.assertEqual(shell.stdout.readline(), "continued\n")
            os.kill(pid, signal.SIGTERM)
            output = shell.stdout.read()
        terminal.close()
        self.assertEqual(shell.returncode, 5, terminal.shown)
        self.assert_ended(output, terminations=1)

    def test_a_signal_to_record_alone_is_passed_on(self):
        for number, name in ((signal.SIGTERM, "terminations"), (signal.SIGINT, "interrupts"),
                             (signal.SIGHUP, "hangups")):
            with self.subTest(name):
                with start(*self.command(program("signals"), 100), cwd=self.folder) as process:
                    self.pid_when_ready(process)
                    process.send_signal(number)
                    output, errors = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 5, errors)
                self.assert_ended(output, **{name: 1})
                self.path.unlink()

    def test_a_program_that_is_stopped_for_a_while(self):
        with start(*self.command(program("signals"), 100)) as process:
            pid = self.pid_when_ready(process)
            os.kill(pid, signal.SIGSTOP)
            time.sleep(1)
            os.kill(pid, signal.SIGTERM)
            os.kill(pid, signal.SIGCONT)
            output, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 5, errors)
        self.assert_ended(output, terminations=1)

    def test_a_collector_that_is_stopped_for_a_while(self):
        """The program waits for it: nothing is lost."""
        count = 2_000_000
        with start(*self.command(program("pairs"), count)) as process:
            time.sleep(0.2)
            process.send_signal(signal.SIGSTOP)
            time.sleep(1.5)
            process.send_signal(signal.SIGCONT)
            _, errors = process.communicate(timeout=90)
        self.assertEqual(process.returncode, 0, errors)
        recording = Recording(self.path)
        line = marked_line(PAIRS, "allocates")
        self.assertEqual(recording.at_line(PAIRS, line, "--metric", "total")[1], count)
        self.assertEqual(recording.at_line(PAIRS, line, "--at", "end"), (0, 0))
        self.assertFalse(recording.stats()["incomplete"])
        self.assertGreater(recording.header("waited_ns"), 500_000_000)


if __name__ == "__main__":
    unittest.main()
