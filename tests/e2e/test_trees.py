"""Trees of real programs: they behave as alone, and every process of them is recorded."""

import collections
import contextlib
import unittest

from harness import HEAPTALLY, PATIENCE, Case, Recording, run, start
from real_programs import RealCase, files_of, real_program
from trees import FORK, assert_tree, images, last_images


def programs(recording):
    """How often each program was executed."""
    return collections.Counter(row.program for row in images(recording) if row.origin != FORK)


class TreeCase(RealCase):
    def tree(self, command, status=0, text="", files=files_of):
        """Runs it alone and recorded, and asks of the tree what is to be so of any."""
        _, recording = self.alone_and_recorded(command, text, status, files)
        assert_tree(self, recording)
        self.assertEqual(self.root(recording).exit_status, status)
        return recording

    def root(self, recording):
        """The last image of the first process."""
        pid = images(recording)[0].pid
        return [row for row in last_images(recording) if row.pid == pid][0]

    def statuses(self, recording, origin=None):
        """How often processes ended with each status."""
        return collections.Counter(row.exit_status for row in last_images(recording)
                                   if origin is None or row.origin == origin)


SOURCE = """#include <iostream>
#include <map>
#include <string>
int main() { std::map<std::string, int> m{{"a", 1}}; std::cout << m.size() << std::endl; }
"""

MAKEFILE = """all: total
total: a.txt b.txt c.txt d.txt
\tcat $^ | sort | uniq -c > $@
%.txt: Makefile
\techo $* $* | tr a-d e-h > $@
"""


class Tools(TreeCase):
    def test_a_compiler_and_all_that_it_runs(self):
        source = self.folder / "source.cpp"
        source.write_text(SOURCE)
        recording = self.tree([real_program("g++"), "-O1", source, "-o", "made"])
        found = programs(recording)
        for name in ("cc1plus", "as", "collect2"):
            self.assertEqual(found[name], 1, found)
        self.assertTrue(any("ld" in name for name in found), found)
        self.assertEqual(sum(found.values()), 5, found)
        self.assertEqual(run(self.work / "made").stdout, "1\n")

    def test_a_compiler_whose_child_fails(self):
        source = self.folder / "source.cpp"
        source.write_text(SOURCE + "int x = nothing;\n")
        recording = self.tree([real_program("g++"), "-c", source, "-o", "made"], status=1)
        self.assertEqual(programs(recording)["cc1plus"], 1)
        self.assertEqual(self.statuses(recording), {1: 2})

    def test_make_with_two_jobs(self):
        makefile = self.folder / "Makefile"
        makefile.write_text(MAKEFILE)
        recording = self.tree([real_program("make"), "-s", "-j2", "-f", makefile, f"-I{self.folder}",
                               f"VPATH={self.folder}"])
        found = programs(recording)
        self.assertEqual((found["cat"], found["sort"], found["uniq"], found["tr"]), (1, 1, 1, 4))
        self.assertEqual(self.root(recording).program, "make")

    def test_git(self):
        """A clone of a repository, and its collection of garbage."""
        self.environment |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_COUNT": "2",
                             "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Someone",
                             "GIT_CONFIG_KEY_1": "user.email", "GIT_CONFIG_VALUE_1": "a@b.invalid",
                             "GIT_AUTHOR_DATE": "1700000000 +0000",
                             "GIT_COMMITTER_DATE": "1700000000 +0000"}
        origin = self.folder / "origin"
        make = ("git init -q -b main . && for i in 1 2 3 4 5; do seq 1 $((i * 100)) > file$i && "
                "git add . && git commit -q -m $i || exit 1; done")
        origin.mkdir()
        result = run("sh", "-c", make, cwd=origin, env=self.environment)
        self.assertEqual(result.status, 0, result)

        def content(folder):
            """Not the index: it holds inodes and times."""
            return {name: data for name, data in files_of(folder).items()
                    if not name.endswith("/index") and "/logs/" not in name}

        clone = self.tree([real_program("git"), "clone", "-q", "--no-local", origin, "clone"],
                          files=content)
        self.assertGreaterEqual(len(last_images(clone)), 4)
        self.assertEqual((self.work / "clone/file5").read_text().splitlines()[-1], "500")

        def collected(folder):
            """How a pack is made is up to threads; that all is in one is not."""
            return sorted(path.suffix for path in folder.rglob("pack-*"))

        collect = f"cp -r {origin} copy && exec git -C copy -c gc.auto=1 gc -q --prune=now"
        recording = self.tree([real_program("dash"), "-c", collect], files=collected)
        self.assertGreaterEqual(len(last_images(recording)), 4)
        self.assertIn("--prune=now", self.root(recording).command)
        self.assertEqual(run("git", "fsck", "--full", cwd=self.work / "copy").status, 0)


class Shells(TreeCase):
    def test_a_pipeline(self):
        text = "seq 1 2000 | grep 7 | sort -r | (read first; echo first $first; wc -l); exit 3"
        recording = self.tree([real_program("dash"), "-c", text], status=3)
        self.assertEqual(programs(recording), {"dash": 1, "seq": 1, "grep": 1, "sort": 1, "wc": 1})
        self.assertEqual(len(last_images(recording)), 5)

    def test_background_jobs_and_wait(self):
        text = ("for i in 1 2 3 4; do (exit $i) & done; wait %1; echo $?; "
                "for i in 5 6; do (sleep 0.05; exit $i) & wait $!; echo $?; done; "
                "kill -9 $BASHPID & wait $! 2>/dev/null; echo $?; wait; echo done")
        recording = self.tree([real_program("bash"), "-c", text])
        self.assertEqual(self.statuses(recording, FORK), dict.fromkeys([1, 2, 3, 4, 5, 6, 137], 1))

    def test_a_script_named_by_its_path(self):
        """The kernel starts the interpreter; the command is what the process sees."""
        script = self.folder / "script"
        script.write_text("#!/bin/sh\necho $(echo one; echo two) | cat\n")
        script.chmod(0o755)
        recording = self.tree([script])
        self.assertEqual(programs(recording), {"sh": 1, "cat": 1})

    def test_a_hundred_programs_one_after_the_other(self):
        text = "i=0; while [ $i -lt 100 ]; do /bin/true; i=$((i + 1)); done"
        recording = self.tree([real_program("dash"), "-c", text])
        self.assertEqual(programs(recording), {"dash": 1, "true": 100})
        self.assertEqual(self.statuses(recording), {0: 101})


PYTHON = """
import multiprocessing, subprocess, sys
def square(x):
    return x * x, len(bytes(x * 1000))
if __name__ == "__main__":
    print(subprocess.run(["sh", "-c", "echo from sh; exit 7"], capture_output=True))
    print(subprocess.check_output("echo one; echo two | tr o 0", shell=True))
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, pool.map(square, range(20)))
            pool.close()
            pool.join()
    sys.exit(5)
"""

PERL = """
$| = 1;
my @pids;
for my $i (1 .. 5) {
    my $pid = fork();
    if ($pid == 0) { my @list = map { "x" x $_ } 1 .. 1000; exit $i + scalar(@list) / 1000; }
    push @pids, $pid;
}
for my $pid (@pids) { waitpid($pid, 0); print $? >> 8, "\\n"; }
print `echo in backticks`;
open(my $pipe, "-|") // die or do { print "from a child\\n"; exit 9; };
print <$pipe>;
close($pipe);
print $? >> 8, "\\n";
"""


class Interpreters(TreeCase):
    def test_python_with_subprocess_and_multiprocessing(self):
        script = self.folder / "script.py"
        script.write_text(PYTHON)
        recording = self.tree([real_program("python3"), "-B", script], status=5)
        commands = [row.command for row in images(recording)]
        self.assertEqual(sum("resource_tracker" in command for command in commands), 1, commands)
        self.assertEqual(sum("spawn_main" in command for command in commands), 2, commands)
        self.assertGreaterEqual(len(last_images(recording)), 9)

    def test_perl(self):
        recording = self.tree([real_program("perl"), "-e", PERL])
        self.assertEqual(self.statuses(recording),
                         {0: 2, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 9: 1})


DAEMON = """
import os, sys, time
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
os.chdir("/")
null = os.open("/dev/null", os.O_RDWR)
for fd in (0, 1, 2):
    os.dup2(null, fd)
os.closerange(3, 1000)
blocks = []
for i in range(10):
    blocks.append(bytes(1 << 20))
    time.sleep(0.03)
with open(sys.argv[1], "w") as file:
    file.write(str(len(blocks)))
os._exit(11)
"""


class Daemons(TreeCase):
    def test_record_goes_on_until_a_daemon_ends(self):
        for attempt in range(5):
            with self.subTest(attempt=attempt):
                done = self.folder / f"done{attempt}"
                recording = self.record(real_program("python3"), "-S", "-c", DAEMON, done)
                self.assertEqual(recording.result.status, 0, recording.result)
                self.assertEqual(done.read_text(), "10")
                rows = images(recording)
                self.assertEqual([row.origin for row in rows], [0, FORK, FORK])
                self.assertEqual([row.exit_status for row in rows][:2], [0, 0])
                self.assertGreater(rows[2].total[0], 10 << 20)
                self.assertEqual(recording.header("unrecorded_processes"), 0)


class Redis(TreeCase):
    def test_under_load_with_a_background_save(self):
        socket = self.folder / "redis.sock"
        log = self.folder / "redis.log"
        path = self.folder / "redis.heaptally"
        client = ["redis-cli", "-s", socket]
        with start(HEAPTALLY, "record", "-o", path, "--", "/usr/bin/redis-server", "--port",
                   "0", "--unixsocket", socket, "--dir", self.folder, "--save", "", "--logfile",
                   log, cwd=self.folder) as server:
            while run(*client, "ping").stdout != "PONG\n":
                self.assertIsNone(server.poll(), server.stderr)
            load = run("redis-benchmark", "-s", socket, "-n", 4000, "-c", 10, "-q", "-t",
                       "set,get,lpush,lrange_100", "-r", 1000)
            self.assertEqual(load.status, 0, load)
            self.assertEqual(run(*client, "bgsave").stdout, "Background saving started\n")
            while "rdb_bgsave_in_progress:1" in run(*client, "info", "persistence").stdout:
                pass
            self.assertIn("rdb_last_bgsave_status:ok", run(*client, "info", "persistence").stdout)
            run(*client, "shutdown", "nosave")
            _, stderr = server.communicate(timeout=PATIENCE)
        self.assertEqual(server.returncode, 0, stderr)
        self.assertGreater((self.folder / "dump.rdb").stat().st_size, 1000)
        recording = Recording(path)
        assert_tree(self, recording)
        saver = [row for row in images(recording) if row.origin == FORK]
        self.assertEqual([row.exit_status for row in saver], [0])
        self.assertGreater(images(recording)[0].total[0], 1 << 20)


class Together(Case):
    def test_two_recordings_at_once_do_not_meet(self):
        text = "for i in 1 2 3 4 5 6 7 8 9 10; do {} $i; (exit $i); /bin/sleep 0.02; done"
        with contextlib.ExitStack() as running:
            records = [running.enter_context(start(
                HEAPTALLY, "record", "-o", self.folder / f"{name}.heaptally", real_program("dash"),
                "-c", text.format(f"/usr/bin/{name}"))) for name in ("expr", "seq", "printf")]
            ends = [record.communicate(timeout=PATIENCE) for record in records]
        pids = []
        for record, end, name in zip(records, ends, ("expr", "seq", "printf")):
            self.assertEqual(record.returncode, 0, end)
            recording = Recording(self.folder / f"{name}.heaptally")
            assert_tree(self, recording)
            self.assertEqual(programs(recording), {"dash": 1, name: 10, "sleep": 10})
            pids += {row.pid for row in images(recording)}
        self.assertEqual(len(pids), len(set(pids)))

    def test_a_recording_in_a_recorded_program(self):
        """The inner one has what it recorded; the outer one has heaptally itself."""
        inner = self.folder / "inner.heaptally"
        outer = self.record(HEAPTALLY, "record", "-o", inner, "--", real_program("dash"), "-c",
                            "/usr/bin/expr 1 + 2; exit 3")
        self.assertEqual(outer.result.status, 3, outer.result)
        self.assertEqual(outer.result.stdout, "3\n")
        recording = Recording(inner)
        assert_tree(self, recording)
        self.assertEqual(programs(recording), {"dash": 1, "expr": 1})
        self.assertEqual(images(outer)[0].program, "heaptally")
        self.assertEqual(outer.header("complete"), 1)
        self.assertFalse(outer.stats()["incomplete"])


if __name__ == "__main__":
    unittest.main()
