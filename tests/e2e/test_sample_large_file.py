"""A log's lines: all in memory, one at a time, and mapped."""

import mmap
import unittest

from harness import Case, key_values, marked_line, run, run_alone, sample

PROGRAMS = ("all_lines", "line_by_line", "mapped")
FOUND = ("lines", "text_bytes", "longest", "failed_logins", "checksum")
FRAME = "samples/support/generator.h"
EAGER, LAZY, _ = (f"samples/large_file/{name}.cpp" for name in PROGRAMS)
MAPPED = "samples/support/mapped_file.h"

# What std::ifstream allocates here: its buffer of BUFSIZ letters, and fopen's FILE.
STREAM = (8192 + 472, 2)


def expected(data):
    """What is to be found in a file, found in another way."""
    lines = data.split(b"\n")
    if not lines[-1]:
        del lines[-1]
    checksum = 14695981039346656037
    for byte in b"".join(line + b"\n" for line in lines):
        checksum = (checksum ^ byte) * 1099511628211 % 2**64
    return {"lines": len(lines), "text_bytes": sum(map(len, lines)),
            "longest": max(map(len, lines), default=0),
            "failed_logins": sum(b"Failed password" in line for line in lines),
            "checksum": checksum}


class LargeFile(Case):
    def log(self, mebibytes):
        """A log's path, and what its maker says is in it."""
        path = self.folder / f"{mebibytes}.txt"
        result = run(sample("log/make"), mebibytes, path)
        self.assertEqual(result.status, 0, result)
        return path, key_values(result.stdout)

    def file(self, text):
        path = self.folder / "file.txt"
        path.write_text(text)
        return path

    def recorded(self, name, path):
        recording = self.record(sample(f"large_file/{name}"), path)
        self.assertEqual(recording.result.status, 0, recording.result)
        return recording, key_values(recording.result.stdout)

    def at_mark(self, recording, source, marker, *options):
        return recording.at_line(source, marked_line(source, marker), *options)

    def test_all_find_what_is_there(self):
        log, made = self.log(1)
        found = expected(log.read_bytes())
        self.assertEqual({**made, "bytes": found["text_bytes"] + found["lines"]},
                         {"lines": found["lines"], "bytes": made["bytes"],
                          "longest": found["longest"], "failed_logins": found["failed_logins"]})
        for name in PROGRAMS:
            with self.subTest(name):
                result = run_alone(sample(f"large_file/{name}"), log)
                self.assertEqual((result.status, result.stderr), (0, ""), result)
                own = key_values(result.stdout)
                self.assertEqual({key: own[key] for key in FOUND}, found)

    def test_files_of_all_kinds(self):
        # Strings of up to 15 letters have no block of their own.
        many = "".join("x" * length + "\n" for length in (0, 0, 5, 15, 16, 50_000, 17, 1))
        for text in ("", "no end", many, many + "y" * 100_000):
            path = self.file(text)
            found = expected(text.encode())
            for name in PROGRAMS:
                with self.subTest(name, text=text[:40]):
                    recording, own = self.recorded(name, path)
                    self.assertEqual({key: own[key] for key in FOUND}, found)
                    self.hold(name, recording, own)

    def hold(self, name, recording, own):
        """heaptally says what the program says of its memory."""
        total = ("--metric", "total")
        tally = (own["bytes"], own["allocations"])
        source, marker = (EAGER, "allocates") if name == "all_lines" else (FRAME, "allocates")
        self.assertEqual(self.at_mark(recording, source, marker, *total), tally)
        self.assertEqual(self.at_mark(recording, source, marker, "--at", "end"), (0, 0))
        self.assertEqual(own["live_at_end"], 0)
        if name == "line_by_line":
            self.assertEqual(own["allocations"], 1)
            self.assertLessEqual(self.at_mark(recording, LAZY, "grows", *total)[0],
                                 own["line_bytes_at_most"])
        if name == "mapped":
            self.assertEqual(own["allocations"], 1)
            mapped = own["mapped_bytes"]
            self.assertEqual(mapped % mmap.PAGESIZE, 0)
            self.assertEqual(self.at_mark(recording, MAPPED, "maps", "--domain", "mmap", *total),
                             (mapped, 1 if mapped else 0))
            self.assertEqual(
                self.at_mark(recording, MAPPED, "maps", "--domain", "mmap", "--at", "end"), (0, 0))
        else:
            self.assertEqual(self.at_mark(recording, source if name == "all_lines" else LAZY,
                                          "opens", *total), STREAM)

    def test_a_log_in_each_way(self):
        for name in PROGRAMS:
            peaks = []
            for mebibytes in (1, 4):
                with self.subTest(name, mebibytes=mebibytes):
                    log, made = self.log(mebibytes)
                    recording, own = self.recorded(name, log)
                    self.hold(name, recording, own)
                    peaks.append(recording.header("peak_bytes"))
                    if name == "all_lines":
                        self.assertEqual(self.at_mark(recording, EAGER, "allocates", "--at", "peak")[0],
                                         own["peak_bytes"])
                        self.assertGreater(own["peak_bytes"], made["bytes"])
                    if name == "mapped":
                        whole = -(-made["bytes"] // mmap.PAGESIZE) * mmap.PAGESIZE
                        self.assertEqual(own["mapped_bytes"], whole)
            if name == "all_lines":
                self.assertGreater(peaks[1], 3 * peaks[0])
            else:  # whatever the file's size
                self.assertEqual(peaks[0], peaks[1], name)
                self.assertLess(peaks[1], 1 << 20, name)

    def test_bad_arguments(self):
        missing = self.folder / "missing"
        for name in PROGRAMS:
            program = sample(f"large_file/{name}")
            for words, status, says in (([], 2, "usage: "), (["a", "b"], 2, "usage: "),
                                        ([missing], 1, f"{missing}: No such file"),
                                        ([self.folder], 1, f"{self.folder}: ")):
                with self.subTest(name, words=words):
                    result = run_alone(program, *words)
                    self.assertEqual((result.status, result.stdout), (status, ""), result)
                    self.assertRegex(result.stderr, r"\A[^\n]+\n\Z")
                    self.assertTrue(result.stderr.startswith(str(says)), result.stderr)


if __name__ == "__main__":
    unittest.main()
