#!/usr/bin/env python3
"""Makes the pictures of docs/gallery.md: records a program, writes its report and takes pictures of
it in headless Chromium.

usage: /usr/bin/python3 docs/gallery/make.py BUILD [FOLDER]

BUILD is a build folder with bin/heaptally; FOLDER is where the pictures go, by default beside this
script. Needs g++, chromium-driver, python3-selenium, and pngquant, without which the
pictures are larger.
"""
import base64
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

from pictures import HERE, PROJECT, library_command, shrink  # noqa: E402

sys.path.insert(0, str(PROJECT / "tests" / "e2e"))

from browser import Browser, pause  # noqa: E402


class Gallery:
    def __init__(self, heaptally, folder, work):
        self.heaptally = heaptally
        self.folder = folder
        self.work = work
        self.browser = Browser()

    def run(self, *command):
        # Here, so that what is written has no folder in its name.
        subprocess.run([str(word) for word in command], check=True, cwd=self.work)

    def record(self, name, *command):
        self.run(self.heaptally, "record", "-o", f"{name}.heaptally", "--", *command)

    def show(self, name, width, height, dark=False):
        self.browser.resize(width, height)
        self.browser.emulate(dark=dark)
        self.browser.open(self.work / name)
        pause()

    def take(self, name):
        pause()
        path = self.folder / name
        path.write_bytes(base64.b64decode(self.browser.driver.execute_cdp_cmd(
            "Page.captureScreenshot", {"format": "png"})["data"]))
        shrink(path)

    def select(self, first, last):
        """What lies between two marks."""
        self.browser.script("""
            const time = name => heaptally.model.latest.marks.find(mark => mark[1] === name)[0];
            heaptally.timeline.select([time(arguments[0]), time(arguments[1])])""", first, last)


def pictures(gallery):
    gallery.show("report.html", 1280, 1000)
    gallery.take("report-light.png")
    gallery.select("indexed", "served")
    gallery.browser.script("heaptally.model.set({inverted: true, metric: 'total'})")
    gallery.browser.emulate(dark=True)
    gallery.take("stretch-dark.png")
    gallery.show("report.html", 1280, 1000)
    gallery.browser.script("document.querySelector('#source .code tr.hot').scrollIntoView();"
                           "document.querySelector('#lines-title').scrollIntoView();"
                           "window.scrollBy(0, -80)")
    gallery.take("lines-and-source.png")
    gallery.show("comparison.html", 1280, 1000)
    gallery.take("comparison-light.png")
    gallery.show("report.html", 390, 844, dark=True)
    gallery.take("phone-dark.png")
    gallery.show("report.html", 2560, 1440)
    gallery.take("large-screen.png")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    heaptally = pathlib.Path(sys.argv[1]).resolve() / "bin" / "heaptally"
    folder = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) == 3 else HERE
    with tempfile.TemporaryDirectory(prefix="heaptally-gallery-") as work:
        work = pathlib.Path(work).resolve()
        gallery = Gallery(heaptally, folder, work)
        try:
            gallery.run(*library_command(work))
            gallery.record("old", "./library", "60")
            gallery.record("new", "./library", "85")
            for page, files in (("report.html", ["old"]), ("comparison.html", ["old", "new"])):
                gallery.run(heaptally, "report", *(f"{file}.heaptally" for file in files),
                            "-o", page, "--source-root", HERE)
            pictures(gallery)
        finally:
            gallery.browser.close()


if __name__ == "__main__":
    main()
