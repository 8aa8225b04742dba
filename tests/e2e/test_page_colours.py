"""The colours of the page, in light and dark: text can be read on what it lies on, and those that
mean something can be told apart by readers who do not see all colours."""

import itertools
import re
import unittest

from harness import SOURCE

STYLE = (SOURCE / "core/report/page/style.css").read_text()

# What is left of linear RGB without one of the three cones (Machado, Oliveira and Fernandes 2009,
# severity 1).
VISION = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
                   (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                     (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
                   (0.004733, 0.691367, 0.303900)),
}


def themes():
    """{theme: {name: colour}}"""
    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", STYLE.split("@media")[0]))
    dark = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", STYLE.split("data-theme=\"dark\"")[1]))
    return {"light": light, "dark": light | dark}


def linear(colour):
    values = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]


def luminance(rgb):
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def contrast(one, other):
    """As the Web Content Accessibility Guidelines define it."""
    dark, light = sorted(luminance(linear(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def mixed(one, other, share):
    """As color-mix() of CSS does in srgb."""
    pairs = [(int(one[i:i + 2], 16), int(other[i:i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def lab(colour, matrix):
    rgb = linear(colour)
    seen = [min(1, max(0, sum(m * v for m, v in zip(row, rgb)))) for row in matrix]
    xyz = (0.4124 * seen[0] + 0.3576 * seen[1] + 0.1805 * seen[2],
           0.2126 * seen[0] + 0.7152 * seen[1] + 0.0722 * seen[2],
           0.0193 * seen[0] + 0.1192 * seen[1] + 0.9505 * seen[2])
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116
               for v in (xyz[0] / 0.9505, xyz[1], xyz[2] / 1.089))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one, other, matrix):
    return sum((a - b) ** 2 for a, b in zip(lab(one, matrix), lab(other, matrix))) ** 0.5


class Colours(unittest.TestCase):
    def test_both_themes_have_all(self):
        sets = themes()
        self.assertEqual(set(sets["light"]), set(sets["dark"]))
        self.assertGreater(len(sets["light"]), 20)
        media = re.search(r":root:not\(\[data-theme=\"light\"\]\) \{(.*?)\}", STYLE, re.DOTALL)[1]
        chosen = STYLE.split("data-theme=\"dark\"")[1].split("}")[0]
        self.assertEqual(re.findall(r"--[\w-]+: \S+;", media),
                         re.findall(r"--[\w-]+: \S+;", chosen))

    def test_text_can_be_read(self):
        for theme, colours in themes().items():
            flames = [name for name in colours if name.startswith("flame-")]
            for text, below in [("text", "page"), ("text", "panel"), ("muted", "page"),
                                ("muted", "panel"), ("accent", "panel"), ("text", "line"),
                                ("text", "match")] + [("text", name) for name in flames]:
                with self.subTest(theme=theme, text=text, below=below):
                    self.assertGreaterEqual(contrast(colours[text], colours[below]), 4.5)

    def test_text_on_what_changed(self):
        for theme, colours in themes().items():
            share = int(re.findall(r"--change: (\d+)%;", STYLE)[theme == "dark"]) / 100
            for name in ("before", "warm"):
                below = mixed(colours[name], colours["panel"], share)
                self.assertGreaterEqual(contrast(colours["text"], below), 4.5, (theme, name))

    def test_layers_of_the_timeline(self):
        for theme, colours in themes().items():
            layers = [name for name in colours if name.startswith("layer-")]
            self.assertEqual(len(layers), 7)
            for vision, matrix in VISION.items():
                for one, other in itertools.combinations(layers, 2):
                    with self.subTest(theme=theme, vision=vision, one=one, other=other):
                        self.assertGreaterEqual(
                            distance(colours[one], colours[other], matrix), 10)

    def test_modules_of_the_flame_graph(self):
        for theme, colours in themes().items():
            flames = [name for name in colours if name.startswith("flame-")]
            self.assertEqual(len(flames), 6)
            for vision, matrix in VISION.items():
                for one, other in itertools.combinations(flames, 2):
                    with self.subTest(theme=theme, vision=vision, one=one, other=other):
                        self.assertGreaterEqual(
                            distance(colours[one], colours[other], matrix), 10)

    def test_old_and_new(self):
        for theme, colours in themes().items():
            for vision, matrix in VISION.items():
                for one, other in (("before", "after"), ("before", "warm")):
                    with self.subTest(theme=theme, vision=vision, one=one, other=other):
                        self.assertGreaterEqual(
                            distance(colours[one], colours[other], matrix), 30)


if __name__ == "__main__":
    unittest.main()
