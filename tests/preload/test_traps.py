"""What breaks malloc interposers, tried on the shim: programs that keep their own books.

Each program prints what it allocated itself; the recording must charge exactly that to the
program's own calls. Most run with HEAPTALLY_VERIFY=1, where each stack is compared with
libunwind's and record fails if one differs.
"""

import glob
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))
from harness import BUILD, Case, Recording, key_values, run  # noqa: E402

TRAPS = BUILD / "bin" / "traps"
SHIM = BUILD / "lib" / "heaptally" / "libheaptally_preload.so"
PLUGINS = (TRAPS / "libplugin_short.so", TRAPS / "libplugin_large.so")

# Counts that are zero in a run where nothing was lost or guessed.
LOSSES = ("lost_events", "unknown_frees", "inferred_frees", "late_events", "rejected_events")


class TrapCase(Case):
    def trap(self, name, *arguments, verify=True, status=0, options=(), preload=None):
        """The recording of a trap, what the program printed, and what its own code allocated:
        (allocations, bytes) of calls that came straight from its module."""
        environment = {**os.environ, "HEAPTALLY_VERIFY": "1" if verify else "0"}
        if preload is not None:
            environment["LD_PRELOAD"] = str(preload)
        recording = self.record(TRAPS / name, *arguments, env=environment, options=options)
        self.assertEqual(recording.result.status, status, recording.result)
        if verify:
            compared = re.search(r"(\d+) stacks compared with libunwind's, (\d+) differ",
                                 recording.result.stderr)
            self.assertIsNotNone(compared, recording.result)
            self.assertGreater(int(compared[1]), 0)
            self.assertEqual(int(compared[2]), 0)
        return recording, key_values(recording.result.stdout)

    def own_calls(self, recording, module):
        """(allocations, bytes) whose most recent frame lies in a module."""
        rows = recording.stats("--raw", "--group", "module", "--metric", "total")["statistics"]
        own = [row for row in rows if os.path.basename(row["module"] or "") == module]
        return (sum(row["count"] for row in own), sum(row["size"] for row in own))

    def assert_nothing_lost(self, recording, except_for=()):
        counts = {key: recording.header(key) for key in LOSSES if key not in except_for}
        self.assertEqual(counts, dict.fromkeys(counts, 0))

    def exact(self, name, *arguments, **how):
        """Records a trap whose books and recording must agree, with nothing lost."""
        recording, says = self.trap(name, *arguments, **how)
        self.assertEqual(self.own_calls(recording, name), (says["allocations"], says["bytes"]))
        self.assert_nothing_lost(recording)
        return recording, says


class Family(TrapCase):
    def test_every_function_in_success_and_failure(self):
        self.exact("family")

    def test_an_allocator_whose_functions_call_each_other_is_counted_once(self):
        recording, _ = self.exact("own_allocator")
        self.assertGreater(recording.header("inner_events"), 0)

    def test_a_preloaded_allocator_is_recorded_through(self):
        for library in (TRAPS / "libsteady_allocator.so", *glob.glob("/usr/lib/*/libjemalloc.so.2")):
            with self.subTest(library):
                self.exact("hammer", 100, 0, preload=library)

    def test_the_users_preload_comes_after_the_shim(self):
        says = self.record("sh", "-c", "echo $LD_PRELOAD",
                           env={**os.environ, "LD_PRELOAD": str(PLUGINS[0])}).result.stdout
        self.assertEqual(says, f"{SHIM}:{PLUGINS[0]}\n")


class Start(TrapCase):
    def early(self, variant, calls=3001, lost=0):
        recording, says = self.trap(f"runs_{variant}")
        self.assertEqual(self.own_calls(recording, f"runs_{variant}"),
                         (says["allocations"], says["bytes"]))
        # The library's share is the same whatever the order of constructors.
        self.assertEqual(self.own_calls(recording, f"lib{variant}.so")[0], calls)
        self.assertEqual(recording.header("lost_events"), lost)
        self.assert_nothing_lost(recording, except_for=("lost_events",))

    def test_allocations_in_constructors_and_before_them(self):
        self.early("early")

    def test_another_library_that_is_initialised_first(self):
        self.early("early_initfirst")

    def test_allocations_in_the_resolver_of_an_indirect_function(self):
        # The loader resolves it before it has relocated the shim; what is moved later counts.
        self.early("early_ifunc", calls=3002, lost=3)

    def test_the_program_finds_its_surroundings_as_it_does_alone(self):
        alone = run(TRAPS / "surroundings", "one", "two words")
        recording = self.record(TRAPS / "surroundings", "one", "two words")

        def lines(text):
            added = ("environment: LD_PRELOAD=", "environment: HEAPTALLY_SESSION=")
            return [line for line in text.splitlines() if not line.startswith(added)]

        self.assertEqual(lines(recording.result.stdout), lines(alone.stdout))
        self.assertEqual(recording.result.status, alone.status)

    def test_the_shim_needs_libc_only_and_exports_its_hooks_and_api_only(self):
        needed = re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-dW", SHIM).stdout)
        self.assertEqual(needed, ["libc.so.6"])
        exported = {line.split()[-1] for line in run("nm", "-D", "--defined-only",
                                                     SHIM).stdout.splitlines()}
        self.assertEqual(exported, {
            "malloc", "free", "calloc", "realloc", "reallocarray", "cfree", "free_sized",
            "free_aligned_sized", "posix_memalign", "aligned_alloc", "memalign", "valloc",
            "pvalloc", "malloc_usable_size",
            "mmap", "mmap64", "munmap", "mremap", "brk", "sbrk",
            "heaptally_alloc", "heaptally_realloc", "heaptally_free",
            "execve", "execv", "execvp", "execvpe", "execl", "execlp", "execle", "fexecve",
            "execveat", "posix_spawn", "posix_spawnp",
            "__libc_start_main", "exit", "_exit", "_Exit", "wait", "waitpid", "wait3", "wait4", "waitid",
            "prctl", "syscall",
            # The API of include/heaptally/heaptally.h.
            "heaptally_mark", "heaptally_is_tracing", "heaptally_start", "heaptally_stop",
            "heaptally_get_traced_memory", "heaptally_reset_peak", "heaptally_clear_traces",
            "heaptally_take_snapshot", "heaptally_get_object_traceback",
            "heaptally_get_overhead"})

    def test_static_tls_is_at_most_64_bytes(self):
        sizes = [int(line.split()[5], 16) for line in run("readelf", "-lW", SHIM).stdout.splitlines()
                 if line.split()[:1] == ["TLS"]]
        self.assertEqual(len(sizes), 1)
        self.assertLessEqual(sizes[0], 64)


class Threads(TrapCase):
    def test_threads_and_handlers_with_hardly_any_stack(self):
        self.exact("small_stacks")

    def test_allocations_and_frees_while_threads_end(self):
        recording, says = self.exact("thread_exit")
        self.assertLess(says["grown_kilobytes"], 64 * 1024)

    def test_errno_is_kept_in_every_slow_path(self):
        self.exact("errno_kept")

    def test_errno_is_kept_while_waiting_for_a_stopped_collector(self):
        recording, _ = self.exact("errno_kept", "stop-the-collector", verify=False)
        self.assertGreater(recording.header("waited_ns"), 0)

    def test_a_stopped_collector_makes_the_program_wait_and_loses_nothing(self):
        recording, _ = self.exact("hammer", 50000, 500, verify=False)
        self.assertGreater(recording.header("waited_ns"), 0)

    def test_with_drop_events_are_lost_and_counted(self):
        recording, says = self.trap("hammer", 50000, 500, verify=False, options=("--drop",))
        lost = recording.header("lost_events")
        self.assertGreater(lost, 0)
        self.assertLess(self.own_calls(recording, "hammer")[0], says["allocations"])
        self.assertIn("incomplete", recording.ask("stats"))


class Signals(TrapCase):
    def storm(self, *arguments):
        # Verified at leisure; then as fast as signals can come.
        recording, says = self.trap("signal_storm", "slow", *arguments)
        self.assertEqual(recording.header("broken_stacks"), 0)
        recording, says = self.trap("signal_storm", *arguments, verify=False)
        self.assertEqual(recording.header("broken_stacks"), 0)
        self.assertGreater(says["handlers"], 0)
        self.assertEqual(recording.header("inferred_frees"), 0)
        self.assertEqual(recording.header("rejected_events"), 0)
        # Each round of the main loops allocates at least once; a handler that arrived within
        # the allocator itself is counted as an inner call and not recorded.
        recorded = self.own_calls(recording, "signal_storm")[0]
        self.assertGreaterEqual(recorded + recording.header("lost_events"), says["main"])
        self.assertLess(recording.header("lost_events"), says["handlers"])

    def test_handlers_that_allocate_within_hooks(self):
        self.storm()

    def test_handlers_on_a_stack_of_their_own(self):
        self.storm("onstack")

    def test_handlers_that_leave_by_longjmp(self):
        self.storm("jump")

    def test_handlers_that_leave_their_own_stack_by_longjmp(self):
        self.storm("jump", "onstack")

    # The shim runs on a stack of its own while it asks libunwind. A signal that came then would
    # start at the top of the stack of signals, over the frames of the handler that allocates.
    def test_handlers_that_interrupt_handlers_on_their_stack(self):
        self.exact("nested_handlers")


class Stacks(TrapCase):
    def depths(self, depth, count, program="recursion"):
        recording, _ = self.exact(program, depth, count)
        # The whole stack is there, or is marked as cut.
        rows = recording.stats("--group", "traceback", "--metric", "total")["statistics"]
        return recording, max(len(row["traceback"]) for row in rows)

    def test_a_deep_stack_is_whole(self):
        recording, depth = self.depths(5000, 20)
        self.assertGreater(depth, 5000)
        self.assertEqual(recording.header("cut_stacks"), 0)

    def test_an_executable_with_holes_between_its_segments(self):
        # The unwind tables are not in the segment of the code.
        recording, depth = self.depths(5000, 20, "recursion_with_holes")
        self.assertGreater(depth, 5000)
        self.assertEqual(recording.header("broken_stacks"), 0)
        builds = recording.query("SELECT build_id FROM modules WHERE path LIKE '%_with_holes'")
        self.assertEqual(len(builds), 1)
        self.assertNotEqual(builds[0][0], "")

    def test_a_stack_beyond_the_limit_is_cut_at_its_outer_end(self):
        recording, depth = self.depths(100000, 10)
        self.assertGreaterEqual(depth, 8192)
        self.assertGreater(recording.header("cut_stacks"), 0)

    def test_frames_of_every_shape(self):
        for program in ("frames", "frames_with_pointers", "frames_unoptimised"):
            with self.subTest(program):
                recording, _ = self.exact(program)
                self.assertEqual(recording.header("broken_stacks"), 0)

    def test_code_without_call_frame_information_harms_nobody(self):
        # Where the frame pointer is wild the stack ends early, and is counted.
        recording, _ = self.exact("no_cfi")
        self.assertGreater(recording.header("broken_stacks"), 0)

    def test_exceptions_backtrace_and_a_libunwind_of_the_programs_own(self):
        recording, says = self.trap("exceptions")
        self.assertEqual(self.own_calls(recording, "exceptions"),
                         (says["allocations"], says["bytes"]))
        # The libunwind that the program unloads was loaded by the shim, unrecorded.
        self.assert_nothing_lost(recording, except_for=("unknown_frees",))
        alone = run(TRAPS / "exceptions")
        self.assertEqual(recording.result.stdout, alone.stdout)

    def test_verification_tells_what_differs_and_prints_both_stacks(self):
        recording = self.record(TRAPS / "changed_cfi", env={**os.environ, "HEAPTALLY_VERIFY": "1"})
        says = recording.result.stderr
        self.assertEqual(recording.result.status, 1, recording.result)
        self.assertIn("stacks compared with libunwind's, 1 differ\n", says)
        self.assertIn("stack 1 of those that differ, in process", says)
        self.assertRegex(says, r"\n {4}changed_cfi\+0x[0-9a-f]+ .*allocate_in_frame")
        self.assertIn("\n  - as it was captured, 5 frames\n", says)
        self.assertRegex(says, r"\n  \+ changed_cfi\+0x[0-9a-f]+ .*somebody_else")


class Loading(TrapCase):
    def test_a_library_in_anothers_place_has_its_own_frames(self):
        recording, says = self.exact("unloading", *PLUGINS)
        self.assertGreater(says["same_place"], 0)
        rows = recording.query(
            "SELECT DISTINCT module, function FROM frame_lines WHERE function LIKE 'allocate_in_%'")
        self.assertEqual({(os.path.basename(module), function) for module, function in rows},
                         {("libplugin_short.so", "allocate_in_short_frames"),
                          ("libplugin_large.so", "allocate_in_large_frames")})

    def test_a_plugin_that_binds_to_libc_first(self):
        recording, says = self.exact("deepbind", TRAPS / "libdeepbind_plugin.so")
        self.assertEqual(self.own_calls(recording, "libdeepbind_plugin.so"),
                         (says["of_plugin"], 1000 * (10 + 30)))

    def test_loading_while_others_allocate_iterate_and_are_cancelled(self):
        # With two threads that load, the other library is in place while threads unwind.
        for verify in (True, False):
            with self.subTest(verify=verify):
                recording, says = self.trap("loader_storm", 1, *PLUGINS, verify=verify)
                self.assertGreaterEqual(self.own_calls(recording, "loader_storm")[0],
                                        says["allocations"] * 9 // 10)
                self.assertEqual(recording.header("rejected_events"), 0)


class Processes(TrapCase):
    def test_children_live_undisturbed_and_are_counted(self):
        for arguments in ((), ("exec",)):
            with self.subTest(arguments):
                recording, says = self.trap("processes", *arguments, verify=False,
                                            options=("--no-follow",))
                # Of the forked children only the handlers that the parent itself runs.
                self.assertEqual(self.own_calls(recording, "processes")[0],
                                 says["allocations"] + says["at_fork"] + len(arguments))
                self.assertGreater(recording.header("unrecorded_processes"), 0)
                # A thread's first allocation and free, eight times, in a vfork child.
                self.assertEqual(recording.header("lost_events"), 16)
                self.assert_nothing_lost(recording, except_for=("lost_events",))


class Forks(TrapCase):
    def test_a_handler_that_forks_in_the_midst_of_anything(self):
        """By the bare system call, of which nobody tells the shim."""
        recording, says = self.trap("fork_anywhere", verify=False)
        self.assertEqual(recording.query("SELECT count(*) FROM processes"), [(says["forks"] + 1,)])
        own = recording.query("SELECT total_count FROM processes WHERE id = 0")[0][0]
        self.assertAlmostEqual(own, says["allocations"], delta=says["allocations"] // 100)

    def test_a_handler_finds_the_pid_of_what_was_spawned(self):
        self.assertEqual(self.trap("spawn_handler", verify=False)[1], {"spawned": 200, "wrong": 0})


class SystemCallFilters(TrapCase):
    def test_after_a_filter_the_shim_makes_no_system_call(self):
        for how in ("prctl", "raw-prctl", "seccomp"):
            with self.subTest(how):
                self.exact("seccomp", how, verify=False)

    def test_what_is_executed_under_a_filter_runs_without_the_shim(self):
        recording, says = self.trap("seccomp", "exec", verify=False)
        self.assertEqual(says["executed"], 1)
        self.assertEqual(recording.query("SELECT command, not_recorded != '' FROM processes"
                                         " WHERE id = 1"), [("/bin/echo", 1)])

    def test_without_the_time_stamp_counter_nothing_more_is_recorded(self):
        for how in ("strict", "no-counter"):
            with self.subTest(how):
                recording, says = self.trap("seccomp", how, verify=False)
                self.assertEqual(self.own_calls(recording, "seccomp")[0], says["before"])
                self.assertEqual(recording.header("lost_events"), 1)


class Mappings(TrapCase):
    def test_programs_that_map_memory_do_as_they_do_alone(self):
        for arguments in ((), ("filter",)):
            with self.subTest(arguments):
                alone = run(TRAPS / "mappings", *arguments)
                self.assertEqual(alone.status, 0, alone)
                recording = self.record(TRAPS / "mappings", *arguments)
                self.assertEqual(recording.result.stdout, alone.stdout)
                self.assertEqual(recording.result.status, 0, recording.result)

    def test_nothing_is_lost_of_handlers_and_threads(self):
        recording = self.record(TRAPS / "mappings", env={**os.environ, "HEAPTALLY_VERIFY": "1"})
        self.assertEqual(recording.result.status, 0, recording.result)
        self.assert_nothing_lost(recording, except_for=("unknown_frees",))
        # Two threads with 3,000 each, a handler's 2,000 at most, and some twenty others.
        total, held = recording.query("SELECT total_count, live_at_end_bytes FROM domains"
                                      " WHERE name = 'mmap'")[0]
        self.assertGreater(total, 6000)
        self.assertLess(total, 8100)
        # What the threads and handlers have mapped is gone.
        self.assertLess(held, 1 << 20)


class Scribbling(TrapCase):
    def scribble(self, *arguments):
        path = self.folder / f"scribbled{'-'.join(str(word) for word in arguments)}.heaptally"
        try:
            result = self.heaptally("record", "-o", path, "--", TRAPS / "scribbler", *arguments,
                                    env={**os.environ, "HEAPTALLY_VERIFY": "0"}, timeout=60)
        except subprocess.TimeoutExpired:
            self.fail("record hangs")
        self.assertNotIn("terminate called", result.stderr)
        self.assertGreaterEqual(result.status, 0, result)
        self.assertTrue(path.exists(), result)
        self.assertEqual(run(BUILD / "bin" / "heaptally", "summary", path).status, 0)
        return Recording(path, result)

    def test_a_program_that_overwrites_the_shared_memory_breaks_no_collector(self):
        for seed in range(1, 6):
            with self.subTest(seed):
                self.scribble(seed)

    def test_a_tree_of_them_breaks_none_either(self):
        """Blocks then name processes of others, and notes ones that never were."""
        told = 0
        for seed in range(1, 6):
            with self.subTest(seed):
                recording = self.scribble(seed, 6)
                told += any(recording.header(key) for key in LOSSES)
        self.assertGreater(told, 0)


if __name__ == "__main__":
    unittest.main()
