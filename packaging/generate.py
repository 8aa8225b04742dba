"""Makes heaptally's man pages and shell completions from its --help, so that they cannot say
anything else.

    generate.py HEAPTALLY VERSION PACKAGING_FOLDER OUTPUT_FOLDER

A command without a page of its own in PACKAGING_FOLDER/man gets man/command.1.in.
"""

import shutil
import sys
from email.utils import parsedate_to_datetime
from pathlib import Path

from completion import bash_completion, zsh_completion
from help_text import read_commands
from man_page import man_page


def release_date(changelog):
    """The day of the newest entry of a Debian changelog."""
    trailer = next(line for line in changelog.splitlines() if line.startswith(" -- "))
    return parsedate_to_datetime(trailer.split(">", 1)[1].strip()).date()


def main(heaptally, version, packaging, output):
    packaging, output = Path(packaging), Path(output)
    commands = read_commands(heaptally)
    date = release_date((packaging / "changelog").read_text())
    shutil.rmtree(output, ignore_errors=True)
    man = output / "man" / "man1"
    man.mkdir(parents=True)
    pages = [command.page for command in commands]
    for command in commands:
        page = packaging / "man" / f"{command.page}.1.in"
        if not page.exists():
            page = packaging / "man" / "command.1.in"
        (man / f"{command.page}.1").write_text(
            man_page(command, page.read_text(), pages, version, date))
    shells = packaging / "completion"
    (output / "heaptally.bash").write_text(
        bash_completion(commands, (shells / "heaptally.bash.in").read_text()))
    (output / "_heaptally").write_text(
        zsh_completion(commands, (shells / "_heaptally.in").read_text()))


if __name__ == "__main__":
    main(*sys.argv[1:])
