"""A root folder with a few installed Debian packages, all they depend on, and nothing else: the
files are this machine's own, so it needs no network and no mirror. What a package's
scripts would have made is left out, but for what dpkg and the loader need."""

import os
import re
import subprocess
from pathlib import Path

from package_harness import succeed

FIELDS = ("Package", "Essential", "Pre-Depends", "Depends", "Provides")


def names_in(relations):
    """Lists of alternatives: "a (>= 1) | b, c" is [["a", "b"], ["c"]]."""
    clean = re.sub(r"\([^)]*\)|:any|\[[^\]]*\]", "", relations)
    return [[name.strip() for name in group.split("|")] for group in clean.split(",")
            if group.strip()]


def installed():
    """The packages of this machine: {name: {field: value}}."""
    form = "\t".join(f"${{{field}}}" for field in FIELDS) + "\t${db:Status-Status}\n"
    packages = {}
    for line in succeed("dpkg-query", "-W", "-f", form).splitlines():
        *values, status = line.split("\t")
        if status == "installed":
            packages[values[0]] = dict(zip(FIELDS, values))
    return packages


def closure(wanted, packages):
    """The wanted packages, the essential ones, and what they depend on."""
    providers = {}
    for name, fields in packages.items():
        for (provided,) in names_in(fields["Provides"]):
            providers.setdefault(provided, name)
    todo = [*wanted, *(name for name in packages if packages[name]["Essential"] == "yes")]
    found = set()
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        for group in names_in(packages[name]["Pre-Depends"] + "," + packages[name]["Depends"]):
            first = next((n for n in group if n in packages), None) or \
                next((providers[n] for n in group if n in providers), None)
            assert first, f"{name} depends on {group}, of which none is installed here"
            todo.append(first)
    return found


def copy_files(names, root):
    """The packages' files, and dpkg's own knowledge of these packages."""
    listed = succeed("dpkg-query", "-L", *sorted(names)).splitlines()
    files = sorted({line[1:] for line in listed
                    if line.startswith("/") and line != "/." and os.path.lexists(line)})
    info = Path("var/lib/dpkg/info")
    files += [str(info / file.name) for file in (Path("/") / info).iterdir()
              if re.sub(r"(:\w+)?\.\w+$", "", file.name) in names]
    pack = subprocess.Popen(["tar", "-C", "/", "--no-recursion", "--null", "-T", "-", "-cf", "-"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    unpack = subprocess.Popen(["tar", "-C", root, "--keep-directory-symlink", "-xpf", "-"],
                              stdin=pack.stdout)
    pack.stdout.close()
    pack.stdin.write("\0".join(files).encode())
    pack.stdin.close()
    assert (pack.wait(), unpack.wait()) == (0, 0), "the packages' files could not be copied"
    (root / "var/lib/dpkg/status").write_text(succeed("dpkg-query", "-s", *sorted(names)))


def make_clean_root(root, wanted):
    """`wanted`: names of packages that are installed on this machine."""
    root.mkdir()
    root.chmod(0o755)
    # Debian's /bin and /lib lead into /usr; no package holds these links.
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        if Path("/", name).is_symlink():
            (root / "usr" / name).mkdir(parents=True)
            (root / name).symlink_to(f"usr/{name}")
    copy_files(closure(wanted, installed()), root)
    for name in ("passwd", "group"):
        (root / "etc" / name).write_bytes(
            (root / f"usr/share/base-passwd/{name}.master").read_bytes())
    for name in ("proc", "dev", "tmp"):
        (root / name).mkdir(exist_ok=True)
    (root / "tmp").chmod(0o1777)
    succeed("chroot", root, "/sbin/ldconfig")


def run_inside(root, *command, user="root"):
    """The words of a command that runs in the root. /proc and /dev are seen in a mount namespace
    of its own, so that nothing is left behind."""
    enter = 'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && ' \
        'exec chroot --userspec="$2" "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "${@:3}"'
    return ["unshare", "--mount", "--", "bash", "-c", enter, "bash", root, user, *command]
