#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds every #include of src/ against the layering: a folder may include only what its CMakeLists.txt lists as DEPENDS.

The targets of src/export/* are folders of their own; bpf/shared may be included by src/capture alone.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
TARGET_FOLDER = {"exporting": "export", "export_printer": "export/printer", "export_prometheus": "export/prometheus",
                 "export_otlp": "export/otlp", "export_http": "export/http"}


def folder_of(path):
    parts = path.relative_to(SRC).parts
    return "/".join(parts[:2]) if parts[0] == "export" and len(parts) > 2 else parts[0]


def allowed_of(folder):
    text = (SRC / folder / "CMakeLists.txt").read_text()
    call = re.search(r"obi_folder\(\s*\w+(.*?)\)", text, re.S)
    depends = re.search(r"DEPENDS\s+((?:[a-z_0-9]+\s*)+)", call.group(1)) if call else None
    names = depends.group(1).split() if depends else []
    return {TARGET_FOLDER.get(name, name) for name in names} | {folder, "export" if folder.startswith("export") else folder}


def main():
    wrong = []
    allowed = {}
    for path in sorted(SRC.rglob("*.[ch]pp")):
        folder = folder_of(path)
        if folder == "app":
            continue  # may include everything
        if folder == "export":
            allowed[folder] = {"export", "model", "base"}
        mine = allowed.setdefault(folder, None) or allowed_of(folder)
        allowed[folder] = mine
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'#include "([^"]+)"', line)
            if not match or match.group(1).endswith(".skel.h"):
                continue
            if match.group(1).startswith("support/") and path.stem.endswith(("_test", "_fixture")):
                continue  # tests/support
            name = match.group(1)
            target = "bpf" if name.startswith("bpf/") else folder_of(SRC / name)
            fine = target in mine or (target == "bpf" and folder == "capture")
            if not fine:
                wrong.append(f"{path.relative_to(ROOT)}:{number}: src/{folder} may not include {name}")
    print("\n".join(wrong) if wrong else "layering: every #include is allowed")
    return 1 if wrong else 0


sys.exit(main())
