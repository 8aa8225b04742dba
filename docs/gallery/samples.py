#!/usr/bin/env python3
"""Makes the pictures of samples/README.md: records samples, sets two programs of each side by side and takes
pictures of the pages in headless Chromium.

usage: /usr/bin/python3 docs/gallery/samples.py BUILD [FOLDER]

BUILD is a build folder with bin/heaptally and bin/samples; FOLDER is where the pictures go, by
default beside this script. Needs what make.py needs, but for g++.
"""
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True

from make import Gallery  # noqa: E402
from pictures import HERE, PROJECT  # noqa: E402

sys.path.insert(0, str(PROJECT / "samples"))

from catalogue import Sample  # noqa: E402
from tour import Tour  # noqa: E402

# Of each picture: the sample, and how high it is.
PICTURES = (
    ("exhaustion", 625),
    ("validation", 650),
    ("processes", 625),
)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    programs = pathlib.Path(sys.argv[1]).resolve() / "bin"
    folder = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) == 3 else HERE
    with tempfile.TemporaryDirectory(prefix="heaptally-gallery-") as work:
        work = pathlib.Path(work).resolve()
        # So that commands, which the pages show, have no folder of this machine in their names.
        (work / "bin").symlink_to(programs)
        tour = Tour(work / "bin", work)
        gallery = Gallery(programs / "heaptally", folder, work)
        try:
            for name, height in PICTURES:
                sample = Sample.load(name)
                tour.record(sample, sample.size.usual)
                tour.page(sample)
                gallery.show(f"{name}/page.html", 1280, height)
                gallery.take(f"sample-{name}.png")
        finally:
            gallery.browser.close()


if __name__ == "__main__":
    main()
