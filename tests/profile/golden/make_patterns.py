#!/usr/bin/env python3
"""Writes patterns.txt: what Python's fnmatch answers to many patterns.

Each line holds pattern, subject and 1 or 0, with tabs between.
"""

import fnmatch
import pathlib
import random

CHOSEN = [
    ("*", "a/b.cpp"), ("*", ""), ("", ""), ("", "a"), ("?", ""), ("?", "ä"), ("??", "ä"),
    ("*.cpp", "src/a.cpp"), ("*.cpp", "src/a.CPP"), ("src/*", "src/x/y.h"), ("src/*.h", "xsrc/y.h"),
    ("[a-c].h", "b.h"), ("[a-c].h", "d.h"), ("[!a-c].h", "d.h"), ("[!a-c].h", "b.h"),
    ("[]]", "]"), ("[!]]", "]"), ("[!]]", "a"), ("[", "["), ("[a", "[a"), ("[!", "[!"),
    ("[*]", "*"), ("[*]", "a"), ("[?]", "?"), ("\\*", "\\x"), ("\\*", "*"), ("[\\]", "\\"),
    ("[^a]", "^"), ("[^a]", "b"), ("[c-a]", "b"), ("[c-a]", "c"), ("[!c-a]", "b"), ("[a-]", "-"),
    ("[-a]", "-"), ("[a-c-e]", "d"), ("[a-c-e]", "-"), ("[--0]", "."), ("**", "x"), ("*a*b*c", "xaybzc"),
    ("*a*b*c", "xaybzcd"), ("[à-é]", "è"), ("[!à-é]", "e"), ("a*a*a*a*a*b", "a" * 40),
]
ALPHABET = "ab-]![*?c"


def main():
    rng = random.Random(20)
    cases = list(CHOSEN)
    while len(cases) < 3000:
        pattern = "".join(rng.choice(ALPHABET) for _ in range(rng.randrange(1, 9)))
        subject = "".join(rng.choice("abc-]![") for _ in range(rng.randrange(0, 5)))
        # Most random pairs do not match; keep all that do and some that do not.
        if fnmatch.fnmatchcase(subject, pattern) or rng.random() < 0.05:
            cases.append((pattern, subject))
    lines = [f"{p}\t{s}\t{int(fnmatch.fnmatchcase(s, p))}" for p, s in cases]
    path = pathlib.Path(__file__).with_name("patterns.txt")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


main()
