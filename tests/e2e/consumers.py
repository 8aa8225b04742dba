"""Other people's tools, reading what heaptally exports; and small readers of formats that have none."""

import base64
import gzip
import json
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from harness import SOURCE, run

SVG = "{http://www.w3.org/2000/svg}"
HERE = Path(__file__).resolve().parent
SPEEDSCOPE = SOURCE / "build" / "npm" / "node_modules" / "speedscope"


def must(*command, **how):
    """stdout of a command that must succeed and have nothing to complain about."""
    result = run(*command, **how)
    assert result.status == 0, f"{command}: {result}"
    return result.stdout


def pprof(file, *options):
    """What Go's pprof prints. It keeps files of its own, and would look for a server of symbols."""
    home = file.parent
    return must("go", "tool", "pprof", "-symbolize=none", *options, file, cwd=home,
                env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home),
                     "PPROF_TMPDIR": str(home), "GOCACHE": str(home), "GOFLAGS": "-mod=mod"})


def pprof_samples(file):
    """({type: sum}, the period's line) of `pprof -raw`, which prints the profile as it was read."""
    lines = iter(pprof(file, "-raw").splitlines())
    period = next(line for line in lines if line.startswith("PeriodType"))
    next(line for line in lines if line == "Samples:")
    kinds = [kind.partition("/")[0] for kind in next(lines).split()]
    sums = Counter()
    for line in lines:
        if line == "Locations":
            break
        values, _, stack = line.partition(":")
        assert stack.split(), line
        for kind, value in zip(kinds, values.split(), strict=True):
            sums[kind] += int(value)
    return dict(sums), period


def pprof_top(file, kind):
    """({function: flat}, total) of `pprof -top`."""
    text = pprof(file, "-top", f"-sample_index={kind}", "-unit=B", "-nodecount=1000000",
                 "-nodefraction=0", "-edgefraction=0")
    total = int(re.search(r" of (\d+)B? total", text)[1])
    flat = Counter()
    for line in text.splitlines():
        row = re.fullmatch(r" *(\d+)B? +\S+% +\S+% +\d+B? +\S+% {2}(.*)", line)
        if row:
            flat[row[2].removesuffix(" (inline)")] += int(row[1])
    return flat, total


def ms_print(file):
    """([(time, total)], number of the peak) of valgrind's ms_print; and its text."""
    text = must("ms_print", file)
    rows = re.findall(r"^ *(\d+) +([\d,]+) +([\d,]+) +([\d,]+) +0 +0$", text, re.M)
    snapshots = []
    for number, (n, time, total, useful) in enumerate(rows):
        assert int(n) == number and total == useful, rows
        snapshots.append((int(time.replace(",", "")), int(total.replace(",", ""))))
    return snapshots, int(re.search(r"(\d+) \(peak\)", text)[1]), text


def speedscope(*files):
    """What speedscope's own importer has of each file; see speedscope_import.js."""
    assert SPEEDSCOPE.exists(), f"{SPEEDSCOPE} is missing: ./test.sh installs it"
    lines = must("node", HERE / "speedscope_import.js", SPEEDSCOPE, *files).splitlines()
    return [json.loads(line) for line in lines]


def folded(text, numbers=1):
    """[(stack, [number...])] of folded stacks, as flamegraph.pl takes lines apart."""
    stacks = []
    for line in text.splitlines():
        stack, *values = line.rsplit(" ", numbers)
        assert stack and len(values) == numbers, line
        stacks.append((stack.split(";"), [int(value) for value in values]))
    return stacks


HOSTILE_NAMES = {"name_of_markup": "<img src=x onerror=alert(1)>",
                 "name_of_quotes": r"""a;b \"c\" 'd' & 5"""}


def hostile(folder):
    """programs/hostile.c, its functions renamed in the debug information, as no compiler would."""
    assembly = folder / "hostile.s"
    source = SOURCE / "tests" / "e2e" / "programs" / "hostile.c"
    must("gcc", "-g", "-O2", "-S", "-o", assembly, source)
    text = assembly.read_text()
    for name, hostile_name in HOSTILE_NAMES.items():
        assert f'.string\t"{name}"' in text
        text = text.replace(f'.string\t"{name}"', f'.string\t"{hostile_name}"')
    assembly.write_text(text)
    must("gcc", "-o", folder / "hostile", assembly)
    assembly.unlink()
    return folder / "hostile"


def svg_boxes(file):
    """[(name, facts, x, y, width)] of a flame graph's boxes; the first is the whole."""
    boxes = []
    for group in ElementTree.parse(file).getroot().iter(f"{SVG}g"):
        name, _, facts = group.find(f"{SVG}title").text.partition("\n")
        rect = group.find(f"{SVG}rect")
        boxes.append((name, facts, *(float(rect.get(key)) for key in ("x", "y", "width"))))
    return boxes


def page_data(file):
    """The data within a report's page: the longest text in base64 there is."""
    text = file.read_text()
    packed = max(re.findall(r"[A-Za-z0-9+/=]{100,}", text), key=len)
    return json.loads(gzip.decompress(base64.b64decode(packed)))
