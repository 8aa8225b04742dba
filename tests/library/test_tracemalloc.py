"""heaptally's library and this Python's own tracemalloc, asked the same of the same traces.

The traces, filters and questions are made at random; HEAPTALLY_SEED=N makes those of a failure
again. Rows are compared with their order, text, numbers and traceback. heaptally means to differ
in two ways, which are taken out of what tracemalloc is asked:
  - cumulative statistics count a trace once for each key: repeated frames are left out first
  - the text of a whole traceback begins with its most recent frame, not the oldest
"""

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import tracemalloc
import unittest
from pathlib import Path

CASES = 4000
# What the made-up source files hold: white space at the ends, tabs and characters within, ends of
# lines of Windows, no end at all.
SOURCES = {
    "plain.cpp": b"int main() {\n  return 0;\n}\n",
    "blank.cpp": b"\n\n   \n\t\n\n",
    "tabs.cpp": b"\tif (x)\t{\t// why\n\t\tp = new\tint[5];   \n\t}\f\n",
    "crlf.cpp": b"void* f() {\r\n  return malloc(1);\r\n}\r\n\r\n",
    "w\u00f6rter.cpp": "auto gr\u00f6\u00dfe = \"\u20ac \U0001f600\";\n  // \u4e2d\u6587 \n x".encode(),
    "empty.cpp": b"",
}
NAMES = ["main.cpp", "src/list.cpp", "src/tree.cpp", "lib/list.cpp", "lib/\u00dcnit.cpp", "z.h", "z",
         "Z.h", "a b.cpp", "[x].cpp", "src/list.cpp.in", "<unknown>", "\uffee.cpp", "\U0001f600.cpp"]
PATTERNS = ["*", "?", "", "*.cpp", "src/*", "*list*", "SRC/*", "[!s]*", "[a-m]*", "lib/?nit.cpp",
            "[[]x].cpp", "*/*", "z*", "<*>", "[", "*[.]h", "?*?", "*.cpp*"]
SIZES = [0, 1, 8, 8, 16, 24, 100, 1000, 10239, 10240, 10241, 102399, 102400, 5_000_000]
KEYS = ["lineno", "filename", "traceback"]


class Maker:
    """Makes cases. Some have few files and sizes, so that many rows are equal but for one thing."""

    def __init__(self, rng, sources):
        self.rng = rng
        self.sources = sources

    def size(self):
        kind = self.rng.randrange(8)
        if kind == 0:
            return self.rng.randrange(1 << self.rng.randrange(1, 48))
        return self.rng.choice(self.few_sizes if kind < 5 else SIZES)

    def traces(self, pool):
        for _ in range(self.rng.choice([0, 1, 5, 30])):
            pool.append([[self.rng.choice(self.files), self.rng.randrange(self.lines)]
                         for _ in range(self.rng.choice([1, 1, 2, 3, 5, 12]))])
        return [[self.size(), self.rng.choice(pool), self.rng.choice(self.domains)]
                for _ in range(self.rng.choice([0, 1, 10, 60]))] if pool else []

    def pattern(self):
        kind = self.rng.randrange(4)
        if kind == 0:
            return self.rng.choice(self.files)
        if kind == 1:
            return "".join(self.rng.choices("*?[]!-acsz./\u00dc", k=self.rng.randrange(9)))
        return self.rng.choice(PATTERNS)

    def filter(self):
        """The words of a Filter; or of a DomainFilter, which are two."""
        inclusive = self.rng.random() < 0.5
        if self.rng.random() < 0.3:
            return [inclusive, self.rng.randrange(3)]
        return [inclusive, self.pattern(),
                self.rng.randrange(self.lines) if self.rng.random() < 0.3 else None,
                self.rng.random() < 0.5,
                self.rng.randrange(3) if self.rng.random() < 0.2 else None]

    def filters(self):
        return [[self.filter() for _ in range(self.rng.randrange(4))]
                for _ in range(self.rng.choice([0, 0, 1, 1, 2]))]

    def question(self):
        key = self.rng.choice(KEYS) if self.rng.random() < 0.95 else self.rng.choice(["", "line"])
        limit = self.rng.randrange(-6, 7) if self.rng.random() < 0.6 else None
        return [self.rng.random() < 0.5, key, self.rng.random() < 0.4, limit,
                self.rng.random() < 0.5]

    def case(self):
        files = NAMES + self.sources
        self.files = self.rng.sample(files, self.rng.randrange(1, len(files) + 1))
        self.lines = self.rng.choice([2, 6, 40])
        self.few_sizes = self.rng.sample(SIZES, 2)
        self.domains = self.rng.choice([[0], [0, 1], [0, 0, 1, 2]])
        pool = []
        case = {"one": self.rng.random() < 0.5, "raw": self.rng.random() < 0.5,
                "inlined": self.rng.choice([1, 1, 2, 3])}
        for side in ("old", "new"):
            case[side] = {"traces": self.traces(pool), "filters": self.filters()}
        case["questions"] = [self.question() for _ in range(6)]
        return case


def snapshot(side):
    """What tracemalloc keeps of it: raw traces have the most recent frame first."""
    raw = [(domain, size, tuple((file, line) for file, line in reversed(frames)), len(frames))
           for size, frames, domain in side["traces"]]
    result = tracemalloc.Snapshot(raw, 12)
    for step in side["filters"]:
        result = result.filter_traces([tracemalloc.DomainFilter(*words) if len(words) == 2
                                       else tracemalloc.Filter(*words) for words in step])
    return result


def once(taken, key):
    """The snapshot with every key at most once in a trace."""
    raw = []
    for domain, size, frames, depth in taken.traces._traces:
        by_key = {}
        for frame in frames:
            by_key.setdefault(frame if key == "lineno" else frame[0], frame)
        raw.append((domain, size, tuple(by_key.values()), depth))
    return tracemalloc.Snapshot(raw, 12)


def expected(case):
    old, new = snapshot(case["old"]), snapshot(case["new"])
    for difference, key, cumulative, limit, most_recent_first in case["questions"]:
        sides = [once(side, key) if cumulative else side for side in (old, new)]
        try:
            if difference:
                rows = sides[1].compare_to(sides[0], key, cumulative)
            else:
                rows = sides[1].statistics(key, cumulative)
        except ValueError:
            yield None
            continue
        answer = []
        for row in rows:
            oldest = str(row.traceback)
            text = str(row.traceback[-1]) + str(row)[len(oldest):]
            answer.append([text, row.size, row.count,
                           row.traceback.format(limit, most_recent_first)])
            if difference:
                answer[-1] += [row.size_diff, row.count_diff]
        yield answer


class TracemallocTest(unittest.TestCase):
    def test_the_same_answers(self):
        seed = int(os.environ.get("HEAPTALLY_SEED", random.SystemRandom().randrange(1 << 32)))
        print(f"HEAPTALLY_SEED={seed}", file=sys.stderr)
        # Relative paths, so that a seed says all.
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            sources = [f"made/{name}" for name in SOURCES]
            Path("made").mkdir()
            for name, text in SOURCES.items():
                Path("made", name).write_bytes(text)
            maker = Maker(random.Random(seed), sources)
            cases = [maker.case() for _ in range(CASES)]
            lines = "".join(json.dumps(case) + "\n" for case in cases)
            done = subprocess.run([os.environ["HEAPTALLY_ANSWERS"]], input=lines,
                                  stdout=subprocess.PIPE, encoding="utf-8", check=True)
            answers = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual(len(answers), CASES)
            rows = 0
            for number, (case, given) in enumerate(zip(cases, answers)):
                for question, wanted, answer in zip(case["questions"], expected(case), given,
                                                    strict=True):
                    self.assertEqual(answer, wanted, f"HEAPTALLY_SEED={seed}, case {number}, "
                                                     f"{question}: {json.dumps(case)[:4000]}")
                    rows += len(wanted or [])
        print(f"{CASES} cases, {rows} rows", file=sys.stderr)
        self.assertGreater(rows, CASES, "the cases are too small to say anything")


if __name__ == "__main__":
    unittest.main()
