"""A man page of a command: its page in packaging/man, with what --help says put in.

Between @ in a page stand: HEAD (title, NAME), USAGE, SUMMARY, OPTIONS, COMMANDS, NOTES,
EXAMPLES and SEE_ALSO. The rest of it is written by hand.
"""

import re
import textwrap


def escape(text):
    """Text as man source that prints it to the letter."""
    for plain, source in (("\\", "\\e"), ("-", "\\-"), ("'", "\\(aq"), ("`", "\\(ga"),
                          ("^", "\\(ha"), ("~", "\\(ti")):
        text = text.replace(plain, source)
    return "\\&" + text if text.startswith(".") else text


def prose(text):
    """Text to be filled, in source lines of fair length."""
    lines = textwrap.wrap(text, 70, break_long_words=False, break_on_hyphens=False)
    return "\n".join(escape(line) for line in lines)


def sentence(text):
    return prose(text if text.endswith((".", ":")) else text + ".")


def bold_list(words):
    return ",\n".join(f".BR {escape(word)}" for word in words).replace(",\n", " ,\n")


def head(command, version, date):
    name = command.page
    what = re.sub(r"^heaptally ", "", command.summary).rstrip(".")
    return (f'.TH {name.upper()} 1 {date} "heaptally {version}" "User Commands"\n.SH NAME\n'
            f"{escape(name)} \\- {escape(what[0].lower() + what[1:])}")


def usage(command):
    words = len(f"heaptally {command.name}".split())
    said = command.usage.split()
    return (f".B {' '.join(said[:words])}\n"
            + " ".join(f"\\fI{escape(word)}\\fR" for word in said[words:]))


def options(command):
    lines = []
    for argument in command.arguments:
        lines += [".TP", f".I {escape(argument.name)}", sentence(argument.help)]
    for option in command.options:
        names = ", ".join(f"\\fB{escape(name)}\\fR" for name in option.names)
        value = f" \\fI{escape(option.value)}\\fR" if option.value else ""
        value += "..." if option.many else ""
        lines += [".TP", names + value, sentence(option.help)]
        if any(choice not in option.help for choice in option.choices):
            lines += ["Values:", bold_list(option.choices) + " ."]
        if option.repeats and not option.many:
            lines.append("May be given several times.")
    return "\n".join(lines)


def commands(top):
    lines = []
    for name, summary in top.commands:
        lines += [".TP", f".BR \\%heaptally\\-{escape(name)} (1)", sentence(summary)]
    return "\n".join(lines)


def table(lines, column):
    """Indented lines of --help, in which two blanks or more part a term from its meaning."""
    source = []
    for line in lines:
        cells = re.split(r"  +", line.strip())
        if len(cells) % 2:
            source += [f".TP {column}", f"\\fB{escape(line.strip())}\\fR", "\\&"]
            continue
        for term, meaning in zip(cells[::2], cells[1::2]):
            source += [f".TP {column}", f"\\fB{escape(term)}\\fR", prose(meaning)]
    return source


def notes(command):
    lines = []
    for title, *others in command.notes:
        if others and others[0].startswith("  "):
            lines += [".PP", prose(title), ".RS 4", *table(others, 12), ".RE"]
        else:
            lines += [".PP", prose(" ".join([title, *others]))]
    return "\n".join(lines)


def examples(command):
    """What is done, and below it how."""
    blocks = []
    for line in command.examples:
        how, *what = re.split(r"  +", line.strip())
        above = [escape(what[0][0].upper() + what[0][1:]) + ":", ".PD 0", ".RS 4"] if what else \
            [".RS 4"]
        blocks.append("\n".join([*above, ".nf", escape(how), ".fi", ".RE",
                                 *([".PD"] if what else [])]))
    return "\n.PP\n".join(blocks)


def see_also(command, pages):
    others = [page for page in pages if page != command.page]
    return ",\n".join(f".BR \\%{escape(page)} (1)" for page in others)


def man_page(command, page, pages, version, date):
    """The man source; `page` is the one of packaging/man, `pages` the names of all."""
    parts = {"HEAD": head(command, version, date), "USAGE": usage(command),
             "SUMMARY": sentence(command.summary), "OPTIONS": options(command),
             "COMMANDS": commands(command), "NOTES": notes(command),
             "EXAMPLES": examples(command), "SEE_ALSO": see_also(command, pages)}
    lines = []
    for line in page.splitlines():
        if line.startswith(".\\\""):
            continue
        part = re.fullmatch(r"@([A-Z_]+)@(,?)", line)
        text = parts[part[1]] + part[2] if part else line
        lines += [text] if text else []
    return "\n".join(lines) + "\n"
