"""Programs that give moments names: what was live at each is exact, line by line."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import unittest

from harness import HEAPTALLY, SOURCE, Case, Recording, marked_line, program, run, start

SOURCE_FILE = "tests/e2e/programs/marks.cpp"
KEPT = 4096  # marks, by a recording


def books(text):
    """{(mark, thread): {line: (size, count)}} as the program printed it, without empty lines."""
    found = {}
    for row in text.splitlines():
        mark, thread, line, size, count = row.split("|")
        book = found.setdefault((mark, thread), {})
        if int(count) != 0:
            book[marked_line(SOURCE_FILE, line)] = (int(size), int(count))
    return found


class LiveAtMarks(Case):
    maxDiff = None

    def assert_exact(self, recording):
        self.assertEqual(recording.result.status, 0, recording.result)
        expected = books(recording.result.stdout)
        self.assertGreater(len(expected), 20)
        for (mark, thread), book in expected.items():
            with self.subTest(mark=mark, thread=thread):
                options = ["--at", f"mark:{mark}"] + (["--thread", thread] if thread else [])
                answer = recording.stats(*options)
                lines = {row["line"]: (row["size"], row["count"]) for row in answer["statistics"]
                         if row["file"] and row["file"].endswith("/" + SOURCE_FILE)}
                # The loader's memory for the variables of threads, charged to who makes them.
                lines.pop(marked_line(SOURCE_FILE, "creates"), None)
                self.assertEqual(lines, book)
                self.assertEqual((answer["moment"], answer["exact"]), ("mark", True))
                self.assertFalse(answer["incomplete"], answer["counts"])

    def test_are_exact_over_several_threads(self):
        self.assert_exact(self.record(program("marks")))

    def test_by_the_other_clock_too(self):
        self.assert_exact(self.record(program("marks"),
                                      env={**os.environ, "HEAPTALLY_CLOCK": "monotonic"}))

    def test_what_came_between_two_marks_is_the_difference(self):
        recording = self.record(program("marks"))
        expected = books(recording.result.stdout)
        older, newer = (expected[(f"round {n}", "")] for n in (2, 9))
        text = recording.ask("diff", "--from", "mark:round 2", "--to", "mark:round 9",
                             "--limit", "0")
        for line in set(older) | set(newer):
            size, count = newer.get(line, (0, 0))
            change = count - older.get(line, (0, 0))[1]
            self.assertRegex(text, rf"marks\.cpp:{line}: size=.*count={count} \([+]?{change}\)")


class LeaksFromMarks(Case):
    maxDiff = None

    def assert_exact(self, recording):
        self.assertEqual(recording.result.status, 0, recording.result)
        expected = books(recording.result.stdout)
        self.assertEqual(len(expected), 12)
        self.assertEqual(expected["round 11", ""], {})
        self.assertEqual(len(expected["round 10", ""]), 3)
        for (mark, _), book in expected.items():
            with self.subTest(mark=mark):
                answer = json.loads(recording.ask("leaks", "--format", "json", "--limit", "0",
                                                  "--from", f"mark:{mark}"))
                lines = {row["line"]: (row["size"], row["count"]) for row in answer["leaks"]
                         if row["file"] and row["file"].endswith("/" + SOURCE_FILE)}
                lines.pop(marked_line(SOURCE_FILE, "creates"), None)
                self.assertEqual(lines, book)
                self.assertTrue(answer["exact"], answer)

    def test_are_exact(self):
        self.assert_exact(self.record(program("marks"), "leaks"))

    def test_by_the_other_clock_too(self):
        self.assert_exact(self.record(program("marks"), "leaks",
                                      env={**os.environ, "HEAPTALLY_CLOCK": "monotonic"}))

    def test_those_set_while_others_allocate_are_in_order(self):
        recording = self.record(program("marks"))
        marks = [name for (name,) in recording.query("SELECT name FROM marks ORDER BY id")]
        totals = [json.loads(recording.ask("leaks", "--format", "json", "--from", f"mark:{mark}"))
                  ["total"]["bytes"] for mark in marks]
        self.assertEqual(totals, sorted(totals, reverse=True))


class LeaksBetweenMarks(Case):
    """What was allocated from one mark on and not freed by a later one, over threads and a child
    process."""

    def lines(self, recording, *options):
        answer = json.loads(recording.ask("leaks", "--format", "json", "--limit", "0", *options))
        self.assertTrue(answer["exact"], answer)
        lines = {row["line"]: (row["size"], row["count"]) for row in answer["leaks"]
                 if row["file"] and row["file"].endswith("/" + SOURCE_FILE)}
        lines.pop(marked_line(SOURCE_FILE, "creates"), None)
        return lines

    def moment(self, name):
        return name if name == "start" else f"mark:{name}"

    def assert_exact(self, recording):
        self.assertEqual(recording.result.status, 0, recording.result)
        expected = books(recording.result.stdout)
        self.assertEqual(len(expected), 12 + 12 * 13 // 2)
        child = marked_line(SOURCE_FILE, "line_3")
        self.assertEqual(expected["round 3>round 4", ""][child][1], 10)
        self.assertEqual(expected["start>round 11", ""][child][1], 6)
        self.assertEqual(expected["round 7>round 7", ""], {})
        for (pair, _), book in expected.items():
            first, last = pair.split(">")
            with self.subTest(pair):
                self.assertEqual(self.lines(recording, "--from", self.moment(first), "--to",
                                            self.moment(last)), book)

    def test_are_exact(self):
        self.assert_exact(self.record(program("marks"), "between"))

    def test_by_the_other_clock_too(self):
        self.assert_exact(self.record(program("marks"), "between",
                                      env={**os.environ, "HEAPTALLY_CLOCK": "monotonic"}))

    def test_to_the_end_it_is_what_was_never_freed(self):
        recording = self.record(program("marks"), "leaks")
        for first in ("start", "mark:round 5"):
            self.assertEqual(self.lines(recording, "--from", first, "--to", "end"),
                             self.lines(recording, "--from", first))

    def test_without_the_moments_between_which_it_is_known(self):
        recording = self.record(program("marks"))
        for options, names in ((("--to", "50%"), "--to 50%: "),
                               (("--to", "peak"), "--to peak: "),
                               (("--from", "0.000001", "--to", "mark:round 3"),
                                "--from 0.000001: ")):
            result = self.assert_refused(2, names, "leaks", recording.path, *options)
            self.assertIn("record --log", result.stderr)
        self.assert_refused(2, "--from mark:round 4: is after --to mark:round 3", "leaks",
                            recording.path, "--from", "mark:round 4", "--to", "mark:round 3")
        self.assert_refused(2, "no such mark", "leaks", recording.path, "--to", "mark:never")

    def test_of_an_earlier_version(self):
        old = SOURCE / "tests/recording/golden/v3.heaptally"
        self.assert_refused(1, "an earlier version", "leaks", old, "--to", "mark:loaded")


class Names(Case):
    def record_c(self, *arguments):
        recording = self.record(program("marks_in_c"), *arguments)
        self.assertEqual(recording.result.status, 0, recording.result)
        self.assertEqual(recording.result.stdout, "tracing 1, child 1, errno 77\n")
        return recording

    def test_are_kept_as_they_are(self):
        recording = self.record_c()
        marks = recording.query("SELECT CAST(name AS BLOB), process FROM marks ORDER BY id")
        self.assertEqual(marks, [
            (b"first", 0), (b"twice", 0), (b"twice", 0), (b"", 0),
            (b"caf\xc3\xa9 \xff\n:#2", 0), (b"x" * 397 + b"end", 0), (b"of the child", 1)])
        times = [row[0] for row in recording.query("SELECT time_ns FROM marks ORDER BY id")]
        self.assertEqual(times, sorted(times))
        self.assertLessEqual(times[-1], recording.header("duration_ns"))

    def test_may_be_used_again(self):
        recording = self.record_c()
        line = marked_line("tests/e2e/programs/marks_in_c.c", "kept")
        for mark, live in (("first", (0, 0)), ("twice", (1000, 1)), ("twice#1", (1000, 1)),
                           ("twice#2", (0, 0))):
            with self.subTest(mark):
                self.assertEqual(recording.at_line("marks_in_c.c", line, "--at", f"mark:{mark}"),
                                 live)

    def test_are_in_the_summary(self):
        text = self.record_c().ask("summary")
        section = text[text.index("\nmarks\n"):]
        names = [line.split(None, 2)[2] for line in section.splitlines()[2:9]]
        self.assertEqual(names[:4], ["first", "twice", "twice#2", "''"])
        self.assertEqual(names[6], "of the child")
        self.assertTrue(re.fullmatch(r"[^\n\x00-\x1f]+", names[4]), names[4])

    def test_that_are_not_there_are_named(self):
        recording = self.record_c()
        self.assert_refused(2, "--at mark:third: no such mark; there are first, twice, ",
                            "stats", "--at", "mark:third", recording.path)

    def test_beyond_what_is_kept_are_counted(self):
        recording = self.record_c(str(KEPT + 100))
        self.assertEqual(recording.query("SELECT count(*) FROM marks"), [(KEPT,)])
        # Six others came before them, and one after.
        self.assertEqual(recording.header("dropped_marks"), 100 + 6 + 1)
        self.assertIn("107 marks not kept, beyond 4,096", recording.ask("summary"))
        self.assertEqual(recording.stats("--at", "end")["exact"], True)


class FromOutside(Case):
    @contextlib.contextmanager
    def steps(self, *options):
        """A program that allocates 1000 bytes with each step()."""
        path = self.folder / "steps.heaptally"
        with start(HEAPTALLY, "record", *options, "-o", path, "--", program("steps"),
                   stdin=subprocess.PIPE) as process:
            self.process = process
            self.recording = Recording(path)
            self.pid = int(process.stdout.readline())
            yield
            process.stdin.close()
            self.rest = process.stdout.read()
        self.assertEqual(process.returncode, 0)

    def step(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.assertEqual(self.process.stdout.readline(), "done\n")

    def mark(self, name):
        self.assertEqual(self.heaptally("mark", self.pid, name), (0, "", ""))

    def wait_for_marks(self, count):
        query = ("sql", self.recording.path, "SELECT count(*) FROM marks")
        for _ in range(600):
            if self.heaptally(*query).stdout.split()[-1:] == [str(count)]:
                return
            time.sleep(0.1)
        self.fail(f"there are no {count} marks")

    def assert_live(self, mark, steps):
        line = marked_line("tests/e2e/programs/steps.c", "allocates")
        live = self.recording.at_line("steps.c", line, "--at", f"mark:{mark}")
        self.assertEqual(live, (1000 * steps, steps), mark)

    def test_marks_are_exact(self):
        with self.steps():
            self.mark("none yet")
            for n in range(1, 6):
                self.step()
                self.mark(f"step {n}")
            self.step()
            self.mark("again")
            self.mark("again")
        self.assert_live("none yet", 0)
        for n in range(1, 6):
            self.assert_live(f"step {n}", n)
        self.assert_live("again#2", 6)
        self.assertEqual(self.rest, "usr2=0\n")

    def test_a_signal_to_heaptally_sets_marks_and_is_not_passed_on(self):
        with self.steps("--mark-signal", "USR2"):
            for n in range(1, 4):
                self.step()
                self.process.send_signal(signal.SIGUSR2)
                self.wait_for_marks(n)
        for n in range(1, 4):
            self.assert_live(f"signal {n}", n)
        self.assertEqual(self.rest, "usr2=0\n")

    def test_a_signal_to_the_program_is_its_own(self):
        with self.steps("--mark-signal", "USR2"):
            os.kill(self.pid, signal.SIGUSR2)
            self.step()
        self.assertEqual(self.rest, "usr2=1\n")
        self.assertEqual(self.recording.query("SELECT * FROM marks"), [])

    def test_what_cannot_be_marked(self):
        with self.steps():
            self.assert_refused(2, "the name of a mark: is empty; give one", "mark", self.pid, "")
            self.assert_refused(2, "has 401 bytes; give one of 1 to 400", "mark", self.pid,
                                "x" * 401)
            self.mark("x" * 400)
            # A recorded program's own recorder is not recorded.
            self.assert_refused(1, f"process {self.process.pid}: is not being recorded", "mark",
                                self.process.pid, "name")
        self.assert_refused(1, f"process {self.pid}: does not exist", "mark", self.pid, "name")
        for words in (("mark",), ("mark", "1"), ("mark", "pid", "name"), ("mark", "-3", "name"),
                      ("record", "--mark-signal", "INT", "true"),
                      ("record", "--mark-signal", "12x", "true")):
            with self.subTest(words):
                self.assert_refused(2, "", *words)

    def test_a_recording_that_is_over(self):
        script = f"{program('steps')} < fifo & echo $!"
        os.mkfifo(self.folder / "fifo")
        with start(HEAPTALLY, "record", "-o", self.folder / "over", "--", "sh", "-c", script,
                   cwd=self.folder) as process, open(self.folder / "fifo", "w") as fifo:
            pid = int(process.stdout.readline())
            time.sleep(1)
            process.send_signal(signal.SIGINT)  # the background process runs on
            process.wait()
            self.assert_refused(1, f"process {pid}: is not being recorded any more", "mark", pid,
                                "name")
            fifo.close()


class FromPython(Case):
    SAMPLE = SOURCE / "samples" / "python" / "marks.py"

    def test_through_ctypes(self):
        recording = self.record(sys.executable, "-B", self.SAMPLE,
                                env={**os.environ, "PYTHONMALLOC": "malloc"})
        self.assertEqual((recording.result.status, recording.result.stdout), (0, "recorded\n"))
        started, loaded, dropped = (recording.stats("--at", f"mark:{mark}")["total"]["count"]
                                    for mark in ("started", "loaded", "dropped"))
        self.assertGreaterEqual(loaded - started, 99_000)
        self.assertLess(loaded - started, 102_000)
        self.assertLess(abs(dropped - started), 2_000)

    def test_where_nothing_is_recorded(self):
        self.assertEqual(run(sys.executable, "-B", self.SAMPLE), (0, "not recorded\n", ""))


class Unrecorded(unittest.TestCase):
    def test_programs_run_as_if_the_calls_were_not_there(self):
        result = run(program("marks_in_c"), "10")
        self.assertEqual((result.status, result.stdout, result.stderr),
                         (0, "tracing 0, child 0, errno 77\n", ""))
        self.assertEqual(run(program("marks"), "quiet")[:2], (0, ""))


if __name__ == "__main__":
    unittest.main()
