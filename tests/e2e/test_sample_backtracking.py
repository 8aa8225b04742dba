"""Catastrophic backtracking: PCRE2's memory is exactly what heaptally says, and its steps are what
can be worked out."""

import unittest

from harness import Case, key_values, marked_line, run, sample

PCRE2 = "samples/support/pcre2_pattern.cpp"
RE2 = "samples/backtracking/re2.cpp"
VERSIONS = ("nested", "possessive", "re2")
HOSTILE = ("plus_of_plus", "either_or", "without_b", "with_b")
# What a match begins with in PCRE2 10.42; it doubles when it is full.
FIRST_FRAMES = 20480
RE2_BUDGET = 64 * 1024


class Backtracking(Case):
    @classmethod
    def setUpClass(cls):
        cls.alone = {version: run(sample(f"backtracking/{version}"), "1000")
                     for version in VERSIONS}
        cls.said = {version: key_values(result.stdout) for version, result in cls.alone.items()}

    def recorded(self, version, *letters):
        recording = self.record(sample(f"backtracking/{version}"), *letters)
        self.assertEqual(recording.result.status, 1 if version == "nested" else 0,
                         recording.result)
        return recording, key_values(recording.result.stdout)

    def assert_exact(self, recording, own):
        def at_line(*options):
            return recording.at_line(PCRE2, marked_line(PCRE2, "allocates"), *options)

        self.assertEqual(at_line("--metric", "total"), (own["bytes"], own["allocations"]))
        self.assertEqual((at_line("--at", "end"), own["live_at_end"]), ((0, 0), 0))
        return at_line("--at", "peak")

    def test_nested_frames_are_exact(self):
        for letters in (["2000"], []):  # at last as many as usual
            with self.subTest(letters=letters):
                recording, own = self.recorded("nested", *letters)
                size, _ = self.assert_exact(recording, own)
                self.assertEqual(size, own["peak_bytes"])
        self.assertGreater(own["peak_bytes"], 100 << 20)

    def test_possessive_frames_are_exact(self):
        needed = []
        for letters in (["1000"], []):
            with self.subTest(letters=letters):
                recording, own = self.recorded("possessive", *letters)
                peak, _ = self.assert_exact(recording, own)
                needed.append(own["peak_bytes"])
        # Of as many letters as usual; of fewer, the program's peak may be another line's.
        self.assertEqual(peak, own["peak_bytes"])
        self.assertEqual(needed[0], needed[1])
        self.assertLess(needed[0] - FIRST_FRAMES, 1024)

    def test_answers(self):
        right = dict.fromkeys(HOSTILE, 0) | {"long_run": 1, "many_states": 0, "given_up": 0}
        for version in VERSIONS:
            with self.subTest(version):
                own = self.said[version]
                if version == "nested":
                    self.assertEqual(own["given_up"], 3)
                    self.assertEqual({key: own.get(key) for key in HOSTILE},
                                     dict.fromkeys(HOSTILE) | {"without_b": 0})
                    self.assertEqual((own["long_run"], own["many_states"]), (1, 0))
                else:
                    self.assertEqual({key: own.get(key) for key in right}, right)

    def test_giving_up_is_said(self):
        result = self.alone["nested"]
        self.assertEqual((result.status, result.stderr), (1, (
            "(a+)+$ on 30 letters and '!': match limit exceeded\n"
            "(\\d+|\\w+)+$ on 30 letters and '!': match limit exceeded\n"
            "(a+)+b on 30 letters and '!b': match limit exceeded\n")))

    def steps(self, version, key):
        return [self.said[version][f"steps_{key}_{letters}"] for letters in (10, 11)]

    def test_a_letter_more_doubles_the_steps(self):
        for key in HOSTILE:
            ten, eleven = self.steps("nested", key)
            self.assertEqual(eleven, 2 * ten, key)
            if key == "without_b":
                self.assertEqual(ten, 0)
            else:
                self.assertGreater(ten, 2 ** 10)
            ten, eleven = self.steps("possessive", key)
            self.assertEqual(eleven, ten, key)
            self.assertLess(ten, 10)

    def test_re2_keeps_to_its_budget(self):
        for letters in (["1000"], []):
            with self.subTest(letters=letters):
                recording, own = self.recorded("re2", *letters)
                self.assertLessEqual(recording.header("peak_bytes"), own["peak_bytes_at_most"])
        # Of the usual letters, the many states want more than there is.
        size, count = recording.at_line(RE2, marked_line(RE2, "matches"),
                                        "--at", "peak", "--machinery", "*libre2*")
        self.assertGreater(count, 100)
        self.assertGreater(size, RE2_BUDGET // 4)
        self.assertLessEqual(size, RE2_BUDGET)

    def test_bad_arguments(self):
        for version in VERSIONS:
            for arguments in (("0",), ("many",), ("1000001",), ("1", "2")):
                with self.subTest(version, arguments=arguments):
                    result = run(sample(f"backtracking/{version}"), *arguments)
                    self.assertEqual((result.status, result.stdout), (2, ""), result)
                    self.assertRegex(result.stderr,
                                     r"\Ausage: [^\n]* \[LETTERS\], from 1 to 1000000\n\Z")


if __name__ == "__main__":
    unittest.main()
