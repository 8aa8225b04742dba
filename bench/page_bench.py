#!/usr/bin/env python3
"""How fluid the page of a large recording is: what a reader does in it, until it is shown.

usage: page_bench.py BUILD [--traces N] [--rounds N] [--folder FOLDER]

Makes a recording of N traces that allocate and more buckets than a page has, writes its page and
opens it in headless Chromium. Prints the size of the page, how long it takes to open, and of each
interaction the median and the slowest of the rounds, from the event to the end of the frame that
shows it. As the page folds what is small, the same is done with a page of all N traces, none
folded, and 512 buckets: more than heaptally ever writes. Needs chromium-driver and
python3-selenium; run it with the Python that has it (/usr/bin/python3).
"""
import argparse
import base64
import contextlib
import gzip
import json
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "e2e"))
sys.dont_write_bytecode = True

from browser import Browser  # noqa: E402

TARGET = 100  # milliseconds

RANGE = "m.snap([m.end * (.1 + i % 5 / 20), m.end * (.5 + i % 7 / 20)])"

# What is done, in turns, each time with another argument `i`; and what has to be done before, which
# is not measured.
INTERACTIONS = {
    "select a range": f"m.set({{range: {RANGE}}})",
    "drag over the timeline": "t.dragged = [m.end * .2, m.end * (.3 + i / 50)]; t.draw();"
                              "t.dragged = null",
    "whole run": ("m.set({range: m.snap([m.end * .2, m.end * .6])})", "m.set({range: null})"),
    "metric": "m.set({metric: ['total', 'temporary', 'live'][i % 3]})",
    "unit": "m.set({unit: ['count', 'bytes'][i % 2]})",
    "a key of a search": "m.set({search: ['c', 'cl', 'cla', 'class1'][i % 4]}, true)",
    "search cleared": ("m.set({search: 'class1'}, true)", "m.set({search: ''}, true)"),
    "zoom": ("m.set({zoom: 0})", "m.set({zoom: f.children(0)[i % 2] ?? f.children(0)[0]})"),
    "zoom out": ("m.set({zoom: f.children(0)[0]})", "m.set({zoom: 0})"),
    "focus": ("m.set({focus: null})", "f.focusOn(f.children(0)[i % 2] ?? f.children(0)[0])"),
    "focus cleared": ("f.focusOn(f.children(0)[0])", "m.set({focus: null})"),
    "callers or sites first": "m.set({inverted: i % 2 === 0})",
    "functions or lines": "m.set({kind: ['line', 'function'][i % 2]})",
    "sort": "document.querySelectorAll('#lines thead button')[1 + i % 3].click()",
    "group": "m.set({group: ['function', 'file', 'module', 'line'][i % 4]})",
    "with what it calls": "m.set({cumulative: i % 2 === 0})",
    "select a range, sites first": f"m.set({{inverted: true, cumulative: false, range: {RANGE}}})",
}

# Ends after the frame that an interaction leads to is drawn.
MEASURE = """
const [[prepare, action], i, done] = arguments;
const {model: m, flame: f, timeline: t} = heaptally;
const act = new Function('m', 'f', 't', 'i', action);
new Function('m', 'f', 't', 'i', prepare)(m, f, t, i);
requestAnimationFrame(() => setTimeout(() => {
  const begin = performance.now();
  act(m, f, t, i);
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now() - begin);
    channel.port2.postMessage(null);
  });
}));
"""


def unfolded(page, traces):
    """The page with data of as many rows as traces, each with its own place in the call tree."""
    chance = random.Random(1)
    strings, places = [""], {key: [] for key in ("label", "function", "file", "line", "module")}

    def string(text):
        strings.append(text)
        return len(strings) - 1

    modules = [string(f"/usr/lib/lib{i}.so.1") for i in range(50)]
    files = [string(f"src/part{i % 40}/class{i}.cpp") for i in range(700)]
    for i in range(traces // 8):
        file, line = files[i % 700], 1 + i
        places["label"].append(string(f"{strings[file]}:{line}"))
        places["function"].append(string(f"project::Class{i % 700}::method{i}(std::string const&)"))
        places["file"].append(file)
        places["line"].append(line)
        places["module"].append(modules[i % 50])
    parent, place, depth = [0], [0], [0]
    while len(parent) < 2 * traces:
        above = chance.randrange(max(0, len(parent) - 50), len(parent))
        while depth[above] > 60:
            above = parent[above]
        parent.append(above)
        place.append(chance.randrange(len(places["line"])))
        depth.append(depth[above] + 1)
    rows = sorted(chance.sample(range(1, len(parent)), traces))
    weights = [chance.paretovariate(1.1) for _ in rows]
    buckets, changing = 512, 1000
    sums = {key: [[0] * traces, [0] * traces] for key in ("total", "temporary", "end")}
    deltas = {key: [[], []] for key in ("allocated", "freed", "churned")}
    delta_rows, most = [], []
    for _ in range(buckets):
        changed = sorted(chance.sample(range(traces), changing))
        delta_rows += changed
        for row in changed:
            count = chance.randrange(1, 9)
            size = int(weights[row] * chance.randrange(1, 4000))
            freed = min(sums["end"][0][row], size // 2), min(sums["end"][1][row], count // 2)
            for unit, value in enumerate((size, count)):
                deltas["allocated"][unit].append(value)
                deltas["freed"][unit].append(freed[unit])
                deltas["churned"][unit].append(value // 4)
                sums["total"][unit][row] += value
                sums["temporary"][unit][row] += value // 4
                sums["end"][unit][row] += value - freed[unit]
        most.append(sum(sums["end"][0]))
    whole = {key: [sum(column) for column in columns] for key, columns in sums.items()}
    end = 10_000_000 * buckets
    recording = {
        "info": {"command": "large", "host": "", "start_unix_ns": 0, "duration": end,
                 "exit_status": 0, "peak": whole["end"], "peak_time": end, **whole},
        "samples": [], "marks": [], "row_nodes": rows, "peak": sums["end"], **sums,
        "edges": [10_000_000 * i for i in range(buckets + 1)], "max_live": most,
        "bucket_sizes": [changing] * buckets, "delta_rows": delta_rows, **deltas,
    }
    data = {"recordings": [recording], "nodes": {"parent": parent, "place": place},
            "places": places, "sources": [], "notes": [], "strings": strings, "metric": "live",
            "unit": "bytes", "inverted": False}
    packed = base64.b64encode(gzip.compress(json.dumps(data, separators=(",", ":")).encode()))
    return re.sub(r'(<script id="data"[^>]*>)[^<]*', lambda found: found[1] + packed.decode(), page)


def measure(browser, path, rounds):
    begin = time.monotonic()
    browser.open(path)
    opened = time.monotonic() - begin
    facts = browser.script("""const m = heaptally.model, r = m.latest;
        return [r.rowNode.length, m.calls.parent.length - 1, r.edges.length - 1]""")
    print(f"  {path.stat().st_size / 1e6:.2f} MB, opened in {opened * 1e3:.0f} ms; "
          "{:,} rows, {:,} calls, {:,} buckets".format(*facts))
    # The page prepares what is slow to make while it is idle.
    browser.wait(lambda: browser.script("return heaptally.model.views.size === 4"))
    slow = []
    for name, action in INTERACTIONS.items():
        steps = ("", action) if isinstance(action, str) else action
        times = [browser.driver.execute_async_script(MEASURE, steps, i) for i in range(rounds)]
        median = statistics.median(times)
        print(f"  {median:7.1f} ms  {max(times):7.1f} ms  {name}", flush=True)
        if median >= TARGET:
            slow.append(name)
    assert browser.complaints() == [], "the page complained"
    return slow


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--traces", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--folder", type=pathlib.Path)
    options = parser.parse_args()
    programs = options.build.resolve() / "bin"
    slow = []
    with contextlib.ExitStack() as stack:
        folder = options.folder or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = folder.resolve()
        recording, page = folder / "large.heaptally", folder / "large.html"
        # Three in ten of its traces allocate.
        subprocess.run([programs / "bench" / "make_recording", recording,
                        str(options.traces * 10 // 3), "2000"], check=True)
        begin = time.monotonic()
        subprocess.run([programs / "heaptally", "report", "-f", recording, "-o", page], check=True)
        print(f"A recording of {options.traces:,} traces, {recording.stat().st_size / 1e6:.1f} MB; "
              f"its page was written in {time.monotonic() - begin:.1f} s")
        all_of_it = folder / "unfolded.html"
        all_of_it.write_text(unfolded(page.read_text(), options.traces))
        browser = Browser()
        stack.callback(browser.close)
        for title, path in (("The page, as heaptally writes it:", page),
                            (f"The page with {options.traces:,} traces, none folded:", all_of_it)):
            print(f"{title}\n   median     slowest")
            slow += measure(browser, path, options.rounds)
    print(f"Over {TARGET} ms: {', '.join(slow) or 'nothing'}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
