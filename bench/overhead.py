#!/usr/bin/env python3
"""What recording costs, beside heaptrack: bare, heaptally and heaptrack take turns.

usage: overhead.py BUILD [--rounds N] [--pairs N] [--patience SECONDS] [WORKLOAD...]

Workloads: loop4, loop16, loop64 (a malloc/free pair at that stack depth, nanoseconds a pair as
the program itself measures them) and cc1plus (a file that includes <regex>, seconds for the whole
command). Prints for each tool the median over the rounds and its ratio to bare. A tool that does
not end within the patience is stopped, said to take longer, and left out of later rounds.
"""
import argparse
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time


def run(command, folder, patience):
    """stdout of a command. Its whole process group is stopped when patience runs out."""
    with subprocess.Popen(command, cwd=folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, start_new_session=True) as process:
        try:
            output, _ = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    return output


def loop_runs(build, depth, pairs, patience):
    program = [str(build / "bin/bench/alloc_loop"), str(depth), str(pairs)]

    def measure(prefix, folder):
        output = run(prefix + program, folder, patience)
        numbers = [line for line in output.splitlines() if line.replace(".", "").isdigit()]
        return float(numbers[0])

    return measure, "ns a pair"


def cc1plus_runs(patience):
    compiler = subprocess.run(["g++", "-print-prog-name=cc1plus"], capture_output=True, text=True,
                              check=True).stdout.strip()
    multiarch = subprocess.run(["g++", "-print-multiarch"], capture_output=True, text=True,
                               check=True).stdout.strip()
    arguments = ["-quiet", "-imultiarch", multiarch, "-D_GNU_SOURCE", "-O1", "re.cpp", "-o", "re.s"]

    def measure(prefix, folder):
        source = pathlib.Path(folder, "re.cpp")
        source.write_text('#include <regex>\n'
                          'int main() { return std::regex_match("aab", std::regex("a+b")); }\n')
        begin = time.monotonic()
        run(prefix + [compiler] + arguments, folder, patience)
        return time.monotonic() - begin

    return measure, "s"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=2_000_000)
    parser.add_argument("--patience", type=float, default=60)
    parser.add_argument("workloads", nargs="*", default=["loop4", "loop16", "loop64", "cc1plus"])
    options = parser.parse_intermixed_args()
    build = options.build.resolve()

    tools = {"bare": [], "heaptally": [str(build / "bin/heaptally"), "record", "-f", "-o", "run.heaptally"]}
    if shutil.which("heaptrack"):
        tools["heaptrack"] = ["heaptrack", "-o", "run.heaptrack"]
        tools["heaptrack raw"] = ["heaptrack", "--raw", "-o", "run.raw"]
    else:
        print("heaptrack is not installed: it is left out", file=sys.stderr)

    for name in options.workloads:
        if name == "cc1plus":
            measure, unit = cc1plus_runs(options.patience)
        else:
            measure, unit = loop_runs(build, int(name.removeprefix("loop")), options.pairs,
                                      options.patience)
        times = {tool: [] for tool in tools}
        for _ in range(options.rounds):
            for tool, prefix in tools.items():
                if times[tool] is None:
                    continue
                with tempfile.TemporaryDirectory() as folder:
                    try:
                        times[tool].append(measure(prefix, folder))
                    except subprocess.TimeoutExpired:
                        times[tool] = None
        bare = statistics.median(times["bare"])
        for tool, values in times.items():
            if values is None:
                print(f"{name:8} {tool:14} not done after {options.patience:.0f} s", flush=True)
                continue
            median = statistics.median(values)
            print(f"{name:8} {tool:14} {median:9.2f} {unit}   {median / bare:6.2f} x bare", flush=True)


if __name__ == "__main__":
    main()
