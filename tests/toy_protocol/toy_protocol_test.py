#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds a protocol to a copy of the tree as docs/add_a_protocol.md says, and counts the files that it touches.

The protocol has a selector and an attribute of its own. What is new lies in toy/, what changes in files that exist is in
edits.json. At most MAX_FILES may change, and they must be those that the document lists. With --build the copy is built, and the
tests that a protocol must pass run in it: minutes.
"""
import argparse
import fnmatch
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MAX_FILES = 6
FOLDERS = ("src/protocol/toy", "tests/fuzz/corpus/toy")
EXCHANGES = ((0, "get apple red"), (1, "ok"), (0, "eat pear green"), (1, "unripe"))
TARGETS = ("protocol_test", "model_test", "toy_fuzz", "config_docs")
CHECKS = ("bin/protocol_test", "bin/model_test", "bin/config_docs --check ../docs/configuration.md")


def copy_tree(to):
    skipped = shutil.ignore_patterns(".git", "build*", "__pycache__", ".ccache")
    shutil.copytree(ROOT, to, ignore=skipped, symlinks=True)


def script():
    """The conversation as tests/fuzz/corpus has them: see src/protocol/conversation_script.hpp."""
    parts = b"\0"
    for from_server, text in EXCHANGES:
        message = b"\xf5TOY" + bytes([len(text)]) + text.encode()
        parts += bytes([from_server]) + len(message).to_bytes(2, "little") + message
    return parts


def add_protocol(tree):
    """Returns the files that existed and were changed."""
    shutil.copytree(HERE / "toy", tree / FOLDERS[0])
    (tree / FOLDERS[1]).mkdir()
    (tree / FOLDERS[1] / "typical").write_bytes(script())
    for edit in json.loads((HERE / "edits.json").read_text()):
        path = tree / edit["file"]
        text = path.read_text()
        if edit["before"] not in text:
            sys.exit(f"{edit['file']} has no {edit['before']!r} any more: edits.json is to say what takes its place")
        path.write_text(text.replace(edit["before"], edit["after"]))
    return changed_files(tree)


def changed_files(tree):
    changed = set()
    for path in tree.rglob("*"):
        name = path.relative_to(tree)
        original = ROOT / name
        if not path.is_file() or path.is_symlink():
            continue
        if not original.exists():
            if not str(name).startswith(FOLDERS):
                sys.exit(f"{name} is new, and in none of the protocol's folders")
        elif path.read_bytes() != original.read_bytes():
            changed.add(str(name))
    return changed


def listed_files():
    """What docs/add_a_protocol.md lists as the files that change; <family> and the like stand for any text."""
    text = (ROOT / "docs/add_a_protocol.md").read_text()
    section = text.split("## Files that change\n", 1)[1].split("\n## ", 1)[0]
    return [re.sub("<[a-z]+>", "*", name) for name in re.findall(r"^\d+\. `([^`]+)`", section, re.M)]


def check_files(changed):
    patterns = listed_files()
    problems = [f"{name} changes, and docs/add_a_protocol.md doesn't list it" for name in sorted(changed)
                if not any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]
    problems += [f"docs/add_a_protocol.md lists {pattern}, which doesn't change" for pattern in patterns
                 if not fnmatch.filter(changed, pattern)]
    if len(changed) > MAX_FILES:
        problems.append(f"{len(changed)} files change, of which {MAX_FILES} are allowed: {' '.join(sorted(changed))}")
    if problems:
        sys.exit("\n".join(problems))


def build(tree, jobs):
    folder = tree / "build"
    run = lambda *command: subprocess.run(command, cwd=tree, check=True)
    run("cmake", "--preset", "dev")
    run("cmake", "--build", str(folder), "-j", str(jobs), "--target", *TARGETS)
    for check in CHECKS:
        subprocess.run(check.split(), cwd=folder, check=True)
    run(str(folder / "bin/toy_fuzz"), str(tree / FOLDERS[1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", action="store_true", help="build the copy and run its tests")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=pathlib.Path, help="put the copy there and leave it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tree = options.keep or pathlib.Path(folder) / "tree"
        copy_tree(tree)
        changed = add_protocol(tree)
        check_files(changed)
        if options.build:
            build(tree, options.jobs)
    print(f"a protocol with a selector and an attribute of its own changes {len(changed)} files: "
          + " ".join(sorted(changed)))


if __name__ == "__main__":
    main()
