# SPDX-License-Identifier: Apache-2.0
"""NATS: nats-py and nats.js against nats-server; the server is traced too."""
import sys

import pytest
from conftest import PEERS
from messaging import compare_client, compare_server
from packages import node_path, python_path
from peers.brokers import Client, NatsServer
from tally import Tally

SECRETS = ("hunter2nats", "pl-s3cret")
CLIENTS = ("nats-py", "nats.js")


@pytest.fixture(scope="module")
def server():
    with NatsServer() as running:
        yield running


def client_of(name, port, connections, count):
    if name == "nats-py":
        return Client(sys.executable, PEERS / "nats_client.py", port, connections, count,
                      env={"PYTHONPATH": python_path("nats-py==2.11.0")})
    return Client("node", PEERS / "nats_client.js", port, connections, count, env={"NODE_PATH": node_path("nats@2.29.3")})


def test_clients(server):
    with Tally("nats clients") as tally:
        for name in CLIENTS:
            for connections in (1, 16, 64):
                client = client_of(name, server.port, connections, max(4, 128 // connections))
                compare_client(tally, name, connections, client, "*nats_client.*", "NATSClient", server.port, SECRETS)


def test_server(server):
    with Tally("nats server") as tally:
        for name in CLIENTS:
            compare_server(tally, name, 16, client_of(name, server.port, 16, 8), "NATSServer", server.port, SECRETS)
