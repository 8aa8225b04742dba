"""samples/handover: what one thread allocates and another one frees."""

import json
import unittest

from harness import Case, key_values, marked_line, run_alone, sample

MESSAGES = "samples/handover/messages.h"
PROGRAMS = ("unbounded", "bounded")


class Handover(Case):
    def recorded(self, name, *arguments):
        """The recording, and what the program printed."""
        recording = self.record(sample(f"handover/{name}"), *arguments)
        self.assertEqual(recording.result.status, 0, recording.result)
        return recording, key_values(recording.result.stdout)

    def at(self, recording, *options):
        return recording.at_line(MESSAGES, marked_line(MESSAGES, "allocates"), *options)

    def test_blocks_are_the_producers(self):
        for name in PROGRAMS:
            for count in (0, 5, 1000):
                with self.subTest(name, count=count):
                    recording, own = self.recorded(name, count)
                    self.assertEqual((own["messages"], own["sum"]),
                                     (count, 128 * count * (count - 1) // 2))
                    whole = (own["bytes"], own["allocations"])
                    self.assertEqual(whole, (1024 * count, count))
                    self.assertEqual(self.at(recording, "--metric", "total"), whole)
                    self.assertEqual(
                        self.at(recording, "--metric", "total", "--thread", "producer"), whole)
                    self.assertEqual(self.at(recording, "--at", "end"), (own["live_at_end"], 0))
                    self.assert_no_consumer(recording)

    def assert_no_consumer(self, recording):
        """It frees all, and allocates nothing."""
        rows = json.loads(recording.ask("threads", "--format", "json"))["threads"]
        found = {row["thread"]: row["total"]["count"] for row in rows}
        self.assertEqual(found.get("consumer", 0), 0)
        # Messages freed by another thread were no losses of this one's.
        answer = recording.stats()
        self.assertFalse(answer["incomplete"])
        self.assertEqual(answer["counts"]["unknown_frees"], 0)

    def test_unbounded_holds_all_at_once(self):
        recording, own = self.recorded("unbounded", 1000)
        self.assertEqual(self.at(recording, "--at", "peak"), (own["peak_bytes"], 1000))

    def test_bounded_holds_what_the_queue_has_room_for(self):
        for count in (5, 1000):
            recording, own = self.recorded("bounded", count)
            size, blocks = self.at(recording, "--at", "peak")
            self.assertEqual(size, 1024 * blocks)
            self.assertGreaterEqual(size, own["peak_bytes_at_least"])
            self.assertLessEqual(size, own["peak_bytes_at_most"])
        self.assertEqual(own["peak_bytes_at_most"], 18 * 1024)

    def test_bad_arguments(self):
        for name in PROGRAMS:
            for arguments in (["many"], ["-1"], ["1", "2"], ["1000001"]):
                with self.subTest(name, arguments=arguments):
                    result = run_alone(sample(f"handover/{name}"), *arguments)
                    self.assertEqual((result.status, result.stdout), (2, ""), result)
                    self.assertRegex(result.stderr, r"\Ausage: [^\n]+ \[COUNT\], [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()
