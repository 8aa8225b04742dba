"""The panels of heaptally-view look as they did: pictures are compared with tests/viewer/golden.

After a change that is meant, this writes them anew; look at each before it is committed:
    HEAPTALLY_BUILD=build HEAPTALLY_SOURCE=. python3 tests/e2e/test_view_golden.py renew
With names after `renew`, such as lines-dark, only those.

The recordings are of eager.cpp and lazy.cpp beside them, compiled in the project's top folder by
    g++ -std=c++20 -g -O2 -Iinclude -o FOLDER/eager tests/viewer/golden/eager.cpp -pthread
and recorded in FOLDER as ./eager. Names of that machine (the host, the working directory, the path
of the program's module) were then replaced by SQL.
"""

import os
import shutil
import struct
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

from harness import SOURCE, run
from pixels import Picture, difference, read_png, write_png
from view_window import VIEWER, display

GOLDEN = SOURCE / "tests" / "viewer" / "golden"
SIZE = "1280x720"
MOST_DIFFERENT = 0.002  # of all pixels

BOTH = ("eager.heaptally", "lazy.heaptally")
ONE = BOTH[:1]
VIEWS = {
    "overview": (*ONE, "--panel", "overview"),
    "lines": (*ONE, "--panel", "lines"),
    "lines-growth": (*ONE, "--panel", "lines", "--metric", "growth", "--select", "20%..80%"),
    "flame-graph": (*ONE, "--panel", "flame-graph"),
    "tree": (*ONE, "--panel", "tree"),
    "source": (*ONE, "--panel", "source"),
    "snapshots": (*ONE, "--panel", "snapshots"),
    "compare": (*BOTH, "--panel", "compare"),
    "sizes-and-lifetimes": (*ONE, "--panel", "sizes-and-lifetimes"),
    "sizes-and-lifetimes-leaked": (*ONE, "--panel", "sizes-and-lifetimes", "--metric", "leaked",
                                   "--select", "mark:all read..end"),
    "threads-and-processes": (*ONE, "--panel", "threads-and-processes"),
}
PICTURES = {f"{name}-{colours}": (*words, f"--{colours}")
            for name, words in VIEWS.items() for colours in ("light", "dark")}


def prepare(folder):
    """What the viewer finds where it runs: the recordings by names without a path; and the
    sources, where the recordings say that they are from here, older than the recordings."""
    for recording in BOTH:
        shutil.copy(GOLDEN / recording, folder)
        source = Path("tests/viewer/golden", recording).with_suffix(".cpp")
        (folder / source).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SOURCE / source, folder / source)
        os.utime(folder / source, (0, 0))


def draw(name, folder, environment):
    """The bytes of a picture of PICTURES."""
    file = folder / f"{name}.png"
    # Settings of whoever runs this, and the time zone, are not to be seen.
    environment = {**environment, "TZ": "UTC", "XDG_CONFIG_HOME": str(folder / "config")}
    result = run(VIEWER, *PICTURES[name], "--size", SIZE, "--screenshot", file.name,
                 cwd=folder, env=environment)
    assert result == (0, "", ""), result
    return file.read_bytes()


def problem_of(name, golden, new, kept):
    """Nothing if the pictures (bytes of PNG) look the same; otherwise a line. Then both the new
    one and what differs are written to the folder `kept`."""
    if new == golden:
        return None
    try:
        wanted, found = read_png(golden), read_png(new)
        count, picture = difference(wanted, found)
    except ValueError as problem:
        count, picture, why = None, None, str(problem)
    else:
        if count <= MOST_DIFFERENT * wanted.width * wanted.height:
            return None
        why = f"{count} pixels of {wanted.width * wanted.height} differ"
    (kept / f"{name}.png").write_bytes(new)
    if picture is not None:
        (kept / f"{name}-difference.png").write_bytes(write_png(picture))
    return f"{name}: {why}; see {kept}"


class GoldenTest(unittest.TestCase):
    def test_every_panel_looks_as_it_did(self):
        kept = Path(tempfile.mkdtemp(prefix="heaptally-view-golden-"))
        with tempfile.TemporaryDirectory() as held, display(SIZE) as environment:
            folder = Path(held)
            prepare(folder)
            for name in PICTURES:
                with self.subTest(name):
                    golden = GOLDEN / f"{name}.png"
                    self.assertTrue(golden.exists(), f"{golden}: is not there; see `renew`")
                    problem = problem_of(name, golden.read_bytes(),
                                         draw(name, folder, environment), kept)
                    self.assertIsNone(problem, problem)
        if not any(kept.iterdir()):
            kept.rmdir()


class ComparisonTest(unittest.TestCase):
    """The comparison can fail."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.kept = Path(folder.name)
        self.golden = (GOLDEN / "lines-light.png").read_bytes()

    def changed(self, width, height, by):
        """The picture with a block that is `by` brighter or darker."""
        picture = read_png(self.golden)
        rows = [bytearray(row) for row in picture.rows]
        for row in rows[300:300 + height]:
            for at in range(300, 300 + 3 * width):
                row[at] += by if row[at] < 128 else -by
        return write_png(picture._replace(rows=[bytes(row) for row in rows]))

    def problem(self, new):
        return problem_of("lines-light", self.golden, new, self.kept)

    def test_a_block_that_changed_is_found_and_kept(self):
        new = self.changed(50, 40, 6)
        problem = self.problem(new)
        self.assertIn("2000 pixels of 921600 differ", problem)
        self.assertIn(str(self.kept), problem)
        self.assertEqual((self.kept / "lines-light.png").read_bytes(), new)
        shown = read_png((self.kept / "lines-light-difference.png").read_bytes())
        self.assertEqual(sum(row.count(255) for row in shown.rows), 2000)

    def test_a_little_is_let_pass(self):
        self.assertIsNone(self.problem(self.changed(50, 40, 5)))
        self.assertIsNone(self.problem(self.changed(50, 36, 100)))  # 1800 pixels, of 1843
        self.assertIsNone(self.problem(write_png(read_png(self.golden))))
        self.assertEqual(list(self.kept.iterdir()), [])

    def test_another_size_and_what_is_no_picture_are_found(self):
        picture = read_png(self.golden)
        smaller = write_png(picture._replace(height=719, rows=picture.rows[:719]))
        self.assertIn("1280x720 is not 1280x719", self.problem(smaller))
        self.assertIn("not a PNG", self.problem(b"GIF89a"))

    def test_every_filter_is_undone(self):
        wanted = [bytes((7 * x * x + 11 * y) & 255 for x in range(12)) for y in range(5)]
        filtered = b""
        for y, row in enumerate(wanted):
            above = wanted[y - 1] if y else bytes(12)
            filtered += bytes([y])
            for x, value in enumerate(row):
                left, corner = (row[x - 3], above[x - 3]) if x >= 3 else (0, 0)
                near = min((abs(left + above[x] - corner - guess), rank, guess) for guess, rank in
                           ((left, 0), (above[x], 1), (corner, 2)))[2]
                guess = (0, left, above[x], (left + above[x]) // 2, near)[y]
                filtered += bytes([(value - guess) & 255])
        plain = write_png(Picture(4, 5, wanted))
        at = plain.index(b"IDAT") - 4
        packed = zlib.compress(filtered)
        file = plain[:at] + struct.pack(">I", len(packed)) + b"IDAT" + packed + bytes(4)
        self.assertEqual(read_png(file), Picture(4, 5, wanted))


def renew(names):
    with tempfile.TemporaryDirectory() as held, display(SIZE) as environment:
        folder = Path(held)
        prepare(folder)
        for name in names or PICTURES:
            (GOLDEN / f"{name}.png").write_bytes(draw(name, folder, environment))


if __name__ == "__main__":
    if sys.argv[1:2] == ["renew"]:
        renew(sys.argv[2:])
    else:
        unittest.main()
