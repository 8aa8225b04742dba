"""How long heaptally-view takes to its first pictures of a large recording: 200,000 traces, 60,000
tallies, 4,000 buckets, in a window of an X server that no one sees, drawn by the processor.

    python3 bench/viewer_start.py BUILD [--rounds N] [--traces N]

Each round opens a small and the large recording in turn, from the command line to the moment when
the file of --state, which is written after a frame was shown, tells of: the window itself; the
recording's lines; its timeline. Medians, in seconds. What the large one takes longer than the small
one is what the recording costs; the rest is the window, its fonts and OpenGL.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 60
SEEN = {
    "window": lambda state: True,
    "lines": lambda state: bool(state.get("shown", {}).get("rows")),
    "timeline": lambda state: "peak" in state.get("timeline", {}),
}


def seconds_to(viewer, recording, environment, folder):
    """What was seen when, by its name in SEEN."""
    state_file = folder / "state.json"
    state_file.unlink(missing_ok=True)
    command = [viewer, str(recording), "--panel", "lines", "--state", str(state_file)]
    began = time.monotonic()
    seen = {}
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL) as process:
        while len(seen) < len(SEEN):
            now = time.monotonic() - began
            if process.poll() is not None or now > PATIENCE:
                process.kill()
                sys.exit(f"{viewer}: showed {recording} not within {PATIENCE} s, or ended")
            try:
                state = json.loads(state_file.read_text(encoding="utf-8"))
            except FileNotFoundError:
                state = None
            for name, is_seen in SEEN.items():
                if name not in seen and state is not None and is_seen(state):
                    seen[name] = now
            time.sleep(0.002)
        process.terminate()
    return seen


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="the build's folder")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--traces", type=int, default=200_000)
    asked = parser.parse_args()
    build = asked.build.resolve()
    os.environ.setdefault("HEAPTALLY_BUILD", str(build))
    os.environ.setdefault("HEAPTALLY_SOURCE", str(HERE.parent))
    sys.path.insert(0, str(HERE.parent / "tests/e2e"))
    from view_window import VIEWER, display
    with tempfile.TemporaryDirectory() as held, display("1600x900") as environment:
        folder = pathlib.Path(held)
        environment["XDG_CONFIG_HOME"] = str(folder / "config")
        recordings = {"small": folder / "small.heaptally", "large": folder / "large.heaptally"}
        for name, traces, buckets in (("small", 10_000, 40), ("large", asked.traces, 4000)):
            subprocess.run([build / "bin/bench/make_recording", recordings[name], str(traces),
                            str(buckets)], check=True, stdout=subprocess.DEVNULL)
        taken = {name: [] for name in recordings}
        for _ in range(asked.rounds + 1):  # the first one warms up
            for name, recording in recordings.items():
                taken[name].append(seconds_to(VIEWER, recording, environment, folder))
    size = "{:,} traces".format(asked.traces)
    print(f"{'':20}" + "".join(f"{name:>12}" for name in SEEN))
    for name, rounds in taken.items():
        label = size if name == "large" else "10,000 traces"
        medians = [statistics.median(seen[what] for seen in rounds[1:]) for what in SEEN]
        print(f"{label:20}" + "".join(f"{median:12.2f}" for median in medians))


if __name__ == "__main__":
    main()
