"""What makes pictures small, for the scripts beside it."""
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parents[1]

MOST_BYTES = 200_000


def shrink(path):
    """Packs a PNG in its place, and tells its size. Without pngquant it stays as it is."""
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--strip", "--speed", "1", "--output", path, "128",
                        path], check=True)
        size = path.stat().st_size
        assert size <= MOST_BYTES, f"{path} has {size} bytes"
    else:
        print("pngquant is not installed: not packed", file=sys.stderr)
    print(f"{path.name}: {path.stat().st_size:,} bytes")
