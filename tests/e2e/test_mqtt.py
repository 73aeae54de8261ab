# SPDX-License-Identifier: Apache-2.0
"""MQTT 3.1.1 and 5: mosquitto's clients, paho and MQTT.js against mosquitto; the broker is traced too."""
import subprocess
import sys

import pytest
from agent import Agent
from conftest import PEERS
from messaging import assert_clean, compare_client, compare_server, facts, instrument
from packages import node_path, python_path
from peers.brokers import Client, Mosquitto
from tally import Tally

SECRETS = ("hunter2mqtt", "pl-s3cret")
CLIENTS = ("paho", "paho v5", "MQTT.js", "MQTT.js v5")


@pytest.fixture(scope="module")
def broker():
    with Mosquitto() as server:
        yield server


def client_of(name, port, connections, count):
    version = 5 if name.endswith("v5") else 4
    if name.startswith("paho"):
        return Client(sys.executable, PEERS / "mqtt_client.py", port, version, connections, count,
                      env={"PYTHONPATH": python_path("paho-mqtt==2.1.0")})
    return Client("node", PEERS / "mqtt_client.js", port, version, connections, count,
                  env={"NODE_PATH": node_path("mqtt@5.14.1")})


def test_clients(broker):
    with Tally("mqtt clients") as tally:
        for name in CLIENTS:
            for connections in (1, 16, 64):
                client = client_of(name, broker.port, connections, max(2, 64 // connections))
                compare_client(tally, name, connections, client, "*mqtt_client.*", "MQTTClient", broker.port, SECRETS)


def test_broker(broker):
    with Tally("mqtt broker") as tally:
        for name in CLIENTS:
            compare_server(tally, name, 16, client_of(name, broker.port, 16, 4), "MQTTServer", broker.port, SECRETS)


def test_c_clients(broker):
    address = ["-h", "127.0.0.1", "-p", str(broker.port), "-u", "joe", "-P", "hunter2mqtt"]
    for number in range(10):
        subprocess.run(["mosquitto_pub", *address, "-r", "-q", "1", "-t", f"kept/{number}", "-m", "pl-s3cret"], check=True)
    publish = ["mosquitto_pub", *address, "-t", "c/topic", "-m", "pl-s3cret", "--repeat", "5", "-q"]
    subscribe = ["mosquitto_sub", *address, "-t", "kept/#", "-C", "10", "-q"]
    with Tally("mqtt C clients") as tally:
        for qos in ("0", "1", "2"):
            with Agent(config=instrument("*runner.py*")) as agent, \
                    Client(sys.executable, PEERS / "runner.py", 16, *publish, qos) as publisher, \
                    Client(sys.executable, PEERS / "runner.py", 16, *subscribe, qos) as subscriber:
                agent.wait_for_instrumented(2)
                done = {"publish c": 5 * int(publisher.go()), "process kept": 11 * int(subscriber.go())}
                count = sum(done.values())
                tally.expect_counts(f"mosquitto_pub/sub QoS {qos}", 16, done, facts(agent, count, "MQTTClient", broker.port))
                assert_clean(agent, SECRETS)
