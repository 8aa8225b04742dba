"""What a program leaves running in the background, and who gets a terminal's Ctrl-C then."""

import signal
import subprocess
import sys
import time
import unittest

from harness import HEAPTALLY, PATIENCE, Case, Recording, start
from terminal import Terminal

BACKGROUND = "import os, time, sys\n" \
    "if os.fork(): sys.exit(5)\n" \
    "os.closerange(0, 3); time.sleep({seconds}); open('done', 'w').write('whole')"

# A shell that gives its terminal to a job, and lives on until its own input ends.
SHELL = """
import os, signal, subprocess, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
job = subprocess.Popen(sys.argv[1:], process_group=0,
                       preexec_fn=lambda: signal.signal(signal.SIGTTOU, signal.SIG_DFL))
os.tcsetpgrp(2, job.pid)
status = job.wait()
os.tcsetpgrp(2, os.getpgrp())
print("status", status, flush=True)
sys.stdin.read()
"""


class Background(Case):
    def wait_for(self, name):
        end = time.monotonic() + PATIENCE
        while not (self.folder / name).exists() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertTrue((self.folder / name).exists(), f"{name} did not appear")

    def test_the_recording_ends_with_the_last_process(self):
        recording = self.record("/usr/bin/python3", "-c", BACKGROUND.format(seconds=1.5))
        self.assertEqual(recording.result.status, 5)
        self.assertTrue((self.folder / "done").exists())
        self.assertIn("run", recording.result.stderr)
        self.assertRegex(recording.result.stderr, r"1 process of its tree runs on .*\(PID \d+\)")
        self.assertEqual(recording.header("complete"), 1)
        self.assertEqual(recording.query("SELECT exit_status FROM processes ORDER BY id"),
                         [(5,), (0,)])

    def test_no_follow_ends_with_the_first_process(self):
        recording = self.record("/usr/bin/python3", "-c", BACKGROUND.format(seconds=2),
                                options=("--no-follow",))
        self.assertEqual(recording.result.status, 5)
        self.assertFalse((self.folder / "done").exists())
        self.assertEqual(recording.query("SELECT count(*) FROM processes"), [(1,)])
        self.assertEqual(recording.header("unrecorded_processes"), 1)
        self.wait_for("done")

    def test_a_signal_to_stop_ends_the_recording_and_leaves_the_background_be(self):
        for stop in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(stop):
                file = self.folder / f"{stop}.heaptally"
                with start(HEAPTALLY, "record", "-o", file, "--", "/usr/bin/python3", "-c",
                           BACKGROUND.format(seconds=2.5), cwd=self.folder) as record:
                    self.assertIn("Ctrl-C ends the recording", record.stderr.readline())
                    record.send_signal(stop)
                    self.assertEqual(record.wait(PATIENCE), 5)
                    self.assertFalse((self.folder / "done").exists())
                self.wait_for("done")
                (self.folder / "done").unlink()

    def test_ctrl_c_ends_the_recording_and_never_reaches_the_background(self):
        file = self.folder / "terminal.heaptally"
        terminal = Terminal()
        with terminal.start(sys.executable, "-c", SHELL, HEAPTALLY, "record", "-o", file, "--",
                            "/usr/bin/python3", "-c", BACKGROUND.format(seconds=2.5),
                            cwd=self.folder, stdin=subprocess.PIPE) as shell:
            terminal.wait_for(b"Ctrl-C ends the recording")
            terminal.type(b"\x03")
            self.assertEqual(shell.stdout.readline(), "status 5\n")
            self.assertFalse((self.folder / "done").exists())
            self.wait_for("done")
            shell.stdin.close()
        terminal.close()
        self.assertEqual(Recording(file).header("complete"), 1)
        self.assertEqual(Recording(file).header("exit_status"), 5)


if __name__ == "__main__":
    unittest.main()
