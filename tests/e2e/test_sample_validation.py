"""samples/validation: the same errors from all versions, and what each allocates for them."""

import re
import unittest

from harness import Case, key_values, marked_line, run, sample

VERSIONS = ("document", "line_by_line", "on_demand")
GOOD = ('{"id":1,"name":"Ann","email":"ann@example.org","age":20,"active":true,'
        '"address":{"street":"1 Main Street","city":"London","zip":"12345"},"tags":["a","b"]}')

E_ACUTE = "\u00e9"  # two bytes, one character

# A record, made of GOOD by replacing text, and its errors.
FAULTS = [
    ('', '', []),
    ('"age":20', '"age":"twenty"', ['age: expected integer, got "twenty"']),
    ('"age":20', '"age":20.0', ['age: expected integer, got 20.0']),
    ('"age":20', '"age":2e3', ['age: expected integer, got 2000.0']),
    ('"age":20', '"age":18446744073709551615',
     ['age: expected integer, got 1.8446744073709552e+19']),
    ('"age":20', '"age":null', ['age: expected integer, got null']),
    ('"age":20', '"age":151', ['age: expected 0 to 150, got 151']),
    ('"age":20', '"age":150', []),
    ('"age":20', '"age":-1', ['age: expected 0 to 150, got -1']),
    ('"email":"ann@example.org",', '', ['email: is missing']),
    ('ann@example.org', 'example.org', ['email: expected e-mail address, got "example.org"']),
    ('ann@example.org', 'ann@localhost', ['email: expected e-mail address, got "ann@localhost"']),
    ('"ann@example.org"', '["ann@example.org"]', ['email: expected e-mail address, got an array']),
    ('"Ann"', '""', ['name: expected 1 to 40 characters, got 0']),
    ('"Ann"', f'"{"n" * 41}"', ['name: expected 1 to 40 characters, got 41']),
    ('"Ann"', f'"{E_ACUTE * 40}"', []),
    ('"Ann"', r'"\u0041nn"', []),
    ('"Ann"', 'true', ['name: expected string, got true']),
    ('true', f'"{E_ACUTE}{"x" * 38}{E_ACUTE}"',
     [f'active: expected boolean, got "{E_ACUTE}{"x" * 38}"...']),
    ('true', r'"a\nb"', ['active: expected boolean, got "a?b"']),
    ('"b"]', '"b",7]', ['tags[2]: expected string, got 7']),
    ('"b"]', '[],{}]', ['tags[1]: expected string, got an array',
                        'tags[2]: expected string, got an object']),
    ('["a","b"]', '["1","2","3","4","5","6"]', ['tags: expected 0 to 5 items, got 6']),
    (',"tags":["a","b"]', '', []),
    ('["a","b"]', '{"0":"a"}', ['tags: expected array, got an object']),
    ('"city":"London",', '', ['address.city: is missing']),
    ('"12345"', '12345', ['address.zip: expected string, got 12345']),
    ('"zip"', '"planet":"Earth","zip"', ['address.planet: is unknown']),
    ('{"street":"1 Main Street","city":"London","zip":"12345"}', '[]',
     ['address: expected object, got an array']),
    ('"address"', '"address.city":"London","address"', ['address.city: is unknown']),
    ('"tags"', '"shoe_size":{"eu":[42]},"tags"', ['shoe_size: is unknown']),
    ('"id":1,"name":"Ann",', '"id":0,', ['id: expected 1 to 1000000000, got 0',
                                         'name: is missing']),
    (GOOD, '{}', [f'{field}: is missing'
                  for field in ("id", "name", "email", "age", "active", "address")]),
    (GOOD, '[1]', ['expected object, got an array']),
    (GOOD, '"Ann"', ['expected object, got "Ann"']),
    (GOOD, 'null', ['expected object, got null']),
]

# Not JSON, and the byte where the versions with documents, and on_demand, see that.
BROKEN = [
    ('{"id":1,}', 9, 9),
    ('{"id":nul}', 10, 7),
    ('{"id":01}', 8, 7),
    ('{"id":1e999}', None, 7),
    (GOOD + '}', len(GOOD) + 1, len(GOOD) + 1),
    (GOOD[:-1], len(GOOD), 1),
    ('{"name":"Ann', 13, None),
    ('{"name":"\\q"}', 11, 13),
    ('', 1, None),
    ('7 8', 3, 1),
]


def split(output):
    """The errors that a program printed, and its numbers."""
    lines = output.splitlines()
    return ([line for line in lines if "=" not in line],
            key_values("\n".join(line for line in lines if "=" in line)))


class Validation(Case):
    def file(self, *records):
        path = self.folder / "records.ndjson"
        path.write_text("".join(record + "\n" for record in records), encoding="utf-8")
        return path

    def made(self, count):
        path = self.folder / f"{count}.ndjson"
        result = run(sample("validation/make"), str(count), path)
        self.assertEqual((result.status, result.stderr), (0, ""))
        return path, key_values(result.stdout)

    def checked(self, version, *arguments):
        result = run(sample(f"validation/{version}"), *arguments)
        self.assertEqual((result.status, result.stderr), (0, ""), result)
        return split(result.stdout)

    def recorded(self, version, *arguments):
        recording = self.record(sample(f"validation/{version}"), *arguments)
        self.assertEqual(recording.result.status, 0, recording.result)
        return recording, split(recording.result.stdout)[1]

    def source(self, version, marker):
        path = f"samples/validation/{version}.cpp"
        return path, marked_line(path, marker)


class Errors(Validation):
    def test_each_kind(self):
        records = [GOOD.replace(old, new) if old else GOOD for old, new, _ in FAULTS]
        wanted = [f"record {number}: {error}" for number, (_, _, errors) in enumerate(FAULTS, 1)
                  for error in errors]
        for version in VERSIONS:
            with self.subTest(version):
                errors, own = self.checked(version, self.file(*records), "1000")
                self.assertEqual(errors, wanted)
                self.assertEqual((own["records"], own["valid"], own["errors"]),
                                 (len(FAULTS), sum(not errors for _, _, errors in FAULTS),
                                  len(wanted)))

    def test_versions_agree_on_many(self):
        path, made = self.made(2000)
        said = [self.checked(version, path, "1000") for version in VERSIONS]
        for errors, own in said:
            self.assertEqual(errors, said[0][0])
            for key, value in (*made.items(), ("checksum", said[0][1]["checksum"])):
                self.assertEqual(own[key], value, key)
        # Ten kinds in turn, one in sixteen records.
        self.assertEqual(len(said[0][0]), 125)
        texts = {re.sub(r'record \d+: |, got .*', "", error) for error in said[0][0]}
        self.assertEqual(len(texts), 10, texts)

    def test_at_most_ten_are_shown(self):
        path, _ = self.made(400)
        for version in VERSIONS:
            with self.subTest(version):
                whole, own = self.checked(version, path, "25")
                self.assertEqual(len(whole), 25)
                for words, shown in (((), 10), (("0",), 0), (("24",), 24)):
                    rest = [f"and {25 - shown} more"] if shown else []
                    self.assertEqual(self.checked(version, path, *words),
                                     (whole[:shown] + rest, own))

    def test_the_checksum_is_of_the_errors(self):
        sums = {self.checked("on_demand", self.file(GOOD.replace("20", age)))[1]["checksum"]
                for age in ("200", "201", "21", "22")}
        self.assertEqual(len(sums), 3)

    def test_broken_records(self):
        for text, *places in BROKEN:
            path = self.file(GOOD, text, GOOD)
            for version, byte in zip(VERSIONS, (places[0], *places)):
                with self.subTest(version, text=text):
                    result = run(sample(f"validation/{version}"), path)
                    self.assertEqual((result.status, result.stdout.count("=")), (1, 0))
                    place = f"{path}:2:" + (f"{byte}:" if byte else "")
                    self.assertRegex(result.stderr,
                                     rf"\A{re.escape(place)} not JSON: [A-Za-z][^\n]+\n\Z")

    def test_lazy_tells_what_it_found_until_it_broke(self):
        path = self.file(GOOD.replace("20", "200"), "{")
        said = {version: run(sample(f"validation/{version}"), path).stdout for version in VERSIONS}
        error = "record 1: age: expected 0 to 150, got 200\n"
        self.assertEqual(said, {"document": "", "line_by_line": error, "on_demand": error})

    def test_what_only_one_can_see(self):
        """The differences that the lesson names, so that it stays true."""
        unseen = self.file(GOOD.replace('"age"', '"shoe_size":{"eu":nonsense},"age"'))
        self.assertEqual(run(sample("validation/document"), unseen).status, 1)
        self.assertEqual(self.checked("on_demand", unseen)[0], ["record 1: shoe_size: is unknown"])
        twice = self.file(GOOD.replace('"age":20', '"age":20,"age":21'))
        self.assertEqual(self.checked("document", twice)[0], [])
        self.assertEqual(self.checked("on_demand", twice)[0], ["record 1: age: is given twice"])


class Memory(Validation):
    def test_all_documents(self):
        for count in (0, 1, 700):
            with self.subTest(count=count):
                recording, own = self.recorded("document", self.made(count)[0])
                self.assertEqual(recording.at_line(*self.source("document", "allocates"),
                                                   "--at", "mark:parsed"),
                                 (own["live_when_parsed"], own["blocks_when_parsed"]))
                self.assertEqual(recording.at_line(*self.source("document", "allocates"),
                                                   "--at", "end"), (0, 0))
        self.assertGreater(own["live_when_parsed"], 4 * self.made(700)[0].stat().st_size)

    def test_one_document(self):
        """Its peak is the largest record's, here one of 50,000 tags, which is the run's peak."""
        large = GOOD.replace('"b"', ",".join(f'"number {i} of many"' for i in range(50_000)))
        recording, own = self.recorded("line_by_line", self.file(GOOD, large, GOOD))
        size = sum(recording.at_line(*self.source("line_by_line", marker), "--at", "peak")[0]
                   for marker in ("allocates", "allocates to destroy it"))
        self.assertGreaterEqual(size, own["peak_bytes_at_least"])
        self.assertLessEqual(size, own["peak_bytes_at_most"])
        self.assertGreater(own["peak_bytes_at_least"], 50_000 * (16 + 32))

    def test_one_document_however_many_records(self):
        (few, _), (many, own) = (self.recorded("line_by_line", self.made(count)[0])
                                 for count in (200, 2000))
        self.assertLess(int(many.header("peak_bytes")),
                        int(few.header("peak_bytes")) + own["peak_bytes_at_most"])
        self.assertGreater(int(many.header("total_count")), 8 * int(few.header("total_count")))

    def parsers(self, recording):
        """What the parser and the line hold at the peak."""
        sites = [self.source(file, marker) for file, marker in
                 (("on_demand", "allocates"), ("on_demand", "allocates at times"),
                  ("lines", "allocates the line"), ("lines", "allocates its padding"))]
        return sum(recording.at_line(*site, "--at", "peak", "--cumulative")[0] for site in sites)

    def test_on_demand_allocates_once(self):
        counts = set()
        for count in (500, 2000):
            recording, own = self.recorded("on_demand", self.made(count)[0])
            held = self.parsers(recording)
            self.assertLessEqual(held, own["peak_bytes_at_most"])
            self.assertGreater(held, own["peak_bytes_at_most"] * 0.8)
            counts.add(recording.header("total_count"))
        self.assertEqual(len(counts), 1, counts)
        self.assertLess(int(counts.pop()), 20)

    def test_on_demand_grows_with_the_longest_line(self):
        records = [GOOD.replace("Ann", "n" * size) for size in (10, 5_000, 90_000, 200_000, 10)]
        recording, own = self.recorded("on_demand", self.file(*records))
        held = self.parsers(recording)
        self.assertLessEqual(held, own["peak_bytes_at_most"])
        self.assertGreater(held, 200_000 * (1 + 4 + 5 / 3))


class Arguments(Validation):
    def test_bad_arguments(self):
        for version in VERSIONS:
            for words in ((), ("file", "many"), ("file", "-1"), ("file", "1", "2")):
                with self.subTest(version, words=words):
                    result = run(sample(f"validation/{version}"), *words)
                    self.assertEqual((result.status, result.stdout), (2, ""))
                    self.assertRegex(result.stderr, r"\Ausage: \S+ FILE \[SHOWN\][^\n]*\n\Z")
        for words in ((), ("1",), ("many", "file"), ("-1", "file"), ("999999999999", "file")):
            result = run(sample("validation/make"), *words, cwd=self.folder)
            self.assertEqual((result.status, result.stdout), (2, ""))
            self.assertRegex(result.stderr, r"\Ausage: \S+ RECORDS FILE[^\n]*\n\Z")

    def test_files_that_cannot_be_read(self):
        for version in VERSIONS:
            for path, says in ((self.folder, "Is a directory"),
                               (self.folder / "none", "No such file or directory")):
                with self.subTest(version, says=says):
                    result = run(sample(f"validation/{version}"), path)
                    self.assertEqual(result, (1, "", f"{path}: {says}\n"))


if __name__ == "__main__":
    unittest.main()
