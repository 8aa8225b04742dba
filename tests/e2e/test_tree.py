"""Call trees and annotated sources of programs that know what they allocate: they must say what
stats says."""

import csv
import io
import json
import unittest

from harness import Case, marked_line, program

FRAMES = "tests/e2e/programs/frames.cpp"
MARKS = "tests/e2e/programs/marks.cpp"


def nodes_of(node):
    yield node
    for child in node["children"]:
        yield from nodes_of(child)


def amount(node):
    return (node["size"], node["count"])


class Trees(Case):
    maxDiff = None

    def tree(self, recording, *options):
        return json.loads(recording.ask("tree", "--format", "json", "--min", "0", *options))

    def assert_adds_up(self, answer):
        self.assertEqual(amount(answer["tree"]), tuple(answer["total"].values()))
        for node in nodes_of(answer["tree"]):
            sums = [node["self"]["bytes"], node["self"]["count"]]
            for child in node["children"]:
                sums = [sums[0] + child["size"], sums[1] + child["count"]]
            self.assertEqual(tuple(sums), amount(node), node["label"])

    def rows(self, recording, *options):
        return {row["label"]: amount(row) for row in recording.stats(*options)["statistics"]}

    def ends(self, answer):
        """What ends at each place, over all of a tree from the outermost calls down."""
        sums = {}
        for node in nodes_of(answer["tree"]):
            if node["self"]["count"] == 0:
                continue
            size, count = sums.get(node["label"], (0, 0))
            sums[node["label"]] = (size + node["self"]["bytes"], count + node["self"]["count"])
        return sums

    def test_adds_up_to_the_statistics(self):
        recording = self.record("perl", "-e", "my %h = map { $_ => [1 .. $_ % 7] } 1 .. 5000")
        for options in (("--at", "peak"), ("--at", "end"), ("--metric", "total"),
                        ("--metric", "temporary", "--sort", "count"),
                        ("--at", "50%", "--group", "function"),
                        ("--metric", "total", "--from", "30%", "--to", "80%")):
            with self.subTest(options=options):
                rows = self.rows(recording, *options)
                down = self.tree(recording, *options)
                up = self.tree(recording, "--bottom-up", *options)
                total = recording.stats(*options)["total"]
                for answer in (down, up):
                    self.assertEqual(answer["total"], total)
                    self.assert_adds_up(answer)
                self.assertEqual(self.ends(down), rows)
                self.assertEqual({node["label"]: amount(node) for node in up["tree"]["children"]},
                                 rows)

    def test_shows_the_way_to_a_line(self):
        recording = self.record(program("frames"))
        answer = self.tree(recording, "--metric", "total")
        lines = [marked_line(FRAMES, name) for name in ("draws", "fills", "paints")]
        node, way = answer["tree"], []
        while True:
            inner = [child for child in node["children"] if any(
                below["line"] == lines[-1] for below in nodes_of(child))]
            if not inner:
                break
            (node,) = inner
            way.append((node["line"], amount(node)))
        self.assertEqual(way[-3:], [(line, (1000, 1)) for line in lines])

    def test_what_passes_a_place_and_what_does_not(self):
        recording = self.record(program("frames"))
        total = recording.stats("--metric", "total")["total"]
        line = marked_line(FRAMES, "draws")
        for place in ("main", "frames.cpp", f"frames.cpp:{line}", "Square::draw", "shapes::*",
                      "libstdc++.so.6"):
            with self.subTest(place):
                through = self.tree(recording, "--metric", "total", "--through", place)
                without = self.tree(recording, "--metric", "total", "--without", place)
                self.assert_adds_up(through)
                self.assertGreater(through["total"]["count"], 0)
                for unit, amount_of_all in total.items():
                    self.assertEqual(through["total"][unit] + without["total"][unit], amount_of_all)
                self.assertEqual((through["through"], through["without"]), ([place], []))
        asked = ("--metric", "total")
        self.assertEqual(recording.stats(*asked, "--through", "frames.cpp")["total"],
                         recording.stats(*asked, "--filter", "*/frames.cpp", "--all-frames")["total"])
        self.assertEqual(recording.stats(*asked, "--through", f"frames.cpp:{line}")["total"],
                         {"bytes": 1000, "count": 1})
        self.assertIn(f"# only --through 'Square::draw' --without 'nobody': 1000 B in 1 allocation of ",
                      recording.ask("tree", *asked, "--through", "Square::draw", "--without", "nobody"))

    def test_a_place_that_nobody_knows_is_refused(self):
        recording = self.record(program("frames"))
        for command in (("tree",), ("stats",), ("timeline",), ("events",), ("report", "-o", "1.html"),
                        ("flame", "-o", "1.svg"), ("check", "--max-peak", "1GiB")):
            with self.subTest(command):
                self.assert_refused(2, "--through Sqare::draw: no such place in the recording: near ones "
                                    "are shapes::Square::draw", *command, recording.path, "--through",
                                    "Sqare::draw")
        self.assert_refused(2, "--merge mian: no such place", "tree", recording.path, "--merge", "mian")
        # What one of two recordings lacks is new, or gone.
        other = self.record("true")
        for command in (("diff",), ("compare",), ("flame", "-f", "-o", "1.svg"),
                        ("report", "-f", "-o", "1.html")):
            with self.subTest(command):
                result = self.heaptally(*command, other.path, recording.path, "--through", "Square::draw")
                self.assertEqual((result.status, result.stderr), (0, ""), result)
                self.assert_refused(2, "--through mian: no such place", *command, other.path,
                                    recording.path, "--through", "mian")

    def test_merged_calls_take_no_node(self):
        recording = self.record(program("frames"))
        asked = ("--metric", "total", "--group", "function")
        whole = self.tree(recording, *asked)
        self.assertTrue([node for node in nodes_of(whole["tree"]) if node.get("function") == "main"])
        for merged in (("--merge", "main"), ("--merge", "frames.cpp", "--merge", "*.so*")):
            for more in ((), ("--bottom-up",)):
                answer = self.tree(recording, *asked, *merged, *more)
                self.assertEqual(answer["total"], whole["total"])
                self.assertEqual(answer["merged"], list(merged[1::2]))
                self.assert_adds_up(answer)
                for node in nodes_of(answer["tree"]):
                    self.assertNotEqual(node.get("function"), "main")

    def test_recursion_is_collapsed(self):
        recording = self.record("perl", "-e", "sub f { my @a = (1) x 99; [@a, $_[0] ? g($_[0] - 1) : 0] }"
                                "sub g { my %h = (a => f(@_)); \\%h } my @all = map { f(7) } 1 .. 50; "
                                "print eval 'eval q(eval 5)'")

        def deepest(answer, above=()):
            """How often, at most, a call is on the way to a node."""
            most = 0
            for child in answer["children"]:
                way = (*above, child["label"])
                most = max(most, way.count(child["label"]), deepest(child, way))
            return most
        asked = ("--metric", "total", "--group", "function")
        whole = self.tree(recording, *asked)
        collapsed = self.tree(recording, *asked, "--collapse-recursion")
        self.assertGreater(deepest(whole["tree"]), 1)
        self.assertEqual(deepest(collapsed["tree"]), 1)
        self.assertEqual(collapsed["total"], whole["total"])
        self.assert_adds_up(collapsed)
        self.assertEqual(self.ends(collapsed), self.ends(whole))
        up = self.tree(recording, *asked, "--collapse-recursion", "--bottom-up")
        self.assertEqual((deepest(up["tree"]), up["total"]), (1, whole["total"]))
        self.assert_adds_up(up)

    def test_growth_between_marks(self):
        recording = self.record(program("marks"))
        moments = ("--metric", "total", "--from", "mark:round 2", "--to", "mark:round 5")
        answer = self.tree(recording, *moments)
        self.assertEqual(answer["total"], recording.stats(*moments)["total"])
        sums = {node["line"]: node["self"]["count"] for node in nodes_of(answer["tree"])
                if node.get("file", "") and node["self"]["count"] != 0}
        for name in ("line_0", "line_1", "line_2"):
            self.assertEqual(sums[marked_line(MARKS, name)],
                             recording.at_line(MARKS, marked_line(MARKS, name), *moments)[1])
        self.assert_refused(2, "--metric live: what is live between two moments can shrink",
                            "tree", "--from", "start", recording.path)
        self.assert_refused(2, "--at: cannot go with --from", "tree", "--at", "end", "--from",
                            "start", recording.path)

    def test_formats_say_the_same(self):
        recording = self.record(program("frames"))
        answer = self.tree(recording, "--metric", "total")
        text = recording.ask("tree", "--metric", "total", "--min", "0", "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual([(row["label"], int(row["size"]), int(row["self_count"])) for row in rows],
                         [(node["label"], node["size"], node["self"]["count"])
                          for node in nodes_of(answer["tree"])])
        drawing = recording.ask("tree", "--metric", "total", "--min", "0")
        for node in nodes_of(answer["tree"]):
            if node.get("file"):
                self.assertIn(f"({node['label']})", drawing)
        self.assertIn("└─ ", drawing)

    def test_without_utf8_drawings_are_in_ascii(self):
        recording = self.record(program("frames"))
        for command in (("tree",), ("timeline",), ("lifetimes",), ("sizes",)):
            with self.subTest(command):
                plain = self.heaptally(*command, recording.path, env={"LC_ALL": "C"})
                drawn = self.heaptally(*command, recording.path, env={"LANG": "en_US.UTF-8"})
                self.assertEqual((plain.status, plain.stderr), (0, ""))
                self.assertTrue(plain.stdout.isascii(), plain.stdout)
                self.assertFalse(drawn.stdout.isascii(), drawn.stdout)
                if command != ("timeline",):  # has blocks instead of braille there
                    self.assertEqual([len(line) for line in plain.stdout.splitlines()],
                                     [len(line) for line in drawn.stdout.splitlines()])


class Annotations(Case):
    def test_lines_have_what_stats_charges_them_with(self):
        recording = self.record(program("frames"))
        result = self.heaptally("annotate", recording.path, "frames.cpp", "--format", "json")
        self.assertEqual(result.status, 0, result)
        answer = json.loads(result.stdout)
        found = {line["line"]: line for line in answer["lines"]}
        for option, column in ((("--at", "end"), "live"), (("--at", "peak"), "peak"),
                               (("--metric", "total"), "total")):
            rows = {row["line"]: amount(row) for row in recording.stats(*option)["statistics"]
                    if (row["file"] or "").endswith("/frames.cpp")}
            self.assertTrue(rows or column == "live")
            self.assertEqual({line: (row[column]["bytes"], row[column]["count"])
                              for line, row in found.items() if row[column]["count"] != 0}, rows)

    def test_text_and_csv_have_the_source_and_the_numbers(self):
        recording = self.record(program("frames"))
        line = marked_line(FRAMES, "paints")
        source = self.heaptally("annotate", recording.path, "frames.cpp", "--context", "0").stdout
        (shown,) = [row for row in source.splitlines() if row.endswith("// paints")]
        self.assertRegex(shown, rf" 1000 B +1  +{line} ")
        table = list(csv.DictReader(io.StringIO(self.heaptally(
            "annotate", recording.path, "frames.cpp", "--format", "csv").stdout)))
        (row,) = [row for row in table if row["line"] == str(line)]
        self.assertEqual((row["total_size"], row["total_count"]), ("1000", "1"))
        self.assertEqual(row["text"].strip()[-len("// paints"):], "// paints")

    def test_what_it_does_not_know(self):
        recording = self.record(program("frames"))
        self.assert_refused(2, "nowhere.cpp", "annotate", recording.path, "nowhere.cpp")
        self.assert_refused(2, "--heat nonsense", "annotate", recording.path, "frames.cpp", "--heat",
                            "nonsense")
        self.assert_refused(2, "--function nobody", "annotate", recording.path, "frames.cpp",
                            "--function", "nobody")


if __name__ == "__main__":
    unittest.main()
