"""Lines of a stripped program whose debug information only a debuginfod server has."""

import os
import shutil
import socket
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from harness import Case, PATIENCE, program, run, start

SOURCE_FILE = "tests/e2e/programs/frames.cpp"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class DebuginfodTest(Case):
    def split(self):
        """A stripped copy of a program, and a folder that has its debug information."""
        stripped = self.folder / "stripped"
        debug = self.folder / "debug"
        debug.mkdir()
        shutil.copy(program("frames"), stripped)
        for command in (("objcopy", "--only-keep-debug", stripped, debug / "program.debug"),
                        ("strip", stripped)):
            self.assertEqual(run(*command).status, 0)
        return stripped, debug

    def serve(self, folder):
        """The URL of a server that knows the debug information in `folder`."""
        port = free_port()
        server = self.enterContext(
            start("debuginfod", "-d", ":memory:", "-p", port, "-F", folder,
                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        self.addCleanup(server.kill)
        return f"http://127.0.0.1:{port}"

    def wait_for(self, url, build_id):
        end = time.monotonic() + PATIENCE / 2
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"{url}/buildid/{build_id}/debuginfo", timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.fail("the server does not serve what it was given")

    def files(self, stripped, **variables):
        recording = self.record(stripped, env={**os.environ, **variables})
        self.assertEqual(recording.result.status, 0, recording.result)
        rows = recording.stats("--group", "lineno", "--metric", "total")["statistics"]
        modules = recording.query("SELECT build_id, debug FROM modules WHERE path LIKE '%/stripped'")
        return {row["file"] for row in rows}, modules[0]

    def test_lines_come_from_the_server_when_its_variable_is_set(self):
        stripped, debug = self.split()
        files, (build_id, state) = self.files(stripped, DEBUGINFOD_URLS="")
        self.assertFalse([file for file in files if file and file.endswith(SOURCE_FILE)])
        self.assertNotEqual(state, "dwarf")

        url = self.serve(debug)
        self.wait_for(url, build_id)
        files, (_, state) = self.files(stripped, DEBUGINFOD_URLS=url,
                                       DEBUGINFOD_CACHE_PATH=str(self.folder / "cache"))
        self.assertTrue([file for file in files if file and file.endswith(SOURCE_FILE)], files)
        self.assertEqual(state, "dwarf")


if __name__ == "__main__":
    unittest.main()
