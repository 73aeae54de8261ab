# SPDX-License-Identifier: Apache-2.0
"""A client program that says `waiting`, goes on at a line, and prints what it did as JSON on one line."""
import json
import os
import subprocess


class JsonClient:
    def __init__(self, command, env=None):
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **(env or {})})
        assert self.process.stdout.readline() == "waiting\n"

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
