"""The server and its scrapers: what a connection costs is exact, and what pages cost, too."""

import contextlib
import http.client
import os
import re
import signal
import socket
import sys
import unittest

from faults import children
from harness import (BUILD, HEAPTALLY, SOURCE, Case, Recording, key_values, marked_line, run,
                     run_alone, sample, start)

SERVER = "samples/server/server.cpp"
SCRAPER = "samples/server/scraper.cpp"
EAGER = "samples/server/scrape_eager.cpp"
SCRAPERS = ("scrape_eager", "scrape_streamed")
FOUND = ("pages", "content_bytes", "checksum", "connections", "requests")

# What a connection may cost in all, both ends of it: sessions, buffers, coroutines, and Asio's own.
CONNECTION_BYTES = 12 * 1024
# What every program has: the C++ library's pool for exceptions, stdout's buffer.
ANY_PROGRAM_BYTES = 80 * 1024


def page(size):
    """What the server sends for GET /size."""
    letters = b"abcdefghijklmnopqrstuvwxyz"
    return (letters * (size // len(letters) + 1))[:size]


def findings(pages):
    """What a scraper must find, worked out anew."""
    sizes = [8192 + number * 7919 % 8193 for number in range(pages)]
    checksum = 0
    for size in sizes:
        fnv = 0xcbf29ce484222325
        for byte in page(size):
            fnv = (fnv ^ byte) * 0x100000001b3 % 2**64
        checksum += fnv
    return {"pages": pages, "content_bytes": sum(sizes), "checksum": checksum % 2**64,
            "requests": pages}


class Scrapers(Case):
    def scraped(self, name, pages, connections):
        """The recording of a scraper, and what it said."""
        recording = self.record(sample("server") / name, pages, connections)
        self.assertEqual(recording.result.status, 0, recording.result)
        self.assertFalse(recording.stats()["incomplete"])
        return recording, key_values(recording.result.stdout)

    def test_finds_what_there_is(self):
        expected = findings(20)
        for name in SCRAPERS:
            for connections, used in ((1, 1), (7, 7), (50, 20)):  # none goes without a page
                with self.subTest(name, connections=connections):
                    said = key_values(run(sample("server") / name, 20, connections).stdout)
                    self.assertEqual({key: said[key] for key in FOUND},
                                     {**expected, "connections": used})

    def test_prints_the_same_as_alone(self):
        for name in SCRAPERS:
            with self.subTest(name):
                alone = run_alone(sample("server") / name, 200, 20)
                recorded = self.record(sample("server") / name, 200, 20).result
                self.assertEqual((recorded.status, recorded.stdout), (alone.status, alone.stdout))

    def test_eager_keeps_every_page(self):
        line = marked_line(EAGER, "allocates")
        for pages, connections in ((1, 1), (200, 10)):
            with self.subTest(pages=pages):
                recording, own = self.scraped("scrape_eager", pages, connections)
                self.assertEqual(own["allocations"], pages)
                self.assertEqual(own["bytes"], own["content_bytes"] + pages)
                for moment in (("--metric", "total"), ("--at", "peak")):
                    self.assertEqual(recording.at_line(EAGER, line, *moment),
                                     (own["bytes"], own["allocations"]))
                self.assertEqual(own["peak_bytes"], own["bytes"])
                self.assertEqual(recording.at_line(EAGER, line, "--at", "end"), (0, 0))
                self.assertGreater(recording.header("peak_bytes"), own["content_bytes"])
                self.assert_ends(recording, own, connections)

    def assert_ends(self, recording, own, connections):
        """Both ends of each connection were there at the peak, and none is at the end."""
        for file, marker, size in ((SERVER, "session", own["session_bytes"]),
                                   (SCRAPER, "end", own["end_bytes"])):
            line = marked_line(file, marker)
            for moment in (("--metric", "total"), ("--at", "peak")):
                self.assertEqual(recording.at_line(file, line, *moment),
                                 (connections * size, connections), marker)
            self.assertEqual(recording.at_line(file, line, "--at", "end"), (0, 0))

    def test_connections_cost_memory_and_pages_do_not(self):
        for pages, connections in ((50, 1), (200, 100), (1000, 10)):
            with self.subTest(pages=pages, connections=connections):
                recording, own = self.scraped("scrape_streamed", pages, connections)
                self.assert_ends(recording, own, connections)
                self.assertEqual((own["allocations"], own["bytes"], own["live_at_end"]),
                                 (connections, connections * own["end_bytes"], 0))
                self.assertLess(recording.header("peak_bytes"),
                                ANY_PROGRAM_BYTES + connections * CONNECTION_BYTES)

    def test_what_the_table_of_connections_is_made_of(self):
        result = run(sys.executable, "-B", SOURCE / "samples" / "server" / "by_connections.py",
                     BUILD / "bin", 60, 1, 20)
        self.assertEqual((result.status, result.stderr), (0, ""))
        heading, *rows = [line.split() for line in result.stdout.splitlines()]
        self.assertEqual(heading[:4], ["connections", "peak", "sessions", "ends"])
        own = key_values(run(sample("server") / "scrape_streamed", 1).stdout)
        for row, connections in zip(rows, (1, 20), strict=True):
            numbers = [int(word.replace(",", "")) for word in row]
            count, peak, sessions, ends, frames, sockets, operations, _ = numbers
            self.assertEqual((count, sessions, ends),
                             (connections, connections * own["session_bytes"],
                              connections * own["end_bytes"]))
            self.assertGreater(frames, 500 * connections)
            self.assertGreater(sockets, 2 * 100 * connections)
            self.assertLess(sessions + ends + frames + sockets + operations, peak)

    def test_bad_arguments_of_the_table(self):
        script = SOURCE / "samples" / "server" / "by_connections.py"
        for words in ((), ("60",), ("x", "1"), ("60", "0"), ("60", "1x")):
            with self.subTest(words=words):
                result = run(sys.executable, "-B", script, BUILD / "bin", *words)
                self.assertEqual((result.status, result.stdout), (2, ""))
                self.assertRegex(result.stderr, r"\Ausage: [^\n]+\n\Z")

    def test_bad_arguments(self):
        for name, *words in (("scrape_eager", "0"), ("scrape_streamed", "10", "0"),
                             ("scrape_streamed", "10", "10", "10"), ("scrape_eager", "-1"),
                             ("serve", "65536"), ("serve", "http"), ("serve", "0", "0")):
            with self.subTest(name, words=words):
                result = run(sample("server") / name, *words)
                self.assertEqual((result.status, result.stdout), (2, ""))
                self.assertRegex(result.stderr, r"\Ausage: [^\n]+\n\Z")

    def test_too_few_file_descriptors(self):
        result = run("bash", "-c", 'ulimit -n 100; exec "$0" 200 60',
                     sample("server") / "scrape_streamed")
        self.assertEqual((result.status, result.stdout), (1, ""))
        self.assertRegex(result.stderr, r"\A136 file descriptors are needed, the limit is 100: "
                                        r"[^\n]+\n\Z")

    def test_the_soft_limit_of_descriptors_is_raised(self):
        result = run("bash", "-c", 'ulimit -Sn 64; exec "$0" 200 60',
                     sample("server") / "scrape_streamed")
        self.assertEqual((result.status, key_values(result.stdout)["connections"]), (0, 60))


class Server(Case):
    @contextlib.contextmanager
    def serving(self):
        """A server that is recorded: its port, and a call that ends it."""
        path = self.folder / "serve.heaptally"
        with start(HEAPTALLY, "record", "-o", path, "--", sample("server") / "serve",
                   cwd=self.folder) as recorder:
            port = key_values(recorder.stdout.readline())["port"]

            def end(number):
                [pid] = children(recorder.pid)
                os.kill(pid, number)
                said = key_values(recorder.stdout.read())
                recorder.wait()
                self.assertEqual(recorder.returncode, 0, recorder.stderr.read())
                return Recording(path), said
            yield port, end

    def assert_exact(self, recording, said):
        answer = recording.stats()
        self.assertTrue(answer["finished"])
        self.assertFalse(answer["incomplete"], answer["counts"])
        self.assertEqual(recording.header("lost_events"), 0)
        line = marked_line(SERVER, "session")
        self.assertEqual((said["allocations"], said["bytes"], said["live_at_end"]),
                         (said["connections"], said["connections"] * said["session_bytes"], 0))
        self.assertEqual(said["peak_bytes"], said["peak_connections"] * said["session_bytes"])
        self.assertEqual(recording.at_line(SERVER, line, "--metric", "total"),
                         (said["bytes"], said["allocations"]))
        self.assertEqual(recording.at_line(SERVER, line, "--at", "peak"),
                         (said["peak_bytes"], said["peak_connections"]))
        self.assertEqual(recording.at_line(SERVER, line, "--at", "end"), (0, 0))

    def test_driven_by_wrk(self):
        with self.serving() as (port, end):
            wrk = run("wrk", "-t", 2, "-c", 50, "-d", "1s", f"http://127.0.0.1:{port}/10000")
            self.assertEqual(wrk.status, 0, wrk)
            self.assertNotRegex(wrk.stdout, "Non-2xx|Socket errors")
            answered = int(re.search(r"(\d+) requests in", wrk.stdout)[1])
            self.assertGreater(answered, 50)
            # More than wrk had, and open when the server ends.
            with contextlib.ExitStack() as open_ones:
                for number in range(120):
                    connection = socket.create_connection(("127.0.0.1", port))
                    open_ones.enter_context(connection)
                    self.assertEqual(self.answer_on(connection, f"GET /{number}", number)[-1],
                                     page(number))
                recording, said = end(signal.SIGTERM)
        self.assertGreaterEqual(said["requests"], answered + 120)
        self.assertEqual(said["peak_connections"], 120)
        self.assert_exact(recording, said)
        self.assertLess(recording.header("peak_bytes"),
                        ANY_PROGRAM_BYTES + 120 * CONNECTION_BYTES)

    @staticmethod
    def answer_on(connection, line, body_bytes):
        """The head and the body that come back."""
        connection.sendall(f"{line} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        with connection.makefile("rb") as file:
            head = b"".join(iter(file.readline, b"\r\n"))
            return head, file.read(body_bytes)

    def test_a_client_of_python(self):
        with self.serving() as (port, end):
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as client:
                def ask(method, target):
                    client.request(method, target)
                    answer = client.getresponse()
                    return answer.status, answer.getheader("Content-Length"), answer.read()
                for size in (0, 1, 26, 16379, 16380, 16381, 1_000_003):
                    self.assertEqual(ask("GET", f"/{size}"), (200, str(size), page(size)))
                self.assertEqual(ask("HEAD", "/5000"), (200, "5000", b""))
                self.assertEqual(ask("GET", "/")[0], 200)
                for target in ("/nothing", "/1x", "/-1", "/1073741825", "/1?2", "/" + "9" * 99):
                    self.assertEqual(ask("GET", target), (404, "9", b"Not Found"))
                self.assertEqual(ask("DELETE", "/1"), (405, "18", b"Method Not Allowed"))
                self.assertEqual(len(ask("GET", "/30000000")[2]), 30_000_000)
            recording, said = end(signal.SIGINT)
        self.assertEqual((said["connections"], said["requests"]), (1, 17))
        self.assert_exact(recording, said)
        self.assertLess(recording.header("peak_bytes"), ANY_PROGRAM_BYTES + CONNECTION_BYTES)

    def test_what_is_not_http_is_refused(self):
        ok = b"GET /3 HTTP/1.1\r\nHost: a\r\n"
        cases = (
            (200, ok + b"Connection: close\r\n\r\n"),
            (200, b"GET /3 HTTP/1.0\n\n"),
            (200, ok + b"\r\n" + ok + b"connection: x, CLOSE\r\n\r\n"),  # two in one piece
            (400, b"\r\n\r\n"), (400, b"hello\r\n\r\n"), (400, b"GET /3\r\n\r\n"),
            (400, b"GET  /3 HTTP/1.1\r\nHost: a\r\n\r\n"), (400, b"GET /3 HTTP/1.1\r\n\r\n"),
            (400, ok + b"Host: b\r\n\r\n"), (400, ok + b"no colon\r\n\r\n"),
            (400, ok + b"a name: b\r\n\r\n"), (400, ok + b"a: \x00\r\n\r\n"),
            (400, ok + b": b\r\n\r\n"), (400, ok + b"Content-Length: 5\r\n\r\nhello"),
            (400, ok + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n\n"),  # TLS
            (405, b"POST /3 HTTP/1.0\r\n\r\n"),
            (431, ok + b"a: " + b"b" * 4096 + b"\r\n\r\n"), (431, b"a" * 100_000),
            (505, b"GET /3 HTTP/2.0\r\nHost: a\r\n\r\n"), (505, b"GET /3 HTTP/\r\n\r\n"),
        )
        with self.serving() as (port, end):
            for status, request in cases:
                with self.subTest(request[:60]), \
                     socket.create_connection(("127.0.0.1", port)) as connection:
                    connection.sendall(request)
                    with connection.makefile("rb") as file:
                        answer = file.read()  # to the end: the server hangs up
                    self.assertTrue(answer.startswith(f"HTTP/1.1 {status} ".encode()), answer)
                    self.assertEqual(answer.count(b"HTTP/1.1 "), 2 if request.count(b"GET") == 2
                                     else 1)
            for impatient in (b"", b"GET /", ok):  # gone in the middle
                socket.create_connection(("127.0.0.1", port)).close()
                with socket.create_connection(("127.0.0.1", port)) as connection:
                    connection.sendall(impatient)
            recording, said = end(signal.SIGTERM)
        self.assertEqual(said["requests"], len(cases) + 1)
        self.assert_exact(recording, said)

    def test_a_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            result = self.record(sample("server") / "serve", port).result
        self.assertEqual((result.status, result.stdout), (1, ""))
        self.assertRegex(result.stderr, rf"\Aport {port}: [^\n]*in use\n")


if __name__ == "__main__":
    unittest.main()
