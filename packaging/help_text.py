"""What `heaptally --help` and `heaptally COMMAND --help` say, as data."""

import re
import subprocess
import tempfile
from typing import NamedTuple

COLUMN = 30  # where --help puts its right column


class Option(NamedTuple):
    names: list  # ["-o", "--output"]
    value: str  # what stands for its value, "" if it takes none
    many: bool  # takes values up to the next option
    repeats: bool
    help: str
    choices: list  # the values to choose from, if heaptally names them


class Argument(NamedTuple):
    name: str
    repeats: bool
    help: str


class Command(NamedTuple):
    name: str  # "" for heaptally itself
    summary: str
    usage: str
    arguments: list
    options: list
    commands: list  # (name, summary)
    notes: list  # paragraphs below the options, each a list of lines; not the examples
    examples: list  # lines

    @property
    def page(self):
        return f"heaptally-{self.name}" if self.name else "heaptally"


def rows(lines):
    """(left column, right column) of each row. A left column that is too long stands on a line of
    its own, and its right column on the next."""
    found = []
    for line in lines:
        if line.startswith(" " * COLUMN):
            left, right = found.pop()
            found.append((left, f"{right} {line.strip()}".strip()))
        elif len(line) > COLUMN and line[COLUMN - 1] == " ":
            found.append((line[:COLUMN].strip(), line[COLUMN:].strip()))
        else:
            found.append((line.strip(), ""))
    return found


def refused(heaptally, command, arguments, option):
    """What heaptally says of a value that an option cannot have."""
    line = [heaptally, command, *("x" for _ in arguments), option, "?"]
    with tempfile.TemporaryDirectory(prefix="heaptally-help-") as folder:
        return subprocess.run(line, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False, timeout=60).stderr


def choices(heaptally, command, arguments, option, value):
    if value == "MOMENT":
        return ["peak", "end"]  # or a time
    if value in ("FILE", "PATH", "FOLDER"):
        return []
    named = re.search(r"; choose ([^\n]+)", refused(heaptally, command, arguments, option))
    return re.split(r", | or ", named[1]) if named else []


def parse_option(heaptally, command, arguments, left, right):
    found = re.fullmatch(r"(-[^ ]+)((?: [^ ]+)*?)( \.\.\.)?", left)
    if not found:
        raise SystemExit(f"heaptally {command} --help: not understood: {left}")
    # CLI11 writes --no-x{false} of a flag that sets something to false.
    names = re.sub(r"\{\w+\}", "", found[1]).split(",")
    type_name = (found[2].split() or [""])[0]
    value = type_name.removesuffix("...")
    known = choices(heaptally, command, arguments, names[-1], value) if value else []
    return Option(names, value, value != type_name, bool(found[3]), right, known)


def read_command(heaptally, name):
    """The Command that --help tells of; `name` is "" for heaptally itself."""
    text = subprocess.run([heaptally, *([name] if name else []), "--help"], check=True, text=True,
                          capture_output=True, timeout=60).stdout
    head, _, rest = text.partition("\n\n")
    summary, usage = head.split("\nUsage: ")
    sections = {}
    notes = []
    for paragraph in rest.rstrip("\n").split("\n\n"):
        title, *lines = paragraph.splitlines()
        if title in ("Positionals:", "Options:", "Subcommands:", "Examples:"):
            sections[title] = lines
        else:
            notes.append([title, *lines])
    arguments = [Argument(left.split()[0], left.endswith("..."), right)
                 for left, right in rows(sections.get("Positionals:", []))]
    options = [parse_option(heaptally, name, arguments, left, right)
               for left, right in rows(sections["Options:"])]
    return Command(name, summary, usage, arguments, options,
                   rows(sections.get("Subcommands:", [])), notes, sections.get("Examples:", []))


def read_commands(heaptally):
    """heaptally itself, then each of its commands."""
    top = read_command(heaptally, "")
    return [top, *(read_command(heaptally, name) for name, _ in top.commands)]
