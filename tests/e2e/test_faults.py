"""What goes wrong with a recording: the collector dies or is stopped, the disk is full. The program
prints, returns and behaves as it does alone, and the user is told."""

import contextlib
import os
import random
import resource
import signal
import time
import unittest
from pathlib import Path

from harness import HEAPTALLY, Recording, marked_line, program, run
from faults import CHURNER, IMPORTS, LOSSES, SHORT, FaultCase, children


class Died(FaultCase):
    """SIGKILL of heaptally itself: the program goes on, and what was recorded can be read."""

    def kill_recorder(self, after, *command):
        with self.recorder(*command) as recorder:
            time.sleep(after)
            recorder.kill()
            recorder.wait()
            return self.read_books()

    def assert_readable(self, after):
        if not self.path.exists():
            return self.assertLess(after, 0.5)
        recording = Recording(self.path)
        answer = run(HEAPTALLY, "stats", self.path)
        self.assertEqual(answer.status, 0, answer)
        self.assertIn("incomplete: the recording was not finished", answer.stdout)
        self.assertIn("the recording was not finished", recording.ask("summary"))
        self.assertEqual(recording.header("complete"), 0)
        self.assertGreaterEqual(recording.header("duration_ns"), (after - 2) * 1e9)
        if after > 2:
            line = marked_line(CHURNER, "allocates")
            self.assertGreater(recording.at_line(CHURNER, line, "--metric", "total")[1], 100)
        return recording

    def test_at_any_moment(self):
        numbers = random.Random(5)
        for processes, threads, between in ((1, 1, 0), (1, 3, 0), (3, 2, 0), (3, 1, 500)):
            after = numbers.choice((numbers.uniform(0.05, 0.3), numbers.uniform(0.3, 2)))
            with self.subTest(after=after, processes=processes, threads=threads, between=between):
                books = self.kill_recorder(after, *self.churner(processes, threads, 2500, between))
                self.assertEqual(len(books), processes)
                for _, longest, _ in books.values():
                    self.assertLess(longest, SHORT)
                self.assertEqual(self.errors.read_text(), "")
                self.assert_readable(after)

    def test_what_is_a_second_old_is_in_the_file(self):
        self.kill_recorder(4, *self.churner(2, 1, 4500, 200))
        self.assert_readable(4)

    def test_what_is_executed_later_runs_quietly(self):
        said = self.folder / "said"
        script = f"echo executed $(python3 -c 'print(6 * 7)') >> {said}"
        books = self.kill_recorder(0.5, *self.churner(3, 1, 1000, 0, "sh", "-c", script))
        self.assertEqual(len(books), 3)
        self.assertEqual(said.read_text(), "executed 42\n" * 2)
        self.assertEqual(self.errors.read_text(), "")

    def test_the_ending_is_the_programs_own(self):
        """The program is an orphan then: a shell of its own tells its status."""
        status = self.folder / "status"
        command = " ".join(str(word) for word in self.churner(2, 1, 700))
        self.kill_recorder(0.3, "sh", "-c", f"{command}; echo $? > {status}")
        self.wait_until(status.exists)
        self.wait_until(lambda: status.read_text() == "7\n")


class Stopped(FaultCase):
    def test_events_are_lost_and_counted_after_ten_seconds(self):
        """A thread waits ten seconds in all, and of many short ones the first; then they go on."""
        with self.recorder(*self.churner(1, 1, 1)) as recorder:
            recorder.wait(60)
            ((rounds, _, _),) = self.read_books().values()
            base = Recording(self.path).header("frees") - 2 * rounds
        # The pause of the one leaves rounds that are recorded again at the end.
        with contextlib.ExitStack() as stack:
            running = []
            for threads in (3, 0):
                recorder = stack.enter_context(self.recorder(
                    *self.churner(1, threads, 16000, 50 if threads else 0)))
                running.append((threads, recorder, self.path, self.books))
                self.wait_until(lambda pid=recorder.pid: self.is_recorded(pid))
            time.sleep(0.5)
            for _, recorder, *_ in running:
                recorder.send_signal(signal.SIGSTOP)
            time.sleep(13)
            for _, recorder, *_ in running:
                recorder.send_signal(signal.SIGCONT)
            for threads, recorder, self.path, self.books in running:
                self.assertEqual(recorder.wait(60), 7, self.errors.read_text())
                self.assert_waited_and_counted(base if threads else None)

    def assert_waited_and_counted(self, base):
        """`base`: frees that are not the churner's own; None: they vary."""
        ((rounds, longest, held_up),) = self.read_books().values()
        self.assertLess(longest, 11)
        self.assertGreater(held_up, 9)
        self.assertLess(held_up, 11.5)
        recording = Recording(self.path)
        self.assertEqual(recording.header("complete"), 1)
        lost = recording.header("lost_events")
        self.assertGreater(lost, 1000)
        heading = [line for line in recording.ask("stats").splitlines() if line.startswith("#")]
        self.assertRegex(heading[-1], f"^# incomplete: {lost:,} ")
        if base is None:
            return
        mallocs, reallocs = (
            recording.at_line(CHURNER, marked_line(CHURNER, word), "--metric", "total")[1]
            for word in ("allocates", "reallocates"))
        frees = recording.header("frees") - base - reallocs
        self.assertEqual(mallocs + reallocs + frees + lost, 3 * rounds)

    def test_an_ending_in_the_meantime(self):
        """The program, or a child of it, ends while heaptally is stopped."""
        for processes in (1, 3):
            with self.subTest(processes=processes), \
                 self.recorder(*self.churner(processes, 1, 700, 1000)) as recorder:
                self.wait_until(lambda: self.is_recorded(recorder.pid))
                recorder.send_signal(signal.SIGSTOP)
                books = self.read_books()
                recorder.send_signal(signal.SIGCONT)
                self.assertEqual(recorder.wait(60), 7)
                rounds = sum(rounds for rounds, _, _ in books.values())
                self.assert_counted(Recording(self.path), rounds, CHURNER)

    def is_recorded(self, recorder):
        """The program has the shared memory."""
        return any("memfd:heaptally" in Path(f"/proc/{pid}/maps").read_text()
                   for pid in children(recorder))

    def test_of_the_program_for_a_while(self):
        with self.recorder(*self.churner(1, 2, 1500, 100)) as recorder:
            self.wait_until(lambda: self.path.exists() and children(recorder.pid))
            (child,) = children(recorder.pid)
            for _ in range(3):
                time.sleep(0.2)
                os.kill(child, signal.SIGSTOP)
                time.sleep(0.2)
                os.kill(child, signal.SIGCONT)
            self.assertEqual(recorder.wait(60), 7)
        ((rounds, _, _),) = self.read_books().values()
        recording = Recording(self.path)
        self.assert_counted(recording, rounds, CHURNER)
        self.assertEqual(recording.header("lost_events"), 0)
        self.assertEqual(recording.header("complete"), 1)


class Disk(FaultCase):
    def assert_ends_early(self, says):
        """One line that names the file; what came before can be read."""
        text = self.errors.read_text()
        self.assertRegex(text, r"\Aheaptally: [^\n]+\n\Z", "not one line")
        self.assertIn(str(self.path), text)
        self.assertIn(says, text)
        if not self.path.exists():
            return
        recording = Recording(self.path)
        self.assertEqual(recording.header("complete"), 0)
        self.assertIn("churner", recording.ask("summary"))
        self.assertIn("incomplete: the recording was not finished", recording.ask("stats"))

    def test_a_limit_on_the_size_of_files_while_recording(self):
        with self.recorder(*self.churner(2, 1, 2500, 100)) as recorder:
            self.wait_until(lambda: self.path.exists() and self.path.stat().st_size > 0)
            time.sleep(0.5)
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.prlimit(recorder.pid, resource.RLIMIT_FSIZE, (16384, hard))
            self.assertEqual(recorder.wait(60), 7)
        self.assertEqual(len(self.read_books()), 2)
        self.assert_ends_early("disk I/O error")

    def test_a_limit_from_the_start_is_the_programs_only(self):
        """heaptally raises it for itself as far as it may: the program finds it as it was."""
        limit = (100 << 10, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
        recording = self.record("sh", "-c", "ulimit -S -f; exit 3", preexec_fn=lambda:
                                resource.setrlimit(resource.RLIMIT_FSIZE, limit))
        self.assertEqual(recording.result.status, 3)
        self.assertIn(recording.result.stdout, ("100\n", "200\n"))  # in units of the shell's
        self.assertGreater(recording.header("total_count"), 0)

    def test_a_limit_that_cannot_be_raised_is_named(self):
        recording = self.record("sh", "-c", "echo out; exit 3", preexec_fn=lambda:
                                resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, 4 << 20)))
        self.assertEqual((recording.result.status, recording.result.stdout), (3, "out\n"))
        self.assertIn("not recorded: ", recording.result.stderr)
        self.assertIn("ulimit -f unlimited", recording.result.stderr)

    def test_a_full_disk(self):
        """A file system of 300 KiB, in a mount namespace of its own."""
        disk = self.folder / "disk"
        disk.mkdir()
        if run("unshare", "-Urm", "mount", "-t", "tmpfs", "none", disk).status != 0:
            self.fail("no tmpfs can be mounted here: user namespaces are needed")
        path = disk / "full.heaptally"
        script = f"""mount -t tmpfs -o size=300k none {disk} || exit 90
            {HEAPTALLY} record -o {path} -- python3 -c '{IMPORTS}'; echo status=$?
            {HEAPTALLY} summary {path} | head -2; cp {path}* {self.folder}"""
        result = run("unshare", "-Urm", "sh", "-c", script)
        self.assertEqual(result.status, 0, result)
        self.assertIn("imported\nstatus=5\ncommand", result.stdout, result)
        self.assertRegex(result.stderr, r"\Aheaptally: [^\n]*full.heaptally[^\n]*\n\Z")
        self.assertRegex(result.stderr, "no space left|writing to it failed")
        self.assertEqual(Recording(self.folder / path.name).header("complete"), 0)

    def test_a_folder_that_goes_away(self):
        folder = self.folder / "gone"
        folder.mkdir()
        result = self.heaptally("record", "-o", "gone/out", "--", "sh", "-c",
                                "rm -r gone; sleep 1.2; echo out; exit 4")
        self.assertEqual((result.status, result.stdout), (4, "out\n"))
        self.assertRegex(result.stderr, r"\Aheaptally: gone/out: was removed[^\n]*\n\Z")
        result = self.heaptally("record", "-o", "out", "--", "sh", "-c", "rm out*; echo out")
        self.assertEqual((result.status, result.stdout), (1, "out\n"))
        self.assertRegex(result.stderr, r"\Aheaptally: out: was removed[^\n]*\n\Z")


class Killed(FaultCase):
    """Random deaths: of the program, of one child of a tree, of heaptally."""

    def test_at_random(self):
        numbers = random.Random(int(os.environ.get("HEAPTALLY_FAULT_SEED", "11")))
        for _ in range(int(os.environ.get("HEAPTALLY_FAULT_ROUNDS", "12"))):
            self.kill_one(numbers.choice(("program", "child", "record")), numbers.uniform(0, 0.6),
                          numbers)

    def kill_one(self, victim, after, numbers):
        command = self.churner(numbers.randint(2, 5), numbers.randint(1, 3), 700,
                               numbers.choice((0, 0, 100)),
                               *numbers.choice(((), ("sh", "-c", "python3 -c 0"))))
        with self.subTest(victim=victim, after=after, command=command[2:]), \
             self.recorder(*command) as recorder:
            self.wait_until(lambda: self.path.exists() and children(recorder.pid))
            (main,) = children(recorder.pid)
            time.sleep(after)
            is_started = False
            with contextlib.suppress(OSError, IndexError):
                is_started = os.path.samefile(f"/proc/{main}/exe", program("churner"))
                others = children(main)
                pid = {"program": main, "record": recorder.pid}.get(victim)
                os.kill(numbers.choice(others) if pid is None else pid, signal.SIGKILL)
            recorder.wait(40)
            if victim == "record":
                self.assertEqual(recorder.returncode, -signal.SIGKILL)
                if is_started:
                    self.read_books()
            elif victim == "program":
                self.assertIn(recorder.returncode, (7, 137))
            else:
                self.assertIn(recorder.returncode, (7, 8))
            recording = Recording(self.path)
            self.assertEqual(run(HEAPTALLY, "summary", self.path).status, 0)
            self.assertEqual(recording.header("complete"), int(victim != "record"))
            if victim != "record":
                answer = recording.stats()
                losses = {key: recording.header(key) for key in LOSSES}
                self.assertEqual(losses, dict.fromkeys(LOSSES, 0), answer["counts"])


if __name__ == "__main__":
    unittest.main()
