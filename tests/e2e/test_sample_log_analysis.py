"""Failed logins in a log: what was collected is exactly what was allocated, and what is counted
on the way stays under its bound."""

import re
import unittest

from harness import Case, key_values, marked_line, run, sample

FOLDER = "samples/log_analysis/"
LAZY = ("lazy", "standard", "pcre2")
VERSIONS = ("eager", *LAZY)
FAILED = re.compile(
    r"Failed password for (?:invalid user )?(\w{1,32}) from ([\d.]{7,15}) port \d{1,5}")


class LogAnalysis(Case):
    def log(self, mebibytes):
        """A log, and what its maker says about it."""
        path = self.folder / f"log-{mebibytes}"
        return path, key_values(run(sample("log/make"), mebibytes, path).stdout)

    def recorded(self, version, log):
        recording = self.record(sample(f"log_analysis/{version}"), log)
        self.assertEqual((recording.result.status, recording.result.stdout.count("\n") > 2),
                         (0, True), recording.result)
        return recording, key_values(recording.result.stdout)

    def charged(self, recording, file, marker, *options):
        return recording.at_line(file, marked_line(file, marker), *options)

    def test_all_versions_find_what_is_there(self):
        log, made = self.log(1)
        found = FAILED.findall(log.read_text())
        self.assertEqual(made["failed_logins"], len(found))
        users = [user for user, _ in found]
        expected = {"failed_logins": len(found), "users": len(set(users)),
                    "most_tried": max(users.count(user) for user in set(users))}
        expected |= {f"tried_{user}": users.count(user) for user in users}
        for version in VERSIONS:
            with self.subTest(version):
                own = key_values(run(sample(f"log_analysis/{version}"), log).stdout)
                self.assertEqual({key: own.get(key) for key in expected}, expected)
                self.assertFalse([key for key in own
                                  if key.startswith("tried_") and key not in expected])

    def test_what_was_typed_may_have_any_length(self):
        """A matcher that calls itself for each letter would end by SIGSEGV."""
        log = self.folder / "log"
        for name, address, port, users in ((32 * "a", "1.2.3.4", "22", 1),
                                           (33 * "a", "1.2.3.4", "22", 0),
                                           (400_000 * "a", "1.2.3.4", "22", 0),
                                           ("a", 400_000 * "1", "22", 0),
                                           ("a", "1.2.3.4", 400_000 * "2", 1)):
            log.write_text(f"Failed password for {name} from {address} port {port}\n"
                           "Failed password for bob from 1.2.3.4 port 22\n")
            for version in VERSIONS:
                with self.subTest(version, name=len(name), address=len(address), port=len(port)):
                    result = run(sample(f"log_analysis/{version}"), log)
                    self.assertEqual((result.status, result.stderr), (0, ""))
                    own = key_values(result.stdout)
                    self.assertEqual((own["failed_logins"], own["users"], own["tried_bob"]),
                                     (users + 1, users + 1, 1))

    def test_what_is_collected_is_exact(self):
        for mebibytes in (0, 1, 2):
            with self.subTest(mebibytes=mebibytes):
                log, _ = self.log(mebibytes)
                recording, own = self.recorded("eager", log)
                file = FOLDER + "eager.cpp"

                def both(*options):
                    copied = self.charged(recording, file, "copies", *options)
                    grown = self.charged(recording, file, "grows", *options)
                    return copied[0] + grown[0], copied[1] + grown[1]

                self.assertEqual(both("--metric", "total"), (own["bytes"], own["allocations"]))
                self.assertEqual(both("--at", "end"), (0, 0))
                self.assertEqual(own["live_at_end"], 0)
                self.assertEqual(own["allocations"] == 0, mebibytes == 0)
                self.assertEqual(both("--at", "peak")[0], own["peak_bytes"])

    def test_only_messages_outgrow_their_strings(self):
        log, _ = self.log(1)
        recording, own = self.recorded("eager", log)
        messages = [match.group() for match in FAILED.finditer(log.read_text())]
        self.assertEqual(
            self.charged(recording, FOLDER + "eager.cpp", "copies", "--metric", "total"),
            (sum(len(message) + 1 for message in messages), own["failed_logins"]))

    def test_counting_on_the_way_is_bounded(self):
        logs = [self.log(mebibytes)[0] for mebibytes in (1, 4)]
        for version in LAZY:
            for log in logs:
                with self.subTest(version, log=log.name):
                    recording, own = self.recorded(version, log)
                    self.assertLessEqual(recording.header("peak_bytes"), own["peak_bytes_at_most"])
                    # What stays is a node of the map for each user.
                    self.assertEqual(
                        self.charged(recording, FOLDER + "logins.cpp", "counts",
                                   "--metric", "total")[1], own["users"])
        eager, _ = self.recorded("eager", logs[1])
        self.assertGreater(eager.header("peak_bytes"), 4 * own["peak_bytes_at_most"])

    def test_pcre2_needs_no_more_for_more_matches(self):
        said = []
        for mebibytes in (1, 2):
            recording, own = self.recorded("pcre2", self.log(mebibytes)[0])
            file = "samples/support/pcre2_pattern.cpp"
            for key, *options in (("bytes", "--metric", "total"), ("peak_bytes", "--at", "peak")):
                self.assertEqual(self.charged(recording, file, "allocates", *options),
                                 (own[key], own["allocations"]))
            self.assertEqual(self.charged(recording, file, "allocates", "--at", "end"), (0, 0))
            said.append([own[key] for key in ("allocations", "bytes", "peak_bytes", "live_at_end")])
        self.assertEqual(said[0], said[1])

    # How much libstdc++ and RE2 allocate for a match is their own affair; that they do is not new.
    def test_the_others_churn(self):
        log, _ = self.log(1)
        recording, own = self.recorded("standard", log)
        file = FOLDER + "standard.cpp"
        size, count = self.charged(recording, file, "searches on", "--metric", "temporary")
        self.assertGreaterEqual(count, own["failed_logins"])
        self.assertGreater(size, 16 * count)
        recording, own = self.recorded("lazy", log)
        size, count = self.charged(recording, FOLDER + "re2_logins.h", "finds",
                                 "--metric", "temporary", "--machinery", "*libre2*")
        self.assertGreaterEqual(count, own["failed_logins"])

    def test_bad_arguments(self):
        for version in VERSIONS:
            with self.subTest(version):
                program = sample(f"log_analysis/{version}")
                for arguments in ((), ("a", "b")):
                    result = run(program, *arguments)
                    self.assertEqual((result.status, result.stdout), (2, ""), result)
                    self.assertRegex(result.stderr, r"\Ausage: [^\n]* FILE\n\Z")
                for path, why in ((self.folder / "none", "No such file or directory"),
                                  (self.folder, "not a regular file")):
                    result = run(program, path)
                    self.assertEqual((result.status, result.stdout, result.stderr),
                                     (1, "", f"{path}: {why}\n"))


if __name__ == "__main__":
    unittest.main()
