"""Generators that are used up, made anew, shared by a tee; and what states they go through."""

import inspect
import unittest

from harness import Case, key_values, marked_line, run_alone, sample

FRAME = "samples/support/generator.h"
BUFFER = "samples/exhaustion/tee.h"
PROGRAMS = ("exhausted", "anew", "tee_lockstep", "tee_lagging")


def says(text):
    return dict(line.split("=") for line in text.splitlines())


class Exhaustion(Case):
    def recorded(self, name, count):
        recording = self.record(sample(f"exhaustion/{name}"), count)
        self.assertEqual(recording.result.status, 0, recording.result)
        return recording, key_values(recording.result.stdout)

    def at_mark(self, recording, source, *options):
        """What is charged to the line of the source that allocates."""
        return recording.at_line(source, marked_line(source, "allocates"), *options)

    def test_the_second_pass_finds_nothing(self):
        for count in (0, 1, 1000, 100_000):
            for name in PROGRAMS:
                with self.subTest(name, count=count):
                    result = run_alone(sample(f"exhaustion/{name}"), str(count))
                    self.assertEqual((result.status, result.stderr), (0, ""), result)
                    own = key_values(result.stdout)
                    self.assertEqual((own["count"], own["sum"]), (count, count * (count + 1) // 2))
                    self.assertEqual(own["largest"], 0 if name == "exhausted" else count)

    def test_frames_and_buffers_are_exact(self):
        for count in (0, 64, 10_000):
            for name in PROGRAMS:
                with self.subTest(name, count=count):
                    recording, own = self.recorded(name, count)
                    self.assertEqual(self.at_mark(recording, FRAME, "--metric", "total"),
                                     (own["frame_bytes"], own["frames"]))
                    self.assertEqual(self.at_mark(recording, BUFFER, "--metric", "total"),
                                     (own["bytes"], own["allocations"]))
                    for line in (FRAME, BUFFER):
                        self.assertEqual(self.at_mark(recording, line, "--at", "end"), (0, 0))
                    self.assertEqual(own["live_at_end"], 0)

    def test_what_each_fix_costs(self):
        frames = {}
        peaks = {}
        for name in PROGRAMS:
            recording, own = self.recorded(name, 100_000)
            frames[name] = own["frames"]
            peaks[name] = own["peak_bytes"]
            if name == "tee_lagging":
                self.assertEqual(self.at_mark(recording, BUFFER, "--at", "peak")[0],
                                 own["peak_bytes"])
        self.assertEqual(frames, {"exhausted": 1, "anew": 2, "tee_lockstep": 3, "tee_lagging": 3})
        self.assertEqual((peaks["exhausted"], peaks["anew"]), (0, 0))
        self.assertLess(peaks["tee_lockstep"], 2000)
        self.assertGreaterEqual(peaks["tee_lagging"], 100_000 * 8)

    def test_a_buffer_in_lockstep_does_not_grow(self):
        program = sample("exhaustion/tee_lockstep")
        peaks = {key_values(run_alone(program, str(count)).stdout)["peak_bytes"]
                 for count in (1000, 1_000_000)}
        self.assertEqual(len(peaks), 1, peaks)

    def test_states_are_those_of_python(self):
        def watched(count):
            states["inside"] = inspect.getgeneratorstate(generator)
            for number in range(1, count + 1):
                yield number

        states = {}
        generator = watched(1000)
        states["made"] = inspect.getgeneratorstate(generator)
        total = next(generator)
        states["after_the_first"] = inspect.getgeneratorstate(generator)
        total += sum(generator)
        states["after_the_last"] = inspect.getgeneratorstate(generator)
        for name, end in (("after_close", self.closed), ("closed_unused", self.unused),
                          ("after_an_exception", self.failed)):
            states[name] = inspect.getgeneratorstate(end())
        self.assertEqual(set(states.values()),
                         {"GEN_CREATED", "GEN_RUNNING", "GEN_SUSPENDED", "GEN_CLOSED"})

        said = says(run_alone(sample("exhaustion/states"), "1000").stdout)
        self.assertEqual({when: said[when] for when in states}, states)
        self.assertEqual(said["sum"], str(total))

    @staticmethod
    def closed():
        generator = (number for number in range(3))
        next(generator)
        generator.close()
        return generator

    @staticmethod
    def unused():
        generator = (number for number in range(3))
        generator.close()
        return generator

    @staticmethod
    def failed():
        generator = (1 // (1 - number) for number in range(3))
        try:
            sum(generator)
        except ZeroDivisionError:
            pass
        return generator

    def test_frames_of_closed_generators(self):
        recording = self.record(sample("exhaustion/states"), "1000")
        own = says(recording.result.stdout)
        self.assertEqual((own["frame_is_kept"], own["yields_after_it"]), ("1", "0"))
        self.assertEqual(self.at_mark(recording, FRAME, "--metric", "total"),
                         (int(own["bytes"]), int(own["allocations"])))
        self.assertEqual(own["allocations"], "4")
        self.assertEqual(self.at_mark(recording, FRAME, "--at", "end"), (0, 0))

    def test_bad_arguments(self):
        for name in (*PROGRAMS, "states"):
            for words in (["many"], ["-1"], ["1", "2"], ["100000001"]):
                with self.subTest(name, words=words):
                    result = run_alone(sample(f"exhaustion/{name}"), *words)
                    self.assertEqual((result.status, result.stdout), (2, ""), result)
                    self.assertRegex(result.stderr, r"\Ausage: [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()
