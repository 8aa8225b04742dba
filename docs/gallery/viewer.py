#!/usr/bin/env python3
"""Makes the pictures of docs/viewer.md: records samples and has heaptally-view draw what it shows.

usage: docs/gallery/viewer.py BUILD [FOLDER]

BUILD is a build folder with bin/heaptally, bin/heaptally-view and bin/samples; FOLDER is where the
pictures go, by default beside this script. Needs g++, xvfb, xauth and
fonts-dejavu-core, and pngquant, without which the pictures are larger. Samples that ccache took from
another folder have that folder's paths: build them without it.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

from pictures import HERE, PROJECT, library_command, shrink  # noqa: E402

SAMPLES = "build/bin/samples"
WIDTH, HEIGHT = 1280, 720

# By name of the picture: what the viewer is started with. `library` is the program of the gallery;
# `eager` and `standard` are two ways of looking for the same logins; `boxed-after` is a snapshot that a
# sample takes of itself, while it still holds what it made.
PICTURES = (
    ("overview", ("library.heaptally",)),
    ("lines", ("library.heaptally", "--panel", "lines", "--metric", "total")),
    ("flame-graph", ("library.heaptally", "--panel", "flame-graph")),
    ("tree", ("library.heaptally", "--panel", "tree")),
    ("source", ("library.heaptally", "--panel", "source", "--metric", "total")),
    ("snapshots", ("boxed-after.heaptally", "--panel", "snapshots")),
    ("compare", ("eager.heaptally", "standard.heaptally", "--panel", "compare")),
    ("sizes-and-lifetimes", ("library.heaptally", "--panel", "sizes-and-lifetimes")),
    ("threads-and-processes", ("threads.heaptally", "--panel", "threads-and-processes")),
    ("dark", ("library.heaptally", "--panel", "lines", "--metric", "growth", "--select",
              "mark:indexed..mark:served", "--dark")),
)


class ViewerGallery:
    """Works in a folder that looks like the project's own, so that no other folder is in what the
    pictures show."""

    def __init__(self, build, folder, work):
        self.folder = folder
        self.work = work
        (work / "build").mkdir()
        (work / "build" / "bin").symlink_to(build / "bin")
        (work / "samples").symlink_to(PROJECT / "samples")
        (work / "library.cpp").symlink_to(HERE / "library.cpp")
        self.environment = {**os.environ, "TZ": "UTC", "LIBGL_ALWAYS_SOFTWARE": "1"}

    def run(self, *command):
        subprocess.run([str(word) for word in command], check=True, cwd=self.work,
                       env=self.environment, stdout=subprocess.DEVNULL)

    def record(self, name, *command, options=()):
        self.run("build/bin/heaptally", "record", *options, "-o", f"{name}.heaptally", "--",
                 *command)

    def record_all(self):
        self.run(f"{SAMPLES}/log/make", "16", "log")
        for name in ("eager", "standard"):
            self.record(name, f"{SAMPLES}/log_analysis/{name}", "log")
        self.run(*library_command(self.work))
        self.record("library", "./library", "60")
        self.record("threads", f"{SAMPLES}/threads/mutex", "1000")
        self.record("boxed", f"{SAMPLES}/snapshots/boxed", "1000000",
                    options=("--snapshot-every", "50ms"))

    def take(self, name, *words):
        file = f"view-{name}.png"
        self.run("xvfb-run", "-a", "-s", f"-screen 0 {WIDTH}x{HEIGHT}x24 -nolisten tcp",
                 "build/bin/heaptally-view", *words, "--size", f"{WIDTH}x{HEIGHT}", "--screenshot",
                 file)
        path = self.folder / file
        path.write_bytes((self.work / file).read_bytes())
        shrink(path)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1]).resolve()
    folder = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) == 3 else HERE
    with tempfile.TemporaryDirectory(prefix="heaptally-gallery-") as work:
        gallery = ViewerGallery(build, folder, pathlib.Path(work).resolve())
        gallery.record_all()
        for name, words in PICTURES:
            gallery.take(name, *words)


if __name__ == "__main__":
    main()
