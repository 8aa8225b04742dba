"""Real programs, each run alone and recorded, and all that can be seen of them compared."""

import shutil
from pathlib import Path

from harness import Case, run_alone

SETTINGS = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C",
    "PYTHONHASHSEED": "0",
    "PERL_HASH_SEED": "0",
    "PERL_PERTURB_KEYS": "0",
}


def real_program(name):
    """The ELF file behind a name in /usr/bin: not a link, not a script in front of it."""
    path = Path("/usr/bin", name).resolve(strict=True)
    with open(path, "rb") as file:
        assert file.read(4) == b"\x7fELF", f"{path} is not a program"
    return path


def files_of(folder):
    """{path below the folder: content} of all regular files."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*")
            if path.is_file() and not path.is_symlink()}


class RealCase(Case):
    """Programs see the same path and the same environment, however they are run."""

    def setUp(self):
        super().setUp()
        self.environment = SETTINGS | {"HOME": str(self.folder)}
        self.work = self.folder / "work"

    def fresh(self):
        """The current folder of what is run: always the same one, always empty."""
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir()
        return self.work

    def alone_and_recorded(self, command, text, status, files=files_of):
        """Runs it twice, and compares all that can be seen of it. `files` says what is to be the
        same of the folder that it ran in."""
        alone = run_alone(*command, input=text, cwd=self.fresh(), env=self.environment)
        left = files(self.work)
        recording = self.record(*command, input=text, cwd=self.fresh(), env=self.environment)
        recorded = recording.result
        self.assertEqual(alone.status, status, alone)
        self.assertEqual(recorded.status, alone.status, recorded.stderr)
        self.assertEqual(recorded.stdout, alone.stdout)
        self.assertRegex(recorded.stderr[len(alone.stderr):], r"\Aheaptally: [^\n]+\n\Z")
        self.assertTrue(recorded.stderr.startswith(alone.stderr), recorded.stderr)
        self.assertEqual(files(self.work), left)
        return alone, recording
