# SPDX-License-Identifier: Apache-2.0
"""NATS: nats-py and nats.js against nats-server; the server is traced too."""
import json
import sys

import pytest
from agent import Agent
from conftest import PEERS
from messaging import assert_clean, client_ids, facts, instrument
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
                with Agent(config=instrument("*nats_client.*")) as agent, \
                        client_of(name, server.port, connections, max(4, 128 // connections)) as client:
                    agent.wait_for_instrumented(1)
                    done = json.loads(client.go())
                    count = sum(done.values())
                    tally.expect_counts(name, connections, done, facts(agent, count, "NATSClient", server.port))
                    tally.expect(name, connections, "client names", connections, len(client_ids(agent)))
                    assert_clean(agent, SECRETS)


def test_server(server):
    with Tally("nats server") as tally:
        for name in CLIENTS:
            with Agent({"OTEL_EBPF_OPEN_PORT": str(server.port)}) as agent, client_of(name, server.port, 16, 8) as client:
                done = json.loads(client.go())
                count = sum(done.values())
                tally.expect_counts(name, 16, done, facts(agent, count, "NATSServer", server.port))
                assert_clean(agent, SECRETS)
