"""What the tests of process trees ask of every recording."""

from pathlib import Path
from typing import NamedTuple

FORK = 1  # processes.origin

# What must not have happened in a recording that is to be exact.
FLAWS = ("lost_events", "unknown_frees", "inferred_frees", "late_events", "rejected_events",
         "broken_stacks", "unrecorded_processes")


class Image(NamedTuple):
    """A row of the processes table."""

    id: int
    pid: int
    parent_pid: int
    origin: int
    previous: int
    command: str
    exit_status: int
    processes: int
    not_recorded: str
    total: tuple
    live_at_end: tuple
    peak: tuple

    @property
    def program(self):
        return Path(self.command.split(" ")[0]).name


def images(recording):
    """The rows of the processes table, in their order."""
    return [Image(*row[:9], row[9:11], row[11:13], row[13:15]) for row in recording.query(
        "SELECT id, pid, parent_pid, origin, previous, command, exit_status, processes,"
        " not_recorded, total_bytes, total_count, live_at_end_bytes, live_at_end_count,"
        " peak_bytes, peak_count FROM processes ORDER BY id")]


def last_images(recording):
    """The rows that no other row continues: one for each process."""
    rows = images(recording)
    continued = {row.previous for row in rows}
    return [row for row in rows if row.id not in continued]


def amounts(recording, prefix):
    return tuple(recording.header(f"{prefix}_{unit}") for unit in ("bytes", "count"))


def assert_nothing_lost(case, recording):
    """The recording is whole, and what its processes allocated adds up to the whole."""
    header = {key: recording.header(key) for key in FLAWS}
    case.assertEqual(header, dict.fromkeys(FLAWS, 0))
    case.assertEqual(recording.header("complete"), 1)
    case.assertFalse(recording.stats()["incomplete"])
    rows = images(recording)
    for name in ("total", "live_at_end"):
        added = tuple(map(sum, zip(*(getattr(row, name) for row in rows))))
        case.assertEqual(added, amounts(recording, name), name)
    frees = recording.header("frees") - recording.header("inherited_frees")
    case.assertEqual(recording.header("total_count") - frees, recording.header("live_at_end_count"))


def assert_tree(case, recording):
    """Every process was recorded, and has a parent in the recording and an exit status."""
    assert_nothing_lost(case, recording)
    rows = images(recording)
    root = rows[0]
    # Or that of the first, which heaptally started, or init, for those that lost theirs.
    parents = {row.pid for row in rows} | {root.parent_pid, 1}
    for row in rows:
        case.assertIn(row.parent_pid, parents, row)
    for row in rows:
        case.assertEqual((row.processes, row.not_recorded), (1, ""), row)
        case.assertTrue(row.command, row)
        if row.previous is not None:
            case.assertEqual(rows[row.previous].pid, row.pid, row)
            case.assertIsNone(rows[row.previous].exit_status, row)
    for row in last_images(recording):
        case.assertIsNotNone(row.exit_status, row)
    case.assertEqual(root.origin, 0)
