# SPDX-License-Identifier: Apache-2.0
"""AMQP 0-9-1 against RabbitMQ: pika and amqplib; 1.0 against RabbitMQ and Artemis: qpid-proton and rhea. A broker's side makes
no spans."""
import json
import sys

import pytest
from agent import Agent
from conftest import PEERS
from messaging import assert_clean, compare_client
from packages import node_path, python_path
from peers.brokers import Artemis, Client, RabbitMq
from tally import Tally

SECRETS = ("pl-s3cret", "guest")
CLIENTS_1_0 = ("qpid-proton", "rhea")


@pytest.fixture(scope="module")
def rabbitmq():
    with RabbitMq() as server:
        yield server


@pytest.fixture(scope="module")
def artemis():
    with Artemis() as server:
        yield server


def client_of(name, port, connections, count):
    load = (port, connections, count)
    match name:
        case "pika":
            return Client(sys.executable, PEERS / "amqp_client.py", *load, env={"PYTHONPATH": python_path("pika==1.3.2")})
        case "amqplib":
            return Client("node", PEERS / "amqp_client.js", *load, env={"NODE_PATH": node_path("amqplib@0.10.9")})
        case "qpid-proton":  # a C library: Debian's, for Debian's Python
            return Client("/usr/bin/python3", PEERS / "amqp10_client.py", *load)
        case _:
            return Client("node", PEERS / "amqp10_client.js", *load, env={"NODE_PATH": node_path("rhea@3.0.4")})


def compare(broker, name):
    with Tally(f"amqp {name}, {type(broker).__name__}") as tally:
        for connections in (1, 16, 64):
            client = client_of(name, broker.port, connections, max(4, 64 // connections))
            compare_client(tally, name, connections, client, "*amqp*_client.*", "AMQPClient", broker.port, SECRETS)


@pytest.mark.parametrize("name", ("pika", "amqplib", *CLIENTS_1_0))
def test_rabbitmq(rabbitmq, name):
    compare(rabbitmq, name)


@pytest.mark.parametrize("name", CLIENTS_1_0)
def test_artemis(artemis, name):
    compare(artemis, name)


def test_a_broker_has_no_spans(rabbitmq):
    with Agent({"OTEL_EBPF_OPEN_PORT": str(rabbitmq.port)}) as agent:
        agent.wait_for_instrumented(1)
        for name in ("amqplib", "rhea"):
            with client_of(name, rabbitmq.port, 1, 4) as client:
                assert json.loads(client.go())
        rows = assert_clean(agent, SECRETS)
        assert rows["requests_seen"] == 0 and rows["segments_seen"] > 0 and rows["segments_upgraded"] > 0
