"""check: its verdicts are by what stats says, its exit codes and JUnit reports for CI servers."""

import json
import unittest
from xml.etree import ElementTree

from consumers import hostile, must
from harness import SOURCE, Case, marked_line, program

SCHEMA = SOURCE / "tests" / "e2e" / "junit.xsd"
SOURCE_FILE = "tests/e2e/programs/leaks.cpp"
PERL = ("perl", "-e", "my %h = map { $_ => [1 .. $_ % 30] } 1 .. 20000; exit 0")


class Check(Case):
    def check(self, recording, *options):
        return self.heaptally("check", recording.path, *options)

    def measured(self, recording, *options):
        """{option: what it limits}, by stats."""
        def total(*words):
            return recording.stats(*words, *options)["total"]
        everything = total("--metric", "total")
        return {"--max-peak": total()["bytes"], "--max-leaked": total("--at", "end")["bytes"],
                "--max-live": total("--at", "end")["bytes"], "--max-total": everything["bytes"],
                "--max-count": everything["count"],
                "--max-temporary": total("--metric", "temporary")["count"]}

    def junit(self, recording, *options):
        """The report's one test suite, after a check that it is what CI servers read."""
        path = self.folder / "junit.xml"
        result = self.check(recording, *options, "--junit", path, "-f")
        self.assertEqual(must("xmllint", "--noout", "--nonet", "--schema", SCHEMA, path), "")
        (suite,) = ElementTree.parse(path).getroot()
        cases, broken = suite.findall("testcase"), suite.findall("testcase/failure")
        self.assertEqual((suite.get("tests"), suite.get("failures")), (str(len(cases)), str(len(broken))))
        self.assertEqual(result.status, 1 if broken else 0, result)
        return cases, broken, result

    def test_each_limit_holds_just_so(self):
        for command in ((program("leaks"),), PERL):
            recording = self.record(*command)
            for option, found in self.measured(recording).items():
                with self.subTest(command=command[0], option=option):
                    self.assertGreater(found, 0)
                    kept = self.check(recording, option, found)
                    self.assertEqual((kept.status, kept.stderr), (0, ""), kept)
                    self.assertRegex(kept.stdout, r"\Aok  .*\n\Z")
                    broken = self.check(recording, option, found - 1)
                    self.assertEqual((broken.status, broken.stderr), (1, ""), broken)
                    first, *traces = broken.stdout.splitlines()
                    self.assertRegex(first, rf"\Abroken  {option[6:]}: .*\({option} {found - 1}\)\Z")
                    self.assertRegex(traces[0], r"\A  \S.*: size=.*, count=\d+\Z")
                    self.assertTrue(all(line.startswith("  ") for line in traces))

    def test_several_limits_have_a_line_each(self):
        recording = self.record(program("leaks"))
        result = self.check(recording, "--max-peak", "1GiB", "--max-leaked", "0", "--max-count", "1")
        self.assertEqual(result.status, 1)
        verdicts = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
        self.assertEqual([line.split()[:2] for line in verdicts],
                         [["ok", "peak:"], ["broken", "leaked:"], ["broken", "count:"]])

    def test_of_one_place(self):
        recording = self.record(program("leaks"))
        line = marked_line(SOURCE_FILE, "malloc")
        size, count = recording.at_line(SOURCE_FILE, line, "--at", "end")
        for place in (f"leaks.cpp:{line}", f"{SOURCE_FILE}:{line}", f"*leaks.cpp:{line}"):
            with self.subTest(place):
                self.assertEqual(self.check(recording, "--max-leaked", size, "--in", place).status, 0)
                result = self.check(recording, "--max-leaked", size - 1, "--in", place)
                self.assertEqual(result.status, 1)
                self.assertIn(f"leaks.cpp:{line}: size=", result.stdout.splitlines()[1])
                self.assertIn(f"--in '{place}'", result.stdout.splitlines()[0])
        self.assertEqual(self.check(recording, "--max-count", "0", "--in", "main").status, 1)

    def test_a_place_of_nothing_is_refused(self):
        recording = self.record(program("leaks"))
        for place in ("nowhere.cpp", "leaks.cpp:99999", "no_such_function", "eaks.cpp"):
            self.assert_refused(2, f"--in {place}: nothing that counts", "check", recording.path,
                                "--max-leaked", "0", "--in", place)
        self.assert_refused(2, "the filters leave nothing", "check", recording.path, "--max-leaked", "0",
                            "--filter", "nowhere.cpp")
        self.assert_refused(2, "--thread nobody", "check", recording.path, "--max-leaked", "0",
                            "--thread", "nobody")

    def test_other_domains_do_not_count(self):
        recording = self.record(program("pools"))
        for options in ((), ("--domain", "all"), ("--domain", "pool")):
            with self.subTest(options):
                found = self.measured(recording, *options)["--max-total"]
                self.assertEqual(self.check(recording, "--max-total", found, *options).status, 0)
                self.assertEqual(self.check(recording, "--max-total", found - 1, *options).status, 1)

    def test_against_a_baseline(self):
        older, newer = self.record(hostile(self.folder), "0"), self.record(hostile(self.folder), "500")
        self.assertEqual(self.check(older, "--baseline", older.path).status, 0)
        self.assertEqual(self.check(older, "--baseline", newer.path).status, 0)
        result = self.check(newer, "--baseline", older.path, "--tolerance", "5%")
        self.assertEqual(result.status, 1, result)
        verdicts = {line.split()[1]: line for line in result.stdout.splitlines() if line[0] != " "}
        self.assertEqual({name[:-1] for name, line in verdicts.items() if line.startswith("broken")},
                         {"peak", "leaked", "total"})
        self.assertIn("count:", verdicts)
        self.assertIn(f"--baseline {older.path} --tolerance 5%", verdicts["peak:"])
        peaks = [recording.stats()["total"]["bytes"] for recording in (older, newer)]
        self.assertIn(f"limit {peaks[0] + peaks[0] * 5 // 100} B", verdicts["peak:"])
        growth = (peaks[1] - peaks[0]) / peaks[0]
        enough = f"{growth * 100 + 1:.0f}%"
        self.assertEqual(self.check(newer, "--baseline", older.path, "--tolerance", enough).status, 0)

    def test_what_the_baseline_lacks_is_new(self):
        older, newer = self.record("true"), self.record(program("leaks"))
        result = self.check(newer, "--baseline", older.path, "--in", "leaks.cpp")
        self.assertEqual(result.status, 1, result)
        self.assertIn("limit 0 B (--baseline", result.stdout)

    def test_suppressed_leaks(self):
        recording = self.record(program("leaks"))
        known = self.folder / "known.supp"
        known.write_text("leak:*\n")
        self.assertEqual(self.check(recording, "--max-leaked", "0").status, 1)
        self.assertEqual(self.check(recording, "--max-leaked", "0", "--suppressions", known).status, 0)

    def test_junit(self):
        recording = self.record(program("leaks"))
        cases, broken, result = self.junit(recording, "--max-peak", "1GiB", "--max-leaked", "0",
                                           "--max-temporary", "100%", "--in", "main")
        self.assertEqual([case.get("name") for case in cases],
                         ["peak: --max-peak 1GiB --in 'main'", "leaked: --max-leaked 0 --in 'main'",
                          "temporary: --max-temporary 100% --in 'main'"])
        (failure,) = broken
        self.assertIn(failure.get("message"), result.stdout)
        self.assertIn("leaks.cpp:", failure.text)
        self.assertEqual(self.junit(recording, "--max-peak", "1GiB")[1], [])

    def test_junit_of_hostile_names(self):
        recording = self.record("perl", "-e", "my @a = (1) x 1000;", "]]></failure>\x01\x1b[31m&'\"")
        _, broken, _ = self.junit(recording, "--max-peak", "0", "--max-total", "1")
        self.assertEqual(len(broken), 2)
        self.assertIn("]]></failure>", broken[0].text)
        named = self.record(hostile(self.folder))
        _, broken, _ = self.junit(named, "--max-total", "1")
        self.assertIn("</script><script>alert(1)</script>.c:", broken[0].text)

    def test_the_schema_can_be_broken(self):
        recording = self.record("true")
        self.junit(recording, "--max-peak", "1GiB")
        good = (self.folder / "junit.xml").read_text()
        for old, new in (('id="0"', ""), ("<testcase ", "<case "), ('time="0"></testcase', "></testcase"),
                         ("T", " ")):
            bad = self.folder / "bad.xml"
            bad.write_text(good.replace(old, new))
            with self.assertRaises(AssertionError, msg=old):
                must("xmllint", "--noout", "--nonet", "--schema", SCHEMA, bad)

    def test_of_each_version(self):
        for file in sorted((SOURCE / "tests/recording/golden").glob("v*.heaptally")):
            with self.subTest(file.name):
                peak = json.loads(self.heaptally("stats", file, "--format", "json").stdout)["total"]["bytes"]
                self.assertEqual(self.heaptally("check", file, "--max-peak", peak).status, 0)
                self.assertEqual(self.heaptally("check", file, "--max-peak", peak - 1).status, 1)

    def test_bad_input(self):
        recording = self.record("true")
        for words, says in (
                ((), "there is no limit"),
                (("--max-peak", "100MiBs"), "--max-peak 100MiBs: "),
                (("--max-peak", "-1"), "--max-peak"),
                (("--max-peak", "many"), "--max-peak many: "),
                (("--max-peak", "5%"), "--max-peak 5%: is a share"),
                (("--max-peak", "0%"), "--max-peak 0%: is a share"),
                (("--max-count", "1KiB"), "--max-count 1KiB: is a size"),
                (("--max-temporary", "101%"), "--max-temporary 101%: "),
                (("--max-peak", "1", "--at", "end"), "--at: is the moment of --max-live"),
                (("--max-live", "1", "--at", "soon"), "--at soon: "),
                (("--max-peak", "1", "--tolerance", "5%"), "give --baseline, too"),
                (("--baseline", recording.path, "--tolerance", "5KiB"), "--tolerance 5KiB: is no share"),
                (("--baseline", recording.path, "--tolerance", "five"), "--tolerance five: "),
                (("--max-peak", "1", "--worst", "some"), "--worst some: "),
                (("--max-peak", "1", "--junit", "-"), "--junit -: ")):
            with self.subTest(words):
                self.assert_refused(2, says, "check", recording.path, *words)
        self.assert_refused(1, "/nowhere", "check", recording.path, "--baseline", "/nowhere")
        self.assert_refused(1, "cannot be written", "check", recording.path, "--max-peak", "1GiB",
                            "--junit", "/nowhere/x.xml")


if __name__ == "__main__":
    unittest.main()
