# SPDX-License-Identifier: Apache-2.0
"""Kafka: one broker, four client libraries. What a client did, by its own count, is what the agent tells, at both ends."""
import collections
import json
import os
import shutil
import subprocess
import sys

import pytest

from agent import Agent, assert_ledger_adds_up, ledger_of_log, wait_for
from conftest import PEERS
from packages import class_path, node_path, python_path
from peers.kafka_broker import BROKER, JAVA, KafkaBroker
from tally import Tally

pytestmark = pytest.mark.skipif(not (shutil.which("java") and shutil.which("mvn")),
                                reason="`tools/install_deps.sh peers` brings the broker")

CLIENT, SERVER = "KafkaClient", "KafkaServer"
PYPI = ("confluent-kafka==2.16.1", "kafka-python==3.0.12")
NPM = ("kafkajs@2.2.4",)
SECRETS = ("value-sesame", "key-sesame")


@pytest.fixture(scope="module")
def broker():
    with KafkaBroker() as server:
        create = [sys.executable, str(PEERS / "kafka_librdkafka.py"), str(server.port), '{"create": true}']
        subprocess.run(create, check=True, timeout=120, env={**os.environ, "PYTHONPATH": python_path(*PYPI)})
        yield server


class Peer:
    """A client that waits for its cue, and again when it is done, so that its connections stay."""

    def __init__(self, kind, port, **plan):
        python = {**os.environ, "PYTHONPATH": python_path(*PYPI)}
        text = json.dumps(plan)
        command, env = {
            "librdkafka": lambda: ([sys.executable, str(PEERS / "kafka_librdkafka.py"), str(port), text], python),
            "kafka-python": lambda: ([sys.executable, str(PEERS / "kafka_python.py"), str(port), text], python),
            "kafkajs": lambda: (["node", str(PEERS / "kafka_js.js"), str(port), text],
                                {**os.environ, "NODE_PATH": node_path(*NPM)}),
            "java": lambda: ([*JAVA, "-cp", class_path(BROKER), str(PEERS / "KafkaTalk.java"), str(port), str(plan["pairs"]),
                              str(plan["messages"]), "all" if plan["acks"] == -1 else str(plan["acks"])], None),
        }[kind]()
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        assert self.process.stdout.readline() == "waiting\n"
        return self

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


PATTERN = {"librdkafka": "*kafka_librdkafka.py*", "kafka-python": "*kafka_python.py*", "kafkajs": "*kafka_js.js*",
           "java": "*KafkaTalk.java*"}


def reported(spans, side):
    """What is said of topics of clients; a broker's own are none of theirs."""
    return collections.Counter(
        (span["attributes"]["operation"], span["attributes"]["topic"]) for span in spans
        if span["type"] == side and not span["attributes"]["topic"].startswith("__")
    )


def run(tally, broker, kind, pairs, what="", both=True, named=True, **plan):
    config = f"discovery:\n  instrument:\n    - cmd_args: '{PATTERN[kind]}'\n"
    if both:
        config += f"    - open_ports: {broker.port}\n"
    with Peer(kind, broker.port, pairs=pairs, **plan) as peer, Agent(config=config) as agent:
        agent.wait_for_instrumented(2 if both else 1, 20)
        done = peer.go()
        if not named:
            done["process"] = {"*": sum(done["process"].values())}
        expected = collections.Counter(
            {(operation, topic): count for operation, topics in done.items() for topic, count in topics.items()})
        sides = (CLIENT, SERVER) if both else (CLIENT,)
        try:
            wait_for(lambda: all(reported(agent.spans(), side).total() >= expected.total() for side in sides), 5, "the spans")
        except AssertionError:
            pass  # the table says what is missing
        spans = agent.spans()
        for side in sides:
            tally.expect_counts(f"{kind} {side} {what}", pairs, expected, reported(spans, side))
        known = [span["attributes"] for span in spans if not span["attributes"]["topic"].startswith("__")]
        ids = {"shop"} | ({"ship"} if any(done["process"].values()) else set())
        tally.expect(kind, pairs, "client ids", sorted(ids), sorted({span["clientId"] for span in known}))
        tally.expect(kind, pairs, "ports", [str(broker.port)], sorted({span["serverPort"] for span in known}))
        tally.expect(kind, pairs, "partitions", True,
                     all(0 <= int(span["partition"]) < 16 for span in known if "partition" in span))
        # A broker's records are sent from their files, unseen, and a request of a fetch session need not name an offset anew.
        offsets = [span["attributes"].get("offset", "-1" if span["type"] == CLIENT else "0") for span in spans
                   if span["attributes"]["operation"] == "process"]
        tally.expect(kind, pairs, "offsets of what is fetched", True, all(int(offset) >= 0 for offset in offsets))
        kernel = agent.ledger()
        assert kernel["ring_full"] == 0 and kernel["connections_full"] == 0 and kernel["read_fault"] == 0, kernel
        text = agent.out.read_text() + agent.log_text()
        rows = ledger_of_log(agent.stop())
        assert_ledger_adds_up(rows)
        tally.expect(kind, pairs, "lost", 0, rows["requests_lost_response"] + rows["requests_overflow"])
        tally.expect(kind, pairs, "malformed", 0, rows["messages_malformed"] + rows["messages_unsupported"])
        assert not any(secret in text for secret in SECRETS)


@pytest.mark.parametrize("kind", ["librdkafka", "kafka-python", "java"])
def test_each_message_is_a_span_of_its_producer_and_of_its_consumer(broker, kind):
    with Tally(f"kafka, {kind}") as tally:
        for pairs, messages, acks in ((1, 200, -1), (16, 20, 1)):
            run(tally, broker, kind, pairs, f"acks={acks}", messages=messages, acks=acks, linger=0)


def test_kafkajs_speaks_older_versions(broker):
    with Tally("kafka, kafkajs") as tally:
        for pairs, messages, acks, consume in ((1, 200, -1, True), (16, 20, 1, False)):
            run(tally, broker, "kafkajs", pairs, f"acks={acks}", messages=messages, acks=acks, consume=consume)


def test_what_nobody_acknowledges_is_a_span_too(broker):
    with Tally("kafka, acks=0") as tally:
        for kind in ("librdkafka", "kafkajs"):
            run(tally, broker, kind, 4, "acks=0", messages=50, acks=0, linger=0)


def test_a_batch_is_one_operation(broker):
    with Tally("kafka, batches") as tally:
        run(tally, broker, "librdkafka", 4, "linger=5", messages=2000, acks=-1, linger=5, repeat=100)


def test_many_requests_under_way_from_the_first_on(broker):
    with Tally("kafka, under way") as tally:
        for pairs in (1, 16):
            run(tally, broker, "librdkafka", pairs, "in flight", messages=2000, acks=-1, linger=5, repeat=10, batch=4)


def test_connections_that_were_there_before_the_agent(broker):
    with Tally("kafka, mid-life") as tally:
        # Fetch requests have only ids of topics by now; what they are called is heard of with the next Metadata.
        run(tally, broker, "librdkafka", 4, "mid-life", named=False, messages=30, acks=-1, linger=0, early=True)
        run(tally, broker, "librdkafka", 4, "refreshed", messages=30, acks=-1, linger=0, early=True, refresh=True)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["librdkafka", "kafka-python", "java", "kafkajs"])
def test_64_producers(broker, kind):
    with Tally(f"kafka, {kind}") as tally:
        run(tally, broker, kind, 64, messages=50, acks=-1, linger=0)
