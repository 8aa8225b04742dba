"""Real programs with work to do: scripts and inputs are written into a folder that is given.

Each takes a second or two alone where `scale` is 1. What they do is the same each time.
"""
import json
import os
import pathlib
import random
import shlex
import subprocess
import sys
from typing import NamedTuple


class Workload(NamedTuple):
    command: list  # words
    stdin: pathlib.Path | None = None
    environment: dict = {}  # beyond the environment of whoever asks
    tells_ns: bool = False  # its output is nanoseconds a pair of malloc and free


class Missing(Exception):
    """A program that a workload needs is not installed."""


PYTHON = """
import argparse, asyncio, collections, csv, dataclasses, decimal, email.message, fractions
import functools, heapq, html.parser, http.client, inspect, io, itertools, json, logging, re
import sqlite3, statistics, string, textwrap, typing, unittest, urllib.parse, xml.etree.ElementTree
import random, sys

scale = float(sys.argv[1])
random.seed(1)
words = ["".join(random.choices(string.ascii_lowercase, k=random.randint(2, 12)))
         for _ in range(4000)]

def regular_expressions():
    text = " ".join(random.choices(words, k=4000))
    found = collections.Counter(match.group(1)[::-1] for match in re.finditer(r"(\\w+)e\\b", text))
    return len(re.sub(r"(?P<a>[aeiou])(?P<b>\\w)", r"\\g<b>\\g<a>", text)) + len(found)

def trees_of_json():
    data = {word: {"n": i, "list": [i, str(i), {"w": word}]} for i, word in enumerate(words[:1500])}
    return len(json.dumps(json.loads(json.dumps(data)), indent=1, sort_keys=True))

def dictionaries():
    groups = collections.defaultdict(list)
    for i in range(12000):
        groups[words[i % len(words)][:3]].append((i, str(i)))
    return sum(len(sorted(group, key=lambda pair: pair[1])) for group in groups.values())

def sorting():
    pairs = [(random.random(), word + str(i)) for i, word in enumerate(words * 2)]
    pairs.sort()
    return len(heapq.nlargest(100, pairs, key=lambda pair: pair[1]))

@dataclasses.dataclass
class Node:
    name: str
    below: list

def objects():
    nodes = [Node(word, []) for word in words]
    for i, node in enumerate(nodes[1:], 1):
        nodes[i // 3].below.append(node)
    def depth(node):
        return 1 + max((depth(child) for child in node.below), default=0)
    return depth(nodes[0])

def documents():
    root = xml.etree.ElementTree.Element("root")
    for word in words[:800]:
        xml.etree.ElementTree.SubElement(root, word).text = word.upper()
    text = xml.etree.ElementTree.tostring(root)
    return len(xml.etree.ElementTree.fromstring(text)) + len(textwrap.fill(" ".join(words), 60))

total = 0
for _ in range(max(1, round(5 * scale))):
    for work in (regular_expressions, trees_of_json, dictionaries, sorting, objects, documents):
        total += work()
print(total)
"""

PERL = r"""
my ($scale) = @ARGV;
srand(1);
my @letters = ('a' .. 'z');
my @words = map { join '', map { $letters[rand 26] } 1 .. 2 + rand 10 } 1 .. 3000;
my $sum = 0;
for my $round (1 .. ($scale * 8 < 1 ? 1 : $scale * 8)) {
  my (%count, %group, @lines);
  for my $i (0 .. 15000) {
    my $word = $words[$i % @words] . $i % 7;
    $count{$word}++;
    push @{$group{substr $word, 0, 2}}, { word => $word, list => [$i, "$i"] };
    push @lines, "line $i: $word " . reverse $word;
  }
  s/(\w)(\d)/$2$1/g, $sum += length for @lines;
  my @sorted = sort { $count{$a} <=> $count{$b} or $a cmp $b } keys %count;
  for my $key (sort keys %group) {
    $sum += length join ',', map { $_->{word} . $_->{list}[1] } @{$group{$key}};
  }
  my @fields = map { split /[ :]+/ } @lines;
  $sum += @sorted + @fields;
}
print "$sum\n";
"""

SQL = """
CREATE TABLE words(id INTEGER PRIMARY KEY, text TEXT, size INT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO words SELECT i, hex(i * 7919 % 100003) || 'x' || i, i % 97 FROM n;
CREATE INDEX by_text ON words(text);
SELECT size, count(*), length(group_concat(substr(text, 1, 5))) FROM words GROUP BY size;
SELECT count(DISTINCT upper(replace(text, '3', 'three'))) FROM words;
SELECT sum(length(printf('%d-%s-%f', id, text, size))) FROM words;
UPDATE words SET text = lower(text) || size WHERE id % 3 = 0;
SELECT count(*) FROM words a JOIN words b ON a.id = b.size * 31 WHERE a.text < b.text || 'z';
SELECT sum(length(json_extract(json_object('a', text, 'b', json_array(id, size)), '$.b'))) FROM words;
DELETE FROM words WHERE size % 2 = 0;
"""

JQ = """[.[] | select(.id % 3 != 0) | .name |= ascii_upcase | .tags |= (map(. + "!") | sort)
 | {key: .name, value: {id, tags, half: (.id / 2)}}]
 | group_by(.value.id % 17) | map(from_entries | to_entries | map(.value.tags | join("-")) | length)"""

REGEX = """#include <regex>
#include <string>
bool find(const std::string& text) { return std::regex_search(text, std::regex("a(b|c)*d")); }
int main() { return find("xabbcd"); }
"""

NODE = """
const scale = Number(process.argv[2]);
const crypto = require('crypto'), zlib = require('zlib'), vm = require('vm');
let total = 0;
for (let i = 0; i < 400 * scale; ++i) {
  const text = JSON.stringify(Array.from({length: 200}, (_, n) => ({n, name: 'item ' + n * i})));
  total += crypto.createHash('sha256').update(text).digest('hex').length;
  total += zlib.gunzipSync(zlib.gzipSync(text)).length;
  total += Buffer.from(text).toString('base64').match(/[a-f]+/g).length;
  total += vm.runInNewContext('n * 2', {n: i});
}
console.log(total);
"""


def program(name):
    """The ELF file that a name stands for: scripts in front of it (of version managers) hide what
    is to be measured."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        path = pathlib.Path(folder, name).resolve()
        if path.is_file() and os.access(path, os.X_OK) and path.read_bytes()[:4] == b"\x7fELF":
            return str(path)
    raise Missing(f"{name} is not installed")


def written(path, text):
    path.write_text(text)
    return path


def lines_of_command(driver, arguments):
    """What a compiler driver would run."""
    try:
        result = subprocess.run([driver, "-###", *arguments], capture_output=True, text=True,
                                check=True)
    except FileNotFoundError:
        raise Missing(f"{driver} is not installed") from None
    return [shlex.split(line) for line in result.stderr.splitlines() if line.startswith(" ")]


def compiler(driver, marker, folder):
    source = written(folder / "source.cpp", REGEX)
    words = ["-S", "-O2", str(source), "-o", str(folder / "source.s")]
    for command in lines_of_command(driver, words):
        if marker in command or command[0].endswith(marker):
            return Workload(command)
    raise Missing(f"{driver} does not say how it runs {marker}")


def python3(folder, scale):
    script = written(folder / "script.py", PYTHON)
    executable = os.path.realpath(sys.executable)
    return Workload([executable, "-B", str(script), str(scale)],
                    environment={"PYTHONHASHSEED": "0"})


def python3_malloc(folder, scale):
    workload = python3(folder, scale)
    return workload._replace(environment=workload.environment | {"PYTHONMALLOC": "malloc"})


def perl(folder, scale):
    script = written(folder / "script.pl", PERL)
    return Workload([program("perl"), str(script), str(scale)],
                    environment={"PERL_HASH_SEED": "0", "PERL_PERTURB_KEYS": "0"})


def sqlite3(folder, scale):
    script = written(folder / "script.sql", SQL.replace("{rows}", str(round(60_000 * scale))))
    return Workload([program("sqlite3"), ":memory:"], stdin=script)


def jq(folder, scale):
    numbers = random.Random(1)
    items = [{"id": i, "name": f"item {i} {numbers.random()}",
              "tags": [str(numbers.randrange(100)) for _ in range(5)]}
             for i in range(round(25_000 * scale))]
    return Workload([program("jq"), JQ], stdin=written(folder / "input.json", json.dumps(items)))


def cc1plus(folder, _):
    return compiler("g++", "cc1plus", folder)


def clang(folder, _):
    return compiler("clang++", "-cc1", folder)


def node(folder, scale):
    return Workload([program("node"), str(written(folder / "script.js", NODE)), str(scale)])


PROGRAMS = {"cc1plus": cc1plus, "sqlite3": sqlite3, "jq": jq, "perl": perl, "python3": python3,
            "python3 malloc": python3_malloc, "clang": clang, "node": node}


def prepare(name, folder, scale=1.0):
    """The workload of a name in PROGRAMS, with what it needs in the folder (which is there)."""
    return PROGRAMS[name](pathlib.Path(folder), scale)
