"""Exports, read by the tools that they are for: their totals are those of `heaptally stats`."""

import csv
import io
import json
import unittest
from collections import Counter

from consumers import folded, ms_print, pprof, pprof_samples, pprof_top, speedscope
from harness import SOURCE, Case, program

PERL = ("perl", "-e", "my %h = map { $_ => [1 .. $_ % 30] } 1 .. 20000; delete $h{$_} for 1 .. 9000; exit 0")
PROGRAMS = (
    (program("leaks"),),
    PERL,
    ("jq", "-n", "[range(5000) | {a: ., b: (. * 2 | tostring)}] | map(.b) | length"),
    ("sqlite3", ":memory:", "CREATE TABLE t(x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
     "SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t SELECT hex(i) FROM n; "
     "SELECT count(DISTINCT x) FROM t;"),
)
METRICS = {"live": (), "end": ("--at", "end"), "total": ("--metric", "total"),
           "temporary": ("--metric", "temporary")}


class Exports(Case):
    def export(self, recording, form, *options):
        path = self.folder / f"{recording.path.stem}.{form}"
        result = self.heaptally("export", recording.path, "--format", form, "-o", path, "-f", *options)
        self.assertEqual((result.status, result.stdout, result.stderr), (0, "", ""), result)
        return path

    def totals(self, recording, *options):
        """{metric: (bytes, count)} of stats."""
        return {metric: tuple(recording.stats(*words, *options)["total"][unit]
                              for unit in ("bytes", "count"))
                for metric, words in METRICS.items()}

    def each_program(self):
        for command in PROGRAMS:
            recording = self.record(*command)
            self.assertEqual(recording.result.status, 0, recording.result)
            totals = self.totals(recording)
            self.assertGreater(totals["live"][0], 0)
            yield recording, totals

    def test_pprof(self):
        for recording, totals in self.each_program():
            file = self.export(recording, "pprof")
            sums, period = pprof_samples(file)
            self.assertEqual(period, "PeriodType: space bytes")
            self.assertEqual(sums, {"alloc_objects": totals["total"][1], "alloc_space": totals["total"][0],
                                    "inuse_objects": totals["live"][1], "inuse_space": totals["live"][0]})
            for kind, total in sums.items():
                flat, whole = pprof_top(file, kind)
                self.assertEqual((whole, flat.total()), (total, total), kind)
            self.assertIn("Type: inuse_space", pprof(file, "-top"))
            end, _ = pprof_samples(self.export(recording, "pprof", "--at", "end"))
            self.assertEqual((end["inuse_space"], end["inuse_objects"]), totals["end"])

    def test_pprof_by_function_and_line(self):
        recording = self.record(*PERL)
        flat, _ = pprof_top(self.export(recording, "pprof"), "alloc_space")
        own = Counter()
        for row in recording.stats("--metric", "total", "--group", "function")["statistics"]:
            if row["function"]:
                own[row["function"]] += row["size"]
        self.assertGreater(len(own), 5)
        self.assertEqual({name: flat[name] for name in own}, own)
        lines = pprof(self.export(self.record(program("leaks")), "pprof"), "-raw")
        self.assertIn("tests/e2e/programs/leaks.cpp:", lines)

    def test_massif(self):
        for recording, totals in self.each_program():
            snapshots, peak, text = ms_print(self.export(recording, "massif"))
            self.assertEqual(snapshots[0], (0, 0))
            self.assertEqual(snapshots[-1][1], totals["end"][0])
            self.assertEqual(snapshots[peak][1], totals["live"][0])
            self.assertEqual(max(total for _, total in snapshots), totals["live"][0])
            self.assertEqual([time for time, _ in snapshots], sorted(time for time, _ in snapshots))
            self.assertLessEqual(len(snapshots), 100)
            self.assertIn("(heap allocation functions) malloc/new/new[], --alloc-fns, etc.", text)

    def test_massif_trees_have_the_sites(self):
        recording = self.record(program("leaks"))
        _, _, text = ms_print(self.export(recording, "massif"))
        self.assertRegex(text, r"->\d\d\.\d\d% \([\d,]+B\) 0x0: .*leaks\.cpp:\d+\)")

    def test_speedscope(self):
        for recording, totals in self.each_program():
            own, stacks = speedscope(self.export(recording, "speedscope"),
                                     self.export(recording, "folded"))
            self.assertEqual([profile["unit"] for profile in own], ["bytes"] * 3)
            self.assertEqual([profile["total"] for profile in own],
                             [totals[metric][0] for metric in ("live", "total", "temporary")])
            self.assertIn("live at the peak", own[0]["name"])
            self.assertEqual(stacks[0]["total"], totals["live"][0])
            for profile in own:
                self.assertEqual(sum(self_weight for self_weight, _ in profile["frames"].values()),
                                 profile["total"])

    def test_pprof_as_speedscope_reads_it(self):
        """A second reader of the format, which charges the sample's last value."""
        recording = self.record(program("leaks"))
        (profiles,) = speedscope(self.export(recording, "pprof"))
        self.assertEqual(profiles[0]["total"], self.totals(recording)["live"][0])

    def test_folded(self):
        for recording, totals in self.each_program():
            for at in ("peak", "end"):
                stacks = folded(self.export(recording, "folded", "--at", at).read_text())
                self.assertEqual(sum(numbers[0] for _, numbers in stacks),
                                 totals["live" if at == "peak" else "end"][0])

    def test_json_and_csv(self):
        for recording, totals in self.each_program():
            traces = json.loads(self.export(recording, "json").read_text())["traces"]
            rows = list(csv.DictReader(io.StringIO(self.export(recording, "csv").read_text())))
            self.assertEqual(len(traces), len(rows))
            for metric, (size, count) in totals.items():
                self.assertEqual(sum(trace[metric]["bytes"] for trace in traces), size, metric)
                self.assertEqual(sum(trace[metric]["count"] for trace in traces), count, metric)
                self.assertEqual(sum(int(row[f"{metric}_size"]) for row in rows), size, metric)
            self.assertTrue(all(trace["frames"] for trace in traces))

    def test_filters_restrict_every_format(self):
        recording = self.record(program("leaks"))
        options = ("--filter", "*/leaks.cpp")
        totals = self.totals(recording, *options)
        self.assertLess(totals["total"][0], self.totals(recording)["total"][0])
        sums, _ = pprof_samples(self.export(recording, "pprof", *options))
        self.assertEqual(sums["alloc_space"], totals["total"][0])
        snapshots, peak, _ = ms_print(self.export(recording, "massif", *options))
        self.assertEqual((snapshots[peak][1], snapshots[-1][1]), (totals["live"][0], totals["end"][0]))
        (scope,) = speedscope(self.export(recording, "speedscope", *options))
        self.assertEqual(scope[0]["total"], totals["live"][0])
        stacks = folded(self.export(recording, "folded", *options).read_text())
        self.assertEqual(sum(numbers[0] for _, numbers in stacks), totals["live"][0])

    def test_other_domains_stay_out(self):
        recording = self.record(program("pools"))
        heap, everything = self.totals(recording), self.totals(recording, "--domain", "all")
        self.assertLess(heap["total"][0], everything["total"][0])
        for options, totals in (((), heap), (("--domain", "all"), everything)):
            sums, _ = pprof_samples(self.export(recording, "pprof", *options))
            self.assertEqual(sums["alloc_space"], totals["total"][0])
            traces = json.loads(self.export(recording, "json", *options).read_text())["traces"]
            self.assertEqual(sum(trace["end"]["bytes"] for trace in traces), totals["end"][0])

    def test_of_each_version(self):
        golden = sorted((SOURCE / "tests/recording/golden").glob("v*.heaptally"))
        self.assertGreaterEqual(len(golden), 4)
        for file in golden:
            with self.subTest(file.name):
                stats = json.loads(self.heaptally("stats", file, "--format", "json").stdout)
                path = self.folder / f"{file.stem}.pprof"
                self.assertEqual(self.heaptally("export", file, "--format", "pprof", "-o", path).status, 0)
                self.assertEqual(pprof_samples(path)[0]["inuse_space"], stats["total"]["bytes"])
                for form in ("speedscope", "massif", "folded", "json", "csv"):
                    result = self.heaptally("export", file, "--format", form, "-o", "-")
                    self.assertEqual(result.status, 0, form)
                    self.assertIn("incomplete: 1 event lost", result.stderr)
                    self.assertTrue(result.stdout)

    def test_bad_input(self):
        recording = self.record("true")
        output = ("-o", self.folder / "out")
        self.assert_refused(2, "--format xml: is no format to export to", "export", recording.path,
                            "--format", "xml", *output)
        self.assert_refused(2, "--format", "export", recording.path, *output)
        self.assert_refused(2, "-o", "export", recording.path, "--format", "csv")
        self.assert_refused(2, "--at soon", "export", recording.path, "--format", "csv", "--at", "soon",
                            *output)
        self.assert_refused(2, "--domain pool", "export", recording.path, "--format", "csv", "--domain",
                            "pool", *output)
        self.assert_refused(1, "/nowhere", "export", "/nowhere", "--format", "csv", *output)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), [recording.path.name])


if __name__ == "__main__":
    unittest.main()
