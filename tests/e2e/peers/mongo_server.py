# SPDX-License-Identifier: Apache-2.0
"""mongo-java-server, which speaks MongoDB's protocol; needs Java and Maven."""
import pathlib
import shutil
import subprocess

from agent import free_port, wait_for_port
from packages import class_path

SERVER = "de.bwaldvogel:mongo-java-server:1.47.0"


def is_possible():
    return bool(shutil.which("mvn") and shutil.which("javac"))


class MongoServer:
    def __enter__(self):
        self.port = free_port()
        self.process = subprocess.Popen(
            ["java", "-Xmx256m", "-XX:+UseSerialGC", "-cp", class_path(SERVER),
             str(pathlib.Path(__file__).with_name("MongoServer.java")), str(self.port)],
            stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )
        wait_for_port(self.port, 60)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(20)
