#!/usr/bin/env python3
"""What the scraper's connections cost: a table by how many there are.

usage: samples/server/by_connections.py BIN PAGES CONNECTIONS...

BIN has the programs heaptally and samples/. Of each recording of scrape_streamed it asks what was
live at the peak: at the two lines that allocate for each connection, and below three files of
Asio, wherever they were called from (--all-frames).
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

SHARES = {
    "sessions": ["--filter", "*samples/server/server.cpp:{session}"],
    "ends": ["--filter", "*samples/server/scraper.cpp:{end}"],
    # the frames of coroutines: what Asio keeps to use again, but for the operations below
    "frames": ["--all-frames", "--filter", "*/asio/detail/thread_info_base.hpp",
               "--exclude", "*/asio/detail/handler_alloc_helpers.hpp"],
    # what the reactor knows of each socket
    "sockets": ["--all-frames", "--filter", "*/asio/detail/object_pool.hpp"],
    # reads and writes that wait
    "operations": ["--all-frames", "--filter", "*/asio/detail/handler_alloc_helpers.hpp"],
}


def marked_line(name, word):
    """The number of the line that ends in the comment `// WORD`."""
    text = (Path(__file__).parent / name).read_text()
    return next(number for number, line in enumerate(text.splitlines(), 1)
                if line.endswith("// " + word))


def main(programs, pages, *counts):
    heaptally = Path(programs) / "heaptally"
    lines = {"session": marked_line("server.cpp", "session"),
             "end": marked_line("scraper.cpp", "end")}
    heading = ("connections", "peak", *SHARES, "allocations")
    for count in counts:
        with tempfile.TemporaryDirectory(prefix="by-connections-") as folder:
            file = Path(folder) / "scrape.heaptally"
            scraper = Path(programs) / "samples" / "server" / "scrape_streamed"
            call(heaptally, "record", "-o", file, "--", scraper, pages, count)

            def total(*options):
                words = [option.format(**lines) for option in options]
                return json.loads(call(heaptally, "stats", "--format", "json", *words, file))["total"]

            live = [total()["bytes"], *(total(*options)["bytes"] for options in SHARES.values())]
            allocations = total("--metric", "total")["count"]
        if heading:
            print(*(f"{name:>11}" for name in heading))
            heading = None
        print(*(f"{number:>11,}" for number in (int(count), *live, allocations)), flush=True)


def call(*command):
    """stdout of a command; the first line of its complaint is this program's."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stderr.partition("\n")[0], file=sys.stderr)
        sys.exit(done.returncode)
    return done.stdout


if __name__ == "__main__":
    if len(sys.argv) < 4:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        sys.exit(2)
    main(*sys.argv[1:])
