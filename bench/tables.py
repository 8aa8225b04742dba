"""The figures of overhead.py as tables: text to read at once, and Markdown for the docs."""
import statistics

import tools

MIB = 1024 * 1024


def median(result, field):
    """Of a field of the runs; None where no run knows it."""
    values = [getattr(run, field) for run in result["runs"]]
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def show(value, form, unit=""):
    return "-" if value is None else f"{value:{form}}{unit}"


def difference(result, bare, field):
    """What the tool adds to the bare median."""
    with_tool, alone = median(result, field), median(bare, field)
    return None if with_tool is None or alone is None else with_tool - alone


def ratio(result, bare, field):
    with_tool, alone = median(result, field), median(bare, field)
    return None if with_tool is None or not alone else with_tool / alone


def share(results, tool, field):
    """heaptally's overhead, as a part of the tool's; None if the tool is not there, or has none."""
    if tool not in results or tools.HEAPTALLY not in results:
        return None
    bare = results[tools.BARE]
    ours = difference(results[tools.HEAPTALLY], bare, field)
    theirs = difference(results[tool], bare, field)
    return None if ours is None or theirs is None or theirs <= 0 else ours / theirs


def slow_note(tool, result, options):
    if result["slow"] == "recording":
        known = "the program had exited" if result["runs"] else "nor had the program exited"
        return f"{tool} was not done after {options.patience:.0f} s ({known})"
    if result["slow"] == "report":
        return f"{tool}: no report after {options.patience:.0f} s"
    return ""


def cells(tool, result, bare):
    """What a row says of one tool, after the names."""
    alone = tool == tools.BARE
    rss = median(result, "rss") if alone else difference(result, bare, "rss")
    tool_rss, size = median(result, "tool_rss"), median(result, "file_bytes")
    return [show(median(result, "wall"), ".3f", " s"), show(ratio(result, bare, "wall"), ".2f"),
            show(median(result, "cpu"), ".3f", " s"), show(ratio(result, bare, "cpu"), ".2f"),
            show(median(result, "own_ns"), ".0f"),
            show(median(result, "finishing"), ".2f", " s"),
            show(rss / MIB if rss is not None else None, ".1f" if alone else "+.1f", " MiB"),
            show(tool_rss / MIB if tool_rss is not None else None, ".1f", " MiB"),
            show(size / 1000 if size is not None else None, ",.0f", " kB"),
            show(result["report"], ".2f", " s")]


HEADINGS = ["wall", "x bare", "CPU", "x bare", "ns a pair", "finishing", "memory",
            "tool's memory", "file", "first report"]
WIDTHS = (10, 7, 10, 7, 10, 10, 12, 14, 12, 13)


def shares_of(results):
    """(tool, wall, CPU): heaptally's overhead as a share of each other tool's."""
    for tool in (tools.HEAPTRACK, tools.HEAPTRACK_RAW):
        if tool in results:
            yield tool, share(results, tool, "wall"), share(results, tool, "cpu")


def percent(value):
    return "-" if value is None else f"{100 * value:.0f} %"


def text(name, results, options):
    lines = [f"{name:14} " + " ".join(f"{word:>{width}}" for word, width in zip(HEADINGS, WIDTHS))]
    for tool, result in results.items():
        row = cells(tool, result, results[tools.BARE])
        lines.append(f"  {tool:12} " + " ".join(f"{cell:>{width}}" for cell, width in zip(row, WIDTHS)))
    for tool, wall, cpu in shares_of(results):
        lines.append(f"  heaptally's overhead is {percent(wall)} of {tool}'s in wall time, "
                     f"{percent(cpu)} in CPU time")
    waited = median(results[tools.HEAPTALLY], "waited")
    lines.append(f"  waited for heaptally's collector: {show(waited, '.3f', ' s')}")
    lines += [f"  {note}" for tool, result in results.items()
              if (note := slow_note(tool, result, options))]
    return "\n".join(lines) + "\n"


def markdown_row(words):
    return "| " + " | ".join(words) + " |"


def markdown_shares(measured):
    lines = [markdown_row(["workload", "wall, of heaptrack's", "wall, of heaptrack -r's",
                           "CPU, of heaptrack's", "CPU, of heaptrack -r's"]),
             markdown_row(["---"] + ["---:"] * 4)]
    for name, results in measured.items():
        known = {tool: (wall, cpu) for tool, wall, cpu in shares_of(results)}
        pairs = [known.get(tool, (None, None)) for tool in (tools.HEAPTRACK, tools.HEAPTRACK_RAW)]
        lines.append(markdown_row([name, *(percent(pair[0]) for pair in pairs),
                                   *(percent(pair[1]) for pair in pairs)]))
    return lines


def markdown_figures(measured):
    lines = [markdown_row(["workload", "tool", *HEADINGS]),
             markdown_row(["---", "---"] + ["---:"] * len(HEADINGS))]
    for name, results in measured.items():
        for tool, result in results.items():
            row = cells(tool, result, results[tools.BARE])
            lines.append(markdown_row([name, tool, *row]))
    return lines


def markdown(measured, options, machine):
    """What stands between the marks of docs/performance.md."""
    rounds = f"Medians of {options.rounds} rounds" if options.rounds != 1 else "One round"
    notes = [f"- {name}: {note}" for name, results in measured.items()
             for tool, result in results.items() if (note := slow_note(tool, result, options))]
    parts = [f"{machine} {rounds}; {options.pairs:,} pairs a thread.", "",
             "heaptally's overhead over bare, as a share of heaptrack's:", "",
             *markdown_shares(measured), "", *markdown_figures(measured)]
    return "\n".join(parts + ([""] + notes if notes else []))
