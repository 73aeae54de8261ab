#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the length of functions and files, tests included, against the project's limits; lengths are counted in lines.

Functions come from universal-ctags. `check_sizes.py --list` prints also the files and functions that raise the percentiles.
"""
import json
import math
import subprocess
import sys

from source_files import ROOT, source_files

FUNCTION_P90, FUNCTION_MOST = 20, 60
FILE_P90, FILE_MOST = 250, 350
CTAGS = ["ctags", "--output-format=json", "--fields=+neK", "--languages=C,C++,Python", "--langmap=C++:+.hpp",
         "--kinds-C=f", "--kinds-C++=f", "--kinds-Python=fm", "-L", "-", "-f", "-"]


def file_lengths(files):
    return [(len((ROOT / name).read_bytes().splitlines()), name) for name in files]


def function_lengths(files):
    tags = subprocess.run(CTAGS, cwd=ROOT, input="\n".join(files), capture_output=True, text=True, check=True)
    for line in tags.stdout.splitlines():
        tag = json.loads(line)
        if tag["_type"] == "tag" and "end" in tag:
            yield tag["end"] - tag["line"] + 1, f"{tag['path']}:{tag['line']}: {tag['name']}"


def percentile_90(lengths):
    return lengths[math.ceil(len(lengths) * 0.9) - 1][0]


def check(what, lengths, p90, most, listed):
    lengths = sorted(lengths)
    found = percentile_90(lengths)
    print(f"{what}: {len(lengths)}, 90th percentile {found} lines (limit {p90}), longest {lengths[-1][0]} (limit {most})")
    for length, where in reversed(lengths):
        if length > (p90 if listed else most):
            print(f"  {length:4} {where}")
    return found <= p90 and lengths[-1][0] <= most


def main():
    listed = "--list" in sys.argv
    files = source_files()
    fine = check("files", file_lengths(files), FILE_P90, FILE_MOST, listed)
    fine &= check("functions", function_lengths(files), FUNCTION_P90, FUNCTION_MOST, listed)
    return 0 if fine else 1


sys.exit(main())
