"""Real programs behave as they do alone, and valgrind counts the same allocations.

Programs copy their environment, and the two tools add different variables to it. So that the
counts can be equal, each side gets variables as long as those that the other side adds.
"""

import re
import shlex
import unittest
from pathlib import Path

from harness import HEAPTALLY, Recording, run, start
from real_programs import SETTINGS, RealCase, real_program


PYTHON = """
import collections, json, re, sys
text = sys.stdin.read()
words = re.findall(r"[a-z]+", text.lower())
counts = collections.Counter(words)
data = {word: [count, word[::-1], {"upper": word.upper()}] for word, count in counts.items()}
for _ in range(20):
    data = json.loads(json.dumps(data, indent=1))
    text = "".join(sorted(text + str(len(data))))
squares = [str(i * i) * 3 for i in range(20000)]
print(json.dumps(data, sort_keys=True), len(text), len("".join(squares)))
print("to stderr", file=sys.stderr)
sys.exit(3)
"""

PYTHON_MODULES = """
import ctypes, decimal, json, lzma, sqlite3, threading
results = {}
def work(i):
    results[i] = len(lzma.compress(str(list(range(i))).encode()))
threads = [threading.Thread(target=work, args=(i * 1000,)) for i in range(1, 5)]
for thread in threads: thread.start()
for thread in threads: thread.join()
table = sqlite3.connect(":memory:")
table.execute("create table t(x)")
table.executemany("insert into t values(?)", [(i,) for i in range(1000)])
print(sorted(results.items()), table.execute("select sum(x) from t").fetchall())
print(decimal.Decimal(2).sqrt(), ctypes.CDLL("libc.so.6").strlen(b"twelve bytes"))
"""

PERL = r"""
my %count; my @lines;
while (<STDIN>) { push @lines, $_; $count{lc $1}++ while /(\w+)/g; }
for my $i (1 .. 20000) { push @lines, "line $i " . ($i * $i); }
my %by = map { $_ => [ length($_), scalar reverse $_ ] } keys %count;
@lines = sort { length $a <=> length $b or $a cmp $b } @lines;
s/(\d)(\d)/$2$1/g for @lines;
print "$_ $count{$_} $by{$_}[1]\n" for sort keys %count;
print scalar(@lines), " ", length(join "", @lines), "\n";
print STDERR "to stderr\n";
exit 4;
"""

SQL = """
CREATE TABLE words(id INTEGER PRIMARY KEY, text TEXT, size INT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
INSERT INTO words SELECT i, hex(i * 7919), i % 97 FROM n;
CREATE INDEX by_text ON words(text);
SELECT size, count(*), group_concat(substr(text, 1, 2)) FROM words GROUP BY size ORDER BY 1 LIMIT 20;
SELECT a.text, b.text FROM words a JOIN words b ON a.id = b.size * 3 ORDER BY a.text, b.id LIMIT 10;
UPDATE words SET text = text || size WHERE id % 3 = 0;
SELECT count(*), sum(length(text)) FROM words;
SELECT nothing FROM nowhere;
"""

TEXT = "The quick brown fox jumps over the lazy dog, and then it sleeps.\n" * 50
NUMBERS = "[" + ",".join(f'{{"id":{i},"name":"item {i}"}}' for i in range(3000)) + "]"

# name: (command, stdin, status). None of them loads a library while it runs: the loader's own
# tables have room then, since the shim loaded libunwind before, and what libunwind needs is
# there already. So `perl -MPOSIX` makes one allocation of 2,304 bytes less than alone, in
# _dlfo_mappings_segment_allocate of ld.so, and python3 that imports lzma five more.
DETERMINISTIC = {
    "python3": ([real_program("python3"), "-S", "-B", "-c", PYTHON], TEXT, 3),
    "perl": ([real_program("perl"), "-e", PERL], TEXT, 4),
    "sqlite3": ([real_program("sqlite3"), ":memory:"], SQL, 1),
    "sqlite3 on a file": ([real_program("sqlite3"), "out.db"], SQL, 1),
    "jq": ([real_program("jq"), "map(select(.id % 3 == 0) | .name |= ascii_upcase) | group_by(.id % 7)"
            " | map({(.[0].name): length}) | add, (\"to stderr\\n\" | halt_error(6))"], NUMBERS, 6),
}

# They load libraries, start threads, or print what is different each time.
OTHERS = {
    "python3 with modules": ([real_program("python3"), "-S", "-B", "-c", PYTHON_MODULES], "", 0),
    "perl with modules": ([real_program("perl"), "-MPOSIX", "-MList::Util=sum", "-e",
                           "print POSIX::floor(3.5) + sum(1 .. 10), qq(\n)"], "", 0),
    "python3 that fails": ([real_program("python3"), "-S", "-B", "-c", "1 / 0"], "", 1),
    "python3 that is killed": ([real_program("python3"), "-S", "-B", "-c",
                                "import os; print(1, flush=True); os.kill(os.getpid(), 9)"], "", 137),
    "jq with a wrong filter": ([real_program("jq"), "}"], "{}", 3),
    "jq that finds nothing": ([real_program("jq"), "-e", ".[5]"], "[1]", 1),
}

def variables(output):
    """What `env -0` printed."""
    return dict(entry.split("=", 1) for entry in output.split("\0") if "=" in entry)


class SaneCase(RealCase):
    def assert_sane(self, recording):
        """What can be said of any program: sums, and a heap that fits into its memory."""
        header = {key: recording.header(key) for key in (
            "complete", "lost_events", "unknown_frees", "inferred_frees", "late_events",
            "rejected_events", "broken_stacks", "total_count", "frees", "live_at_end_count",
            "peak_bytes", "live_at_end_bytes", "peak_rss_bytes", "unrecorded_processes")}
        for key in ("lost_events", "unknown_frees", "inferred_frees", "late_events",
                    "rejected_events", "broken_stacks", "unrecorded_processes"):
            self.assertEqual(header[key], 0, header)
        self.assertEqual(header["complete"], 1)
        self.assertEqual(header["total_count"] - header["frees"], header["live_at_end_count"])
        self.assertLessEqual(header["live_at_end_bytes"], header["peak_bytes"])
        self.assertLess(1 << 20, header["peak_rss_bytes"])
        for options in (("--metric", "total"), ("--at", "peak"), ("--at", "end"),
                        ("--metric", "temporary")):
            answer = recording.stats(*options)
            self.assertEqual(answer["covered"], answer["unfiltered"])


class AsAlone(SaneCase):
    def assert_as_alone(self, programs):
        for name, (command, text, status) in programs.items():
            with self.subTest(name):
                alone, recording = self.alone_and_recorded(command, text, status)
                self.assertNotEqual(alone.stdout + alone.stderr, "")
                self.assert_sane(recording)

    def test_those_that_valgrind_counts(self):
        self.assert_as_alone(DETERMINISTIC)

    def test_others(self):
        self.assert_as_alone(OTHERS)

    def test_peak_rss_is_that_of_the_program(self):
        text = "block = b'x' * (200 << 20); print(len(block))"
        _, recording = self.alone_and_recorded([real_program("python3"), "-S", "-c", text], "", 0)
        self.assertTrue(200 << 20 < recording.header("peak_rss_bytes") < 230 << 20)
        self.assertTrue(200 << 20 < recording.header("peak_bytes") < 205 << 20)
        self.assertIn("peak RSS", recording.ask("summary"))


def cc1plus_command(source, output):
    """What g++ runs to compile a file."""
    result = run("g++", "-###", "-S", "-O2", source, "-o", output, env=SETTINGS)
    (line,) = [line for line in result.stderr.splitlines() if "/cc1plus " in line]
    command = shlex.split(line)
    assert Path(command[0]).resolve() == Path(
        run("g++", "-print-prog-name=cc1plus").stdout.strip()).resolve(), command
    return command


REGEX = """#include <regex>
#include <string>
bool find(const std::string& text) { return std::regex_search(text, std::regex("a(b|c)*d")); }
"""


class Compiler(SaneCase):
    """cc1plus: millions of allocations. How many differs a little each time, alone as well: it hashes
    addresses."""

    def compile(self, text, status):
        source = self.folder / "source.cpp"
        source.write_text(text)
        return self.alone_and_recorded(cc1plus_command(source, "out.s"), "", status)

    def test_it_compiles_regex(self):
        _, recording = self.compile(REGEX, 0)
        self.assertGreater((self.work / "out.s").stat().st_size, 100_000)
        self.assertGreater(recording.header("total_count"), 100_000)
        self.assert_sane(recording)
        modules = {row["module"] for row in recording.stats("--group", "module")["statistics"]}
        self.assertIn(cc1plus_command("x.cpp", "x.s")[0], {str(Path(m)) for m in modules})

    def test_it_reports_errors(self):
        alone, recording = self.compile(REGEX + "int x = nothing;\n", 1)
        self.assertIn("was not declared", alone.stderr)
        self.assert_sane(recording)




class Valgrind(SaneCase):
    """memcheck's `total heap usage` of the same program, run in the same way."""

    def added_by_valgrind(self):
        result = run("valgrind", "-q", "env", "-0", env=self.environment, cwd=self.fresh())
        self.assertEqual(result.status, 0, result)
        return {key: value for key, value in variables(result.stdout).items()
                if self.environment.get(key) != value}

    def added_by_heaptally(self):
        """The length of each value, with a session of a process of no digits."""
        with start(HEAPTALLY, "record", "-fo", self.folder / "env", "env", "-0",
                   env=self.environment, cwd=self.fresh()) as process:
            seen = variables(process.communicate(timeout=60)[0])
        lengths = {key: len(value) for key, value in seen.items()
                   if self.environment.get(key) != value}
        self.assertEqual(set(lengths), {"LD_PRELOAD", "HEAPTALLY_SESSION"})
        self.assertIn(f"-{process.pid}-", seen["HEAPTALLY_SESSION"])
        lengths["HEAPTALLY_SESSION"] -= len(str(process.pid))
        return lengths

    def recorded_counts(self, command, text, environment):
        self.recordings += 1
        path = self.folder / f"{self.recordings}.heaptally"
        with start(HEAPTALLY, "record", "-o", path, "--", *command, env=environment,
                   stdin=-1, cwd=self.fresh()) as process:
            process.communicate(text, timeout=100)
        recording = Recording(path)
        self.assertFalse(recording.stats()["incomplete"])
        return process.pid, tuple(recording.header(key)
                                  for key in ("total_count", "frees", "total_bytes"))

    def valgrind_counts(self, command, text, environment):
        log = self.folder / "valgrind.log"
        run("valgrind", f"--log-file={log}", "--run-libc-freeres=no", "--run-cxx-freeres=no",
            *command, input=text, env=environment, cwd=self.fresh())
        usage = re.search(r"total heap usage: ([\d,]+) allocs, ([\d,]+) frees, ([\d,]+) bytes",
                          log.read_text())
        self.assertIsNotNone(usage, log.read_text())
        return tuple(int(number.replace(",", "")) for number in usage.groups())

    def both_counts(self, command, text):
        of_valgrind = self.added_by_valgrind()
        of_heaptally = self.added_by_heaptally()
        preload = of_valgrind.pop("LD_PRELOAD")
        pid, recorded = self.recorded_counts(
            command, text, self.environment | of_valgrind | {"LD_PRELOAX": "x" * len(preload)})
        session = of_heaptally["HEAPTALLY_SESSION"] + len(str(pid))
        counted = self.valgrind_counts(
            command, text, self.environment | {"LD_PRELOAX": "x" * of_heaptally["LD_PRELOAD"],
                                               "HEAPTALLY_PADDING": "x" * session})
        return recorded, counted

    def test_counts_agree(self):
        for name, (command, text, _) in DETERMINISTIC.items():
            with self.subTest(name):
                recorded, counted = self.both_counts(command, text)
                self.assertEqual(recorded, counted)


if __name__ == "__main__":
    unittest.main()
