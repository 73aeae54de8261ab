# SPDX-License-Identifier: Apache-2.0
"""Runs a command that is over too soon to be found by itself: a child of a traced process is traced from its first
instruction. Usage: runner.py COUNT COMMAND…; waits for a line on stdin, prints how many runs ended well."""
import subprocess
import sys

print("waiting", flush=True)
sys.stdin.readline()
good = 0
for _ in range(int(sys.argv[1])):
    good += subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
print(good, flush=True)
sys.stdin.readline()
