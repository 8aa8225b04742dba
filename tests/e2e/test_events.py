"""The event log: what a program knows of its blocks, and what the rest of the recording tells."""

import csv
import io
import json
import os
import signal
import sys
import time
import unittest

from harness import BUILD, HEAPTALLY, SOURCE, Case, marked_line, program, run, start

SOURCE_FILE = "tests/e2e/programs/logged.cpp"
AGREES = BUILD / "bin" / "e2e" / "log_agrees"

PYTHON = """
import collections, json, re, threading
def work(n):
    groups = collections.defaultdict(list)
    for i in range(20000):
        groups[i * n % 97].append(str(i) * (i % 9))
    text = json.dumps(groups)
    return len(re.findall("12+", text)) + len(json.loads(text))
threads = [threading.Thread(target=work, args=(n,)) for n in (3, 5)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
PERL = "my %h; $h{$_ % 977} .= 'x' x ($_ % 50) for 1 .. 60000; my @s = sort keys %h; print @s + 0"
TREE = "for i in 1 2 3; do perl -e 'my @a = map {[1 .. 9]} 1 .. 3000' & done; wait; ls / | sort -r"


class Events(Case):
    def record(self, *command, options=("--log",), status=0, **how):
        recording = super().record(*command, options=options, **how)
        self.assertEqual(recording.result.status, status, recording.result)
        return recording

    def events(self, recording, *options):
        return json.loads(recording.ask("events", "--format", "json", "--limit", "0", *options))

    def assert_agrees(self, recording):
        result = run(AGREES, recording.path)
        self.assertEqual((result.status, result.stdout), (0, ""), result)
        events, blocks, size = recording.query(
            "SELECT sum(count), sum(blocks), sum(length(data)) FROM events")[0]
        self.assertEqual(blocks, recording.header("total_count"))
        if events > 10_000:
            self.assertLess(size / events, 6)


class OwnBlocks(Events):
    def test_each_block_of_a_program_that_knows_them(self):
        recording = self.record(program("logged"))
        lines = {name: marked_line(SOURCE_FILE, name) for name in ("malloc", "realloc")}
        own = []
        for text in recording.result.stdout.splitlines():
            which, thread, address, size, fate = text.split(maxsplit=4)
            own.append((lines[which], int(thread), int(address, 16), int(size), fate))
        self.assertGreater(len(own), 1_500)
        answer = self.events(recording, "--filter", f"*/{SOURCE_FILE}")
        logged = [(row["line"], row["tid"], row["address"], row["size"], row["fate"])
                  for row in answer["events"] if row["line"] in lines.values()]
        self.assertEqual(logged, own)
        times = [row["time_ns"] for row in answer["events"]]
        self.assertEqual(times, sorted(times))

        leaked = [block for block in own if block[4] == "never freed"]
        answer = self.events(recording, "--leaked", "--filter", f"*/{SOURCE_FILE}")
        self.assertEqual([row["address"] for row in answer["events"]
                          if row["line"] in lines.values()], [block[2] for block in leaked])
        some = leaked[len(leaked) // 2]
        rows = self.events(recording, "--address", hex(some[2]), "--leaked")["events"]
        self.assertIn(some[2], [row["address"] for row in rows])
        self.assert_agrees(recording)

    def test_formats_say_the_same(self):
        recording = self.record(program("logged"))
        options = ("--min-size", "4KiB", "--sort", "size", "--limit", "7")
        rows = json.loads(recording.ask("events", "--format", "json", *options))["events"]
        self.assertEqual(len(rows), 7)
        self.assertEqual([row["size"] for row in rows],
                         sorted((row["size"] for row in rows), reverse=True))
        table = list(csv.DictReader(io.StringIO(recording.ask("events", "--format", "csv",
                                                              *options))))
        self.assertEqual([(row["time_ns"], int(row["address"], 16), row["label"]) for row in table],
                         [(str(row["time_ns"]), row["address"], row["label"]) for row in rows])
        text = recording.ask("events", *options).splitlines()
        self.assertRegex(text[0], r"^# 7 of [\d,]+ allocations, the largest first$")
        self.assertEqual(len([line for line in text if " 0x" in line]), 7)
        with_stacks = recording.ask("events", *options, "--traceback")
        self.assertEqual(with_stacks.count(" in main") + with_stacks.count('logged.cpp", line'),
                         with_stacks.count('logged.cpp", line'))
        self.assertGreaterEqual(with_stacks.count('logged.cpp", line'), 7)


class Agreement(Events):
    """At every edge of the timeline, at the peaks and at the end, tally by tally."""

    def test_python(self):
        self.assert_agrees(self.record(sys.executable, "-B", "-c", PYTHON,
                                       env=os.environ | {"PYTHONMALLOC": "malloc"}))

    def test_perl(self):
        self.assert_agrees(self.record("perl", "-e", PERL))

    def test_compiler(self):
        source = self.folder / "source.cpp"
        source.write_text("#include <map>\n#include <string>\nstd::map<int, std::string> all;\n")
        self.assert_agrees(self.record("g++", "-c", source, "-o", self.folder / "source.o"))

    def test_threads_of_several_processes(self):
        recording = self.record(program("churner"), self.folder / "books", "3", "3", "400",
                                status=7)
        self.assertEqual(recording.header("lost_events"), 0)
        self.assert_agrees(recording)

    def test_a_fast_loop(self):
        recording = self.record(program("pairs"), "1000000")
        self.assertEqual(recording.header("lost_events"), 0)
        self.assert_agrees(recording)

    def test_more_threads_than_tasks(self):
        self.assert_agrees(self.record(program("threads"), "named", "400"))

    def test_a_tree_of_processes(self):
        recording = self.record("sh", "-c", TREE)
        self.assert_agrees(recording)
        self.assertGreater(recording.query("SELECT count(*) FROM processes")[0][0], 4)

    def test_any_moment_is_exact(self):
        recording = self.record("perl", "-e", PERL)
        duration = recording.header("duration_ns")
        rows = self.events(recording)["events"]
        for share in (0.21, 0.5, 0.83):
            moment = int(duration * share)
            live = [row["size"] for row in rows if row["time_ns"] < moment
                    and (row["lifetime_ns"] is None
                         or row["time_ns"] + row["lifetime_ns"] >= moment)]
            with self.subTest(share=share):
                answer = recording.stats("--at", f"{moment}ns")
                self.assertEqual(answer["moment_ns"], moment)
                self.assertTrue(answer["exact"])
                self.assertEqual(answer["total"], {"bytes": sum(live), "count": len(live)})
                asked = self.events(recording, "--live-at", f"{moment}ns")["matched"]
                self.assertEqual(asked, answer["total"])
        peak = self.events(recording, "--live-at", "peak")["matched"]
        self.assertEqual(peak, recording.stats()["total"])
        self.assertEqual(self.events(recording, "--leaked")["matched"],
                         recording.stats("--at", "end")["total"])
        self.assertEqual(self.events(recording, "--live-at", "end")["matched"],
                         recording.stats("--at", "end")["total"])


class Losses(Events):
    def test_a_killed_heaptally_leaves_what_it_had(self):
        path = self.folder / "killed.heaptally"
        loop = "while (1) { my @a = map { 'x' x $_ } 1 .. 50; select undef, undef, undef, 0.001 }"
        with start(HEAPTALLY, "record", "--log", "-o", path, "--", "perl", "-e", loop,
                   cwd=self.folder, start_new_session=True) as process:
            time.sleep(4)
            children = (f"/proc/{process.pid}/task/{process.pid}/children")
            with open(children, encoding="ascii") as file:
                child = int(file.read().split()[0])
            process.kill()
            process.wait()
            os.kill(child, signal.SIGKILL)
        result = self.heaptally("events", path, "--format", "json", "--limit", "0")
        self.assertEqual(result.status, 0, result)
        answer = json.loads(result.stdout)
        self.assertFalse(answer["finished"])
        self.assertGreater(len(answer["events"]), 1_000)
        self.assertGreater(answer["events"][-1]["time_ns"], 1_500_000_000)

    def test_without_a_log(self):
        recording = self.record("true", options=())
        self.assert_refused(1, "heaptally record --log", "events", recording.path)
        old = SOURCE / "tests/recording/golden/v3.heaptally"
        self.assert_refused(1, "heaptally record --log", "events", old)

    def test_bad_options(self):
        recording = self.record("true")
        for option, value in (("--sort", "age"), ("--min-size", "5%"), ("--max-lifetime", "x"),
                              ("--address", "0xg"), ("--trace", "x"), ("--live-at", "never"),
                              ("--from", "9h"), ("--limit", "-1"), ("--format", "xml"),
                              ("--thread", "nobody")):
            with self.subTest(option=option):
                self.assert_refused(2, f"{option} {value}: ", "events", recording.path, option,
                                    value)
        nothing = recording.ask("events", "--min-size", "1TiB")
        self.assertIn("# 0 allocations", nothing)


if __name__ == "__main__":
    unittest.main()
