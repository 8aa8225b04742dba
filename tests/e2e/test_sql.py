"""A recording asked in SQL, by the command line."""

import csv
import io
import json
import os
import sqlite3
import unittest

from harness import HEAPTALLY, Case, run, sample, start

LINES = "SELECT file, line, total_bytes FROM lines ORDER BY total_bytes DESC, file, line"


class Sql(Case):
    def setUp(self):
        super().setUp()
        self.recording = self.record(sample("list"))

    def sql(self, *arguments, **how):
        result = self.heaptally("sql", self.recording.path, *arguments, **how)
        self.assertEqual((result.status, result.stderr), (0, ""))
        return result.stdout

    def test_all_formats_say_what_sqlite_says(self):
        rows = [tuple("" if value is None else value for value in row)
                for row in self.recording.query(LINES)]
        self.assertGreater(len(rows), 1)
        answer = json.loads(self.sql(LINES, "--format", "json"))
        self.assertEqual([(row["file"] or "", row["line"], row["total_bytes"]) for row in answer],
                         rows)
        answer = list(csv.reader(io.StringIO(self.sql("--format", "csv", LINES))))
        self.assertEqual(answer, [["file", "line", "total_bytes"],
                                  *([str(value) for value in row] for row in rows)])
        table = self.sql(LINES).splitlines()
        self.assertEqual(len(table), len(rows) + 2)
        self.assertEqual(len({line.rfind(" ") >= 0 and len(line) for line in table}), 1, table)

    def test_the_tables_are_listed_without_a_query(self):
        text = self.sql()
        for (name,) in self.recording.query("SELECT name FROM sqlite_schema "
                                            "WHERE type IN ('table', 'view')"):
            self.assertRegex(text, rf"(?m)^  {name} ")

    def test_the_query_may_come_from_stdin(self):
        self.assertEqual(self.sql("-", "--format", "csv", input="SELECT 1 AS a;\n-- more\n"),
                         "a\n1\n")

    def test_a_wrong_query_is_wrong_usage(self):
        for query in ("SELEC", "SELECT nowhere FROM lines", "", "SELECT 1; SELECT 2",
                      "DELETE FROM frames", "PRAGMA user_version = 7",
                      "ATTACH 'other' AS other", "SELECT load_extension('x')"):
            with self.subTest(query):
                self.assert_refused(2, "the query: ", "sql", self.recording.path, query)
        self.assert_refused(2, "nonsense", "sql", self.recording.path, "SELECT 1", "--format",
                            "nonsense")
        self.assert_refused(1, "integer overflow", "sql", self.recording.path,
                            "SELECT sum(9223372036854775807) FROM traces")
        self.assertEqual(os.listdir(self.folder), [self.recording.path.name])

    def test_a_reader_that_leaves_ends_an_endless_query(self):
        query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
        for form in ("table", "json", "csv"):
            words = ("sh", "-c", '"$@" | head -n 5', "sh", HEAPTALLY, "sql", self.recording.path,
                     query, "--format", form)
            result = run(*words)
            self.assertEqual((result.status, result.stderr), (0, ""))
            self.assertEqual(len(result.stdout.splitlines()), 5)

    def test_ctrl_c_ends_it(self):
        query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) " \
                "SELECT count(*) FROM n"
        with start("timeout", "-s", "INT", "1", HEAPTALLY, "sql", self.recording.path,
                   query) as process:
            output, errors = process.communicate()
        self.assertEqual((process.returncode, output, errors), (124, "", ""))

    def test_views_of_the_file_do_not_count(self):
        connection = sqlite3.connect(self.recording.path)
        connection.executescript("DROP VIEW lines; CREATE VIEW lines AS SELECT 'forged' AS file;")
        connection.close()
        self.assertNotIn("forged", self.sql("SELECT file FROM lines"))


if __name__ == "__main__":
    unittest.main()
