"""samples/types: what the compiler refuses, and what is told apart in the profile."""

import unittest

from harness import SOURCE, Case, key_values, marked_line, run, sample

TABLE, BOX, REGISTRY = (f"samples/types/{name}" for name in ("table.cpp", "box.h", "registry.h"))
# What refused.cpp is made to lack, and what the compiler is to ask for.
SIZE = "std::size_t size() const"
LACKING = {"g++": (("WRITE", "void write(std::string_view)"), ("SIZE", SIZE), ("CONST", SIZE)),
           "clang++": (("SIZE", SIZE),)}


class Types(Case):
    def recorded(self, name, *arguments):
        recording = self.record(sample(f"types/{name}"), *arguments)
        self.assertEqual((recording.result.status, recording.result.stderr.count("\n")), (0, 1),
                         recording.result)
        return recording, key_values(recording.result.stdout)

    def by_function(self, recording, source, *options):
        """(size, count) of each function of a source, by the name that stats gives it."""
        rows = recording.stats("--group", "function", "--filter", f"*{source}", *options)
        return {row["function"]: (row["size"], row["count"]) for row in rows["statistics"]}

    def compiled(self, compiler, *options):
        return run(compiler, "-std=c++20", f"-I{SOURCE}", *options,
                   SOURCE / "samples/types/refused.cpp")


class Interface(Types):
    def test_a_class_that_lacks_a_member_is_refused(self):
        for compiler in LACKING:
            whole = self.compiled(compiler, "-fsyntax-only")
            self.assertEqual(whole, (0, "", ""))
            for option, missing in LACKING[compiler]:
                with self.subTest(compiler, option=option):
                    result = self.compiled(compiler, "-fsyntax-only", f"-DWITHOUT_{option}")
                    self.assertNotEqual(result.status, 0)
                    said = [line for line in result.stderr.splitlines() if "error: static" in line]
                    self.assertEqual(len(said), 1, result.stderr)
                    self.assertRegex(said[0], r"sink\.h:\d+:\d+: error: static.*a sink must have: ")
                    self.assertIn(missing, said[0])

    def test_one_allocation(self):
        recording, own = self.recorded("interface", "1000")
        self.assertEqual((own["measured"], own["kept"]), (3893, 3893))
        line = marked_line("samples/types/interface.cpp", "allocates")
        site = ("samples/types/interface.cpp", line)
        self.assertEqual(recording.at_line(*site, "--metric", "total"),
                         (own["bytes"], own["allocations"]))
        self.assertEqual(own["allocations"], 1)
        self.assertEqual(recording.at_line(*site, "--at", "peak"), (own["peak_bytes"], 1))
        self.assertEqual(recording.at_line(*site, "--at", "end"), (0, own["live_at_end"]))


class Singleton(Types):
    def tables(self, recording, *options):
        return recording.at_line(TABLE, marked_line(TABLE, "allocates"), *options)

    def check(self, name, threads, before_main):
        recording, own = self.recorded(name, str(threads))
        made = (own["bytes"], own["allocations"])
        self.assertEqual(own["sum"], sum(n * n for n in range(threads + 1)))
        self.assertEqual(own["made_before_main"], before_main)
        self.assertEqual(self.tables(recording, "--at", "mark:main"),
                         (before_main * (1 << 20), before_main))
        self.assertEqual(self.tables(recording, "--at", "mark:used"), made)
        self.assertEqual(self.tables(recording, "--metric", "total"), made)
        self.assertEqual(self.tables(recording, "--at", "end"), (0, 0))
        return recording, made

    def test_eager_is_there_before_main_used_or_not(self):
        for threads in (0, 1, 16):
            with self.subTest(threads=threads):
                _, made = self.check("singleton_eager", threads, before_main=1)
                self.assertEqual(made, (1 << 20, 1))

    def test_lazy_that_is_not_used_costs_nothing(self):
        _, made = self.check("singleton_lazy", 0, before_main=0)
        self.assertEqual(made, (0, 0))

    def test_lazy_is_made_once_by_one_of_the_threads(self):
        for threads in (1, 2, 16, 16, 16):
            with self.subTest(threads=threads):
                recording, made = self.check("singleton_lazy", threads, before_main=0)
                self.assertEqual(made, (1 << 20, 1))
                pid = recording.query("SELECT pid FROM processes")[0][0]
                by_the_first = self.tables(recording, "--metric", "total", "--thread", str(pid))
                self.assertEqual(by_the_first, (0, 0))


class Registry(Types):
    def assert_made(self, recording, own):
        """What each class says it was made is what its own instance of make() allocated."""
        names = {f"samples::Register<(anonymous namespace)::{name.capitalize()}>::make": name
                 for name in ("circle", "triangle", "polygon")}
        functions = self.by_function(recording, REGISTRY, "--metric", "total")
        self.assertLessEqual(set(functions), set(names))
        for function, name in names.items():
            self.assertEqual(functions.get(function, (0, 0)),
                             (own[f"{name}_bytes"], own[f"{name}_allocations"]), name)
        self.assertEqual(recording.at_line(REGISTRY, marked_line(REGISTRY, "allocates"),
                                           "--metric", "total"),
                         (sum(own[f"{name}_bytes"] for name in names.values()), own["shapes"]))
        self.assertEqual(self.by_function(recording, REGISTRY, "--at", "end"), {})

    def test_all_that_registered_are_made(self):
        recording, own = self.recorded("registry", "1000")
        self.assertEqual((own["shapes"], own["corners"]), (3000, 15000))
        self.assertEqual((own["circle_bytes"], own["circle_allocations"]), (32000, 1000))
        self.assert_made(recording, own)

    def test_those_that_are_named_are_made(self):
        recording, own = self.recorded("registry", "10", "polygon", "triangle", "polygon")
        self.assertEqual(own["polygon_allocations"], 20)
        self.assertEqual(own["circle_allocations"], 0)
        self.assert_made(recording, own)

    def test_an_unknown_name(self):
        result = run(sample("types/registry"), "1", "circle", "hexagon")
        self.assertEqual((result.status, result.stdout), (1, ""))
        self.assertEqual(result.stderr,
                         "there is no shape hexagon; there are: polygon triangle circle\n")


class Box(Types):
    # T as stats writes it.
    ARGUMENTS = {"int": "int", "double": "double", "key": "std::array<char, 100ul> ",
                 "nested": "samples::Box<int> "}

    def test_instances_are_told_apart(self):
        recording, own = self.recorded("box", "100")
        functions = self.by_function(recording, BOX, "--metric", "total")
        self.assertEqual(len(functions), 2 * len(self.ARGUMENTS), functions)
        for key, argument in self.ARGUMENTS.items():
            with self.subTest(key):
                box = f"samples::Box<{argument}>"
                inlined = functions[f"{box}::Box({argument.strip()} const&)"]
                called = functions[f"{box}::copy() const"]
                self.assertEqual(called[1], 100)
                self.assertEqual((inlined[0] + called[0], inlined[1] + called[1]),
                                 (own[f"{key}_bytes"], own[f"{key}_allocations"]))
        self.assertEqual(own["boxes"], 800)
        # 200 for ints, 200 within the boxes of boxes, and the one that those are made from.
        self.assertEqual((own["int_bytes"], own["int_allocations"]), (401 * 4, 401))
        self.assertEqual((own["key_bytes"], own["key_allocations"]), (20000, 200))

    def test_all_are_there_at_the_peak(self):
        recording, own = self.recorded("box", "100")
        functions = self.by_function(recording, BOX, "--at", "peak")
        for key, argument in self.ARGUMENTS.items():
            box = f"samples::Box<{argument}>"
            made = [functions[f"{box}::{name}"][0]
                    for name in (f"Box({argument.strip()} const&)", "copy() const")]
            self.assertEqual(sum(made), own[f"{key}_peak_bytes"], key)

    def test_by_line_they_are_one(self):
        recording, own = self.recorded("box", "100")
        lines = [recording.at_line(BOX, marked_line(BOX, marker), "--metric", "total")
                 for marker in ("allocates", "allocates a copy")]
        self.assertEqual(tuple(map(sum, zip(*lines))),
                         tuple(sum(own[f"{key}_{what}"] for key in self.ARGUMENTS)
                               for what in ("bytes", "allocations")))
        self.assertEqual(self.by_function(recording, BOX, "--at", "end"), {})
        for key in self.ARGUMENTS:
            self.assertEqual(own[f"{key}_live_at_end"], 0)

    def test_also_where_nothing_is_inlined(self):
        """And by another compiler."""
        built = run("clang++", "-std=c++20", "-g", "-O0", f"-I{SOURCE}",
                    SOURCE / "samples/types/box.cpp", SOURCE / "samples/support/sample.cpp",
                    "-o", self.folder / "box")
        self.assertEqual(built, (0, "", ""))
        there, here = (self.by_function(recording, BOX, "--metric", "total") for recording in
                       (self.record(self.folder / "box", "10"), self.recorded("box", "10")[0]))
        self.assertEqual(there, here)


class Arguments(Types):
    def test_bad_arguments(self):
        for name in ("interface", "singleton_eager", "singleton_lazy", "registry", "box"):
            for word in ("many", "-1", "99999999999"):
                with self.subTest(name, word=word):
                    result = run(sample(f"types/{name}"), word)
                    self.assertEqual((result.status, result.stdout), (2, ""))
                    self.assertRegex(result.stderr, r"\Ausage: \S+ \[\w+\], from [^\n]*\n\Z")


if __name__ == "__main__":
    unittest.main()
