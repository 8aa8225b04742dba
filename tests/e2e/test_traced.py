"""Programs that ask heaptally what they hold: the answers are their own numbers."""

import json
import os
import signal
import stat
import subprocess
import sys
import time

import unittest

from harness import HEAPTALLY, SOURCE, Case, Recording, key_values, marked_line, program, run, start

SOURCE_FILE = "tests/e2e/programs/traced.c"
CLOCKS = ({}, {"HEAPTALLY_CLOCK": "monotonic"})


class Traced(Case):
    maxDiff = None

    def trial(self, *arguments, options=(), env=None, unknown_frees=0):
        """The recording of a trial, and what it printed."""
        recording = self.record(program("traced"), *arguments, options=options,
                                env={**os.environ, **(env or {})})
        self.assertEqual((recording.result.status), 0, recording.result)
        for loss in ("lost_events", "inferred_frees", "late_events", "rejected_events"):
            self.assertEqual(recording.header(loss), 0, loss)
        self.assertEqual(recording.header("unknown_frees"), unknown_frees)
        return recording, key_values(recording.result.stdout)

    def live(self, recording, marker, *options):
        return recording.at_line("traced.c", marked_line(SOURCE_FILE, marker),
                                 *(options or ("--at", "end")))


class Answers(Traced):
    def test_traced_memory_is_exact(self):
        for env in CLOCKS:
            with self.subTest(env):
                _, told = self.trial("memory", env=env)
                self.assertEqual(told, {"nothing": 0, "two": 1300, "grown": 5300, "freed": 300,
                                        "peak": 5300, "reset_peak": 300, "small_peak": 350,
                                        "end": 0, "errno": 77})

    def test_many_threads_ask_at_once(self):
        _, told = self.trial("threads")
        self.assertEqual(told, {"failed": 0})

    def test_each_process_has_its_own(self):
        _, told = self.trial("children")
        self.assertEqual(told, {"child_nothing": 0, "child": 700, "child_cleared": 0,
                                "parent": 300})

    def test_signal_handlers_may_ask(self):
        _, told = self.trial("signals")
        self.assertEqual(told, {"failed": 0, "signals": 1, "end": 0})

    def test_an_object_has_its_stack(self):
        for env in CLOCKS:
            with self.subTest(env):
                _, told = self.trial("traceback", env=env)
                self.assertEqual(told, {"depth_is_same": 1, "frames_are_same": 1, "site": 1,
                                        "cut": 1, "third": 1, "none": 1, "inside": 0, "null": 0,
                                        "moved": 1, "freed": 0})

    def test_what_the_shim_maps(self):
        _, told = self.trial("overhead")
        self.assertGreater(told["before"], 1 << 20)
        # A ring of 1 MiB for the thread, at least.
        self.assertGreater(told["more"], 1 << 20)
        self.assertLess(told["before"] + told["more"], 100 << 20)


class StopAndStart(Traced):
    NUMBERS = {"tracing": 1, "stopped": 0, "untouched": 6000, "less": 3000, "again": 1,
               "grown": 28000, "end": 28500}

    def test_allocations_are_not_recorded_but_frees_are(self):
        for env in CLOCKS:
            with self.subTest(env):
                recording, told = self.trial("stopped", env=env)
                self.assertEqual(told, self.NUMBERS)
                self.assertEqual(recording.header("untraced_frees"), 4)
                self.assertFalse(recording.stats()["incomplete"])
                self.assertIn("4 frees of blocks that the program did not have recorded",
                              recording.ask("summary"))
                self.assertEqual(self.live(recording, "grown"), (25000, 1))
                marks = recording.query("SELECT name FROM marks ORDER BY id")
                self.assertEqual(marks, [("stop",), ("start",)])
                total = [recording.stats("--at", f"mark:{mark}")["total"]["bytes"]
                         for mark in ("stop", "start")]
                self.assertEqual(total[0] - total[1], 3000)

    def test_a_recording_may_begin_stopped(self):
        recording, told = self.trial("stopped", options=("--stopped",))
        # Nothing is recorded before the program starts it: what it stopped was not on.
        self.assertEqual(told, {"tracing": 0, "stopped": 0, "untouched": 0, "less": 0, "again": 1,
                                "grown": 25000, "end": 25500})
        self.assertEqual(recording.header("total_count"), 2)
        self.assertEqual(recording.query("SELECT name FROM marks ORDER BY id"), [("start",)])

    def test_a_program_that_never_starts_is_not_recorded(self):
        recording = self.record(sys.executable, "-c", "print(sum(range(10)))",
                                options=("--stopped",))
        self.assertEqual(recording.result.stdout, "45\n")
        self.assertEqual(recording.header("total_count"), 0)
        self.assertEqual(recording.header("unknown_frees"), 0)
        self.assertEqual(recording.header("complete"), 1)

    def test_cleared_blocks_are_gone_without_a_trace(self):
        recording, told = self.trial("cleared")
        self.assertEqual(told, {"cleared": 0, "cleared_peak": 0, "after": 300, "end": 400})
        self.assertEqual(self.live(recording, "forgotten"), (0, 0))
        self.assertEqual(self.live(recording, "forgotten", "--at", "peak")[0], 2000)
        self.assertEqual(self.live(recording, "moved"), (400, 1))
        leaks = json.loads(recording.ask("leaks", "--format", "json", "--limit", "0"))
        self.assertEqual(leaks["total"], {"bytes": 400, "count": 1})
        self.assertEqual(recording.header("live_at_end_bytes"), 400)
        self.assertGreaterEqual(recording.header("untraced_frees"), 1)


class Unanswered(Traced):
    def test_without_a_recording_every_call_fails_at_once(self):
        for what in ("memory", "threads", "children", "signals", "stopped", "cleared", "overhead"):
            with self.subTest(what):
                result = run(program("traced"), what)
                self.assertEqual((result.status, result.stderr), (0, ""))
        self.assertEqual(key_values(run(program("traced"), "overhead").stdout),
                         {"before": 0, "more": 0})

    def test_a_stopped_collector_is_waited_for_once(self):
        with start(HEAPTALLY, "record", "-o", self.folder / "steps", "--", sys.executable, "-B",
                   SOURCE / "tests" / "e2e" / "programs" / "asks.py",
                   stdin=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline(), "0\n")
            os.kill(process.pid, signal.SIGSTOP)
            try:
                begin = time.monotonic()
                process.stdin.write("\n" * 21)
                process.stdin.flush()
                answers = [process.stdout.readline() for _ in range(21)]
                took = time.monotonic() - begin
            finally:
                os.kill(process.pid, signal.SIGCONT)
            self.assertEqual(answers, ["-1\n"] * 21)
            self.assertGreater(took, 9)
            self.assertLess(took, 30)
            for _ in range(100):
                process.stdin.write("\n")
                process.stdin.flush()
                if process.stdout.readline() == "0\n":
                    break
            else:
                self.fail("it does not answer again")
            process.stdin.close()
            process.wait()

    def test_a_program_with_a_filter_on_its_system_calls_gets_no_answer(self):
        script = ("import ctypes, struct\n"
                  "libc = ctypes.CDLL(None)\n"
                  "print(libc.heaptally_get_traced_memory(None, None))\n"
                  "allow = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0, 0x7fff0000))\n"
                  "program = struct.pack('HxxxxxxQ', 1, ctypes.addressof(allow))\n"
                  "print(libc.prctl(38, 1, 0, 0, 0), libc.prctl(22, 2, program))\n"
                  "print(libc.heaptally_get_traced_memory(None, None),\n"
                  "      libc.heaptally_take_snapshot(b'snapshot'))\n")
        begin = time.monotonic()
        recording = self.record(sys.executable, "-c", script, cwd=self.folder)
        self.assertEqual(recording.result.stdout, "0\n0 0\n-1 -1\n", recording.result)
        self.assertFalse((self.folder / "snapshot").exists())
        self.assertLess(time.monotonic() - begin, 9)

    def test_a_killed_collector_is_not_waited_for(self):
        with start(HEAPTALLY, "record", "-o", self.folder / "steps", "--", sys.executable, "-B",
                   SOURCE / "tests" / "e2e" / "programs" / "asks.py",
                   stdin=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline(), "0\n")
            process.kill()
            begin = time.monotonic()
            process.stdin.write("\n" * 5)
            process.stdin.flush()
            self.assertEqual([process.stdout.readline() for _ in range(5)], ["-1\n"] * 5)
            self.assertLess(time.monotonic() - begin, 5)
            process.stdin.close()


class Snapshots(Traced):
    def snapshot(self, path):
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        snapshot = Recording(path)
        self.assertEqual(snapshot.header("complete"), 1)
        self.assertFalse(snapshot.stats()["incomplete"])
        self.assertIn("a snapshot, after which the program ran on", snapshot.ask("summary"))
        return snapshot

    def test_are_recordings_of_all_so_far(self):
        other = self.folder / "other"
        other.mkdir()
        recording, told = self.trial("snapshot", other)
        self.assertEqual(told, {"first": 0, "again": 1, "no_folder": 1, "null": 1, "second": 0,
                                "of_child": 0, "descriptors": 3})
        first = self.snapshot(self.folder / "first.heaptally")
        second = self.snapshot(other / "second.heaptally")
        third = self.snapshot(other / "third.heaptally")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()),
                         ["1.heaptally", "first.heaptally", "other"])
        lives = [[self.live(file, marker) for marker in ("early", "late", "of the child")]
                 for file in (first, second, third, recording)]
        self.assertEqual(lives, [[(1000, 1), (0, 0), (0, 0)], [(1000, 1), (2000, 1), (0, 0)],
                                 [(0, 0), (2000, 1), (3000, 1)], [(0, 0), (2000, 1), (3000, 1)]])
        for file in (first, second, third):
            self.assert_sums_agree(file)
        difference = run(HEAPTALLY, "diff", first.path, second.path, "--limit", "0")
        self.assertEqual(difference.status, 0, difference)
        self.assertRegex(difference.stdout,
                         rf"traced\.c:{marked_line(SOURCE_FILE, 'late')}: size=2000 B \(\+2000 B\)")

    def assert_sums_agree(self, file):
        """The end, as it was stored, is what the timeline adds up to, and what survived."""
        end = file.stats("--at", "end")["total"]
        self.assertEqual((end["bytes"], end["count"]),
                         (file.header("live_at_end_bytes"), file.header("live_at_end_count")))
        leaks = json.loads(file.ask("leaks", "--format", "json"))["total"]
        self.assertEqual(leaks, end)
        peak = file.stats("--at", "peak")["total"]["bytes"]
        self.assertEqual(peak, file.header("peak_bytes"))
        processes = file.query("SELECT sum(live_at_end_bytes), sum(total_count) FROM processes")
        self.assertEqual(processes, [(file.header("live_at_end_bytes"),
                                      file.header("total_count"))])
        for command in ("processes", "threads", "timeline", "tree", "sizes", "lifetimes"):
            file.ask(command)

    def test_where_no_file_can_be_made(self):
        (self.folder / "closed").mkdir(mode=0o500)
        script = ("import os, sys; sys.path.insert(0, sys.argv[1]); import heaptally\n"
                  "for path in ('closed/file', '/dev/full', '.'):\n"
                  "  try:\n"
                  "    heaptally.take_snapshot(path)\n"
                  "  except OSError as error:\n"
                  "    print(type(error).__name__)\n")
        recording = self.record(sys.executable, "-B", "-c", script, SOURCE / "samples" / "python",
                                cwd=self.folder)
        expected = ["PermissionError", "FileExistsError", "FileExistsError"]
        if os.geteuid() == 0:
            expected = expected[1:]
        self.assertEqual(recording.result.stdout.split()[-len(expected):], expected)
        os.chmod(self.folder / "closed", 0o700)


class Periodic(Traced):
    def test_marks_come_at_multiples_of_the_time(self):
        recording = self.record("sh", "-c", "sleep 0.37", options=("--snapshot-every", "100ms"))
        marks = recording.query("SELECT name, time_ns FROM marks ORDER BY id")
        self.assertGreaterEqual(len(marks), 3)
        for number, (name, moment) in enumerate(marks, 1):
            self.assertEqual(name, "snapshot")
            # A mark is moved behind what happened in the same nanosecond.
            self.assertIn(moment - number * 100_000_000, range(1000))
        self.assertTrue(recording.stats("--at", "mark:snapshot#3")["exact"])
        recording.ask("diff", "--from", "mark:snapshot#1", "--to", "mark:snapshot#2")

    def test_leave_room_for_other_marks(self):
        recording = self.record("sh", "-c", "sleep 3.4", options=("--snapshot-every", "1ms"))
        self.assertEqual(recording.query("SELECT count(*) FROM marks"), [(3072,)])
        self.assertGreater(recording.header("dropped_marks"), 200)

    def test_times_that_are_none(self):
        for text, says in (("0.9ms", "is out of range"), ("0", "is out of range"),
                           ("often", "is no time"), ("-1s", "is no time"),
                           ("99999h", "is out of range")):
            with self.subTest(text):
                self.assert_refused(2, says, "record", f"--snapshot-every={text}", "true")


class FromPython(Traced):
    SAMPLE = SOURCE / "samples" / "python" / "tracing.py"

    def test_the_counterpart_of_tracemalloc(self):
        recording = self.record(sys.executable, "-B", self.SAMPLE, "words.heaptally",
                                env={**os.environ, "PYTHONMALLOC": "malloc"}, cwd=self.folder)
        self.assertEqual(recording.result.status, 0, recording.result)
        self.assertRegex(recording.result.stdout, r"traced: \d+\.\d MiB more, at most \d+\.\d MiB")
        self.assertRegex(recording.result.stdout, r"\n  .*Py")
        snapshot = Recording(self.folder / "words.heaptally")
        self.assertEqual(snapshot.header("complete"), 1)

    def test_where_nothing_is_recorded(self):
        result = run(sys.executable, "-B", self.SAMPLE, "words.heaptally", cwd=self.folder)
        self.assertEqual(result, (0, "not recorded\n", ""))


if __name__ == "__main__":
    unittest.main()
