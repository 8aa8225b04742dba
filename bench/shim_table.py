#!/usr/bin/env python3
"""The figures of bin/shim_bench as the tables of docs/performance.md.

usage: shim_table.py BUILD [--repetitions N]

Medians of N (5) repetitions, which take turns. Of a benchmark that has to call functions before it
captures a stack, the same calls without a capture are subtracted. The figures of a machine that
does other things at the same time mean nothing.
"""
import argparse
import json
import pathlib
import subprocess
import sys

DEPTHS = (4, 16, 64)
CHANGES = (0, 1, 2, 4, 8)

# What the rows of the second table say of a benchmark.
PARTS = (
    ("stamp/ordered:0", "a stamp, in a program without threads"),
    ("stamp/ordered:1", "a stamp, in a program with threads"),
    ("ring_write/ordered:0", "an event into the ring with its stamp, without threads"),
    ("ring_write/ordered:1", "the same with threads"),
    ("trace_memo_hit", "a trace's id from the thread's memo"),
    ("trace_table_hit/traces:1000", "from the table, which has 1,000 traces"),
    ("trace_table_hit/traces:800000", "from the table, which has 800,000 traces"),
    ("trace_table_insert/traces:1000", "a new trace among 1,000"),
    ("trace_table_insert/traces:800000", "a new trace among 800,000"),
    ("rule_memo_hit", "a frame's rule from the thread's memo"),
    ("rule_cache_hit", "from the table of all threads"),
    ("rule_derived", "a new rule, from libunwind"),
)
PAIR = "what is recorded of a malloc and a free"


def measure(build, repetitions):
    """Nanoseconds by name of benchmark, and what was run on."""
    command = [str(build / "bin" / "shim_bench"), f"--benchmark_repetitions={repetitions}",
               "--benchmark_enable_random_interleaving=true",
               "--benchmark_report_aggregates_only=true", "--benchmark_min_time=0.2",
               "--benchmark_format=json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    try:
        result = json.loads(done.stdout)
        figures = {}
        for run in result["benchmarks"]:
            if run.get("error_occurred"):
                sys.exit(f"shim_table.py: {run['name']}: {run['error_message']}")
            if run["aggregate_name"] == "median":
                name, _, manual = run["run_name"].partition("/manual_time")
                figures[name] = run["real_time" if "manual_time" in run["run_name"] else "cpu_time"]
        return figures, result["context"]
    except (ValueError, KeyError) as error:
        sys.exit(f"shim_table.py: shim_bench gave no figures ({error}): {done.stderr.strip()}")


def capture_row(figures, depth, changed, known, benchmark):
    calls = figures[f"calls/depth:{depth}/changed:{changed}"]
    whole = figures[f"{benchmark}/depth:{depth}/changed:{changed}"]
    times = " | ".join(f"{time:,.0f} ns" for time in (calls, whole, whole - calls))
    return f"| {depth} | {known} | {times} |"


def capture_rows(figures):
    yield "| frames | new frames | calls alone | and a capture | the capture |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    for depth in DEPTHS:
        for changed in CHANGES:
            if changed <= depth:
                yield capture_row(figures, depth, changed, changed, "capture")
            if f"capture_other_way/depth:{depth}/changed:{changed}" in figures:
                yield capture_row(figures, depth, changed, f"{changed}, by another way",
                                  "capture_other_way")
        yield capture_row(figures, depth, 0, "nothing known", "capture_cold")


def part_rows(figures):
    yield "| part | time |"
    yield "| --- | ---: |"
    for name, meaning in PARTS:
        yield f"| {meaning} (`{name}`) | {figures[name]:,.1f} ns |"
    for depth in DEPTHS:
        for changed in (0, 2):
            place = f"/depth:{depth}/changed:{changed}"
            pair = figures[f"record_pair{place}"] - figures[f"calls{place}"]
            yield f"| {PAIR} (`record_pair{place}`, less `calls`) | {pair:,.1f} ns |"


def main():
    parser = argparse.ArgumentParser(description="The figures of bin/shim_bench as Markdown.")
    parser.add_argument("build", type=pathlib.Path, help="the folder that it was built in")
    parser.add_argument("--repetitions", type=int, default=5, help="default: 5")
    options = parser.parse_args()
    if options.repetitions < 2:
        parser.error("--repetitions: at least 2")
    if not (options.build / "bin" / "shim_bench").exists():
        sys.exit(f"shim_table.py: {options.build}/bin/shim_bench is not there; build it")
    figures, context = measure(options.build, options.repetitions)
    print(f"{context['num_cpus']} CPUs at {context['mhz_per_cpu'] / 1000:.1f} GHz; "
          f"medians of {options.repetitions} repetitions.\n")
    print("\n".join(capture_rows(figures)), end="\n\n")
    print("\n".join(part_rows(figures)))


if __name__ == "__main__":
    main()
