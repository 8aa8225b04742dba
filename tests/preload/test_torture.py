"""The torture program (programs/torture/main.cpp): all that is hard on unwinders at once, in four
threads, built by two compilers in several ways.

Each stack that is captured is compared with libunwind's, frame by frame; and the program's own
books with the recording.
"""

import os
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from test_traps import TRAPS, TrapCase  # noqa: E402

LIBRARIES = (TRAPS / "libtorture_short.so", TRAPS / "libtorture_large.so")

ITERATIONS = 280
LEAST_COMPARED = 300_000

# What tests/preload/CMakeLists.txt builds of it.
BUILDS = [f"{compiler}_{shape}" for compiler in ("g", "clang")
          for shape in ("O0", "O2", "O2_pointers", "O3", "O3_realigned")]


class TortureCase(TrapCase):
    def torture(self, build, iterations, *how, seed=1, verify=True):
        """The recording and what the program says of itself, which is compared with it."""
        name = f"torture_{build}"
        recording, says = self.trap(name, iterations, seed, *LIBRARIES, *how, verify=verify)
        # Nothing was left out: each way of twisting the stack was met.
        for key in ("resumed", "raised", "loaded"):
            self.assertGreater(says[key], iterations // 20, (key, says))
        # The shim maps memory as well, and may take the place once in a while.
        self.assertGreater(says["same_place"], says["loaded"] * 3 // 4, says)
        self.assertGreater(says["same_fiber_stacks"], says["fiber_stacks"] * 3 // 4, says)
        recorded = self.own_calls(recording, name)
        # A handler that came in the midst of the allocator, or as its thread was met for the
        # first time, is counted and not recorded.
        unseen = recording.header("inner_events") + recording.header("lost_events")
        # One that came in the midst of a switch of stacks sees half of each.
        self.assertLess(recording.header("broken_stacks"), says["allocations"] // 1000)
        self.assertLess(unseen, says["allocations"] // 100)
        self.assertLessEqual(recorded[0], says["allocations"])
        self.assertLessEqual(says["allocations"] - unseen, recorded[0])
        libraries = sum(self.own_calls(recording, path.name)[0] for path in LIBRARIES)
        self.assertEqual(libraries, says["library_allocations"])
        return recording, says


class Torture(TortureCase):
    def test_no_stack_differs_from_libunwinds(self):
        compared = 0
        for seed, build in enumerate(BUILDS, 1):
            with self.subTest(build):
                recording, says = self.torture(build, ITERATIONS, seed=seed)
                self.assertGreater(says["struck"], ITERATIONS)
                compared += recording.header("total_count")
        self.assertGreater(compared, LEAST_COMPARED)

    # The shim runs on a stack of its own while it asks libunwind. A signal that came then would
    # start at the top of the stack of signals, over the frames of the handler that allocates.
    def test_handlers_that_interrupt_handlers_on_their_stack(self):
        self.torture("g_O2", 300, "nested")


class Books(TortureCase):
    def test_without_signals_out_of_the_blue_they_agree_exactly(self):
        for build in ("g_O0", "g_O3", "clang_O2"):
            with self.subTest(build):
                recording, says = self.torture(build, 2000, "calm", verify=False)
                self.assertEqual(self.own_calls(recording, f"torture_{build}"),
                                 (says["allocations"], says["bytes"]))
                self.assert_nothing_lost(recording)
                self.assertEqual(recording.header("broken_stacks"), 0)


if __name__ == "__main__":
    unittest.main()
