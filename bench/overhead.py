#!/usr/bin/env python3
"""What recording costs, beside heaptrack: bare, heaptrack, heaptrack -r and heaptally take turns.

usage: overhead.py BUILD [--rounds N] [--pairs N] [--scale X] [--patience SECONDS] [--markdown]
                   [--json FILE] [WORKLOAD...]

Workloads: loopDEPTH[-THREADSt[-LIVE]], as loop16-2t-1000: malloc/free loops at that stack depth, in
so many threads (1), with so many live blocks (0: pairs of malloc and free), PAIRS (5 million) times
in each thread; cc1plus (a file that includes <regex>), sqlite3, jq, perl, python3 and
"python3 malloc" (with PYTHONMALLOC=malloc). Without any: depths 4, 16 and 64 with 1 and 2 threads
and 1,000 and 1,000,000 live blocks, and all programs. --scale makes the programs' work greater.

Measured until the program exits: its wall and CPU time and its peak RSS. Beside that: how long the
tool takes to finish then, the peak RSS of the tool's own processes, the size of the recording, and
the time of the first report (heaptally stats; heaptrack_print, which of a raw recording needs it
interpreted first), taken in the first round. Medians over the rounds (5). A tool that does not end
within the patience (180 s) is stopped and named, and left out of later rounds of that workload; what is
known of the program is used nevertheless, if it had exited by then.

--markdown prints the tables of docs/performance.md, --json keeps all raw figures. The figures of a
machine that does other things at the same time mean nothing.
"""
import argparse
import json
import pathlib
import re
import sys
import tempfile

import measuring
import tables
import tools
import workloads

LOOP = re.compile(r"loop(\d+)(?:-(\d+)t)?(?:-(\d+))?")
PROGRAMS = [name for name in workloads.PROGRAMS if name not in ("clang", "node")]


def default_workloads():
    loops = [f"loop{depth}-{threads}t-{live}" for live in (1_000, 1_000_000)
             for threads in (1, 2) for depth in (4, 16, 64)]
    return loops + PROGRAMS


def prepare(name, folder, options):
    """The workload of a name, with what it needs in the folder."""
    loop = LOOP.fullmatch(name)
    if loop is None:
        return workloads.prepare(name, folder, options.scale)
    depth, threads, live = loop[1], loop[2] or "1", loop[3] or "0"
    program = str(options.build / "bin/bench/alloc_loop")
    return workloads.Workload([program, depth, str(options.pairs), threads, live],
                              tells_ns=True)


def run_once(tool, name, options, wants_report):
    """One Run, and seconds of the first report: None if it is not wanted, or took too long."""
    with tempfile.TemporaryDirectory(prefix="heaptally-bench-") as text:
        folder = pathlib.Path(text)
        workload = prepare(name, folder, options)
        timed = str(options.build / "bin/bench/timed")
        run = measuring.measure(tool.prefix, timed, workload, folder, options.patience)
        if tool.name == tools.BARE:
            return run, None
        recording = tool.recording(folder)
        run = run._replace(file_bytes=recording.stat().st_size,
                           waited=tools.seconds_waited(tool, recording))
        if not wants_report:
            return run, None
        report = tools.report_command(tool, folder, options.build)
        return run, measuring.seconds_of(report, folder, options.patience)


def measure_workload(name, all_tools, options):
    """{tool: {"runs": [...], "report": seconds or None, "slow": "", "recording" or "report"}}."""
    results = {tool.name: {"runs": [], "report": None, "slow": ""} for tool in all_tools}
    for round_ in range(options.rounds):
        for tool in all_tools:
            result = results[tool.name]
            if result["slow"] == "recording":
                continue
            try:
                run, report = run_once(tool, name, options, wants_report=round_ == 0)
            except measuring.TookTooLong as slow:
                result["slow"] = "recording"
                if slow.run is not None:
                    result["runs"].append(slow.run)
                continue
            result["runs"].append(run)
            if round_ == 0 and tool.name != tools.BARE:
                result["report"] = report
                result["slow"] = "report" if report is None else ""
    return results


def raw_figures(measured):
    """All that was measured, for JSON."""
    return {name: {tool: result | {"runs": [run._asdict() for run in result["runs"]]}
                   for tool, result in results.items()} for name, results in measured.items()}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=5_000_000)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--patience", type=float, default=180)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    parser.add_argument("workloads", nargs="*", default=default_workloads())
    options = parser.parse_intermixed_args()
    for name in options.workloads:
        if name not in workloads.PROGRAMS and LOOP.fullmatch(name) is None:
            parser.error(f"{name}: no such workload; there are loopDEPTH-THREADSt-LIVE, "
                         f"{', '.join(workloads.PROGRAMS)}")
    for program in ("bin/heaptally", "bin/bench/alloc_loop", "bin/bench/timed"):
        if not (options.build / program).exists():
            parser.error(f"{options.build / program} is missing; build the targets cli/all bench/all")
    return options


def main():
    options = parse_arguments()
    all_tools = tools.all_tools(options.build)
    if len(all_tools) == 2:
        print("heaptrack is not installed: it is left out", file=sys.stderr)
    measured = {}
    for name in options.workloads:
        try:
            measured[name] = measure_workload(name, all_tools, options)
        except (workloads.Missing, measuring.Failed) as problem:
            print(f"{name}: left out: {problem}", file=sys.stderr)
            continue
        # The tables of Markdown are printed at once, at the end: rows here show how far it is.
        print(tables.text(name, measured[name], options), flush=True,
              file=sys.stderr if options.markdown else sys.stdout)
    if options.markdown:
        print(tables.markdown(measured, options, tools.machine()))
    if options.json:
        figures = {"machine": tools.machine(), "rounds": options.rounds, "pairs": options.pairs,
                   "scale": options.scale, "workloads": raw_figures(measured)}
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0 if len(measured) == len(options.workloads) else 1


if __name__ == "__main__":
    sys.exit(main())
