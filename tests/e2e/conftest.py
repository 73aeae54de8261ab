# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from agent import BINARY, free_port, wait_for_port  # noqa: E402
from peers.nginx import Nginx  # noqa: E402

PEERS = pathlib.Path(__file__).parent / "peers"
# Suites that need more than the web servers and clients of the others.
PEER_SUITES = {"amqp", "bulk", "dns", "fastcgi", "kafka", "memcached", "mongo", "mqtt", "mysql", "nats", "postgres", "protocol_metrics",
               "redis", "secrets", "sunrpc"}


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.stem.removeprefix("test_") in PEER_SUITES:
            item.add_marker(pytest.mark.peers)


def pytest_sessionstart(session):
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is missing: run `make build` first", returncode=2)


@pytest.fixture
def nginx():
    with Nginx() as server:
        yield server


class Upstream:
    def __init__(self, file):
        self.port = free_port()
        self.file = file

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, str(PEERS / "upstream.py"), str(self.port), str(self.file)],
                                        stdout=subprocess.PIPE, text=True)
        wait_for_port(self.port)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def upstream(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"f" * (4 << 20))
    with Upstream(file) as server:
        yield server


class Talker:
    """A client script that waits for its cue; see peers/client.py."""

    def __init__(self, script, *arguments, program=(sys.executable,), env=None):
        self.process = subprocess.Popen(
            [*program, str(PEERS / script), *map(str, arguments)], env={**os.environ, **(env or {})},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        assert self.process.stdout.readline() == "waiting\n"

    def go(self):
        """Gives the cue; returns what the client printed."""
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
