"""What the scripts beside it share: the program that is shown, and how pictures are made small."""
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parents[1]

MOST_BYTES = 200_000


def library_command(work):
    """What compiles library.cpp to `work`/library, with no folder in the names of its lines."""
    return ("g++", "-std=c++20", "-g", "-O1", f"-ffile-prefix-map={HERE}/=",
            f"-ffile-prefix-map={work}=.", "-I", PROJECT / "include", HERE / "library.cpp", "-o",
            "library", "-ldl")


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
