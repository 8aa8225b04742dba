#!/usr/bin/env python3
"""Writes traces.txt and statistics.txt: what Python's tracemalloc answers on made-up traces.

traces.txt has a trace a line: its size, then its frames, oldest first, FILE:LINE, with tabs between.
statistics.txt has questions, "? GROUP SORT CUMULATIVE ALL_FRAMES FILTER...", a filter being
+PATTERN[:LINE] or -PATTERN[:LINE], each followed by the answer in the order of tracemalloc.
"""

import pathlib
import random
import tracemalloc
from tracemalloc import Filter, Snapshot

FILES = ["main.cpp", "src/list.cpp", "src/tree.cpp", "lib/list.cpp", "lib/Ünit.cpp", "z.h"]
HERE = pathlib.Path(__file__).parent


def make_traces(rng):
    traces = []
    for _ in range(400):
        # A line stands at most once in a trace: tracemalloc's cumulative statistics count it as
        # often as it is there, heaptally's once.
        places = [(f, n) for f in FILES for n in range(1, 5)]
        frames = rng.sample(places, rng.randrange(1, 5))
        size = rng.choice([0, 1, 8, 8, 16, 24, 100, 1000, 10240, 5_000_000])
        traces.append((size, frames))
    return traces


def filters_of(words, all_frames):
    for word in words:
        pattern, colon, line = word[1:].rpartition(":")
        if not (colon and line.isdigit()):
            pattern, line = word[1:], None
        yield Filter(word[0] == "+", pattern, None if line is None else int(line), all_frames)


def answer(snapshot, group, sort, cumulative, all_frames, words):
    kept = snapshot.filter_traces(list(filters_of(words, all_frames))) if words else snapshot
    rows = kept.statistics(group, cumulative)
    if sort == "count":
        rows.sort(key=lambda row: (row.count, row.size, row.traceback), reverse=True)
    for row in rows:
        # The label of a traceback is its most recent frame.
        head = str(row).replace(str(row.traceback), str(row.traceback[-1]), 1)
        yield head
        if group == "traceback":
            yield from row.traceback.format()


def main():
    traces = make_traces(random.Random(7))
    text = "".join("\t".join([str(size)] + [f"{f}:{n}" for f, n in frames]) + "\n"
                   for size, frames in traces)
    (HERE / "traces.txt").write_text(text, encoding="utf-8")
    raw = [(0, size, tuple(reversed(frames)), len(frames)) for size, frames in traces]
    snapshot = Snapshot(raw, 8)
    questions = [
        ("lineno", "size", 0, 0, []), ("filename", "size", 0, 0, []), ("traceback", "size", 0, 0, []),
        ("lineno", "count", 0, 0, []), ("filename", "count", 0, 0, []), ("traceback", "count", 0, 0, []),
        ("lineno", "size", 1, 0, []), ("lineno", "count", 1, 0, []),
        ("lineno", "size", 0, 0, ["+src/*"]), ("lineno", "size", 0, 1, ["+src/*"]),
        ("lineno", "size", 0, 0, ["-src/*"]), ("lineno", "size", 0, 1, ["-src/*"]),
        ("filename", "size", 0, 1, ["+*list.cpp:2", "-main.cpp"]),
        ("lineno", "size", 0, 0, ["+*list.cpp", "+z.h:3", "-lib/*:1", "-src/*:4"]),
        ("lineno", "size", 0, 0, ["+SRC/*"]), ("lineno", "size", 1, 1, ["+lib/?nit.cpp"]),
        ("traceback", "size", 0, 1, ["+z.h", "-[!ms]*"]),
    ]
    lines = []
    for question in questions:
        group, sort, cumulative, all_frames, words = question
        lines.append(" ".join(["?", group, sort, str(cumulative), str(all_frames)] + words))
        lines.extend(answer(snapshot, *question))
    (HERE / "statistics.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


main()
