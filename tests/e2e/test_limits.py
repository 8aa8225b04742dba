"""Low limits, missing descriptors and what is inherited. The program prints, returns and behaves as
it does alone, and the user is told."""

import os
import resource
import signal
import subprocess
import sys
import time
import unittest

from harness import HEAPTALLY, Recording, program, run, run_alone
from faults import FaultCase, children, dumped_bytes


class Limits(FaultCase):
    """The program makes its surroundings adverse, or was given adverse ones."""

    def adverse(self, *arguments, allocations=3000, **how):
        command = (program("adverse"), *arguments)
        alone = run_alone(*command, **how)
        self.assertEqual(alone.status, 7, alone)
        recording = self.record(*command, **how)
        self.assertEqual(recording.result.status, 7, recording.result)
        self.assert_counted(recording, allocations, "tests/e2e/programs/adverse.cpp")
        self.assertEqual(recording.header("lost_events"), 0)
        return recording, alone

    def test_closed_descriptors(self):
        self.adverse("closed")

    def test_no_descriptor_left(self):
        self.adverse("descriptors")

    def test_another_root(self):
        """Where only a namespace lets it: the recording is told as in any other."""
        folder = self.folder / "root"
        folder.mkdir()
        if os.geteuid() == 0:
            self.adverse("chroot", folder)
            return
        path = self.folder / "chroot.heaptally"
        result = run("unshare", "-Ur", HEAPTALLY, "record", "-o", path, program("adverse"),
                     "chroot", folder)
        self.assertEqual(result.status, 7, result)
        self.assert_counted(Recording(path), 3000, "tests/e2e/programs/adverse.cpp")

    def test_another_user(self):
        self.adverse("other_user")

    def test_a_tiny_dev_shm(self):
        path = self.folder / "shm.heaptally"
        script = (f"mount -t tmpfs -o size=64k none /dev/shm && exec {HEAPTALLY} record -o {path} "
                  f"{program('adverse')} plain")
        result = run("unshare", "-Urm", "sh", "-c", script)
        self.assertEqual(result.status, 7, result)
        self.assert_counted(Recording(path), 3000, "tests/e2e/programs/adverse.cpp")

    def test_locked_memory(self):
        """What the shim maps is locked too: it is little, and grows little."""
        command = (program("adverse"), "locked")
        alone = run_alone(*command)
        recording = self.record(*command)
        self.assertEqual(recording.result.status, alone.status)
        locked, before = (int(result.stdout.split("=")[1]) for result in (recording.result, alone))
        self.assertLess(locked - before, 4 << 10)
        # Where the limit is too low for the program alone, that is all there is to compare.
        if alone.status == 7:
            self.assert_counted(recording, 3000, "tests/e2e/programs/adverse.cpp")

    def test_core_files_stay_small(self):
        """What a core file would hold of the shim's is not worth mentioning."""
        with subprocess.Popen([program("adverse"), "waiting"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as alone:
            alone.stdout.readline()
            before = dumped_bytes(alone.pid)
            alone.stdin.close()
        with subprocess.Popen([HEAPTALLY, "record", "-o", self.folder / "dump", program("adverse"),
                               "waiting"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as recorder:
            recorder.stdout.readline()
            (child,) = children(recorder.pid)
            after = dumped_bytes(child)
            recorder.stdin.close()
        self.assertLess(after - before, 1 << 20)

    def test_address_space(self):
        for megabytes in (30, 40, 100, 1000):
            with self.subTest(megabytes):
                command = ("sh", "-c", f"ulimit -v {megabytes * 1024}; exec {program('adverse')} plain")
                alone = run(*command)
                recording = self.record(*command)
                self.assertEqual(recording.result.status, alone.status, recording.result)
                self.assertEqual(recording.result.stdout, alone.stdout)
                if alone.status == 7:
                    self.assert_counted(recording, 3000, "tests/e2e/programs/adverse.cpp")

    def test_address_space_of_record(self):
        for megabytes in (500, 2000):
            def limit(most=megabytes << 20):
                resource.setrlimit(resource.RLIMIT_AS, (most, most))
            recording = self.record(sys.executable, "-c", "print(6 * 7)", preexec_fn=limit)
            self.assertEqual(recording.result[:2], (0, "42\n"), recording.result)
            self.assertGreater(recording.header("total_count"), 1000)

    def test_few_descriptors_in_the_program(self):
        """Too few to be handed the shared memory: it runs unrecorded, and that is said."""
        for count, is_recorded in ((4, False), (5, False), (6, False), (7, True)):
            with self.subTest(count):
                command = ("sh", "-c", f"ulimit -n {count}; exec {program('adverse')} closed")
                self.assertEqual(run(*command).status, 7)
                recording = self.record(*command)
                self.assertEqual(recording.result.status, 7, recording.result)
                self.assertNotIn("rror", recording.result.stderr)
                if is_recorded:
                    self.assert_counted(recording, 3000, "tests/e2e/programs/adverse.cpp")
                else:
                    self.assertEqual(recording.header("unrecorded_processes"), 1)
                    self.assertIn("not recorded", recording.ask("summary"))

    def test_few_descriptors_in_record(self):
        """Children are noticed and polled; images that it cannot take run unrecorded, at once."""
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
        command = ("sh", "-c", "for i in $(seq 60); do sleep 2 & done; wait; echo out; exit 5")
        begin = time.monotonic()
        recording = self.record(*command, preexec_fn=limit)
        self.assertLess(time.monotonic() - begin, 30)
        self.assertEqual(recording.result[:2], (5, "out\n"), recording.result)
        self.assertEqual(recording.header("complete"), 1)
        rows = recording.query("SELECT not_recorded, count(*) FROM processes GROUP BY 1")
        self.assertEqual(sum(count for _, count in rows) // 2, 61, rows)
        self.assertGreater(recording.header("unrecorded_processes"), 0)


class Inherited(FaultCase):
    """What record was started with."""

    def test_ignored_signals(self):
        for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ):
            with self.subTest(number):
                def ignore(number=number):
                    signal.signal(number, signal.SIG_IGN)
                command = ("sh", "-c", "grep SigIgn /proc/self/status; kill -9 $$")
                alone = run_alone(*command, preexec_fn=ignore, restore_signals=False)
                recording = self.record(*command, preexec_fn=ignore, restore_signals=False)
                self.assertEqual(recording.result[:2], (137, alone.stdout), recording.result)
                self.assertEqual(recording.header("exit_status"), 137)

    def test_blocked_signals_stay_blocked(self):
        def block():
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGTERM])
        command = ("grep", "SigBlk", "/proc/self/status")
        alone = run(*command, preexec_fn=block)
        self.assertEqual(self.record(*command, preexec_fn=block).result.stdout, alone.stdout)

    def test_limits(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (77, 99))
        command = ("sh", "-c", "ulimit -Sn; ulimit -Hn")
        self.assertEqual(self.record(*command, preexec_fn=limit).result.stdout, "77\n99\n")


if __name__ == "__main__":
    unittest.main()
