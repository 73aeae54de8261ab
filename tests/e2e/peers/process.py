# SPDX-License-Identifier: Apache-2.0
"""A program that says `waiting` and goes on at a line."""
import subprocess


class Process:
    def __init__(self, *command, **arguments):
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **arguments)

    def line(self):
        return self.process.stdout.readline().strip()

    def go(self):
        assert self.line() == "waiting"
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return self.line()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
