"""What heaptrack recorded of real programs, imported: the same figures as heaptrack_print's."""

import gzip
import itertools
import json
import os
import re
import unittest
from collections import Counter
from pathlib import Path

from harness import Case, Recording, run

PYTHON = """import json; d = {str(i): [i] * 5 for i in range(20000)}; print(len(json.dumps(d)))"""
PROGRAMS = {
    "jq": ("jq", "-n", "[range(20000)] | map(tostring) | length"),
    "perl": ("perl", "-e", "my @a = map { [1 .. $_ % 30] } 1 .. 20000; exit 0"),
    # Not what `python3` may be: a script that starts another one.
    "python3": ("/usr/bin/python3", "-c", PYTHON),
    "sqlite3": ("sqlite3", ":memory:", "create table t(a, b); with recursive c(x) as (select 1 "
                "union all select x + 1 from c where x < 5000) insert into t select x, hex(x) "
                "from c; select count(*) from t;"),
}
CALLS = re.compile(r"(\d+) calls to allocation functions with (\S+) peak consumption from")
TEMPORARY = re.compile(r"(\d+) temporary allocations of \d+ allocations in total")
LEAKED = re.compile(r"(\S+) leaked over \d+ calls from")


def bytes_text(size):
    """As heaptrack_print writes sizes."""
    if size < 1000:
        return f"{size}B"
    units = itertools.chain("KMGT")
    while size >= 1000:
        size, unit = size / 1000, next(units)
    return f"{size:.2f}{unit}"


def rows_of(text, title):
    """Of heaptrack_print: (groups of the title, place) for each row, in their order. A place is the
    function, file, line and module of the innermost call; '' and 0 where that is not known."""
    lines = iter(text.splitlines())
    rows = []
    for line in lines:
        found = title.match(line)
        if not found:
            continue
        function = next(lines)
        file, number, where = "", 0, next(lines)
        if where.startswith("  at "):
            file, _, number = where.removeprefix("  at ").rpartition(":")
            where = next(lines)
        function = "" if re.fullmatch("0x[0-9a-f]+", function) else function
        module = where.removeprefix("  in ").replace("??", "")
        rows.append((found.groups(), (function, file, int(number), module)))
    return rows


class Import(Case):
    def heaptrack(self, name, *options, environment=None):
        """What heaptrack made of a program."""
        base = self.folder / name
        result = run("heaptrack", *options, "-o", base, *PROGRAMS[name], cwd=self.folder,
                     env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})})
        made = [path for path in self.folder.glob(f"{name}.*") if path.suffix in (".zst", ".gz")]
        self.assertEqual(len(made), 1, result)
        return made[0]

    def unpacked(self, file):
        unpack = {".zst": ("zstd", "-dc"), ".gz": ("gzip", "-dc")}[file.suffix]
        return run(*unpack, file).stdout.encode(errors="surrogateescape")

    def imported(self, file, name="imported"):
        path = self.folder / f"{name}.heaptally"
        result = self.heaptally("import", file, "-o", path)
        self.assertEqual(result.status, 0, result)
        return Recording(path, result)

    def printed(self, file, *options):
        result = run("heaptrack_print", "-f", file, "-t", "0", "--disable-builtin-suppressions",
                     *options, cwd=self.folder)
        self.assertEqual(result.status, 0, result)
        return result.stdout

    def assert_same_totals(self, recording, text):
        figures = dict(re.findall(r"^([a-z][^:\n]*): (\S+)", text, re.MULTILINE))
        header = recording.header
        self.assertEqual(figures["calls to allocation functions"], str(header("total_count")))
        self.assertEqual(figures["temporary memory allocations"], str(header("temporary_count")))
        self.assertEqual(figures["peak heap memory consumption"],
                         bytes_text(header("peak_bytes")))
        self.assertEqual(figures["total memory leaked"], bytes_text(header("live_at_end_bytes")))
        self.assertEqual(figures["peak RSS (including heaptrack overhead)"],
                         bytes_text(header("peak_rss_bytes")))
        self.assertAlmostEqual(float(figures["total runtime"].removesuffix("s.")),
                               header("duration_ns") / 1e9, delta=0.006)

    def assert_same_costs(self, recording, file):
        """Of all traces together, to the byte."""
        stacks = self.folder / "stacks"
        for cost, key in [("allocations", "total_count"), ("temporary", "temporary_count"),
                          ("leaked", "live_at_end_bytes"), ("peak", "peak_bytes")]:
            self.printed(file, "-F", stacks, "--flamegraph-cost-type", cost)
            sum_of_stacks = sum(int(line.rpartition(" ")[2])
                                for line in stacks.read_text().splitlines())
            self.assertEqual(sum_of_stacks, recording.header(key), cost)

    def assert_same_places(self, recording, text):
        """Of each line, or the nearest thing to it that heaptrack knows."""
        values = {}
        self.assertGreater(len(rows_of(text, CALLS)), 5)
        for *place, calls, temporary, leaked, peak in recording.query(
                "SELECT coalesce(function, ''), coalesce(file, ''), coalesce(line, 0),"
                " coalesce(module, ''), sum(total_count), sum(temporary_count),"
                " sum(live_at_end_bytes), sum(live_at_peak_bytes) FROM lines GROUP BY 1, 2, 3, 4"):
            values[tuple(place)] = (calls, temporary, leaked, peak)

        def assert_same(title, column, number):
            rows = rows_of(text, title)
            if number is int:
                sums = Counter()
                for (value, *_), place in rows:
                    sums[place] += int(value)
                self.assertEqual(sums, {place: row[column] for place, row in values.items()
                                        if row[column]})
                return
            shown = 0 if title is CALLS else column
            self.assertEqual({place for _, place in rows},
                             {place for place, row in values.items() if row[shown]})
            # Rounded values cannot be added up: only places that have one row.
            times = Counter(place for _, place in rows)
            for (*_, value), place in rows:
                if times[place] == 1:
                    self.assertEqual(value, bytes_text(values[place][column]), place)

        assert_same(CALLS, 0, int)
        assert_same(TEMPORARY, 1, int)
        assert_same(LEAKED, 2, str)
        assert_same(CALLS, 3, str)

    def assert_answers(self, recording):
        """Every command works on it, and the answers are those of its header."""
        header = recording.header
        for metric, amount in [("live", "peak"), ("total", "total"), ("temporary", "temporary")]:
            answer = recording.stats("--metric", metric)
            self.assertTrue(answer["exact"], answer)
            self.assertEqual(sum(row["size"] for row in answer["statistics"]),
                             header(f"{amount}_bytes"))
        leaks = json.loads(recording.ask("leaks", "--format", "json", "--limit", "0"))
        self.assertEqual(leaks["total"]["bytes"], header("live_at_end_bytes"))
        summary = recording.ask("summary")
        self.assertRegex(summary, r"imported +from heaptrack 1\.")
        self.assertRegex(summary, r"threads +not known\n")
        self.assertRegex(summary, r"duration .* how it ended is not known\n")
        for command in ("tree", "timeline", "sizes", "temporary", "threads", "processes"):
            self.assertTrue(recording.ask(command), command)
        self.assertIn("all threads", recording.ask("threads"))
        rows = json.loads(recording.ask("timeline", "--format", "json"))["timeline"]
        self.assertTrue(all(row["cpu_ns"] is None for row in rows))

    def test_real_programs(self):
        for name in PROGRAMS:
            with self.subTest(program=name):
                file = self.heaptrack(name)
                recording = self.imported(file, name)
                text = self.printed(file, "-n", "1000000", "-s", "0", "-l", "1")
                self.assert_same_totals(recording, text)
                self.assert_same_costs(recording, file)
                self.assert_same_places(recording, text)
                self.assert_answers(recording)

    def test_packed_or_not(self):
        file = self.heaptrack("jq")
        plain = self.folder / "plain.txt"
        plain.write_bytes(self.unpacked(file))
        packed = self.folder / "packed.gz"
        packed.write_bytes(gzip.compress(plain.read_bytes()))
        dumps = {self.heaptally("sql", self.imported(each, each.suffix[1:]).path,
                                "SELECT * FROM lines").stdout for each in (file, plain, packed)}
        self.assertEqual(len(dumps), 1)

    def test_a_difference_of_two(self):
        old = self.imported(self.heaptrack("jq"), "old")
        new = self.imported(self.heaptrack("perl"), "new")
        answer = json.loads(self.heaptally("diff", old.path, new.path, "--format", "json").stdout)
        self.assertTrue(answer)

    def test_cut_short(self):
        file = self.heaptrack("perl")
        whole = self.imported(file, "whole")
        packed = gzip.compress(self.unpacked(file))
        cut = self.folder / "cut.gz"
        cut.write_bytes(packed[:len(packed) * 2 // 3])
        recording = self.imported(cut, "cut")
        self.assertRegex(recording.result.stderr, r"cut\.gz: is cut short after line [\d,]+: ")
        self.assertEqual(recording.header("complete"), 0)
        self.assertIn("the recording was not finished", recording.ask("stats"))
        allocations = recording.stats("--metric", "total")
        self.assertLess(sum(row["count"] for row in allocations["statistics"]),
                        whole.header("total_count"))
        self.assertGreater(len(allocations["statistics"]), 10)

    def test_raw(self):
        file = self.heaptrack("jq", "--raw")
        result = self.assert_refused(1, "heaptrack_interpret", "import", file)
        self.assertEqual(list(self.folder.glob("*.heaptally*")), [])
        # What it says to do helps.
        remedy = re.search(r"run (.*) where", result.stderr)[1]
        done = run("sh", "-c", remedy.replace("FILE", file.name), cwd=self.folder)
        self.assertEqual(done.status, 0, done)
        recording = self.imported(self.folder / "OUT.gz")
        self.assertEqual(recording.header("complete"), 1)
        self.assertGreater(recording.header("total_count"), 80_000)

    def test_bad_input(self):
        damaged = self.folder / "damaged.txt"
        damaged.write_text("v 10400 3\nX a\nI 1000 1\n+ 5\n")
        self.assert_refused(1, "damaged.txt: line 4: ", "import", "damaged.txt")
        self.assert_refused(1, "is not a recording of heaptrack", "import", "/etc/passwd")
        self.assert_refused(1, "nothing: No such file", "import", "nothing")
        self.assert_refused(1, "is a directory", "import", ".")
        self.assert_refused(2, "PATH", "import")
        self.assertEqual(list(self.folder.iterdir()), [damaged])

    def test_what_is_not_known_is_said(self):
        plain = self.folder / "heaptrack.a.1.txt"
        plain.write_text("v 10400 3\nX a\nI 1000 1\ns 1 f\ni 9 0 1\nt 1 0\na 8 1\n+ 0\nc a\n+ 0\n"
                         "- 0\n# strings: 1\n# ips: 1\n")
        self.assertEqual(self.heaptally("import", plain).status, 0)
        made = Path("heaptrack.a.1.heaptally")
        self.assertTrue((self.folder / made).exists())
        self.assert_refused(1, f"{made}: exists; ", "import", plain)
        self.assertEqual(self.heaptally("import", "-f", plain).status, 0)
        known = "imported from heaptrack 1.4.0"
        self.assert_refused(1, known, "lifetimes", made)
        self.assert_refused(1, known, "leaks", made, "--from", "5ms")
        self.assert_refused(1, known, "resolve", made)


if __name__ == "__main__":
    unittest.main()
