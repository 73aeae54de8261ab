# SPDX-License-Identifier: Apache-2.0
"""The project's sources: what git tracks or would track, and without git what lies in the folders of sources.

`source_files.py [--suffix .cpp,.hpp] [FOLDER...]` prints them, one a line.
"""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("src", "bpf", "tests", "tools", "demo")
CPP = (".cpp", ".hpp")
BPF = (".c", ".h")
PYTHON = (".py",)


def source_files(folders=FOLDERS, suffixes=CPP + BPF + PYTHON):
    """Paths relative to the root, sorted."""
    names = _tracked(folders)
    if names is None:
        names = _found(folders)
    return sorted(name for name in names if name.endswith(suffixes) and (ROOT / name).is_file())


def _tracked(folders):
    if not (ROOT / ".git").exists():
        return None
    try:
        listing = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", *folders],
                                 cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return listing.stdout.splitlines() if listing.returncode == 0 else None


def _found(folders):
    for folder in folders:
        for parent, below, names in os.walk(ROOT / folder):
            below[:] = [name for name in below if name != "__pycache__"]
            for name in names:
                yield str((pathlib.Path(parent) / name).relative_to(ROOT))


def main():
    arguments = sys.argv[1:]
    suffixes = CPP + BPF + PYTHON
    if arguments[:1] == ["--suffix"]:
        suffixes = tuple(arguments[1].split(","))
        arguments = arguments[2:]
    print("\n".join(source_files(tuple(arguments) or FOLDERS, suffixes)))


if __name__ == "__main__":
    main()
